"""Windows Firewall: profiles, rules, what they let through to the sockets that listen, and what is written down."""

from __future__ import annotations

from scanner.facts.base import Reader
from scanner.facts.windows.firewall.logs import FIREWALL_LOG
from scanner.facts.windows.firewall.network import OTHERS
from scanner.facts.windows.firewall.profiles import FIREWALL
from scanner.facts.windows.firewall.sockets import LISTENERS

READERS: tuple[Reader, ...] = (FIREWALL, FIREWALL_LOG, LISTENERS, *OTHERS)
