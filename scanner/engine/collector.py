"""Opens every target of a site by the way that its transport takes."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from scanner.check import Check
from scanner.engine.scan import Keep
from scanner.engine.ways import Collected, Preparation, Way
from scanner.errors import ConfigError, Problem, TargetError
from scanner.inventory.site import Site
from scanner.model import Reason, Target
from scanner.secret import Ask, Secrets
from scanner.transports.replay import write_recording


class HostCollector:
    """The collector of real targets. Use as a context manager: leaving it ends what targets share.

    Every secret of the site is resolved in the constructor, so that a missing one stops the run before any
    connection. Raises SecretError.
    """

    def __init__(self, site: Site, checks: Iterable[Check], *, ask: Ask | None, now: Callable[[], datetime]) -> None:
        self._target_s = site.limits.target_s
        secrets = Secrets(ask, base=site.path.parent if site.path else None)
        self._ways = _ways(Preparation(site=site, checks=tuple(checks), secrets=secrets, now=now))
        self._closed = threading.Event()
        self._watch: threading.Thread | None = None
        self._watch_lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        if self._watch is not None:
            self._watch.join()
        for way in dict.fromkeys(self._ways.values()):
            way.close()

    def collect(self, target: Target, cancelled: threading.Event) -> Collected:
        """One target's transcript; see `engine.scan.Collector`."""
        way = self._ways.get(target.transport)
        if way is None:
            raise TargetError(Reason.UNSUPPORTED, f"the transport '{target.transport}' is not part of this version")
        self._heed(cancelled)
        began = time.monotonic()
        try:
            return way.collect(target, began + self._target_s, cancelled)
        except TargetError as error:
            error.spent_s = time.monotonic() - began
            raise

    def _heed(self, cancelled: threading.Event) -> None:
        """See to it that logins under way end when the scan is interrupted; one thread for all targets."""
        with self._watch_lock:
            if self._watch is None:
                self._watch = threading.Thread(target=self._abort_when, args=(cancelled,), name="interruption")
                self._watch.start()

    def _abort_when(self, cancelled: threading.Event) -> None:
        while not self._closed.wait(0.25):
            if cancelled.is_set():
                for way in dict.fromkeys(self._ways.values()):
                    way.abort()
                return


def _posix(prepared: Preparation) -> Way:
    from scanner.engine.ways.posix import PosixWay

    return PosixWay(prepared)


def _windows(prepared: Preparation) -> Way:
    from scanner.engine.ways.windows import WindowsWay

    return WindowsWay(prepared)


def _directory(prepared: Preparation) -> Way:
    from scanner.engine.ways.directory import DirectoryWay

    return DirectoryWay(prepared)


def _recorded(prepared: Preparation) -> Way:
    from scanner.engine.ways.recorded import RecordedWay

    return RecordedWay()


_MAKERS: Mapping[tuple[str, ...], Callable[[Preparation], Way]] = {
    ("ssh", "local"): _posix,
    ("winrm", "winrms", "psrp"): _windows,
    ("ldaps",): _directory,
    ("replay",): _recorded,
}
"""Which transports share a way. Each is imported when a target takes it: its libraries cost a start a lot."""


def _ways(prepared: Preparation) -> dict[str, Way]:
    """The ways that the site's targets take, by transport."""
    found: dict[str, Way] = {}
    for transports, make in _MAKERS.items():
        if prepared.targets(*transports):
            found |= dict.fromkeys(transports, make(prepared))
    return found


def recorder(directory: Path) -> Keep:
    """Keeps each collection below `directory` as `replay:` reads it. Raises ConfigError when it cannot be written."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        problem = Problem(path=str(directory), message=f"recordings cannot be written there: {error.strerror}")
        raise ConfigError(problem) from error

    def keep(target: Target, collected: Collected) -> None:
        write_recording(directory, target.name, collected.transcript, collected.script)

    return keep
