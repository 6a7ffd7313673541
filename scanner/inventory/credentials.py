"""Credentials of a site file: from the model that was read to the frozen type, with paths and references made whole."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from scanner.errors import Problem
from scanner.inventory.models import CredentialModel, DirectoryModel, SshModel, WinrmModel
from scanner.inventory.site import Become, Credential, DirectoryCredential, SshCredential, WinrmCredential
from scanner.secret import AGENT, SecretRef, parse_ref
from scanner.yaml_source import Document


def credential(name: str, model: CredentialModel, base: Path) -> Credential:
    """`base` is the folder of the site file: relative key files and `file:` references start there."""
    return Credential(
        name=name,
        ssh=_ssh(name, model.ssh, base) if model.ssh else None,
        winrm=_winrm(name, model.winrm, base) if model.winrm else None,
        directory=_directory(name, model.directory, base) if model.directory else None,
    )


def _ssh(name: str, model: SshModel, base: Path) -> SshCredential:
    keys = _keys(model)
    return SshCredential(
        user=model.user,
        keys=tuple(whole_path(key, base) for key in keys if key != AGENT),
        certificate=whole_path(model.certificate, base) if model.certificate else None,
        passphrase=_reference(model.passphrase, f"pass phrase of the key of credential '{name}'", base),
        password=_reference(model.password, f"SSH password of credential '{name}'", base),
        agent=model.agent or AGENT in keys,
        become=Become(model.become),
        become_password=_reference(model.become_password, f"{model.become} password of credential '{name}'", base),
    )


def _keys(model: SshModel) -> list[str]:
    return [model.key] if isinstance(model.key, str) else list(model.key or [])


def _winrm(name: str, model: WinrmModel, base: Path) -> WinrmCredential:
    return WinrmCredential(
        user=model.user or "",
        password=_reference(model.password, f"WinRM password of credential '{name}'", base),
        auth=model.auth,
        keytab=_file(model.keytab, base),
        certificate=_file(model.certificate, base),
        key=_file(model.key, base),
        passphrase=_reference(model.passphrase, f"pass phrase of the client key of credential '{name}'", base),
        ca=_file(model.ca, base),
        **({"configuration": model.configuration} if model.configuration else {}),
    )


def _file(text: str | None, base: Path) -> Path | None:
    return whole_path(text, base) if text else None


def _directory(name: str, model: DirectoryModel, base: Path) -> DirectoryCredential:
    return DirectoryCredential(
        user=model.user,
        password=_reference(model.password, f"directory password of credential '{name}'", base),
        ca=whole_path(model.ca, base) if model.ca else None,
    )


def _reference(text: str | None, label: str, base: Path) -> SecretRef | None:
    """A reference that means the same from any folder; `prompt` gets a label, so that it is asked once a credential."""
    if text is None:
        return None
    ref = parse_ref(text)
    if ref.scheme == "prompt" and not ref.rest:
        return SecretRef("prompt", label)
    if ref.scheme == "file" and not _delivered(ref.rest, os.environ):
        return replace(ref, rest=str(whole_path(ref.rest, base)))
    return ref


def _delivered(rest: str, environ: Mapping[str, str]) -> bool:
    """A bare name that the service manager has put into its folder of credentials."""
    folder = environ.get("CREDENTIALS_DIRECTORY")
    return bool(folder) and "/" not in rest and (Path(folder or "") / rest).is_file()


def whole_path(text: str, base: Path) -> Path:
    """`~` expanded, relative paths below `base`."""
    try:
        return base / Path(text).expanduser()
    except (RuntimeError, ValueError):  # ~nobody-of-that-name: stays as written and fails where it is opened, by name
        return base / text


def credential_problems(name: str, model: CredentialModel, document: Document) -> list[Problem]:
    """What the shape cannot say: settings that need each other. Files are looked for when they are used: reports
    are also made on machines that hold no keys."""
    ssh = model.ssh
    if ssh is None:
        return _winrm_problems(name, model.winrm, document)
    at = ("credentials", name, "ssh")
    problems: list[Problem] = []
    if (ssh.passphrase or ssh.certificate) and not _keys(ssh):
        which = "passphrase" if ssh.passphrase else "certificate"
        problems.append(
            document.problem((*at, which), f"'{which}' belongs to a key", expected="the key 'key' beside it")
        )
    if ssh.become_password and ssh.become == "none":
        problems.append(
            document.problem(
                (*at, "become_password"), "a password for nothing", expected="become: sudo or doas beside it"
            )
        )
    return problems + _winrm_problems(name, model.winrm, document)


# What each way to log on takes beside `user` and `ca`.
_TAKES: Mapping[str, tuple[str, ...]] = {
    "ntlm": ("password",),
    "basic": ("password",),
    "kerberos": ("password", "keytab"),
    "certificate": ("certificate", "key", "passphrase"),
}
_PROOFS = tuple(dict.fromkeys(key for keys in _TAKES.values() for key in keys))


def _winrm_problems(name: str, model: WinrmModel | None, document: Document) -> list[Problem]:
    if model is None:
        return []
    at = ("credentials", name, "winrm")
    strangers = [key for key in _PROOFS if getattr(model, key) and key not in _TAKES[model.auth]]
    problems = [
        document.problem((*at, key), f"'{key}' is nothing that auth: {model.auth} takes", expected=_others(key))
        for key in strangers
    ]
    if (lack := _lack(model)) is not None:
        message, expected = lack
        problems.append(document.problem(at, message, expected=expected))
    return problems


def _others(key: str) -> str:
    return " or ".join(f"auth: {auth}" for auth, keys in _TAKES.items() if key in keys)


def _lack(model: WinrmModel) -> tuple[str, str] | None:
    """What a credential has to say and does not: the problem, and what was expected."""
    user = model.user or ""
    match model.auth:
        case "certificate":
            if not model.certificate:
                return "'certificate' needs the certificate to show", "certificate: PATH, and key: PATH"
        case "kerberos":
            if model.password and model.keytab:
                return "'password' and 'keytab' are two ways to the same ticket", "one of them"
            if (model.password or model.keytab) and not user:
                return "the key 'user' is missing", "user: name@REALM.EXAMPLE, or 'DOMAIN\\user'"
        case auth:
            if not user:
                return "the key 'user' is missing", "user: 'DOMAIN\\user' or a local user"
            if not model.password:
                return f"'{auth}' needs a password", "password: a reference such as prompt"
            if auth == "basic" and ("\\" in user or "@" in user):
                return "'basic' knows the local accounts of a host alone", "a local user, or auth: kerberos"
    return None
