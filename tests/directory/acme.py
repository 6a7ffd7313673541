"""What the domain of the tests holds: one account for each thing that a check looks for, beside healthy ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from tests.directory.samba import (
    BASE,
    NOW,
    USERS,
    Domain,
    computer,
    generalized,
    group,
    record,
    stored_passwords_class,
    stored_passwords_schema,
    ticks,
    user,
)

_SCHEMA_UPDATE = "--option=dsdb:schema update allowed=true"
_DISABLED, _NO_PASSWORD, _REVERSIBLE = 2, 32, 128
_NEVER_EXPIRES, _TRUSTED, _NO_PREAUTH, _WORKSTATION = 65536, 524288, 4194304, 4096

PEOPLE = (
    user("scan"),
    user("olga", displayName="Olga Ortiz", mail="olga@acme.example"),
    user("olga2", displayName="Olga Ortiz"),  # somebody else
    user("paula", userPrincipalName="paula.perez@acme.example"),
    user("stale"),
    user("edge"),
    user("ghost"),
    user("gone", 512 | _DISABLED),
    user("ended", accountExpires=ticks(40)),
    user("forever", 512 | _NEVER_EXPIRES),
    user("nopassword", 512 | _NO_PASSWORD),
    user("readable", 512 | _REVERSIBLE),
    user("roastable", 512 | _NO_PREAUTH),
    user("delegate", 512 | _TRUSTED),
    user("chief"),
    user("quiet"),
    user("tapes", servicePrincipalName="backup/tapes.acme.example"),
    user("helper"),
)
GROUPS = (
    group("Tier-0", f"CN=chief,{USERS}"),
    group("Night (shift) *", f"CN=Tier-0,{USERS}"),
    group("Silent", f"CN=quiet,{USERS}"),
)
COMPUTERS = (
    computer("WS1", ms_Mcs_AdmPwd="L0cal-One", ms_Mcs_AdmPwdExpirationTime=ticks(-20)),
    computer("WS2", ms_Mcs_AdmPwd="L0cal-Two", ms_Mcs_AdmPwdExpirationTime=ticks(-20)),
    computer("WS3"),
    computer("APP", _WORKSTATION | _TRUSTED),
)
POLICY = record(
    f"CN=services,CN=Password Settings Container,CN=System,{BASE}",
    objectClass="msDS-PasswordSettings",
    msDS_PasswordSettingsPrecedence="10",
    msDS_MinimumPasswordLength="8",
    msDS_PasswordHistoryLength="3",
    msDS_PasswordComplexityEnabled="TRUE",
    msDS_PasswordReversibleEncryptionEnabled="FALSE",
    msDS_MaximumPasswordAge="-864000000000000",
    msDS_MinimumPasswordAge="0",
    msDS_LockoutThreshold="0",
    msDS_LockoutDuration="-18000000000",
    msDS_LockoutObservationWindow="-18000000000",
    msDS_PSOAppliesTo=f"CN=tapes,{USERS}",
)
STRICTER = record(
    f"CN=tier-0,CN=Password Settings Container,CN=System,{BASE}",
    objectClass="msDS-PasswordSettings",
    msDS_PasswordSettingsPrecedence="5",
    msDS_MinimumPasswordLength="16",
    msDS_PasswordHistoryLength="24",
    msDS_PasswordComplexityEnabled="FALSE",
    msDS_PasswordReversibleEncryptionEnabled="FALSE",
    msDS_MaximumPasswordAge="-315360000000000",
    msDS_MinimumPasswordAge="-864000000000",
    msDS_LockoutThreshold="5",
    msDS_LockoutDuration="-18000000000",
    msDS_LockoutObservationWindow="-3000000000",
    msDS_PSOAppliesTo=f"CN=Tier-0,{USERS}",
)


def _modify(name: str, *changes: str) -> str:
    return "\n".join([f"dn: {name}", "changetype: modify", *(f"{change}\n-" for change in changes), ""])


def _member(group_name: str, member: str) -> str:
    return _modify(group_name, f"add: member\nmember: CN={member},{USERS}")


RULES = (
    _modify(
        BASE,
        "replace: minPwdLength\nminPwdLength: 12",
        "replace: lockoutThreshold\nlockoutThreshold: 5",
        "replace: pwdProperties\npwdProperties: 9",
    ),
    _member(f"CN=Domain Admins,{USERS}", "Night (shift) *"),
    _member(f"CN=Backup Operators,CN=Builtin,{BASE}", "tapes"),
    _member(f"CN=Enterprise Admins,{USERS}", "Silent"),
    # Windows LAPS keeps a password of controllers as well, the one for their repair.
    _modify(
        f"CN=DC,OU=Domain Controllers,{BASE}",
        f"add: ms-Mcs-AdmPwdExpirationTime\nms-Mcs-AdmPwdExpirationTime: {ticks(-20)}",
    ),
)
LOGINS = {
    "scan": 1.0,
    "olga": 3.0,
    "olga2": 3.0,
    "paula": 50.0,
    "stale": 120.0,
    "edge": 100.0,
    "gone": 400.0,
    "ended": 400.0,
    "forever": 2.0,
    "nopassword": 2.0,
    "readable": 2.0,
    "roastable": 2.0,
    "delegate": 2.0,
    "chief": 2.0,
    "quiet": 2.0,
    "tapes": 2.0,
    "helper": 2.0,
}


def fill(domain: Domain) -> None:
    """Everything above, and the times: passwords of 2026 for a domain that is years old."""
    domain.ldif("ldbadd", stored_passwords_schema(), _SCHEMA_UPDATE)
    domain.ldif("ldbmodify", stored_passwords_class(), _SCHEMA_UPDATE)
    domain.ldif("ldbadd", "\n".join((*PEOPLE, *GROUPS, *COMPUTERS, POLICY, STRICTER)))
    domain.ldif("ldbmodify", "\n".join(RULES))
    silent = domain.sid_of("Silent").rpartition("-")[2]
    quiet = f"CN=quiet,{USERS}"
    domain.ldif(
        "ldbmodify",
        _modify(quiet, f"replace: primaryGroupID\nprimaryGroupID: {silent}"),
    )
    domain.tool(
        *("dsacl", "set", "--objectdn", f"CN=WS1,CN=Computers,{BASE}", "--action", "allow"),
        *("--sddl", f"(A;;RPCR;;;{domain.sid_of('helper')})"),
    )
    times = {
        f"CN={name},{USERS}": {
            "lastLogonTimestamp": ticks(days),
            "pwdLastSet": ticks(20),
            "whenCreated": generalized(900),
        }
        for name, days in LOGINS.items()
    }
    times[f"CN=ghost,{USERS}"] = {"whenCreated": generalized(200), "pwdLastSet": ticks(1)}
    times[f"CN=krbtgt,{USERS}"] = {"pwdLastSet": ticks(400)}
    times[BASE] = {"whenCreated": generalized(3000)}
    domain.below(times)


def day(days_ago: float) -> str:
    return f"{NOW - timedelta(days=days_ago):%Y-%m-%d}"


@contextmanager
def serving() -> Iterator[Domain]:
    """The domain with all its accounts and rules, until the block ends."""
    domain = Domain()
    try:
        domain.provision()
        fill(domain)
        domain.start()
        yield domain
    finally:
        domain.stop()
