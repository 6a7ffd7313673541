"""The words of `ctpat profiles show`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from scanner.check import Check
from scanner.inventory.parameters import parameter_key
from scanner.profile.model import PLATFORM_WORDS, Parameter, Profile, Requirement
from scanner.profile.parameters import show


def pack_lines(profile: Profile) -> Iterator[str]:
    """A whole pack as plain lines."""
    ref = profile.ref
    yield f"{ref.name} {ref.edition}: {profile.title}"
    yield f"in force from {ref.effective_from}; SHA-256 {ref.digest}"
    for requirement in profile.requirements.values():
        yield ""
        yield from _requirement(profile, requirement)


def _requirement(profile: Profile, requirement: Requirement) -> Iterator[str]:
    level = requirement.level_on(datetime.now(UTC).date())
    yield f"{requirement.key}  {level.value.title()}  {requirement.title}"
    yield f"    {requirement.text}"
    if requirement.condition:
        yield f"    asks: {requirement.condition.question} (applicability.{requirement.condition.key})"
    for check in requirement.check_ids:
        yield f"    check {check}{' (supporting)' if check in requirement.supports else ''}"
        yield from (f"        {line}" for line in threshold_lines(profile, check))
    for subject in requirement.not_covered:
        yield f"    not read yet: {subject}"
    for slot in requirement.attestations:
        yield f"    people: {slot.ask} (every {slot.refresh_days} days)"


def threshold_lines(profile: Profile, check: str) -> Iterator[str]:
    """Each tunable of a check: its value, whose number that is, and what may still be green; then by platform."""
    use = profile.uses.get(check)
    for parameter in use.parameters.values() if use else ():
        key = parameter_key(check, parameter.name)
        if parameter.same_as:
            yield f"{key}: always that of {parameter.same_as[0]}, unless a site sets it apart"
            continue
        yield _line(profile, key, parameter)
        yield from (_line(profile, f"{key}.{kin}", variant) for kin, variant in parameter.variants.items())


def numbers_on(profile: Profile, platform: str, checks: Iterable[Check]) -> Iterator[str]:
    """What the answers of one platform are compared with, as comments: each value in force there and whose it is."""
    yield "#"
    yield f"# What is compared with, on {PLATFORM_WORDS[platform]}:"
    for check in checks:
        use = profile.uses.get(check.id)
        for parameter in use.parameters.values() if use else ():
            key = parameter_key(check.id, parameter.name)
            yield f"#     {_line(profile, key, parameter.on(platform))}"


def _line(profile: Profile, key: str, parameter: Parameter) -> str:
    source = profile.sources.get(parameter.source)
    whose = source.title if source else "the check's own default"
    return f"{key} = {show(parameter.value)}: {whose}; {_limit(parameter)}"


def _limit(parameter: Parameter) -> str:
    if parameter.guardrail is not None:
        return f"limit {show(parameter.guardrail.loosest)}"
    return f"any value: {parameter.free}" if parameter.free else "any other value is a warning at best"
