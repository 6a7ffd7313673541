"""Which keys reach a server where no credential names one: as `ssh` has it, against real sshd and real ssh-agent."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.engine.collector import HostCollector
from scanner.errors import AuthenticationFailed, SecretError
from scanner.inventory.adhoc import adhoc_site
from scanner.inventory.loader import load_site
from scanner.inventory.site import Site
from scanner.inventory.ssh_config import SshConfig
from scanner.model import Target
from tests.transports.sshd import SSHD, Server, keygen, running_agent, running_as_root

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(not SSHD.exists(), reason="openssh-server is not installed"),
    pytest.mark.skipif(not running_as_root(), reason="sshd needs root to switch users"),
]

ME = pwd.getpwuid(os.geteuid()).pw_name
PHRASE = "open sesame"
Ask = Callable[[str], str]


@dataclass
class Desk:
    """A person's machine: a home with keys and settings, an agent, and a server that takes some of the keys."""

    home: Path
    monkeypatch: pytest.MonkeyPatch
    things: ExitStack
    asked: list[str] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)

    def key(self, name: str, kind: str = "ed25519", passphrase: str = "") -> Path:
        return keygen(self.home / ".ssh" / name, kind, passphrase)

    def serve(self, *authorized: Path, **options: str) -> Server:
        folder = self.home / f"sshd{len(self.servers)}"
        self.servers.append(self.things.enter_context(Server(folder, options, authorized=authorized)))
        return self.servers[-1]

    def agent(self, *keys: Path) -> None:
        self.monkeypatch.setenv("SSH_AUTH_SOCK", self.listening("agent", *keys))

    def listening(self, name: str, *keys: Path) -> str:
        """The socket of one more agent, which SSH_AUTH_SOCK does not name."""
        return self.things.enter_context(running_agent(self.home / name, *keys))

    def away(self, key: Path) -> None:
        """Only an agent still has it."""
        key.unlink()
        Path(f"{key}.pub").rename(self.home / f"{key.name}.public")

    def answer(self, prompt: str) -> str:
        self.asked.append(prompt)
        return PHRASE

    def nobody(self, prompt: str) -> str:
        self.asked.append(prompt)
        raise SecretError("there is no terminal to ask at")

    def settings(self, text: str) -> Path:
        config = self.home / ".ssh" / "config"
        config.write_text(text)
        return config

    def adhoc(self, settings: str = "") -> Site:
        """The site of `--target`, for each server."""
        uris = [f"ssh://{ME}@127.0.0.1:{server.port}" for server in self.servers]
        return self._trusted(adhoc_site(uris, ssh_config=SshConfig.load([self.settings(settings)])))

    def from_file(self, credential: str, settings: str = "") -> Site:
        """The site of a site file whose targets have this credential, `{ssh: …}` or empty for none."""
        file = self.home / "site.yaml"
        named = ", credential: c" if credential else ""
        hosts = [
            f"  - {{host: 127.0.0.1, port: {server.port}, name: h{server.port}{named}}}" for server in self.servers
        ]
        known = f"credentials: {{c: {credential}}}\n" if credential else ""
        file.write_text("\n".join([f"site: a\nentities: [importer]\n{known}targets:", *hosts, ""]))
        self.settings(f"User {ME}\n{settings}")
        return self._trusted(load_site(file))

    def _trusted(self, site: Site) -> Site:
        pins = {server.port: server.fingerprint() for server in self.servers}
        return replace(site, targets=tuple(_pinned(target, pins) for target in site.targets))

    def login(self, site: Site, ask: Ask | None = None) -> list[str]:
        """How each target was logged in to, or why not."""
        with HostCollector(site, (), ask=ask or self.nobody, now=lambda: datetime.now(UTC)) as collector:
            outcomes = [_outcome(collector, target) for target in site.targets]
        assert PHRASE not in "".join(outcomes)
        return outcomes


def _pinned(target: Target, pins: dict[int, str]) -> Target:
    jump = tuple(_pinned(hop, pins) for hop in target.jump)
    return replace(target, host_key=pins[target.port or 22], jump=jump)


def _outcome(collector: HostCollector, target: Target) -> str:
    try:
        notes = collector.collect(target, threading.Event()).transcript.notes
    except AuthenticationFailed as error:
        return error.detail
    return next(note for note in notes if note.startswith("logged in with"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (tmp_path / ".ssh").mkdir()
    with ExitStack() as things:
        yield Desk(tmp_path, monkeypatch, things)


def fingerprint(key: Path) -> str:
    command = ["ssh-keygen", "-lf", str(key)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[1]


# --- Keys that ssh takes by itself ---------------------------------------------------------------------------


def test_an_encrypted_default_key_does_not_stand_in_the_way_of_another(desk: Desk) -> None:
    desk.key("id_ed25519", passphrase=PHRASE)
    good = desk.key("id_ecdsa", "ecdsa")
    desk.serve(good)
    assert desk.login(desk.adhoc(), desk.answer) == [f"logged in with {good} {fingerprint(good)}"]
    assert desk.asked == []


def test_an_encrypted_default_key_alone_is_asked_for_once_a_run(desk: Desk) -> None:
    locked = desk.key("id_ed25519", passphrase=PHRASE)
    desk.serve(locked), desk.serve(locked)
    assert desk.login(desk.adhoc(), desk.answer) == [f"logged in with {locked} {fingerprint(locked)}"] * 2
    assert desk.asked == [f"pass phrase of {locked}: "]


def test_where_nobody_can_be_asked_the_error_says_what_was_skipped_and_the_cure(desk: Desk) -> None:
    locked, other = desk.key("id_ed25519", passphrase=PHRASE), desk.key("other")
    desk.serve(locked)
    (alone,) = desk.login(desk.adhoc())
    assert f"key file {locked} was skipped because it is encrypted: run ssh-add {locked}" in alone
    assert "--identity and --passphrase" in alone and "the server takes publickey" in alone
    other.rename(desk.home / ".ssh" / "id_rsa")
    (beside,) = desk.login(desk.adhoc(), desk.answer)
    assert "refused: " in beside and f"{locked} was skipped because it is encrypted" in beside
    assert len(desk.asked) == 1  # another key was there to try


def test_a_wrong_pass_phrase_is_said_and_never_shown(desk: Desk) -> None:
    locked = desk.key("id_ed25519", passphrase="another one")
    desk.serve(locked)
    (refused,) = desk.login(desk.adhoc(), desk.answer)
    assert f"skipped: key file {locked} does not open with the given pass phrase" in refused
    assert len(desk.asked) == 3


def test_a_pass_phrase_is_asked_for_again_only_where_another_one_would_help(desk: Desk) -> None:
    plain, locked = desk.key("plain"), desk.key("locked", passphrase=PHRASE)
    desk.serve(plain, locked)
    for keys in (f"{plain}", f"{desk.home / 'no'}", f"[{plain}, {locked}]"):
        desk.asked.clear()
        desk.login(desk.from_file(f"{{ssh: {{user: {ME}, key: {keys}, passphrase: prompt}}}}"), desk.answer)
        assert desk.asked == ["pass phrase of the key of credential 'c': "]


@pytest.mark.parametrize("text", ["garbage", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"])
def test_garbage_and_open_default_keys_are_skipped_and_said(desk: Desk, text: str) -> None:
    bad, bare, good = desk.home / ".ssh" / "id_ed25519", desk.key("id_ecdsa", "ecdsa"), desk.key("id_rsa", "rsa")
    bad.write_text(text)
    bad.chmod(0o600)
    bare.chmod(0o644)
    server = desk.serve(good)
    assert desk.login(desk.adhoc()) == [f"logged in with {good} {fingerprint(good)}"]
    (server.folder / "authorized_keys").write_text("")
    (refused,) = desk.login(desk.adhoc())
    assert f"skipped: key file {bad}" in refused
    assert f"skipped: key file {bare} is open to others (mode 0644) and was not used; run: chmod 600" in refused


def test_a_certificate_beside_a_default_key_counts_from_file_and_from_agent(desk: Desk) -> None:
    authority = desk.key("ca")
    server_options = {"TrustedUserCAKeys": f"{authority}.pub"}
    for kind, name in (("ed25519", "id_ed25519"), ("rsa", "id_rsa")):
        key = desk.key(name, kind)
        command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "scan", "-n", ME, f"{key}.pub"]
        subprocess.run(command, check=True, capture_output=True)
    desk.serve(**server_options)
    assert "id_ed25519-cert.pub" in desk.login(desk.adhoc())[0]
    rsa = desk.home / ".ssh" / "id_rsa"
    (desk.home / ".ssh" / "id_ed25519").unlink()
    desk.agent(rsa)  # with its certificate
    assert "logged in with agent key" in desk.login(desk.adhoc())[0]
    rsa.unlink()
    assert "logged in with agent key" in desk.login(desk.adhoc("IdentitiesOnly yes"))[0]
    subprocess.run(["ssh-add", "-q", "-d", f"{rsa}-cert.pub"], check=True, capture_output=True)
    assert (
        "with certificate" in desk.login(desk.adhoc("IdentitiesOnly yes"))[0]
    )  # the agent's key, the file's certificate


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_certificate_that_a_credential_names_goes_with_the_agents_key(desk: Desk, kind: str) -> None:
    authority, key = desk.key("ca"), desk.key("scan", kind)
    command = ["ssh-keygen", "-q", "-s", str(authority), "-I", "scan", "-n", ME, f"{key}.pub"]
    subprocess.run(command, check=True, capture_output=True)
    server = desk.serve(TrustedUserCAKeys=f"{authority}.pub")
    desk.agent(key)  # and its certificate, which lies beside it
    certificate = (desk.home / ".ssh" / "scan-cert.pub").rename(desk.home / "elsewhere.pub")
    key.unlink()
    site = desk.from_file(f"{{ssh: {{user: {ME}, key: [{key}, ssh-agent], certificate: {certificate}}}}}")
    (held,) = desk.login(site)
    subprocess.run(["ssh-add", "-q", "-d", str(certificate)], check=True, capture_output=True)
    (put_on,) = desk.login(site)
    assert held.startswith("logged in with agent key") and put_on.endswith(f"with certificate {certificate}")
    assert server.log().count("Accepted publickey") == 2 and "Failed publickey" not in server.log()


# --- Keys of an agent ----------------------------------------------------------------------------------------


def test_a_key_that_only_the_agent_holds_is_offered(desk: Desk) -> None:
    held, other = desk.key("held"), desk.key("id_ed25519")
    mark = fingerprint(held)
    desk.serve(held)
    desk.agent(held)
    desk.away(held)
    assert desk.login(desk.adhoc()) == [f"logged in with agent key {mark}"]
    # A site file that leaves the keys to the client's settings is no different.
    for credential in ("", f"{{ssh: {{user: {ME}}}}}", f"{{ssh: {{user: {ME}, key: ssh-agent}}}}"):
        site = desk.from_file(credential, f"IdentityFile {other}")
        assert desk.login(site) == [f"logged in with agent key {mark}"]


def test_configured_keys_of_the_agent_come_first_then_its_others_then_files(desk: Desk) -> None:
    held, first, file, extra = desk.key("held"), desk.key("first"), desk.key("file"), desk.key("extra")
    desk.serve(extra)  # takes none of the three
    desk.agent(held, first)
    (refused,) = desk.login(desk.adhoc(f"IdentityFile {file}\nIdentityFile {first}"))
    marks = re.findall(r"(?:agent key|file) (SHA256:\S+?)[,;]", refused)
    assert marks == [fingerprint(first), fingerprint(held), fingerprint(file)]


def test_an_agent_stands_in_for_an_encrypted_key(desk: Desk) -> None:
    plain = desk.key("id_ed25519")
    desk.serve(plain)
    desk.agent(plain)
    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-P", "", "-N", PHRASE, "-f", str(plain)], check=True, capture_output=True
    )
    Path(f"{plain}.pub").unlink()  # the clear part of the private key tells which one it is
    assert desk.login(desk.adhoc("IdentitiesOnly yes"), desk.answer) == [
        f"logged in with agent key {fingerprint(plain)}"
    ]
    assert desk.asked == []


def test_identities_only_keeps_the_other_keys_of_the_agent_back(desk: Desk) -> None:
    held, other = desk.key("held"), desk.key("other")
    desk.serve(held)
    desk.agent(other, held)
    mark = fingerprint(held)
    desk.away(held)
    config = f"IdentitiesOnly yes\nIdentityFile {desk.home / 'held.public'}\n"
    strange = f"IdentitiesOnly yes\nIdentityFile {other}\n"
    for site in (desk.adhoc, lambda text: desk.from_file(f"{{ssh: {{user: {ME}, key: ssh-agent}}}}", text)):
        assert desk.login(site(config)) == [f"logged in with agent key {mark}"]
        (refused,) = desk.login(site(strange))
        assert mark not in refused and fingerprint(other) in refused
        assert "IdentitiesOnly is set, and 1 key of the agent that no IdentityFile names stayed back" in refused
    log = desk.servers[0].log()
    assert log.count("Accepted publickey") == 2 and log.count("Failed publickey") == 2


def test_more_keys_than_a_server_takes_end_with_the_cure(desk: Desk) -> None:
    many = [desk.key(f"k{at}") for at in range(8)]
    desk.serve(many[-1])
    desk.agent(*many)
    marks = [fingerprint(key) for key in many]
    (refused,) = desk.login(desk.adhoc())
    assert "Too many authentication failures" in refused and "IdentitiesOnly yes in ssh_config" in refused
    assert "key in its credential or --identity" in refused
    assert marks[0] in refused and marks[-1] not in refused
    cured = desk.login(desk.adhoc(f"IdentityFile {many[-1]}.pub"))  # the one that the settings name comes first
    assert cured == desk.login(desk.adhoc(f"IdentitiesOnly yes\nIdentityFile {many[-1]}"))
    assert cured == [f"logged in with agent key {marks[-1]}"]


# --- Which agent is asked ------------------------------------------------------------------------------------


def test_the_agent_that_the_settings_name_is_asked_in_place_of_the_usual_one(desk: Desk) -> None:
    wanted, usual = desk.key("wanted"), desk.key("usual")
    marks = fingerprint(wanted), fingerprint(usual)
    server = desk.serve(wanted)
    desk.agent(usual)
    socket = desk.listening(f"{ME}-127.0.0.1", wanted)
    desk.away(wanted)
    desk.away(usual)
    desk.monkeypatch.setenv("OTHER_AGENT", socket)
    desk.monkeypatch.setenv("FOLDER", str(desk.home))
    for written in (socket, '"~/%r-%h"', "${FOLDER}/%r-%h", "$OTHER_AGENT"):
        assert desk.login(desk.adhoc(f"IdentityAgent {written}")) == [f"logged in with agent key {marks[0]}"]
    assert "Failed publickey" not in server.log()
    for written in ("SSH_AUTH_SOCK", "$SSH_AUTH_SOCK"):
        (refused,) = desk.login(desk.adhoc(f"IdentityAgent {written}\nHost *\nIdentityAgent {socket}"))
        assert marks[1] in refused and marks[0] not in refused


def test_the_settings_name_the_agent_for_credentials_too(desk: Desk) -> None:
    key = desk.key("wanted")
    mark = fingerprint(key)
    desk.serve(key)
    socket = desk.listening("elsewhere", key)
    key.unlink()  # its public half tells the agent's copy
    for names in ("", "key: ssh-agent", f"key: [{key}, ssh-agent]"):
        credential = names and f"{{ssh: {{user: {ME}, {names}}}}}"
        assert desk.login(desk.from_file(credential, f"IdentityAgent {socket}")) == [f"logged in with agent key {mark}"]
    (refused,) = desk.login(desk.from_file(f"{{ssh: {{user: {ME}, key: ssh-agent}}}}", "IdentityAgent none"))
    assert refused == "no ssh-agent is asked: IdentityAgent is none in ssh_config"


def test_where_the_settings_say_none_no_agent_is_asked(desk: Desk) -> None:
    held, file = desk.key("held"), desk.key("id_ed25519")
    mark = fingerprint(held)
    server = desk.serve(held)
    desk.agent(held)
    desk.away(held)
    (refused,) = desk.login(desk.adhoc("IdentityAgent none"))
    assert mark not in refused and f"refused: {file}" in refused
    assert "(no ssh-agent is asked: IdentityAgent is none in ssh_config; only key files are offered)" in refused
    (empty,) = desk.login(desk.adhoc("IdentityAgent none\nIdentityFile none"))
    assert empty == "no ssh-agent is asked: IdentityAgent is none in ssh_config; there is no key file either"
    assert "Accepted publickey" not in server.log()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("~/gone", "the ssh-agent at {home}/gone (IdentityAgent in ssh_config) does not answer: [Errno 2]"),
        ("$GONE", "the ssh-agent at {home}/gone (IdentityAgent $GONE in ssh_config) does not answer: [Errno 2]"),
        ("$UNSET", "no ssh-agent can be asked: UNSET is not set (IdentityAgent $UNSET in ssh_config)"),
    ],
)
def test_an_agent_that_cannot_be_reached_is_passed_over_and_named_when_the_login_fails(
    desk: Desk, written: str, said: str
) -> None:
    held, file = desk.key("held"), desk.key("id_ed25519")
    desk.monkeypatch.setenv("GONE", str(desk.home / "gone"))
    server = desk.serve(file)
    desk.agent(held)  # is not asked in its place
    assert desk.login(desk.adhoc(f"IdentityAgent {written}")) == [f"logged in with {file} {fingerprint(file)}"]
    (server.folder / "authorized_keys").write_text(Path(f"{held}.pub").read_text())
    (refused,) = desk.login(desk.adhoc(f"IdentityAgent {written}"))
    assert said.format(home=desk.home) in refused and fingerprint(held) not in refused


def test_each_jump_host_has_its_own_agent(desk: Desk) -> None:
    for_hop, for_target = desk.key("hop"), desk.key("target")
    hop, behind = desk.serve(for_hop), desk.serve(for_target)
    first, second = desk.listening("first", for_hop), desk.listening("second", for_target)
    desk.agent()
    mark = fingerprint(for_target)
    desk.away(for_hop)
    desk.away(for_target)
    own = f"Host 127.0.0.1\nProxyJump {ME}@localhost:{hop.port}\nIdentityAgent {second}\n"
    site = desk.adhoc(f"{own}Host localhost\nHostName 127.0.0.1\nIdentityAgent {first}\n")
    (target,) = (t for t in site.targets if t.port == behind.port)
    without = replace(target, jump=(replace(target.jump[0], identity_agent="none"),))  # no other login on the hop
    through, refused = desk.login(replace(site, targets=(target, without)))
    assert through == f"logged in with agent key {mark}"
    assert refused.startswith(f"jump host 127.0.0.1:{hop.port}: no ssh-agent is asked")


# --- Keys that settings and credentials name -----------------------------------------------------------------


def test_identity_files_that_are_not_there_are_passed_over_as_ssh_does(desk: Desk) -> None:
    good, missing = desk.key("good"), desk.home / "missing"
    server = desk.serve(good)
    site = desk.from_file("", f"IdentityFile {missing}\nHost *\nIdentityFile {good}")
    assert desk.login(site) == [f"logged in with {good} {fingerprint(good)}"]
    (server.folder / "authorized_keys").write_text("")
    assert f"skipped: key file {missing} does not exist" in desk.login(site)[0]


def test_a_key_that_a_credential_names_must_be_usable(desk: Desk) -> None:
    good, locked = desk.key("good"), desk.key("locked", passphrase=PHRASE)
    desk.serve(good)
    desk.agent(good)
    for key, why in (
        (locked, "is encrypted and the credential names no pass phrase"),
        (desk.home / "no", "does not exist"),
    ):
        site = desk.from_file(f"{{ssh: {{user: {ME}, key: {key}}}}}", f"IdentityFile {good}")
        assert desk.login(site, desk.answer) == [f"key file {key} {why}"]
    assert desk.asked == [] and "publickey" not in desk.servers[0].log()


def test_jump_hosts_follow_the_same_rules(desk: Desk) -> None:
    locked, held = desk.key("id_ed25519", passphrase=PHRASE), desk.key("held")
    hop, behind = desk.serve(locked), desk.serve(held)
    desk.agent(held)
    desk.away(held)
    jump = f"Host 127.0.0.1\nProxyJump {ME}@localhost:{hop.port}\n"
    only = f"Host localhost\nHostName 127.0.0.1\nIdentitiesOnly yes\nIdentityFile {locked}\n"
    site = desk.adhoc(jump + only)
    site = replace(site, targets=tuple(t for t in site.targets if t.port == behind.port))
    (through,) = desk.login(site, desk.answer)
    assert through.startswith("logged in with agent key") and desk.asked == [f"pass phrase of {locked}: "]
    (refused,) = desk.login(site)
    assert refused.startswith(f"jump host 127.0.0.1:{hop.port}: login as {ME} failed")
    assert "was skipped because it is encrypted" in refused and "IdentitiesOnly is set" in refused
