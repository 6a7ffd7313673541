"""YAML checks: one field of one fact against one value, with cases that the suite runs.

Whatever could make a rule match by accident is an error at load, with its place: a fact or field that does not exist,
a value the field can never hold, an order between things that have none, a case that contradicts the rule.
"""

from __future__ import annotations

import json
import operator
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from scanner.check import Check, FactParameter, failed, passed
from scanner.errors import ConfigError
from scanner.facts import FACTS
from scanner.facts.base import Fact
from scanner.model import Absent, Outcome, Reason, Severity, Status, Unknown, need
from scanner.suggest import hint as near_hint
from scanner.suggest import listed
from scanner.validation import Strict, check_model
from scanner.yaml_source import Document, load_yaml

SUBJECT = "subject"
"""The name under which a rule takes its fact."""

Text: TypeAlias = Annotated[str, Field(min_length=1)]


class ThatFile(Strict):
    """The test: one field, and exactly one of the comparisons."""

    fact: Text
    field: Text
    parameter: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "value"
    equals: Any = None
    not_equals: Any = None
    at_least: Any = None
    at_most: Any = None
    one_of: Any = None
    none_of: Any = None
    contains: Any = None


class CasesFile(Strict):
    """Fields of the fact that make the rule pass, and fields that make it fail."""

    passing: Annotated[list[dict[str, Any]], Field(alias="pass", min_length=1)]
    failing: Annotated[list[dict[str, Any]], Field(alias="fail", min_length=1)]


class RuleFile(Strict):
    """One YAML check."""

    title: Text
    severity: Literal["critical", "high", "medium", "low"]
    why: Text
    source: Text
    remediation: Text
    that: ThatFile
    cases: CasesFile
    references: list[Text] = Field(default_factory=list)
    version: Annotated[int, Field(ge=1)] = 1
    aliases: list[Text] = Field(default_factory=list)
    deprecated: str = ""


# --- Comparisons -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One word of the rule language.

    `phrase` completes "NAME …", `operand` says what the rule's value is to the field's type.
    """

    phrase: str
    operand: Literal["same", "ordered", "many", "item"]
    holds: Callable[[Any, Any], bool]


_COMPARISONS: Mapping[str, _Comparison] = {
    "equals": _Comparison("is", "same", operator.eq),
    "not_equals": _Comparison("is not", "same", operator.ne),
    "at_least": _Comparison("is at least", "ordered", operator.ge),
    "at_most": _Comparison("is at most", "ordered", operator.le),
    "one_of": _Comparison("is one of", "many", lambda actual, wanted: actual in wanted),
    "none_of": _Comparison("is none of", "many", lambda actual, wanted: actual not in wanted),
    "contains": _Comparison("contains", "item", lambda actual, wanted: wanted in actual),
}
_ORDERED = (int, float, date, datetime)
_COLLECTIONS = (tuple, list, frozenset, set, Mapping)


@dataclass(frozen=True, slots=True)
class Rule:
    """The function of a YAML check: takes the fact and the compared value, gives the outcome."""

    field: str
    comparison: _Comparison
    parameter: str
    default: Any

    def __call__(self, subject: Fact, **parameters: Any) -> Outcome:
        """Pass when the field compares well; a field without a value ends as unknown or not applicable."""
        wanted = parameters.pop(self.parameter, self.default)
        if parameters:
            raise TypeError(f"a rule has one parameter, '{self.parameter}', not {', '.join(parameters)}")
        actual = need(getattr(subject, self.field))
        name = self.field.replace("_", " ")
        said = f"{name} is {show(actual)}"
        if self.comparison.holds(actual, wanted):
            return passed(actual=said)
        return failed(expected=f"{name} {self.comparison.phrase} {show(wanted)}", actual=said)


def show(value: Any) -> str:
    """A value in words for a report."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, Mapping):
        return show(tuple(value))
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(show(item) for item in value) or "empty"
    if isinstance(value, date):
        return value.isoformat()
    return str(value.value if isinstance(value, Enum) else value)


# --- Loading ---------------------------------------------------------------------------------------------


def load_rule(path: Path, name: str) -> Check:
    """Read one YAML check. Raises ConfigError with file, line and column for every problem at once."""
    document = load_yaml(path)
    content, problems = check_model(document, RuleFile.model_validate, document.data, root=RuleFile)
    if content is None:
        raise ConfigError(problems)
    return _Loader(document, content).check(name)


class _Loader:
    """One rule in the making; each step that finds a problem ends with ConfigError."""

    def __init__(self, document: Document, content: RuleFile) -> None:
        self._document = document
        self._content = content
        self._fact = self._fact_type()
        self._hint = self._field_type(content.that.field, ("that", "field"))

    def check(self, name: str) -> Check:
        """The check, with its cases already turned into facts."""
        content = self._content
        rule = self._rule()
        return Check(
            id=name,
            title=content.title,
            severity=Severity(content.severity),
            why=content.why,
            reference=content.source,
            remediation=content.remediation,
            references=tuple(content.references),
            facts=(FactParameter(SUBJECT, self._fact, takes_absent=False, takes_unknown=False),),
            parameters={rule.parameter: rule.default},
            run=rule,
            version=content.version,
            aliases=tuple(content.aliases),
            deprecated=content.deprecated,
            cases={
                "pass": self._cases("pass", content.cases.passing),
                "fail": self._cases("fail", content.cases.failing),
            },
        )

    def _fact_type(self) -> type[Fact]:
        names = {fact.name: fact for fact in FACTS}
        asked = self._content.that.fact
        if asked not in names:
            raise self._error(("that", "fact"), f"there is no fact '{asked}'", names)
        return names[asked]

    def _field_type(self, name: str, loc: tuple[str | int, ...], *, key: bool = False) -> Any:
        known = [field.name for field in fields(self._fact)]
        if name not in known:
            raise self._error(loc, f"the fact '{self._fact.name}' has no field '{name}'", known, key=key)
        return value_type(typing.get_type_hints(self._fact)[name])

    def _rule(self) -> Rule:
        that = self._content.that
        given = [word for word in _COMPARISONS if word in that.model_fields_set]
        if len(given) != 1:
            raise self._error(("that",), f"{len(given)} comparisons", _COMPARISONS, expected="exactly one comparison")
        word, comparison = given[0], _COMPARISONS[given[0]]
        if that.parameter == SUBJECT:
            raise self._error(("that", "parameter"), f"'{SUBJECT}' is the name of the fact", ())
        wanted = self._converted(getattr(that, word), self._operand_type(comparison, word), ("that", word))
        return Rule(field=that.field, comparison=comparison, parameter=that.parameter, default=wanted)

    def _operand_type(self, comparison: _Comparison, word: str) -> Any:
        """The type that the rule's value must have, or an error where the comparison makes no sense."""
        loc = ("that", word)
        if comparison.operand == "many":
            return Annotated[tuple[self._hint, ...], Field(min_length=1)]  # type: ignore[name-defined]  # a type made at run time
        if comparison.operand == "ordered" and not _is_ordered(self._hint):
            raise self._error(
                loc, f"'{self._content.that.field}' has no order (or may be none)", (), expected="a number or a date"
            )
        if comparison.operand == "item":
            item = _item_type(self._hint)
            if item is None:
                raise self._error(loc, f"'{self._content.that.field}' contains nothing", (), expected="a list")
            return item
        return self._hint

    def _cases(self, word: str, cases: list[dict[str, Any]]) -> tuple[Fact, ...]:
        return tuple(self._case(case, ("cases", word, index)) for index, case in enumerate(cases))

    def _case(self, case: Mapping[str, Any], loc: tuple[str | int, ...]) -> Fact:
        """The fact of one case; fields it leaves out are unknown, so that a rule cannot lean on them."""
        if self._content.that.field not in case:
            raise self._error(loc, f"the case does not say '{self._content.that.field}'", ())
        values: dict[str, Any] = {
            field.name: Unknown(Reason.NO_EVIDENCE, "not part of this case") for field in fields(self._fact)
        }
        for name, value in case.items():
            hint = self._field_type(name, (*loc, name), key=True)
            values[name] = self._converted(value, hint, (*loc, name))
        return self._fact(**values)

    def _converted(self, value: Any, hint: Any, loc: tuple[str | int, ...]) -> Any:
        try:
            # Strict JSON takes a list for a tuple and text for a date, and "14" for no number.
            return TypeAdapter(hint).validate_json(json.dumps(value), strict=True)
        except ValidationError as error:
            message = f"the field can never hold this value: {error.errors()[0]['msg'].lower()}"
            raise self._error(loc, message, (), found=repr(value)) from error

    def _error(
        self, loc: tuple[str | int, ...], message: str, known: typing.Iterable[str], *, key: bool = False, **more: Any
    ) -> ConfigError:
        names = list(known)
        word = message.rpartition("'")[0].rpartition("'")[2]
        more.setdefault("hint", near_hint(word, names))
        if names and not more["hint"]:
            more.setdefault("expected", listed(names))
        return ConfigError(self._document.problem(loc, message, key=key, **more))


def value_type(hint: Any) -> Any:
    """What a `Maybe[…]` field holds when it holds a value."""
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return hint
    parts = [part for part in typing.get_args(hint) if part not in (Absent, Unknown)]
    return typing.Union[tuple(parts)]  # noqa: UP007 - the parts are known at run time only


def _is_ordered(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, _ORDERED) and hint is not bool


def _item_type(hint: Any) -> Any:
    """The type of a collection's items (of a mapping's keys), None for anything else."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(origin, type) and issubclass(origin, _COLLECTIONS) and arguments:
        return arguments[0]
    return None


# --- Cases -----------------------------------------------------------------------------------------------


def run_cases(check: Check) -> tuple[str, ...]:
    """Run the cases of a YAML check: a sentence for each that does not come out as written, empty when all do.

    A check without passing and failing cases has nothing to show, and says so.
    """
    return tuple(_disagreements(check))


def _disagreements(check: Check) -> Iterator[str]:
    for word, status in (("pass", Status.PASS), ("fail", Status.FAIL)):
        cases = check.cases.get(word, ())
        if not cases:
            yield f"{check.id}: no case under '{word}'"
        for number, subject in enumerate(cases, 1):
            outcome = check.run(subject)
            if outcome.status is not status:
                yield f"{check.id}: case {number} under '{word}' gives {outcome.status}: {outcome.actual}"
