"""One login, one script, one elevation: from a session to the raw facts of one target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from scanner.collect import blocks, frame
from scanner.collect.conversation import CollectLimits, collect
from scanner.collect.frame import Frame, parse
from scanner.collect.script import Script, build
from scanner.collect.windows.conversation import collect_windows
from scanner.facts.base import RawFacts
from scanner.model import Transcript

__all__ = ["CollectLimits", "Frame", "Script", "build", "collect", "collect_windows", "parse", "raw_facts"]

_READ: Mapping[str, Callable[[Transcript, Iterable[str]], RawFacts]] = {
    "linux": frame.raw_facts,
    "windows": blocks.raw_facts,
    "directory": blocks.raw_facts,
}


def raw_facts(transcript: Transcript, planned: Iterable[str] = ()) -> RawFacts:
    """The raw facts of a transcript, one for every probe that was planned, in the form of its platform.

    `planned` adds probe names to those that the transcript itself says were to run. A probe that did not run
    carries the reason why the collection ended early.
    """
    return _READ.get(transcript.platform, frame.raw_facts)(transcript, planned)
