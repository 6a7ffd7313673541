"""Service accounts cannot be signed in to.

Why: a service needs no sign-in; with one, a stolen password or key works without any person being noticed.
Source: CIS Debian Linux 12 Benchmark 5.4.2.7 and 5.4.2.8; Microsoft Learn, "Service accounts on-premises" (found by
servicePrincipalName and by name). Where services run under ordinary accounts, policies may deny these a sign-in, which
no target shows whole: a person says whether they do.
"""

import re

from scanner.api import (
    Account,
    AccountKind,
    Accounts,
    AuthorizedKeys,
    Collection,
    Maybe,
    Outcome,
    Severity,
    Unknown,
    can_log_in,
    check,
    exempted,
    failed,
    is_known,
    need,
    need_or,
    passed,
    plural,
    review,
)

# Whole words of a name, in English and Spanish.
WORDS = frozenset(("svc", "srv", "service", "services", "servicio", "servicios", "daemon"))


@check(
    title="Service accounts cannot be signed in to",
    severity=Severity.MEDIUM,
    remediation="Linux: set the shell to nologin (`usermod -s /usr/sbin/nologin USER`), lock the password, remove its "
    "keys. Windows: disable the guest account and the other built-in accounts; deny accounts of services to log on "
    "locally and through Remote Desktop, or let services run under managed service accounts.",
)
def service_shells(
    accounts: Accounts,
    keys: AuthorizedKeys | Unknown | None,
    collection: Collection,
    *,
    exempt: tuple[str, ...] = (),
) -> Outcome:
    """Fail on a system account with a login shell and a usable password or key; the scan account is left out.

    Accounts of people's numbers that services run under, or that are named like one, are asked about.
    """
    found: list[str] = []
    asked: list[str] = []
    unsure: list[Maybe[bool]] = []
    judged = [one for one in accounts.accounts if one.name not in (accounts.scan_account, *exempt)]
    for account in judged:
        is_open = can_log_in(account, keys, collection.collected_at.date())
        is_own, mark = account.kind is AccountKind.SYSTEM, _mark(account)
        if is_open is False or not (is_own or mark):
            continue
        if is_open is not True or isinstance(mark, Unknown):
            unsure.append(mark if isinstance(mark, Unknown) else is_open)
        elif is_own:
            found.append(f"{account.name} ({account.shell})")
        else:
            asked.append(f"{account.name} ({mark})")
    kept = exempted(account.name for account in accounts.accounts if account.name in exempt)
    return _outcome(judged, found, asked, unsure, f"Left out: {accounts.scan_account}. {kept}".strip())


def _mark(account: Account) -> str | Unknown:
    """Why an account of an ordinary number is taken for a service's; empty where nothing says so."""
    if account.kind is AccountKind.SYSTEM:
        return ""
    if not WORDS.isdisjoint(re.split(r"[^a-z]+", account.name.lower())):
        return "named like a service's"
    if isinstance(account.services, Unknown):
        return account.services
    services = need_or(account.services, ())
    more = f" and {len(services) - 1} more" if len(services) > 1 else ""
    return f"for {services[0]}{more}" if services else ""


def _outcome(
    judged: list[Account], found: list[str], asked: list[str], unsure: list[Maybe[bool]], note: str
) -> Outcome:
    if found:
        expected = "no service account with a sign-in"
        return failed(expected=expected, actual=f"{len(found)} can be used", items=[*found, *asked], note=note)
    for value in unsure:
        need(value)
    if asked:
        question = "Are these accounts of services, and is a sign-in denied to each?"
        return review(question=question, items=asked, note=note)
    own = sum(one.kind is AccountKind.SYSTEM for one in judged)
    looked = f"none of {plural(own, 'account')} of the system's own can be signed in to, and no open one is named like "
    by_services = any(is_known(one.services) for one in judged)
    return passed(actual=f"{looked}a service's{' or runs a service' if by_services else ''}", note=note)
