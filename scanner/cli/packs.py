"""The words of `ctpat profiles show`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from scanner.profile.model import Profile, Requirement
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
        yield f"    check {check}{_parameters(profile, check)}"
    for subject in requirement.not_covered:
        yield f"    not read yet: {subject}"
    for slot in requirement.attestations:
        yield f"    people: {slot.ask} (every {slot.refresh_days} days)"


def _parameters(profile: Profile, check: str) -> str:
    use = profile.uses.get(check)
    values = [f"{parameter_key(check, p.name)}={show(p.value)}" for p in (use.parameters.values() if use else ())]
    return f" ({', '.join(values)})" if values else ""
