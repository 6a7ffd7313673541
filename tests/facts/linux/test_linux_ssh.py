"""The SSH server reader against recorded bytes and the cases that mislead."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts import SshServer, SshSettings
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.ssh import SSH_SERVER
from scanner.model import Absent, Privilege, Reason, Unknown

GOLDEN = Path(__file__).parent / "golden" / "ssh"


def read(body: bytes, state: RawState = RawState.OK, stderr: bytes = b"") -> SshServer | Absent | Unknown:
    raw = RawFact(probe="sshd", state=state, stdout=body, stderr=stderr, status=0)
    found = SSH_SERVER.read(
        RawFacts(
            platform="linux",
            collected_at=datetime(2026, 11, 22, tzinfo=UTC),
            privilege=Privilege.ROOT,
            sections={"sshd": raw},
        )
    )
    assert isinstance(found, SshServer | Absent | Unknown)
    return found


def server(body: bytes, stderr: bytes = b"") -> SshServer:
    found = read(body, stderr=stderr)
    assert isinstance(found, SshServer)
    return found


@pytest.mark.parametrize(
    ("name", "version"),
    [("bullseye.root", "OpenSSH_8.4p1"), ("bookworm.match.root", "OpenSSH_9.2"), ("trixie.root", "OpenSSH_10.0p2")],
)
def test_recorded_servers(name: str, version: str) -> None:
    fact = server((GOLDEN / name).read_bytes())
    assert (fact.product, fact.version, fact.ports) == ("openssh", version, (22,))
    assert isinstance(fact.settings, tuple) and fact.settings[0].first("usepam") == "yes"
    assert isinstance(fact.host_keys, tuple) and ("rsa", 3072) in fact.host_keys
    assert fact.access_rules == () and fact.matches_evaluated is True


def test_match_blocks_are_asked_for_each_kind_of_user_and_address() -> None:
    fact = server((GOLDEN / "bookworm.match.root").read_bytes())
    assert fact.match_blocks == 2 and isinstance(fact.settings, tuple)
    asked = {(item.user, item.address): item.first("passwordauthentication") for item in fact.settings}
    assert asked["", ""] == "no"
    assert asked["alice", "public"] == "yes"  # Match User
    assert (asked["bob", "private"], asked["bob", "public"]) == ("yes", "no")  # Match Address
    assert ("root", "public") in asked and ("toor", "public") in asked


def test_without_root_rights_the_new_server_still_tells_and_the_old_does_not() -> None:
    new, old = (
        server((GOLDEN / "trixie.user").read_bytes()),
        server((GOLDEN / "bookworm.match.user").read_bytes(), b"sshd: no hostkeys available -- exiting.\n"),
    )
    assert new.settings == server((GOLDEN / "trixie.root").read_bytes()).settings
    assert isinstance(old.settings, Unknown) and old.settings.code is Reason.DENIED
    assert old.configured("permitrootlogin") == "no" and isinstance(old.matches_evaluated, Unknown)


TEXT = b"""=openssh
=/etc/ssh/sshd_config
 PasswordAuthentication no
 Include /etc/ssh/sshd_config.d/*.conf
 PermitRootLogin=yes
 Match User x
  X11Forwarding yes
=/etc/ssh/sshd_config.d/1.conf
 Match Address 10.0.0.0/8
  PermitRootLogin no
=/etc/ssh/sshd_config.d/2.conf
 passwordauthentication yes
 MaxAuthTries 9
=end
"""


def test_in_the_text_the_first_value_outside_of_match_wins() -> None:
    fact = server(TEXT)
    assert fact.configured("passwordauthentication") == "no"
    assert fact.configured("permitrootlogin") == "yes"  # the included Match ends with its file
    assert fact.configured("maxauthtries") == "9"
    assert fact.configured("x11forwarding") is None
    assert fact.match_blocks == 2


def test_a_closed_file_hides_the_whole_text() -> None:
    fact = server(TEXT.replace(b"=/etc/ssh/sshd_config.d/2.conf", b"!/etc/ssh/sshd_config.d/3.conf\n=x"))
    assert isinstance(fact.config_text, Unknown) and isinstance(fact.match_blocks, Unknown)


@pytest.mark.parametrize("command", [b"/usr/sbin/sshd -D -o PermitRootLogin=yes", b"/usr/sbin/sshd -f/etc/other"])
def test_options_on_the_command_line_outrank_the_files(command: bytes) -> None:
    body = (
        (GOLDEN / "trixie.root").read_bytes().replace(b"=openssh\n", b"=openssh\n sshd: " + command + b" [listener]\n")
    )
    fact = server(body)
    for value in (fact.settings, fact.config_text, fact.match_blocks, fact.matches_evaluated):
        assert isinstance(value, Unknown), "the files are not what is in force"
        assert "command line" in value.detail


def test_an_account_that_could_not_be_asked_leaves_the_matches_open() -> None:
    body = (GOLDEN / "bookworm.match.root").read_bytes().replace(b"=end", b"=skipped Odd.Name\n=end")
    assert isinstance(server(body).matches_evaluated, Unknown)


@pytest.mark.parametrize(
    ("command", "root", "password"),
    [
        (b"/usr/sbin/dropbear -F -R", "yes", "yes"),
        (b"dropbear -s -w -p 2222", "no", "no"),
        (b"dropbear -g -p22s", "without-password", "yes"),
        (b"dropbear -r /etc/dropbear/key_gsw", "yes", "yes"),
    ],
)
def test_dropbear_is_judged_by_its_flags(command: bytes, root: str, password: str) -> None:
    fact = server(b"=dropbear\n " + command + b"\n=end\n")
    assert fact.product == "dropbear" and isinstance(fact.settings, tuple)
    assert fact.settings[0].first("permitrootlogin") == root
    assert fact.settings[0].first("passwordauthentication") == password
    assert isinstance(fact.settings[0].told("macs"), Unknown) and isinstance(fact.host_keys, Unknown)


def test_no_server_another_server_and_half_an_answer_differ() -> None:
    assert isinstance(read(b"no SSH server is installed\n", RawState.ABSENT), Absent)
    assert isinstance(server(b"=dropbear\n=other\n=end\n").settings, Unknown)
    assert isinstance(read((GOLDEN / "trixie.root").read_bytes().replace(b"=end", b"")), Unknown)


def test_names_and_addresses_of_match_lines_are_asked_for() -> None:
    fact = server((GOLDEN / "bookworm.places.root").read_bytes())
    assert isinstance(fact.settings, tuple) and fact.matches_evaluated is True
    loose = {(item.user, item.address) for item in fact.settings if item.first("passwordauthentication") == "yes"}
    assert ("backup", "public") in loose  # Match User
    assert ("root", "private") in loose and ("root", "public") not in loose  # Match Address 192.168.0.0/16
    assert [item.user for item in fact.settings if item.first("x11forwarding") == "yes"] == ["games"] * 3  # Match Group


@pytest.mark.parametrize(
    ("block", "seen"),
    [
        ("Match User alice\n  PasswordAuthentication yes", True),
        ("Match User carol\n  PasswordAuthentication yes", False),
        ("Match User=al*,!bob\n  PasswordAuthentication yes", True),
        ("Match User *,!alice,!root,!bob,!toor\n  PasswordAuthentication yes", False),
        ("Match Address 10.77.0.0/16 User alice\n  PasswordAuthentication yes", True),
        ("Match Address 172.16.0.0/12\n  PasswordAuthentication yes", False),
        ("Match Address 172.16.0.0/12\n  PasswordAuthentication no\n  ForceCommand x", True),  # opens nothing
        ("Match Group staff\n  PermitRootLogin yes", False),
        ("Match LocalPort 2222\n  X11Forwarding yes", False),
        ("Match Host *.example.com\n  AuthorizedKeysFile /etc/keys/%u", False),
        ("Match odd\n  PermitTunnel yes", False),
        ("Match all\n  PasswordAuthentication yes", True),
        ('"Match" User carol\n  PasswordAuthentication yes', False),
        ('"Match"User carol\n  "PasswordAuthentication" yes', False),
    ],
)
def test_a_match_block_that_nothing_asked_falls_under_leaves_the_matches_open(block: str, seen: bool) -> None:
    extra = "".join(f" {line}\n" for line in block.splitlines()).encode()
    body = (GOLDEN / "bookworm.match.root").read_bytes().replace(b"=T global\n", extra + b"=T global\n")
    assert (server(body).matches_evaluated is True) is seen


POLICY = b"-oCiphers=aes256-ctr,aes128-cbc -oMACs=hmac-sha2-256 -o KexAlgorithms=curve25519-sha256"


def test_algorithms_on_the_command_line_are_the_ones_in_force() -> None:
    golden = (GOLDEN / "bullseye.root").read_bytes()
    line = b"=openssh\n /usr/sbin/sshd -D " + POLICY + b"\n"
    found = server(golden.replace(b"=openssh\n", line)).settings
    assert isinstance(found, tuple) and found[0].first("ciphers") == "aes256-ctr,aes128-cbc"
    assert found[0].first("kexalgorithms") == "curve25519-sha256" and found[0].first("usepam") == "yes"
    for other in (POLICY.replace(b"MACs=", b"MACs=+"), POLICY + b" -oPermitRootLogin=yes"):
        two = golden.replace(b"=openssh\n", line + b" /usr/sbin/sshd -D " + other + b"\n")
        assert isinstance(server(two).settings, Unknown)


def test_a_server_whose_command_line_is_hidden_may_run_with_any_option() -> None:
    body = (GOLDEN / "trixie.root").read_bytes().replace(b"=openssh\n", b"=openssh\n=hidden\n")
    assert isinstance(server(body).settings, Unknown)
    seen = body.replace(b"=openssh\n", b"=openssh\n sshd: /usr/sbin/sshd -D [listener]\n")
    assert isinstance(server(seen).settings, tuple)


def test_a_host_key_in_another_place_leaves_the_key_sizes_open() -> None:
    body = (GOLDEN / "trixie.root").read_bytes().replace(b"=T global\n", b"=T global\n hostkey /srv/keys/rsa\n")
    assert isinstance(server(body).host_keys, Unknown)


OFFER = b"""version SSH-2.0-OpenSSH_5.3
kex diffie-hellman-group1-sha1,curve25519-sha256
host_key ssh-rsa,ssh-dss
ciphers 3des-cbc
macs hmac-md5
"""


def offering(offer: RawFact, **sections: RawFact) -> SshServer | Absent | Unknown:
    found = SSH_SERVER.read(
        RawFacts(
            platform="linux",
            collected_at=datetime(2026, 11, 22, tzinfo=UTC),
            privilege=Privilege.USER,
            sections={"ssh_offer": offer, **sections},
            error=(Reason.UNSUPPORTED, "the server offers no algorithm that is safe"),
        )
    )
    assert isinstance(found, SshServer | Absent | Unknown)
    return found


def test_an_offer_alone_makes_a_server_of_which_nothing_else_is_known() -> None:
    fact = offering(RawFact(probe="ssh_offer", state=RawState.OK, stdout=OFFER, status=0))
    assert isinstance(fact, SshServer) and isinstance(fact.offered, SshSettings)
    assert fact.offered.first("kexalgorithms") == "diffie-hellman-group1-sha1,curve25519-sha256"
    assert fact.offered.first("hostkeyalgorithms") == "ssh-rsa,ssh-dss"
    why = Unknown(Reason.UNSUPPORTED, "sshd: the collection ended first: the server offers no algorithm that is safe")
    assert fact.settings == why and fact.matches_evaluated == why and fact.access_rules == why


def test_an_offer_stands_beside_the_settings_and_contradicts_absence() -> None:
    offer = RawFact(probe="ssh_offer", state=RawState.OK, stdout=OFFER, status=0)
    golden = RawFact(probe="sshd", state=RawState.OK, stdout=(GOLDEN / "trixie.root").read_bytes(), status=0)
    both = offering(offer, sshd=golden)
    assert isinstance(both, SshServer) and isinstance(both.settings, tuple)
    assert isinstance(both.offered, SshSettings)
    gone = offering(offer, sshd=RawFact(probe="sshd", state=RawState.ABSENT, stdout=b"no server\n", status=96))
    assert isinstance(gone, SshServer) and isinstance(gone.settings, Unknown)
    long = RawFact(probe="ssh_offer", state=RawState.OK, stdout=b"macs " + b"a" * 4000, status=0)
    cut = offering(long, sshd=golden)
    assert isinstance(cut, SshServer) and isinstance(cut.offered, SshSettings) and not cut.offered.values


def test_without_a_key_exchange_the_offer_is_absent() -> None:
    assert isinstance(server((GOLDEN / "trixie.root").read_bytes()).offered, Absent)


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from([b"=openssh\n", b"=dropbear\n ", b"=openssh\n=/etc/ssh/sshd_config\n "])
)
def test_the_reader_never_raises(body: bytes, start: bytes) -> None:
    read(start + body + b"\n=end\n")
