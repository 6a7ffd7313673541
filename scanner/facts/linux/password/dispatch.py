"""What a PAM stack really does when one of its modules says no.

A module enforces when its refusal makes the whole stack refuse. That is found out by playing the library's own
dispatch (pam_dispatch.c) for one local, regular account: jumps, `done`, `die`, substacks and all. Modules that
decide by conditions nobody can see here are tried both ways, and the answer has to hold every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import product
from typing import TypeAlias

from scanner.facts.linux.password.pam import Item, Rule, Stack, Substack, rules

SUCCESS = "success"
REFUSAL = "auth_err"
_UNKNOWN_USER = "user_unknown"
_MISSING = "module_unknown"
_MAX_CONDITIONS = 6

Test: TypeAlias = Callable[[Rule], bool]

# Replies for a local, regular, not yet authenticated account; every other module agrees.
_REPLIES: Mapping[str, str] = {
    "pam_deny.so": REFUSAL,
    "pam_rootok.so": REFUSAL,
    "pam_nologin.so": "ignore",
    "pam_echo.so": "ignore",
    "pam_warn.so": "ignore",
    "pam_sss.so": _UNKNOWN_USER,
    "pam_ldap.so": _UNKNOWN_USER,
    "pam_krb5.so": _UNKNOWN_USER,
    "pam_winbind.so": _UNKNOWN_USER,
    "pam_systemd_home.so": _UNKNOWN_USER,
    "pam_lsass.so": _UNKNOWN_USER,
}
_CONDITIONS = frozenset(
    {"pam_succeed_if.so", "pam_listfile.so", "pam_access.so", "pam_time.so", "pam_exec.so", "pam_script.so"}
)


@dataclass(frozen=True, slots=True)
class Play:
    """One pass through a stack: whether it let the account through, and which modules were asked."""

    success: bool
    reached: tuple[Rule, ...]


class _Impression(Enum):
    UNDEFINED = 0
    POSITIVE = 1
    NEGATIVE = 2


@dataclass(slots=True)
class _State:
    reply_of: Callable[[Rule], str]
    impression: _Impression = _Impression.UNDEFINED
    status: str = SUCCESS
    reached: list[Rule] = field(default_factory=list)

    def positive(self, reply: str) -> None:
        clean = self.impression is _Impression.UNDEFINED
        clean = clean or (self.impression is _Impression.POSITIVE and self.status == SUCCESS)
        if clean and reply != "ignore":
            self.impression, self.status = _Impression.POSITIVE, reply

    def negative(self, reply: str) -> None:
        if self.impression is not _Impression.NEGATIVE:
            self.impression, self.status = _Impression.NEGATIVE, reply


def play(stack: Stack, reply_of: Callable[[Rule], str]) -> Play:
    """Run a stack; `reply_of` says what each module answers."""
    state = _State(reply_of)
    _walk(stack, state)
    success = state.impression is _Impression.POSITIVE and state.status == SUCCESS
    return Play(success, tuple(state.reached))


def _walk(items: tuple[Item, ...], state: _State) -> None:
    start = (state.impression, state.status)
    index = 0
    while index < len(items):
        item = items[index]
        index += 1
        if isinstance(item, Substack):
            _walk(item.items, state)
            continue
        state.reached.append(item)
        reply = state.reply_of(item)
        action = item.action(reply)
        if action.isdecimal():
            index += int(action)
            if index > len(items):
                state.negative(REFUSAL)
        elif action == "reset":
            state.impression, state.status = start
        elif _decides(action, reply, state):
            return


def _decides(action: str, reply: str, state: _State) -> bool:
    """Apply ok, done, bad, die; True when the (sub)stack ends here. Anything else is ignored."""
    if action in ("ok", "done"):
        state.positive(reply)
        return action == "done" and state.impression is not _Impression.NEGATIVE
    if action in ("bad", "die"):
        state.negative(reply)
    return action == "die"


def plays(stack: Stack, *, refusing: Test | None = None) -> Iterator[Play]:
    """The stack once for each combination of hidden conditions; `refusing` names the modules that say no."""
    hidden = [rule for rule in rules(stack) if rule.module in _CONDITIONS][:_MAX_CONDITIONS]
    for answers in product((SUCCESS, REFUSAL), repeat=len(hidden)):
        known = {id(rule): answer for rule, answer in zip(hidden, answers, strict=True)}

        def reply_of(rule: Rule, known: Mapping[int, str] = known) -> str:
            if rule.present and refusing is not None and refusing(rule):
                return REFUSAL
            return known.get(id(rule)) or usual_reply(rule)

        yield play(stack, reply_of)


def usual_reply(rule: Rule) -> str:
    """What a module says to a local, regular account that does everything right."""
    if not rule.present:
        return _MISSING
    if rule.module == "pam_faillock.so":
        return REFUSAL if rule.has("authfail") else SUCCESS
    if rule.module == "pam_usertype.so":
        return REFUSAL if rule.has("issystem") else SUCCESS
    return _REPLIES.get(rule.module, SUCCESS)


def enforces(stack: Stack, refusing: Test) -> bool:
    """True when the stack lets an account through, but never once the modules under test refuse."""
    usual = list(plays(stack))
    tried = list(plays(stack, refusing=refusing))
    open_to_anyone = any(one.success for one in usual)
    return open_to_anyone and not any(one.success for one in tried)


def always_reached(stack: Stack, test: Test, *, refusing: Test | None = None) -> bool:
    """True when a module that passes `test` is asked whatever the hidden conditions are."""
    return all(any(test(rule) for rule in one.reached) for one in plays(stack, refusing=refusing))


def is_module(*names: str) -> Test:
    """A test for modules by file name that are really installed."""
    return lambda rule: rule.present and rule.module in names
