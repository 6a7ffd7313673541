"""Settings that come in layers: built-in default, files in the order the module reads them, its own arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scanner.facts.base import FileText, lines_of
from scanner.facts.linux.password.pam import Rule
from scanner.model import Absent, Unknown

FileMap = Mapping[str, FileText | Absent | Unknown]


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and where it comes from; a bare word has the value ""."""

    value: str
    source: str

    def number(self, default: int) -> int:
        """The value as the modules themselves read it; what is no number is taken as the default."""
        try:
            return int(self.value)
        except ValueError:
            return default

    def __str__(self) -> str:
        return f"{self.value} ({self.source})"


@dataclass(frozen=True, slots=True)
class Layers:
    """The settings of one module line: arguments over files, later files over earlier ones.

    `unread` is why a file of the chain could not be read; then only an argument is certain.
    """

    rule: Rule
    values: Mapping[str, Setting]
    unread: Unknown | None = None

    def get(self, name: str, default: str) -> Setting | Unknown:
        """The setting in force."""
        given = self.rule.option(name)
        if given is not None:
            return Setting(given, f"argument of {self.rule}")
        if self.unread is not None:
            return self.unread
        return self.values.get(name) or Setting(default, f"default of {self.rule.module}")

    def number(self, name: str, default: int) -> int | Unknown:
        found = self.get(name, str(default))
        return found if isinstance(found, Unknown) else found.number(default)

    def word(self, name: str) -> bool | Unknown:
        """True when a bare word (or `word = anything`) is set."""
        found = self.get(name, "\0")
        return found if isinstance(found, Unknown) else found.value != "\0"


def layers(rule: Rule, found: FileMap, paths: Sequence[str]) -> Layers:
    """Read `paths` in order; those proved absent add nothing."""
    values: dict[str, Setting] = {}
    unread: Unknown | None = None
    for path in paths:
        file = found.get(path)
        if isinstance(file, Unknown):
            unread = unread or file
        elif isinstance(file, FileText):
            values.update({name: Setting(value, path) for name, value in pairs(file.text)})
    return Layers(rule, values, unread)


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """`name = value` lines and bare words; `#` starts a comment anywhere."""
    for line in lines_of(text):
        name, _, value = line.partition("#")[0].partition("=")
        if name.strip():
            yield name.strip(), value.strip()


def first_present(found: FileMap, *paths: str) -> tuple[str, ...]:
    """The first of `paths` that is there or may be there: a vendor's copy counts only without the local one."""
    return next(((path,) for path in paths if not isinstance(found.get(path, Absent("")), Absent)), ())


def login_defs(found: FileMap) -> Mapping[str, str] | Unknown:
    """The values of login.defs in force; SUSE keeps the defaults below /usr/etc."""
    values: dict[str, str] = {}
    for path in ("/usr/etc/login.defs", "/etc/login.defs"):
        file = found.get(path)
        if isinstance(file, Unknown):
            return file
        if isinstance(file, FileText):
            lines = (line.partition("#")[0].split(None, 1) for line in file.lines)
            values.update({words[0]: words[1].strip().strip('"') for words in lines if len(words) == 2})
    return values
