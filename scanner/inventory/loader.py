"""Loads a site file: shape, references between its parts, inventories and OpenSSH settings; every problem at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter

from scanner.errors import ConfigError, Problem
from scanner.inventory.address import is_over_tls
from scanner.inventory.candidate import Candidate
from scanner.inventory.credentials import credential, credential_problems
from scanner.inventory.models import CredentialModel, Role, SiteModel, TargetEntry
from scanner.inventory.parameters import Tunable, parameter_problems
from scanner.inventory.site import Credential, Limits, Site
from scanner.inventory.sources import Sources
from scanner.inventory.ssh_config import SshConfig
from scanner.model import Applicability, Target
from scanner.suggest import hint, listed
from scanner.validation import check_model
from scanner.yaml_source import Document, Loc, load_yaml

ROLES: tuple[str, ...] = get_args(Role)

_SITE: TypeAdapter[SiteModel] = TypeAdapter(SiteModel)
_CREDENTIAL: TypeAdapter[CredentialModel] = TypeAdapter(CredentialModel)
_ENTRY: TypeAdapter[Any] = TypeAdapter(TargetEntry)
_SECRET_WORDS = ("pass", "secret", "token", "credential", "pwd")
_PLAIN_KEYS = ("auth", "become")


def load_site(
    path: Path | str,
    *,
    checks: Mapping[str, Tunable] | None = None,
    requirements: Collection[str] | None = None,
    questions: Collection[str] | None = None,
    ssh_config: SshConfig | None = None,
) -> Site:
    """Read one site file and everything it names. Raises ConfigError with every problem; no connection is made.

    `checks` are what `parameters` may name; `questions` and `requirements` what `applicability` may name; each
    is left unchecked when not given. `ssh_config` is the client's own configuration unless one is given.
    """
    file = Path(path)
    return _Loader(load_yaml(file, strict=False), file, checks, requirements, questions, ssh_config).load()


def is_secret_place(loc: Loc) -> bool:
    """True where a value may be a password, so that no error repeats it."""
    words = [part.lower() for part in loc if isinstance(part, str)]
    if words and words[-1] in _PLAIN_KEYS:
        return False
    return bool(words) and any(mark in word for word in words for mark in _SECRET_WORDS)


class _Loader:
    def __init__(
        self,
        document: Document,
        path: Path,
        checks: Mapping[str, Tunable] | None,
        requirements: Collection[str] | None,
        questions: Collection[str] | None,
        ssh_config: SshConfig | None,
    ) -> None:
        self.document = document
        self.path = path
        self.base = path.parent
        self.checks = checks
        self.answerable = (
            None if questions is None and requirements is None else [*(questions or ()), *(requirements or ())]
        )
        self.ssh_config = ssh_config
        self.problems: list[Problem] = list(document.problems)
        self.notes: dict[str, None] = {}

    def load(self) -> Site:
        data = self.document.data
        if not isinstance(data, dict):
            problem = self.document.problem((), "this is no site file", expected="keys such as 'site:' and 'targets:'")
            raise ConfigError([*self.problems, problem])
        # A key with nothing behind it is a key left out: all its lines may be commented.
        data = {key: value for key, value in data.items() if value is not None}
        model = self.shape(data)
        credentials = self.credentials(data.get("credentials"))
        entries = self.entries(data.get("targets"))
        self.names(data)
        self.entry_parameters(entries)
        targets = self.targets(entries, credentials, data)
        if self.problems or model is None:
            raise ConfigError(sorted(self.problems, key=self.order))
        return self.site(model, credentials, targets)

    def order(self, problem: Problem) -> tuple[bool, str, int, int]:
        """The site file's own problems first, each file from top to bottom."""
        return problem.path != str(self.path), problem.path, problem.line or 0, problem.column or 0

    # --- Shape -------------------------------------------------------------------------------------------

    def shape(self, data: dict[str, Any]) -> SiteModel | None:
        """All but credentials and targets, which are looked at one by one, so that a bad one hides no other."""
        outer = dict(data)
        for key, kind in (("credentials", dict), ("targets", list)):
            if isinstance(outer.get(key), kind):
                outer[key] = kind()
        model, problems = check_model(
            self.document, _SITE.validate_python, outer, root=SiteModel, is_secret=is_secret_place
        )
        self.problems += problems
        return model

    def credentials(self, data: Any) -> dict[str, Credential]:
        found: dict[str, Credential] = {}
        for name, body in data.items() if isinstance(data, dict) else ():
            at = ("credentials", name)
            model, problems = check_model(
                self.document, _CREDENTIAL.validate_python, body, at=at, root=CredentialModel, is_secret=is_secret_place
            )
            self.problems += problems
            if model is not None:
                self.problems += credential_problems(name, model, self.document)
                found[name] = credential(name, model, self.base)
        return found

    def entries(self, data: Any) -> list[tuple[int, Any]]:
        found: list[tuple[int, Any]] = []
        for index, body in enumerate(data if isinstance(data, list) else ()):
            model, problems = check_model(
                self.document,
                _ENTRY.validate_python,
                body,
                at=("targets", index),
                root=TargetEntry,
                is_secret=is_secret_place,
            )
            self.problems += problems
            if model is not None:
                found.append((index, model))
        return found

    # --- Names -------------------------------------------------------------------------------------------

    def names(self, data: dict[str, Any]) -> None:
        """Parameters and answers against what exists; looked at even where other parts are wrong."""
        parameters, answers = data.get("parameters"), data.get("applicability")
        if self.checks is not None and isinstance(parameters, dict):
            self.problems += parameter_problems(self.document, ("parameters",), parameters, self.checks)
        if self.answerable is not None and isinstance(answers, dict):
            self.problems += [
                self.document.problem(
                    ("applicability", name),
                    f"no requirement asks '{name}'",
                    key=True,
                    expected=listed(self.answerable),
                    hint=hint(name, self.answerable),
                )
                for name in answers
                if name not in self.answerable
            ]

    def entry_parameters(self, entries: list[tuple[int, Any]]) -> None:
        for index, entry in entries:
            parameters = getattr(entry, "parameters", None)
            if parameters and self.checks is not None:
                at = ("targets", index, "parameters")
                self.problems += parameter_problems(self.document, at, parameters, self.checks)

    # --- Targets -----------------------------------------------------------------------------------------

    def targets(
        self, entries: list[tuple[int, Any]], credentials: Mapping[str, Credential], data: dict[str, Any]
    ) -> tuple[Target, ...]:
        sources = Sources(self.document, self.base, ROLES)
        candidates = [found for index, entry in entries for found in sources.read(index, entry)]
        self.problems += sources.problems
        self.notes |= sources.notes
        # A credential that is there but wrong is reported once, where it stands.
        written = data.get("credentials")
        known = list(written) if isinstance(written, dict) else []
        finished = [(item, self.finished(item, credentials, known)) for item in candidates]
        self.problems += _doubles(candidates)
        return tuple(target for _, target in finished if target is not None)

    def finished(self, item: Candidate, credentials: Mapping[str, Credential], known: Collection[str]) -> Target | None:
        wanted = [item.target.credential, *(hop.credential for hop in item.target.jump)]
        undefined = [name for name in dict.fromkeys(wanted) if name is not None and name not in known]
        for name in undefined:
            self.problems.append(
                item.problem(
                    f"the credential '{name}' is not defined",
                    expected=listed(known) or "an entry under credentials",
                    hint=hint(name, known),
                )
            )
        if undefined or any(name is not None and name not in credentials for name in wanted):
            return None
        try:
            return self.complete(item, credentials)
        except ConfigError as error:
            self.problems += [problem for problem in error.problems if problem not in self.problems]
            return None

    def complete(self, item: Candidate, credentials: Mapping[str, Credential]) -> Target:
        """Transport and user from the credential, then the gaps from OpenSSH's settings. Raises ConfigError."""
        target = item.target
        login = credentials[target.credential] if target.credential else None
        target = replace(target, transport=target.transport or _transport(item, login))
        if target.transport in ("local", "replay"):
            return target
        _check_opens(item, target, login)
        _check_certificate(item, target)
        _check_direct(item, target)
        if target.transport != "ssh":
            _check_sealed(item, target, login)
            return target
        return self.with_ssh_settings(item, target, login)

    def with_ssh_settings(self, item: Candidate, target: Target, login: Credential | None) -> Target:
        ssh = login.ssh if login else None
        own = ssh is not None and bool(ssh.keys or ssh.password)
        agent = ssh is not None and ssh.agent
        target = replace(
            target,
            user=target.user or (ssh.user if ssh else None),
            identity_files=() if own else target.identity_files,
            jump=tuple(replace(hop, credential=hop.credential or target.credential) for hop in target.jump),
        )
        settings = self.settings()
        target = settings.apply(target, identities=not own, defaults=agent)
        self.notes |= settings.notes
        if not own and not agent and not target.identity_files:
            raise ConfigError(_no_way_in(item, ssh is not None))
        jump = tuple(replace(hop, credential=hop.credential or target.credential) for hop in target.jump)
        return replace(target, jump=jump)

    def settings(self) -> SshConfig:
        if self.ssh_config is None:
            self.ssh_config = SshConfig()  # stands in when reading fails, so that it is reported once
            self.ssh_config = SshConfig.load()
        return self.ssh_config

    def site(self, model: SiteModel, credentials: Mapping[str, Credential], targets: tuple[Target, ...]) -> Site:
        return Site(
            name=model.site,
            company=model.company,
            entities=tuple(model.entities),
            anniversary=model.anniversary,
            profile=model.profile,
            overlays=tuple(_overlay(name, self.base) for name in model.overlays),
            parameters=dict(model.parameters),
            applicability={
                name: Applicability(applies=answer.applies, reason=answer.reason or "")
                for name, answer in model.applicability.items()
            },
            credentials=dict(credentials),
            targets=targets,
            limits=Limits(**model.limits.model_dump()) if model.limits else Limits(),
            path=self.path,
            notes=tuple(self.notes),
        )


def _overlay(name: str, base: Path) -> str:
    """A file beside the site file as a whole path; a plain name stays, as it may be one that ships."""
    return str(base / name) if "/" in name or (base / name).is_file() else name


# The part of a credential, the transport it stands for where a target names none, and the word for it.
_PARTS = (("ssh", "ssh", "SSH"), ("winrm", "winrms", "WinRM"), ("directory", "ldaps", "LDAPS"))
_OPENED_BY = {"ssh": "ssh", "ldaps": "directory"}


def _transport(item: Candidate, login: Credential | None) -> str:
    if login is None:
        return "ssh"
    opens = [(transport, word) for part, transport, word in _PARTS if getattr(login, part) is not None]
    if len(opens) == 1:
        return opens[0][0]
    words = [word for _, word in opens]
    both = f"both {words[0]} and {words[1]}" if len(words) == 2 else f"{', '.join(words[:-1])} and {words[-1]}"
    raise ConfigError(
        item.problem(
            f"the credential '{login.name}' opens {both}", expected="transport: ssh, winrms, winrm, psrp or ldaps"
        )
    )


def _check_opens(item: Candidate, target: Target, login: Credential | None) -> None:
    """A credential that says nothing about a transport cannot open it."""
    kind = _OPENED_BY.get(target.transport, "winrm")
    if login is None:
        if kind != "ssh":
            raise ConfigError(
                item.problem(f"the target '{target.name}' has no credential", expected="credential: NAME")
            )
    elif getattr(login, kind) is None:
        raise ConfigError(
            item.problem(
                f"the credential '{login.name}' does not open {target.transport}", expected=f"a part '{kind}:' in it"
            )
        )


_WITHOUT_TLS = {
    "ssh": "SSH shows a host key (host_key:)",
    "winrm": "WinRM over http shows none (winrms does)",
    "psrp": "PowerShell remoting over http shows none (another port than 5985 is over https)",
}


def _check_certificate(item: Candidate, target: Target) -> None:
    """A pin that is never looked at would be a false comfort."""
    if (target.certificate or target.ca) and not is_over_tls(target):
        raise ConfigError(
            item.problem(
                f"the target '{target.name}' names a certificate, and {_WITHOUT_TLS[target.transport]}",
                expected="'certificate' and 'ca' with a target over TLS",
            )
        )


def _check_sealed(item: Candidate, target: Target, login: Credential | None) -> None:
    """What over http would travel in clear text, or not at all."""
    auth = login.winrm.auth if login and login.winrm else ""
    if not is_over_tls(target) and auth in ("basic", "certificate"):
        why = "would send its password in clear text" if auth == "basic" else "is shown over TLS only"
        raise ConfigError(
            item.problem(
                f"the credential '{target.credential}' for '{target.name}' is auth: {auth}, which over http {why}",
                expected="transport: winrms"
                if target.transport == "winrm"
                else "another port: psrp is over https there",
            )
        )


def _check_direct(item: Candidate, target: Target) -> None:
    """A detour that is not taken would be a surprise: a directory is reached directly."""
    if target.transport == "ldaps" and target.jump:
        raise ConfigError(
            item.problem(
                f"the target '{target.name}' is a directory, which is not read through jump hosts",
                expected="a scanner that reaches the domain controller's port 636 itself",
            )
        )


def _no_way_in(item: Candidate, has_credential: bool) -> Problem:
    name = item.target.name
    if has_credential:
        return item.problem(
            f"the credential '{item.target.credential}' names no key, agent or password for '{name}'",
            expected="key: PATH, key: ssh-agent or password: REFERENCE",
        )
    return item.problem(
        f"the target '{name}' has no credential, and ssh_config names no IdentityFile for it",
        expected="credential: NAME",
    )


def _doubles(candidates: list[Candidate]) -> Iterator[Problem]:
    """Names are what findings hang on: two machines must not share one."""
    first: dict[str, Candidate] = {}
    for item in candidates:
        other = first.setdefault(item.target.name, item)
        if other is not item:
            yield item.problem(
                f"the target name '{item.target.name}' is taken",
                hint=f"the other one is at {other.place}; give one of them a name of its own",
            )
