"""Peers that are silent, foreign, obsolete or malicious: each costs its own time limit and says what it is."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest
from paramiko.common import AUTH_FAILED
from paramiko.server import InteractiveQuery

from scanner.errors import AuthenticationFailed, TargetError, TimeLimit, Unreachable
from scanner.inventory.site import Limits
from scanner.model import Reason, Target
from scanner.secret import Secret
from scanner.transports import tcp
from scanner.transports.ssh import KnownHosts, SshLogin, SshTransport, dial
from scanner.transports.ssh.hostkeys import fingerprint
from scanner.transports.ssh.wire import Wire
from tests.transports.sshd import SSHD, Server, free_port, keygen, running_as_root

pytestmark = pytest.mark.network

Behaviour = Callable[[socket.socket], None]


@contextlib.contextmanager
def peer(behave: Behaviour) -> Iterator[tuple[int, list[int]]]:
    """A server on loopback that treats every connection as told; yields its port and the connections so far."""
    listener = socket.create_server(("127.0.0.1", 0))
    count: list[int] = []
    workers: list[threading.Thread] = []

    def serve_one(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            behave(connection)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            count.append(1)
            workers.append(threading.Thread(target=serve_one, args=(connection,)))
            workers[-1].start()

    server = threading.Thread(target=serve)
    server.start()
    try:
        yield listener.getsockname()[1], count
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        server.join(5)
        for worker in workers:
            worker.join(5)


def failure(port: int, host: str = "127.0.0.1", seconds: float = 1.5) -> TargetError:
    """How a login there fails; checks that no thread is left and that the time limit holds."""
    limits = Limits(connect_s=seconds, login_s=seconds)
    to = Target(name="t", transport="ssh", address=host, port=port, user="u", host_key="SHA256:" + "A" * 43)
    began = time.monotonic()
    with (
        SshTransport(login_for=lambda _: SshLogin(), limits=limits, known_hosts=KnownHosts((), ())) as ssh,
        pytest.raises(TargetError) as caught,
    ):
        ssh.connect(to, deadline=time.monotonic() + seconds)
    assert time.monotonic() - began < seconds + 1.0
    until = time.monotonic() + 2
    while _wires() and time.monotonic() < until:
        time.sleep(0.02)
    assert _wires() == []
    return caught.value


def _wires() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if isinstance(thread, Wire)]


def until_closed(connection: socket.socket) -> None:
    connection.settimeout(10)
    while connection.recv(4096):
        pass


def silent(connection: socket.socket) -> None:
    until_closed(connection)


def http(connection: socket.socket) -> None:
    connection.recv(100)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def endless_line(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"A" * 4096)


def endless_lines(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"welcome\r\n" * 100)


def dripping(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"a")
        time.sleep(0.1)


def greeting_only(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-Silent\r\n")
    until_closed(connection)


def protocol_one(connection: socket.socket) -> None:
    connection.sendall(b"SSH-1.5-Old\r\n")
    until_closed(connection)


def huge_packet(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-Huge\r\n\x7f\xff\xff\xfc\x04" + b"\x00" * 100)
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"\x00" * 65536)


def garbage(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-Odd\r\n" + b"\x00\x00\x00\x0c\x04\x63" + b"\xff" * 200)
    until_closed(connection)


def escapes(connection: socket.socket) -> None:
    connection.sendall(b"\x1b[31mno ssh here\x1b[0m\r\n")


@pytest.mark.parametrize(
    ("behave", "kind", "reason", "words"),
    [
        (silent, Unreachable, Reason.TIMEOUT, "did not name itself"),
        (http, Unreachable, Reason.UNSUPPORTED, "speaks HTTP"),
        (endless_line, Unreachable, Reason.UNSUPPORTED, "without naming itself"),
        (endless_lines, Unreachable, Reason.UNSUPPORTED, "is no SSH server; it said: welcome"),
        (dripping, Unreachable, Reason.TIMEOUT, "did not name itself"),
        (greeting_only, TimeLimit, Reason.TIMEOUT, "did not finish the key exchange"),
        (protocol_one, Unreachable, Reason.UNSUPPORTED, "obsolete SSH protocol: SSH-1.5-Old"),
        (huge_packet, Unreachable, Reason.UNSUPPORTED, "broke the SSH protocol"),
        (garbage, Unreachable, Reason.UNSUPPORTED, "broke the SSH protocol"),
        (escapes, Unreachable, Reason.UNSUPPORTED, "it said: ?[31mno ssh here"),
    ],
)
def test_foreign_peers(
    behave: Behaviour, kind: type, reason: Reason, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with peer(behave) as (port, connections):
        error = failure(port)
        assert type(error) is kind, error.detail
        assert (error.reason, len(connections)) == (reason, 1), error.detail
        assert words in error.detail
        assert f"127.0.0.1:{port}" in error.detail
    assert capfd.readouterr() == ("", "")


def test_a_peer_that_hangs_up_is_tried_again_a_few_times() -> None:
    with peer(lambda _: None) as (port, connections):
        error = failure(port, seconds=10)
        assert "closed the connection before naming itself" in error.detail
        assert len(connections) == dial.ATTEMPTS


def test_startup_limit_is_named() -> None:
    def full(connection: socket.socket) -> None:
        connection.sendall(b"Exceeded MaxStartups\r\n")

    with peer(full) as (port, connections):
        error = failure(port, seconds=10)
        assert "it said: Exceeded MaxStartups" in error.detail
        assert len(connections) == dial.ATTEMPTS


def test_penalty_is_not_answered_with_more_attempts() -> None:
    with peer(lambda c: c.sendall(b"Not allowed at this time\r\n")) as (port, connections):
        assert "PerSourcePenalties" in failure(port).detail
        assert len(connections) == 1


def test_nothing_listens() -> None:
    error = failure(free_port())
    assert (type(error), error.reason) == (Unreachable, Reason.UNREACHABLE)
    assert "refused the connection" in error.detail


def test_name_that_does_not_resolve() -> None:
    error = failure(22, host="no-such-host.invalid", seconds=5)
    assert type(error) is Unreachable
    assert "no-such-host.invalid" in error.detail


@pytest.mark.parametrize("host", ["a..b", "x" * 80])
def test_name_that_is_none(host: str) -> None:
    assert type(failure(22, host=host, seconds=5)) is Unreachable


def test_full_backlog_is_a_connect_timeout() -> None:
    """A listener that accepts nobody: the kernel drops what does not fit its queue."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        time.sleep(0.1)
        error = failure(listener.getsockname()[1], seconds=1.0)
        assert (error.reason, "did not answer in time" in error.detail) == (Reason.TIMEOUT, True), error.detail


def test_scoped_ipv6_literal_needs_no_name_service(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = socket.getaddrinfo

    def spy(*args: object, **named: object) -> object:
        asked.append(int(named.get("flags", 0)))  # type: ignore[call-overload]
        return real(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", spy)
    found = tcp.resolve("fe80::1%lo", 22, time.monotonic() + 1)
    assert asked == [socket.AI_NUMERICHOST]
    assert found[0][4][3] == socket.if_nametoindex("lo")


# --- Servers that offer only what is refused, and servers that stop ----------------------------------------

real_server = pytest.mark.skipif(not (SSHD.exists() and running_as_root()), reason="needs openssh-server and root")


@real_server
@pytest.mark.parametrize(
    ("options", "host_keys", "name", "offered"),
    [
        ({"KexAlgorithms": "diffie-hellman-group14-sha1"}, ("ed25519",), "kex", "diffie-hellman-group14-sha1"),
        ({"HostKeyAlgorithms": "ssh-rsa"}, ("rsa",), "host_key", "ssh-rsa"),
        ({"Ciphers": "aes128-cbc,3des-cbc"}, ("ed25519",), "ciphers", "aes128-cbc,3des-cbc"),
        ({"MACs": "hmac-sha1,hmac-md5"}, ("ed25519",), "macs", "hmac-sha1,hmac-md5"),
    ],
)
def test_obsolete_algorithms_are_evidence(
    tmp_path: Path, options: dict[str, str], host_keys: tuple[str, ...], name: str, offered: str
) -> None:
    with Server(tmp_path, options, host_keys=host_keys) as running:
        error = failure(running.port, seconds=5)
    assert (type(error), error.reason) == (Unreachable, Reason.UNSUPPORTED)
    assert offered in error.evidence[name]
    assert error.evidence["version"].startswith("SSH-2.0-OpenSSH")
    assert set(error.evidence) == {"version", "kex", "host_key", "ciphers", "macs"}
    assert offered in error.detail


@real_server
def test_server_that_stops_answering_after_the_login(tmp_path: Path) -> None:
    """SIGSTOP on the server's processes: every wait ends at its limit, and closing does not hang."""
    key = keygen(tmp_path / "key")
    with Server(tmp_path / "sshd", authorized=(key,)) as running:
        user = os.environ.get("USER") or "root"
        to = Target(name="t", transport="ssh", address=running.host, port=running.port, user=user)
        to = Target(**{f: getattr(to, f) for f in to.__slots__} | {"host_key": running.fingerprint()})
        with SshTransport(login_for=lambda _: SshLogin(keys=(key,)), known_hosts=KnownHosts((), ())) as ssh:
            session = ssh.connect(to, deadline=time.monotonic() + 10)
            children = running.children()
            subprocess.run(["kill", "-STOP", *map(str, children)], check=True)
            try:
                began = time.monotonic()
                with pytest.raises(TimeLimit, match="did not open a session in time"):
                    session.open("true", 0.7)
                interrupt = threading.Timer(0.5, ssh.abort)
                interrupt.start()
                with pytest.raises(Unreachable, match="interrupted") as interrupted:
                    session.open("true", 60)
                assert interrupted.value.reason is Reason.CANCELLED
                session.close()
                assert time.monotonic() - began < 3
            finally:
                subprocess.run(["kill", "-CONT", *map(str, children)], check=True)


class Parrot(paramiko.ServerInterface):
    """Takes the answer to its question and puts it into its next one."""

    def get_allowed_auths(self, username: str) -> str:
        return "keyboard-interactive"

    def check_auth_none(self, username: str) -> int:
        return AUTH_FAILED

    def check_auth_interactive(self, username: str, submethods: str) -> InteractiveQuery:
        return InteractiveQuery("", "", ("Password:", False))

    def check_auth_interactive_response(self, responses: list[str]) -> InteractiveQuery:
        return InteractiveQuery("", "", (f"you said {responses[0]}", False))


def parrot(key: paramiko.PKey) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        transport.add_server_key(key)
        transport.start_server(server=Parrot())
        transport.join(10)
        transport.close()

    return behave


def test_a_password_said_back_is_not_in_the_error() -> None:
    key = paramiko.ECDSAKey.generate()
    login = SshLogin(password=Secret("corr-ect h0rse"))
    to = Target(name="t", transport="ssh", address="127.0.0.1", user="u", host_key=fingerprint(key.asbytes()))
    with (
        peer(parrot(key)) as (port, _),
        SshTransport(login_for=lambda _: login, known_hosts=KnownHosts((), ())) as ssh,
        pytest.raises(AuthenticationFailed) as caught,
    ):
        ssh.connect(replace(to, port=port), deadline=time.monotonic() + 10)
    assert "you said ****" in caught.value.detail
    assert "h0rse" not in caught.value.detail + str(caught.value)
