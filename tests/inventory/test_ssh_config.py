"""OpenSSH settings: our reading against what `ssh -G` says of the same file, and what only we say."""

import contextlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import ConfigError
from scanner.inventory.address import parse_target
from scanner.inventory.ssh_config import SshConfig, matches
from scanner.model import Target

CONFIG = """
# comment
Include {folder}/included
Host web*  !web9
    HostName %h.example
    Port=2222
    User "deploy"
    IdentityFile ~/.ssh/web
Host db1
  HostName 10.0.0.7
  ProxyJump ops@bastion:2200,inner
Host bastion
  User jumper
  IdentityFile /keys/bastion
Match host *.example user deploy
  HostKeyAlias alias-%n
  UserKnownHostsFile /k/one "/k/two words"
Match originalhost db1
  User dba
Match !host db1
  CertificateFile /keys/cert
Match all
  IdentityFile /keys/%r-%h
Host *
  User late
  Port 22
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "included").write_text("Host inc*\n  HostName included.example\n  Port 77\n")
    path = tmp_path / "config"
    path.write_text(CONFIG.format(folder=tmp_path))
    return path


def load(text: str, folder: Path) -> SshConfig:
    path = folder / "ssh_config"
    path.write_text(text)
    return SshConfig.load([path])


def ssh(host: str) -> Target:
    return parse_target(f"ssh://{host}")


def by_openssh(config: Path, host: str) -> dict[str, list[str]]:
    done = subprocess.run(["ssh", "-G", "-F", str(config), host], capture_output=True, text=True, check=True)
    values: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        name, _, value = line.partition(" ")
        values.setdefault(name, []).append(value)
    return values


@pytest.mark.skipif(shutil.which("ssh") is None, reason="no OpenSSH client here")
@pytest.mark.parametrize("host", ["web1", "web9", "db1", "bastion", "inc3", "other"])
def test_reads_a_file_as_openssh_does(config: Path, host: str) -> None:
    ours, theirs = SshConfig.load([config]).apply(ssh(host)), by_openssh(config, host)
    assert [ours.address] == theirs["hostname"]
    assert [str(ours.port)] == theirs["port"]
    assert [ours.user] == theirs["user"]
    home = str(Path("~").expanduser())
    wanted = [
        path.replace("~", home).replace("%r", str(ours.user)).replace("%h", ours.address)
        for path in theirs["identityfile"]
    ]
    assert list(ours.identity_files) == wanted
    assert list(ours.certificate_files) == theirs.get("certificatefile", [])


def test_what_the_target_says_wins(config: Path) -> None:
    target = SshConfig.load([config]).apply(parse_target("ssh://me@web1:5"))
    assert (target.user, target.port, target.address, target.name) == ("me", 5, "web1.example", "web1:5")


def test_jump_hosts_get_their_own_settings(config: Path) -> None:
    hops = SshConfig.load([config]).apply(ssh("db1")).jump
    assert [(hop.user, hop.address, hop.port) for hop in hops] == [("ops", "bastion", 2200), ("late", "inner", 22)]
    assert hops[0].identity_files[0] == "/keys/bastion"


def test_first_jump_host_behind_another(tmp_path: Path) -> None:
    settings = load("Host a\nProxyJump b\nHost b\nProxyJump c\n", tmp_path)
    assert [hop.address for hop in settings.apply(ssh("a")).jump] == ["c", "b"]


def test_circle_of_jump_hosts_is_refused(tmp_path: Path) -> None:
    settings = load("Host a\nProxyJump b\nHost b\nProxyJump a\n", tmp_path)
    with pytest.raises(ConfigError, match="circle"):
        settings.apply(ssh("a"))


def test_proxy_jump_none(tmp_path: Path) -> None:
    assert load("Host a\nProxyJump none\nHost *\nProxyJump b\n", tmp_path).apply(ssh("a")).jump == ()


def test_match_exec_and_proxy_command_are_never_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    settings = load(f'Match exec "touch {marker}"\n  User evil\nHost *\n  ProxyCommand touch {marker}\n', tmp_path)
    target = settings.apply(ssh("a"))
    assert target.user is None and not marker.exists()
    assert any("Match exec" in note for note in settings.notes) and any(
        "ProxyCommand" in note for note in settings.notes
    )


def test_negated_exec_does_not_match_either(tmp_path: Path) -> None:
    assert load("Match !exec false\n  User evil\n", tmp_path).apply(ssh("a")).user is None


def test_known_hosts_lists(tmp_path: Path) -> None:
    settings = load('UserKnownHostsFile /a "/b c"\nGlobalKnownHostsFile none\nHostKeyAlias farm\n', tmp_path)
    target = settings.apply(ssh("h"))
    assert target.known_hosts == ("/a", "/b c") and target.host_key_alias == "farm"
    assert load("User x\n", tmp_path).apply(ssh("h")).known_hosts == ()


@pytest.mark.parametrize(("word", "only"), [("yes", True), ("True", True), ("no", False), ("false", False)])
def test_identities_only(tmp_path: Path, word: str, only: bool) -> None:
    settings = load(f"Host h\nIdentitiesOnly {word}\nProxyJump b\nHost b\nIdentitiesOnly yes\n", tmp_path)
    target = settings.apply(ssh("h"))
    assert target.identities_only is only and target.jump[0].identities_only
    assert not settings.apply(ssh("h"), identities=False).identities_only


def test_identities_only_with_another_word_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ssh_config:2.*identitiesonly: found 'maybe'; expected yes or no"):
        load("Host h\n IdentitiesOnly maybe\n", tmp_path).apply(ssh("h"))


def test_identity_agent_is_read_for_each_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setattr("socket.gethostname", lambda: "desk.example")
    text = "Host h\nHostName h.example\nUser u\nIdentityAgent ~/a-%h-%n-%p-%r-%L-%l-%%\nProxyJump b\nHost *\n"
    target = load(f"{text}IdentityAgent none\n", tmp_path).apply(ssh("h"), identities=False)
    assert target.identity_agent == "/home/me/a-h.example-h-22-u-desk-desk.example-%"
    assert target.jump[0].identity_agent == "none"
    assert load("User x\n", tmp_path).apply(ssh("h")).identity_agent is None


def test_a_variable_of_identity_agent_is_filled_in_once(tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_text("IdentityAgent ${ROOM}/%h\n")
    settings = SshConfig.load([path], environ={"ROOM": "~/%h"})
    assert settings.apply(ssh("x")).identity_agent == "~/%h/x"


@pytest.mark.skipif(shutil.which("ssh") is None, reason="no OpenSSH client here")
@pytest.mark.parametrize(("text", "found"), [("${NONE}/b", "NONE is not set"), ('""', "found ''"), ("$a-b", r"\$a-b'")])
def test_an_identity_agent_that_openssh_refuses_is_refused_with_its_place(
    tmp_path: Path, text: str, found: str
) -> None:
    with pytest.raises(ConfigError, match=rf"ssh_config:2.*IdentityAgent: .*{found}; expected a path, none, SSH_AUTH"):
        load(f"Host h\n IdentityAgent {text}\n", tmp_path).apply(ssh("h"))
    done = subprocess.run(["ssh", "-G", "-F", str(tmp_path / "ssh_config"), "h"], capture_output=True, check=False)
    assert done.returncode != 0


def test_without_identities(tmp_path: Path) -> None:
    target = load("IdentityFile /k\nCertificateFile /c\n", tmp_path).apply(ssh("h"), identities=False)
    assert target.identity_files == () and target.certificate_files == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Port ssh\n", "is no port"),
        ("ProxyJump a:b:c\n", "brackets"),
        ("User 'x\n", "quote"),
        ("Host\x7f\n", "control"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(text, tmp_path).apply(ssh("h"))


def test_include_of_itself_ends(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="too deep"):
        load(f"Include {tmp_path}/ssh_config\n", tmp_path)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        SshConfig.load([tmp_path / "none"])


def test_variables(tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_text("IdentityFile ${KEYS}/a\nIdentityFile ${NONE}/b\n")
    settings = SshConfig.load([path], environ={"KEYS": "/k"})
    assert settings.apply(ssh("h")).identity_files == ("/k/a",)
    assert any("NONE" in note for note in settings.notes)


def test_other_transports_are_left_alone(tmp_path: Path) -> None:
    target = parse_target("winrm://h")
    assert load("User x\n", tmp_path).apply(target) is target


@pytest.mark.parametrize(
    ("text", "patterns", "expected"),
    [
        ("web1", ["web?"], True),
        ("web1", ["*", "!web1"], False),
        ("a.b", ["a?b"], True),
        ("axb", ["a.b"], False),
        ("x", [], False),
    ],
)
def test_patterns(text: str, patterns: list[str], expected: bool) -> None:
    assert matches(text, patterns) is expected


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Host",
                "Match",
                "Port",
                "User",
                "ProxyJump",
                "HostName",
                "IdentityFile",
                "IdentityAgent",
                "=",
                "!",
                "*",
                "all",
                "host",
                "exec",
                "final",
                "h",
                "%h",
                "'",
                '"',
                "#",
                "\n",
                "\n",
                ",",
                "${A}",
                "none",
            ]
        ),
        max_size=25,
    )
)
def test_nothing_else_is_raised(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "any_config"
    path.write_text(" ".join(words))
    with contextlib.suppress(ConfigError):
        SshConfig.load([path], environ={}).apply(ssh("h"))
