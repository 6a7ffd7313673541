"""The probe of the SSH server on a tree of files of its own, with a server that says what it was asked."""

from __future__ import annotations

import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest

from scanner.facts.linux.ssh.probe import SSHD

HELPERS = resources.files("scanner.collect").joinpath("helpers.sh").read_text(encoding="utf-8")


def probed(root: Path) -> list[str]:
    server = root / "bin" / "sshd"
    server.parent.mkdir()
    server.write_text("#!/bin/sh\necho permitrootlogin no\n")
    server.chmod(0o755)
    script = HELPERS + SSHD.script.replace("/etc/ssh/", f"{root}/")
    path = f"{server.parent}:/usr/sbin:/usr/bin:/sbin:/bin"
    environment = {"PATH": path, "CTPAT_RIGHTS": "root", "LC_ALL": "C", "SSH_CONNECTION": "a session"}
    answer = subprocess.run(["/bin/sh", "-c", script], env=environment, capture_output=True, check=True)
    return answer.stdout.decode().split("\n")


@pytest.mark.parametrize(
    "match",
    [
        "Match User bob",
        " \tMATCH=User=bob",
        '"Match" User bob',
        '"Match"User bob',
        "\rMatch User bob",
        "Match\rUser bob",
    ],
)
def test_a_match_line_is_found_in_every_form_the_server_takes(match: str, tmp_path: Path) -> None:
    (tmp_path / "sshd_config").write_text("Include more/*.conf\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.conf").write_bytes(f"{match}\n  PermitRootLogin yes\n".encode())
    lines = probed(tmp_path)
    assert f"={tmp_path}/more/a.conf" in lines
    assert "=T bob public" in lines


@pytest.mark.parametrize("include", ["include a.conf", '"Include" "a.conf"', "\rInclude\ra.conf", 'Include "a".conf'])
def test_an_include_is_followed_in_every_form_the_server_takes(include: str, tmp_path: Path) -> None:
    (tmp_path / "sshd_config").write_bytes(f"{include}\n".encode())
    (tmp_path / "a.conf").write_text("PermitRootLogin yes\n")
    assert f"={tmp_path}/a.conf" in probed(tmp_path)


def test_a_host_key_without_a_line_end_hides_no_other(tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    for name, kind, bits in (("a", "ed25519", "256"), ("b", "rsa", "1024"), ("c", "ecdsa", "256")):
        key = tmp_path / f"ssh_host_{name}_key"
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-f", str(key)], check=True)
        public = key.with_suffix(".pub")
        public.write_text(public.read_text().rstrip("\n"))
    lines = probed(tmp_path)
    keys = lines[lines.index("=hostkeys") + 1 :][:3]
    assert [(line.split()[0], line.split()[-1]) for line in keys] == [
        ("256", "(ED25519)"),
        ("1024", "(RSA)"),
        ("256", "(ECDSA)"),
    ]
