"""Rules that several checks share: one reading of the facts, whichever check asks."""

from scanner.judging.domain import no_account_weakened
from scanner.judging.firewall import outer_hosts_firewall, refused_by_default
from scanner.judging.passwords import LockoutRules, Locks, is_workstation, password_ages
from scanner.judging.tables import outdated

__all__ = [
    "LockoutRules",
    "Locks",
    "is_workstation",
    "no_account_weakened",
    "outdated",
    "outer_hosts_firewall",
    "password_ages",
    "refused_by_default",
]
