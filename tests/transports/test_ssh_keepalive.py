"""A quiet session is kept alive, so that a firewall on the way does not forget it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scanner.model import Target
from scanner.transports.ssh import KnownHosts, SshLogin, SshTransport, client
from tests.transports.sshd import Server, keygen, running_as_root

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(not running_as_root(), reason="sshd with its own user switch needs root"),
]


def test_a_quiet_session_says_that_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "KEEPALIVE_S", 1)
    key = keygen(tmp_path / "key")
    with Server(tmp_path, {"LogLevel": "DEBUG1"}, authorized=(key,)) as server:
        target = Target(
            name="t", transport="ssh", address=server.host, port=server.port, user="root", host_key=server.fingerprint()
        )
        login = SshLogin(keys=(key,))
        with SshTransport(login_for=lambda _: login, known_hosts=KnownHosts(user=(), system=())) as transport:
            session = transport.connect(target, deadline=time.monotonic() + 20)
            until = time.monotonic() + 10
            while "keepalive@" not in server.log() and time.monotonic() < until:
                time.sleep(0.2)
            session.close()
        assert "keepalive@" in server.log()
