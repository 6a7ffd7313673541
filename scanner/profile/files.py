"""The shape of a criteria pack and of an overlay as a person writes them, and their JSON Schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, Tag, TypeAdapter, model_validator

from scanner.validation import Strict, refuse

Text: TypeAlias = Annotated[str, Field(min_length=1)]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$")]
CheckId: TypeAlias = Annotated[str, Field(min_length=3)]
RequirementKey: TypeAlias = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]*$")]


def _is_date(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise refuse("no such day", expected="a date as YYYY-MM-DD")


Day: TypeAlias = Annotated[str, AfterValidator(_is_date), Field(json_schema_extra={"format": "date"})]


class SourceFile(Strict):
    """Where a threshold or a rule comes from."""

    title: Text
    kind: Literal["criteria", "guidance", "standard", "benchmark", "vendor", "customer", "scanner"]
    url: str = ""


class ParameterFile(Strict):
    """A threshold: its value, where that comes from, and the loosest value that may still be green.

    Either `direction` and `loosest`, or `free` with the reason why any value is fine.
    """

    value: Any
    source: Text
    direction: Literal["min", "max", "subset", "superset", "exactly"] | None = None
    loosest: Any = None
    free: str = ""

    @model_validator(mode="after")
    def _guarded(self) -> ParameterFile:
        guarded = self.direction is not None and "loosest" in self.model_fields_set
        half = (self.direction is not None) != ("loosest" in self.model_fields_set)
        if half or guarded == bool(self.free):
            raise refuse("a threshold without a limit", expected="'direction' and 'loosest', or 'free' with a reason")
        return self


class SameFile(Strict):
    """A threshold that is another check's, named by its key in a site file: its values, sources and limits."""

    same_as: Annotated[str, Field(min_length=1)]


def _threshold_tag(value: Any) -> str:
    return "same" if isinstance(value, SameFile) or (isinstance(value, dict) and "same_as" in value) else "own"


ThresholdFile: TypeAlias = Annotated[
    Annotated[ParameterFile, Tag("own")] | Annotated[SameFile, Tag("same")], Discriminator(_threshold_tag)
]
_NAMES: dict[str, Any] = {"propertyNames": {"pattern": r"^[a-z][a-z0-9_]*(\.(linux|windows|directory))?$"}}


class UseFile(Strict):
    """One check as the pack uses it; `required.windows` is the parameter `required` on Windows alone."""

    sources: Annotated[list[Text], Field(min_length=1)]
    parameters: dict[str, ThresholdFile] = Field(default_factory=dict, json_schema_extra=_NAMES)


class GroupFile(Strict):
    """Several checks joined; exactly one of the two keys."""

    all: Annotated[list[Part], Field(min_length=1)] | None = None
    any: Annotated[list[Part], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one(self) -> GroupFile:
        if (self.all is None) == (self.any is None):
            raise refuse("a group of checks needs one word", expected="'all' or 'any'")
        return self


def _part_tag(value: Any) -> str:
    return "group" if isinstance(value, dict | GroupFile) else "check"


Part: TypeAlias = Annotated[
    Annotated[CheckId, Tag("check")] | Annotated[GroupFile, Tag("group")], Discriminator(_part_tag)
]


class LevelFile(Strict):
    """A level, and the day from which it holds; for some entity types only, where they are named."""

    level: Literal["must", "should"]
    effective: Day
    entities: list[Name] = Field(default_factory=list)


class ConditionFile(Strict):
    """The question that decides whether the requirement applies."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    question: Text


class SlotFile(Strict):
    """A statement or document that a person has to give, and how long it stays valid."""

    ask: Text
    refresh_days: Annotated[int, Field(ge=1, le=1830)]
    why: Text
    source: Text


class CrosswalkFile(Strict):
    """The same duty in other frameworks; every number in quotes."""

    csf: list[Text] = Field(default_factory=list)
    r2: list[Text] = Field(default_factory=list)
    r3: list[Text] = Field(default_factory=list)
    cis: list[Text] = Field(default_factory=list)
    iso: list[Text] = Field(default_factory=list)


class UncoveredFile(Strict):
    """A part of a duty that no check reads yet on hosts of one platform."""

    what: Text
    platform: Literal["linux", "windows", "directory"]


class RequirementFile(Strict):
    """One sub-key of a criterion."""

    title: Text
    text: Text
    levels: Annotated[list[LevelFile], Field(min_length=1)]
    audience: Literal["management", "it", "both"]
    automation: Literal["technical", "mixed", "paper"]
    evidences: Text
    beyond: Text
    criterion: str = ""
    entities: list[Name] = Field(default_factory=list)
    condition: ConditionFile | None = None
    checks: list[Part] = Field(default_factory=list)
    supports: list[CheckId] = Field(default_factory=list)
    not_covered: list[Text | UncoveredFile] = Field(default_factory=list)
    attestations: dict[Name, SlotFile] = Field(default_factory=dict)
    crosswalk: CrosswalkFile = CrosswalkFile()


class PackFile(Strict):
    """A criteria pack: one edition of a standard."""

    name: Name
    title: Text
    edition: Text
    effective_from: Day
    entity_types: Annotated[dict[Name, Text], Field(min_length=1)]
    sources: Annotated[dict[Name, SourceFile], Field(min_length=1)]
    checks: dict[CheckId, UseFile] = Field(default_factory=dict)
    requirements: Annotated[dict[RequirementKey, RequirementFile], Field(min_length=1)]


class ChangeFile(Strict):
    """What an overlay adds to one requirement; it takes nothing away."""

    checks: list[Part] = Field(default_factory=list)
    supports: list[CheckId] = Field(default_factory=list)
    not_covered: list[Text | UncoveredFile] = Field(default_factory=list)
    levels: list[LevelFile] = Field(default_factory=list)
    attestations: dict[Name, SlotFile] = Field(default_factory=dict)


class OverlayFile(Strict):
    """An overlay: thresholds, checks and statements on top of a pack."""

    name: Name
    title: Text
    extends: Text
    sources: dict[Name, SourceFile] = Field(default_factory=dict)
    checks: dict[CheckId, UseFile] = Field(default_factory=dict)
    requirements: dict[RequirementKey, ChangeFile] = Field(default_factory=dict)


def profile_schema() -> dict[str, Any]:
    """The JSON Schema of criteria packs and overlays, as shipped in `scanner/schemas/profile.schema.json`."""
    schema = TypeAdapter(PackFile | OverlayFile).json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ctpat criteria pack or overlay"}
    return head | schema
