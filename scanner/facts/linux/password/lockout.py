"""`Lockout` on Linux: pam_faillock and the older pam_tally2, and services that ban guessing addresses.

Sources: pam_faillock(8), faillock.conf(5), pam_tally2(8), jail.conf(5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.facts.authentication import AddressBan, Lockout
from scanner.facts.base import RawFacts
from scanner.facts.linux.password import pam
from scanner.facts.linux.password.ban import address_ban
from scanner.facts.linux.password.dispatch import always_reached, enforces, is_module, usual_reply
from scanner.facts.linux.password.pam import Pam, Rule, Stack
from scanner.facts.linux.password.policy import Inputs, inputs, module_settings
from scanner.facts.linux.password.settings import Layers, Setting
from scanner.model import Maybe, Unknown

SERVICES = ("sshd", "login", "gdm-password", "lightdm", "sddm", "kde", "xdm", "cockpit")
"""Where somebody who is not logged in yet can guess passwords; those that exist are judged."""

_FAILLOCK = "pam_faillock.so"
_TALLY = ("pam_tally2.so", "pam_tally.so")
# pam_faillock's own defaults: 3 failures within 15 minutes lock for 10 minutes.
_DENY, _UNLOCK_S, _INTERVAL_S = 3, 600, 900


@dataclass(frozen=True, slots=True)
class _Part:
    """One service: `threshold` None means that it never locks."""

    service: str
    threshold: Maybe[int | None]
    duration_s: Maybe[int | None]
    window_s: Maybe[int | None]
    exempts: Maybe[bool]
    how: str
    gaps: tuple[str, ...] = ()


def read(raw: RawFacts) -> Lockout | Unknown:
    """The lockout from the probes `pam`, `password_files`, `auth_units` and `ban_files`."""
    found = inputs(raw)
    if isinstance(found, Unknown):
        return found
    ban = address_ban(raw)
    if not found.pam.used:
        return _none(found.pam.why, ban)
    services = [name for name in SERVICES if found.pam.path(name)] or ["other"]
    return _combine([_part(found, name) for name in services], ban)


def _none(why: str, ban: Maybe[AddressBan | None]) -> Lockout:
    return Lockout(
        threshold=None,
        duration_s=None,
        window_s=None,
        exempts_administrators=True,
        how=why,
        gaps=(),
        address_ban=ban,
    )


def _combine(parts: Sequence[_Part], ban: Maybe[AddressBan | None]) -> Lockout:
    """The weakest service counts; one without a lockout beside others with one is a gap."""
    weakest = max(parts, key=_weakness)
    locking = [part for part in parts if part.threshold is not None]
    gaps = [f"{part.service}: {gap}" for part in parts for gap in part.gaps]
    if locking:
        gaps += [f"{part.service}: no lockout" for part in parts if part.threshold is None and not part.gaps]
    return Lockout(
        threshold=weakest.threshold,
        duration_s=weakest.duration_s,
        window_s=weakest.window_s,
        exempts_administrators=weakest.exempts,
        how=f"{weakest.how} (service {weakest.service})" if locking else weakest.how,
        gaps=tuple(gaps),
        address_ban=ban,
    )


def _weakness(part: _Part) -> tuple[int, int, float]:
    """Never locks, then unknown, then the larger threshold, then the shorter duration."""
    if part.threshold is None:
        return 2, 0, 0
    if isinstance(part.threshold, int):
        seconds = part.duration_s if isinstance(part.duration_s, int) else float("inf")
        return 0, part.threshold, -seconds
    return 1, 0, 0


def _part(found: Inputs, service: str) -> _Part:
    stack = found.pam.stack(service, "auth")
    if isinstance(stack, Unknown):
        return _Part(service, stack, stack, stack, stack, stack.detail)
    listed = [rule for rule in pam.rules(stack) if rule.module in (_FAILLOCK, *_TALLY)]
    if any(rule.module == _FAILLOCK for rule in listed):
        return _faillock(found, service, stack, [rule for rule in listed if rule.module == _FAILLOCK])
    if listed:
        return _tally(found.pam, service, stack, listed[0])
    return _Part(service, None, None, None, True, "no module counts failed logins")


# --- pam_faillock -----------------------------------------------------------------------------------------


def _faillock(found: Inputs, service: str, stack: Stack, listed: Sequence[Rule]) -> _Part:
    gaps = _faillock_gaps(found.pam, service, stack, listed)
    refusing = next((rule for rule in listed if _refuses(rule)), listed[0])
    settings = module_settings(refusing, found, "faillock.conf")
    deny = settings.number("deny", _DENY)
    off = deny == 0 or not refusing.present
    if deny == 0:
        gaps.append("deny=0 switches the lockout off")
    return _Part(
        service=service,
        threshold=None if off else deny,
        duration_s=_duration(settings),
        window_s=settings.number("fail_interval", _INTERVAL_S),
        exempts=_negated(settings.word("even_deny_root")),
        how=f"{refusing} with deny={deny}" if isinstance(deny, int) else deny.detail,
        gaps=tuple(gaps),
    )


def _faillock_gaps(config: Pam, service: str, stack: Stack, listed: Sequence[Rule]) -> list[str]:
    if not all(rule.present for rule in listed):
        return [f"{_FAILLOCK} is listed, but the module is not installed"]
    gaps = []
    if not enforces(stack, _refuses):
        gaps.append("a locked account is not refused (no effective preauth or authsucc line of pam_faillock)")
    if not always_reached(stack, _counts, refusing=is_module("pam_unix.so")):
        gaps.append("failed logins are not counted (no effective authfail line of pam_faillock)")
    if not _resets(config, service, stack):
        gaps.append("a good login does not reset the count (no authsucc line and no account line of pam_faillock)")
    return gaps


def _refuses(rule: Rule) -> bool:
    return rule.present and rule.module == _FAILLOCK and (rule.has("preauth") or rule.has("authsucc"))


def _counts(rule: Rule) -> bool:
    return rule.present and rule.module == _FAILLOCK and rule.has("authfail")


def _resets(config: Pam, service: str, stack: Stack) -> bool:
    def succeeds(rule: Rule) -> bool:
        return rule.module == _FAILLOCK and rule.has("authsucc") and usual_reply(rule) == "success"

    return always_reached(stack, succeeds) or _in_account(config, service, _FAILLOCK)


def _in_account(config: Pam, service: str, module: str) -> bool:
    account = config.stack(service, "account")
    return not isinstance(account, Unknown) and always_reached(account, is_module(module))


def _duration(settings: Layers) -> Maybe[int | None]:
    """Seconds until an account unlocks itself; None for never, which is also what 0 means."""
    given = settings.get("unlock_time", str(_UNLOCK_S))
    if isinstance(given, Unknown):
        return given
    return None if given.value == "never" else given.number(_UNLOCK_S) or None


def _negated(value: bool | Unknown) -> Maybe[bool]:
    return value if isinstance(value, Unknown) else not value


# --- pam_tally2 -------------------------------------------------------------------------------------------


def _tally(config: Pam, service: str, stack: Stack, rule: Rule) -> _Part:
    """No `deny` means that it only counts; no `unlock_time` means that an administrator has to unlock."""
    gaps = []
    if not rule.present:
        gaps.append(f"{rule.module} is listed, but the module is not installed")
    elif not enforces(stack, is_module(rule.module)):
        gaps.append(f"a locked account is not refused: {rule} does not decide")
    elif not _in_account(config, service, rule.module):
        gaps.append(f"a good login does not reset the count (no account line of {rule.module})")
    deny = Setting(rule.option("deny") or "0", "").number(0)
    return _Part(
        service=service,
        threshold=deny if deny > 0 and rule.present else None,
        duration_s=Setting(rule.option("unlock_time") or "0", "").number(0) or None,
        window_s=None,
        exempts=not rule.has("even_deny_root"),
        how=f"{rule} with deny={deny}",
        gaps=tuple(gaps),
    )
