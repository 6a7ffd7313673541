"""Runs checks on the facts of one target: exactly one finding per planned check, whatever happens.

Pure: the same raw facts give the same findings. This is the one place where facts' errors are caught, and the
lines that call a reader or a check are the only ones in the program that catch `Exception`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.check import Check, FactParameter
from scanner.errors import FactAbsent, FactUnavailable
from scanner.facts import Collection, Fact, Hardware, Host
from scanner.facts.base import GivenFact, Probe, RawFacts, Reader, probes_of
from scanner.facts.directory import READERS as DIRECTORY_READERS
from scanner.facts.elsewhere import ON_HOSTS
from scanner.facts.linux import READERS as LINUX_READERS
from scanner.facts.windows import READERS as WINDOWS_READERS
from scanner.model import Absent, Finding, Outcome, Reason, Status, Target, Unknown
from scanner.profile.parameters import EffectiveParameters, hold_below_green, name_tolerances
from scanner.text import clean, clean_all

READERS: Mapping[str, tuple[Reader, ...]] = {
    "linux": (*LINUX_READERS, *ON_HOSTS),
    "windows": (*WINDOWS_READERS, *ON_HOSTS),
    "directory": DIRECTORY_READERS,
}
"""The readers of each platform."""

IDENTITY: frozenset[type[Fact]] = frozenset({Host, Hardware})
"""What the target is: read whatever the checks ask for, since it stands in the register of targets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCheck:
    """One check as this run applies it to one target.

    `parameters` are the values in force; one that is looser than the criteria pack tolerates makes a pass a warning.
    """

    check: Check
    requirements: tuple[str, ...]
    parameters: EffectiveParameters


def readers_for(platform: str, checks: Iterable[Check]) -> tuple[Reader, ...]:
    """The readers of `platform` whose facts the checks ask for; what the target is, is always read."""
    wanted = IDENTITY | {parameter.fact for check in checks for parameter in check.facts}
    return tuple(reader for reader in READERS.get(platform, ()) if reader.fact in wanted)


def probes_for(platform: str, checks: Iterable[Check]) -> tuple[Probe, ...]:
    """The union of the probes that the checks need: what one script will run."""
    return tuple(probes_of(readers_for(platform, checks)))


class FactSet:
    """The facts of one target, each read once, on demand, from the raw facts; and those that the run was given."""

    def __init__(self, raw: RawFacts, target: Target, given: Iterable[GivenFact] = ()) -> None:
        self.raw = raw
        self._readers = {reader.fact: reader for reader in READERS.get(raw.platform, ())}
        self._facts: dict[type[Fact], Fact | Absent | Unknown] = {Collection: _collection(raw, target)}
        self._facts |= {type(fact): fact for fact in given}
        self._proofs: dict[type[Fact], tuple[str, ...]] = {
            kind: (fact.sha256,) for kind, fact in self._facts.items() if isinstance(fact, GivenFact)
        }

    def supports(self, kind: type[Fact]) -> bool:
        """Whether this platform has a reader for the fact at all, or the run was given it."""
        return kind in self._facts or kind in self._readers

    def get(self, kind: type[Fact]) -> Fact | Absent | Unknown:
        """The fact, or why there is none."""
        if kind not in self._facts:
            self._facts[kind] = self._read(kind)
        return self._facts[kind]

    def evidence(self, kinds: Iterable[type[Fact]]) -> tuple[str, ...]:
        """SHA-256 of each section of output that the facts were read from, in order; empty ones prove nothing."""
        return tuple(dict.fromkeys(proof for kind in kinds for proof in self._proof(kind)))

    def _proof(self, kind: type[Fact]) -> tuple[str, ...]:
        """Digests for one fact; many checks rest on the same one."""
        if kind not in self._proofs:
            reader = self._readers.get(kind)
            names = [*(probe.name for probe in reader.probes), *reader.given] if reader else []
            sections = (self.raw.sections.get(name) for name in names)
            self._proofs[kind] = tuple(section.sha256 for section in sections if section and section.stdout)
        return self._proofs[kind]

    def _read(self, kind: type[Fact]) -> Fact | Absent | Unknown:
        reader = self._readers.get(kind)
        if reader is None:
            return Unknown(Reason.UNSUPPORTED, f"{kind.title}: not read on {self.raw.platform}")
        try:
            return _sound_fact(kind, reader.read(self.raw))
        except Exception as error:  # a reader must never take other facts with it
            return Unknown(Reason.FAULT, f"{kind.title}: the reader failed ({type(error).__name__}: {error})")


def _sound_fact(kind: type[Fact], value: Any) -> Fact | Absent | Unknown:
    """The reader's answer, if it is one: a check takes None for proved absence, so nothing else may pass as a fact."""
    if isinstance(value, kind | Absent | Unknown):
        return value
    raise TypeError(f"it answered {type(value).__name__}")


def _collection(raw: RawFacts, target: Target) -> Collection:
    return Collection(
        collected_at=raw.collected_at,
        privilege=raw.privilege,
        account=raw.account,
        platform=raw.platform,
        target=target.name,
        remote=raw.remote,
        role=target.role,
        tags=target.tags,
    )


def judge(plan: Sequence[PlannedCheck], facts: FactSet, target: Target) -> tuple[Finding, ...]:
    """One finding per planned check, in the order of the plan."""
    return tuple(_finding(planned, _outcome(planned, facts), target, _evidence(planned, facts)) for planned in plan)


def not_judged(plan: Sequence[PlannedCheck], target: Target, reason: Reason, detail: str) -> tuple[Finding, ...]:
    """The findings of a target that could not be collected: every planned check, unknown, and why."""
    outcome = Outcome(status=Status.UNKNOWN, reason=reason, actual=detail)
    return tuple(_finding(planned, outcome, target, ()) for planned in plan)


def _evidence(planned: PlannedCheck, facts: FactSet) -> tuple[str, ...]:
    return facts.evidence(parameter.fact for parameter in planned.check.facts)


def _outcome(planned: PlannedCheck, facts: FactSet) -> Outcome:
    parameters = planned.check.facts
    if missing := [parameter.fact for parameter in parameters if not facts.supports(parameter.fact)]:
        return _not_made(missing, facts.raw.platform)
    values = {parameter.name: facts.get(parameter.fact) for parameter in parameters}
    if (early := _without_running(parameters, values)) is not None:
        return early
    arguments = {name: None if isinstance(value, Absent) else value for name, value in values.items()}
    return _run(planned, arguments)


def _not_made(missing: Sequence[type[Fact]], platform: str) -> Outcome:
    """Why a check was not made: nothing can be done about a platform, so it is named first.

    What the run was not given carries a reason code, since somebody at the site can do something about that.
    """
    if unread := [fact.title for fact in missing if not issubclass(fact, GivenFact)]:
        return Outcome(status=Status.NOT_CHECKED, actual=f"no check for {platform} exists yet: {', '.join(unread)}")
    told = "; ".join(fact.missing for fact in missing if issubclass(fact, GivenFact))
    return Outcome(status=Status.NOT_CHECKED, reason=Reason.NO_EVIDENCE, actual=told)


def _without_running(
    parameters: Sequence[FactParameter], values: Mapping[str, Fact | Absent | Unknown]
) -> Outcome | None:
    """The outcome that facts decide by not being there; proved absence goes before ignorance."""
    absent = [values[p.name] for p in parameters if not p.takes_absent]
    for value in absent:
        if isinstance(value, Absent):
            return Outcome(status=Status.NOT_APPLICABLE, actual=value.reason)
    for parameter in parameters:
        value = values[parameter.name]
        if isinstance(value, Unknown) and not parameter.takes_unknown:
            return _unknown(value)
    return None


def _run(planned: PlannedCheck, arguments: Mapping[str, Any]) -> Outcome:
    try:
        outcome = _sound(planned.check.run(**arguments, **planned.parameters.values))
        return name_tolerances(hold_below_green(outcome, planned.parameters), planned.parameters)
    except FactUnavailable as error:
        return _unknown(error.unknown)
    except FactAbsent as error:
        return Outcome(status=Status.NOT_APPLICABLE, actual=error.absent.reason)
    except (Exception, SystemExit) as error:  # one faulty check must not take the others with it, or end the run
        detail = f"the check failed ({type(error).__name__}: {error})"
        return Outcome(status=Status.UNKNOWN, reason=Reason.FAULT, actual=detail)


_TEXTS = ("actual", "expected", "note", "question")


def _sound(outcome: Any) -> Outcome:
    """What a check returned, if it is an outcome that can be reported. Raises TypeError.

    Checks of third parties are not under our type checker: a truth value or a missing `return` is no pass.
    """
    if not isinstance(outcome, Outcome) or not isinstance(outcome.status, Status):
        raise TypeError(f"it returned {type(outcome).__name__}, not an outcome")
    texts = [getattr(outcome, name) for name in _TEXTS]
    listed = isinstance(outcome.items, tuple | list)
    if not listed or not all(isinstance(text, str) for text in (*texts, *outcome.items, *outcome.tolerances)):
        raise TypeError("its outcome holds something that is no text")
    if outcome.status is Status.UNKNOWN and not isinstance(outcome.reason, Reason):
        raise TypeError("it answered unknown without a reason code")
    return outcome


def _unknown(value: Unknown) -> Outcome:
    return Outcome(status=Status.UNKNOWN, reason=value.code, actual=value.detail)


def _finding(planned: PlannedCheck, outcome: Outcome, target: Target, evidence: tuple[str, ...]) -> Finding:
    is_unknown = outcome.status is Status.UNKNOWN
    return Finding(
        check=planned.check.id,
        version=planned.check.version,
        target=target.name,
        status=outcome.status,
        expected=clean(outcome.expected),
        actual="" if is_unknown else clean(outcome.actual),
        reason=outcome.reason,
        detail=clean(outcome.actual) if is_unknown else "",
        note=clean(outcome.note),
        question=clean(outcome.question),
        items=clean_all(tuple(outcome.items)),
        evidence=evidence,
        requirements=planned.requirements,
        parameters=dict(planned.parameters.values),
        parameter_sources={name: source.key for name, source in planned.parameters.sources.items()},
        source=planned.check.source,
    )
