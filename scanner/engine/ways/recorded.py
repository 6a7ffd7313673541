"""The way to recorded collections: `replay:DIR`, without a network."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from scanner.engine.ways import Collected
from scanner.errors import ConfigError, TargetError
from scanner.model import Reason, Target
from scanner.transports.replay import read_recording


class RecordedWay:
    """`replay:`; nothing is opened, so there is nothing to abort or to close."""

    def collect(self, target: Target, deadline: float, cancelled: threading.Event) -> Collected:
        """See `Way`."""
        try:
            recording = read_recording(Path(target.address))
        except ConfigError as error:
            raise TargetError(Reason.UNREADABLE, str(error)) from error
        # The site may know the machine by another name than the recording does.
        return Collected(replace(recording.transcript, target=target.name), recording.script)

    def abort(self) -> None: ...

    def close(self) -> None: ...
