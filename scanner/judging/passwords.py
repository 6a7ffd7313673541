"""The rules of password checks: a host's policy, a domain's and the finer ones of a domain are judged alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.facts import Host
from scanner.model import Absent, Maybe, Unknown, is_known, need, need_or
from scanner.text import plural


def is_workstation(host: Host | Unknown | None) -> Maybe[bool]:
    """Whether the target is a host for one person at a desk; what is no host at all is none."""
    if host is None:
        return False
    return host if isinstance(host, Unknown) else host.workstation


def password_ages(minimum: Maybe[int | None], maximum: Maybe[int | None]) -> str:
    """Both ages in days as a specialist looks for them, whatever is demanded of them."""
    return f"{_age('minimum', minimum)}, {_age('maximum', maximum)}"


def _age(which: str, days: Maybe[int | None]) -> str:
    if isinstance(days, Unknown):
        return f"{which} age not known"
    if isinstance(days, Absent) or days is None:
        return f"no {which} age"
    return f"{which} age {plural(days, 'day')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockoutRules:
    """What is demanded of a lockout, in failures and seconds.

    `min_window_s` is None where nothing is demanded. `tolerated_attempts` are as many as are still a warning,
    `workstation_tolerated_duration_s` and `workstation_tolerated_window_s` as short as either may be for a warning on a
    workstation; None for no tolerance.
    """

    max_attempts: int
    tolerated_attempts: int | None
    min_duration_s: int
    min_window_s: int | None
    workstation_tolerated_duration_s: int | None
    workstation_tolerated_window_s: int | None

    def __str__(self) -> str:
        within = f" within at least {self.min_window_s} s" if self.min_window_s is not None else ""
        return f"at most {self.max_attempts} failures{within} lock an account for at least {self.min_duration_s} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Locks:
    """How accounts lock, with the three values of `Lockout`; `threshold` has to be another than None."""

    threshold: Maybe[int | None]
    duration_s: Maybe[int | None]
    window_s: Maybe[int | None]

    def __str__(self) -> str:
        length = f"for {self.duration_s} s" if isinstance(self.duration_s, int) else "until an administrator unlocks"
        within = f" within {self.window_s} s" if isinstance(self.window_s, int) else ""
        return f"{self.threshold} failures{within} lock {length}"

    def faults(self, rules: LockoutRules, workstation: Maybe[bool]) -> list[str]:
        """What no tolerance covers; where nobody knows what the host is, only what none would."""
        most = max(rules.max_attempts, rules.tolerated_attempts or 0)
        return [
            *(text for count, text in self._attempts() if count > most),
            *(one.text for one in self._times(rules) if one.found < one.least(workstation)),
        ]

    def tolerated(self, rules: LockoutRules, workstation: Maybe[bool]) -> list[tuple[str, str]]:
        """The rest of what is short of the rules, each with the parameter that tolerates it.

        The check ends here as unknown where a value that is demanded, or what the host is, is not known.
        """
        need(self.threshold)
        need(self.duration_s)
        if rules.min_window_s is not None:
            need(self.window_s)
        over = [("tolerated_attempts", text) for count, text in self._attempts() if count > rules.max_attempts]
        short = [(one.tolerance, one.text) for one in self._times(rules) if one.found < one.wanted]
        if short:
            need_or(workstation, False)
        return over + short

    def _attempts(self) -> Iterator[tuple[int, str]]:
        if is_known(self.threshold) and self.threshold is not None:
            yield self.threshold, f"an account locks only after {self.threshold} failures"

    def _times(self, rules: LockoutRules) -> Iterator[_Time]:
        """Each length of time that is known and of which one is demanded."""
        if is_known(self.duration_s) and self.duration_s is not None:
            yield _Time(
                self.duration_s,
                rules.min_duration_s,
                rules.workstation_tolerated_duration_s,
                "workstation_tolerated_duration_s",
                f"a locked account opens again after {self.duration_s} s",
            )
        if rules.min_window_s is not None and is_known(self.window_s) and self.window_s is not None:
            yield _Time(
                self.window_s,
                rules.min_window_s,
                rules.workstation_tolerated_window_s,
                "workstation_tolerated_window_s",
                f"failures are forgotten after {self.window_s} s",
            )


@dataclass(frozen=True, slots=True)
class _Time:
    """A length of time in seconds, what is demanded of it, what is tolerated by which parameter, and the sentence."""

    found: int
    wanted: int
    tolerated: int | None
    tolerance: str
    text: str

    def least(self, workstation: Maybe[bool]) -> int:
        """What no tolerance reaches below; where nobody knows what the host is, it may be a workstation."""
        if self.tolerated is None or workstation is False or isinstance(workstation, Absent):
            return self.wanted
        return min(self.wanted, self.tolerated)
