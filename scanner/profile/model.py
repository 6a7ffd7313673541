"""What a criteria pack says, as frozen types: requirements, the checks that serve them, thresholds, slots.

A pack is data; these types are what the rest of the program reads of it. Parsing lives in `files.py`, loading
and merging in `load.py`, the arithmetic of thresholds in `parameters.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from scanner.model import PLATFORMS, Level, ProfileRef


class Automation(StrEnum):
    """How much of a requirement a scan can carry."""

    TECHNICAL = "technical"
    MIXED = "mixed"
    PAPER = "paper"


class Audience(StrEnum):
    """Who has to act on a requirement."""

    MANAGEMENT = "management"
    IT = "it"
    BOTH = "both"


class Direction(StrEnum):
    """Which way a threshold loosens.

    `min`: smaller is looser. `max`: larger is looser, and null (no limit) loosest. `subset`: anything outside the
    loosest list is looser. `superset`: leaving out anything of the loosest list is looser. `exactly`: every other
    value is looser.
    """

    MIN = "min"
    MAX = "max"
    SUBSET = "subset"
    SUPERSET = "superset"
    EXACTLY = "exactly"


class Kind(StrEnum):
    """How requirement parts combine."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a number or a rule comes from; `kind` tells a reader how much weight it carries."""

    key: str
    title: str
    kind: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """The loosest value with which a requirement may still be green."""

    direction: Direction
    loosest: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One tunable of a check as this profile sets it.

    `source` is the key of a `Source`, empty where the pack leaves the check's own default. `guardrail` is None
    where any value is fine (`free` says why) or where the pack says nothing, and then a site cannot move it
    and stay green. `hint` is the annotation of the check's own parameter. `variants` are what holds on single
    platforms instead, each with that `platform`. `same_as` are the keys of the other check's parameter that this one
    always equals, in a site file too.
    """

    name: str
    value: Any
    source: str = ""
    guardrail: Guardrail | None = None
    free: str = ""
    hint: Any = field(default=None, repr=False, compare=False)
    platform: str = ""
    variants: Mapping[str, Parameter] = field(default_factory=dict)
    same_as: tuple[str, ...] = ()

    def on(self, platform: str) -> Parameter:
        """As it holds for a target of a platform; empty for a target of which that is not known."""
        return next((self.variants[kin] for kin in PLATFORMS.get(platform, ()) if kin in self.variants), self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckUse:
    """One check as a profile uses it: every parameter of the check is listed, with the value in force.

    A check is used once per profile whatever number of requirements it serves, because each target gives one
    finding for it. `aliases` are former IDs, under which a site may still tune it. `tolerances` maps a parameter that
    turns a failure into a warning to the one that it is short of.
    """

    check: str
    title: str
    sources: tuple[str, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    tolerances: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckRef:
    """A leaf of a requirement's expression: one check by its ID."""

    check: str


@dataclass(frozen=True, slots=True)
class Group:
    """Several parts joined: under `all` every part counts, under `any` one is enough."""

    kind: Kind
    parts: tuple[Expression, ...]


Expression: TypeAlias = "CheckRef | Group"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationSlot:
    """One statement or document that only a person can give, valid for `refresh_days`."""

    slot: str
    ask: str
    refresh_days: int
    why: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A yes/no question that decides whether a requirement applies to a site."""

    key: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFrom:
    """A level and the day it took effect; `entities` is empty for all entity types."""

    level: Level
    effective: date
    entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosswalk:
    """Where the same duty stands in other frameworks. The mapping is ours; its authors publish none."""

    csf: tuple[str, ...] = ()  # NIST CSF 2.0
    r2: tuple[str, ...] = ()  # NIST SP 800-171 Rev. 2
    r3: tuple[str, ...] = ()  # NIST SP 800-171 Rev. 3
    cis: tuple[str, ...] = ()  # CIS Controls v8.1
    iso: tuple[str, ...] = ()  # ISO/IEC 27001:2022 Annex A


PLATFORM_WORDS: Mapping[str, str] = {"linux": "Linux hosts", "windows": "Windows hosts", "directory": "directories"}


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A part of a duty that no check reads yet: anywhere, or on hosts of one platform."""

    what: str
    platform: str = ""

    def __str__(self) -> str:
        return f"{self.what} on {PLATFORM_WORDS[self.platform]}" if self.platform else self.what

    def concerns(self, platform: str) -> bool:
        """Whether a target of this platform lacks it; one that was never read may be of any."""
        return not (self.platform and platform) or platform == self.platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One sub-key of a criterion: the unit that is assessed.

    `checks` is what decides the technical half, `supports` are checks whose failure is a warning here and whose
    pass alone proves nothing. `not_covered` are the parts of the duty that no check reads yet; as long as one concerns
    a target of the run, the technical half is at best partly evidenced.
    """

    key: str
    criterion: str
    title: str
    text: str
    levels: tuple[LevelFrom, ...]
    audience: Audience
    automation: Automation
    evidences: str
    beyond: str
    entities: tuple[str, ...] = ()
    condition: Condition | None = None
    checks: Expression | None = None
    supports: tuple[str, ...] = ()
    not_covered: tuple[Uncovered, ...] = ()
    attestations: tuple[AttestationSlot, ...] = ()
    crosswalk: Crosswalk = Crosswalk()

    def level_on(self, day: date, entities: Collection[str] = ()) -> Level:
        """The level in force on a day: the strictest one among the site's entity types."""
        asked = tuple(entities) or ("",)
        levels = {self._level_for(day, entity) for entity in asked}
        return Level.MUST if Level.MUST in levels else Level.SHOULD

    def _level_for(self, day: date, entity: str) -> Level:
        meant = [entry for entry in self.levels if not entry.entities or entity in entry.entities]
        meant = meant or list(self.levels)
        begun = [entry for entry in meant if entry.effective <= day]
        if not begun:
            return min(meant, key=lambda entry: entry.effective).level
        # An entry that names the entity type outranks a general one of the same day.
        return max(begun, key=lambda entry: (entry.effective, bool(entry.entities))).level

    def concerns(self, entities: Collection[str]) -> bool:
        """True when the requirement is in the criteria of one of these entity types, or none are named."""
        return not self.entities or not entities or bool(set(self.entities) & set(entities))

    def not_covered_on(self, platforms: Mapping[str, int]) -> tuple[tuple[Uncovered, int], ...]:
        """The parts that no check reads, with how many targets lack each, given the number of targets by platform.

        Targets that were never read stand under the empty name.
        """
        counted = ((part, sum(n for name, n in platforms.items() if part.concerns(name))) for part in self.not_covered)
        return tuple((part, count) for part, count in counted if count)

    @property
    def check_ids(self) -> tuple[str, ...]:
        """Every check that serves this requirement, deciding ones first, each once."""
        deciding = checks_in(self.checks) if self.checks is not None else ()
        return tuple(dict.fromkeys((*deciding, *self.supports)))


def checks_in(expression: Expression) -> Iterator[str]:
    """The check IDs of an expression in the order written."""
    if isinstance(expression, CheckRef):
        yield expression.check
        return
    for part in expression.parts:
        yield from checks_in(part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One edition of a standard, with its overlays applied."""

    ref: ProfileRef
    title: str
    entity_types: Mapping[str, str]
    sources: Mapping[str, Source]
    uses: Mapping[str, CheckUse]
    requirements: Mapping[str, Requirement]

    def requirements_of(self, check: str) -> tuple[str, ...]:
        """The keys of the requirements that a check serves, in the order of the pack."""
        return tuple(key for key, requirement in self.requirements.items() if check in requirement.check_ids)

    @property
    def conditions(self) -> Mapping[str, str]:
        """The applicability questions of this profile by key."""
        asked = (requirement.condition for requirement in self.requirements.values())
        return {condition.key: condition.question for condition in asked if condition is not None}
