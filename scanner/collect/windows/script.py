"""One read-only PowerShell script for all probes of a Windows target.

It is made of `head.ps1`, `seams.ps1`, `frame.ps1`, one `Read-Fact` block per probe and `end.ps1`. Constant for a set
of probes, so that its SHA-256 names exactly what was run and can be put on an allow-list; the nonce stands in its last
line. PowerShell reads standard input line by line, as if a person typed it: the script is one block, `& { … } 'NONCE'`,
without an empty line in it, and the empty line behind it makes PowerShell run it. What a snippet may call is what
`seams.ps1` and `frame.ps1` define:

- the seams (`Read-Registry`, `Open-Adsi`, `Invoke-Native`, …): all that touches Windows other than by a cmdlet;
- `Read-Part { … }`: the value of a part, or its error, so that the part fails alone; a list leaves it as `,@( )`;
- `Convert-Time TIME`: UTC text, null for null.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from scanner import __version__
from scanner.facts.base import Probe

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_RESERVED = ("session", "complete")
_NONCE = re.compile(r"[0-9a-f]{32}")
_MAX_SNIPPET = 32 * 1024
_PRINTABLE = re.compile(r"[\n\x20-\x7e]*")
_EMPTY_IN_HERE_STRING = re.compile(r"@(['\"])[ \t]*\n(?:(?!\1@).*\n)*?[ \t]*\n")
# What may hold braces that close nothing: comments, here-strings, strings, escaped characters.
_INERT = re.compile(
    r"<#.*?#>|(?<![^\s;({|])#[^\n]*|@'[ \t]*\n.*?\n'@|@\"[ \t]*\n.*?\n\"@"
    r"|'(?:[^']|'')*'|\"(?:[^\"`]|`.|\"\")*\"|`.",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class WindowsScript:
    """The constant text, its SHA-256 in hex, and the probes in the order in which they run."""

    text: bytes
    sha256: str
    probes: tuple[Probe, ...]

    def call(self, nonce: str) -> bytes:
        """The last line, which hands over `nonce` (32 hex digits), and the empty line that starts the script."""
        if not _NONCE.fullmatch(nonce):
            raise ValueError("a nonce is 32 hex digits")
        return f"}} '{nonce}'\n\n".encode()


def build(probes: Iterable[Probe]) -> WindowsScript:
    """One script for `probes`, in their order. Raises ValueError for a probe that could break the frame."""
    chosen = tuple(probes)
    text = ("& {\n" + body(chosen)).encode("ascii")
    return WindowsScript(text=text, sha256=hashlib.sha256(text).hexdigest(), probes=chosen)


def body(probes: tuple[Probe, ...]) -> str:
    """The lines inside the block: they read `$Nonce`, as a function that takes it may do, too."""
    for probe in probes:
        _verify(probe)
    if len({probe.name for probe in probes}) != len(probes):
        raise ValueError("two probes have one name")
    parts = [
        _resource("head.ps1").replace("@VERSION@", __version__),
        _resource("seams.ps1"),
        _resource("frame.ps1"),
        "# --- Facts: each block returns one dictionary.\n",
        *(_block(probe) for probe in probes),
        _resource("end.ps1"),
    ]
    return "".join(parts)


def _verify(probe: Probe) -> None:
    if not _NAME.fullmatch(probe.name) or probe.name in _RESERVED:
        raise ValueError(f"{probe.name!r} is no name for a probe")
    text = probe.script
    if len(text) > _MAX_SNIPPET or not _PRINTABLE.fullmatch(text):
        raise ValueError(f"{probe.name}: a snippet is printable ASCII without tabs, at most {_MAX_SNIPPET} bytes")
    if _EMPTY_IN_HERE_STRING.search(text):
        raise ValueError(f"{probe.name}: an empty line in a here-string is lost on the way")
    if re.search(r"(?m)^\s*# ---", text) or not _is_closed(text):
        raise ValueError(f"{probe.name}: the snippet could close its block")


def _is_closed(text: str) -> bool:
    """True when no brace closes what the snippet did not open, and none is left open."""
    depth = 0
    for brace in re.findall(r"[{}]", _INERT.sub("", text)):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _block(probe: Probe) -> str:
    """One fact; the lines are not indented, since that would change here-strings, and empty ones are left out."""
    lines = [line for line in probe.script.split("\n") if line.strip()]
    return "\n".join([f"Read-Fact '{probe.name}' {{", *lines, "}"]) + "\n"


def _resource(name: str) -> str:
    return resources.files("scanner.collect.windows").joinpath(name).read_text(encoding="ascii")
