"""Which checks a run applies to a target, with which parameters, and for which requirements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.assess.findings import PlannedCheck
from scanner.check import Check
from scanner.errors import ConfigError, Problem
from scanner.inventory.address import PLATFORMS as BEHIND
from scanner.inventory.parameters import for_check
from scanner.inventory.site import Site
from scanner.model import PLATFORMS, Target
from scanner.profile.model import Parameter, Profile
from scanner.profile.parameters import DEFAULT, SITE_FILE, EffectiveParameters, effective, outgrows
from scanner.suggest import hint


@dataclass(frozen=True, slots=True)
class Selection:
    """The checks of one run: those of the profile, and those that the user brought along."""

    profile: Profile
    checks: Mapping[str, Check]
    _requirements: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        serves = {id_: self.profile.requirements_of(id_) for id_ in self.checks}
        object.__setattr__(self, "_requirements", serves)

    def plan(self, site: Site, target: Target, platform: str = "") -> tuple[PlannedCheck, ...]:
        """What one target is judged by; the same checks for every target, so that the denominator is one number.

        `platform` is what the target turned out to be, and decides which thresholds hold; empty for a target that was
        not collected, of which only what its transport tells is known.
        """
        platform = platform or BEHIND.get(target.transport, "")
        return tuple(self._planned(check, site, target, platform) for check in self.checks.values())

    def check(self, site: Site) -> None:
        """Plan what differs from target to target, and throw it away. Raises ConfigError for what does not fit."""
        with_own = [target for target in site.targets if target.parameters]
        for target in (*site.targets[:1], *with_own):
            for platform in PLATFORMS:
                self.plan(site, target, platform)

    def _planned(self, check: Check, site: Site, target: Target, platform: str) -> PlannedCheck:
        use = self.profile.uses.get(check.id)
        layers = (site.parameters, target.parameters)
        parameters = (
            effective(use, *layers, platform=platform, sources=self.profile.sources)
            if use
            else _unguarded(check, *layers, platform)
        )
        return PlannedCheck(check=check, requirements=self._requirements[check.id], parameters=parameters)


def _unguarded(check: Check, site: Mapping[str, Any], target: Mapping[str, Any], platform: str) -> EffectiveParameters:
    """The values of a check that no requirement names: its defaults, then the site's, then the target's."""
    values, sources = dict(check.parameters), dict.fromkeys(check.parameters, DEFAULT)
    for layer in (site, target):
        own = for_check(layer, check, platform)
        values |= own
        sources |= dict.fromkeys(own, SITE_FILE)
    for name, demanded in check.tolerances.items():
        default, made = (Parameter(name=each, value=check.parameters[each]) for each in (name, demanded))
        if sources[name] is DEFAULT and outgrows(made, values[demanded], default):
            values[name], sources[name] = values[demanded], sources[demanded]
    return EffectiveParameters(values=values, sources=sources)


def select(
    profile: Profile, checks: Mapping[str, Check], *, only: Sequence[str] = (), brought: Collection[str] = ()
) -> Selection:
    """The checks that the profile uses and those brought by plug-ins or `--checks`; or `only` these.

    Raises ConfigError for a name in `only` that no check has; a family name selects all its checks.
    """
    chosen = {id_: check for id_, check in checks.items() if id_ in profile.uses or id_ in brought}
    if not only:
        return Selection(profile, chosen)
    wanted = {id_ for name in only for id_ in _named(name, checks)}
    return Selection(profile, {id_: check for id_, check in checks.items() if id_ in wanted})


def _named(name: str, checks: Mapping[str, Check]) -> list[str]:
    found = [id_ for id_, check in checks.items() if name in (id_, check.family, *check.aliases)]
    if not found:
        tip = hint(name, checks) or "`ctpat checks list` shows them all"
        raise ConfigError(Problem(path="--only", message=f"no check or family is named '{name}'", hint=tip))
    return found
