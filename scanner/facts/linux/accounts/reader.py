"""Puts the account files, the shadow file and the login records together into `Accounts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from scanner.facts.accounts import Account, Accounts, HomeFolder
from scanner.facts.base import FileText, RawFact, RawFacts, Reader, files, shared
from scanner.facts.linux.accounts.files import (
    Ages,
    GroupLine,
    PasswdLine,
    Secret,
    ages_of,
    directories,
    duplicates,
    group_lines,
    is_interactive,
    kind_of,
    number,
    passwd_lines,
    passwd_secret,
    people_range,
    secret_of,
)
from scanner.facts.linux.accounts.logins import parse_logins
from scanner.facts.linux.accounts.probes import HOMES, LOGINS, PASSWD, SHADOW
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

Sections = Mapping[str, FileText | Absent | Unknown]


@dataclass(frozen=True, slots=True)
class _Shadow:
    """The shadow file without its hashes, or why it is not there, once for all accounts."""

    ages: Mapping[str, Ages]
    secrets: Mapping[str, Secret]
    why_not: Unknown | None = None


@dataclass(frozen=True, slots=True)
class _Logins:
    last: Mapping[str, datetime]
    source: str
    since: Maybe[datetime]


@shared
def read_accounts(raw: RawFacts) -> Accounts | Absent | Unknown:
    """`Accounts`; unknown when the account file itself could not be read."""
    passwd = raw.read(PASSWD.name)
    if not isinstance(passwd, RawFact):
        return passwd
    sections = files(passwd)
    lines, foreign, broken = passwd_lines(_lines(sections, "/etc/passwd"))
    if broken or not lines or "end" not in sections:
        what = f"{len(broken)} lines are no accounts" if broken else "it lists no account"
        return Unknown(Reason.UNREADABLE, f"/etc/passwd: {what}")
    groups = group_lines(_lines(sections, "/etc/group"))
    if not groups:
        return Unknown(Reason.UNREADABLE, "/etc/group: it could not be read, or lists no group")
    shadow, logins = _shadow(raw, pam="pam" in sections), _logins(raw)
    people = people_range(_first(sections, "/etc/login.defs", "/usr/etc/login.defs"))
    return Accounts(
        accounts=tuple(_account(line, groups, shadow, logins, people) for line in lines),
        groups=_members(lines, groups),
        duplicates=duplicates(lines, groups),
        foreign_entries=foreign,
        hashes_in_plain_view=_plain_view(lines, sections, shadow),
        logins_since=logins.since,
        logins_source=logins.source,
        logins_complete="lastlog2" in logins.source.split(),  # its PAM module also sees logins that have no terminal
        scan_account=raw.account,
        directories=_directories(sections),
        homes=_homes(raw, {line.uid: line.name for line in reversed(lines)}),
    )


def _lines(sections: Sections, name: str) -> Sequence[str]:
    section = sections.get(name)
    return section.lines if isinstance(section, FileText) else ()


def _first(sections: Sections, *names: str) -> Sequence[str]:
    """The lines of the first file that is there."""
    return next((found for name in names if (found := _lines(sections, name))), ())


def _directories(sections: Sections) -> Maybe[tuple[str, ...]]:
    for name in ("/etc/nsswitch.conf", "/usr/etc/nsswitch.conf"):
        section = sections.get(name)
        if isinstance(section, Unknown):
            return section
        if isinstance(section, FileText):
            return directories(section.lines)
    return ()


# --- Passwords -------------------------------------------------------------------------------------------


def _shadow(raw: RawFacts, *, pam: bool) -> _Shadow:
    body = raw.read(SHADOW.name)
    if isinstance(body, Absent):
        # The password field says `x` and there is no file to look in: kept elsewhere, or nowhere.
        return _Shadow({}, {}, Unknown(Reason.UNSUPPORTED, f"passwords are kept elsewhere: {body.reason}"))
    if isinstance(body, Unknown):
        return _Shadow({}, {}, body)
    sections = files(body)
    if "end" not in sections:
        return _Shadow({}, {}, Unknown(Reason.UNREADABLE, "shadow: the answer is incomplete"))
    ages = [found for line in _lines(sections, "ages") if (found := ages_of(line, pam=pam))]
    secrets = [pair for line in _lines(sections, "schemes") if (pair := secret_of(line))]
    # getspnam takes the first line of a name.
    return _Shadow(dict(reversed(ages)), dict(reversed(secrets)))


def _secret(line: PasswdLine, shadow: _Shadow) -> Secret | Unknown:
    if (own := passwd_secret(line.field)) is not None:
        return own
    if shadow.why_not:
        return shadow.why_not
    missing = Unknown(Reason.UNREADABLE, f"/etc/shadow: there is no usable line for {line.name}")
    return shadow.secrets.get(line.name, missing)


def _ages(line: PasswdLine, shadow: _Shadow) -> Ages:
    if (found := shadow.ages.get(line.name)) is not None:
        return found
    if line.field != "x" and shadow.why_not is None:
        return Ages(None, None, None, None)
    why = shadow.why_not or Unknown(Reason.UNREADABLE, f"/etc/shadow: there is no usable line for {line.name}")
    return Ages(why, why, why, why)


def _plain_view(lines: Sequence[PasswdLine], sections: Sections, shadow: _Shadow) -> Maybe[tuple[str, ...]]:
    """Accounts with a hash in /etc/passwd, or all with one when any user can read the shadow file."""
    shown = [line.name for line in lines if line.field.endswith("#")]
    modes = [text.split(None, 1)[0] for text in _lines(sections, "modes") if text.strip()]
    if any(mode[7:8] == "r" for mode in modes):
        shown += [line.name for line in lines if line.field == "x" and _has_hash(line, shadow)]
    return tuple(dict.fromkeys(shown))


def _has_hash(line: PasswdLine, shadow: _Shadow) -> bool:
    """Whether there is a hash to see; taken as given where this account could not look."""
    secret = _secret(line, shadow)
    return isinstance(secret, Unknown) or is_known(secret.scheme)


# --- Logins ----------------------------------------------------------------------------------------------


def _logins(raw: RawFacts) -> _Logins:
    body = raw.read(LOGINS.name)
    if isinstance(body, Absent):
        body = Unknown(Reason.NO_EVIDENCE, body.reason)
    if isinstance(body, Unknown):
        return _Logins({}, "none", body)
    sections = {name: part.lines for name, part in files(body).items() if isinstance(part, FileText)}
    found = parse_logins(sections)
    if "end" not in sections or not found.sources or found.since is None:
        why = Unknown(Reason.NO_EVIDENCE, "no login records that can be read (lastlog2, lastlog, wtmpdb, wtmp)")
        return _Logins(found.last, " and ".join(found.sources) or "none", why)
    return _Logins(found.last, " and ".join(found.sources), found.since)


def _last_login(name: str, logins: _Logins) -> Maybe[datetime | None]:
    if (found := logins.last.get(name)) is not None:
        return found
    return None if is_known(logins.since) else logins.since


# --- Accounts, groups, homes -----------------------------------------------------------------------------


def _account(line: PasswdLine, groups: Sequence[GroupLine], shadow: _Shadow, logins: _Logins, people: range) -> Account:
    secret, ages = _secret(line, shadow), _ages(line, shadow)
    own = (line.gid, *(group.gid for group in groups if line.name in group.members))
    return Account(
        name=line.name,
        identifier=str(line.uid),
        kind=kind_of(line.uid, people),
        interactive=is_interactive(line.shell),
        home=line.home,
        shell=line.shell or "/bin/sh",
        group_ids=tuple(dict.fromkeys(str(gid) for gid in own)),
        password=secret if isinstance(secret, Unknown) else secret.state,
        hash_scheme=secret if isinstance(secret, Unknown) else secret.scheme,
        password_changed=ages.changed,
        password_min_age_days=ages.min_days,
        password_max_age_days=ages.max_days,
        expires=ages.expires,
        last_login=_last_login(line.name, logins),
    )


def _members(lines: Sequence[PasswdLine], groups: Sequence[GroupLine]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    primary: dict[int, list[str]] = {}
    for line in lines:
        primary.setdefault(line.gid, []).append(line.name)
    return tuple((group.name, tuple(dict.fromkeys([*primary.get(group.gid, ()), *group.members]))) for group in groups)


def _homes(raw: RawFacts, names: Mapping[int, str]) -> Maybe[tuple[HomeFolder, ...]]:
    body = raw.read(HOMES.name)
    if not isinstance(body, RawFact):
        return body
    sections = files(body)
    if not {"homes", "directory", "end"} <= sections.keys():
        return Unknown(Reason.UNREADABLE, "homes: the answer is incomplete")
    elsewhere = dict(line.partition(" ")[::2] for line in _lines(sections, "directory"))
    found = (_home(line, names, elsewhere) for line in _lines(sections, "homes"))
    return tuple(home for home in found if home)


def _home(line: str, names: Mapping[int, str], elsewhere: Mapping[str, str]) -> HomeFolder | None:
    """One line of `ls -lnd`: mode, links, uid, gid, size, month, day, time, path."""
    words = line.split(None, 8)
    uid = number(words[2]) if len(words) == 9 else None
    if uid is None:
        return None
    return HomeFolder(path=words[8], owner_identifier=str(uid), owner=names.get(uid) or elsewhere.get(str(uid)) or None)


ACCOUNTS = Reader(fact=Accounts, probes=(PASSWD, SHADOW, LOGINS, HOMES), read=read_accounts)
