"""What is asked of a directory, and why. How the texts are read: `scanner/collect/directory/queries.py`.

No question asks for a password, a hash or a key, and none for free text about a person (`description`, `info`,
`comment`), where administrators write passwords down. Bits of `userAccountControl`: MS-ADTS 2.2.16.
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.facts.base import Probe

_BIT = "userAccountControl:1.2.840.113556.1.4.803:="
_CHAIN = "memberOf:1.2.840.113556.1.4.1941:="
_PEOPLE = "(objectCategory=person)(objectClass=user)"
_OPEN = f"(!({_BIT}2))(!({_BIT}2048))"  # not disabled, and not the other end of a trust

# The object of the domain in the list of the forest's parts (MS-ADTS 6.1.1.2.1.1.4, Domain crossRef Object).
NAMES = Probe(
    name="domain_names",
    why="the short name of the domain that people write in front of a login",
    script="""
domain
  base        CN=Partitions,{configuration}
  scope       one
  filter      (&(objectClass=crossRef)(nCName={domain}))
  attributes  nETBIOSName
""",
    timeout_s=10,
)

DOMAIN = Probe(
    name="domain",
    why="the domain's rules for passwords and lockout, and how many computers a user may join to it",
    script="""
rules
  base        {domain}
  scope       base
  filter      (objectClass=*)
  attributes  minPwdLength:number pwdHistoryLength:number pwdProperties:number maxPwdAge:number minPwdAge:number """
    """lockoutThreshold:number lockoutDuration:number lockOutObservationWindow:number """
    """ms-DS-MachineAccountQuota:number whenCreated
""",
    timeout_s=10,
)

POLICIES = Probe(
    name="account_policies",
    why="which accounts follow other rules than the domain's own",
    script="""
container
  base        CN=Password Settings Container,CN=System,{domain}
  scope       base
  filter      (objectClass=*)
  attributes  dn cn
policies
  base        CN=Password Settings Container,CN=System,{domain}
  scope       one
  filter      (objectClass=*)
  attributes  dn cn msDS-PasswordSettingsPrecedence:number msDS-MinimumPasswordLength:number """
    """msDS-PasswordHistoryLength:number msDS-PasswordComplexityEnabled msDS-PasswordReversibleEncryptionEnabled """
    """msDS-MaximumPasswordAge:number msDS-MinimumPasswordAge:number msDS-LockoutThreshold:number """
    """msDS-LockoutDuration:number msDS-LockoutObservationWindow:number msDS-PSOAppliesTo:list
""",
    timeout_s=20,
    max_bytes=512 * 1024,
)

ACCOUNTS = Probe(
    name="domain_accounts",
    why="which accounts are open, when they last signed in, how old their passwords are, and which are for services",
    script=f"""
people
  base        {{domain}}
  scope       subtree
  filter      (&{_PEOPLE})
  attributes  sAMAccountName objectSid:sid userAccountControl:number pwdLastSet:number lastLogonTimestamp:number """
    """whenCreated accountExpires:number primaryGroupID:number displayName mail userPrincipalName """
    """msDS-ResultantPSO servicePrincipalName:list
""",
    timeout_s=120,
    max_bytes=64 * 1024 * 1024,
)

FLAGS = Probe(
    name="account_flags",
    why="on which open accounts a protection is switched off; the count says whether all of them can be told",
    script=f"""
password_not_required
  base        {{domain}}
  scope       subtree
  filter      (&{_PEOPLE}({_BIT}32){_OPEN})
  attributes  sAMAccountName
without_preauthentication
  base        {{domain}}
  scope       subtree
  filter      (&(objectClass=user)({_BIT}4194304){_OPEN})
  attributes  sAMAccountName
unconstrained_delegation
  base        {{domain}}
  scope       subtree
  filter      (&(objectClass=user)({_BIT}524288){_OPEN}(!({_BIT}8192))(!({_BIT}67108864)))
  attributes  sAMAccountName
hidden
  base        {{domain}}
  scope       subtree
  filter      (&(objectClass=user)(!(userAccountControl=*)))
  attributes  none
""",
    timeout_s=60,
    max_bytes=1024 * 1024,
)

ADMIN_GROUPS: Mapping[str, tuple[str, str]] = {
    "administrators": ("S-1-5-32-544", "Administrators"),
    "domain_admins": ("512", "Domain Admins"),
    "enterprise_admins": ("519", "Enterprise Admins"),
    "schema_admins": ("518", "Schema Admins"),
}
"""Groups whose members administer the domain or the forest: search, identifier, and the name they are made with."""

EQUIVALENT_GROUPS: Mapping[str, tuple[str, str]] = {
    "account_operators": ("S-1-5-32-548", "Account Operators"),
    "server_operators": ("S-1-5-32-549", "Server Operators"),
    "print_operators": ("S-1-5-32-550", "Print Operators"),
    "backup_operators": ("S-1-5-32-551", "Backup Operators"),
    "policy_owners": ("520", "Group Policy Creator Owners"),
    "key_admins": ("526", "Key Admins"),
    "enterprise_key_admins": ("527", "Enterprise Key Admins"),
    "dns_admins": ("DnsAdmins", "DnsAdmins"),
}
"""Groups whose members can make themselves administrators: through accounts, controllers, policies, keys or DNS."""

GROUPS: Mapping[str, tuple[str, str]] = {**ADMIN_GROUPS, **EQUIVALENT_GROUPS}

YOUNG_GROUPS = ("key_admins", "enterprise_key_admins", "dns_admins")
"""Groups that came with Windows Server 2016, or with the DNS service: an older domain has none."""

FOREST_GROUPS = ("enterprise_admins", "schema_admins", "enterprise_key_admins")
"""Groups that exist in the first domain of a forest alone."""

# Domain Users, Guests, Computers, Controllers and read-only controllers: nobody is in a group by these unawares.
_USUAL = "".join(f"(!(primaryGroupID={rid}))" for rid in (513, 514, 515, 516, 521))


def _members(name: str, identifier: str) -> str:
    return f"""
{name}
  base        {{domain}}
  scope       subtree
  filter      ({_CHAIN}{{dn:{identifier}}})
  attributes  sAMAccountName objectSid:sid objectClass:list"""


PRIVILEGED = Probe(
    name="privileged_groups",
    why="who administers the domain, through whatever chain of groups, or can make themselves administrators",
    script="".join(_members(name, key) for name, (key, _) in GROUPS.items())
    + f"""
by_primary_group
  base        {{domain}}
  scope       subtree
  filter      (&(objectClass=user){_USUAL})
  attributes  sAMAccountName primaryGroupID:number
""",
    timeout_s=120,
    max_bytes=4 * 1024 * 1024,
)

TICKET_KEY = Probe(
    name="ticket_key",
    why="when the key that every Kerberos ticket rests on was last changed",
    script="""
krbtgt
  base        {dn:502}
  scope       base
  filter      (objectClass=*)
  attributes  sAMAccountName pwdLastSet:number
""",
    timeout_s=10,
)

# A filter that asks whether an attribute is there is answered without it for whoever may not read it.
STORED_PASSWORDS = Probe(
    name="stored_passwords",
    why="of how many computers the local administrator's password is kept here, and how many this account could read; "
    "only names are counted, no password is transferred",
    script="""
places
  base        {schema}
  scope       one
  filter      (|(lDAPDisplayName=ms-Mcs-AdmPwd)(lDAPDisplayName=msLAPS-Password))
  attributes  lDAPDisplayName
computers
  base        {domain}
  scope       subtree
  filter      (&(objectCategory=computer)"""
    f"""{_OPEN}(!({_BIT}8192)))
  attributes  none
kept
  base        {{domain}}
  scope       subtree
  filter      (&(objectCategory=computer){_OPEN}(!({_BIT}8192))"""
    """(|(ms-Mcs-AdmPwdExpirationTime=*)(msLAPS-PasswordExpirationTime=*)))
  attributes  none
readable
  base        {domain}
  scope       subtree
  filter      (&(objectCategory=computer)(|(ms-Mcs-AdmPwd=*)(msLAPS-Password=*)))
  attributes  none
""",
    timeout_s=60,
)
