"""`ctpat doctor` where Kerberos refuses, against a real KDC: each cause with its cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("krb5", reason="the extra 'kerberos' is not installed")
pytest.importorskip("gssapi", reason="the extra 'kerberos' is not installed")

from tests.cli.conftest import Call
from tests.cli.doctor import Doctor, holds
from tests.windows.hosts import wire
from tests.wsman import kdc
from tests.wsman.endpoint import Endpoint, recorded

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(not kdc.is_installed, reason="needs krb5-kdc and krb5-admin-server"),
]

WHOLE = recorded(wire("server-2022-hardened"))
KERBEROS = {"auth": "kerberos", "user": kdc.USER}
TRUSTED_HOSTS = "note: TrustedHosts is not the cause"


@pytest.fixture
def doctor(ctpat: Call, home: Path) -> Doctor:
    return Doctor(ctpat, home)


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kdc.Realm]:
    with kdc.Realm(tmp_path_factory.mktemp("kdc")) as running:
        yield running


def test_a_ticket_for_a_host_that_takes_it(doctor: Doctor, realm: kdc.Realm) -> None:
    with Endpoint(WHOLE) as host:
        ended = doctor(host, login=KERBEROS, address="localhost")
    assert ended.status == 0 and "host known by sealed by Kerberos, trusted" in ended.out, ended.out


@pytest.mark.parametrize(
    ("login", "address", "words"),
    [
        ({"password": None}, "localhost", ["no Kerberos ticket for HTTP/localhost"]),
        (
            {},
            "127.0.0.1",
            [
                "no Kerberos ticket for HTTP/127.0.0.1",
                "by the name that the domain knows, not by address",
                "a host outside of the domain takes `auth: ntlm`",
                TRUSTED_HOSTS,
                "an address in place of the name",
            ],
        ),
        ({"user": f"stranger@{kdc.REALM}"}, "localhost", ["the domain knows no such user (write user@REALM"]),
        (
            {"user": "scan@NOWHERE.TEST"},
            "localhost",
            ["no domain controller is known for this realm: DNS, or [realms]"],
        ),
    ],
    ids=["no ticket of one's own", "by address", "unknown user", "unknown realm"],
)
def test_no_ticket(
    doctor: Doctor, realm: kdc.Realm, login: dict[str, str | None], address: str, words: list[str]
) -> None:
    with Endpoint(WHOLE) as host:
        holds(doctor(host, login=KERBEROS | login, address=address), "not reached: no Kerberos ticket", *words)
    assert host.logons == []


def test_a_wrong_password_is_asked_for_once(doctor: Doctor, realm: kdc.Realm, home: Path) -> None:
    (home / "wrong").touch(mode=0o600)
    (home / "wrong").write_text("Wrong-Horse-8")
    with Endpoint(WHOLE) as host:
        ended = doctor(host, login=KERBEROS | {"password": f"file:{home}/wrong"}, address="localhost")
    holds(ended, f"no Kerberos ticket for {kdc.USER}: wrong password. It was asked for once, in this run")


def test_a_host_that_does_not_take_the_ticket(
    doctor: Doctor, realm: kdc.Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRB5_KTNAME", "FILE:/nonexistent")
    with Endpoint(WHOLE) as host:
        ended = doctor(host, login=KERBEROS, address="localhost")
    holds(
        ended,
        "the ticket was good and the host did not take it: its clock is off (w32tm /query /status there)",
        "(setspn -L HOST)",
        "a policy denies this account access from the network",
        "Set the clock, name the target as the domain does, or lift the policy for this account",
    )


def _gone(realm: kdc.Realm) -> None:
    realm.stop()


@pytest.mark.parametrize(
    ("ahead_s", "then", "words"),
    [
        (0, _gone, "no domain controller answers (port 88)"),
        pytest.param(
            3600,
            lambda realm: None,
            "the clocks differ by more than five minutes: set the time of this machine, or of the domain controller",
            marks=pytest.mark.skipif(kdc.COMPILER is None, reason="needs a C compiler"),
        ),
    ],
    ids=["gone", "another time"],
)
def test_a_domain_controller_that_is(
    doctor: Doctor, tmp_path: Path, ahead_s: int, then: Callable[[kdc.Realm], None], words: str
) -> None:
    (tmp_path / "kdc").mkdir()
    with kdc.Realm(tmp_path / "kdc", ahead_s) as realm, Endpoint(WHOLE) as host:
        then(realm)
        ended = doctor(host, login=KERBEROS, address="localhost")
    holds(ended, f"no Kerberos ticket for {kdc.USER}: {words}")
