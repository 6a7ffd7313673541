"""Dead, silent, stuck and flooding targets among healthy ones: each may cost its own limit and nothing else.

The bound on the wall time is what the healthy targets take alone, and one time limit for every round of hostile
targets that the concurrency allows.
"""

from __future__ import annotations

import argparse
import json
import math
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import lab, measure, namespace, result
from benchmarks.measure import Spent

CONNECT_S, LOGIN_S, TARGET_S = 5, 8, 20
CAP_BYTES = 4 * 1024 * 1024
SLACK_S = 2.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to be no good: where such targets are, and the most that one may take in seconds."""

    name: str
    network: str
    port: int
    limit_s: float


DEAD = Kind("dead, no answer to TCP", "127.7", 2301, CONNECT_S)
SILENT = Kind("silent, TCP but no greeting", "127.8", 2302, CONNECT_S + LOGIN_S)
KINDS = (
    DEAD,
    SILENT,
    Kind("mute, a login but no shell", lab.MUTE_SHELL, lab.PORT, TARGET_S),
    Kind("stuck, a probe that never ends", lab.STUCK, lab.PORT, TARGET_S),
    Kind("flood, output without end", lab.FLOOD, lab.PORT, TARGET_S),
)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan took, and its run document."""

    spent: Spent
    document: Mapping[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=200)
    parser.add_argument("--each", type=int, default=4, help="hostile targets of each kind")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--json", type=Path, help="append the result to this file")
    options = parser.parse_args()
    namespace.enter()
    good = lab.addresses(lab.RECORDED, options.targets - options.each * len(KINDS))
    bad = {kind: [f"{host}:{kind.port}" for host in lab.addresses(kind.network, options.each)] for kind in KINDS}
    with lab.running() as place, _dead(), _silent():
        place.trust([*good, *(end.partition(":")[0] for ends in bad.values() for end in ends)])
        start = _scan(place, "start", good[:1], 1)
        alone = {kind: _scan(place, "kind", ends, options.concurrency) for kind, ends in bad.items()}
        healthy = _scan(place, "healthy", good, options.concurrency)
        mixed = _scan(place, "mixed", _mix(good, [end for ends in bad.values() for end in ends]), options.concurrency)
    lines = [_cost(kind, scanned, start) for kind, scanned in alone.items()]
    lines += _mixed_lines(healthy, mixed, options.each * len(KINDS), options.concurrency)
    return result.show(f"{options.targets} targets, {options.each} of each hostile kind", lines, options.json)


def _cost(kind: Kind, scanned: Scanned, start: Scanned) -> result.Line:
    """The time that targets of one kind take alone, less that of a scan of one good target."""
    if any(target["state"] == "read" for target in scanned.document["targets"]):
        raise SystemExit(f"{kind.name}: a hostile target counts as read")
    took_s = scanned.spent.wall_s - start.spent.wall_s
    return result.Line(kind.name, took_s, "s", kind.limit_s + SLACK_S)


def _mixed_lines(healthy: Scanned, mixed: Scanned, hostile: int, concurrency: int) -> list[result.Line]:
    bound_s = healthy.spent.wall_s + math.ceil(hostile / concurrency) * TARGET_S + SLACK_S
    before, after = _findings(healthy.document), _findings(mixed.document)
    changed = sum(before[address] != after.get(address) for address in before)
    return [
        result.Line("healthy targets alone, wall", healthy.spent.wall_s, "s"),
        result.Line("all together, wall", mixed.spent.wall_s, "s", bound_s),
        result.Line("healthy targets with other findings than alone", changed, "", 0),
        result.Line("peak memory, healthy alone", healthy.spent.peak_bytes / 1e6, "MB"),
        result.Line("peak memory, all together", mixed.spent.peak_bytes / 1e6, "MB"),
    ]


def _findings(document: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Per address its findings, without the target's name, which is a number in the list."""
    addresses = {target["name"]: target["address"] for target in document["targets"]}
    found: dict[str, list[Any]] = {address: [] for address in addresses.values()}
    for finding in document["findings"]:
        found[addresses[finding["target"]]].append({**finding, "target": ""})
    return found


def _mix(good: Sequence[str], bad: Sequence[str]) -> list[str]:
    """The bad ones spread evenly among the good ones."""
    mixed, step = list(good), len(good) // len(bad) + 1
    for number, end in enumerate(bad):
        mixed.insert(number * step, end)
    return mixed


def _scan(place: lab.Lab, name: str, hosts: Sequence[str], concurrency: int) -> Scanned:
    limits = {"connect_s": CONNECT_S, "login_s": LOGIN_S, "target_s": TARGET_S, "output_bytes": CAP_BYTES}
    site = place.site(name, hosts, concurrency=concurrency, **limits)
    document = place.folder / f"{name}.json"
    store = place.folder / f"{name}.db"
    command = measure.scan_command(site, store, "-o", f"json={document}")
    spent = measure.run(command, env=place.environment(), folder=place.folder)
    return Scanned(spent, json.loads(document.read_text()))


@contextmanager
def _dead() -> Iterator[None]:
    """A port whose queue is full: the kernel drops every further connection request without a word."""
    with socket.create_server(("0.0.0.0", DEAD.port), backlog=0) as listener:
        fillers = [_knock(listener.getsockname()[1]) for _ in range(4)]
        try:
            yield
        finally:
            for filler in fillers:
                filler.close()


def _knock(port: int) -> socket.socket:
    filler = socket.socket()
    filler.setblocking(False)
    with suppress(BlockingIOError):
        filler.connect(("127.0.0.1", port))
    return filler


@contextmanager
def _silent() -> Iterator[None]:
    """A port that accepts and says nothing."""
    held: list[socket.socket] = []
    with socket.create_server(("0.0.0.0", SILENT.port), backlog=128) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    held.append(listener.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
    for connection in held:
        connection.close()


if __name__ == "__main__":
    raise SystemExit(main())
