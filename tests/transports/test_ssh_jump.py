"""Jump hosts: chains of real servers, shared logins, limits, and hops that fail."""

from __future__ import annotations

import os
import pwd
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.errors import AuthenticationFailed, HostKeyMismatch, TargetError, TimeLimit, Unreachable
from scanner.inventory.site import Limits
from scanner.model import Reason, Target
from scanner.transports.base import ChannelClosed
from scanner.transports.ssh import KnownHosts, SshLogin, SshSession, SshTransport
from tests.transports.sshd import SSHD, Server, free_port, keygen, running_as_root

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(not (SSHD.exists() and running_as_root()), reason="needs openssh-server and root"),
]

ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keygen(tmp_path_factory.mktemp("jump-keys") / "key")


@pytest.fixture
def servers(tmp_path: Path, key: Path) -> Iterator[tuple[Server, Server, Server]]:
    with (
        Server(tmp_path / "one", authorized=(key,)) as one,
        Server(tmp_path / "two", authorized=(key,)) as two,
        Server(tmp_path / "end", authorized=(key,)) as end,
    ):
        yield one, two, end


def target(server: Server, *jump: Target, pin: str = "") -> Target:
    return Target(
        name=server.folder.name,
        transport="ssh",
        address=server.host,
        port=server.port,
        user=ME,
        host_key=pin or server.fingerprint(),
        jump=jump,
    )


def transport(key: Path, **limits: float) -> SshTransport:
    bounds = Limits(**{"connect_s": 5.0, "login_s": 5.0, **limits})  # type: ignore[arg-type]
    return SshTransport(login_for=lambda _: SshLogin(keys=(key,)), limits=bounds, known_hosts=KnownHosts((), ()))


def echo(session: SshSession) -> bytes:
    channel = session.open("cat", 5)
    channel.send(b"hello", 5)
    channel.close_input()
    out = b""
    try:
        while chunk := channel.receive(5):
            out += chunk.data
    except ChannelClosed:
        return out
    raise AssertionError("no end")


def soon(seconds: float = 20) -> float:
    return time.monotonic() + seconds


def failure(ssh: SshTransport, to: Target, seconds: float = 10) -> TargetError:
    with pytest.raises(TargetError) as caught:
        ssh.connect(to, deadline=soon(seconds))
    return caught.value


def test_two_hops_share_their_logins(servers: tuple[Server, Server, Server], key: Path) -> None:
    one, two, end = servers
    before = set(threading.enumerate())
    with transport(key) as ssh:
        to = target(end, target(one), target(two))
        sessions = [ssh.connect(to, deadline=soon()) for _ in range(3)]
        assert [echo(session) for session in sessions] == [b"hello"] * 3
        for session in sessions:
            session.close()
    assert [server.log().count("Accepted publickey") for server in servers] == [1, 1, 3]
    assert not set(threading.enumerate()) - before


def test_host_key_of_each_hop_is_judged(servers: tuple[Server, Server, Server], key: Path) -> None:
    one, two, end = servers
    with transport(key) as ssh:
        wrong = target(two, pin="SHA256:" + "A" * 43)
        error = failure(ssh, target(end, target(one), wrong))
        assert type(error) is HostKeyMismatch
        assert error.detail.startswith(f"jump host {two.host}:{two.port}: HOST KEY MISMATCH")
        assert "Accepted" not in two.log()


def test_places_on_a_hop_are_limited(servers: tuple[Server, Server, Server], key: Path) -> None:
    one, _, end = servers
    with transport(key, per_jump_host=2) as ssh:
        to = target(end, target(one))
        first, second = ssh.connect(to, deadline=soon()), ssh.connect(to, deadline=soon())
        error = failure(ssh, to, 0.5)
        assert type(error) is TimeLimit
        assert "no free place among 2" in error.detail
        first.close()
        third = ssh.connect(to, deadline=soon())
        assert echo(third) == b"hello"
        second.close()
        third.close()


def test_dead_hop_is_named_for_each_target(servers: tuple[Server, Server, Server], key: Path) -> None:
    port = free_port()
    hop = Target(name="hop", transport="ssh", address="127.0.0.1", port=port, user=ME, host_key="SHA256:" + "A" * 43)
    with transport(key) as ssh:
        errors = [failure(ssh, target(server, hop)) for server in servers]
    assert {type(error) for error in errors} == {Unreachable}
    for error in errors:
        assert error.detail.startswith(f"jump host 127.0.0.1:{port}: ")
        assert "refused the connection" in error.detail


def test_refused_login_on_a_hop_is_not_repeated(servers: tuple[Server, Server, Server], tmp_path: Path) -> None:
    one, _, end = servers
    stranger = keygen(tmp_path / "stranger")
    with transport(stranger) as ssh:
        errors = [failure(ssh, target(end, target(one))) for _ in range(3)]
    assert {type(error) for error in errors} == {AuthenticationFailed}
    assert all(error.detail.startswith("jump host ") for error in errors)
    assert one.log().count("Failed publickey") == 1


def test_hop_that_dies_is_connected_anew(servers: tuple[Server, Server, Server], key: Path) -> None:
    one, _, end = servers
    with transport(key) as ssh:
        to = target(end, target(one))
        session = ssh.connect(to, deadline=soon())
        channel = session.open("sleep 60", 5)
        for child in one.children():
            os.kill(child, signal.SIGKILL)
        with pytest.raises(Unreachable, match="connection was lost"):
            channel.receive(5)
        session.close()
        again = ssh.connect(to, deadline=soon())
        assert echo(again) == b"hello"
        again.close()


def test_hop_that_forbids_forwarding(tmp_path: Path, key: Path) -> None:
    with Server(tmp_path, {"AllowTcpForwarding": "no"}, authorized=(key,)) as hop, transport(key) as ssh:
        error = failure(ssh, target(hop, target(hop)))
    assert error.reason is Reason.DENIED
    assert "forbids forwarding" in error.detail


def test_target_that_is_dead_behind_a_live_hop(servers: tuple[Server, Server, Server], key: Path) -> None:
    one = servers[0]
    port = free_port()
    to = Target(name="x", transport="ssh", address="127.0.0.1", port=port, user=ME, jump=(target(one),))
    with transport(key) as ssh:
        error = failure(ssh, to)
    assert f"127.0.0.1:{port} cannot be reached from jump host {one.host}:{one.port}" in error.detail


def test_many_targets_wait_their_turn(servers: tuple[Server, Server, Server], key: Path) -> None:
    one, _, end = servers
    results: list[bytes | Exception] = []

    def scan(ssh: SshTransport) -> None:
        try:
            session = ssh.connect(target(end, target(one)), deadline=soon(60))
            try:
                results.append(echo(session))
            finally:
                session.close()
        except Exception as error:
            results.append(error)

    with transport(key, per_jump_host=4) as ssh:
        threads = [threading.Thread(target=scan, args=(ssh,)) for _ in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [b"hello"] * 24
    assert one.log().count("Accepted publickey") == 1


def test_waiting_for_a_place_does_not_eat_the_login_limit(servers: tuple[Server, Server, Server], key: Path) -> None:
    one, _, end = servers
    with transport(key, per_jump_host=1, connect_s=1.0, login_s=2.0) as ssh:
        first = ssh.connect(target(end, target(one)), deadline=soon())
        timer = threading.Timer(3.5, first.close)
        timer.start()
        second = ssh.connect(target(end, target(one)), deadline=soon())
        assert echo(second) == b"hello"
        second.close()
        timer.join()
