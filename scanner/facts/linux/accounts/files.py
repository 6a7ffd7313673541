"""Lines of the account files as values: pure, total, and no judgement yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scanner.facts.accounts import AccountKind, PasswordState
from scanner.model import Absent, Maybe, Reason, Unknown

_EPOCH = date(1970, 1, 1)
# shadow(5) has no word for "never"; useradd and passwd write this number of days instead.
_NO_LIMIT_DAYS = 99999

SCHEMES = {
    "y": "yescrypt",
    "gy": "gost-yescrypt",
    "7": "scrypt",
    "6": "sha512",
    "5": "sha256",
    "2": "bcrypt",
    "2a": "bcrypt",
    "2b": "bcrypt",
    "2x": "bcrypt",
    "2y": "bcrypt",
    "1": "md5",
    "md5": "sunmd5",
    "sha1": "sha1",
    "3": "nt",
}
"""crypt(5) prefixes; a hash without one is the traditional DES form."""

# Numbers inside or above the range of people that distributions give to services: nobody, systemd's dynamic users,
# and two packages' fixed ones.
_SERVICE_UIDS = (range(65534, 65535), range(61184, 65520), range(64055, 64056), range(584788, 584789))
# Programs in the shell field that end the session at once, or that are commands and no shell.
_REFUSING = frozenset({"nologin", "false", "true", "null", "sync", "halt", "shutdown", "reboot", "git-shell"})


@dataclass(frozen=True, slots=True)
class PasswdLine:
    """One line of /etc/passwd, its second field reduced."""

    name: str
    field: str
    uid: int
    gid: int
    home: str
    shell: str


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One line of /etc/group."""

    name: str
    gid: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ages:
    """One line of /etc/shadow without its hash; days as shadow(5) counts them."""

    changed: Maybe[date | None]
    min_days: Maybe[int | None]
    max_days: Maybe[int | None]
    expires: Maybe[date | None]


@dataclass(frozen=True, slots=True)
class Secret:
    """What may be said of a password field: its state, and the scheme of the hash where there is one."""

    state: PasswordState
    scheme: Maybe[str]


def number(text: str) -> int | None:
    """A decimal number of sane length, None for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 12 else None


def passwd_lines(lines: Iterable[str]) -> tuple[tuple[PasswdLine, ...], tuple[str, ...], tuple[str, ...]]:
    """Accounts, lines that import accounts from elsewhere, and lines that are no account at all."""
    found: list[PasswdLine] = []
    foreign: list[str] = []
    broken: list[str] = []
    for line in lines:
        parts = line.split(":")
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] in "+-":
            foreign.append(line)
            continue
        uid, gid = (number(parts[2]), number(parts[3])) if len(parts) >= 7 else (None, None)
        if uid is None or gid is None or not parts[0]:
            broken.append(line)
            continue
        found.append(PasswdLine(parts[0], parts[1], uid, gid, parts[5], parts[6]))
    return tuple(found), tuple(foreign), tuple(broken)


def group_lines(lines: Iterable[str]) -> tuple[GroupLine, ...]:
    """The groups; a line that is none is left out, as the C library leaves it out."""
    return tuple(_groups(lines))


def _groups(lines: Iterable[str]) -> Iterator[GroupLine]:
    for line in lines:
        parts = line.split(":")
        gid = number(parts[2]) if len(parts) >= 4 else None
        if gid is not None and parts[0] and line[0] not in "#+-":
            yield GroupLine(parts[0], gid, tuple(name for name in parts[3].split(",") if name))


def kind_of(uid: int, people: range) -> AccountKind:
    """What the number says of the account; `people` is UID_MIN to UID_MAX."""
    if uid == 0:
        return AccountKind.SUPERUSER
    if uid in people and not any(uid in numbers for numbers in _SERVICE_UIDS):
        return AccountKind.HUMAN
    return AccountKind.SYSTEM


def is_interactive(shell: str) -> bool:
    """True unless the shell is known to refuse: one that /etc/shells does not list still opens an SSH session."""
    program = shell.rsplit("/", 1)[-1].split(".", 1)[0]
    return program not in _REFUSING


def people_range(login_defs: Iterable[str]) -> range:
    """UID_MIN to UID_MAX of login.defs(5), both inclusive; 1000 to 60000 where it is silent."""
    values = {"UID_MIN": 1000, "UID_MAX": 60000}
    for line in login_defs:
        words = line.split()
        if len(words) >= 2 and words[0] in values and (value := number(words[1])) is not None:
            values[words[0]] = value
    return range(values["UID_MIN"], values["UID_MAX"] + 1)


def directories(nsswitch: Iterable[str]) -> tuple[str, ...]:
    """The sources of accounts in nsswitch.conf(5) beside the local files."""
    local = {"files", "compat", "systemd", "mymachines", "cache", "db"}
    for line in nsswitch:
        database, colon, rest = line.partition("#")[0].partition(":")
        if colon and database.strip() == "passwd":
            words = [word for word in rest.split() if not word.startswith("[") and not word.endswith("]")]
            return tuple(word for word in words if word not in local)
    return ()


def duplicates(accounts: Sequence[PasswdLine], groups: Sequence[GroupLine]) -> tuple[str, ...]:
    """One sentence for each name or number that occurs twice."""
    return (
        *_twice("account name", [line.name for line in accounts]),
        *_shared("user number", [(line.uid, line.name) for line in accounts]),
        *_twice("group name", [line.name for line in groups]),
        *_shared("group number", [(line.gid, line.name) for line in groups]),
    )


def _twice(what: str, names: Sequence[str]) -> list[str]:
    return [f"the {what} {name} occurs {count} times" for name, count in Counter(names).items() if count > 1]


def _shared(what: str, pairs: Sequence[tuple[int, str]]) -> list[str]:
    holders: dict[int, list[str]] = {}
    for value, name in pairs:
        holders.setdefault(value, []).append(name)
    return [
        f"the {what} {value} belongs to {', '.join(dict.fromkeys(names))}"
        for value, names in holders.items()
        if len(set(names)) > 1
    ]


# --- /etc/shadow -----------------------------------------------------------------------------------------


def ages_of(line: str, *, pam: bool) -> tuple[str, Ages] | None:
    """One line of `cut -d: -f1,3-8 /etc/shadow`."""
    parts = line.split(":")
    if len(parts) not in (7, 8) or not parts[0]:
        return None
    name, changed, minimum, maximum, _warn, _inactive, expires = parts[:7]
    return name, Ages(_day(changed, zero=None), _days(minimum), _limit(maximum), _expiry(expires, pam=pam))


def _days(text: str) -> Maybe[int | None]:
    value = number(text)
    if value is None and text.strip():
        return Unknown(Reason.UNREADABLE, "/etc/shadow: a field that should be a number of days is none")
    return None if value is None or value < 0 else value


def _limit(text: str) -> Maybe[int | None]:
    days = _days(text)
    return None if isinstance(days, int) and days >= _NO_LIMIT_DAYS else days


def _day(text: str, *, zero: date | None) -> Maybe[date | None]:
    days = _days(text)
    if not isinstance(days, int):
        return days
    if days == 0:
        return zero
    try:
        return _EPOCH + timedelta(days=days)
    except OverflowError:
        return Unknown(Reason.UNREADABLE, "/etc/shadow: a date lies beyond the calendar")


def _expiry(text: str, *, pam: bool) -> Maybe[date | None]:
    # pam_unix closes an account that expires on day 0 (`chage -E 0`); programs without PAM read 0 as "never".
    if text.strip() == "0" and not pam:
        return Unknown(Reason.UNSUPPORTED, "/etc/shadow: expiry day 0 has no defined meaning without PAM")
    return _day(text, zero=_EPOCH)


def secret_of(line: str) -> tuple[str, Secret] | None:
    """One line of the shadow grep: `name:`, the locks, then `$scheme$`, `:` for no hash, or nothing."""
    name, colon, field = line.partition(":")
    if not (name and colon):
        return None
    if field.endswith(":"):
        return name, _secret(field[:-1])
    return name, _secret(field if field.endswith("$") else f"{field}#")


def passwd_secret(field: str) -> Secret | None:
    """The reduced second field of /etc/passwd; None when it points to the shadow file."""
    return None if field == "x" else _secret("*" if field in ("*LK*", "*NP*") else field)


def _secret(field: str) -> Secret:
    body = field.lstrip("!*")
    locks = field[: len(field) - len(body)]
    scheme: Maybe[str] = Absent("no password hash is stored")
    if body:
        mark = body.strip("#").strip("$")
        scheme = SCHEMES.get(mark, mark) if mark else "des"
    if locks:
        return Secret(PasswordState.LOCKED if body or "!" in locks else PasswordState.NONE, scheme)
    return Secret(PasswordState.USABLE if body else PasswordState.EMPTY, scheme)
