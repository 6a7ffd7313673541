"""OpenSSH client configuration, read by our own parser: nothing in it is ever run.

Honoured: HostName, Port, User, IdentityFile, CertificateFile, IdentitiesOnly, IdentityAgent, ProxyJump, HostKeyAlias,
UserKnownHostsFile, GlobalKnownHostsFile, with Host patterns, Match (all, host, originalhost, user, localuser,
final), Include, tokens and `${VAR}`. `Match exec` counts as not matching and `ProxyCommand` is not run; both are
said in `notes`. The first value of an option wins, as in ssh_config(5).
"""

from __future__ import annotations

import getpass
import os
import re
import shlex
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from scanner.errors import ConfigError, Problem
from scanner.inventory.address import AddressError, read_hop, read_port
from scanner.model import Target
from scanner.yaml_source import decode, read_bytes

SYSTEM_FILE = "/etc/ssh/ssh_config"
_USER_KNOWN_HOSTS = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
_GLOBAL_KNOWN_HOSTS = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
_SINGLE = ("hostname", "port", "user", "hostkeyalias", "identitiesonly", "identityagent")
_LISTS = ("userknownhostsfile", "globalknownhostsfile")
_REPEATED = ("identityfile", "certificatefile")
_PROXY = ("proxyjump", "proxycommand")
_DEFAULT_IDENTITIES = ("id_ed25519", "id_ecdsa", "id_rsa")
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
_DEPTH_LIMIT = 16
_LINE = re.compile(r"\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)", re.DOTALL)
_TOKEN = re.compile(r"%(.)")
_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)\}")
_TOKEN_OR_VARIABLE = re.compile(rf"{_TOKEN.pattern}|{_VARIABLE.pattern}")


@dataclass(frozen=True, slots=True)
class _Condition:
    """A Host or Match line: it holds for what stands below it, up to the next one."""

    is_match: bool
    words: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class _Line:
    keyword: str
    words: tuple[str, ...]
    when: tuple[_Condition, ...]
    path: str
    number: int

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"


@dataclass(slots=True)
class _Options:
    """What holds for one host; `repeated` are the options whose values add up."""

    first: dict[str, tuple[tuple[str, ...], _Line]] = field(default_factory=dict)
    repeated: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _REPEATED})

    def take(self, line: _Line) -> None:
        if line.keyword in _REPEATED:
            values = self.repeated[line.keyword]
            values += [word for word in line.words[:1] if word not in values]
        else:
            # ProxyJump and ProxyCommand exclude each other: the first of the two wins.
            key = "proxy" if line.keyword in _PROXY else line.keyword
            self.first.setdefault(key, (line.words, line))

    def get(self, name: str) -> str | None:
        words = self.first[name][0] if name in self.first else ()
        return words[0] if words else None


@dataclass(frozen=True, slots=True)
class _Keys:
    """Whether the identities that are configured are taken, and those that ssh takes by itself."""

    identities: bool
    defaults: bool


class SshConfig:
    """The client's settings, ready to be asked for one host after another. `notes` gathers what was not honoured."""

    def __init__(
        self, lines: Sequence[_Line] = (), *, environ: Mapping[str, str] | None = None, local_user: str | None = None
    ) -> None:
        self._lines = tuple(lines)
        self._environ = dict(os.environ if environ is None else environ)
        self._local_user = local_user
        self._has_final = any("final" in (w.lower() for w in c.words) for x in lines for c in x.when if c.is_match)
        self.notes: dict[str, None] = {}

    @classmethod
    def load(cls, paths: Sequence[Path] | None = None, *, environ: Mapping[str, str] | None = None) -> SshConfig:
        """Read the user's file, then the system's; with `paths` those alone, and they must exist.

        Raises ConfigError for a file that cannot be read and for a line that is no setting.
        """
        chosen = [_home() / ".ssh/config", Path(SYSTEM_FILE)] if paths is None else list(paths)
        parser = _Parser()
        for path in chosen:
            if paths is not None or path.exists():
                parser.file(path, (), 0)
        if parser.problems:
            raise ConfigError(parser.problems)
        return cls(parser.lines, environ=environ)

    def apply(self, target: Target, *, identities: bool = True, defaults: bool = False) -> Target:
        """Fill what `target` leaves open; what it says already stays. The host is looked up as it is written.

        With `identities=False` keys and certificates are left out, because the credential names its own; where the
        agent listens is neither. With `defaults`, a host without an IdentityFile gets the ones that ssh takes by
        itself, as far as they exist.
        Raises ConfigError for a setting that cannot be used, with its place.
        """
        if target.transport != "ssh":
            return target
        return self._applied(target, _Keys(identities, defaults), seen=())

    def _applied(self, target: Target, wanted: _Keys, seen: tuple[str, ...]) -> Target:
        options = self._options(target.address, target.user)
        values = _Values(self, options, target)
        named = wanted.identities
        return replace(
            target,
            address=values.host,
            port=target.port or values.port(),
            user=values.user,
            identity_files=target.identity_files or (values.identities(wanted.defaults) if named else ()),
            identities_only=target.identities_only or (named and values.flag("identitiesonly")),
            identity_agent=target.identity_agent or values.agent(),
            known_hosts=target.known_hosts or values.known_hosts(),
            host_key_alias=target.host_key_alias or values.text("hostkeyalias"),
            certificate_files=target.certificate_files or (values.paths("certificatefile") if named else ()),
            jump=self._jumps(target, options, wanted, seen),
        )

    def _jumps(self, target: Target, options: _Options, wanted: _Keys, seen: tuple[str, ...]) -> tuple[Target, ...]:
        """The chain of jump hosts; the first one may itself sit behind others, as ssh -J has it."""
        hops = target.jump or self._configured_jumps(target, options)
        if not hops:
            return ()
        if target.address in seen or len(seen) >= _DEPTH_LIMIT:
            raise ConfigError(f"ssh_config: ProxyJump leads in a circle: {' > '.join((*seen, target.address))}")
        first = self._applied(hops[0], wanted, (*seen, target.address))
        rest = [self._alone(hop, wanted) for hop in hops[1:]]
        return (*first.jump, replace(first, jump=()), *rest)

    def _alone(self, hop: Target, wanted: _Keys) -> Target:
        """A later hop: its settings without its own ProxyJump, which the chain replaces."""
        without = SshConfig([x for x in self._lines if x.keyword not in _PROXY], environ=self._environ)
        without.notes = self.notes
        return without.apply(hop, identities=wanted.identities, defaults=wanted.defaults)

    def _configured_jumps(self, target: Target, options: _Options) -> tuple[Target, ...]:
        if "proxy" not in options.first:
            return ()
        words, line = options.first["proxy"]
        text = words[0] if words else "none"
        if text.lower() == "none":
            return ()
        if line.keyword == "proxycommand":
            self.note(f"{line.place}: ProxyCommand is not run; use ProxyJump, or the key jump in the site file")
            return ()
        try:
            return tuple(read_hop(hop, line.place) for hop in text.split(","))
        except AddressError as error:
            raise ConfigError(
                Problem(line.path, f"ProxyJump: {error}", line.number, expected=error.expected)
            ) from error

    def note(self, text: str) -> None:
        self.notes[text] = None

    # --- Which lines hold --------------------------------------------------------------------------------

    def _options(self, host: str, user: str | None) -> _Options:
        options = _Options()
        for final in (False, True) if self._has_final else (False,):
            answers: dict[_Condition, bool] = {}
            for line in self._lines:
                if all(self._holds(condition, host, user, options, final, answers) for condition in line.when):
                    options.take(line)
        return options

    def _holds(
        self,
        condition: _Condition,
        host: str,
        user: str | None,
        options: _Options,
        final: bool,
        answers: dict[_Condition, bool],
    ) -> bool:
        """Asked once, where the line stands: a Match sees what was set above it, as ssh does."""
        if condition not in answers:
            if condition.is_match:
                answers[condition] = self._matches(condition, host, user, options, final)
            else:
                answers[condition] = matches(host, condition.words)
        return answers[condition]

    def _matches(self, condition: _Condition, host: str, user: str | None, options: _Options, final: bool) -> bool:
        subjects = {
            "host": (options.get("hostname") or host).replace("%h", host),
            "originalhost": host,
            "user": user or options.get("user") or self.local_user(),
            "localuser": self.local_user(),
        }
        result = bool(condition.words)
        words = iter(condition.words)
        for word in words:
            name, equals, value = word.lstrip("!").partition("=")
            name = name.lower()
            if name in ("all", "final", "canonical"):
                holds = name == "all" or (name == "final" and final)
            else:
                argument = value if equals else next(words, "")
                holds = self._criterion(name, argument, subjects, condition)
                if name not in subjects:
                    return False
            result = result and (holds != word.startswith("!"))
        return result

    def _criterion(self, name: str, argument: str, subjects: Mapping[str, str], condition: _Condition) -> bool:
        if name in subjects:
            return matches(subjects[name], argument.split(","))
        self.note(f"{condition.place}: Match {name} is not evaluated here; what stands below it is left out")
        return False

    def local_user(self) -> str:
        if self._local_user is None:
            try:
                self._local_user = getpass.getuser()
            except (OSError, KeyError):  # no such user in this container
                self._local_user = ""
        return self._local_user

    def variable(self, name: str) -> str | None:
        return self._environ.get(name)


@dataclass(slots=True)
class _Values:
    """The options of one host, with tokens and variables filled in."""

    config: SshConfig
    options: _Options
    target: Target

    @property
    def host(self) -> str:
        name = self.options.get("hostname")
        return name.replace("%h", self.target.address).replace("%%", "%") if name else self.target.address

    @property
    def user(self) -> str | None:
        return self.target.user or self.options.get("user")

    def port(self) -> int | None:
        text = self.options.get("port")
        if text is None:
            return None
        line = self.options.first["port"][1]
        try:
            return read_port(text)
        except AddressError as error:
            raise ConfigError(Problem(line.path, f"Port: {error}", line.number, expected=error.expected)) from error

    def flag(self, name: str) -> bool:
        text = self.options.get(name)
        if text is None:
            return False
        if text.lower() not in _FLAGS:
            line = self.options.first[name][1]
            raise ConfigError(Problem(line.path, f"{line.keyword}: found '{text}'", line.number, expected="yes or no"))
        return _FLAGS[text.lower()]

    def text(self, name: str) -> str | None:
        value = self.options.get(name)
        return self._tokens(value) if value else None

    def agent(self) -> str | None:
        """Where the agent listens: a path, `none`, `$VARIABLE` or `SSH_AUTH_SOCK`; None where nothing is said.

        What ssh refuses is refused: the agent of SSH_AUTH_SOCK in its place would show its keys to this host.
        """
        if "identityagent" not in self.options.first:
            return None
        words, line = self.options.first["identityagent"]
        text = words[0] if words else ""
        unset = [name for name in _VARIABLE.findall(text) if self.config.variable(name) is None]
        if unset:
            found = f"the environment variable {unset[0]} is not set"
        elif not text or "${" in _VARIABLE.sub("", text) or re.match(r"\$(?!\{|\w+\Z)", text):
            found = f"found '{text}'"
        else:
            return self._agent_path(text)
        expected = "a path, none, SSH_AUTH_SOCK or $VARIABLE"
        raise ConfigError(Problem(line.path, f"IdentityAgent: {found}", line.number, expected=expected))

    def _agent_path(self, text: str) -> str:
        """The home folder first, then tokens and variables in one pass, as ssh does: what they bring stays as it is."""
        tokens = self._token_values()
        return _TOKEN_OR_VARIABLE.sub(
            lambda match: tokens.get(match[1], match[0]) if match[1] else self.config.variable(match[2]) or "",
            os.path.expanduser(text),  # noqa: PTH111 - a Path has no way to keep "~nobody/…" as it is written
        )

    def identities(self, defaults: bool) -> tuple[str, ...]:
        if self.options.repeated["identityfile"] or not defaults:
            return self.paths("identityfile")
        return tuple(str(path) for path in _default_identities())

    def paths(self, name: str) -> tuple[str, ...]:
        words = self.options.repeated[name]
        return tuple(path for word in words if word.lower() != "none" and (path := self._path(word)))

    def known_hosts(self) -> tuple[str, ...]:
        """Both lists, once one of them is set; empty where the transport's own defaults hold."""
        if not any(name in self.options.first for name in _LISTS):
            return ()
        user = self._files("userknownhostsfile", _USER_KNOWN_HOSTS)
        return (*user, *self._files("globalknownhostsfile", _GLOBAL_KNOWN_HOSTS))

    def _files(self, name: str, default: tuple[str, ...]) -> Iterable[str]:
        words = self.options.first[name][0] if name in self.options.first else default
        return (path for word in words if word.lower() != "none" and (path := self._path(word)))

    def _path(self, text: str) -> str | None:
        missing = [name for name in _VARIABLE.findall(text) if self.config.variable(name) is None]
        if missing:
            self.config.note(f"ssh_config: {text} is left out: the environment variable {missing[0]} is not set")
            return None
        filled = self._tokens(_VARIABLE.sub(lambda match: self.config.variable(match[1]) or "", text))
        try:
            return str(Path(filled).expanduser())
        except RuntimeError:
            return filled

    def _tokens(self, text: str) -> str:
        values = self._token_values()
        return _TOKEN.sub(lambda match: values.get(match[1], match[0]), text)

    def _token_values(self) -> dict[str, str]:
        """Without %C, a digest whose parts differ between versions of ssh."""
        local = socket.gethostname()
        return {
            "%": "%",
            "d": str(_home()),
            "h": self.host,
            "n": self.target.address,
            "p": str(self.target.port or self.options.get("port") or 22),
            "r": self.user or self.config.local_user(),
            "u": self.config.local_user(),
            "k": self.options.get("hostkeyalias") or self.target.address,
            "i": str(os.getuid()),
            "l": local,
            "L": local.partition(".")[0],
        }


# --- Reading ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Parser:
    lines: list[_Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def file(self, path: Path, when: tuple[_Condition, ...], depth: int) -> None:
        """All lines of one file; `when` are the conditions around the Include that named it."""
        inner: tuple[_Condition, ...] = ()
        for number, raw in enumerate(decode(read_bytes(path), str(path)).splitlines(), start=1):
            if not raw.strip() or raw.lstrip().startswith("#"):
                continue
            keyword, words = self._split(path, number, raw)
            if keyword in ("host", "match"):
                inner = (_Condition(keyword == "match", words, f"{path}:{number}"),)
            elif keyword == "include":
                self._include(path, number, words, when + inner, depth)
            elif keyword in (*_SINGLE, *_LISTS, *_REPEATED, *_PROXY):
                self.lines.append(_Line(keyword, words, when + inner, str(path), number))

    def _split(self, path: Path, number: int, raw: str) -> tuple[str, tuple[str, ...]]:
        match = _LINE.fullmatch(raw.strip())
        if match is None:
            self.problems.append(Problem(str(path), "this is no setting", number, expected="Keyword value"))
            return "", ()
        keyword = match[1].lower()
        if keyword == "proxycommand":
            return keyword, (match[2].strip(),)
        try:
            lexer = shlex.shlex(match[2], posix=True, punctuation_chars=False)
            lexer.whitespace_split, lexer.escape, lexer.commenters = True, "", ""
            words = _without_comment(list(lexer))
        except ValueError:
            self.problems.append(Problem(str(path), f"{match[1]}: a quote is not closed", number))
            words = []
        return keyword, tuple(words)

    def _include(self, path: Path, number: int, words: Sequence[str], when: tuple[_Condition, ...], depth: int) -> None:
        if depth >= _DEPTH_LIMIT:
            self.problems.append(
                Problem(str(path), "Include leads too deep", number, expected=f"{_DEPTH_LIMIT} levels")
            )
            return
        for word in words:
            for file in _included(path, word):
                self.file(file, when, depth + 1)


def _without_comment(words: list[str]) -> list[str]:
    """ssh ends the arguments at a word that starts with '#'."""
    end = next((index for index, word in enumerate(words) if word.startswith("#")), len(words))
    return words[:end]


def _included(path: Path, word: str) -> Iterator[Path]:
    """The files of an Include; relative names start in ~/.ssh, in /etc/ssh for the system's file."""
    try:
        pattern = Path(word).expanduser()
    except RuntimeError:
        return
    if not pattern.is_absolute():
        base = Path("/etc/ssh") if str(path).startswith("/etc/ssh/") else _home() / ".ssh"
        pattern = base / pattern
    relative = pattern.relative_to("/")
    yield from (file for file in sorted(Path("/").glob(str(relative))) if file.is_file())


def _default_identities() -> Iterator[Path]:
    """Of the keys that ssh takes by itself, those that are here, or their public half: an agent may hold the other."""
    for name in _DEFAULT_IDENTITIES:
        path = _home() / ".ssh" / name
        if path.exists() or path.with_name(f"{name}.pub").exists():
            yield path


def _home() -> Path:
    """The home folder; one that does not exist for an account that has none, as in some containers."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")


def matches(text: str, patterns: Iterable[str]) -> bool:
    """ssh_config(5) PATTERNS: `*`, `?`, and `!` for what must not match."""
    found = False
    for pattern in patterns:
        if _compiled(pattern.removeprefix("!").strip()).fullmatch(text):
            if pattern.startswith("!"):
                return False
            found = True
    return found


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Runs of stars are one star: otherwise a pattern of many stars costs exponential time.
    shrunk = re.sub(r"\*+", "*", pattern)
    return re.compile("".join({"*": ".*?", "?": "."}.get(mark, re.escape(mark)) for mark in shrunk), re.DOTALL)
