"""A channel's close stays behind the data that another thread is sending over it."""

from __future__ import annotations

import os
import pwd
import threading
import time
from pathlib import Path

import paramiko
import pytest

from scanner.transports.ssh import wire as wire_room
from scanner.transports.ssh.wire import Turns, Wire, close_in_turn
from scanner.transports.tcp import TimedSocket
from tests.transports.sshd import SSHD, Server, keygen, running_as_root

CHANNEL_DATA = 94  # RFC 4254, 9


def test_what_ends_a_channel_waits_for_what_is_on_its_way() -> None:
    turns, done = Turns(), []
    with turns.sending():
        with turns.sending():
            turns.after(lambda: done.append("closed"))
        assert done == []
        done.append("sent")
    assert done == ["sent", "closed"]
    turns.after(lambda: done.append("at once"))
    assert done[-1] == "at once"


class SlowWire(Wire):
    """Holds back channel data between paramiko's look at the channel and the sending, where the race is."""

    held = threading.Event()
    go_on = threading.Event()

    def _send_user_message(self, data: paramiko.Message) -> None:
        if data.asbytes()[0] == CHANNEL_DATA:
            self.held.set()
            assert self.go_on.wait(10)
        super()._send_user_message(data)  # type: ignore[misc]  # absent from the stubs


@pytest.mark.network
@pytest.mark.skipif(not (SSHD.exists() and running_as_root()), reason="needs openssh-server and root")
def test_the_connection_survives_a_close_in_the_middle_of_sending(tmp_path: Path) -> None:
    key = keygen(tmp_path / "key")
    with Server(tmp_path / "server", authorized=(key,)) as server:
        pipe = TimedSocket()
        pipe.connect((server.host, server.port))
        wire = SlowWire(pipe)
        assert wire.handshake(("ssh-ed25519",), time.monotonic() + 10)
        wire.auth_publickey(pwd.getpwuid(os.geteuid()).pw_name, paramiko.Ed25519Key(filename=str(key)))
        channel = wire.open_channel("session", timeout=10)
        channel.exec_command("cat")
        tunnel = wire_room.TunnelSocket(wire, channel)
        sender = threading.Thread(target=tunnel.send, args=(b"late",))
        sender.start()
        assert wire.held.wait(10)
        close_in_turn(channel)
        time.sleep(0.5)  # for a server that was told to forget the channel already
        wire.go_on.set()
        sender.join(10)
        # OpenSSH would have hung up by the time it answers this.
        again = wire.open_channel("session", timeout=10)
        assert wire.is_active()
        close_in_turn(again)
        wire.end()
        assert "nonexistent channel" not in server.log()
