"""Sites made of options alone."""

from pathlib import Path

import pytest

from scanner.errors import ConfigError
from scanner.inventory.adhoc import adhoc_site
from scanner.inventory.ssh_config import SshConfig
from scanner.secret import SecretRef


def test_targets_and_their_ways_in(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("Host h\n  IdentityFile /k\n  ProxyJump b\n")
    site = adhoc_site(["ssh://h", "winrms://svc@w", "local:", "ssh://h"], ssh_config=SshConfig.load([config]))
    ssh, winrm, local = site.targets
    assert ssh.identity_files == ("/k",) and ssh.jump[0].credential == ssh.credential == "ssh"
    assert local.credential is None
    login = site.credentials[winrm.credential or ""].winrm
    assert login is not None and login.password == SecretRef("prompt", "WinRM password of svc")
    agent = site.credentials["ssh"].ssh
    assert agent is not None and agent.agent


def test_a_directory_asks_for_its_password() -> None:
    (target,) = adhoc_site(["ldaps://ACME%5Cscan@dc.acme.example"], ssh_config=SshConfig()).targets
    site = adhoc_site(["ldaps://ACME%5Cscan@dc.acme.example"], ssh_config=SshConfig())
    login = site.credentials[target.credential or ""].directory
    assert login is not None and login.user == "ACME\\scan"
    assert login.password == SecretRef("prompt", "directory password of ACME\\scan")


def test_every_bad_one_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        adhoc_site(["h", "winrm://w", "ssh://a", "ssh://u@a"], ssh_config=SshConfig())
    messages = [str(problem) for problem in caught.value.problems]
    assert len(messages) == 3 and "winrm://USER@w" in messages[1] and "named twice" in messages[2]


def test_the_keys_that_ssh_would_take_are_the_way_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    for name in ("id_rsa", "id_ed25519", "id_dsa"):
        (tmp_path / ".ssh" / name).touch()
    (tmp_path / ".ssh" / "id_ecdsa.pub").touch()  # an agent may hold the other half
    (target,) = adhoc_site(["ssh://scan@h.example"], ssh_config=SshConfig()).targets
    assert [Path(name).name for name in target.identity_files] == ["id_ed25519", "id_ecdsa", "id_rsa"]
    none = tmp_path / "config"
    none.write_text("IdentityFile none\nIdentitiesOnly yes\n")
    (target,) = adhoc_site(["ssh://scan@h.example"], ssh_config=SshConfig.load([none])).targets
    assert target.identity_files == () and target.identities_only
