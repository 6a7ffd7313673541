"""No account may act as everyone who connects to it.

Why: whoever takes over such a computer or account collects the tickets of administrators who connect to it.
Source: MS-ADTS 2.2.16 (ADS_UF_TRUSTED_FOR_DELEGATION); Microsoft Defender for Identity, "Unsecure Kerberos delegation".
"""

from scanner.api import Outcome, Severity, WeakenedAccounts, check, exempted, failed, need, passed, plural


@check(
    title="No account may act as everyone who connects to it",
    severity=Severity.HIGH,
    remediation="Trust each named account for delegation to named services only, or not at all; put administrators "
    "into Protected Users.",
)
def delegation(weakened: WeakenedAccounts, *, exempt: tuple[str, ...] = ()) -> Outcome:
    """Fail on each open account that is not on the site's list of exceptions."""
    names = need(weakened.unconstrained_delegation)
    found = [name for name in names if name not in exempt]
    note = exempted(name for name in names if name in exempt)
    if found:
        actual = f"{plural(len(found), 'account is', 'accounts are')} trusted for unconstrained delegation"
        return failed(
            expected="no account but domain controllers is trusted for unconstrained delegation",
            actual=actual,
            items=found,
            note=note,
        )
    return passed(actual="no account but domain controllers is trusted for unconstrained delegation", note=note)
