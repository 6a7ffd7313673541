"""What only a whole process shows: signals, pipes, terminals, secrets, and hostile servers next to good ones."""

from __future__ import annotations

import json
import os
import pty
import pwd
import re
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import ENVIRONMENT, process, write_site
from tests.transports.sshd import SSHD, Server, keygen, running_as_root

CTPAT = [sys.executable, "-m", "scanner"]
ME = pwd.getpwuid(os.geteuid()).pw_name
needs_sshd = pytest.mark.skipif(not (SSHD.exists() and running_as_root()), reason="needs root and openssh-server")


# --- Ending early ------------------------------------------------------------------------------------------------


@contextmanager
def silent_server() -> Iterator[int]:
    """Takes connections and never says a word."""
    listener = socket.create_server(("127.0.0.1", 0))
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def hanging_site(home: Path, recorded: Path, port: int) -> Path:
    pin = "SHA256:" + "A" * 43
    target = f"  - {{host: 127.0.0.1, port: {port}, name: hangs, credential: key, host_key: '{pin}'}}\n"
    keygen(home / "absent-key")
    return write_site(home / "site.yaml", recorded, extra=target)


def wait_for_line(stream: int, pattern: str, timeout_s: float = 60) -> str:
    said, until = "", time.monotonic() + timeout_s
    while not re.search(pattern, said):
        assert time.monotonic() < until, said
        if select.select([stream], [], [], 0.2)[0]:
            data = os.read(stream, 65536)
            assert data, said
            said += data.decode()
    return said


@pytest.mark.network
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_what_was_collected(home: Path, recorded: Path, number: signal.Signals) -> None:
    with silent_server() as port:
        site = hanging_site(home, recorded, port)
        running = subprocess.Popen(
            [*CTPAT, "scan", str(site), "-o", "json=run.json"],
            cwd=home,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert running.stderr is not None
        wait_for_line(running.stderr.fileno(), r"\[3/4\]")
        running.send_signal(number)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert b"Traceback" not in err
    assert b"stopping" in err
    assert b"Interrupted" in err
    run = json.loads((home / "run.json").read_text())
    assert run["run"]["partial"] is True
    states = {target["name"]: target["state"] for target in run["targets"]}
    assert states["web01"] == states["web02"] == "partly read"
    assert states["hangs"] in ("cancelled", "unreachable")
    assert len(run["targets"]) == 4
    assert process(["history", "--verify"], home).status == 0


@pytest.mark.network
def test_an_interruption_leaves_the_sites_behind_it_alone(home: Path, recorded: Path) -> None:
    with silent_server() as port:
        first = hanging_site(home, recorded, port)
        second = write_site(home / "second.yaml", recorded, "second")
        running = subprocess.Popen(
            [*CTPAT, "scan", str(first), str(second)],
            cwd=home,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert running.stderr is not None
        wait_for_line(running.stderr.fileno(), r"\[3/4\]")
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
    assert running.returncode == 130
    sites = sqlite3.connect(home / "ctpat.db").execute("SELECT site FROM run").fetchall()
    assert sites == [("acme",)]


@pytest.mark.network
def test_a_second_signal_leaves_at_once_and_the_store_is_whole(home: Path, recorded: Path) -> None:
    with silent_server() as port:
        site = hanging_site(home, recorded, port)
        running = subprocess.Popen(
            [*CTPAT, "scan", str(site)],
            cwd=home,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert running.stderr is not None
        wait_for_line(running.stderr.fileno(), r"\[3/4\]")
        running.send_signal(signal.SIGINT)
        wait_for_line(running.stderr.fileno(), "stopping")
        began = time.monotonic()
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert time.monotonic() - began < 5
    assert b"Traceback" not in err
    verified = process(["history", "--verify"], home)
    assert (verified.status, verified.out) == (
        1,
        "no finished run: nothing was verified; without a digest, because they did not end: 1\n",
    )
    assert "2/4 reached" in process(["history"], home).out
    assert process(["report", "acme", "--format", "html", "-o", "r.html"], home).status == 0


# --- Pipes and terminals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["checks", "list"], ["explain"], ["profiles", "show"]])
def test_a_reader_that_goes_away_is_no_error_of_ours(home: Path, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [*CTPAT, *arguments], cwd=home, env=ENVIRONMENT, stdout=writing, stderr=subprocess.PIPE, timeout=60
        )
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_a_scan_nobody_listens_to_still_writes_its_report(home: Path, recorded: Path) -> None:
    site = write_site(home / "site.yaml", recorded)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [*CTPAT, "scan", str(site), "-o", "json=run.json"],
            cwd=home,
            env=ENVIRONMENT,
            stdout=writing,
            stderr=subprocess.PIPE,
            timeout=90,
        )
    finally:
        os.close(writing)
    assert ended.returncode == 141, "neither 0 nor 1 would be true"
    assert json.loads((home / "run.json").read_text())["coverage"]["planned"] == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_standard_output_is_no_fault_of_the_program() -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "scanner", "checks", "list"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ended.returncode == 2
    assert b"error: the output cannot be written: No space left on device" in ended.stderr


def on_terminal(arguments: list[str], folder: Path, **environment: str) -> tuple[int, str]:
    """The program on a terminal of 100 columns; its status and everything it showed."""
    main, side = pty.openpty()
    running = subprocess.Popen(
        [*CTPAT, *arguments],
        cwd=folder,
        env={**ENVIRONMENT, "TERM": "xterm-256color", "COLUMNS": "100", **environment},
        stdin=side,
        stdout=side,
        stderr=side,
    )
    os.close(side)
    said = bytearray()
    while True:
        try:
            data = os.read(main, 65536)
        except OSError:  # EIO: the last one at the terminal has left
            break
        if not data:
            break
        said += data
    os.close(main)
    return running.wait(60), said.decode()


def test_colours_are_for_terminals_that_want_them(home: Path, recorded: Path) -> None:
    site = str(write_site(home / "site.yaml", recorded))
    status, plenty = on_terminal(["scan", site, "--only", "password"], home)
    assert status in (1, 3)
    assert "\x1b[31m" in plenty or "\x1b[35m" in plenty
    assert "evidence for" in plenty
    _, plain = on_terminal(["scan", site, "--only", "password"], home, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", plain)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_poor_terminal_gets_escapes_and_no_crash(home: Path, encoding: str) -> None:
    ended = process(["explain", "--why"], home, PYTHONIOENCODING=encoding)
    assert (ended.status, ended.err) == (0, "")
    ended = process(["scan", "--help"], home, PYTHONIOENCODING=encoding)
    assert ended.status == 0


# --- Real servers ------------------------------------------------------------------------------------------------


def drowning(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"SSH" * 20_000)


@contextmanager
def flood() -> Iterator[int]:
    """A server that never stops talking."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    drowning(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@pytest.mark.network
@needs_sshd
def test_hostile_targets_cost_themselves_alone(home: Path) -> None:
    key = keygen(home / "key")
    endless = {"ForceCommand": "cat /dev/zero"}
    with (
        Server(home / "good", authorized=(key,)) as good,
        Server(home / "endless", endless, authorized=(key,)) as bad,
        silent_server() as silent,
        flood() as flooding,
    ):
        pin = "SHA256:" + "A" * 43
        lines = [
            f"{{host: 127.0.0.1, port: {good.port}, name: good, host_key: '{good.fingerprint()}'}}",
            f"{{host: 127.0.0.1, port: {bad.port}, name: endless, host_key: '{bad.fingerprint()}'}}",
            f"{{host: 127.0.0.1, port: {silent}, name: silent, host_key: '{pin}'}}",
            f"{{host: 127.0.0.1, port: {flooding}, name: flood, host_key: '{pin}'}}",
            "{host: 127.0.0.1, port: 1, name: closed}",
        ]
        targets = "".join(f"  - {line[:-1]}, credential: c}}\n" for line in lines)
        (home / "site.yaml").write_text(
            f"site: s\nentities: [importer]\ncredentials: {{c: {{ssh: {{user: {ME}, key: {key}}}}}}}\n"
            f"limits: {{connect_s: 3, login_s: 5, target_s: 20, output_bytes: 262144}}\ntargets:\n{targets}"
        )
        ended = process(["scan", "site.yaml", "--only", "password", "-o", "json=run.json"], home)
    assert ended.status in (1, 3), ended.err
    run = json.loads((home / "run.json").read_text())
    states = {target["name"]: target["state"] for target in run["targets"]}
    assert states["good"] in ("read", "partly read")
    assert not {states[name] for name in ("endless", "silent", "flood", "closed")} & {"read", "partly read"}
    statuses = {name: {f["status"] for f in run["findings"] if f["target"] == name} for name in states}
    assert statuses["good"] != {"unknown"}
    assert all(statuses[name] == {"unknown"} for name in states if name != "good")


@pytest.mark.network
@needs_sshd
def test_doctor_knows_the_cure_for_an_account_without_rights(home: Path) -> None:
    key = keygen(home / "key")
    nobody = {"ForceCommand": "setpriv --reuid=65534 --regid=65534 --clear-groups /bin/sh -s"}
    with Server(home / "server", nobody, authorized=(key,)) as server:
        (home / "site.yaml").write_text(
            f"site: s\nentities: [importer]\ncredentials: {{c: {{ssh: {{user: {ME}, key: {key}}}}}}}\n"
            f"targets: [{{host: 127.0.0.1, port: {server.port}, name: weak, credential: c, "
            f"host_key: '{server.fingerprint()}'}}]\n"
        )
        ended = process(["doctor", "site.yaml"], home)
    assert ended.status == 1, ended.err
    assert "rights: the account's own only" in ended.out
    assert "cure: grant the scan account" in ended.out
    sudoers = process(["explain", "--sudoers"], home).out
    granted = [line.strip() for line in ended.out.splitlines() if line.startswith("      /")]
    assert granted
    assert all(line in sudoers for line in granted), "each cure is a line of the file it speaks of"


@pytest.mark.network
@needs_sshd
def test_a_secret_is_nowhere_but_where_it_came_from(home: Path) -> None:
    secret = "correct-h0rse-battery"
    key = keygen(home / "key", "ed25519", secret)
    with Server(home / "server", authorized=(key,)) as server:
        (home / "site.yaml").write_text(
            "site: s\nentities: [importer]\ncredentials:\n"
            f"  c: {{ssh: {{user: {ME}, key: {key}, passphrase: 'env:THE_SECRET', become: sudo, "
            "become_password: 'env:THE_SECRET'}}\n"
            f"targets: [{{host: 127.0.0.1, port: {server.port}, credential: c, host_key: '{server.fingerprint()}'}}]\n"
        )
        outputs = ["-o", "json=r.json", "-o", "html=r.html", "-o", "csv=r.csv", "--record", "rec"]
        ended = process(["scan", "site.yaml", *outputs], home, THE_SECRET=secret, CTPAT_DEBUG="1")
        doctor = process(["doctor", "site.yaml"], home, THE_SECRET=secret, CTPAT_DEBUG="1")
    assert ended.status in (1, 3), ended.err
    assert "1 reached" in ended.out
    for text in (ended.out, ended.err, doctor.out, doctor.err):
        assert secret not in text
    for path in home.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    store = sqlite3.connect(home / "ctpat.db")
    import zlib

    for (blob,) in store.execute("SELECT deflated FROM blob"):
        assert secret.encode() not in zlib.decompress(blob)
    store.close()
