"""One way to know a peer over TLS: a directory and a Windows host refuse the same certificates in the same words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.errors import HostKeyMismatch, HostKeyUnknown, TargetError
from scanner.transports.certificates import normal_pin
from tests.transports.ldapd import serving
from tests.transports.test_ldap_hostile import at, transport, welcome
from tests.transports.test_ldap_hostile import failure as directory_failure
from tests.wsman import conversation
from tests.wsman.certificates import Authority, Pair, self_signed
from tests.wsman.endpoint import Endpoint, Output

pytestmark = pytest.mark.network

PIN = "SHA256:" + "AB:" * 31 + "AB"


def from_both(pair: Pair, ca: Path | None, certificate: str | None = None) -> tuple[TargetError, TargetError]:
    """What a directory and a Windows host with this certificate end with; neither of them hears a thing."""
    with serving(pair, welcome(lambda talk: None)) as server:
        place = replace(at(server.port), certificate=certificate, origin="site.yaml:9")
        ldap = directory_failure(transport(ca), place)
        assert server.binds == 0
    with Endpoint(lambda script, nonce: Output(b""), tls=pair) as host:
        to = conversation.target(host, certificate=certificate, origin="site.yaml:9")
        winrm = conversation.failure(lambda: conversation.converse(host, conversation.login(ca=ca), to=to))
        assert host.count == 0
    assert isinstance(winrm, TargetError)
    ldap.detail = ldap.detail.replace(f":{server.port}", ":PORT")
    winrm.detail = winrm.detail.replace(f":{host.port}", ":PORT")
    return ldap, winrm


def test_another_than_the_pinned_certificate(tmp_path: Path) -> None:
    authority = Authority.make(tmp_path)
    pair = authority.server()
    ldap, winrm = from_both(pair, authority.ca, PIN)
    assert ldap.detail == winrm.detail
    assert type(ldap) is type(winrm) is HostKeyMismatch
    for said in ("CERTIFICATE MISMATCH", pair.pin, normal_pin(PIN), "site.yaml:9", "no secret was sent"):
        assert said in ldap.detail


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: self_signed(folder / "self"), "it signed itself"),
        (lambda folder: Authority.make(folder / "other", "Other").server(), "its signer is not trusted here"),
        (lambda folder: Authority.make(folder).server(hosts=("elsewhere",)), "it does not name this address"),
        (lambda folder: Authority.make(folder).server(days=-1), "it has expired"),
    ],
)
def test_a_certificate_that_proves_nothing(make: Callable[[Path], Pair], said: str, tmp_path: Path) -> None:
    pair = make(tmp_path)
    ca = tmp_path / "ca.pem"
    ldap, winrm = from_both(pair, ca if ca.exists() else Authority.make(tmp_path / "ours").ca)
    assert ldap.detail == winrm.detail
    assert type(ldap) is type(winrm) is HostKeyUnknown
    assert said in ldap.detail and "No logon was attempted" in ldap.detail and "`certificate: SHA256:…`" in ldap.detail
