"""The collector of real targets, against peers on loopback."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.engine.collector import HostCollector
from scanner.engine.targets import unreached
from scanner.errors import TargetError
from scanner.inventory.site import Credential, Limits, Site, SshCredential, WinrmCredential
from scanner.model import Reason, Target
from scanner.secret import SecretRef
from tests.wsman.certificates import Authority

pytestmark = pytest.mark.network


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTPAT_TEST_PASSWORD", "open sesame")


def collector(target: Target) -> HostCollector:
    ssh = SshCredential(user="scan", password=SecretRef("env", "CTPAT_TEST_PASSWORD"))
    limits = Limits(connect_s=0.5, login_s=0.5, target_s=5)
    site = Site(name="s", targets=(target,), credentials={"c": Credential(name="c", ssh=ssh)}, limits=limits)
    return HostCollector(site, (), ask=None, now=lambda: datetime(2026, 11, 22, tzinfo=UTC))


def failure(target: Target, cancelled: threading.Event) -> TargetError:
    with collector(target) as opened, pytest.raises(TargetError) as caught:
        opened.collect(target, cancelled)
    return caught.value


def test_the_line_of_a_dead_target_says_what_it_cost() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = Target(name="t", transport="ssh", address="127.0.0.1", credential="c", port=listener.getsockname()[1])
        error = failure(target, threading.Event())
    assert error.reason is Reason.TIMEOUT
    assert 0.9 < unreached(target, error).duration_s < 5


def test_a_cancelled_login_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = Target(name="t", transport="ssh", address="127.0.0.1", credential="c", port=listener.getsockname()[1])
        cancelled = threading.Event()
        cancelled.set()
        assert failure(target, cancelled).reason is Reason.CANCELLED


def test_a_wrong_pass_phrase_of_a_client_key_is_asked_for_three_times(tmp_path: Path) -> None:
    authority = Authority.make(tmp_path)
    locked, plain = authority.client("locked", passphrase="Open-Sesame-9"), authority.client("plain")
    target = Target(name="w", transport="winrms", address="192.0.2.1", credential="c")

    def asked(certificate: Path, key: Path, *answers: str) -> int:
        """How often, of a person who gives these answers and then the last one for ever."""
        said, waiting = list[str](), list(answers)

        def ask(prompt: str) -> str:
            said.append(prompt)
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

        phrase = SecretRef("prompt")
        login = WinrmCredential(auth="certificate", certificate=certificate, key=key, passphrase=phrase)
        site = Site(name="s", targets=(target,), credentials={"c": Credential(name="c", winrm=login)})
        with HostCollector(site, (), ask=ask, now=lambda: datetime(2026, 11, 22, tzinfo=UTC)):
            return len(said)

    assert asked(locked.certificate, locked.key, "wrong", "Open-Sesame-9") == 2
    assert asked(locked.certificate, locked.key, "wrong") == 3
    # Another answer would help none of these.
    assert asked(plain.certificate, plain.key, "wrong") == 1
    assert asked(plain.certificate, locked.key, "Open-Sesame-9") == 1
    assert asked(tmp_path / "none.pem", locked.key, "wrong") == 1


def test_a_transport_that_is_not_there_is_unsupported() -> None:
    error = failure(Target(name="t", transport="smoke", address="192.0.2.1"), threading.Event())
    assert error.reason is Reason.UNSUPPORTED
