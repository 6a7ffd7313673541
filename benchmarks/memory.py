"""Peak memory of a scan at 100 and at 1,000 targets: nothing of a target may stay once its result is stored."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks import lab, namespace, result
from benchmarks.ssh import scan

LIMIT = 1.3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=100)
    parser.add_argument("--many", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--json", type=Path, help="append the result to this file")
    options = parser.parse_args()
    namespace.enter()
    with lab.running() as place:
        hosts = lab.addresses(lab.RECORDED, options.many)
        place.trust(hosts)
        few = scan(place, hosts[: options.few], options.concurrency, 0)
        many = scan(place, hosts, options.concurrency, 1)
    lines = [
        result.Line(f"peak at {options.few} targets", few.peak_bytes / 1e6, "MB"),
        result.Line(f"peak at {options.many} targets", many.peak_bytes / 1e6, "MB"),
        result.Line("ratio", many.peak_bytes / few.peak_bytes, "x", LIMIT),
        result.Line(f"wall at {options.many} targets", many.wall_s, "s"),
        result.Line(f"CPU per target at {options.many} targets", many.cpu_s / options.many * 1000, "ms"),
    ]
    return result.show(f"memory, {options.concurrency} targets at a time", lines, options.json)


if __name__ == "__main__":
    raise SystemExit(main())
