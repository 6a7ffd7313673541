"""The floor: a bare loop of paramiko. One login and one script per target, as many at a time; the answer is dropped.

Run as a process of its own: `python -m benchmarks.floor KEY ACCOUNT HOST_KEY SCRIPT CONCURRENCY < addresses`, one
host:port a line. Prints the number of bytes that came back, and fails when a target answered nothing.
"""

from __future__ import annotations

import base64
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import paramiko


@dataclass(frozen=True, slots=True)
class Way:
    """What every target has in common."""

    key: paramiko.PKey
    account: str
    host_key: paramiko.PKey
    script: bytes

    def visit(self, place: str) -> int:
        """Log in to host:port, run the script, read its answer to the end; its length."""
        host, _, port = place.rpartition(":")
        with paramiko.SSHClient() as client:
            client.get_host_keys().add(f"[{host}]:{port}", self.host_key.get_name(), self.host_key)
            client.connect(
                host, int(port), self.account, pkey=self.key, look_for_keys=False, allow_agent=False, timeout=10
            )
            stdin, stdout, _ = client.exec_command("/bin/sh -s")
            stdin.write(self.script)
            stdin.channel.shutdown_write()
            return len(stdout.read())


def main(key: str, account: str, host_key: str, script: str, concurrency: str) -> None:
    way = Way(
        key=paramiko.Ed25519Key(filename=key),
        account=account,
        host_key=paramiko.Ed25519Key(data=base64.b64decode(host_key.split()[1])),
        script=Path(script).read_bytes(),
    )
    with ThreadPoolExecutor(int(concurrency)) as pool:
        sizes = list(pool.map(way.visit, sys.stdin.read().split()))
    if not all(sizes):
        raise SystemExit("a target answered nothing")
    print(sum(sizes))


if __name__ == "__main__":
    main(*sys.argv[1:])
