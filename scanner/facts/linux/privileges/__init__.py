"""Privileged access: sudo and doas rules, administrator groups, groups that amount to root."""

from __future__ import annotations

from scanner.facts.linux.privileges.reader import PRIVILEGES, SUDOERS

READERS = (PRIVILEGES,)

__all__ = ["PRIVILEGES", "READERS", "SUDOERS"]
