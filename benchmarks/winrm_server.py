"""Hundreds of Windows hosts on one machine: one WS-Management endpoint, every loopback address a host of its own.

Run as a process of its own: `python -m benchmarks.winrm_server PORT`. Prints a line when it listens; at the end of its
standard input it prints the number of requests it answered, and ends. A host answers the collector's script with the
entries of a host written by hand, and any other command with as many bytes.
"""

from __future__ import annotations

import base64
import gzip
import json
import sys
import time

from tests.windows.hosts import entries_of
from tests.wsman.endpoint import Endpoint, Output

USER, PASSWORD = "CTPAT\\scan", "Correct-Horse-7"
HOST = "server-2022-hardened"


def wire(nonce: str) -> bytes:
    """The answer as the collector prints it."""
    packed = base64.b64encode(gzip.compress(json.dumps(list(entries_of(HOST).values())).encode(), mtime=0))
    lines = [packed[at : at + 76] for at in range(0, len(packed), 76)]
    mark = f"ctpat:{nonce}:1".encode()
    return b"\r\n".join([mark + b":begin", *lines, mark + b":end", b""])


def main(port: str) -> None:
    answers: dict[str, bytes] = {}

    def powershell(script: bytes, nonce: str) -> Output:
        template = answers.setdefault("", wire("@NONCE@"))
        return Output(template.replace(b"@NONCE@", (nonce or "0" * 32).encode()))

    with Endpoint(powershell, users={USER: PASSWORD}, address="0.0.0.0", port=int(port)) as host:
        print("listening", flush=True)
        sys.stdin.read()
        time.sleep(0.2)  # for the last shells to be deleted
        print(host.count, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
