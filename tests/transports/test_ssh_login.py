"""Logging in to real OpenSSH and dropbear servers, and running commands there."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paramiko.buffered_pipe import BufferedPipe

from scanner.errors import AuthenticationFailed, HostKeyMismatch, HostKeyUnknown, TimeLimit, Unreachable
from scanner.inventory.site import Limits
from scanner.model import Reason, Target
from scanner.secret import Secret
from scanner.transports.base import ChannelClosed
from scanner.transports.ssh import KnownHosts, SshChannel, SshLogin, SshTransport
from scanner.transports.ssh.session import Doorbell
from tests.transports.sshd import DROPBEAR, SSHD, Server, free_port, keygen, running_agent, running_as_root, wait_for

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(not SSHD.exists(), reason="openssh-server is not installed"),
    pytest.mark.skipif(not running_as_root(), reason="sshd needs root to switch users"),
]

ME = pwd.getpwuid(os.geteuid()).pw_name
LIMITS = Limits(connect_s=5, login_s=10)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    keygen(folder / "plain")
    keygen(folder / "rsa", "rsa", "", "-b", "2048")
    keygen(folder / "ecdsa", "ecdsa")
    keygen(folder / "locked", "ed25519", "open sesame")
    keygen(folder / "other")
    keygen(folder / "ca")
    keygen(folder / "certified")
    command = ["ssh-keygen", "-q", "-s", str(folder / "ca"), "-I", "scan", "-n", ME, str(folder / "certified.pub")]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("sshd")
    allowed = tuple(keys / name for name in ("plain", "rsa", "ecdsa", "locked"))
    options = {"TrustedUserCAKeys": str(keys / "ca.pub"), "MaxStartups": "200"}
    with Server(folder, options, host_keys=("ed25519", "ecdsa", "rsa"), authorized=allowed) as running:
        yield running


def known(folder: Path, *lines: str) -> KnownHosts:
    file = folder / "known_hosts"
    file.write_text("".join(f"{line}\n" for line in lines))
    return KnownHosts(user=(file,), system=())


def target(server: Server, **changes: object) -> Target:
    fields: dict[str, object] = {
        "name": "t",
        "transport": "ssh",
        "address": server.host,
        "port": server.port,
        "user": ME,
    }
    return Target(**{**fields, "host_key": server.fingerprint(), **changes})  # type: ignore[arg-type]


def transport(login: SshLogin, hosts: KnownHosts | None = None, limits: Limits = LIMITS) -> SshTransport:
    return SshTransport(login_for=lambda _: login, limits=limits, known_hosts=hosts or KnownHosts((), ()))


def soon(seconds: float = 20) -> float:
    return time.monotonic() + seconds


def drain(channel: SshChannel, timeout_s: float = 10) -> tuple[bytes, bytes]:
    out, err = bytearray(), bytearray()
    until = time.monotonic() + timeout_s
    try:
        while time.monotonic() < until:
            if chunk := channel.receive(1.0):
                (err if chunk.is_error else out).extend(chunk.data)
    except ChannelClosed:
        return bytes(out), bytes(err)
    raise AssertionError(f"no end after {timeout_s} s: {len(out)} and {len(err)} bytes")


def says(login: SshLogin, to: Target, hosts: KnownHosts | None = None) -> tuple[bytes, str]:
    """What `id -un` prints after this login, and the notes."""
    with transport(login, hosts) as ssh:
        session = ssh.connect(to, deadline=soon())
        try:
            channel = session.open("id -un; exit 3", 5)
            out, _ = drain(channel)
            assert channel.exit_status() == 3
            return out.strip(), "; ".join(session.info.notes)
        finally:
            session.close()


# --- Ways in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plain", "rsa", "ecdsa"])
def test_key(server: Server, keys: Path, name: str) -> None:
    out, notes = says(SshLogin(keys=(keys / name,)), target(server))
    assert out == ME.encode()
    assert str(keys / name) in notes


def test_encrypted_key(server: Server, keys: Path) -> None:
    login = SshLogin(keys=(keys / "locked",), passphrase=Secret("open sesame"))
    assert says(login, target(server))[0] == ME.encode()


def test_certificate(server: Server, keys: Path) -> None:
    login = SshLogin(keys=(keys / "certified",), certificate=keys / "certified-cert.pub")
    out, notes = says(login, target(server))
    assert out == ME.encode()
    assert "with certificate" in notes


def test_certificate_of_another_key(server: Server, keys: Path) -> None:
    login = SshLogin(keys=(keys / "plain",), certificate=keys / "certified-cert.pub")
    with pytest.raises(AuthenticationFailed, match="certifies none of the keys"):
        says(login, target(server))


def test_identity_files_serve_a_credential_that_names_no_way_in(server: Server, keys: Path) -> None:
    to = target(server, identity_files=(str(keys / "absent"), str(keys / "plain")))
    assert says(SshLogin(), to)[0] == ME.encode()


@pytest.fixture
def agent(keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with running_agent(tmp_path / "agent", keys / "other", keys / "plain") as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", path)
        yield path


@pytest.mark.usefixtures("agent")
def test_agent(server: Server) -> None:
    out, notes = says(SshLogin(agent=True), target(server))
    assert out == ME.encode()
    assert "agent key SHA256:" in notes


@pytest.mark.usefixtures("agent")
def test_agent_offers_only_the_named_key(server: Server, keys: Path) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        says(SshLogin(agent=True, keys=(keys / "other",)), target(server))
    assert caught.value.detail.count("SHA256:") == 1


@pytest.mark.usefixtures("agent")
def test_agent_is_not_asked_unless_the_credential_says_so(server: Server) -> None:
    with pytest.raises(AuthenticationFailed, match="holds none of these"):
        says(SshLogin(), target(server))


def test_agent_that_is_not_there(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(AuthenticationFailed, match="SSH_AUTH_SOCK is not set"):
        says(SshLogin(agent=True), target(server))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "nothing"))
    with pytest.raises(AuthenticationFailed, match="does not answer"):
        says(SshLogin(agent=True), target(server))


@pytest.fixture(scope="module")
def account() -> Iterator[tuple[str, str]]:
    """A user made for these tests, and its password."""
    if shutil.which("useradd") is None:
        pytest.skip("useradd is not installed")
    name, password = f"ctpt{secrets.token_hex(3)}", secrets.token_hex(8)
    subprocess.run(["useradd", "-M", "-d", "/", "-s", "/bin/sh", name], check=True, capture_output=True)
    try:
        subprocess.run(["chpasswd"], input=f"{name}:{password}", text=True, check=True, capture_output=True)
        yield name, password
    finally:
        subprocess.run(["userdel", name], check=True, capture_output=True)


def test_password(tmp_path: Path, account: tuple[str, str]) -> None:
    with Server(tmp_path, {"PasswordAuthentication": "yes"}) as running:
        to = target(running, user=account[0])
        out, notes = says(SshLogin(password=Secret(account[1])), to)
        assert (out, notes) == (account[0].encode(), "logged in with password")


def test_keyboard_interactive(tmp_path: Path, account: tuple[str, str]) -> None:
    with Server(tmp_path, {"UsePAM": "yes", "KbdInteractiveAuthentication": "yes"}) as running:
        to = target(running, user=account[0])
        out, notes = says(SshLogin(password=Secret(account[1])), to)
        assert (out, notes) == (account[0].encode(), "logged in with keyboard-interactive")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that sshd can read with the rights of any account."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_key_and_password_together(open_folder: Path, keys: Path, account: tuple[str, str]) -> None:
    options = {"PasswordAuthentication": "yes", "AuthenticationMethods": "password,publickey"}
    with Server(open_folder, options, authorized=(keys / "plain",)) as running:
        to = target(running, user=account[0])
        login = SshLogin(keys=(keys / "plain",), password=Secret(account[1]))
        assert says(login, to)[0] == account[0].encode()
        with pytest.raises(AuthenticationFailed, match=r"password accepted, but the server asks for more.*publickey"):
            says(SshLogin(password=Secret(account[1])), to)


def test_wrong_password_is_tried_once_and_not_shown(tmp_path: Path, account: tuple[str, str]) -> None:
    options = {"PasswordAuthentication": "yes", "UsePAM": "yes", "KbdInteractiveAuthentication": "yes"}
    with Server(tmp_path, options) as running:
        with pytest.raises(AuthenticationFailed) as caught:
            says(SshLogin(password=Secret("not-the-one")), target(running, user=account[0]))
        assert "refused: password; the server takes" in caught.value.detail
        assert "keyboard-interactive" in caught.value.detail.partition("takes")[2]
        assert "not-the-one" not in caught.value.detail
        assert running.log().count("Failed password") == 1


def test_password_is_not_sent_where_none_is_asked(server: Server) -> None:
    with pytest.raises(
        AuthenticationFailed, match="the server takes publickey, and the credential holds none of these"
    ):
        says(SshLogin(password=Secret("x")), target(server))


def test_refused_key_names_the_file_and_the_methods(server: Server, keys: Path) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        says(SshLogin(keys=(keys / "other",)), target(server))
    assert caught.value.reason is Reason.LOGIN
    assert re.search(rf"refused: {keys / 'other'} SHA256:\S+; the server takes publickey", caught.value.detail)


def test_expired_password(tmp_path: Path, account: tuple[str, str]) -> None:
    subprocess.run(["chage", "-d", "0", account[0]], check=True, capture_output=True)
    try:
        with (
            Server(tmp_path, {"KbdInteractiveAuthentication": "yes", "UsePAM": "yes"}) as running,
            pytest.raises(AuthenticationFailed, match="asks a question that no stored secret answers"),
        ):
            says(SshLogin(password=Secret(account[1])), target(running, user=account[0]))
    finally:
        subprocess.run(["chage", "-d", "-1", account[0]], check=True, capture_output=True)


# --- Host keys -------------------------------------------------------------------------------------------


def test_unknown_host_key_ends_with_the_command_that_trusts_it(server: Server, keys: Path, tmp_path: Path) -> None:
    before = server.log()
    with pytest.raises(HostKeyUnknown) as caught:
        says(SshLogin(keys=(keys / "plain",)), target(server, host_key=None), known(tmp_path))
    assert caught.value.reason is Reason.LOGIN
    assert server.fingerprint() in caught.value.detail
    command = f"ssh-keyscan -p {server.port} {server.host} >> ~/.ssh/known_hosts"
    assert caught.value.detail.endswith(command)
    assert "Postponed" not in server.log()[len(before) :]
    assert f"for {ME}" not in server.log()[len(before) :]
    trusting = f"HOME={tmp_path}; mkdir -p ~/.ssh; {command}"
    subprocess.run(["sh", "-c", trusting], check=True, capture_output=True)
    hosts = KnownHosts(user=(tmp_path / ".ssh/known_hosts",), system=())
    assert says(SshLogin(keys=(keys / "plain",)), target(server, host_key=None), hosts)[0] == ME.encode()


def test_changed_host_key_is_loud(server: Server, keys: Path, tmp_path: Path) -> None:
    other = " ".join((keys / "other.pub").read_text().split()[:2])
    hosts = known(tmp_path, "# first line", f"{server.name} {other}")
    with pytest.raises(HostKeyMismatch) as caught:
        says(SshLogin(keys=(keys / "plain",)), target(server, host_key=None), hosts)
    assert caught.value.detail.startswith("HOST KEY CHANGED")
    assert server.fingerprint() in caught.value.detail
    assert caught.value.detail.count("SHA256:") == 2
    assert f"{tmp_path}/known_hosts:2" in caught.value.detail


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_any_one_of_the_host_keys_is_enough(server: Server, keys: Path, tmp_path: Path, kind: str) -> None:
    login = SshLogin(keys=(keys / "plain",))
    hosts = known(tmp_path, f"{server.name} {server.public(kind)}")
    assert says(login, target(server, host_key=None), hosts)[0] == ME.encode()
    assert says(login, target(server, host_key=server.fingerprint(kind)))[0] == ME.encode()


def test_hashed_known_hosts(server: Server, keys: Path, tmp_path: Path) -> None:
    known(tmp_path, f"{server.name} {server.public('rsa')}")
    command = ["ssh-keygen", "-q", "-H", "-f", str(tmp_path / "known_hosts")]
    subprocess.run(command, check=True, capture_output=True)
    hosts = KnownHosts(user=(tmp_path / "known_hosts",), system=())
    assert server.host not in (tmp_path / "known_hosts").read_text()
    assert says(SshLogin(keys=(keys / "plain",)), target(server, host_key=None), hosts)[0] == ME.encode()


def test_wrong_pin_wins_over_known_hosts(server: Server, keys: Path, tmp_path: Path) -> None:
    hosts = known(tmp_path, f"{server.name} {server.public()}")
    to = target(server, host_key="SHA256:" + "A" * 43, origin="site.yaml:9")
    with pytest.raises(HostKeyMismatch, match=r"A{43} is pinned \(site.yaml:9\)"):
        says(SshLogin(keys=(keys / "plain",)), to, hosts)


def test_revoked_key_is_refused_although_pinned(server: Server, keys: Path, tmp_path: Path) -> None:
    hosts = known(tmp_path, *(f"@revoked * {server.public(kind)}" for kind in server.host_keys))
    with pytest.raises(HostKeyMismatch, match="REVOKED HOST KEY"):
        says(SshLogin(keys=(keys / "plain",)), target(server), hosts)


def test_ipv6(tmp_path: Path, keys: Path) -> None:
    with Server(tmp_path, host="::1", authorized=(keys / "plain",)) as running:
        hosts = known(tmp_path, f"[::1]:{running.port} {running.public()}")
        assert says(SshLogin(keys=(keys / "plain",)), target(running, host_key=None), hosts)[0] == ME.encode()


# --- Channels --------------------------------------------------------------------------------------------


@pytest.fixture
def session(server: Server, keys: Path) -> Iterator[object]:
    with transport(SshLogin(keys=(keys / "plain",))) as ssh:
        opened = ssh.connect(target(server), deadline=soon(60))
        yield opened
        opened.close()


def test_info(server: Server, session: object) -> None:
    info = session.info  # type: ignore[attr-defined]
    assert info.account == ME
    assert info.host_key == server.fingerprint()
    assert info.round_trips > 0


def test_both_streams_in_full_flood(session) -> None:  # type: ignore[no-untyped-def]
    script = b"i=0; while [ $i -lt 60 ]; do head -c 65536 /dev/zero; head -c 65536 /dev/zero >&2; i=$((i+1)); done\n"
    channel = session.open("sh", 5)
    channel.send(script, 5)
    channel.close_input()
    out, err = drain(channel, 30)
    assert (len(out), len(err)) == (60 * 65536, 60 * 65536)
    assert channel.exit_status() == 0


def test_a_stream_read_empty_does_not_silence_the_other() -> None:
    """paramiko's pipes clear their event when read empty: shared, that would lose the other pipe's ring."""
    bell, out, err = Doorbell(), BufferedPipe(), BufferedPipe()
    out.set_event(bell)  # type: ignore[arg-type]
    err.set_event(bell)  # type: ignore[arg-type]
    out.feed("a")
    err.feed("b")
    assert len(out.read(10)) == 1
    assert bell.wait(0)


def test_standard_error_alone_beyond_the_window(session) -> None:  # type: ignore[no-untyped-def]
    out, err = drain(session.open("head -c 5000000 /dev/zero >&2", 5), 30)
    assert (len(out), len(err)) == (0, 5_000_000)


def test_half_close_and_large_input(session) -> None:  # type: ignore[no-untyped-def]
    channel = session.open("wc -c; exit 7", 5)
    channel.send(b"x" * 3_000_000, 20)
    channel.close_input()
    assert drain(channel)[0].strip() == b"3000000"
    assert channel.exit_status() == 7


def test_killed_command_has_no_exit_status(session) -> None:  # type: ignore[no-untyped-def]
    channel = session.open("kill -9 $$", 5)
    drain(channel)
    assert channel.exit_status() is None


def test_receive_times_out_without_using_cpu(session) -> None:  # type: ignore[no-untyped-def]
    channel = session.open("sleep 30", 5)
    began, cpu = time.monotonic(), time.process_time()
    assert channel.receive(1.5) is None
    assert 1.4 < time.monotonic() - began < 2.5
    assert time.process_time() - cpu < 0.1
    channel.close()


def test_several_channels_in_one_login(session) -> None:  # type: ignore[no-untyped-def]
    channels = [session.open(f"echo {n}", 5) for n in range(4)]
    assert [drain(channel)[0] for channel in channels] == [b"0\n", b"1\n", b"2\n", b"3\n"]


def test_input_that_nobody_reads(session) -> None:  # type: ignore[no-untyped-def]
    channel = session.open("sleep 30", 5)
    with pytest.raises(TimeLimit, match="does not take the input"):
        channel.send(b"x" * 8_000_000, 1.0)
    channel.close()


def test_rekeying_during_a_flood(tmp_path: Path, keys: Path) -> None:
    with Server(tmp_path, {"RekeyLimit": "1M", "LogLevel": "DEBUG"}, authorized=(keys / "plain",)) as running:
        with transport(SshLogin(keys=(keys / "plain",))) as ssh:
            opened = ssh.connect(target(running), deadline=soon(60))
            out, _ = drain(opened.open("head -c 8000000 /dev/zero", 5), 30)
            opened.close()
        assert len(out) == 8_000_000
        assert running.log().count("SSH2_MSG_NEWKEYS received") > 3


def test_connection_killed_midway(tmp_path: Path, keys: Path) -> None:
    with Server(tmp_path, authorized=(keys / "plain",)) as running, transport(SshLogin(keys=(keys / "plain",))) as ssh:
        opened = ssh.connect(target(running), deadline=soon())
        channel = opened.open("echo ready; sleep 60", 5)
        assert channel.receive(5).data == b"ready\n"  # type: ignore[union-attr]
        for child in running.children():
            os.kill(child, signal.SIGKILL)
        with pytest.raises(Unreachable, match="connection was lost before the command ended"):
            channel.receive(5)
        with pytest.raises(Unreachable, match="connection was lost"):
            opened.open("true", 5)
        opened.close()


def test_forbidden_sessions(tmp_path: Path, keys: Path) -> None:
    options = {"MaxSessions": "0"}
    with (
        Server(tmp_path, options, authorized=(keys / "plain",)) as running,
        transport(SshLogin(keys=(keys / "plain",))) as ssh,
    ):
        opened = ssh.connect(target(running), deadline=soon())
        with pytest.raises(Unreachable, match="open no session") as caught:
            opened.open("true", 5)
        assert caught.value.reason is Reason.DENIED
        opened.close()


def test_close_ends_threads_and_is_quick(server: Server, keys: Path) -> None:
    before = set(threading.enumerate())
    with transport(SshLogin(keys=(keys / "plain",))) as ssh:
        opened = ssh.connect(target(server), deadline=soon())
        channel = opened.open("sleep 60", 5)
        began = time.monotonic()
        channel.close()
        opened.close()
        opened.close()
        assert time.monotonic() - began < 0.5
    assert not set(threading.enumerate()) - before


def test_many_logins_at_once_get_past_max_startups(tmp_path: Path, keys: Path) -> None:
    """sshd drops connections above MaxStartups; every target still logs in, and each logs in once."""
    with Server(tmp_path, {"MaxStartups": "2:50:6"}, authorized=(keys / "plain",)) as running:
        failures: list[Exception] = []

        def one(ssh: SshTransport) -> None:
            try:
                ssh.connect(target(running), deadline=soon(30)).close()
            except Exception as error:
                failures.append(error)

        with transport(SshLogin(keys=(keys / "plain",)), limits=Limits(connect_s=10, login_s=20)) as ssh:
            threads = [threading.Thread(target=one, args=(ssh,)) for _ in range(12)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert failures == []
        assert running.log().count("Accepted publickey") == 12


# --- Others ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not DROPBEAR.exists(), reason="dropbear-bin is not installed")
def test_dropbear(tmp_path: Path, account: tuple[str, str]) -> None:
    subprocess.run(["dropbearkey", "-t", "ed25519", "-f", str(tmp_path / "key")], check=True, capture_output=True)
    shown = subprocess.run(
        ["dropbearkey", "-y", "-f", str(tmp_path / "key")], check=True, capture_output=True, text=True
    )
    public = next(line for line in shown.stdout.splitlines() if line.startswith("ssh-"))
    port = free_port()
    command = [
        str(DROPBEAR),
        "-F",
        "-E",
        "-r",
        str(tmp_path / "key"),
        "-p",
        f"127.0.0.1:{port}",
        "-P",
        str(tmp_path / "pid"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for("127.0.0.1", port)
        hosts = known(tmp_path, f"[127.0.0.1]:{port} {public}")
        to = Target(name="d", transport="ssh", address="127.0.0.1", port=port, user=account[0])
        out, notes = says(SshLogin(password=Secret(account[1])), to, hosts)
        assert (out, notes) == (account[0].encode(), "logged in with password")
    finally:
        process.terminate()
        process.wait(5)
