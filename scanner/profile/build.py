"""Puts a profile together: looks names up, applies overlays, and finds what does not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from scanner.errors import Problem
from scanner.inventory.parameters import parameter_key
from scanner.model import PLATFORMS, ProfileRef
from scanner.profile import convert
from scanner.profile.files import (
    ChangeFile,
    GroupFile,
    OverlayFile,
    PackFile,
    ParameterFile,
    RequirementFile,
    SameFile,
    UseFile,
)
from scanner.profile.model import (
    AttestationSlot,
    Automation,
    CheckUse,
    Direction,
    Guardrail,
    Parameter,
    Profile,
    Requirement,
    Source,
)
from scanner.profile.parameters import is_looser, outgrows, show
from scanner.suggest import hint as near_hint
from scanner.suggest import listed
from scanner.validation import conform, hints_of
from scanner.yaml_source import Document, Loc


class KnownCheck(Protocol):
    """What a profile has to know of a check; `scanner.check.Check` is one."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...
    @property
    def tolerances(self) -> Mapping[str, str]: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...
    @property
    def run(self) -> Any: ...


class Builder:
    """One profile in the making: the pack, then each overlay, then `finish`; `problems` is what was wrong so far."""

    def __init__(self, document: Document, pack: PackFile, checks: Mapping[str, KnownCheck]) -> None:
        self._pack = pack
        self._document = document
        self._checks = dict(checks) | {alias: check for check in checks.values() for alias in check.aliases}
        self.problems: list[Problem] = []
        self._names = {pack.name}
        self._sources: dict[str, Source] = {}
        self._uses: dict[str, CheckUse] = {}
        self._use_places: dict[str, tuple[Document, Loc]] = {}
        self._links: dict[tuple[str, str], tuple[str, Document, Loc]] = {}
        self._requirements: dict[str, Requirement] = {}
        self._places: dict[str, tuple[Document, Loc]] = {}
        self._take_sources(pack)
        self._take_uses(pack.checks)
        for key, entry in pack.requirements.items():
            self._take_requirement(key, entry)

    def overlay(self, document: Document, overlay: OverlayFile) -> None:
        """Apply one overlay: later thresholds win, checks and statements are added, limits only tighten."""
        self._document = document
        base = overlay.extends.partition("/")[0]
        if base not in self._names and not overlay.extends.endswith((".yaml", ".yml")):
            self._problem(
                ("extends",), f"this overlay belongs to '{overlay.extends}', the profile is '{self._pack.name}'"
            )
        self._names.add(overlay.name)
        self._take_sources(overlay)
        self._take_uses(overlay.checks)
        for key, change in overlay.requirements.items():
            if key in self._requirements:
                self._change(key, change)
            else:
                self._unknown(("requirements", key), "requirement", key, self._requirements, key=True)

    def finish(self, ref: ProfileRef) -> Profile | None:
        """The profile; None where any of its files is wrong, which `problems` then says."""
        self._follow_links()
        for key, requirement in self._requirements.items():
            self._document, loc = self._places[key]
            for message in inconsistencies(requirement):
                self._problem(loc, message, key=True)
        self._report_unused()
        if self.problems:
            return None
        return Profile(
            ref=ref,
            title=self._pack.title,
            entity_types=dict(self._pack.entity_types),
            sources=self._sources,
            uses=self._uses,
            requirements=self._requirements,
        )

    # --- Sources and thresholds --------------------------------------------------------------------------

    def _take_sources(self, file: PackFile | OverlayFile) -> None:
        for key, entry in file.sources.items():
            if key in self._sources:
                self._problem(("sources", key), f"the source '{key}' is already defined by the pack", key=True)
            self._sources[key] = convert.source(key, entry)

    def _take_uses(self, uses: Mapping[str, UseFile]) -> None:
        for name, entry in uses.items():
            loc = ("checks", name)
            check = self._checks.get(name)
            if check is None:
                self._unknown(loc, "check", name, self._checks, key=True)
                continue
            for index, source in enumerate(entry.sources):
                self._known_source((*loc, "sources", index), source)
            self._use_places[check.id] = (self._document, loc)
            self._uses[check.id] = self._use(check, entry, loc)

    def _use(self, check: KnownCheck, entry: UseFile, loc: Loc) -> CheckUse:
        hints = hints_of(check.run)
        before = self._uses.get(check.id)
        old = dict(before.parameters) if before else {}
        for name, default in check.parameters.items():
            old.setdefault(name, Parameter(name=name, value=default, hint=hints.get(name)))
        sources = (*(before.sources if before else ()), *entry.sources)
        parameters = self._parameters(check, old, entry, (*loc, "parameters"))
        for name, demanded in check.tolerances.items():
            was, now = old[demanded], parameters[demanded]
            parameters[name] = fallen(parameters[name], was, now, spared=_set_on(name, entry))
        return CheckUse(
            check=check.id,
            title=check.title,
            sources=tuple(dict.fromkeys(sources)),
            parameters=parameters,
            aliases=tuple(check.aliases),
            tolerances=dict(check.tolerances),
        )

    def _parameters(
        self, check: KnownCheck, old: Mapping[str, Parameter], entry: UseFile, loc: Loc
    ) -> dict[str, Parameter]:
        """What a file says for all platforms goes first; what it says for one then takes that one's place."""
        found = dict(old)
        for key, given in sorted(entry.parameters.items(), key=lambda item: "." in item[0]):
            name, dot, platform = key.partition(".")
            if name not in check.parameters:
                self._unknown((*loc, key), f"parameter of {check.id}", key, check.parameters, key=True)
            elif dot and platform not in PLATFORMS:
                self._unknown((*loc, key), "platform", platform, PLATFORMS, key=True, expected=listed(PLATFORMS))
            elif isinstance(given, SameFile):
                self._link(check.id, old[name], given, (*loc, key))
            elif (check.id, name) in self._links:
                self._problem(
                    (*loc, key), f"this threshold is that of '{self._links[check.id, name][0]}'; set that", key=True
                )
            elif platform:
                found[name] = self._on_one(old[name], found[name], given, platform, (*loc, key))
            elif (made := self._parameter(old[name], given, (*loc, key))) is not None:
                kept = {kin: stricter(variant, made) for kin, variant in old[name].variants.items()}
                found[name] = replace(made, variants=kept)
        return found

    def _on_one(self, old: Parameter, now: Parameter, given: ParameterFile, platform: str, loc: Loc) -> Parameter:
        """A threshold with its own value on one platform; the limit that held there before may not loosen."""
        made = self._parameter(old.on(platform), given, loc)
        return (
            now if made is None else replace(now, variants={**now.variants, platform: replace(made, platform=platform)})
        )

    def _parameter(self, before: Parameter, given: ParameterFile, loc: Loc) -> Parameter | None:
        self._known_source((*loc, "source"), given.source)
        try:
            value = conform(given.value, before.value, before.hint)
        except ValueError as error:
            self._problem((*loc, "value"), f"the value does not fit the check: {error}", found=show(given.value))
            return None
        guardrail = self._guardrail(before, given, value, loc)
        return Parameter(
            name=before.name, value=value, source=given.source, guardrail=guardrail, free=given.free, hint=before.hint
        )

    # --- A threshold that is another's -------------------------------------------------------------------

    def _link(self, check: str, old: Parameter, given: SameFile, loc: Loc) -> None:
        if loc[-1] != old.name:
            self._problem(loc, "a threshold is another's on every platform or on none", key=True)
        if old.guardrail is not None or old.variants:
            self._problem(loc, "the pack limits this threshold; an overlay cannot lift the limit", key=True)
        self._links[check, old.name] = (given.same_as, self._document, (*loc, "same_as"))

    def _follow_links(self) -> None:
        """Each linked threshold becomes what the other one is, once every overlay has had its say."""
        known = {parameter_key(use.check, name): (use, name) for use in self._uses.values() for name in use.parameters}
        for (check, name), (key, document, loc) in self._links.items():
            self._document = document
            use, other = known.get(key, (None, ""))
            if use is None:
                self._unknown(loc, "threshold", key, known)
            elif (use.check, other) in self._links:
                self._problem(loc, f"'{key}' is itself another's; name that one")
            else:
                self._follow(self._uses[check], name, use, use.parameters[other], loc)

    def _follow(self, use: CheckUse, name: str, other: CheckUse, found: Parameter, loc: Loc) -> None:
        own = use.parameters[name]
        try:
            for each in (found, *found.variants.values()):
                conform(each.value, own.value, own.hint)
        except ValueError as error:
            self._problem(loc, f"the other's value does not fit the check: {error}")
            return
        keys = tuple(parameter_key(each, found.name) for each in (other.check, *other.aliases))
        mine: dict[str, Any] = {"name": name, "hint": own.hint, "same_as": keys}
        variants = {kin: replace(each, **mine) for kin, each in found.variants.items()}
        linked = replace(found, **mine, variants=variants)
        self._uses[use.check] = replace(use, parameters={**use.parameters, name: linked})

    # --- Limits ------------------------------------------------------------------------------------------

    def _guardrail(self, before: Parameter, given: ParameterFile, value: Any, loc: Loc) -> Guardrail | None:
        """The limit of a threshold; a pack or overlay may not step over its own, nor loosen the one below it."""
        if given.direction is None:
            if before.guardrail is not None:
                self._problem((*loc, "free"), "the pack limits this threshold; an overlay cannot lift the limit")
            return before.guardrail
        limit = Guardrail(direction=Direction(given.direction), loosest=self._loosest(before, given, loc))
        if is_looser(value, limit):
            found, expected = show(value), f"{limit.direction} {show(limit.loosest)}"
            self._problem((*loc, "value"), "the value is looser than its own limit", found=found, expected=expected)
        if before.guardrail is not None and _loosens(limit, before.guardrail):
            expected = f"{before.guardrail.direction} {show(before.guardrail.loosest)}, or stricter"
            self._problem(
                (*loc, "loosest"), "looser than the pack tolerates", found=show(limit.loosest), expected=expected
            )
        return limit

    def _loosest(self, before: Parameter, given: ParameterFile, loc: Loc) -> Any:
        if given.loosest is None and given.direction == "max":
            return None
        try:
            return conform(given.loosest, before.value, before.hint)
        except ValueError as error:
            self._problem((*loc, "loosest"), f"the value does not fit the check: {error}", found=show(given.loosest))
            return given.loosest

    # --- Requirements ------------------------------------------------------------------------------------

    def _take_requirement(self, key: str, entry: RequirementFile) -> None:
        loc = ("requirements", key)
        self._known_entities((*loc, "entities"), entry.entities)
        self._check_parts(loc, entry)
        self._requirements[key] = self._canonical(convert.requirement(key, entry))
        self._places[key] = (self._document, loc)

    def _check_parts(self, loc: Loc, entry: RequirementFile | ChangeFile) -> None:
        """What the pack and an overlay have in common: every name they mention exists."""
        for index, level in enumerate(entry.levels):
            self._known_entities((*loc, "levels", index, "entities"), level.entities)
        for place, name in _check_names(entry.checks, (*loc, "checks")):
            self._used_check(place, name)
        for index, name in enumerate(entry.supports):
            self._used_check((*loc, "supports", index), name)
        for name, slot in entry.attestations.items():
            self._known_source((*loc, "attestations", name, "source"), slot.source)

    def _used_check(self, loc: Loc, name: str) -> None:
        check = self._checks.get(name)
        if check is None:
            self._unknown(loc, "check", name, self._checks)
        elif check.id not in self._uses:
            self._problem(loc, f"'{name}' has no entry under 'checks:'", expected="its sources and thresholds there")

    def _canonical(self, requirement: Requirement) -> Requirement:
        """Checks under their present IDs, whatever alias the file uses."""
        ids = {name: check.id for name, check in self._checks.items()}
        return replace(
            requirement,
            checks=convert.renamed(requirement.checks, ids),
            supports=tuple(ids.get(name, name) for name in requirement.supports),
        )

    def _change(self, key: str, change: ChangeFile) -> None:
        loc = ("requirements", key)
        self._check_parts(loc, change)
        before = self._requirements[key]
        self._places[key] = (self._document, loc)
        self._requirements[key] = self._canonical(
            replace(
                before,
                checks=convert.joined(before.checks, convert.expression(change.checks)),
                supports=tuple(dict.fromkeys((*before.supports, *change.supports))),
                not_covered=tuple(dict.fromkeys((*before.not_covered, *convert.uncovered(change.not_covered)))),
                levels=(*before.levels, *convert.levels(change.levels)),
                attestations=_merged(before.attestations, convert.slots(change.attestations)),
            )
        )

    def _report_unused(self) -> None:
        used = {check for requirement in self._requirements.values() for check in requirement.check_ids}
        for check, (document, loc) in self._use_places.items():
            if check not in used:
                self._document = document
                self._problem(loc, f"no requirement uses the check '{check}'", key=True)

    # --- Names -------------------------------------------------------------------------------------------

    def _known_source(self, loc: Loc, name: str) -> None:
        if name not in self._sources:
            self._unknown(loc, "source", name, self._sources)

    def _known_entities(self, loc: Loc, names: Sequence[str]) -> None:
        for index, name in enumerate(names):
            if name not in self._pack.entity_types:
                self._unknown((*loc, index), "entity type", name, self._pack.entity_types)

    def _unknown(self, loc: Loc, kind: str, name: str, known: Iterable[str], **more: Any) -> None:
        self._problem(loc, f"there is no {kind} '{name}'", hint=near_hint(name, known), **more)

    def _problem(self, loc: Loc, message: str, **more: Any) -> None:
        self.problems.append(self._document.problem(loc, message, **more))


def _check_names(parts: Sequence[str | GroupFile], loc: Loc) -> Iterator[tuple[Loc, str]]:
    for index, part in enumerate(parts):
        if isinstance(part, str):
            yield (*loc, index), part
        else:
            word = "all" if part.all is not None else "any"
            yield from _check_names(part.all or part.any or (), (*loc, index, word))


def _loosens(new: Guardrail, old: Guardrail) -> bool:
    """True when a limit lets something through that the older one does not, or speaks of another direction."""
    return new.direction is not old.direction or is_looser(new.loosest, old)


def stricter(own: Parameter, new: Parameter) -> Parameter:
    """What holds on a platform with a threshold of its own once an overlay says something for all: the stricter one."""
    if own.guardrail is None:
        return replace(new, platform=own.platform)
    if is_looser(new.value, Guardrail(direction=own.guardrail.direction, loosest=own.value)):
        return own
    looser = new.guardrail is None or _loosens(new.guardrail, own.guardrail)
    return replace(new, platform=own.platform, guardrail=own.guardrail if looser else new.guardrail, free="")


def _set_on(name: str, entry: UseFile) -> frozenset[str]:
    """The platforms for which a file sets a parameter; among them the empty one, where it does so for all."""
    return frozenset(key.partition(".")[2] for key in entry.parameters if key.partition(".")[0] == name)


def fallen(tolerance: Parameter, before: Parameter, now: Parameter, *, spared: frozenset[str]) -> Parameter:
    """A tolerance after a file changed what is demanded: where that became stricter, it is no laxer than that.

    `spared` are the platforms, as in `_set_on`, for which the same file says what is tolerated.
    """
    if "" in spared:
        return tolerance
    found = tolerance
    for platform in ("", *PLATFORMS):
        own, demanded = tolerance.on(platform), now.on(platform)
        if outgrows(before.on(platform), demanded.value, own) and spared.isdisjoint(PLATFORMS.get(platform, ())):
            own = replace(own, value=demanded.value, source=demanded.source, platform=platform)
        if not platform:
            found = replace(own, variants=tolerance.variants)
        elif found.on(platform).value != own.value:
            found = replace(found, variants={**found.variants, platform: replace(own, platform=platform, variants={})})
    return found


def _merged(old: tuple[AttestationSlot, ...], new: tuple[AttestationSlot, ...]) -> tuple[AttestationSlot, ...]:
    slots = {slot.slot: slot for slot in old} | {slot.slot: slot for slot in new}
    return tuple(slots.values())


def inconsistencies(requirement: Requirement) -> Iterator[str]:
    """What would let a requirement look better than its evidence, or ask for nothing at all."""
    scanned = bool(requirement.check_ids or requirement.not_covered)
    if requirement.automation is Automation.PAPER:
        if scanned:
            yield "a paper requirement has checks; its automation is 'mixed' or 'technical'"
        if not requirement.attestations:
            yield "a paper requirement without attestations can never be met"
    elif not scanned:
        yield "a requirement without checks has to say under 'not_covered' what a scan would need"
    elif requirement.checks is None and not requirement.not_covered:
        yield "supporting checks alone prove nothing; say under 'not_covered' what is missing"
    every = [*(convert.names_in(requirement.checks)), *requirement.supports]
    for name, count in Counter(every).items():
        if count > 1:
            yield f"the check '{name}' is listed {count} times"
