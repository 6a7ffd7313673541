"""Local accounts from the account files, the shadow file and the login records."""

from __future__ import annotations

from scanner.facts.linux.accounts.probes import HOMES, LOGINS, PASSWD, SHADOW
from scanner.facts.linux.accounts.reader import ACCOUNTS

READERS = (ACCOUNTS,)

__all__ = ["ACCOUNTS", "HOMES", "LOGINS", "PASSWD", "READERS", "SHADOW"]
