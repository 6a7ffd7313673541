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
    _cover_etc(folder / "etc")
    for path, line in lines.items():
        _add_line(Path(path), line)


def _cover_etc(layer: Path) -> None:
    """Lay a writable layer over /etc. Not over single files: whoever replaces one outside would end such a mount."""
    layer.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(layer)], check=True)
    for name in ("upper", "work"):
        (layer / name).mkdir(mode=0o755)
    options = f"lowerdir=/etc,upperdir={layer}/upper,workdir={layer}/work"
    subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", "/etc"], check=True)


def leave(folder: Path) -> None:
    """Take the layer away again, so that the folder can be removed."""
    for mounted in ("/etc", str(folder / "etc")):
        subprocess.run(["umount", "--lazy", mounted], check=False)


def _add_line(path: Path, line: str) -> None:
    """Add a line, on the layer alone; the file below is not touched."""
    text = path.read_bytes()
    path.write_bytes(text + b"\n" * (not text.endswith(b"\n")) + line.encode())
