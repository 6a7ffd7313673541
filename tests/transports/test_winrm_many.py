"""Many targets at once against an endpoint in a process of its own: nothing is shared that must not be."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from scanner.model import Target
from scanner.transports.winrm import WinrmTransport
from tests.wsman.conversation import LIMITS, NONCE, limits, login, script
from tests.wsman.serve import Served

pytestmark = pytest.mark.network

TARGETS = 40


@pytest.mark.parametrize(("tls", "requests"), [(True, 8), (False, 9)])
def test_each_target_costs_its_own_requests_and_no_more(tls: bool, requests: int) -> None:
    def one(number: int) -> tuple[bytes, int]:
        place = Target(
            name=f"t{number}",
            transport="winrms" if tls else "winrm",
            address=f"127.0.{1 + number // 250}.{1 + number % 250}",
            port=far.port,
            certificate=far.pin or None,
        )
        nonce = f"{number:032x}"
        with closing(transport.connect(place, deadline=time.monotonic() + 60)) as session:
            output = session.run(script(nonce=nonce), nonce, limits())
        return output.stdout, session.info.round_trips

    before = set(threading.enumerate())
    with (
        Served(reply=b"ctpat:7f3a:1:begin", tls=tls) as far,
        WinrmTransport(login_for=lambda _: login(), limits=LIMITS) as transport,
        ThreadPoolExecutor(16) as pool,
    ):
        results = list(pool.map(one, range(TARGETS)))
        tally = far.tally()
    assert results == [(f"ctpat:{number:032x}:1:begin".encode(), requests) for number in range(TARGETS)]
    assert sum(tally.values()) == TARGETS * requests
    assert not set(threading.enumerate()) - before, "the watch ends with the transport"
    assert NONCE not in str(results)
