"""Which processes are of the host, and which of its containers."""

from __future__ import annotations

import subprocess
from pathlib import Path

from scanner.facts.linux.processes import OWN


def process(root: Path, pid: str, name: str, inner: str, group: str = "0::/system.slice/x.service") -> None:
    (root / pid).mkdir()
    text = f"Name:\t{name}\nUmask:\t0022\nPid:\t{pid}\nPPid:\t1\n" + (f"NSpid:\t{pid}{inner}\n" if inner != "-" else "")
    (root / pid / "status").write_text(text)
    (root / pid / "cgroup").write_text(f"{group}\n")


def owned(root: Path, names: str = "cron|crond|sshd") -> list[str]:
    script = OWN.replace("/proc", str(root)) + f"own '{names}'\n"
    answer = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)
    return answer.stdout.decode().splitlines()


DOCKER = "0::/system.slice/docker-0123abcd.scope"


def test_processes_of_containers_are_not_the_hosts(tmp_path: Path) -> None:
    process(tmp_path, "self", "cat", "")
    process(tmp_path, "10", "crond", "")
    process(tmp_path, "11", "crond", "\t7")  # in a PID namespace of its own
    process(tmp_path, "12", "sshd", "", DOCKER)  # a container in the host's PID namespace
    process(tmp_path, "13", "sshd", "", "0::/system.slice/docker.service")
    process(tmp_path, "14", "crond-helper", "")
    assert owned(tmp_path) == ["10 crond", "13 sshd"]


def test_inside_a_container_its_own_processes_count(tmp_path: Path) -> None:
    process(tmp_path, "self", "cat", "", DOCKER)
    process(tmp_path, "10", "crond", "", DOCKER)
    process(tmp_path, "11", "crond", "\t7", DOCKER)
    assert owned(tmp_path) == ["10 crond"]


def test_an_old_kernel_names_no_namespaces(tmp_path: Path) -> None:
    process(tmp_path, "self", "cat", "-")
    process(tmp_path, "10", "crond", "-")
    process(tmp_path, "11", "crond", "-", "4:cpu:/docker/0123abcd")
    process(tmp_path, "12", "crond", "-", "0::/machine.slice/machine-x.scope/payload")
    assert owned(tmp_path) == ["10 crond"]
