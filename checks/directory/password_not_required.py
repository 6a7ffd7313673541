"""Every account needs a password.

Why: such an account may have an empty password, whatever the rules of the domain demand.
Source: MS-ADTS 2.2.16 (ADS_UF_PASSWD_NOTREQD); Microsoft Learn, "UserAccountControl property flags".
"""

from scanner.api import Outcome, Severity, WeakenedAccounts, check, no_account_weakened


@check(
    title="Every account needs a password",
    severity=Severity.HIGH,
    remediation="Give each named account a password, then clear the flag (Set-ADUser -PasswordNotRequired $false).",
)
def password_not_required(weakened: WeakenedAccounts, *, exempt: tuple[str, ...] = ()) -> Outcome:
    """Fail on each open account that is not on the site's list of exceptions."""
    return no_account_weakened(
        weakened,
        weakened.password_not_required,
        exempt,
        rule="every open account needs a password",
        broken=("account needs no password", "accounts need no password"),
    )
