"""The PAM configuration as the library itself would load it: files, includes, substacks, module files.

A line in a file is not a rule in force. A service's stack is what remains after `@include`, `include`, `substack`,
`\\` continuation, the vendor directories and the fallback to `other` are resolved. Source: pam.conf(5),
pam_handlers.c of Linux-PAM.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from scanner.facts.base import FileText, RawFact, files, lines_of
from scanner.model import Absent, Reason, Unknown

DIRECTORIES = ("/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d")
"""Where a service is looked up: the first directory that has its file wins."""

KINDS = ("auth", "account", "password", "session")
_TOKEN = re.compile(r"\[(?:\\.|[^\]\\])*\]|\S+")
_MAX_DEPTH = 16  # the library's own limit on nested files
_MAX_RULES = 500  # far above any real stack; ends a tree of includes made to explode

_PLAIN: Mapping[str, Mapping[str, str]] = {
    "required": {"success": "ok", "new_authtok_reqd": "ok", "ignore": "ignore", "default": "bad"},
    "requisite": {"success": "ok", "new_authtok_reqd": "ok", "ignore": "ignore", "default": "die"},
    "sufficient": {"success": "done", "new_authtok_reqd": "done", "default": "ignore"},
    "optional": {"success": "ok", "new_authtok_reqd": "ok", "default": "ignore"},
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One module of a stack. `present` says whether its file is there; `origin` is the file that names it."""

    kind: str
    control: str
    module: str
    arguments: tuple[str, ...]
    origin: str
    present: bool

    def action(self, reply: str) -> str:
        """What the control does with a module's reply: ok, done, bad, die, ignore, reset or a number to skip."""
        actions = _PLAIN.get(self.control) or _bracketed(self.control)
        return actions.get(reply) or actions.get("default", "ignore")

    def option(self, name: str) -> str | None:
        """The value of `name=value`, "" for the bare word, None where it is not given; the last one wins."""
        found = None
        for argument in self.arguments:
            word, _, value = argument.strip("[]").partition("=")
            if word == name:
                found = value
        return found

    def has(self, name: str) -> bool:
        return self.option(name) is not None

    def __str__(self) -> str:
        return f"{self.module} in {self.origin}"


@dataclass(frozen=True, slots=True)
class Substack:
    """Rules whose `done` and `die` end only themselves, and which a jump skips as one."""

    items: tuple[Item, ...]


Item: TypeAlias = Rule | Substack
Stack: TypeAlias = tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    kind: str
    control: str
    target: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pam:
    """Everything the probe said about PAM.

    `used` is false where the system has no PAM, or its password program is not built with it; `why` says which.
    `own_files` maps a module to the configuration files its program text names.
    """

    used: bool
    why: str
    configs: Mapping[str, FileText | Absent | Unknown] = field(default_factory=dict)
    modules: frozenset[str] = frozenset()
    own_files: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _parsed: dict[str, tuple[_Line, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def path(self, service: str) -> str | None:
        """The file that defines a service, None where there is none."""
        if service.startswith("/"):
            return service if self._exists(service) else None
        return next((path for base in DIRECTORIES if self._exists(path := f"{base}/{service}")), None)

    def _exists(self, path: str) -> bool:
        return not isinstance(self.configs.get(path, Absent("")), Absent)

    def stack(self, service: str, kind: str) -> Stack | Unknown:
        """The rules of one service and kind in force; those of `other` where the service names none."""
        for name in (service, "other"):
            try:
                found = tuple(self._items(name, kind, 0, [0]))
            except _UnreadableError as error:
                return Unknown(error.code, error.detail)
            if found:
                return found
        return ()

    def _items(self, service: str, kind: str, depth: int, count: list[int]) -> Iterator[Item]:
        path = self.path(service)
        if path is None or depth > _MAX_DEPTH:
            if depth:
                yield _broken(kind, service)
            return
        for line in self._lines(path):
            count[0] += 1
            if count[0] > _MAX_RULES:
                raise _UnreadableError(Reason.UNREADABLE, f"{path}: its includes do not end")
            yield from self._expand(line, kind, path, depth, count)

    def _expand(self, line: _Line, kind: str, path: str, depth: int, count: list[int]) -> Iterator[Item]:
        if line.kind not in ("@include", kind):
            return
        if line.kind == "@include" or line.control == "include":
            yield from self._items(line.target, kind, depth + 1, count)
        elif line.control == "substack":
            yield Substack(tuple(self._items(line.target, kind, depth + 1, count)))
        else:
            name = line.target.rsplit("/", 1)[-1]
            yield Rule(kind, line.control, name, line.arguments, path, name in self.modules)

    def _lines(self, path: str) -> tuple[_Line, ...]:
        """The lines of a file; many services include the same ones."""
        if path not in self._parsed:
            self._parsed[path] = tuple(_lines(self._text(path)))
        return self._parsed[path]

    def _text(self, path: str) -> str:
        config = self.configs[path]
        if isinstance(config, FileText):
            return config.text
        detail = config.detail if isinstance(config, Unknown) else f"{path} vanished"
        raise _UnreadableError(config.code if isinstance(config, Unknown) else Reason.UNREADABLE, detail)


class _UnreadableError(Exception):
    """A file of the stack cannot be read; it never leaves this module."""

    def __init__(self, code: Reason, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def _broken(kind: str, service: str) -> Rule:
    """An include that leads nowhere: the library refuses the whole service."""
    return Rule(kind, "requisite", service, (), f"a missing include '{service}'", present=False)


def _lines(text: str) -> Iterator[_Line]:
    joined = ""
    for raw in lines_of(text):
        code, hash_, _ = raw.partition("#")
        code = code.rstrip()
        if code.endswith("\\") and not hash_:
            joined += code[:-1] + " "
            continue
        words = _TOKEN.findall(joined + code)
        joined = ""
        if line := _line(words):
            yield line


def _line(words: list[str]) -> _Line | None:
    if len(words) >= 2 and words[0].lower() == "@include":
        return _Line("@include", "", words[1], ())
    if len(words) < 3:
        return None
    kind = words[0].lower().removeprefix("-")
    return _Line(kind, words[1].lower(), words[2], tuple(words[3:])) if kind in KINDS else None


def _bracketed(control: str) -> Mapping[str, str]:
    return {name: action for name, equals, action in (word.partition("=") for word in control[1:-1].split()) if equals}


def rules(stack: Stack) -> Iterator[Rule]:
    """The rules of a stack in order, those of substacks among them."""
    for item in stack:
        if isinstance(item, Substack):
            yield from rules(item.items)
        else:
            yield item


def parse(raw: RawFact) -> Pam | Unknown:
    """The PAM configuration from the output of the probe `pam`."""
    notes = [line.split(" ") for line in lines_of(raw.text) if line[:1].isalpha()]
    if ["ok"] not in notes:
        return Unknown(Reason.UNREADABLE, "pam: the listing of the PAM configuration is not complete")
    modules = frozenset(words[1].rsplit("/", 1)[-1] for words in notes if words[0] == "module" and len(words) == 2)
    program = next((words[1] for words in notes if words[0] == "passwd" and len(words) == 2), "")
    if program.endswith(("/busybox", "/bbsuid")):
        return Pam(False, "the passwd program is BusyBox, which does not use PAM")
    if not any(words[0] == "directory" for words in notes):
        return Pam(False, "this system has no PAM, so nothing checks a new password or counts failed logins")
    if not modules:
        return Unknown(Reason.UNSUPPORTED, "pam: the PAM modules are in none of the usual directories")
    configs = files(raw)
    hidden = (configs.get(f"{base}/*") for base in DIRECTORIES)
    if unread := next((value for value in hidden if isinstance(value, Unknown)), None):
        return unread
    return Pam(True, "", configs, modules, _own_files(notes))


def _own_files(notes: list[list[str]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for words in notes:
        if words[0] == "reads" and len(words) == 3:
            found.setdefault(words[1].rsplit("/", 1)[-1], set()).add(words[2])
    return {module: frozenset(paths) for module, paths in found.items()}
