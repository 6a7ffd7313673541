"""People who left have no open account.

Why: an account that outlives the job is the way in that nobody watches, and its owner may have reasons to use it.
Source: CTPAT 4.7 (access ends when the person leaves); NIST SP 800-171 r2 3.9.2; CIS Controls v8 6.2. One business day
is a threshold of this program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from scanner.api import (
    BY_FULL_NAME,
    BY_LOGIN,
    BY_MAIL_FOR_PRINCIPAL,
    Absent,
    Account,
    AccountKind,
    Accounts,
    AuthorizedKeys,
    Collection,
    Host,
    Leaver,
    LeaverIndex,
    Leavers,
    Likeness,
    Maybe,
    Outcome,
    Privileges,
    Reason,
    Severity,
    Unknown,
    check,
    exempted,
    failed,
    has_way_in,
    is_known,
    need,
    passed,
    plural,
    review,
    unknown,
    warned,
)

_LOOSE = {BY_FULL_NAME, BY_MAIL_FOR_PRINCIPAL}
_ELSEWHERE = timedelta(hours=12)  # a day has ended for everybody once it has ended at UTC-12


@check(
    title="People who left have no open account",
    severity=Severity.HIGH,
    remediation="Close each account named here where it is kept: first in the domain, which closes it for every host "
    "that asks the domain, then on each host that keeps one of its own. Domain: `Disable-ADAccount`; Windows: "
    "`Disable-LocalUser`; Linux: `usermod --expiredate 1 USER`, because a locked password leaves keys open. End open "
    "sessions, and change the shared passwords that the person knew. An account that another person has by now: say so "
    "in `accounts.leavers.exempt`. People named without a login: have human resources add the column `account`.",
)
def leavers(
    accounts: Accounts,
    leavers: Leavers,
    keys: AuthorizedKeys | Unknown | None,
    privileges: Privileges | Unknown | None,
    host: Host | Unknown | None,
    collection: Collection,
    *,
    grace_business_days: int = 1,
    exempt: tuple[str, ...] = (),
) -> Outcome:
    """Fail on an open account of a person whose last day is more than `grace_business_days` ago, warn before that.

    Account name and address decide; a full name, a name in another domain and an account that is younger than the last
    day are questions. A closed account fails where it was used after it should have been closed. What shows nothing to
    compare with is a question too. `exempt` names accounts that were looked at.
    """
    today = (collection.collected_at - _ELSEWHERE).date()
    gone = [person for person in leavers.people if person.last_day < today]
    index, places = LeaverIndex(gone), _places(host)
    admins = frozenset(privileges.administrators()) if isinstance(privileges, Privileges) else frozenset[str]()
    here = _Place(accounts, places, keys, admins, collection.collected_at.date(), today, grace_business_days)
    judged = [account for account in accounts.accounts if account.name not in exempt]
    alike = [(account, index.like(account, places)) for account in judged]
    found, met = _compared(here, alike)
    kept = exempted(account.name for account in accounts.accounts if account.name in exempt)
    found.look_at_others([account for account, people in alike if not people], gone)
    note = " ".join(part for part in (*_notes(found, leavers, gone, met), kept, accounts.not_listed()) if part)
    return _outcome(found, leavers, gone, note)


Rows = list[tuple[Leaver, Likeness]]
Alike = list[tuple[Account, Rows]]


def _compared(here: _Place, alike: Alike) -> tuple[_Found, int]:
    """Each account with the rows it certainly belongs to, else with those it may belong to; and how many were met.

    A person with two accounts has two rows with one address: the login tells which of them means this account. An
    address that several accounts have, and an account made after the last day, leave room for somebody else. Another
    row that was due before those that speak for the account is a question: see `_hidden`.
    """
    holders = Counter((person.row, likeness.words) for _, people in alike for person, likeness in people)
    found = _Found(here)
    for account, people in alike:
        sure = [
            (person, likeness)
            for person, likeness in people
            if likeness.certain and holders[person.row, likeness.words] == 1 and not _made_later(account, person)
        ]
        logins = [(person, likeness) for person, likeness in sure if likeness == BY_LOGIN]
        for person, likeness in logins or sure or people:
            found.add(account, person, likeness, certain=bool(sure))
        for person, likeness in _hidden(here, logins or sure, sure, people):
            found.add(account, person, likeness, certain=False)
    return found, len({row for row, _ in holders})


def _hidden(here: _Place, speaking: Rows, sure: Rows, people: Rows) -> Rows:
    """Rows that those speaking for an account would hide, though by them it had to be closed earlier, and by now.

    Behind a row that is overdue itself only those count that are certainly of this account, too: a namesake adds
    nothing to its fault.
    """
    due = min((_deadline(person.last_day, here.grace) for person, _ in speaking), default=date.min)
    before = min(due, here.today)
    others = people if due >= here.today else sure
    return [row for row in others if row not in speaking and _deadline(row[0].last_day, here.grace) < before]


def _places(host: Host | Unknown | None) -> tuple[str, ...]:
    """What stands in front of an account of this target: its domain on a directory, its own name on a host."""
    if not isinstance(host, Host):
        return ()
    is_directory = host.os_family == "directory"
    name, short = (host.domain, host.domain_short_name) if is_directory else (host.hostname, None)
    by_name = (name, name.partition(".")[0]) if is_known(name) else ()
    return (*by_name, short) if isinstance(short, str) and short else by_name


def _deadline(last_day: date, business_days: int) -> date:
    """The last day on which an account may still be open; Saturdays and Sundays do not count."""
    day = last_day
    while business_days > 0:
        day += timedelta(days=1)
        business_days -= day.weekday() < 5
    return day


@dataclass(frozen=True)
class _Place:
    """One target, and when it is there; `names` stand in front of its accounts."""

    accounts: Accounts
    names: tuple[str, ...]
    keys: AuthorizedKeys | Unknown | None
    administrators: frozenset[str]
    on: date
    today: date
    grace: int


@dataclass
class _Found:
    """What was found of the people who left on one target; each list holds lines for a reader."""

    place: _Place
    open: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    soon: list[str] = field(default_factory=list)
    unsure: list[tuple[str, Absent | Unknown]] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    bare: list[str] = field(default_factory=list)
    loosely: set[str] = field(default_factory=set)

    def add(self, account: Account, person: Leaver, likeness: Likeness, *, certain: bool) -> None:
        place = self.place
        who = f"{account.name}: row {person.row} of the list by {likeness.words}"
        days = plural((place.today - person.last_day).days, "day")
        deadline = _deadline(person.last_day, place.grace)
        is_open = _is_open(account, place)
        if is_open is False:
            self.closed.add(account.name)
            self._used(account, person, who, deadline, certain=certain)
        elif isinstance(is_open, Absent | Unknown):
            if certain:
                self.unsure.append((account.name, is_open))
            else:
                self.questions.append(f"{who}, whether it is open is not known")
        elif not certain:
            made = f", made on {account.created:%Y-%m-%d}" if _made_later(account, person) else ""
            self.questions.append(f"{who}{made}, open {days} after the last day")
        elif place.today <= deadline:
            self.soon.append(f"{who}, open {days} after the last day")
        else:
            rights = ", an administrator" if account.name in place.administrators else ""
            used = f", last used on {account.last_login:%Y-%m-%d}" if _used_after(account, person.last_day) else ""
            self.open.append(f"{who}, open {days} after the last day{rights}{used}")

    def look_at_others(self, accounts: list[Account], gone: list[Leaver]) -> None:
        """Accounts of people, perhaps open, that are like nobody on the list.

        What shows nothing of what the list says of somebody whom it names without a login of this place was not
        compared with them. A full name can be written in several ways, so that nobody is told from it for certain.
        """
        place = self.place
        without_login = [person for person in gone if not person.has_login(place.names)]
        compared: dict[tuple[bool, bool, str], set[Likeness | None]] = {}
        for account in accounts if without_login else ():
            is_person = account.kind is AccountKind.HUMAN and account.name != place.accounts.scan_account
            if not is_person or _is_open(account, place) is False:
                continue
            shows = (bool(account.mail), bool(account.full_name), account.principal.casefold().rpartition("@")[2])
            if shows not in compared:
                compared[shows] = {person.compared_by(account, place.names) for person in without_login}
            if None in compared[shows]:
                self.bare.append(account.name)
            self.loosely |= {likeness.words for likeness in _LOOSE & compared[shows]}

    def _used(self, account: Account, person: Leaver, who: str, deadline: date, *, certain: bool) -> None:
        """A login on record shows that the account was still open then, whatever it is now."""
        if not _used_after(account, person.last_day):
            return
        line = f"{who}, closed by now, used on {account.last_login:%Y-%m-%d} after the last day"
        (self.late if certain and _used_after(account, deadline) else self.questions).append(line)


def _is_open(account: Account, here: _Place) -> Maybe[bool]:
    """Whether anything still opens the account; a password of which nobody can tell whether it is empty does."""
    password = account.password
    may_be_empty = isinstance(password, Unknown) and password.code is Reason.NO_EVIDENCE
    return True if may_be_empty and account.closed(here.on) is False else has_way_in(account, here.keys, here.on)


def _used_after(account: Account, day: date) -> bool:
    """Whether the account was certainly used after that day; a record that lags behind only makes it later."""
    last = account.last_login
    return isinstance(last, datetime) and (last - _ELSEWHERE).date() > day


def _made_later(account: Account, person: Leaver) -> bool:
    return isinstance(account.created, datetime) and account.created.date() > person.last_day


def _outcome(found: _Found, given: Leavers, gone: list[Leaver], note: str) -> Outcome:
    accounts, within = found.place.accounts, plural(found.place.grace, "business day")
    if faults := [*found.open, *found.late]:
        counts = ((found.open, "open"), (found.late, "used after it should have been closed"))
        told = ", ".join(f"{len(items)} {words}" for items, words in counts if items)
        return failed(
            expected=f"every account of a person who left closed within {within}",
            actual=f"accounts of people who left: {told}",
            items=[*faults, *(f"{line} (to be confirmed)" for line in found.questions)],
            note=note,
        )
    for name, value in found.unsure:
        need(_not_told(name, value))
    if accounts.foreign_entries:
        return unknown(Reason.NO_EVIDENCE, "lines import accounts from elsewhere, and those are not listed here")
    if isinstance(accounts.directories, Unknown):
        need(accounts.directories)
    if found.questions or found.bare:
        lacks = "shows no name or address that people without a login in the list could share"
        shown = (f"{name}: {lacks}" for name in found.bare)
        question = "Does any of these accounts belong to a person who left?"
        return review(question=question, items=[*found.questions, *shown], note=note)
    return _green(found, given, gone, note)


def _not_told(name: str, value: Absent | Unknown) -> Unknown:
    why = value if isinstance(value, Unknown) else Unknown(Reason.NO_EVIDENCE, value.reason)
    return Unknown(
        why.code, f"{why.detail} (so nobody knows whether {name}, the account of a person who left, is open)"
    )


def _green(found: _Found, given: Leavers, gone: list[Leaver], note: str) -> Outcome:
    people = plural(len(gone), "person", "people")
    if _is_expired(given, found.place):
        expected = "a leavers list that is still valid"
        return warned(expected=expected, actual=f"{people} of a list that has expired: no open account here", note=note)
    if found.soon:
        expected = f"every account of a person who left closed within {plural(found.place.grace, 'business day')}"
        return warned(expected=expected, actual=f"due to be closed: {'; '.join(found.soon)}", note=note)
    if found.loosely:
        expected = "a login of every person on the list, or an address wherever the accounts show theirs"
        actual = (
            f"{people} who left: no open account here, some of them told by {' or '.join(sorted(found.loosely))} alone"
        )
        return warned(expected=expected, actual=actual, note=note)
    return passed(actual=f"{people} who left: no open account here", note=note)


def _is_expired(given: Leavers, here: _Place) -> bool:
    return given.valid_until is not None and given.valid_until < here.on


def _notes(found: _Found, given: Leavers, gone: list[Leaver], met: int) -> Iterator[str]:
    imported = f", imported on {given.recorded}" if given.recorded else ""
    expired = f", valid until {given.valid_until}" if _is_expired(given, found.place) else ""
    yield f"The list: {plural(len(given.people), 'person', 'people')}{imported}{expired}."
    yield f"Of {len(gone)} who left, {met} may have an account here; closed accounts: {len(found.closed)}."
    if ahead := len(given.people) - len(gone):
        yield f"Last day still to come: {ahead}."
    if found.soon and (_is_expired(given, found.place) or found.open or found.questions):
        yield f"Due to be closed: {'; '.join(found.soon)}."
    if found.unsure:
        yield f"Not known whether open: {', '.join(name for name, _ in found.unsure)}."
    if lag := found.place.accounts.login_lag_days:
        yield f"Logins on record may be {lag} days behind."
