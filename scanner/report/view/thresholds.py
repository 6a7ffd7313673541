"""Why that number: every threshold in force, what the pack says, and who stands behind it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.document import canonical
from scanner.model import Finding
from scanner.profile.model import Parameter, Profile, Source
from scanner.profile.parameters import is_looser, show
from scanner.report.view.index import Index
from scanner.report.view.types import Threshold
from scanner.report.view.words import COMPANY, origin_of, parameter_name
from scanner.text import plural


def thresholds_of(index: Index, check: str) -> tuple[Threshold, ...]:
    """The thresholds of one check as the run applied them; one line per value in force."""
    findings = index.by_check.get(check, ())
    names = dict.fromkeys(name for finding in findings for name in finding.parameters)
    use = index.profile.uses.get(check)
    known = use.parameters if use else {}
    return tuple(
        _threshold(index.profile, name, value, known.get(name), hosts)
        for name in names
        for value, hosts in _in_force(findings, name)
    )


def _in_force(findings: Iterable[Finding], name: str) -> list[tuple[Any, str]]:
    """Each value of one parameter, with the hosts it held for where there are several."""
    values: dict[bytes, Any] = {}
    hosts: dict[bytes, list[str]] = {}
    for finding in findings:
        if name in finding.parameters:
            key = canonical(finding.parameters[name])
            values[key] = finding.parameters[name]
            hosts.setdefault(key, []).append(finding.target)
    if len(values) == 1:
        return [(value, "") for value in values.values()]
    return [(value, _where(hosts[key])) for key, value in values.items()]


def _where(hosts: list[str]) -> str:
    return f" (on {', '.join(hosts)})" if len(hosts) <= 3 else f" (on {plural(len(hosts), 'host')})"


def _threshold(profile: Profile, name: str, value: Any, parameter: Parameter | None, where: str) -> Threshold:
    source = profile.sources.get(parameter.source) if parameter else None
    tuned = parameter is not None and canonical(value) != canonical(parameter.value)
    guardrail = parameter.guardrail if parameter else None
    return Threshold(
        name=parameter_name(name),
        value=show(value) + where,
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
