"""No account may act as everyone who connects to it.

Why: whoever takes over such a computer or account collects the tickets of administrators who connect to it.
Source: MS-ADTS 2.2.16 (ADS_UF_TRUSTED_FOR_DELEGATION); Microsoft Defender for Identity, "Unsecure Kerberos delegation".
"""

from scanner.api import Outcome, Severity, WeakenedAccounts, check, no_account_weakened


@check(
    title="No account may act as everyone who connects to it",
    severity=Severity.HIGH,
    remediation="Trust each named account for delegation to named services only, or not at all; put administrators "
    "into Protected Users.",
)
def delegation(weakened: WeakenedAccounts, *, exempt: tuple[str, ...] = ()) -> Outcome:
    """Fail on each open account that is not on the site's list of exceptions."""
    return no_account_weakened(
        weakened,
        weakened.unconstrained_delegation,
        exempt,
        rule="no account but domain controllers is trusted for unconstrained delegation",
        broken=("account is trusted for unconstrained delegation", "accounts are trusted for unconstrained delegation"),
    )
