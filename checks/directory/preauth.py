"""Every account proves itself before it gets a ticket.

Why: anybody on the network may ask for such a ticket and guess the password from it at leisure.
Source: MS-ADTS 2.2.16 (ADS_UF_DONT_REQUIRE_PREAUTH); RFC 4120 5.2.7.2; MITRE ATT&CK T1558.004.
"""

from scanner.api import Outcome, Severity, WeakenedAccounts, check, no_account_weakened


@check(
    title="Every account proves itself before it gets a ticket",
    severity=Severity.HIGH,
    remediation='Clear "Do not require Kerberos preauthentication" on each named account, and change its password.',
)
def preauth(weakened: WeakenedAccounts, *, exempt: tuple[str, ...] = ()) -> Outcome:
    """Fail on each open account that is not on the site's list of exceptions."""
    return no_account_weakened(
        weakened,
        weakened.without_preauthentication,
        exempt,
        rule="every open account needs pre-authentication",
        broken=("account needs no pre-authentication", "accounts need no pre-authentication"),
    )
