"""A site made of `--target` and `--local` options alone, for a look at a few machines without a site file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scanner.errors import ConfigError, Problem
from scanner.inventory.address import CERTIFICATE, is_over_tls, parse_target
from scanner.inventory.site import Credential, DirectoryCredential, Site, SshCredential, WinrmCredential
from scanner.inventory.ssh_config import SshConfig
from scanner.model import Target
from scanner.secret import SecretRef

SSH = "ssh"
LDAPS = "ldaps"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTls:
    """How Windows hosts and directories are opened: the login of a URI that names none, where its password is kept
    (default: a person is asked, once a user), the certificates to trust instead of the system's, or the fingerprint of
    the only one to accept."""

    user: str | None = None
    password: SecretRef | None = None
    ca: Path | None = None
    certificate: str | None = None


def adhoc_site(
    uris: Sequence[str], *, name: str = "adhoc", ssh_config: SshConfig | None = None, tls: OverTls = OverTls()
) -> Site:
    """A site of these target URIs. Raises ConfigError with every bad one.

    SSH logs in as `ssh` would: with the keys of ssh-agent, then with the files that ssh_config names or `ssh` takes by
    itself.
    """
    problems: list[Problem] = []
    if tls.certificate is not None and not CERTIFICATE.fullmatch(tls.certificate):
        expected = "SHA256: and 64 hexadecimal digits"
        problems.append(Problem("--certificate", "this is no fingerprint of a certificate", expected=expected))
    targets: dict[str, Target] = {}
    for uri in dict.fromkeys(uris):
        try:
            target = _with_credential(parse_target(uri), tls)
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
    return Site(name=name, credentials=_credentials(applied, tls), targets=applied, notes=tuple(settings.notes))


def _with_credential(target: Target, tls: OverTls) -> Target:
    if target.transport in ("local", "replay"):
        return target
    if target.transport == "ssh":
        return replace(target, credential=SSH)
    who = target.user or tls.user
    if who is None:
        form = f"{target.transport}://USER@{target.name}, or --user"
        raise ConfigError(Problem("--target", f"'{target.name}' names no user", expected=form))
    kind = "directory" if target.transport == LDAPS else "winrm"
    pin = tls.certificate if is_over_tls(target) else None
    return replace(target, user=who, credential=f"{kind} {who}", certificate=pin)


def _applied(target: Target, settings: SshConfig) -> Target:
    applied = settings.apply(target, defaults=True)
    return replace(applied, jump=tuple(replace(hop, credential=SSH) for hop in applied.jump))


def _credentials(targets: Sequence[Target], tls: OverTls) -> dict[str, Credential]:
    found: dict[str, Credential] = {}
    for target in targets:
        if target.credential == SSH:
            found[SSH] = Credential(name=SSH, ssh=SshCredential(agent=True, client_files=True))
        elif target.credential is not None and target.user is not None:
            found[target.credential] = _over_tls(target, target.credential, target.user, tls)
    return found


def _over_tls(target: Target, name: str, user: str, tls: OverTls) -> Credential:
    if target.transport == LDAPS:
        password = tls.password or SecretRef("prompt", f"directory password of {user}")
        return Credential(name=name, directory=DirectoryCredential(user=user, password=password, ca=tls.ca))
    password = tls.password or SecretRef("prompt", f"WinRM password of {user}")
    return Credential(name=name, winrm=WinrmCredential(user=user, password=password, ca=tls.ca))
