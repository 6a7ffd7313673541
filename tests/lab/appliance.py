"""An appliance: BusyBox and dropbear, no PAM, no systemd, no bash, no package manager."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from tests.lab.machine import Machine, child_of, connect

_numbers = itertools.count(1)
_FILES = {
    "etc/os-release": 'NAME=Buildroot\nID=buildroot\nVERSION_ID=2024.02\nPRETTY_NAME="Buildroot 2024.02"\n',
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n",
    "etc/shadow": "root:*:19800:0:99999:7:::\nnobody:*:19800:0:99999:7:::\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/shells": "/bin/sh\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\n",
    "etc/inittab": "::sysinit:/etc/rc\n::respawn:/usr/sbin/dropbear -F -E -R -s\n",
    "var/lib/backup/last": "OK\n",
    "etc/rc": "#!/bin/sh\nmount -t proc proc /proc\nhostname appliance\n",
}
_FOLDERS = (
    *("bin", "sbin", "usr/bin", "usr/sbin", "proc", "sys", "dev", "tmp", "run"),
    *("root/.ssh", "var/log", "var/lib/backup", "etc/dropbear"),
)


def start_appliance(folder: Path) -> Machine:
    """Start one and return when its process 1 runs."""
    number = next(_numbers)
    short = f"ca{os.getpid() % 65536:x}n{number}"
    place = _files(folder / short)
    command = ["unshare", "--fork", "--kill-child", "--pid", "--mount", "--uts", "--ipc", "--net"]
    command += [f"--root={place}", "/sbin/init"]
    with (folder / f"{short}.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    machine = Machine("appliance", "appliance", process=process)
    try:
        machine.pid = child_of(process, "init")
        peer = ["ip", "link", "add", f"ve-{short}", "type", "veth", "peer", "name", "host0", "netns", str(machine.pid)]
        subprocess.run(peer, check=True, capture_output=True)
        connect(machine, short, 200 + number)
    except BaseException:
        machine.stop()
        raise
    return machine


def _files(place: Path) -> Path:
    for name in _FOLDERS:
        (place / name).mkdir(parents=True)
    for name, text in _FILES.items():
        (place / name).write_text(text)
    (place / "etc/shadow").chmod(0o600)
    month_ago = time.time() - 30.5 * 86400  # its last backup ended well, and was the last
    os.utime(place / "var/lib/backup/last", (month_ago, month_ago))
    (place / "etc/rc").chmod(0o755)
    _program(place, shutil.which("busybox") or "", "bin/busybox")
    _program(place, shutil.which("dropbear") or "", "usr/sbin/dropbear")
    subprocess.run(["chroot", str(place), "/bin/busybox", "--install", "-s"], check=True)
    (place / "root").chmod(0o700)
    os.mknod(place / "dev/null", 0o20666, os.makedev(1, 3))
    os.mknod(place / "dev/urandom", 0o20666, os.makedev(1, 9))
    (place / "dev/null").chmod(0o666)
    return place


def _program(place: Path, source: str, inside: str) -> None:
    """A program with the libraries it loads."""
    shutil.copy2(source, place / inside)
    listed = subprocess.run(["ldd", source], capture_output=True, text=True).stdout
    for library in re.findall(r"(/\S+) \(0x", listed):
        target = place / library.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(library, target)
