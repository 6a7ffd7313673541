"""Why that number: every threshold in force, what the pack says, and who stands behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from scanner.document import canonical
from scanner.model import Finding, Status
from scanner.profile.model import Parameter, Profile, Source
from scanner.profile.parameters import is_looser, show
from scanner.report.view.index import Index
from scanner.report.view.types import Threshold
from scanner.report.view.words import COMPANY, origin_of, parameter_name
from scanner.text import plural

_NOTHING_COMPARED = (Status.NOT_CHECKED, Status.NOT_APPLICABLE)


def thresholds_of(index: Index, check: str) -> tuple[Threshold, ...]:
    """The thresholds of one check as the run applied them; one line per value in force and whose it is."""
    every = index.by_check.get(check, ())
    findings = [finding for finding in every if finding.status not in _NOTHING_COMPARED] or every
    names = dict.fromkeys(name for finding in findings for name in finding.parameters)
    use = index.profile.uses.get(check)
    known = use.parameters if use else {}
    return tuple(shown for name in names for shown in _in_force(index, findings, name, known.get(name)))


def _in_force(index: Index, findings: Iterable[Finding], name: str, parameter: Parameter | None) -> Iterator[Threshold]:
    """Each value of one parameter and whose it is, with the hosts for which it held where there are several."""
    hosts: dict[Threshold, list[str]] = {}
    for finding in findings:
        if name in finding.parameters:
            here = parameter.on(index.platform(finding.target)) if parameter else None
            shown = _threshold(index.profile, name, finding.parameters[name], here)
            hosts.setdefault(shown, []).append(finding.target)
    for shown, names in hosts.items():
        yield replace(shown, value=shown.value + _where(names)) if len(hosts) > 1 else shown


def _where(hosts: list[str]) -> str:
    return f" (on {', '.join(hosts)})" if len(hosts) <= 3 else f" (on {plural(len(hosts), 'host')})"


def _threshold(profile: Profile, name: str, value: Any, parameter: Parameter | None) -> Threshold:
    source = profile.sources.get(parameter.source) if parameter else None
    tuned = parameter is not None and canonical(value) != canonical(parameter.value)
    guardrail = parameter.guardrail if parameter else None
    return Threshold(
        name=parameter_name(name),
        value=show(value),
        origin=COMPANY if tuned else origin_of(source),
        source="set in the site file" if tuned else _title(source),
        url=source.url if source and not tuned else "",
        pack=show(parameter.value) if tuned and parameter else "",
        limit=show(guardrail.loosest) if guardrail else "",
        looser=_looser(value, parameter, tuned=tuned),
    )


def _title(source: Source | None) -> str:
    """Empty for our own default: its mark says it all."""
    return source.title if source and source.kind != "scanner" else ""


def _looser(value: Any, parameter: Parameter | None, *, tuned: bool) -> bool:
    """As `hold_below_green` has it: beyond the guardrail, or moved where the pack allows no move."""
    if parameter is None or parameter.free:
        return False
    if parameter.guardrail is not None:
        return is_looser(value, parameter.guardrail)
    return tuned


def changed(index: Index) -> tuple[tuple[str, tuple[Threshold, ...]], ...]:
    """Check -> the thresholds that this site set otherwise than the pack, or that are beyond the pack's limit."""
    moved = ((check, _moved(thresholds_of(index, check))) for check in index.by_check)
    return tuple((index.title(check), thresholds) for check, thresholds in moved if thresholds)


def _moved(thresholds: Iterable[Threshold]) -> tuple[Threshold, ...]:
    return tuple(threshold for threshold in thresholds if threshold.looser or threshold.origin == COMPANY)
