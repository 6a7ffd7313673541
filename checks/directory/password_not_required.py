"""Every account needs a password.

Why: such an account may have an empty password, whatever the rules of the domain demand.
Source: MS-ADTS 2.2.16 (ADS_UF_PASSWD_NOTREQD); Microsoft Learn, "UserAccountControl property flags".
"""

from scanner.api import Outcome, Severity, WeakenedAccounts, check, exempted, failed, need, passed, plural


@check(
    title="Every account needs a password",
    severity=Severity.HIGH,
    remediation="Give each named account a password, then clear the flag (Set-ADUser -PasswordNotRequired $false).",
)
def password_not_required(weakened: WeakenedAccounts, *, exempt: tuple[str, ...] = ()) -> Outcome:
    """Fail on each open account that is not on the site's list of exceptions."""
    names = need(weakened.password_not_required)
    found = [name for name in names if name not in exempt]
    note = exempted(name for name in names if name in exempt)
    if found:
        actual = f"{plural(len(found), 'account needs', 'accounts need')} no password"
        return failed(expected="every open account needs a password", actual=actual, items=found, note=note)
    return passed(actual="every open account needs a password", note=note)
