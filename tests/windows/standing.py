"""The printed script with the stand-ins of a host in the place of its seams, and what is compared afterwards."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from scanner.collect.windows.frame import unwrap
from scanner.collect.windows.script import build
from scanner.facts.base import Probe
from scanner.facts.windows.failure import failure
from tests.windows.allowed import CMDLETS, INNER, SEAMS
from tests.windows.syntax import commands, functions, parsed, walk, words

STANDINS_DIR = Path(__file__).parent / "standins"
COMMON = STANDINS_DIR / "common.ps1"
NONCE = "7f3a" * 8
RUN_S = 120
_SEAMS = re.compile(r"(?s)# --- Seams.*?(?=# --- Frame)")
_BY_HOST = ("account", "sid", "administrator")  # of the session; the rest is PowerShell's own


def files_of(host: str) -> tuple[Path, ...]:
    """The stand-ins of a host in the order in which they are read."""
    own = sorted((STANDINS_DIR / host).glob("*.ps1"), key=lambda path: (path.stem != "session", path.stem))
    return (COMMON, *own)


def text_of(host: str) -> str:
    """All stand-ins of a host, without the empty lines that would be lost on the way."""
    lines = [line for path in files_of(host) for line in path.read_text("ascii").split("\n") if line.strip()]
    return "\n".join(lines) + "\n"


def script_of(host: str, probes: Iterable[Probe]) -> str:
    """What is sent to PowerShell: the printed script with other seams, the rest to the byte as it is."""
    script = build(probes)
    whole = (script.text + script.call(NONCE)).decode("ascii")
    return _SEAMS.sub(lambda _: "# --- Seams\n" + text_of(host), whole, count=1)


def run(pwsh: str, script: str) -> bytes:
    """What PowerShell prints for a script on its standard input."""
    line = [pwsh, "-NoProfile", "-NonInteractive", "-Command", "-"]
    ended = subprocess.run(line, input=script.encode("ascii"), capture_output=True, timeout=RUN_S, check=False)
    assert ended.stdout, f"PowerShell printed nothing: {ended.stderr.decode('utf-8', 'replace')[:2000]}"
    return ended.stdout


# --- what is missing ---


def missing(host: str, probes: Iterable[Probe], entries: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Each cmdlet, class and seam that a probe uses, and that has no stand-in on a host where the probe works."""
    text = text_of(host)
    defined, tables = functions(parsed(text)) | _absent(text), _tables(text) | _absent(text)
    for probe in probes:
        if entries.get(probe.name, {}).get("ok") is not True:
            continue
        body = parsed(probe.script)
        for command in commands(body):
            if command.name in {*CMDLETS, *(SEAMS - INNER)} - defined:
                yield f"{probe.name}: {command.name}"
            yield from (f"{probe.name}: class {name}" for name in command.classes(body) if name not in tables)


def _absent(text: str) -> frozenset[str]:
    """What the host does not have, though the probe works there: a part of it fails alone."""
    return frozenset(re.findall(r"(?m)^# Absent: (\S+)$", text))


def _tables(text: str) -> frozenset[str]:
    """The CIM classes that the stand-ins answer for."""
    return frozenset(re.findall(r"\$Stand\.cim\['(\w+)'\] \+?= ", text))


def hides(host: str) -> Iterator[str]:
    """Assignments at the top of a stand-in to anything but `$Stand` and the environment: a probe's own would win."""
    for node in walk(parsed(text_of(host))):
        if node.type == "left_assignment_expression" and _is_at_top(node):
            target = words(node)
            if not re.match(r"\$(?:Stand\b|env:)", target):
                yield target


def _is_at_top(node: Any) -> bool:
    above = node.parent
    while above is not None and above.type not in (
        "function_statement",
        "script_block_expression",
        "foreach_statement",
    ):
        above = above.parent
    return above is None


# --- what is compared ---


def comparable(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry without what differs from run to run, its errors by what they mean."""
    kept = {key: value for key, value in entry.items() if key != "ms"}
    if entry.get("name") == "session" and isinstance(entry.get("v"), Mapping):
        kept["v"] = {key: entry["v"].get(key) for key in _BY_HOST}
    compared = _by_meaning(kept)
    assert isinstance(compared, dict)
    return compared


def _by_meaning(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: failure(one).state.value if key == "err" else _by_meaning(one)
            for key, one in value.items()
            if key != "clock"
        }
    return [_by_meaning(one) for one in value] if isinstance(value, list) else value


def differences(printed: bytes, expected: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Where the entries that were printed differ from those of the host, name by name."""
    output = unwrap(printed, NONCE)
    said = {str(entry.get("name")): comparable(entry) for _, block in output.blocks for entry in block}
    problems = list(output.notes)
    for name, entry in expected.items():
        wanted = {**comparable(entry), **({"v": said.get(name, {}).get("v")} if name == "complete" else {})}
        if name not in said:
            problems.append(f"{name}: no entry")
        elif said[name] != wanted:
            problems.append(f"{name}:\n  printed  {said[name]}\n  expected {wanted}")
    return problems + [f"{name}: not expected" for name in said.keys() - expected.keys()]
