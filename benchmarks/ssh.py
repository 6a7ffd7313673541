"""A scan of many SSH targets against the floor: wall time and client CPU, in one run, alternating.

Every target runs the script, all of them on this one machine; that is what the design's limits are about. With
`--recorded` they answer with what one of them said, at once, and cost a login and a few processes: then the client
alone is measured, more strictly than the design asks, and no limit is set.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import lab, measure, namespace, result
from benchmarks.measure import Spent

WALL_LIMIT = 1.3
CPU_LIMIT = 3.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--recorded", action="store_true", help="targets that cost nothing")
    parser.add_argument("--json", type=Path, help="append the result to this file")
    options = parser.parse_args()
    namespace.enter()
    with lab.running() as place:
        hosts = lab.addresses(lab.RECORDED if options.recorded else lab.REAL, options.targets)
        place.trust(hosts)
        scans, floors = [], []
        for number in range(options.repeat):
            floors.append(floor(place, hosts, options.concurrency))
            scans.append(scan(place, hosts, options.concurrency, number))
        start = scan(place, hosts[:1], 1, options.repeat)
        kind = "recorded" if options.recorded else "real"
        title = f"{options.targets} {kind} SSH targets, {options.concurrency} at a time, median of {options.repeat}"
        limits = (None, None) if options.recorded else (WALL_LIMIT, CPU_LIMIT)
        lines = _lines(scans, floors, start, options.targets, place, limits)
    return result.show(title, lines, options.json)


def floor(place: lab.Lab, hosts: list[str], concurrency: int) -> Spent:
    """The bare loop over the same targets with the same script."""
    more = [str(place.key), lab.ACCOUNT, place.host_key, str(place.script_file()), str(concurrency)]
    feed = "\n".join(f"{host}:{lab.PORT}" for host in hosts)
    command = [sys.executable, "-m", "benchmarks.floor", *more]
    return measure.run(command, env=place.environment(), folder=place.folder, feed=feed)


def scan(place: lab.Lab, hosts: list[str], concurrency: int, number: int, only: Sequence[str] = ()) -> Spent:
    """`ctpat scan` with every check, or with these alone, into a new store."""
    site = place.site("bench", hosts)
    store = place.folder / f"store-{number}-{len(hosts)}.db"
    command = measure.scan_command(site, store, "--concurrency", str(concurrency), *(f"--only={one}" for one in only))
    spent = measure.run(command, env=place.environment(), folder=place.folder)
    if f"Targets: {len(hosts)} planned, {len(hosts)} reached" not in spent.output:
        raise SystemExit(f"not every target was reached:\n{spent.output[-1000:]}")
    store.unlink()
    return spent


def _lines(
    scans: list[Spent],
    floors: list[Spent],
    start: Spent,
    targets: int,
    place: lab.Lab,
    limits: tuple[float | None, float | None],
) -> list[result.Line]:
    wall, floor_wall = measure.middle(scans, "wall_s"), measure.middle(floors, "wall_s")
    cpu, floor_cpu = measure.middle(scans, "cpu_s"), measure.middle(floors, "cpu_s")
    return [
        result.Line("probes in the script", len(place.script.probes)),
        result.Line("script", len(place.script.text) / 1000, "kB"),
        result.Line("answer", place.answer_bytes / 1000, "kB"),
        result.Line("floor, wall", floor_wall, "s"),
        result.Line("scan, wall", wall, "s"),
        result.Line("scan of one target, wall", start.wall_s, "s"),
        result.Line("scan / floor, wall", wall / floor_wall, "x", limits[0]),
        result.Line("floor, CPU per target", floor_cpu / targets * 1000, "ms"),
        result.Line("scan, CPU per target", cpu / targets * 1000, "ms"),
        result.Line("scan / floor, CPU", cpu / floor_cpu, "x", limits[1]),
        result.Line("scan, peak memory", measure.middle(scans, "peak_bytes") / 1e6, "MB"),
        result.Line("floor, peak memory", measure.middle(floors, "peak_bytes") / 1e6, "MB"),
        result.Line("noise of the scan's wall time, either way", measure.noise(scans, "wall_s") * 100, "%"),
        result.Line("noise of the floor's wall time, either way", measure.noise(floors, "wall_s") * 100, "%"),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
