"""Rules of sudo and doas as `PrivilegeGrant`: only the rights to act as root."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scanner.facts.accounts import Accounts
from scanner.facts.linux.privileges.pager import hands_over
from scanner.facts.linux.privileges.reach import scope_of
from scanner.facts.privileges import PrivilegeGrant, SecretAsked

_NAMES = ("username", "usergroup", "userid", "usergid", "netgroup", "nonunixgroup", "useralias")


@dataclass(frozen=True, slots=True)
class _Flags:
    """What Defaults lines say for one rule."""

    authenticate: bool
    target_password: bool
    keeps_pager_switch: bool


def sudo_grants(
    rules: Mapping[str, Any], accounts: Accounts, *, secure_pager: bool = False
) -> tuple[PrivilegeGrant, ...]:
    """Every grant of `cvtsudoers -e -f json` that lets its holder act as root; for `secure_pager` see `pager`."""
    defaults = [item for item in _list(rules.get("Defaults")) if isinstance(item, dict)]
    found: list[PrivilegeGrant] = []
    for spec in _dicts(rules.get("User_Specs")):
        users = _dicts(spec.get("User_List"))
        out = frozenset(name for user in users if user.get("negated") for name in _accounts(user, accounts))
        for user in users:
            if not user.get("negated"):
                for commands in _dicts(spec.get("Cmnd_Specs")):
                    found += _grant(user, out, commands, defaults, accounts, secure_pager)
    return tuple(_merged(found))


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _grant(
    user: Mapping[str, Any],
    out: frozenset[str],
    spec: Mapping[str, Any],
    defaults: Sequence[Mapping[str, Any]],
    accounts: Accounts,
    secure_pager: bool,
) -> Iterator[PrivilegeGrant]:
    if not _as_root(spec):
        return
    commands = tuple(str(item.get("command", "?")) for item in _dicts(spec.get("Commands")) if not item.get("negated"))
    exceptions = tuple(str(item.get("command", "?")) for item in _dicts(spec.get("Commands")) if item.get("negated"))
    if not (commands or exceptions):
        return
    holder, names = _holder(user), tuple(name for name in _accounts(user, accounts) if name not in out)
    flags = _flags(user, names, defaults)
    asks = _asks(_option(spec, "authenticate"), flags)
    secure = secure_pager and not (flags.keeps_pager_switch or _option(spec, "setenv"))
    yield PrivilegeGrant(
        holder=holder,
        accounts=names,
        means="sudo",
        scope=scope_of(commands, noexec=_option(spec, "noexec") is True, secure_pager=secure),
        commands=commands,
        exceptions=exceptions,
        asks_for=asks,
        text=_text(holder, spec, asks, commands, exceptions),
    )


def _merged(grants: Sequence[PrivilegeGrant]) -> Iterator[PrivilegeGrant]:
    """The text parser gives one entry per command: exceptions join the grant that they cut into."""
    pending: PrivilegeGrant | None = None
    for grant in grants:
        if not grant.commands and pending is not None and pending.holder == grant.holder:
            shown = "".join(f", !{name}" for name in grant.exceptions)
            pending = replace(
                pending, exceptions=(*pending.exceptions, *grant.exceptions), text=f"{pending.text}{shown}"
            )
            continue
        if pending is not None:
            yield pending
        pending = grant if grant.commands else None
    if pending is not None:
        yield pending


def _as_root(spec: Mapping[str, Any]) -> bool:
    """Whether the run-as list admits root; without a list sudo means root, with groups alone the caller's own user."""
    users = _dicts(spec.get("runasusers"))
    if not users:
        return not _dicts(spec.get("runasgroups"))
    return any(
        not user.get("negated") and (user.get("username") in ("ALL", "root") or user.get("userid") == 0)
        for user in users
    )


def _holder(user: Mapping[str, Any]) -> str:
    for kind in _NAMES:
        if kind in user:
            value = str(user[kind])
            if kind == "username":
                return "everyone" if value == "ALL" else value
            words = {"usergroup": "group", "usergid": "group number", "userid": "user number"}
            return f"{words.get(kind, kind)} {value}"
    return "an unnamed holder"


def _accounts(user: Mapping[str, Any], accounts: Accounts) -> tuple[str, ...]:
    """The local accounts behind an entry of a user list."""
    if (name := user.get("username")) is not None:
        return tuple(item.name for item in accounts.accounts) if name == "ALL" else (str(name),)
    if (group := user.get("usergroup")) is not None:
        return accounts.members(str(group))
    if (uid := user.get("userid")) is not None:
        return tuple(item.name for item in accounts.accounts if item.identifier == str(uid))
    if (gid := user.get("usergid")) is not None:
        return tuple(item.name for item in accounts.accounts if str(gid) in item.group_ids)
    return ()


def _flags(user: Mapping[str, Any], names: Sequence[str], defaults: Sequence[Mapping[str, Any]]) -> _Flags:
    """The Defaults that hold for this holder; one bound to commands or hosts counts when it drops the password."""
    authenticate, target, keeps = True, False, False
    for item in defaults:
        binding = _dicts(item.get("Binding"))
        bound = any("command" in entry or "hostname" in entry for entry in binding)
        if binding and not bound and not any(_touches(entry, user, names) for entry in binding):
            continue
        for option in _dicts(item.get("Options")):
            if "authenticate" in option and not (bound and option["authenticate"] is not False):
                authenticate = option["authenticate"] is not False
            target = target or any(option.get(name) is True for name in ("targetpw", "rootpw", "runaspw"))
            keeps = keeps or _keeps(option)
    return _Flags(authenticate, target, keeps)


def _keeps(option: Mapping[str, Any]) -> bool:
    """Whether an option of Defaults lets the variable through that makes systemd's pager start programs."""
    whole = option.get("setenv") is True or option.get("env_reset") is False
    return whole or any(hands_over(str(option.get(name, ""))) for name in ("env_keep", "env_check"))


def _touches(entry: Mapping[str, Any], user: Mapping[str, Any], names: Sequence[str]) -> bool:
    return entry.get("username") in (*names, "ALL") or any(
        key in entry and entry.get(key) == user.get(key) for key in ("usergroup", "userid", "usergid", "netgroup")
    )


def _option(spec: Mapping[str, Any], name: str) -> bool | None:
    """The last word of a rule's own options on one flag, None where it is silent."""
    values = [option[name] for option in _dicts(spec.get("Options")) if name in option]
    return values[-1] is not False if values else None


def _asks(own: bool | None, flags: _Flags) -> SecretAsked:
    if not (flags.authenticate if own is None else own):
        return SecretAsked.NONE
    return SecretAsked.TARGET if flags.target_password else SecretAsked.OWN


def _text(
    holder: str, spec: Mapping[str, Any], asks: SecretAsked, commands: Sequence[str], exceptions: Sequence[str]
) -> str:
    users = ",".join(str(next(iter(user.values()), "?")) for user in _dicts(spec.get("runasusers"))) or "root"
    tag = "NOPASSWD: " if asks is SecretAsked.NONE else ""
    what = ", ".join([*commands, *(f"!{name}" for name in exceptions)])
    return f"{holder} as ({users}) {tag}{what}"


# --- doas ------------------------------------------------------------------------------------------------

_WORD = re.compile(r'"[^"]*"|\{[^}]*\}|\S+')


def doas_grants(lines: Sequence[str], accounts: Accounts, *, secure_pager: bool = False) -> tuple[PrivilegeGrant, ...]:
    """The permit rules of doas.conf(5) that reach root. A later deny is not subtracted: it may deny only a part."""
    found: list[PrivilegeGrant] = []
    for line in "\n".join(lines).replace("\\\n", " ").split("\n"):
        words = _WORD.findall(line.partition("#")[0])
        if words[:1] == ["permit"]:
            found += _doas_rule([word.strip('"') for word in words[1:]], accounts, secure_pager)
    return tuple(found)


def _doas_rule(words: list[str], accounts: Accounts, secure_pager: bool) -> Iterator[PrivilegeGrant]:
    options: list[str] = []
    while words and (words[0] in ("nopass", "persist", "keepenv", "nolog", "setenv") or words[0].startswith("{")):
        options.append(words.pop(0))
    if not words:
        return
    identity, rest = words[0], words[1:]
    target, command = _after(rest, "as"), _after(rest, "cmd")
    if target not in (None, "root"):
        return
    arguments = rest[rest.index("args") + 1 :] if "args" in rest else None
    shown = "ALL" if command is None else " ".join([command, *(arguments or ([] if arguments is None else ['""']))])
    secure = secure_pager and "keepenv" not in options and not any(map(hands_over, options))
    asks = SecretAsked.NONE if "nopass" in options else SecretAsked.OWN
    group = identity.startswith(":")
    yield PrivilegeGrant(
        holder=f"group {identity[1:]}" if group else identity,
        accounts=accounts.members(identity[1:]) if group else (identity,),
        means="doas",
        scope=scope_of((shown,), secure_pager=secure),
        commands=(shown,),
        exceptions=(),
        asks_for=asks,
        text=f"permit {' '.join([*options, *words])}",
    )


def _after(words: Sequence[str], keyword: str) -> str | None:
    index = words.index(keyword) + 1 if keyword in words else len(words)
    return words[index] if index < len(words) else None
