"""Why that number: every threshold in force, what the pack says, and who stands behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from scanner.document import canonical
from scanner.model import Finding, Status
from scanner.profile.model import Parameter, Source
from scanner.profile.parameters import DEFAULT, SITE_FILE, is_looser, show
from scanner.report.view.index import Index
from scanner.report.view.types import Threshold
from scanner.report.view.words import COMPANY, UNRECORDED, origin_of, parameter_name
from scanner.text import plural

_NOTHING_COMPARED = (Status.NOT_CHECKED, Status.NOT_APPLICABLE)
_NOT_RECORDED = Source(key="", title="the run did not record whose it is", kind=UNRECORDED)


def thresholds_of(index: Index, check: str) -> tuple[Threshold, ...]:
    """The thresholds that answers of one check rest on; one line per value in force and whose it is.

    None where no host was compared with them: what would have held there is no number of this run.
    """
    return _shown(index, check, _compared(index, check))


def _compared(index: Index, check: str) -> list[Finding]:
    return [finding for finding in index.seen(check) if finding.status not in _NOTHING_COMPARED]


def _shown(index: Index, check: str, findings: list[Finding]) -> tuple[Threshold, ...]:
    names = dict.fromkeys(name for finding in findings for name in finding.parameters)
    use = index.profile.uses.get(check)
    known = use.parameters if use else {}
    return tuple(shown for name in names for shown in _in_force(index, findings, name, known))


def _in_force(
    index: Index, findings: Iterable[Finding], name: str, known: Mapping[str, Parameter]
) -> Iterator[Threshold]:
    """Each value of one parameter and whose it is, with the hosts for which it held where there are several."""
    hosts: dict[Threshold, list[str]] = {}
    for finding in findings:
        if name in finding.parameters:
            said = _said_there(index, finding.target, known.get(name))
            shown = _threshold(name, finding.parameters[name], _source(index, finding, name, said), said)
            hosts.setdefault(shown, []).append(finding.target)
    for shown, names in hosts.items():
        yield replace(shown, value=shown.value + _where(names)) if len(hosts) > 1 else shown


def _said_there(index: Index, target: str, parameter: Parameter | None) -> Parameter | None:
    """What the pack of the run said for a target; None where that is not the pack at hand, or where nobody can tell."""
    platform = index.platform(target)
    if parameter is None or not index.same_pack or (parameter.variants and not platform):
        return None
    return parameter.on(platform)


def _source(index: Index, finding: Finding, name: str, said: Parameter | None) -> Source:
    """Whose a value is, as the run recorded it; in runs of before there were records, as its pack tells."""
    recorded = finding.parameter_sources.get(name, "")
    if recorded:
        unheard_of = Source(key=recorded, title=f"{recorded}, as the run's own criteria pack calls it", kind="pack")
        own = {source.key: source for source in (SITE_FILE, DEFAULT)}
        return own.get(recorded) or index.profile.sources.get(recorded, unheard_of)
    if said is None or (not said.source and not _same(finding.parameters[name], said)):
        return _NOT_RECORDED
    if not _same(finding.parameters[name], said):
        return SITE_FILE
    return index.profile.sources.get(said.source, DEFAULT)


def _same(value: Any, said: Parameter) -> bool:
    return canonical(value) == canonical(said.value)


def _where(hosts: list[str]) -> str:
    return f" (on {', '.join(hosts)})" if len(hosts) <= 3 else f" (on {plural(len(hosts), 'host')})"


def _threshold(name: str, value: Any, source: Source, said: Parameter | None) -> Threshold:
    tuned = source == SITE_FILE
    moved = tuned and not (said and _same(value, said))
    guardrail = said.guardrail if said else None
    return Threshold(
        name=parameter_name(name),
        value=show(value),
        origin=COMPANY if tuned else origin_of(source),
        source="set in the site file" if tuned else _title(source),
        url=source.url,
        pack=show(said.value) if moved and said else "",
        limit=show(guardrail.loosest) if guardrail else "",
        looser=_looser(value, said, moved=moved),
        moved=moved,
    )


def _title(source: Source) -> str:
    """Empty for our own default: its mark says it all."""
    return source.title if source.kind != "scanner" else ""


def _looser(value: Any, said: Parameter | None, *, moved: bool) -> bool:
    """As `hold_below_green` has it: beyond the guardrail, or moved where the pack allows no move."""
    if said is None or said.free:
        return False
    if said.guardrail is not None:
        return is_looser(value, said.guardrail)
    return moved


def changed(index: Index) -> tuple[tuple[str, tuple[Threshold, ...]], ...]:
    """Check -> the thresholds that this site set otherwise than the pack, or that are beyond the pack's limit.

    Of a check that compared nothing, those of the hosts that were not read, which would have been compared with them.
    """
    moved = ((check, _moved(_shown(index, check, _concerned(index, check)))) for check in index.by_check)
    return tuple((index.title(check), thresholds) for check, thresholds in moved if thresholds)


def _concerned(index: Index, check: str) -> list[Finding]:
    return _compared(index, check) or [finding for finding in index.by_check[check] if index.is_lost(finding)]


def _moved(thresholds: Iterable[Threshold]) -> tuple[Threshold, ...]:
    return tuple(threshold for threshold in thresholds if threshold.looser or threshold.moved)


def unrecorded(index: Index) -> bool:
    """Whether it is not known of some threshold whose it is, and so not whether the company changed it."""
    return any(
        shown.origin == UNRECORDED
        for check in index.by_check
        for shown in _shown(index, check, _concerned(index, check))
    )
