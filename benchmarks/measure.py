"""Runs a client as a process of its own and says what it took."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

LONGEST_S = 3600


@dataclass(frozen=True, slots=True)
class Spent:
    """One run of a process with its children. CPU is user and system time; peak is its largest resident set."""

    wall_s: float
    cpu_s: float
    peak_bytes: int
    output: str


def run(
    command: Sequence[str], *, env: Mapping[str, str], folder: Path, feed: str = "", accept: Sequence[int] = (0,)
) -> Spent:
    """Run a command to its end; SystemExit with its output when its exit status is not one of `accept`."""
    log = folder / "output"
    given = folder / "input"
    given.write_text(feed)
    began = time.monotonic()
    with given.open("rb") as source, log.open("wb") as sink:
        process = subprocess.Popen(command, env=dict(env), stdin=source, stdout=sink, stderr=subprocess.STDOUT)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.send_signal(signal.SIGTERM)
            raise
    wall_s = time.monotonic() - began
    output, code = log.read_text(errors="replace"), os.waitstatus_to_exitcode(status)
    if code not in accept:
        raise SystemExit(f"{' '.join(command)[:200]}\nended with {code}:\n{output[-3000:]}")
    return Spent(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output)


def scan_command(site: Path, store: Path, *more: str) -> list[str]:
    """`ctpat scan` of this very installation; a gap is not a failure of the benchmark."""
    return [sys.executable, "-m", "scanner", "scan", str(site), "--store", str(store), "--fail-on", "never", *more]


def middle(runs: Sequence[Spent], what: str) -> float:
    """The median of one quantity."""
    return float(median(getattr(spent, what) for spent in runs))


def noise(runs: Sequence[Spent], what: str) -> float:
    """Half of the spread, as a part of the median: 0.05 is 5 per cent either way."""
    values = [getattr(spent, what) for spent in runs]
    return float((max(values) - min(values)) / 2 / median(values))
