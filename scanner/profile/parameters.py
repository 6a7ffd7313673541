"""Thresholds: whose value counts, and which values are too loose to leave a requirement green.

The order is pack, overlay, site, target: the later one wins, and within one of them what is said of the target's
platform alone. A site or a target may tune any parameter, but a value looser than the pack's guardrail turns a pass
into a warning, so that the requirement cannot be green on a threshold that the pack does not stand behind. What the
pack tolerates short of its own number it does not tolerate short of a stricter one: the tolerance falls to that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from scanner.errors import ConfigError
from scanner.inventory.parameters import keys_on, parameter_key
from scanner.model import PLATFORMS, Outcome, Status
from scanner.profile.model import PLATFORM_WORDS, CheckUse, Direction, Guardrail, Parameter, Source

SITE_FILE = Source(key="site file", title="the site file", kind="customer")
DEFAULT = Source(key="check default", title="the check's own default", kind="scanner")
"""Whose a value is that no source of the pack stands behind; a pack's own keys hold no spaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveParameters:
    """The values one check runs with on one target; `looser` explains each value beyond its guardrail.

    `sources` says whose each value is.
    """

    values: Mapping[str, Any]
    looser: tuple[str, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)


Layers = tuple[Mapping[str, Any], ...]
"""What a target and what its site set; the first one that sets a parameter wins."""


def effective(
    use: CheckUse,
    site: Mapping[str, Any] | None = None,
    target: Mapping[str, Any] | None = None,
    *,
    platform: str = "",
    sources: Mapping[str, Source] | None = None,
) -> EffectiveParameters:
    """The values in force for one check on targets of `platform`: the pack's, then the site's, then the target's.

    Keys of the two mappings are as in `parameter_key`, under the check's ID or a former one, with a platform behind
    them where a value holds for that one alone; keys of other checks are ignored. `sources` are the pack's. Raises
    ConfigError for a value of the wrong type.
    """
    layers: Layers = (target or {}, site or {})
    here = {name: parameter.on(platform) for name, parameter in use.parameters.items()}
    given = {name: _set(use, parameter, layers, platform) for name, parameter in here.items()}
    found = {name: _in_force(parameter, given[name], sources or {}) for name, parameter in here.items()}
    notes = [_too_loose(_key(use, here[name], given[name]), here[name], value) for name, (value, _) in found.items()]
    for name, demanded in use.tolerances.items():
        if found[name][1] is not SITE_FILE and outgrows(here[demanded], found[demanded][0], here[name]):
            found[name] = found[demanded]
    return EffectiveParameters(
        values={name: value for name, (value, _) in found.items()},
        looser=tuple(note for note in notes if note),
        sources={name: source for name, (_, source) in found.items()},
    )


def settled(uses: Iterable[CheckUse], site: Mapping[str, Any], target: Mapping[str, Any]) -> dict[str, Any]:
    """Both layers as one that gives the same answers: what the target says in general goes before the site's details.

    So what is kept of a plan needs no site file.
    """
    general = {f"{key}.{platform}" for key in target for platform in PLATFORMS}
    found = {key: value for key, value in site.items() if key not in general} | dict(target)
    if not site or not target:
        return found
    every = [(use, parameter) for use in uses for parameter in use.parameters.values()]
    for use, parameter in sorted(every, key=lambda each: bool(each[1].same_as)):  # what others follow goes first
        for platform in PLATFORMS:
            given = _set(use, parameter, (target, site), platform)
            told = _set(use, parameter, (found,), platform) if parameter.same_as else None
            if given and not _alike(use, parameter, told, given):
                found[f"{parameter_key(use.check, parameter.name)}.{platform}"] = given[1]
    return found


_Setting = tuple[str, Any]
"""The key that a site or a target set, and its value."""


def _alike(use: CheckUse, parameter: Parameter, one: _Setting | None, other: _Setting) -> bool:
    return one is not None and one[1] == other[1] and _key(use, parameter, one) == _key(use, parameter, other)


def _key(use: CheckUse, parameter: Parameter, given: _Setting | None) -> str:
    """The key by which people know what was set: another check's where that one was, under its present name."""
    if given and any(given[0] in keys_on(parameter.same_as, platform) for platform in PLATFORMS):
        return parameter.same_as[0]
    return parameter_key(use.check, parameter.name)


def _set(use: CheckUse, parameter: Parameter, layers: Layers, platform: str) -> _Setting | None:
    """The key and the value with which a layer sets a parameter; None where none does."""
    if not any(layers):
        return None
    own = [parameter_key(name, parameter.name) for name in (use.check, *use.aliases)]
    keys = [*keys_on(own, platform), *keys_on(parameter.same_as, platform)]
    return next(((key, layer[key]) for layer in layers for key in keys if key in layer), None)


def _in_force(parameter: Parameter, given: _Setting | None, sources: Mapping[str, Source]) -> tuple[Any, Source]:
    if given is None:
        return parameter.value, sources.get(parameter.source, DEFAULT)
    return _given(given[0], parameter, given[1]), SITE_FILE


def _given(key: str, parameter: Parameter, value: Any) -> Any:
    from scanner.validation import conform  # 60 ms of pydantic: only commands that read a profile pay it

    try:
        return conform(value, parameter.value, parameter.hint)
    except ValueError as error:
        raise ConfigError(f"the parameter '{key}' does not fit: {error}") from error


def _too_loose(key: str, parameter: Parameter, value: Any) -> str:
    """Why a value cannot leave the requirement green, empty where it can."""
    where = f" on {PLATFORM_WORDS[parameter.platform]}" if parameter.platform else ""
    if parameter.guardrail is not None:
        if is_looser(value, parameter.guardrail):
            return (
                f"{key} is set to {show(value)}; the loosest value that may be green{where} is "
                f"{show(parameter.guardrail.loosest)}"
            )
        return ""
    if parameter.free or value == parameter.value:
        return ""
    return (
        f"{key} is set to {show(value)}; the profile uses {show(parameter.value)}{where} and allows no other value to "
        "be green"
    )


def name_tolerances(outcome: Outcome, parameters: EffectiveParameters) -> Outcome:
    """The note of a warning says whose tolerance it rests on; every other outcome stays."""
    if outcome.status is not Status.WARN:
        return outcome
    given: dict[str, list[str]] = {}
    for name in outcome.tolerances:
        if name in parameters.sources:
            given.setdefault(parameters.sources[name].title, []).append(f"{name} {show(parameters.values[name])}")
    texts = [f"tolerated by {title} ({', '.join(names)})" for title, names in given.items()]
    return replace(outcome, note="; ".join(part for part in (outcome.note, *texts) if part))


def hold_below_green(outcome: Outcome, parameters: EffectiveParameters) -> Outcome:
    """A pass under a threshold that is too loose becomes a warning that says so; everything else stays."""
    if outcome.status is not Status.PASS or not parameters.looser:
        return outcome
    note = "; ".join(part for part in (outcome.note, *parameters.looser) if part)
    return replace(
        outcome, status=Status.WARN, note=note, expected=outcome.expected or "a threshold within the profile's limit"
    )


def outgrows(before: Parameter, value: Any, tolerance: Parameter) -> bool:
    """Whether a demanded value is stricter than the one `before`, for which alone the tolerance was made.

    Where nothing tells which way is stricter, every other value is. A tolerance of None is none.
    """
    if tolerance.value is None or value == before.value:
        return False
    guardrail = tolerance.guardrail or before.guardrail
    return guardrail is None or is_looser(before.value, Guardrail(direction=guardrail.direction, loosest=value))


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
