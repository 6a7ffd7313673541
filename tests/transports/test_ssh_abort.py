"""An interrupted scan does not wait for logins under way; sessions that are open go on."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from scanner.errors import TargetError
from scanner.inventory.site import Limits
from scanner.model import Reason, Target
from scanner.transports.ssh import SshLogin, SshTransport

pytestmark = pytest.mark.network


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def full() -> Iterator[int]:
    """A port whose queue is full: a connection to it stays half open."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = listener.getsockname()[1]
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        time.sleep(0.1)
        yield port


@pytest.mark.parametrize("peer", ["silent", "full"])
def test_a_login_under_way_ends_at_once(peer: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    target = Target(name="t", transport="ssh", address="127.0.0.1", port=request.getfixturevalue(peer))
    limits = Limits(connect_s=30, login_s=30)
    with (
        SshTransport(login_for=lambda _: SshLogin(user="x"), limits=limits) as transport,
        ThreadPoolExecutor(1) as pool,
    ):
        began = time.monotonic()
        threading.Timer(0.5, transport.abort).start()
        error = pool.submit(_failure, lambda: transport.connect(target, deadline=began + 60)).result()
    assert error.reason is Reason.CANCELLED
    assert time.monotonic() - began < 5


def test_nothing_new_begins_after_it(silent: int) -> None:
    with SshTransport(login_for=lambda _: SshLogin(user="x")) as transport:
        transport.abort()
        target = Target(name="t", transport="ssh", address="127.0.0.1", port=silent)
        assert _failure(lambda: transport.connect(target, deadline=time.monotonic() + 60)).reason is Reason.CANCELLED


def _failure(action: Callable[[], object]) -> TargetError:
    with pytest.raises(TargetError) as caught:
        action()
    return caught.value
