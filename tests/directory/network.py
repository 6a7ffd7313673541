"""A network of its own for one program, with the test on the other end of a pair of interfaces.

The program runs in namespaces of its own for network and processes. It ends with the test, however that ends, and
with it the namespaces and both interfaces: nothing has to be cleaned up, and nothing can be left over.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

TOOLS = ("unshare", "setpriv", "ip")
# `setpriv` ends unshare with the test, and `--kill-child` the program with unshare.
_ALONE = ("setpriv", "--pdeathsig", "KILL", "unshare", "--net", "--pid", "--fork", "--kill-child")
_INSIDE = "dir0"
_ENTER = """
ip link set lo up
until ip link show "$1" >/dev/null 2>&1; do sleep 0.02; done
ip address add "$2" dev "$1"
ip link set "$1" up
shift 2
exec "$@"
"""
_numbers = itertools.count()


def missing() -> str:
    """Why no such network can be made here; empty where it can."""
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    if absent:
        return f"needs {', '.join(absent)} (packages util-linux, iproute2)"
    tried = subprocess.run([*_ALONE, "true"], capture_output=True, text=True)
    return f"no network namespace can be made here: {tried.stderr.strip()}" if tried.returncode else ""


class Network:
    """`address` is where the program is reached; `outer` is that of the test's end, on `interface`.

    `inside` is the program's process, once it runs.
    """

    def __init__(self) -> None:
        number, pid = next(_numbers), os.getpid()
        net = f"10.{128 + pid % 64}.{pid // 64 % 256}"
        self.outer, self.address = f"{net}.{4 * number + 1}", f"{net}.{4 * number + 2}"
        self.interface = f"vd-{pid % 65536:x}n{number}"
        self.inside = 0
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, command: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the program in there, and return when it can be reached."""
        entered = [*_ALONE, "sh", "-euc", _ENTER, "sh", _INSIDE, f"{self.address}/30", *command]
        self._process = subprocess.Popen(entered, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self.inside = self._child()
        pair = ["ip", "link", "add", self.interface, "type", "veth", "peer", "name", _INSIDE]
        for step in (
            [*pair, "netns", str(self.inside)],
            ["ip", "address", "add", f"{self.outer}/30", "dev", self.interface],
            ["ip", "link", "set", self.interface, "up"],
        ):
            subprocess.run(step, check=True, capture_output=True)
        return self._process

    def end(self) -> None:
        """The program, its network, and all that it started."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(timeout=10)
        until = time.monotonic() + 10
        while Path(f"/sys/class/net/{self.interface}").exists() and time.monotonic() < until:
            time.sleep(0.02)

    def _child(self) -> int:
        assert self._process is not None
        listing = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        until = time.monotonic() + 10
        while time.monotonic() < until and self._process.poll() is None:
            with contextlib.suppress(OSError):
                if found := listing.read_text().split():
                    return int(found[0])
            time.sleep(0.01)
        raise AssertionError(f"{self._process.args!r} started nothing")
