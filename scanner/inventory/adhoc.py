"""A site made of `--target` and `--local` options alone, for a look at a few machines without a site file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scanner.errors import ConfigError, Problem
from scanner.inventory.address import parse_target
from scanner.inventory.site import Credential, DirectoryCredential, Site, SshCredential, WinrmCredential
from scanner.inventory.ssh_config import SshConfig
from scanner.model import Target
from scanner.secret import SecretRef

SSH = "ssh"
LDAPS = "ldaps"
DEFAULT_IDENTITIES = ("id_ed25519", "id_ecdsa", "id_rsa")


def adhoc_site(uris: Sequence[str], *, name: str = "adhoc", ssh_config: SshConfig | None = None) -> Site:
    """A site of these target URIs. Raises ConfigError with every bad one.

    SSH logs in with the keys of ssh-agent and those that ssh_config names; WinRM and a directory ask for the password
    of the user in the URI, once a user.
    """
    problems: list[Problem] = []
    targets: dict[str, Target] = {}
    for uri in dict.fromkeys(uris):
        try:
            target = _with_credential(parse_target(uri))
        except ConfigError as error:
            problems += error.problems
            continue
        if target.name in targets:
            problems.append(Problem("--target", f"'{target.name}' is named twice", expected="each machine once"))
        targets[target.name] = target
    if problems:
        raise ConfigError(problems)
    settings = ssh_config or SshConfig.load()
    applied = tuple(_applied(target, settings) for target in targets.values())
    return Site(name=name, credentials=_credentials(applied), targets=applied, notes=tuple(settings.notes))


def _with_credential(target: Target) -> Target:
    if target.transport in ("local", "replay"):
        return target
    if target.transport == "ssh":
        return replace(target, credential=SSH)
    if target.user is None:
        problem = Problem(
            "--target", f"'{target.name}' names no user", expected=f"{target.transport}://USER@{target.name}"
        )
        raise ConfigError(problem)
    kind = "directory" if target.transport == LDAPS else "winrm"
    return replace(target, credential=f"{kind} {target.user}")


def _applied(target: Target, settings: SshConfig) -> Target:
    applied = settings.apply(target)
    if applied.transport != SSH:
        return applied
    hops = tuple(replace(_with_identities(hop), credential=SSH) for hop in applied.jump)
    return replace(_with_identities(applied), jump=hops)


def _with_identities(target: Target) -> Target:
    """Where client settings name no key, the ones that `ssh` would take by itself, as far as they exist."""
    if target.identity_files:
        return target
    found = (Path("~/.ssh", name).expanduser() for name in DEFAULT_IDENTITIES)
    return replace(target, identity_files=tuple(str(path) for path in found if path.is_file()))


def _credentials(targets: Sequence[Target]) -> dict[str, Credential]:
    found: dict[str, Credential] = {}
    for target in targets:
        if target.credential == SSH:
            found[SSH] = Credential(name=SSH, ssh=SshCredential(agent=True))
        elif target.transport == LDAPS and target.credential is not None and target.user is not None:
            password = SecretRef("prompt", f"directory password of {target.user}")
            bind = DirectoryCredential(user=target.user, password=password)
            found[target.credential] = Credential(name=target.credential, directory=bind)
        elif target.credential is not None and target.user is not None:
            password = SecretRef("prompt", f"WinRM password of {target.user}")
            login = WinrmCredential(user=target.user, password=password)
            found[target.credential] = Credential(name=target.credential, winrm=login)
    return found
