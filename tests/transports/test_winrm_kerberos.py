"""Kerberos against a real KDC: tickets from password, keytab or the user's own cache; requests; refusals."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("krb5", reason="the extra 'kerberos' is not installed")
pytest.importorskip("gssapi", reason="the extra 'kerberos' is not installed")

from scanner.errors import AuthenticationFailed
from scanner.model import Reason
from scanner.secret import Secret
from scanner.transports.winrm import WinrmLogin, WinrmTransport
from tests.wsman import kdc, psrp
from tests.wsman.certificates import Authority
from tests.wsman.conversation import LIMITS, NONCE, converse, failure, limits, script, target
from tests.wsman.endpoint import Endpoint, Output
from tests.wsman.faults import Drop

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(not kdc.is_installed, reason="needs krb5-kdc and krb5-admin-server"),
]


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kdc.Realm]:
    with kdc.Realm(tmp_path_factory.mktemp("kdc")) as running:
        yield running


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("ca"))


def said(script: bytes, nonce: str) -> Output:
    return Output(b"hello " + nonce.encode())


def as_user(**changes: Any) -> WinrmLogin:
    known: dict[str, Any] = {"name": "domain", "user": kdc.USER, "password": Secret(kdc.PASSWORD), "auth": "kerberos"}
    return WinrmLogin(**(known | changes))


def test_kerberos_over_http_costs_seven_requests(realm: kdc.Realm) -> None:
    with Endpoint(said) as host:
        result = converse(host, as_user(), to=target(host, "localhost"))
    assert result.output.stdout == b"hello " + NONCE.encode()
    assert host.actions == ["probe", "Create", "Command", "Send", "Receive", "Signal", "Delete"]
    assert result.info.round_trips == host.count == 7
    assert result.info.host_key == "sealed by Kerberos"
    assert host.logons == [kdc.USER]


def test_kerberos_over_https_costs_six_requests(realm: kdc.Realm, authority: Authority) -> None:
    """Bound to the channel from the first request: no refusal is needed to learn the certificate."""
    with Endpoint(said, tls=authority.server()) as host:
        result = converse(host, as_user(ca=authority.ca), to=target(host, "localhost"))
    assert result.output.error is None
    assert result.info.round_trips == host.count == 6


def test_a_keytab_needs_no_password(realm: kdc.Realm) -> None:
    way = as_user(user=f"machine@{kdc.REALM}", password=None, keytab=realm.user_keytab)
    with Endpoint(said) as host:
        assert converse(host, way, to=target(host, "localhost")).output.error is None
    assert host.logons == [f"machine@{kdc.REALM}"]


def test_tickets_that_the_user_holds_are_enough(realm: kdc.Realm) -> None:
    way = as_user(password=None)
    with Endpoint(said) as host:
        without = failure(lambda: converse(host, way, to=target(host, "localhost")))
        subprocess.run(["kinit", kdc.USER], input=kdc.PASSWORD.encode(), check=True, capture_output=True)
        try:
            assert converse(host, way, to=target(host, "localhost")).output.error is None
        finally:
            subprocess.run(["kdestroy"], check=True, capture_output=True)
    assert isinstance(without, AuthenticationFailed) and "no Kerberos ticket" in without.detail


def test_one_ticket_serves_all_targets_and_the_environment_stays(realm: kdc.Realm) -> None:
    before, asked = os.environ["KRB5CCNAME"], realm.log.count("AS_REQ")
    with (
        Endpoint(said) as host,
        WinrmTransport(login_for=lambda _: as_user(name="shared"), limits=LIMITS) as transport,
        ThreadPoolExecutor(12) as pool,
    ):

        def one(_: int) -> bytes:
            with closing(transport.connect(target(host, "localhost"), deadline=time.monotonic() + 30)) as session:
                return session.run(script(), NONCE, limits()).stdout

        assert set(pool.map(one, range(24))) == {b"hello " + NONCE.encode()}
    assert os.environ["KRB5CCNAME"] == before and not (realm.folder / "nobody.ccache").exists()
    assert realm.log.count("AS_REQ") - asked == 2, "pre-authentication takes two, once for all"
    assert host.count == 24 * 7


def test_a_wrong_password_is_asked_for_once(realm: kdc.Realm) -> None:
    wrong = as_user(password=Secret("Wrong-Horse-8"))
    failed = realm.log.count("PREAUTH_FAILED")
    with (
        Endpoint(said) as host,
        WinrmTransport(login_for=lambda _: wrong, limits=LIMITS) as transport,
        ThreadPoolExecutor(8) as pool,
    ):
        place = target(host, "localhost")
        tries = [
            pool.submit(failure, lambda: transport.connect(place, deadline=time.monotonic() + 20)) for _ in range(8)
        ]
        errors = [one.result() for one in tries]
    assert {error.reason for error in errors} == {Reason.LOGIN}
    assert all("wrong password" in error.detail for error in errors)
    assert realm.log.count("PREAUTH_FAILED") - failed == 1
    assert host.logons == []


def test_an_address_is_no_name(realm: kdc.Realm) -> None:
    with Endpoint(said) as host:
        error = failure(lambda: converse(host, as_user(), to=target(host, "127.0.0.1")))
    assert "no Kerberos ticket for HTTP/127.0.0.1" in error.detail and "not by address" in error.detail


def test_a_host_without_negotiate_is_told_apart(realm: kdc.Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(said, schemes=("Basic",)) as host:
        monkeypatch.setenv("KRB5_KTNAME", "FILE:/nonexistent")
        error = failure(lambda: converse(host, as_user(), to=target(host, "localhost")))
    assert "does not offer 'kerberos' (it offers basic)" in error.detail


def test_a_ticket_that_the_host_does_not_take(realm: kdc.Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(said) as host:
        monkeypatch.setenv("KRB5_KTNAME", "FILE:/nonexistent")
        error = failure(lambda: converse(host, as_user(), to=target(host, "localhost")))
    assert error.reason is Reason.LOGIN and "the ticket was good and the host did not take it" in error.detail


def test_a_dropped_sealed_connection_starts_over(realm: kdc.Realm) -> None:
    with Endpoint(said, script={"Receive": [Drop()]}) as host:
        result = converse(host, as_user(), to=target(host, "localhost"))
    assert result.output.error is None and host.tally["Create"] == 2 and not host.shells


def test_no_domain_controller(realm: kdc.Realm, tmp_path_factory: pytest.TempPathFactory) -> None:
    with kdc.Realm(tmp_path_factory.mktemp("gone")) as other, Endpoint(said) as host:
        other.stop()
        error = failure(lambda: converse(host, as_user(name="late"), to=target(host, "localhost")))
    assert error.reason is Reason.UNREACHABLE and "no domain controller answers" in error.detail


def test_dns_does_not_choose_the_host(realm: kdc.Realm) -> None:
    """Our settings stand in front of the user's, which still hold."""
    with Endpoint(said) as host:
        converse(host, as_user(), to=target(host, "localhost"))
    ours, theirs = os.environ["KRB5_CONFIG"].split(":")
    settings = Path(ours).read_text()
    assert "dns_canonicalize_hostname = false" in settings and "rdns = false" in settings
    assert theirs == str(realm.folder / "krb5.conf")


def test_a_name_without_realm_takes_the_default_one(realm: kdc.Realm) -> None:
    with Endpoint(said) as host:
        assert converse(host, as_user(user="CTPAT\\scan"), to=target(host, "localhost")).output.error is None
    assert host.logons == [kdc.USER]


def test_powershell_remoting_costs_one_request_more_over_http_than_over_https(
    realm: kdc.Realm, authority: Authority
) -> None:
    pytest.importorskip("pypsrp", reason="the extra 'windows-psrp' is not installed")
    with Endpoint(plug_in=psrp.full(said), port=psrp.HTTP) as host:
        plain = psrp.converse(host, as_user(), to=replace(psrp.target(host), address="localhost"))
    assert host.actions == ["probe", "Create", "Receive", "Command", "Receive", "Delete"]
    with Endpoint(plug_in=psrp.full(said), tls=authority.server()) as other:
        bound = psrp.converse(other, as_user(ca=authority.ca), to=replace(psrp.target(other), address="localhost"))
    assert (plain.info.round_trips, bound.info.round_trips) == (6, 5)
    assert plain.output.stdout == bound.output.stdout == b"hello " + NONCE.encode() + b"\n"
