"""Patch level of a Windows host: life cycle, newest update, waiting restart, automatic updating."""

from __future__ import annotations

from scanner.facts.base import Reader
from scanner.facts.windows.patching.auto import AUTO_UPDATES
from scanner.facts.windows.patching.level import PATCH_LEVEL
from scanner.facts.windows.patching.rest import OTHERS
from scanner.facts.windows.patching.restart import RESTART
from scanner.facts.windows.patching.support import SUPPORT

READERS: tuple[Reader, ...] = (SUPPORT, RESTART, *OTHERS)
LAST: tuple[Reader, ...] = (PATCH_LEVEL, AUTO_UPDATES)
"""What may wait longest comes when everything else is read."""
