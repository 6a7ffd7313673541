"""An ordinary account reads no passwords of local administrators from the directory.

Why: who may read them administers every computer whose password is kept there.
Source: Microsoft Learn, "Windows LAPS schema and rights extensions" (both attributes are confidential).
The scan asks only whether the attribute can be seen; no password is transferred.
"""

from scanner.api import (
    Collection,
    DomainRules,
    Outcome,
    Privilege,
    Reason,
    Severity,
    check,
    failed,
    need,
    passed,
    plural,
    unknown,
)


@check(
    title="Local administrators' passwords are kept from ordinary accounts",
    severity=Severity.HIGH,
    remediation="Find who has 'All extended rights' on computers (Find-LapsADExtendedRights) and take it away; move "
    "computers out of containers that give it.",
)
def laps_readers(domain: DomainRules, collection: Collection) -> Outcome:
    """Fail when the account of this scan could read one; what an administrator reads proves nothing, nor does a
    directory that keeps none, or does not show that it does.
    """
    stored = need(domain.stored_passwords)
    kept = f"the passwords of {stored.kept} of {stored.computers} computers are kept there"
    if collection.privilege is Privilege.ROOT:
        detail = f"{kept}; the account of this scan administers the domain, so what it can read says nothing of others"
        return unknown(Reason.NO_EVIDENCE, f"{detail}: scan with an ordinary account")
    if stored.readable:
        actual = f"{collection.account}, an ordinary account, could read {stored.readable} of them"
        return failed(expected="no password readable for an ordinary account", actual=actual)
    if not stored.kept:
        detail = f"of {plural(stored.computers, 'computer')} this account sees none whose password is kept there"
        return unknown(Reason.NO_EVIDENCE, f"{detail}, so nothing shows who could read one")
    return passed(actual=f"an ordinary account reads none; {kept}")
