"""The floor for WinRM: a bare loop of pywinrm, as many at a time; the answers are dropped.

Run as a process of its own: `python -m benchmarks.winrm_floor USER PORT COMMANDS CONCURRENCY < addresses`, the password
in CTPAT_BENCH_PASSWORD. Each host gets COMMANDS calls of `run_ps`; each of them opens a shell of its own, as `run_ps`
does. Prints the number of bytes that came back, and fails when a host answered nothing.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import winrm


def visit(host: str, user: str, port: int, commands: int) -> int:
    session = winrm.Session(
        f"http://{host}:{port}/wsman",
        auth=(user, os.environ["CTPAT_BENCH_PASSWORD"]),
        transport="ntlm",
        message_encryption="always",
        proxy="legacy_requests",  # anything else makes it write to os.environ, from every thread
    )
    return sum(len(session.run_ps("Get-CimInstance Win32_OperatingSystem").std_out) for _ in range(commands))


def main(user: str, port: str, commands: str, concurrency: str) -> None:
    hosts = sys.stdin.read().split()
    with ThreadPoolExecutor(int(concurrency)) as pool:
        sizes = list(pool.map(lambda host: visit(host, user, int(port), int(commands)), hosts))
    if not all(sizes):
        raise SystemExit("a host answered nothing")
    print(sum(sizes))


if __name__ == "__main__":
    main(*sys.argv[1:])
