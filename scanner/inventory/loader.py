"""Loads a site file: shape, references between its parts, inventories and OpenSSH settings; every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeAlias, get_args

from pydantic import TypeAdapter, ValidationError

from scanner.errors import ConfigError, Problem, Written
from scanner.inventory.address import is_over_tls
from scanner.inventory.candidate import Candidate
from scanner.inventory.credentials import credential, credential_problems, whole_path
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


class PackDraft(Protocol):
    """What the loader has to know of a criteria pack; `scanner.profile.Draft` is one."""

    @property
    def answerable(self) -> Collection[str] | None: ...
    @property
    def problems(self) -> Sequence[Problem]: ...


FindPack: TypeAlias = Callable[[Written | None, Sequence[Written]], PackDraft]
"""From the profile and the overlays that a site names; packs are loaded further on in the flow."""


def load_site(
    path: Path | str,
    *,
    checks: Mapping[str, Tunable] | None = None,
    find_pack: FindPack | None = None,
    needs_targets: bool = False,
    ssh_config: SshConfig | None = None,
) -> Site:
    """Read one site file and everything it names. Raises ConfigError with every problem; no connection is made.

    `checks` are what `parameters` may name, `find_pack` tells what `applicability` may name; each is left unchecked
    when not given. `ssh_config` is the client's own configuration unless one is given.
    """
    file = Path(path)
    loader = _Loader(load_yaml(file, strict=False), file, checks, ssh_config)
    return loader.load(find_pack, needs_targets=needs_targets)


def is_secret_place(loc: Loc) -> bool:
    """True where a value may be a password, so that no error repeats it."""
    words = [part.lower() for part in loc if isinstance(part, str)]
    if words and words[-1] in _PLAIN_KEYS:
        return False
    return bool(words) and any(mark in word for word in words for mark in _SECRET_WORDS)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry under `targets`; where it is not `whole`, without its misfits, to see what else is wrong."""

    index: int
    model: Any
    whole: bool


class _Loader:
    def __init__(
        self,
        document: Document,
        path: Path,
        checks: Mapping[str, Tunable] | None,
        ssh_config: SshConfig | None,
    ) -> None:
        self.document = document
        self.path = path
        self.base = path.parent
        self.checks = checks
        self.ssh_config = ssh_config
        self.problems: list[Problem] = list(document.problems)
        self.notes: dict[str, None] = {}

    def load(self, find_pack: FindPack | None, *, needs_targets: bool) -> Site:
        data = self.document.data
        if not isinstance(data, dict):
            problem = self.document.problem((), "this is no site file", expected="keys such as 'site:' and 'targets:'")
            raise ConfigError([*self.problems, problem])
        # A key with nothing behind it is a key left out: all its lines may be commented.
        data = {key: value for key, value in data.items() if value is not None}
        model = self.shape(data)
        credentials = self.credentials(data.get("credentials"))
        entries = self.entries(data.get("targets"))
        self.parameters(data)
        if find_pack is not None:
            self.answers(data, find_pack)
        targets = self.targets(entries, credentials, data)
        if needs_targets and not data.get("targets"):
            self.problem(("targets",), "the site has no targets", expected="one or more hosts under `targets:`")
        if self.problems or model is None:
            raise ConfigError(sorted(dict.fromkeys(self.problems), key=self.order))
        return self.site(model, credentials, targets)

    def problem(self, loc: Loc, message: str, *, expected: str | None = None, hint: str | None = None) -> None:
        self.problems.append(self.document.problem(loc, message, key=True, expected=expected, hint=hint))

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

    def entries(self, data: Any) -> list[_Entry]:
        found: list[_Entry] = []
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
                found.append(_Entry(index, model, whole=True))
            elif (rest := _without_misfits(body)) is not None:
                found.append(_Entry(index, rest, whole=False))
        return found

    # --- Names -------------------------------------------------------------------------------------------

    def parameters(self, data: dict[str, Any]) -> None:
        """Parameters of the site and of each target against the checks; looked at even where other parts are wrong."""
        if self.checks is None:
            return
        targets = data.get("targets")
        bodies = enumerate(targets if isinstance(targets, list) else ())
        places: list[tuple[Loc, Any]] = [(("parameters",), data)]
        places += [(("targets", i, "parameters"), body) for i, body in bodies if _may_have_parameters(body)]
        for loc, holder in places:
            if isinstance(given := holder.get("parameters"), dict):
                self.problems += parameter_problems(self.document, loc, given, self.checks)

    def answers(self, data: dict[str, Any], find_pack: FindPack) -> None:
        """The criteria pack, and the answers against what it asks."""
        draft = find_pack(self.profile(data), self.overlays(data))
        given = data.get("applicability")
        answers = given if isinstance(given, dict) else {}
        names = draft.answerable
        self.problems += _unlooked(draft.problems) if answers and names is None else draft.problems
        for name in answers:
            if names is not None and name not in names:
                self.problem(
                    ("applicability", name),
                    f"no requirement asks '{name}'",
                    expected=listed(names),
                    hint=hint(name, names),
                )

    def profile(self, data: dict[str, Any]) -> Written | None:
        name = data.get("profile", SiteModel.model_fields["profile"].default)
        return self.document.written(("profile",), _pack_path(name, self.base)) if isinstance(name, str) else None

    def overlays(self, data: dict[str, Any]) -> list[Written]:
        names = data.get("overlays")
        return [
            self.document.written(("overlays", index), _overlay(name, self.base))
            for index, name in enumerate(names if isinstance(names, list) else ())
            if isinstance(name, str)
        ]

    # --- Targets -----------------------------------------------------------------------------------------

    def targets(
        self, entries: list[_Entry], credentials: Mapping[str, Credential], data: dict[str, Any]
    ) -> tuple[Target, ...]:
        # A credential that is there but wrong is reported once, where it stands.
        written = data.get("credentials")
        known = list(written) if isinstance(written, dict) else []
        self.entry_credentials(data, known)
        sources = Sources(self.document, self.base, ROLES)
        candidates: list[Candidate] = []
        finished: list[Target | None] = []
        for entry in entries:
            found = sources.read(entry.index, entry.model)
            if entry.whole:
                candidates += found
                finished += [self.finished(item, credentials, known, entry.model.credential) for item in found]
        self.problems += sources.problems
        self.notes |= sources.notes
        self.problems += _doubles(candidates)
        return tuple(target for target in finished if target is not None)

    def entry_credentials(self, data: dict[str, Any], known: Collection[str]) -> None:
        """The credential that each entry names, whatever else is wrong with the entry."""
        targets = data.get("targets")
        for index, body in enumerate(targets if isinstance(targets, list) else ()):
            name = body.get("credential") if isinstance(body, dict) else None
            if isinstance(name, str) and name and name not in known:
                at = ("targets", index, "credential")
                self.problems.append(self.document.problem(at, **_undefined(name, known)))

    def finished(
        self, item: Candidate, credentials: Mapping[str, Credential], known: Collection[str], of_entry: str | None
    ) -> Target | None:
        wanted = [item.target.credential, *(hop.credential for hop in item.target.jump)]
        undefined = [name for name in dict.fromkeys(wanted) if name is not None and name not in known]
        self.problems += [item.problem(**_undefined(name, known)) for name in undefined if name != of_entry]
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
        _check_status(item, target)
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
        if not (own or agent or target.identity_files or _names_an_agent(target)):
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
            profile=_pack_path(model.profile, self.base),
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


def _without_misfits(body: Any) -> Any:
    """An entry without the keys that have problems, to look at the rest; None where too little is left."""
    try:
        return _ENTRY.validate_python(body)
    except ValidationError as error:
        # The first part of a place is the tag of the entry's kind.
        bad = {detail["loc"][1] for detail in error.errors(include_url=False) if len(detail["loc"]) > 1}
    except RecursionError:
        return None
    rest = {key: value for key, value in body.items() if key not in bad} if isinstance(body, dict) else {}
    try:
        return _ENTRY.validate_python(rest) if bad else None
    except (ValidationError, RecursionError):
        return None


def _may_have_parameters(body: Any) -> bool:
    """A list of hosts has none: there the key itself is unknown."""
    return isinstance(body, dict) and "ansible" not in body and "csv" not in body


def _undefined(name: str, known: Collection[str]) -> dict[str, Any]:
    return {
        "message": f"the credential '{name}' is not defined",
        "expected": listed(known) or "an entry under credentials",
        "hint": hint(name, known),
    }


def _unlooked(problems: Sequence[Problem]) -> list[Problem]:
    """Says that no answer was judged, which would otherwise look as if all were right."""
    if not problems:  # the profile is no name at all, and its shape was told
        return []
    first, *rest = problems
    told = "until then the answers under applicability are not looked at"
    return [replace(first, hint=f"{first.hint} {told}" if first.hint else told), *rest]


def _overlay(name: str, base: Path) -> str:
    """A file beside the site file as a whole path; a plain name stays, as it may be one that ships."""
    return str(whole_path(name, base)) if "/" in name or _is_file(base / name) else name


def _is_file(path: Path) -> bool:
    """False as well for what no file system takes as a name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _pack_path(name: str, base: Path) -> str:
    """A file as a whole path, relative to the site file as all of its paths are; a name stays."""
    return str(whole_path(name, base)) if name.endswith((".yaml", ".yml")) else name


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


def _check_status(item: Candidate, target: Target) -> None:
    """A file that nobody reads would be a false comfort."""
    if target.backup_status and (target.transport not in ("ssh", "local") or target.platform == "windows"):
        raise ConfigError(
            item.problem(
                f"the target '{target.name}' names a status file of backups, which is read on Linux hosts alone",
                expected="'backup_status' with a target over ssh, or local:",
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
        f"the target '{name}' has no credential, and ssh_config names no IdentityFile for it and no IdentityAgent",
        expected="credential: NAME",
    )


def _names_an_agent(target: Target) -> bool:
    return target.identity_agent not in (None, "none", "SSH_AUTH_SOCK")


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
