"""The network that the domain serves in: its own, reached from here alone, and gone with whoever made it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.directory.samba import Domain

ROOT = Path(__file__).resolve().parents[2]

# Makes a network with a program in it, says where both are, and waits to be killed.
KILLED = """
import sys, time
from tests.directory.network import Network
network = Network()
process = network.run([sys.executable, "-c", "import time; time.sleep(600)"], sys.stderr.buffer)
print(network.interface, process.pid, flush=True)
time.sleep(600)
"""


def comes(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until and not true():
        time.sleep(0.02)
    return true()


def test_the_domain_serves_in_a_network_of_its_own(domain: Domain) -> None:
    inside = Path(f"/proc/{domain.network.inside}/ns/net").readlink()
    assert inside != Path("/proc/self/ns/net").readlink()
    with socket.socket() as here:
        try:
            here.bind((domain.address, 0))
        except OSError:
            pass
        else:
            raise AssertionError("the address of the domain is one of this machine")
    with socket.create_connection((domain.address, 636), 5) as there:
        assert there.getsockname()[0] == domain.network.outer


def test_a_killed_run_leaves_nothing() -> None:
    command = [sys.executable, "-c", KILLED]
    maker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert maker.stdout is not None
    interface, pid = maker.stdout.readline().split()
    place = Path("/sys/class/net", interface)
    assert place.exists() and Path("/proc", pid).exists()
    os.kill(maker.pid, signal.SIGKILL)
    maker.wait(10)
    maker.stdout.close()
    assert comes(lambda: not place.exists()), "the interface goes with its network"
    assert comes(lambda: not Path("/proc", pid).exists())
