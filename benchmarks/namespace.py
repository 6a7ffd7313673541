"""Starts a benchmark again inside namespaces of its own: loopback network, private mounts, private processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_INSIDE = "CTPAT_BENCH_INSIDE"
_UNSHARE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--")


def enter() -> None:
    """Return inside the namespaces; outside of them, run this very command there and end with its exit status."""
    if os.environ.get(_INSIDE):
        return
    if os.geteuid() != 0:
        raise SystemExit("this benchmark starts servers in namespaces of its own: run it as root")
    # The command line as the interpreter got it: `-m package.module` would be lost in sys.argv.
    command = [*_UNSHARE, sys.executable, *sys.orig_argv[1:]]
    raise SystemExit(subprocess.run(command, env=os.environ | {_INSIDE: "1"}).returncode)


def prepare(folder: Path, account: str, uid: int) -> None:
    """Bring loopback up and add an account with `/bin/sh` and an empty home, seen in this namespace alone."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    home = folder / "home"
    home.mkdir(mode=0o755)
    os.chown(home, uid, uid)
    lines = {
        "/etc/passwd": f"{account}:x:{uid}:{uid}::{home}:/bin/sh\n",
        "/etc/group": f"{account}:x:{uid}:\n",
        "/etc/shadow": f"{account}:*:20000:0:99999:7:::\n",
    }
    for path, line in lines.items():
        _add_line(Path(path), line, folder)


def _add_line(path: Path, line: str, folder: Path) -> None:
    """Lay a copy with one more line over the file; the file itself is not touched."""
    copy = folder / path.name
    copy.write_bytes(path.read_bytes().rstrip(b"\n") + b"\n" + line.encode())
    copy.chmod(path.stat().st_mode)
    subprocess.run(["mount", "--bind", str(copy), str(path)], check=True)
