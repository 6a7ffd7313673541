"""One login, one script, one elevation: from a session to the raw facts of one target."""

from __future__ import annotations

from scanner.collect.conversation import CollectLimits, collect
from scanner.collect.frame import Frame, parse, raw_facts
from scanner.collect.script import Script, build

__all__ = ["CollectLimits", "Frame", "Script", "build", "collect", "parse", "raw_facts"]
