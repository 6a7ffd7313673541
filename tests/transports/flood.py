"""A server that drowns a handshake: after the first bytes of a client, endless TLS records of HelloRequests.

OpenSSL passes over such messages in silence (RFC 5246, 7.4.1.1) and returns only when no input waits. The server has to
be as fast as its client, so it is a process of its own. It ends by itself after `SECONDS`; no client gets over `BYTES`.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

SECONDS = 25.0
BYTES = 4 << 30
HELLO_REQUESTS = b"\x00\x00\x00\x00" * 4000


def record(minor: int) -> bytes:
    """Of TLS 1.`minor - 1`."""
    return bytes([22, 3, minor]) + len(HELLO_REQUESTS).to_bytes(2, "big") + HELLO_REQUESTS


def ends(action: Callable[[], object], within_s: float) -> bool:
    """Whether `action` comes to its end in time. One that does not is left behind: it ends with the server."""
    runner = threading.Thread(target=action, daemon=True)
    runner.start()
    runner.join(within_s)
    return not runner.is_alive()


@contextlib.contextmanager
def flooding(minor: int) -> Iterator[int]:
    """The port of such a server on loopback; `minor` is that of the version in its records."""
    command = [sys.executable, "-m", "tests.transports.flood", str(minor)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


def _drown(pipe: socket.socket, until: float, load: bytes) -> None:
    pipe.settimeout(1.0)
    pipe.recv(4096)
    sent = 0
    while time.monotonic() < until and sent < BYTES:
        sent += pipe.send(load)


def main() -> None:
    until, load = time.monotonic() + SECONDS, record(int(sys.argv[1])) * 64
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        listening.settimeout(1.0)
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                pipe, _ = listening.accept()
                with pipe:
                    _drown(pipe, until, load)


if __name__ == "__main__":
    main()
