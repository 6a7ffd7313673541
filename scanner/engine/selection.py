"""Which checks a run applies to a target, with which parameters, and for which requirements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from scanner.assess.findings import PlannedCheck
from scanner.check import Check
from scanner.errors import ConfigError, Problem
from scanner.inventory.parameters import for_check
from scanner.inventory.site import Site
from scanner.model import Target
from scanner.profile.model import Profile
from scanner.profile.parameters import EffectiveParameters, effective
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

    def plan(self, site: Site, target: Target) -> tuple[PlannedCheck, ...]:
        """What one target is judged by; the same checks for every target, so that the denominator is one number."""
        return tuple(self._planned(check, site, target) for check in self.checks.values())

    def check(self, site: Site) -> None:
        """Plan what differs from target to target, and throw it away. Raises ConfigError for what does not fit."""
        with_own = [target for target in site.targets if target.parameters]
        for target in (*site.targets[:1], *with_own):
            self.plan(site, target)

    def _planned(self, check: Check, site: Site, target: Target) -> PlannedCheck:
        use = self.profile.uses.get(check.id)
        parameters = effective(use, site.parameters, target.parameters) if use else _unguarded(check, site, target)
        return PlannedCheck(check=check, requirements=self._requirements[check.id], parameters=parameters)


def _unguarded(check: Check, site: Site, target: Target) -> EffectiveParameters:
    """The values of a check that no requirement names: its defaults, then the site's, then the target's."""
    own = [for_check(parameters, check) for parameters in (site.parameters, target.parameters)]
    return EffectiveParameters(values={**check.parameters, **own[0], **own[1]})


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
