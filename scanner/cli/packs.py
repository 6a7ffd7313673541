"""The words of `ctpat profiles show`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from scanner.profile.model import Parameter, Profile, Requirement
from scanner.profile.parameters import parameter_key, show


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
        yield from (f"        {line}" for line in _thresholds(profile, check))
    for subject in requirement.not_covered:
        yield f"    not read yet: {subject}"
    for slot in requirement.attestations:
        yield f"    people: {slot.ask} (every {slot.refresh_days} days)"


def _thresholds(profile: Profile, check: str) -> Iterator[str]:
    """Each tunable of a check: its value, whose number that is, and what may still be green."""
    use = profile.uses.get(check)
    for parameter in use.parameters.values() if use else ():
        source = profile.sources.get(parameter.source)
        whose = source.title if source else "the check's own default"
        yield f"{parameter_key(check, parameter.name)} = {show(parameter.value)}: {whose}; {_limit(parameter)}"


def _limit(parameter: Parameter) -> str:
    if parameter.guardrail is not None:
        return f"limit {show(parameter.guardrail.loosest)}"
    return f"any value: {parameter.free}" if parameter.free else "any other value is a warning at best"
