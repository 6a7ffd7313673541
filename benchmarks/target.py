"""What the script costs the machine that it runs on: CPU, processes, and the probes that cost most.

Runs on this very machine, outside of any namespace, as the account that calls it; with `--boot`, inside a Debian of the
test lab that was booted for it and has apt's cache, as installed hosts have, or, with `--without-cache`, is told to
keep none, as images for containers are. CPU is that of the script's own processes;
what a daemon does to answer one of them is not in it. A probe's figure is that of a script with this one probe, less
that of a script with none.
"""

from __future__ import annotations

import argparse
import os
import resource
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import lab, result
from scanner.collect.elevation import SYSTEM_PATH
from scanner.collect.script import Script, build
from scanner.facts.base import Probe

CPU_LIMIT_S = 1.0
DEAREST = 15
CACHE = "apt-get check >/dev/null 2>&1; ls /var/cache/apt/pkgcache.bin"
# As the images of Debian and Ubuntu for containers have it.
NO_CACHE = """printf 'Dir::Cache::%s "";\\n' pkgcache srcpkgcache >/etc/apt/apt.conf.d/docker-clean
rm -f /var/cache/apt/*.bin"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--all", action="store_true", help=f"every probe, not the {DEAREST} dearest")
    parser.add_argument("--boot", choices=("bullseye", "bookworm", "trixie"), help="in a booted Debian, as root")
    parser.add_argument("--without-cache", action="store_true", help="that Debian keeps no binary cache of apt's lists")
    parser.add_argument("--json", type=Path, help="append the result to this file")
    options = parser.parse_args()
    if options.without_cache and not options.boot:
        parser.error("--without-cache goes with --boot")
    with _shell(options.boot, NO_CACHE if options.without_cache else CACHE) as shell:
        lines = _measured(shell, options)
    cache = " without apt's cache" if options.without_cache else ""
    where = f"a booted {options.boot}{cache}" if options.boot else "this machine"
    account = "root" if os.geteuid() == 0 else "an account without rights"
    return result.show(f"load on {where}, as {account}, best of {options.repeat}", lines, options.json)


@contextmanager
def _shell(suite: str | None, prepared: str) -> Iterator[list[str]]:
    """The words that start a shell where the script is to run; a Debian is booted and `prepared` by a shell first."""
    if suite is None:
        yield ["/bin/sh", "-s"]
        return
    from tests.lab.machine import boot

    with tempfile.TemporaryDirectory() as folder:
        machine = boot(suite, Path(folder))
        try:
            machine.run(prepared)
            inside = ["nsenter", "-t", str(machine.pid), "-a", "-r", "-w"]
            yield [*inside, "env", "-i", f"PATH={SYSTEM_PATH}", "HOME=/root", "/bin/sh", "-s"]
        finally:
            machine.stop()


def _measured(shell: Sequence[str], options: argparse.Namespace) -> list[result.Line]:
    script = lab.script()
    whole_s = cpu_s(script, options.repeat, shell)
    costs = probe_costs(script.probes, options.repeat, shell)
    return [
        result.Line("whole script, CPU", whole_s, "s", CPU_LIMIT_S),
        result.Line("whole script without its dearest probe, CPU", whole_s - costs[0][0], "s", CPU_LIMIT_S),
        result.Line("probes", len(script.probes)),
        *([] if options.boot else _processes(script)),
        *(result.Line(f"  {name}", cost * 1000, "ms") for cost, name in (costs if options.all else costs[:DEAREST])),
    ]


def cpu_s(script: Script, repeat: int, shell: Sequence[str]) -> float:
    """User and system time of the script's processes; the least of several runs, as others use the machine too."""
    return min(_once(script, shell) for _ in range(repeat))


def _once(script: Script, shell: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    call = script.call(secrets.token_hex(16))
    subprocess.run(shell, input=script.text + call, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def probe_costs(probes: Sequence[Probe], repeat: int, shell: Sequence[str]) -> list[tuple[float, str]]:
    """Seconds of CPU and name of every probe, the dearest first."""
    base_s = cpu_s(build(()), repeat, shell)
    costs = [(cpu_s(build((probe,)), repeat, shell) - base_s, probe.name) for probe in probes]
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
