"""The SSH checks: the worst of all evaluations counts, and text proves faults only."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from scanner.catalogue import load_checks
from scanner.errors import FactUnavailable
from scanner.facts import Listener, Listeners, SshServer, SshSettings
from scanner.model import Outcome, Reason, Status, Unknown

DENIED = Unknown(Reason.DENIED, "sshd: denied")
CHECKS = load_checks()
STRICT = {
    "permitrootlogin": "no",
    "passwordauthentication": "no",
    "kbdinteractiveauthentication": "no",
    "usepam": "yes",
    "authenticationmethods": "any",
    "permitemptypasswords": "no",
    "allowtcpforwarding": "no",
    "x11forwarding": "no",
    "maxauthtries": "4",
    "logingracetime": "60",
    "clientaliveinterval": "300",
    "permituserenvironment": "no",
    "ciphers": "chacha20-poly1305@openssh.com,aes256-ctr",
    "macs": "hmac-sha2-256-etm@openssh.com",
    "kexalgorithms": "curve25519-sha256",
    "hostkeyalgorithms": "ssh-ed25519,rsa-sha2-512",
}


def run(name: str, *facts: object, **parameters: Any) -> Outcome:
    return CHECKS[f"remote_access/ssh_{name}"].run(*facts, **parameters)


def seen(user: str = "", address: str = "", **changes: str) -> SshSettings:
    values = {keyword: (value,) for keyword, value in {**STRICT, **changes}.items()}
    return SshSettings(user=user, address=address, values=values)


def server(*settings: SshSettings, **changes: Any) -> SshServer:
    sample = SshServer(
        product="openssh",
        version="OpenSSH_9.2",
        ports=(22,),
        settings=settings or (seen(),),
        match_blocks=len(settings) - 1 if settings else 0,
        matches_evaluated=True,
        config_text=(),
        host_keys=(("ed25519", 256), ("rsa", 3072)),
        access_rules=(),
    )
    return replace(sample, **changes)


def written(*pairs: tuple[str, str]) -> SshServer:
    return server(settings=DENIED, match_blocks=0, config_text=pairs)


def unknown_by(call: Callable[[], Outcome]) -> Unknown:
    with pytest.raises(FactUnavailable) as caught:
        call()
    return caught.value.unknown


LOOSE_ROOT = seen("root", "public", permitrootlogin="yes")


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (server(), Status.PASS),
        (server(seen(permitrootlogin="without-password")), Status.PASS),
        (server(seen(permitrootlogin="yes")), Status.FAIL),
        (server(seen(), LOOSE_ROOT), Status.FAIL),
        (server(seen(), seen("amy", "public", permitrootlogin="yes")), Status.PASS),
        (written(("permitrootlogin", "yes")), Status.FAIL),
        (written(("permitrootlogin", "no"), ("permitrootlogin", "yes")), None),
        (written(("match", "User x"), ("permitrootlogin", "yes")), None),
        (server(matches_evaluated=DENIED), None),
    ],
)
def test_root_login(fact: SshServer, expected: Status | None) -> None:
    if expected is None:
        assert unknown_by(lambda: run("root_login", fact, DENIED)) == DENIED
    else:
        assert run("root_login", fact, DENIED).status is expected


def test_root_login_strict_profile_and_note() -> None:
    keyed = server(seen(permitrootlogin="prohibit-password"))
    assert run("root_login", keyed, DENIED, accepted=("no",)).status is Status.FAIL
    assert run("root_login", keyed, DENIED).note
    silent = server(SshSettings(user="", address="", values={}))
    assert unknown_by(lambda: run("root_login", silent, DENIED)).code is Reason.UNSUPPORTED


ON = {"passwordauthentication": "yes"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ((seen(),), Status.PASS),
        ((seen(**ON),), Status.FAIL),
        ((seen(kbdinteractiveauthentication="yes"),), Status.FAIL),
        ((seen(kbdinteractiveauthentication="yes", usepam="no"),), Status.PASS),
        ((seen(), seen("amy", "private", **ON), seen("amy", "public")), Status.REVIEW),
        ((seen(), seen("amy", "public", **ON)), Status.FAIL),
        ((seen(), seen("root", "public", **ON)), Status.PASS),
        ((seen(**ON, authenticationmethods="publickey,password"),), Status.PASS),
        ((seen(**ON, authenticationmethods="publickey password"),), Status.FAIL),
    ],
)
def test_password_login(settings: tuple[SshSettings, ...], expected: Status) -> None:
    assert run("password_login", server(*settings), None).status is expected


def listening(v4: bool | Unknown, v6: bool | Unknown) -> Listeners:
    socket = Listener(
        protocol="tcp", address="0.0.0.0", port=22, process="sshd", is_loopback=False, reachable_v4=v4, reachable_v6=v6
    )
    return Listeners(sockets=(socket,))


@pytest.mark.parametrize(
    ("listeners", "expected"),
    [
        (listening(False, False), Status.REVIEW),
        (listening(False, True), Status.FAIL),
        (listening(False, DENIED), Status.FAIL),
        (Listeners(sockets=()), Status.FAIL),
        (DENIED, Status.FAIL),
    ],
)
def test_a_closed_firewall_counts_only_when_it_is_known(listeners: Listeners | Unknown, expected: Status) -> None:
    assert run("password_login", server(seen(**ON)), listeners).status is expected
    assert run("password_login", written(("passwordauthentication", "yes")), listeners).status is expected


def test_password_login_needs_the_settings_to_pass() -> None:
    assert unknown_by(lambda: run("password_login", written(("passwordauthentication", "no")), None)) == DENIED
    assert unknown_by(lambda: run("password_login", server(matches_evaluated=DENIED), None)) == DENIED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Status.PASS),
        ({"ciphers": "aes256-ctr,aes128-cbc"}, Status.FAIL),
        ({"macs": "hmac-sha1-96"}, Status.FAIL),
        ({"macs": "hmac-md5"}, Status.FAIL),
        ({"macs": "hmac-sha2-256,hmac-sha1"}, Status.WARN),
        ({"kexalgorithms": "diffie-hellman-group14-sha1"}, Status.FAIL),
        ({"kexalgorithms": "diffie-hellman-group14-sha256"}, Status.PASS),
        ({"hostkeyalgorithms": "ssh-rsa"}, Status.FAIL),
    ],
)
def test_crypto(changes: dict[str, str], expected: Status) -> None:
    assert run("crypto", server(seen(**changes))).status is expected


def test_crypto_small_host_keys_and_silence() -> None:
    assert run("crypto", server(settings=DENIED, host_keys=(("rsa", 1024),))).status is Status.FAIL
    assert unknown_by(lambda: run("crypto", server(settings=DENIED))) == DENIED
    assert unknown_by(lambda: run("crypto", server(host_keys=DENIED))) == DENIED


OFFERED = seen(ciphers="aes256-ctr,3des-cbc", kexalgorithms="diffie-hellman-group1-sha1", hostkeyalgorithms="ssh-rsa")


def test_crypto_judges_what_the_server_offered() -> None:
    closed = server(settings=DENIED, host_keys=DENIED, offered=OFFERED)
    found = run("crypto", closed)
    assert found.status is Status.FAIL
    assert found.items == (
        "ciphers: 3des-cbc",
        "kexalgorithms: diffie-hellman-group1-sha1",
        "hostkeyalgorithms: ssh-rsa",
    )
    assert run("crypto", server(offered=OFFERED)).status is Status.FAIL  # more than its settings say
    assert run("crypto", server(seen(ciphers="3des-cbc"), offered=OFFERED)).items == found.items


def test_crypto_passes_on_an_offer_only_with_every_list_and_the_host_keys() -> None:
    assert run("crypto", server(settings=DENIED, offered=seen())).status is Status.PASS
    part = SshSettings(user="", address="", values={"ciphers": ("aes256-ctr",)})
    assert unknown_by(lambda: run("crypto", server(settings=DENIED, offered=part))) == DENIED
    assert unknown_by(lambda: run("crypto", server(settings=DENIED, offered=seen(), host_keys=DENIED))) == DENIED


def test_match_overrides() -> None:
    assert run("match_overrides", server()).status is Status.NOT_APPLICABLE
    tight = server(seen(**ON), seen("amy", "public"))
    assert run("match_overrides", tight).status is Status.PASS
    loose = run("match_overrides", server(seen(), seen("amy", "private", **ON), LOOSE_ROOT))
    assert loose.status is Status.FAIL and len(loose.items) == 2
    same = server(seen(permitrootlogin="prohibit-password"), seen("root", "public", permitrootlogin="without-password"))
    assert run("match_overrides", same).status is Status.PASS
    assert unknown_by(lambda: run("match_overrides", replace(tight, matches_evaluated=DENIED))) == DENIED
    assert unknown_by(lambda: run("match_overrides", server(settings=DENIED, match_blocks=DENIED))) == DENIED


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, 0),
        ({"maxauthtries": "6"}, 1),
        ({"logingracetime": "0"}, 1),
        ({"logingracetime": "120", "clientaliveinterval": "0"}, 2),
        ({"x11forwarding": "yes", "permituserenvironment": "yes"}, 2),
    ],
)
def test_limits(changes: dict[str, str], faults: int) -> None:
    found = run("limits", server(seen(**changes)))
    assert len(found.items) == faults and found.status is (Status.FAIL if faults else Status.PASS)


def test_a_match_block_that_loosens_a_limit_or_an_algorithm_is_seen() -> None:
    idle = seen("amy", "public", maxauthtries="1000", clientaliveinterval="0")
    found = run("limits", server(seen(), idle))
    assert found.status is Status.FAIL and len(found.items) == 2
    old = seen("amy", "public", macs="hmac-md5")
    assert run("crypto", server(seen(), old)).status is Status.FAIL
    assert run("limits", server(seen(), seen("amy"))).status is Status.PASS


def test_limits_from_text_prove_faults_only() -> None:
    assert run("limits", written(("logingracetime", "2m"))).status is Status.FAIL
    assert unknown_by(lambda: run("limits", written(("maxauthtries", "3")))) == DENIED


def test_access_scope() -> None:
    assert run("access_scope", server()).status is Status.REVIEW
    assert run("access_scope", server(seen(allowgroups="staff"))).status is Status.PASS
    assert run("access_scope", server(access_rules=("-:ALL EXCEPT staff:ALL",))).status is Status.PASS
    assert run("access_scope", server(access_rules=("+:ALL:ALL",))).status is Status.REVIEW
    assert unknown_by(lambda: run("access_scope", server(access_rules=DENIED))) == DENIED


def test_a_list_that_admits_everybody_is_no_list() -> None:
    assert run("access_scope", server(seen(allowusers="*"))).status is Status.REVIEW
