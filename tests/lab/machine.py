"""Machines of the lab: a Debian booted by systemd-nspawn, and an appliance of BusyBox and dropbear.

Each has a network of its own and throws all its changes away: the root below it is shared and never written.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.lab.roots import root
from tests.transports.sshd import wait_for

_numbers = itertools.count(1)
_SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
# Puts itself into the control groups given before "--" and becomes the command after it.
_ENTER = 'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs"; shift; done; shift; exec "$@"'
# nspawn tells a machine in several places that it is a container. Where a scenario is about a machine, they are
# taken away: the engines' marks, and the program that reads them from the environment of process 1.
_AS_MACHINE = r"""
rm /run/systemd/container
: >/run/nothing
mount --bind /run/nothing /run/host/container-manager
cat >/usr/bin/systemd-detect-virt <<'PROGRAM'
#!/bin/sh
case $* in *--container* | *-c*) echo none; exit 1 ;; *) echo kvm ;; esac
PROGRAM
"""


def missing() -> str:
    """Why the lab cannot run here; empty when it can."""
    if os.geteuid() != 0:
        return "the lab boots machines, which needs root"
    tools = ("mmdebstrap", "systemd-nspawn", "nsenter", "ip", "nft", "busybox", "dropbear")
    lost = [tool for tool in tools if shutil.which(tool) is None]
    if not Path("/dev/loop-control").exists():
        lost.append("loop devices")
    return f"the lab needs {', '.join(lost)}" if lost else ""


@dataclass
class Machine:
    """One running machine; `stop` ends it and everything it wrote."""

    name: str
    suite: str
    address: str = ""
    address6: str = ""
    port: int = 22
    outer: str = ""
    host_keys: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    pid: int = 0
    groups: tuple[Path, ...] = ()

    def run(self, script: str, *, check: bool = True) -> str:
        """What a shell script prints that root runs inside, beside the machine's own processes."""
        command = [
            "nsenter",
            "-t",
            str(self.pid),
            "-a",
            "-r",
            "-w",
            "env",
            "-i",
            f"PATH={_SYSTEM_PATH}",
            "HOME=/root",
            "sh",
        ]
        done = subprocess.run([*command, "-eu"], input=script, capture_output=True, text=True, timeout=60)
        if check and done.returncode:
            raise RuntimeError(f"{self.name}: status {done.returncode}\n{done.stderr[-2000:]}\n{done.stdout[-500:]}")
        return done.stdout

    def stop(self) -> None:
        """End it at once: its processes die with its process 1, and what started it tidies up and ends."""
        if self.pid:
            _kill(self.pid)
        if self.process is None:
            return
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        for group in self.groups:
            _remove(group)


def _remove(group: Path) -> None:
    """A control group and those below it; one that a dying process still holds is tried again for a moment."""
    for _ in _tries(2):
        for folder in sorted(group.rglob("*/"), reverse=True):
            with contextlib.suppress(OSError):
                folder.rmdir()
        with contextlib.suppress(OSError):
            group.rmdir()
        if not group.exists():
            return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def boot(suite: str, folder: Path, *, container: bool = False) -> Machine:
    """Start a Debian and return when process 1 runs; `ready` waits for its SSH server."""
    number = next(_numbers)
    short = f"ct{os.getpid() % 65536:x}n{number}"
    below, log = root(suite), (folder / f"{short}.log").open("wb")
    command = ["systemd-nspawn", "--register=no", "--keep-unit", "--quiet", "--console=pipe", "--link-journal=no"]
    command += ["--resolv-conf=off", "--timezone=off", "--network-veth", "--volatile=overlay", f"--machine={short}"]
    command += [f"--directory={below}", "--boot"]
    groups = _groups(short)
    with log:
        entered = ["sh", "-euc", _ENTER, "sh", *map(str, groups), "--", *command]
        process = subprocess.Popen(entered, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    machine = Machine(f"{suite}-{number}", suite, process=process, groups=groups)
    try:
        machine.pid = child_of(process, "systemd")
        connect(machine, short, number)
        _settle(machine)
        if not container:
            machine.run(_AS_MACHINE)
    except BaseException:
        machine.stop()
        raise
    return machine


def _groups(short: str) -> tuple[Path, ...]:
    """Control groups for one machine alone, in each hierarchy that systemd works with.

    Without them all machines would share those of the test: a service manager then waits for the processes of another
    machine's unit of the same name, and its logins hang until these end.
    """
    made = []
    for hierarchy in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/unified")):
        if (hierarchy / "cgroup.procs").exists():
            (hierarchy / short).mkdir(exist_ok=True)
            made.append(hierarchy / short)
    return tuple(made)


def child_of(process: subprocess.Popen[bytes], name: str) -> int:
    """The machine's process 1, once it is the program `name`."""
    listing = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for _ in _tries(20):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        for child in listing.read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == name:
                return int(child)
    raise TimeoutError(f"{process.args!r} started nothing")


def connect(machine: Machine, short: str, number: int) -> None:
    """One network for each machine, in both address families, with the test on the other end."""
    net = f"{64 + os.getpid() % 64}.{number}"
    prefix6 = f"fd77:{os.getpid() % 65536:x}:{number:x}"
    outer, inside = f"ve-{short}", ["nsenter", "-t", str(machine.pid), "-n", "ip"]
    for command in (
        ["ip", "addr", "add", f"10.{net}.1/24", "dev", outer],
        ["ip", "addr", "add", f"{prefix6}::1/64", "dev", outer, "nodad"],
        ["ip", "link", "set", outer, "up"],
        [*inside, "addr", "add", f"10.{net}.2/24", "dev", "host0"],
        [*inside, "addr", "add", f"{prefix6}::2/64", "dev", "host0", "nodad"],
        [*inside, "link", "set", "host0", "up"],
        [*inside, "link", "set", "lo", "up"],
    ):
        subprocess.run(command, check=True, capture_output=True)
    machine.address, machine.address6, machine.outer = f"10.{net}.2", f"{prefix6}::2", f"10.{net}.1"


def _settle(machine: Machine) -> None:
    """Wait until systemd has started everything: what a scenario changes is then not overtaken by the boot."""
    for _ in _tries(40):
        state = machine.run("systemctl is-system-running || true", check=False).strip()
        if state in ("running", "degraded"):
            return
    raise TimeoutError(f"{machine.name} did not finish booting: {state}")


def ready(machine: Machine) -> None:
    """Wait for the SSH server and read its host keys."""
    wait_for(machine.address, machine.port)
    machine.host_keys = tuple(_scanned(machine.address))


def _scanned(address: str) -> list[str]:
    listed = subprocess.run(["ssh-keyscan", "-T", "5", address], capture_output=True, text=True).stdout
    return [" ".join(line.split()[1:3]) for line in listed.splitlines() if line and not line.startswith("#")]


def _tries(seconds: float) -> Iterator[None]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield
        time.sleep(0.05)
