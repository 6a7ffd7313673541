"""One read-only POSIX sh script for all probes of a target.

The script is constant for a set of probes, so that its SHA-256 names exactly what was run; what differs from run
to run (the frame's nonce, the way to raise rights, the first probe, the status file that the site names) is in its last
line. It runs under dash, bash, BusyBox ash, ksh93, mksh and yash. The frame around the probes is `frame.sh`, and
`frame.pl` where the host has perl; what a snippet may call is `helpers.sh`:

- `have CMD`: true when CMD is on the fixed PATH.
- `R CMD ARGS…`: with root rights. Runs CMD itself as root; else asks `sudo -n -l CMD ARGS…` before it runs
  `sudo -n CMD ARGS…`, or runs `doas -n CMD ARGS…`. Returns 97 without running where that is not permitted, and 127
  where CMD does not exist. In a pipeline its status is lost: write `out=$(R CMD) || exit $?`.
- `show FILE…`: prints files in the form that `scanner.facts.base.files` reads: `=PATH` and each line after one space,
  `-PATH` proved absent, `!PATH` there, or perhaps there, and not readable. A file that is no regular file is never
  read and counts as `!`. A pattern that matched nothing is `-` only where the directories it had to search could be
  read. A pattern in the middle of a path hides directories that cannot be searched: loop over the directories.
  Files that can be read come last, in their order, and of these the empty ones at the end.
- `absent REASON`: proved not to exist; ends the snippet with status 96.
- `denied [REASON]`: not readable by this account; ends the snippet with status 97.
- `$CTPAT_EPOCH`: when the probe began, in seconds; empty where the shells' frame runs it.

The names NL, f, t, d, n, named, said and by_rc are the helpers' own variables.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from scanner.collect.frame import MAX_BODY
from scanner.facts.base import Probe
from scanner.inventory.address import check_status_file

_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
_NONCE = re.compile(r"[0-9a-f]{32}")
_MAX_SNIPPET = 96 * 1024  # with the helpers still below the kernel's limit of 128 KiB for one argument
RIGHTS = ("user", "sudo", "doas")


@dataclass(frozen=True, slots=True)
class Script:
    """The constant text, its SHA-256 in hex, and the probes in the order in which they run."""

    text: bytes
    sha256: str
    probes: tuple[Probe, ...]

    def call(self, nonce: str, rights: str = "user", first: int = 0, status_file: str | None = None) -> bytes:
        """The last line: start at probe number `first`, mark the frame with `nonce` (32 hex digits).

        `rights` says how `R` raises rights when the script is not run by root: user, sudo or doas. The braces
        make a line that was cut in transfer a syntax error. Raises AddressError for a `status_file` that is no plain
        path.
        """
        if not _NONCE.fullmatch(nonce) or rights not in RIGHTS:
            raise ValueError("a nonce is 32 hex digits, rights one of " + ", ".join(RIGHTS))
        named = f" {quote(check_status_file(status_file))}" if status_file else ""
        return f"{{ main {nonce} {rights} {first:d}{named}; }} </dev/null\n".encode()

    def index(self, name: str) -> int:
        """The position of a probe."""
        return next(i for i, probe in enumerate(self.probes) if probe.name == name)


def build(probes: Iterable[Probe]) -> Script:
    """One script for `probes`, in their order. Raises ValueError for a probe that could break the frame."""
    chosen = tuple(probes)
    for probe in chosen:
        _verify(probe)
    if len({probe.name for probe in chosen}) != len(chosen):
        raise ValueError("two probes have one name")
    text = _assemble(chosen).encode()
    return Script(text=text, sha256=hashlib.sha256(text).hexdigest(), probes=chosen)


def _verify(probe: Probe) -> None:
    if not _NAME.fullmatch(probe.name):
        raise ValueError(f"{probe.name!r} is no name for a probe")
    if "\0" in probe.script or len(probe.script.encode()) > _MAX_SNIPPET:
        raise ValueError(f"{probe.name}: a snippet has no NUL and at most {_MAX_SNIPPET} bytes")
    if not all(_NAME.fullmatch(program) for program in probe.programs):
        raise ValueError(f"{probe.name}: {' '.join(probe.programs)!r} are no names of programs")
    if probe.timeout_s < 1 or probe.max_bytes < 1:
        raise ValueError(f"{probe.name}: limits are at least 1")
    if probe.max_bytes > MAX_BODY:
        raise ValueError(f"{probe.name}: at most {MAX_BODY} bytes are read of a probe")


def _assemble(probes: tuple[Probe, ...]) -> str:
    parts = {
        "@HELPERS@": _resource("helpers.sh").replace("'", "'\\''"),
        "@SUPERVISOR@": _resource("frame.pl").replace("'", "'\\''"),
        "@PLAN@": " ".join(probe.name for probe in probes),
        "@PROBES@": "\n".join(_line(probe) for probe in probes),
    }
    # One pass, so that a snippet that holds the text of a place is left alone.
    return re.sub("|".join(parts), lambda match: parts[match[0]], _resource("frame.sh"))


def _line(probe: Probe) -> str:
    programs = f" {quote(' '.join(probe.programs))}" if probe.programs or probe.named else ""
    named = " named" if probe.named else ""
    return f"p {probe.name} {probe.timeout_s} {probe.max_bytes} {quote(probe.script)}{programs}{named}"


def quote(text: str) -> str:
    """`text` as one word of POSIX sh."""
    return "'" + text.replace("'", "'\\''") + "'"


def _resource(name: str) -> str:
    return resources.files("scanner.collect").joinpath(name).read_text(encoding="utf-8")
