"""What a Windows host is asked, whatever carries it: WinRM, PowerShell remoting, or an SSH login."""

from __future__ import annotations

import threading
import time

from scanner.assess.findings import probes_for
from scanner.collect import CollectLimits, collect_windows, windows
from scanner.engine.ways import Collected, Preparation
from scanner.model import Target
from scanner.transports.base import ScriptSession


class PowershellCollection:
    """The one script for Windows hosts, whatever carries it."""

    def __init__(self, prepared: Preparation) -> None:
        self._output_bytes = prepared.site.limits.output_bytes
        self._now = prepared.now
        self._script = windows.build(probes_for("windows", prepared.checks))

    def run(self, session: ScriptSession, target: Target, deadline: float, cancelled: threading.Event) -> Collected:
        """One target's transcript, over a session that is open."""
        limits = CollectLimits(total_s=max(1.0, deadline - time.monotonic()), output_bytes=self._output_bytes)
        transcript = collect_windows(
            session, target.name, self._script, limits=limits, now=self._now, cancelled=cancelled
        )
        return Collected(transcript, self._script.text)
