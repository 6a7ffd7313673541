"""Thresholds: whose value counts, and which values are too loose to leave a requirement green.

The order is pack, overlay, site, target: the later one wins. A site or a target may tune any parameter, but a
value looser than the pack's guardrail turns a pass into a warning, so that the requirement cannot be green on a
threshold that the pack does not stand behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from scanner.errors import ConfigError
from scanner.model import Outcome, Status
from scanner.profile.model import CheckUse, Direction, Guardrail, Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveParameters:
    """The values one check runs with on one target; `looser` explains each value beyond its guardrail."""

    values: Mapping[str, Any]
    looser: tuple[str, ...] = ()


def parameter_key(check: str, name: str) -> str:
    """The key of a parameter in a site file: `password/min_length`, `required` is `password.min_length.required`."""
    return f"{check.replace('/', '.')}.{name}"


def effective(
    use: CheckUse, site: Mapping[str, Any] | None = None, target: Mapping[str, Any] | None = None
) -> EffectiveParameters:
    """The values in force for one check: the pack's, then the site's, then the target's.

    Keys of the two mappings are as in `parameter_key`, under the check's ID or a former one; keys of other checks
    are ignored. Raises ConfigError for a value of the wrong type.
    """
    layers = (target or {}, site or {})
    values = {name: _in_force(use, parameter, layers) for name, parameter in use.parameters.items()}
    notes = (_too_loose(use.check, use.parameters[name], value) for name, value in values.items())
    return EffectiveParameters(values=values, looser=tuple(note for note in notes if note))


def _in_force(use: CheckUse, parameter: Parameter, layers: tuple[Mapping[str, Any], ...]) -> Any:
    keys = [parameter_key(name, parameter.name) for name in (use.check, *use.aliases)]
    for layer in layers:
        for key in keys:
            if key in layer:
                return _given(key, parameter, layer[key])
    return parameter.value


def _given(key: str, parameter: Parameter, value: Any) -> Any:
    from scanner.validation import conform  # 60 ms of pydantic: only commands that read a profile pay it

    try:
        return conform(value, parameter.value, parameter.hint)
    except ValueError as error:
        raise ConfigError(f"the parameter '{key}' does not fit: {error}") from error


def _too_loose(check: str, parameter: Parameter, value: Any) -> str:
    """Why a value cannot leave the requirement green, empty where it can."""
    key = parameter_key(check, parameter.name)
    if parameter.guardrail is not None:
        if is_looser(value, parameter.guardrail):
            return (
                f"{key} is set to {show(value)}; the loosest value that may be green is "
                f"{show(parameter.guardrail.loosest)}"
            )
        return ""
    if parameter.free or value == parameter.value:
        return ""
    return (
        f"{key} is set to {show(value)}; the profile uses {show(parameter.value)} and allows no other value to be green"
    )


def hold_below_green(outcome: Outcome, parameters: EffectiveParameters) -> Outcome:
    """A pass under a threshold that is too loose becomes a warning that says so; everything else stays."""
    if outcome.status is not Status.PASS or not parameters.looser:
        return outcome
    note = "; ".join(part for part in (outcome.note, *parameters.looser) if part)
    return replace(
        outcome, status=Status.WARN, note=note, expected=outcome.expected or "a threshold within the profile's limit"
    )


# --- Guardrails ------------------------------------------------------------------------------------------


def _below(value: Any, loosest: Any) -> bool:
    return value is None or (loosest is not None and bool(value < loosest))


def _above(value: Any, loosest: Any) -> bool:
    return loosest is not None and (value is None or bool(value > loosest))


_LOOSER: Mapping[Direction, Callable[[Any, Any], bool]] = {
    Direction.MIN: _below,
    Direction.MAX: _above,
    Direction.SUBSET: lambda value, loosest: not set(value) <= set(loosest),
    Direction.SUPERSET: lambda value, loosest: not set(value) >= set(loosest),
    Direction.EXACTLY: lambda value, loosest: bool(value != loosest),
}


def is_looser(value: Any, guardrail: Guardrail) -> bool:
    """True when a value is beyond the guardrail; values that cannot be compared count as looser."""
    try:
        return _LOOSER[guardrail.direction](value, guardrail.loosest)
    except TypeError:
        return True


def show(value: Any) -> str:
    """A parameter's value in words for a report."""
    words = {None: "no limit", True: "yes", False: "no"}
    if value is None or isinstance(value, bool):
        return words[value]
    if isinstance(value, list | tuple):
        return ", ".join(show(item) for item in value) or "nothing"
    return value.isoformat() if isinstance(value, date) else str(value)
