"""What the script costs the machine that it runs on: CPU, processes, and the probes that cost most.

Runs on this very machine, outside of any namespace, as the account that calls it. CPU is that of the script's own
processes; what a daemon does to answer one of them is not in it. A probe's figure is that of a script with this one
probe, less that of a script with none.
"""

from __future__ import annotations

import argparse
import os
import resource
import secrets
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import lab, result
from scanner.collect.script import Script, build
from scanner.facts.base import Probe

CPU_LIMIT_S = 1.0
DEAREST = 15


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--all", action="store_true", help=f"every probe, not the {DEAREST} dearest")
    parser.add_argument("--json", type=Path, help="append the result to this file")
    options = parser.parse_args()
    script = lab.script()
    whole_s = cpu_s(script, options.repeat)
    costs = probe_costs(script.probes, options.repeat)
    lines = [
        result.Line("whole script, CPU", whole_s, "s", CPU_LIMIT_S),
        result.Line("whole script without its dearest probe, CPU", whole_s - costs[0][0], "s", CPU_LIMIT_S),
        result.Line("probes", len(script.probes)),
        *_processes(script),
        *(result.Line(f"  {name}", cost * 1000, "ms") for cost, name in (costs if options.all else costs[:DEAREST])),
    ]
    account = "root" if os.geteuid() == 0 else "an account without rights"
    return result.show(f"load on a target, as {account}, best of {options.repeat}", lines, options.json)


def cpu_s(script: Script, repeat: int) -> float:
    """User and system time of the script's processes; the least of several runs, as others use the machine too."""
    return min(_once(script) for _ in range(repeat))


def _once(script: Script) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    call = script.call(secrets.token_hex(16))
    subprocess.run(["/bin/sh", "-s"], input=script.text + call, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def probe_costs(probes: Sequence[Probe], repeat: int) -> list[tuple[float, str]]:
    """Seconds of CPU and name of every probe, the dearest first."""
    base_s = cpu_s(build(()), repeat)
    costs = [(cpu_s(build((probe,)), repeat) - base_s, probe.name) for probe in probes]
    return sorted(costs, reverse=True)


def _processes(script: Script) -> list[result.Line]:
    """How many processes the script starts: in a process namespace of its own they are numbered from 1."""
    if os.geteuid() != 0:
        return []
    with tempfile.NamedTemporaryFile(suffix=".sh") as file:
        file.write(script.text + script.call(secrets.token_hex(16)))
        file.flush()
        counted = f'/bin/sh -s <"{file.name}" >/dev/null 2>&1; /bin/true & echo $!'
        command = ["unshare", "--pid", "--fork", "--mount-proc", "/bin/sh", "-c", counted]
        last = int(subprocess.run(command, capture_output=True, check=True).stdout)
    # Two are the shell that counts and its last child.
    return [result.Line("processes and threads started", last - 2)]


if __name__ == "__main__":
    raise SystemExit(main())
