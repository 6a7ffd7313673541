"""Checks: pure functions of facts, found by their path, loaded from content, plug-ins or a folder.

`checks/password/min_length.py` is the check `password/min_length`. Positional parameters are the facts it
needs, keyword-only parameters what a profile or a site may tune. A fact annotated `X | None` lets the check
judge absence itself, `X | Unknown` lets it fail on the facts that are there; otherwise an absent fact makes
the finding not applicable and an unknown one makes it unknown before the check runs.
"""

from __future__ import annotations

import inspect
import re
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.facts.base import Fact
from scanner.model import PLATFORMS, Outcome, Reason, Severity, Status, Unknown

ID = re.compile(r"[a-z][a-z0-9_]*(?:/[a-z][a-z0-9_]*)+")
BUILT_IN = "built-in"


# --- What a check returns --------------------------------------------------------------------------------


def passed(*, actual: str, note: str = "") -> Outcome:
    """The facts meet the requirement; `actual` says what was observed."""
    return Outcome(status=Status.PASS, actual=actual, note=note)


def warned(*, expected: str, actual: str, note: str = "", tolerances: Sequence[str] = ()) -> Outcome:
    """Met only within the tolerance that the profile names: that of the parameters in `tolerances`."""
    return Outcome(status=Status.WARN, expected=expected, actual=actual, note=note, tolerances=tuple(tolerances))


def failed(*, expected: str, actual: str, items: Sequence[str] = (), note: str = "") -> Outcome:
    """The facts break the requirement; `items` lists the offenders one by one."""
    return Outcome(status=Status.FAIL, expected=expected, actual=actual, items=tuple(items), note=note)


def review(*, question: str, items: Sequence[str], actual: str = "", note: str = "") -> Outcome:
    """The facts are there and a person has to judge the list."""
    shown = actual or f"{len(items)} to be judged by a person"
    return Outcome(status=Status.REVIEW, question=question, items=tuple(items), actual=shown, note=note)


def not_applicable(why: str) -> Outcome:
    """The requirement has no object here; `why` says so in one clause."""
    return Outcome(status=Status.NOT_APPLICABLE, actual=why)


def unknown(code: Reason, detail: str) -> Outcome:
    """A check itself may say only `stale` or `no_evidence`; the other codes belong to readers and the engine."""
    if code not in (Reason.STALE, Reason.NO_EVIDENCE):
        raise ValueError(f"a check may not answer unknown({code})")
    return Outcome(status=Status.UNKNOWN, reason=code, actual=detail)


def exempted(names: Iterable[str]) -> str:
    """A sentence for the note naming what the site's own settings left out; empty where they left out nothing."""
    listed = sorted(set(names))
    return f"Exempted by the site: {len(listed)} ({', '.join(listed)})." if listed else ""


# --- What a check is -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FactParameter:
    """One fact a check asks for, and which non-values it wants to judge itself."""

    name: str
    fact: type[Fact]
    takes_absent: bool
    takes_unknown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check ready to run. `parameters` maps each tunable name to its default.

    `tolerances` maps a parameter that turns a failure into a warning to the one that it is short of.
    """

    id: str
    title: str
    severity: Severity
    why: str
    reference: str
    remediation: str
    references: tuple[str, ...]
    facts: tuple[FactParameter, ...]
    parameters: Mapping[str, Any]
    run: Callable[..., Outcome] = field(repr=False)
    tolerances: Mapping[str, str] = field(default_factory=dict)
    version: int = 1
    aliases: tuple[str, ...] = ()
    deprecated: str = ""
    cases: Mapping[str, Any] = field(default_factory=dict, repr=False)
    source: str = BUILT_IN

    @property
    def family(self) -> str:
        return self.id.rsplit("/", 1)[0]


def check(
    *,
    title: str,
    severity: Severity,
    remediation: str,
    references: Sequence[str] = (),
    tolerances: Mapping[str, str] | None = None,
    version: int = 1,
    aliases: Sequence[str] = (),
    deprecated: str = "",
) -> Callable[[Callable[..., Outcome]], Check]:
    """Make a function a check; why and source come from its module's docstring (`Why:`, `Source:`)."""

    def decorate(function: Callable[..., Outcome]) -> Check:
        module = sys.modules.get(function.__module__)
        why, source = _why_and_source((module.__doc__ if module else "") or "")
        facts, parameters = _signature(function)
        for name in (each for pair in (tolerances or {}).items() for each in pair):
            if name not in parameters:
                raise ValueError(f"a tolerance names {name!r}, which is no parameter")
        return Check(
            id="",  # the loader knows the path
            title=title,
            severity=severity,
            why=why,
            reference=source,
            remediation=remediation,
            references=tuple(references),
            facts=facts,
            parameters=parameters,
            run=function,
            tolerances=dict(tolerances or {}),
            version=version,
            aliases=tuple(aliases),
            deprecated=deprecated,
        )

    return decorate


def _why_and_source(doc: str) -> tuple[str, str]:
    """The paragraphs that open with `Why:` and `Source:`; both are owed."""
    found = {"Why": "", "Source": ""}
    current = ""
    for line in inspect.cleandoc(doc).splitlines()[1:]:
        word, colon, rest = line.partition(":")
        if colon and word in found:
            current, line = word, rest
        elif not line.strip():
            current = ""
        if current:
            found[current] = f"{found[current]} {line.strip()}".strip()
    if not all(found.values()):
        raise ValueError("the module docstring needs a paragraph 'Why: …' and one 'Source: …'")
    return found["Why"], found["Source"]


def _signature(function: Callable[..., Outcome]) -> tuple[tuple[FactParameter, ...], dict[str, Any]]:
    hints = typing.get_type_hints(function)
    facts: list[FactParameter] = []
    parameters: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY:
            if parameter.default is parameter.empty:
                raise ValueError(f"parameter {name!r} needs a default")
            if name in PLATFORMS:  # `family.check.name.windows` would have two meanings
                raise ValueError(f"parameter {name!r} is the name of a platform")
            parameters[name] = parameter.default
        else:
            facts.append(_fact_parameter(name, hints.get(name)))
    if not facts:
        raise ValueError("a check needs at least one fact")
    return tuple(facts), parameters


def _fact_parameter(name: str, hint: Any) -> FactParameter:
    union = isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union
    parts = typing.get_args(hint) if union else (hint,)
    kinds = [part for part in parts if isinstance(part, type) and issubclass(part, Fact)]
    others = [part for part in parts if part not in kinds and part not in (type(None), Unknown)]
    if len(kinds) != 1 or others:
        raise ValueError(f"parameter {name!r} must be one fact type, optionally `| None` and `| Unknown`")
    return FactParameter(name, kinds[0], type(None) in parts, Unknown in parts)
