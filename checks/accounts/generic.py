"""Nobody signs in with a name that belongs to a role or a place instead of a person.

Why: behind a shared name nobody can be held to account, and everyone who leaves still knows the password.
Source: CTPAT 4.8 (each person has an own account); CISA CPG 1.0.1 2.C. A name alone proves nothing: a person confirms.
CIS Windows benchmarks 2.3.1: the guest that the system brings along is disabled, and its administrator disabled or
renamed; both are known by number, whatever they are called and whoever uses them.
"""

import re
from datetime import date

from scanner.api import (
    Account,
    Accounts,
    AuthorizedKeys,
    BuiltIn,
    Collection,
    Outcome,
    Severity,
    Unknown,
    can_log_in,
    check,
    exempted,
    failed,
    passed,
    review,
)

# Whole words of a name, in English and Spanish, as they occur in logistics.
GENERIC = (
    "admin",
    "administrator",
    "administrador",
    "user",
    "usuario",
    "test",
    "prueba",
    "guest",
    "invitado",
    "temp",
    "shared",
    "office",
    "oficina",
    "warehouse",
    "almacen",
    "bodega",
    "shipping",
    "embarques",
    "receiving",
    "recibo",
    "dock",
    "scanner",
    "dispatch",
    "despacho",
    "customs",
    "aduana",
    "import",
    "export",
    "logistics",
    "logistica",
    "support",
    "soporte",
    "helpdesk",
    "kiosk",
    "pi",
    "ubuntu",
    "ec2-user",
    "vagrant",
)
UNSURE = "(whether it is open is not known)"


@check(
    title="Nobody signs in with a shared or generic name",
    severity=Severity.MEDIUM,
    remediation="Give each person an account of their own and close the shared one, or record its owner and reason.",
)
def generic(
    accounts: Accounts,
    keys: AuthorizedKeys | Unknown | None,
    collection: Collection,
    *,
    names: tuple[str, ...] = GENERIC,
    exempt: tuple[str, ...] = (),
    shared: tuple[str, ...] = (),
) -> Outcome:
    """Ask about open accounts with a word of `names` in theirs; fail on those that a person confirmed as `shared`.

    The system's own guest fails where it is open, its own administrator is asked about, the scan's account included.
    `exempt` entries are `account: owner`; one without an owner exempts nothing.
    """
    owners = _owners(exempt)
    today = collection.collected_at.date()
    guests, found = _built_in(accounts, today, owners)
    settled = {accounts.scan_account, *owners, *found}
    for account in accounts.accounts:
        if account.name in settled or not _suspect(account, (*names, *shared)):
            continue
        is_open = can_log_in(account, keys, today)
        if is_open is not False:
            found[account.name] = account.name if is_open is True else f"{account.name} {UNSURE}"
    kept = [f"{name}, owner {owner}" for name, owner in owners.items() if accounts.named(name)]
    parts = (_scan_account(accounts, names), exempted(kept), accounts.not_listed())
    note = " ".join(part for part in parts if part)
    if guests:
        return failed(expected="the system's own guest disabled", actual="it is open", items=guests, note=note)
    confirmed = [found[name] for name in found if name in shared]
    if confirmed:
        return failed(expected="no shared accounts", actual="confirmed as shared", items=confirmed, note=note)
    if found:
        return review(question="Does each of these accounts belong to one person?", items=[*found.values()], note=note)
    return passed(actual="no open account has a generic name", note=note)


def _built_in(accounts: Accounts, today: date, owners: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """The system's own accounts that are not closed: the guests among them that are open, and all by name."""
    guests, found = [], {}
    for account in accounts.accounts:
        if account.built_in is None or account.name in owners or (closed := account.closed(today)) is True:
            continue
        found[account.name] = f"{account.name}: {account.built_in}{'' if closed is False else f' {UNSURE}'}"
        if account.built_in is BuiltIn.GUEST and closed is False:
            guests.append(found[account.name])
    return guests, found


def _scan_account(accounts: Accounts, names: tuple[str, ...]) -> str:
    """The scan account is left out, and named where a person would ask about it."""
    own = accounts.named(accounts.scan_account)
    return f"Left out: {own.name}, the account of this scan." if own and _suspect(own, names) else ""


def _owners(exempt: tuple[str, ...]) -> dict[str, str]:
    pairs = (entry.partition(":") for entry in exempt)
    return {name.strip(): owner.strip() for name, _, owner in pairs if owner.strip()}


def _suspect(account: Account, names: tuple[str, ...]) -> bool:
    name = account.name.lower()
    return account.interactive and not {name, *re.split(r"[-_.\d]+", name)}.isdisjoint(names)
