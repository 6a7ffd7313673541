"""Windows Firewall: profiles, rules, and what they let through to the sockets that listen."""

from __future__ import annotations

from scanner.facts.base import Reader
from scanner.facts.windows.firewall.network import OTHERS
from scanner.facts.windows.firewall.profiles import FIREWALL
from scanner.facts.windows.firewall.sockets import LISTENERS

READERS: tuple[Reader, ...] = (FIREWALL, LISTENERS, *OTHERS)
