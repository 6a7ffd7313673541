"""One script by PowerShell remoting: what comes back when all is well, and what is kept when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wsman import psrp
from tests.wsman.certificates import Authority
from tests.wsman.conversation import NONCE, script
from tests.wsman.endpoint import Endpoint, Output, recorded
from tests.wsman.psrp import converse

pytestmark = pytest.mark.network

RECORDED = Path(__file__).parent / "windows"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("ca"))


def answers(script: bytes, nonce: str) -> Output:
    return Output(f"ctpat:{nonce}:1:begin\nabc\nctpat:{nonce}:1:end\n".encode())


def test_first() -> None:
    remoting = psrp.full(answers)
    with psrp.over_http(remoting) as host:
        said = converse(host)
    print(host.actions, said)
    assert said.output.stdout == answers(b"", NONCE).stdout
    assert host.count == 8 == said.info.round_trips
