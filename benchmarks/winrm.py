"""A scan of many Windows hosts against bare loops of pywinrm: one `run_ps` per host, and one per fact.

The hosts are one WS-Management endpoint on loopback, in a process of its own; they answer at once, so that what is
measured is the client and the number of requests. No Windows host is involved.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks import lab, measure, namespace, result
from benchmarks.measure import Spent
from scanner.assess.findings import probes_for
from scanner.catalogue import load_checks
from tests.windows.hosts import wire
from tests.wsman.serve import Served

NETWORK = "127.7"
USER, PASSWORD = "CTPAT\\scan", "Correct-Horse-7"  # what the endpoint takes
HOST = "server-2022-hardened"
REQUESTS_LIMIT = 9  # over NTLM and http


@dataclass(frozen=True, slots=True)
class Run:
    """What a client took, and the requests that the hosts saw."""

    spent: Spent
    requests: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--targets", type=int, default=200)
    parser.add_argument("--few", type=int, default=20, help="hosts of the loop with one command per fact")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path, help="append the result to this file")
    options = parser.parse_args()
    namespace.enter()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="ctpat-bench-") as name:
        bench = _Bench(Path(name), options.concurrency)
        hosts = lab.addresses(NETWORK, options.targets)
        floors, scans = [], []
        for number in range(options.repeat):
            floors.append(bench.floor(hosts, 1))
            scans.append(bench.scan(hosts, number))
        probes = len(probes_for("windows", load_checks().values()))
        per_fact = bench.floor(hosts[: options.few], probes)
        start = bench.scan(hosts[:1], options.repeat)
    title = f"{options.targets} Windows hosts, {options.concurrency} at a time, median of {options.repeat}"
    return result.show(title, _lines(floors, scans, start, per_fact, options, probes), options.json)


@dataclass(frozen=True, slots=True)
class _Bench:
    folder: Path
    concurrency: int

    def environment(self) -> dict[str, str]:
        home = {"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(Path.cwd())}
        return home | {"CTPAT_BENCH_PASSWORD": PASSWORD}

    def floor(self, hosts: list[str], commands: int) -> Run:
        with Served(wire(HOST), tls=False) as far:
            numbers = [str(far.port), str(commands), str(self.concurrency)]
            command = [sys.executable, "-m", "benchmarks.winrm_floor", USER, *numbers]
            spent = measure.run(command, env=self.environment(), folder=self.folder, feed="\n".join(hosts))
            return Run(spent, sum(far.tally().values()))

    def scan(self, hosts: list[str], number: int) -> Run:
        """`ctpat scan` with every check, into a new store."""
        store = self.folder / f"store-{number}-{len(hosts)}.db"
        with Served(wire(HOST), tls=False) as far:
            site = self._site(hosts, far.port)
            command = measure.scan_command(site, store, "--concurrency", str(self.concurrency))
            spent = measure.run(command, env=self.environment(), folder=self.folder)
            requests = sum(far.tally().values())
        if f"Targets: {len(hosts)} planned, {len(hosts)} reached" not in spent.output:
            raise SystemExit(f"not every host was reached:\n{spent.output[-1000:]}")
        store.unlink()
        return Run(spent, requests)

    def _site(self, hosts: list[str], port: int) -> Path:
        login = {"winrm": {"user": USER, "password": "env:CTPAT_BENCH_PASSWORD"}}
        targets = [{"host": host, "port": port, "transport": "winrm", "credential": "windows"} for host in hosts]
        document = {"site": "bench", "entities": ["importer"], "credentials": {"windows": login}, "targets": targets}
        path = self.folder / "site.yaml"
        path.write_text(json.dumps(document))  # JSON is YAML
        return path


def _lines(
    floors: list[Run], scans: list[Run], start: Run, per_fact: Run, options: argparse.Namespace, probes: int
) -> list[result.Line]:
    floor, scan = [run.spent for run in floors], [run.spent for run in scans]
    wall, floor_wall = measure.middle(scan, "wall_s"), measure.middle(floor, "wall_s")
    cpu, floor_cpu = measure.middle(scan, "cpu_s"), measure.middle(floor, "cpu_s")
    fact_s = per_fact.spent.wall_s / options.few
    scan_s = (wall - start.spent.wall_s) / options.targets
    return [
        result.Line("probes in the script", probes),
        result.Line("floor (one run_ps), requests per host", floors[0].requests / options.targets),
        result.Line("scan, requests per host", scans[0].requests / options.targets, "", REQUESTS_LIMIT),
        result.Line("one run_ps per fact, requests per host", per_fact.requests / options.few),
        result.Line("floor, wall", floor_wall, "s"),
        result.Line("scan, wall", wall, "s"),
        result.Line("scan of one host, wall", start.spent.wall_s, "s"),
        result.Line("scan / floor, wall", wall / floor_wall, "x"),
        result.Line("floor, CPU per host", floor_cpu / options.targets * 1000, "ms"),
        result.Line("scan, CPU per host", cpu / options.targets * 1000, "ms"),
        result.Line("scan / floor, CPU", cpu / floor_cpu, "x"),
        result.Line("one run_ps per fact / scan, wall per host", fact_s / scan_s, "x"),
        result.Line("scan, peak memory", measure.middle(scan, "peak_bytes") / 1e6, "MB"),
        result.Line("noise of the scan's wall time, either way", measure.noise(scan, "wall_s") * 100, "%"),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
