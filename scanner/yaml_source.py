"""YAML with the place of every key and value: site files, criteria packs, checks, inventories.

The parser's events are turned into plain data by a loop of our own, for three reasons. Every problem needs a
line and a column. Hostile input must end in a `Problem`: size, depth and aliases are bounded here, and nothing
recurses. And YAML 1.1 has surprises that a person who writes a site file should not meet:

- keys are always text, exactly as written: `4.10:` stays "4.10" and `no:` stays "no";
- `22:22` is text, not 1342; `2026-03-31` is text, not a date; `0644` is text, not 420;
- `yes`, `no`, `on`, `off` are booleans, as in YAML 1.1; `1_000` is text;
- aliases (`*name`) and merge keys (`<<`) are refused, tags too unless the caller names them.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from scanner.errors import ConfigError, Place, Problem, Written

Loc: TypeAlias = Sequence[str | int]
"""A path into the data: keys and list indexes, outermost first."""

SIZE_LIMIT = 16 * 1024 * 1024
DEPTH_LIMIT = 64
PROBLEM_LIMIT = 50
ALIAS = "*"
"""The tag of an alias that was kept."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD = "tag:yaml.org,2002:"
_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,40})|0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}")
_FLOAT = re.compile(r"[-+]?([0-9]{1,40}\.[0-9]{0,40}|\.[0-9]{1,40}|[0-9]{1,40}(?=[eE]))([eE][-+]?[0-9]{1,3})?")
_LOGIN = re.compile(r":[^@]*@")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None}
_WORDS |= dict.fromkeys(("true", "yes", "on"), True) | dict.fromkeys(("false", "no", "off"), False)
_SYNTAX = (
    # What the parser says, what a person needs to hear, what to do.
    (
        "cannot start any token",
        "a character that cannot start a value here",
        "tabs are not allowed for indentation; put text that starts with % @ ` or - in quotes",
    ),
    ("mapping values are not allowed", "a second ':' in one value", "put the text in quotes, or check the indentation"),
    ("could not find expected ':'", "a key without ':'", "write 'key: value', with a space after the colon"),
    ("expected ',' or ']'", "a list in brackets is not closed", "close it with ']' and put ',' between its items"),
    ("expected ',' or '}'", "a mapping in braces is not closed", "close it with '}' and put ',' between its entries"),
    ("did not find expected key", "the indentation does not fit", "align this line with its neighbours"),
    ("expected <block end>", "the indentation does not fit", "align this line with its neighbours"),
    ("expected '-' indicator", "the indentation does not fit", "align every '-' of a list"),
    ("unexpected end of stream", "a quote is never closed", "close it with the same kind of quote"),
    ("exceeded maximum nesting depth", "nested too deeply", f"write it with at most {DEPTH_LIMIT} levels"),
    ("unknown escape character", "an unknown escape after '\\'", "use single quotes when the text has a backslash"),
)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value under a tag the caller allowed, such as Ansible's `!vault`; the value itself is not kept."""

    tag: str


@dataclass(slots=True)
class Node:
    """One value with its place; `children` is None for a scalar. Lines and columns count from 1."""

    line: int
    column: int
    value: Any = None
    children: dict[str, Entry] | list[Node] | None = None


@dataclass(slots=True)
class Entry:
    """One key of a mapping with its place, and its value."""

    line: int
    column: int
    node: Node


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: plain data, and where each part of it stands.

    `problems` is empty unless it was read with `strict=False`.
    """

    path: str
    root: Node
    problems: tuple[Problem, ...] = ()

    @property
    def data(self) -> Any:
        """dict, list, str, int, float, bool, None and `Tagged`; keys are text."""
        return self.root.value

    def place(self, loc: Loc, *, key: bool = False) -> tuple[int, int]:
        """Line and column of the value at `loc`, or of its key. Parts of `loc` that do not exist are skipped."""
        place = (self.root.line, self.root.column)
        for _, step in self._walk(loc):
            node = step.node if isinstance(step, Entry) else step
            place = (step.line, step.column) if key else (node.line, node.column)
        return place

    def trail(self, loc: Loc) -> list[str | int]:
        """The parts of `loc` that exist."""
        return [part for part, _ in self._walk(loc)]

    def _walk(self, loc: Loc) -> Iterator[tuple[str | int, Entry | Node]]:
        node = self.root
        for part in loc:
            children = node.children
            if isinstance(children, dict) and (entry := children.get(str(part))) is not None:
                node = entry.node
                yield part, entry
            elif isinstance(children, list) and isinstance(part, int) and 0 <= part < len(children):
                node = children[part]
                yield part, node

    def written(self, loc: Loc, text: str) -> Written:
        """A name that stands at `loc`."""
        return Written(text, Place(self.path, *self.place(loc)))

    def problem(
        self,
        loc: Loc,
        message: str,
        *,
        key: bool = False,
        found: str | None = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> Problem:
        """A problem at the value at `loc` (or at its key)."""
        line, column = self.place(loc, key=key)
        return Problem(
            path=self.path, line=line, column=column, message=message, found=found, expected=expected, hint=hint
        )


def describe(value: Any, *, secret: bool = False) -> str:
    """A value as an error shows it: its kind, and its text where that is short and not `secret`."""
    kinds = {dict: "a mapping", list: "a list", tuple: "a list", str: "text", Tagged: "a tagged value"}
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    kind = kinds.get(type(value), "a number")
    if secret or holds_login(value) or isinstance(value, dict | list | tuple | Tagged):
        return kind
    shown = ascii(value) if not str(value).isprintable() else repr(value)
    return f"{kind} {shown}" if len(shown) <= 60 else f"{kind} {shown[:57]}…"


def holds_login(value: Any) -> bool:
    """True for text such as `user:password@host`, which no error may repeat."""
    return isinstance(value, str) and _LOGIN.search(value) is not None


# --- Reading ---------------------------------------------------------------------------------------------


def load_yaml(path: Path, *, strict: bool = True, tags: Collection[str] = ()) -> Document:
    """Read one YAML file. Raises ConfigError with every problem, whatever is in the file.

    With `strict=False` duplicate keys, aliases and tags are left in `Document.problems` for the caller to add
    to its own. `tags` names the local tags (`!vault`) that become `Tagged`.
    """
    return parse_yaml(read_bytes(path), str(path), strict=strict, tags=tags)


def parse_yaml(
    source: bytes | str, path: str, *, strict: bool = True, tags: Collection[str] = (), keep_aliases: bool = False
) -> Document:
    """The same for bytes or text that are already here; `path` is what errors call them.

    With `keep_aliases` an alias is no problem but a `Tagged`, never what it stands for, and `<<` a key as any other.
    """
    text = decode(source, path)
    builder = _Builder(path, frozenset(tags), keep_aliases)
    try:
        root = builder.build(_events(text, path))
    except ConfigError as error:
        raise ConfigError((*builder.problems, *error.problems)) from error
    if strict and builder.problems:
        raise ConfigError(builder.problems)
    return Document(path, root, tuple(builder.problems))


def read_bytes(path: Path, limit: int | None = None) -> bytes:
    """The bytes of a file that a person named. Raises ConfigError when it is missing, unreadable or over `limit`."""
    limit = SIZE_LIMIT if limit is None else limit
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ConfigError(Problem(str(path), "this is a folder", expected="a file"))
        if not stat.S_ISREG(mode):  # a pipe would block, a device never end
            raise ConfigError(Problem(str(path), "this is no regular file", expected="a file"))
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "the name is not valid"
        raise ConfigError(Problem(str(path), f"cannot read the file: {reason}")) from error
    if len(content) > limit:
        raise ConfigError(Problem(str(path), "the file is too large", expected=f"at most {limit >> 20} MiB"))
    return content


def decode(source: bytes | str, path: str) -> str:
    """UTF-8 text without a byte order mark. Raises ConfigError with the place of the first byte that is not text."""
    raw = source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError(Problem(path, "the file is UTF-16", expected="UTF-8", hint="save it again as UTF-8"))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        raise ConfigError(_at(path, before, "not UTF-8 text", f"byte 0x{raw[error.start]:02x}", "UTF-8")) from error
    text = text.removeprefix("\ufeff")
    if (bad := _CONTROL.search(text)) is not None:
        found = f"character U+{ord(bad.group()):04X}"
        raise ConfigError(_at(path, text[: bad.start()], "a control character", found, "printable text"))
    return text


def _at(path: str, before: str, message: str, found: str, expected: str) -> Problem:
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Problem(path=path, line=line, column=column, message=message, found=found, expected=expected)


def _events(text: str, path: str) -> Iterator[Any]:
    """Parser events; its errors become ours. The parser keeps its own stack, so depth costs no recursion."""
    loader = _LOADER(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_syntax_problem(path, error)) from error
    except (yaml.YAMLError, UnicodeError, ValueError, OverflowError) as error:
        raise ConfigError(Problem(path, "not valid YAML")) from error
    finally:
        loader.dispose()


def _syntax_problem(path: str, error: yaml.MarkedYAMLError) -> Problem:
    """The place and a translation of the parser's words; they are never passed on, as they may quote the file."""
    mark = error.problem_mark or error.context_mark
    said = f"{error.context or ''} {error.problem or ''}"
    message, hint = next(((m, h) for part, m, h in _SYNTAX if part in said), ("not valid YAML", None))
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    return Problem(path=path, line=line, column=column, message=f"cannot read YAML: {message}", hint=hint)


# --- Building --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet; `key` is the key that waits for its value."""

    node: Node
    key: tuple[str, int, int] | None = None
    duplicate: bool = False


@dataclass(slots=True)
class _Builder:
    path: str
    tags: frozenset[str]
    keep_aliases: bool = False
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    root: Node | None = None
    documents: int = 0

    def build(self, events: Iterator[Any]) -> Node:
        for event in events:
            match event:
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._start(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self.stack.pop()
                case yaml.AliasEvent():
                    self._alias(event)
                case yaml.DocumentStartEvent():
                    self._document(event)
        if self.root is None or (self.root.children is None and self.root.value is None):
            raise ConfigError(Problem(self.path, "the file is empty", line=1, column=1))
        return self.root

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise ConfigError(self._problem(event, "a second document starts here", hint="remove the line '---'"))

    def _start(self, event: Any) -> None:
        if len(self.stack) >= DEPTH_LIMIT:
            raise ConfigError(self._problem(event, "nested too deeply", expected=f"at most {DEPTH_LIMIT} levels"))
        is_map = isinstance(event, yaml.MappingStartEvent)
        node = self._node(event)
        node.children, node.value = ({}, {}) if is_map else ([], [])
        self._check_tag(event, "map" if is_map else "seq")
        self._add(event, node)
        self.stack.append(_Open(node))

    def _scalar(self, event: Any) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.node.children, dict) and top.key is None:
            self._key(event, top)
            return
        node = self._node(event)
        node.value = self._value(event)
        self._add(event, node)

    def _alias(self, event: Any) -> None:
        node = self._node(event)
        node.value = Tagged(ALIAS) if self.keep_aliases else None
        top = self.stack[-1] if self.stack else None
        is_key = top is not None and isinstance(top.node.children, dict) and top.key is None
        if is_key or not self.keep_aliases:
            hint = "write the value out; quote text that starts with *"
            self._report(self._problem(event, "aliases (*name) are not read here", hint=hint))
        if top is not None and is_key:
            top.key = ("*", node.line, node.column)
            top.duplicate = True
        else:
            self._add(event, node)

    def _key(self, event: Any, top: _Open) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        assert isinstance(top.node.children, dict)
        first = top.node.children.get(event.value)
        if first is not None:
            shown = describe(event.value).removeprefix("text ")
            self._report(
                self._problem(event, f"the key {shown} occurs twice", hint=f"the first one is in line {first.line}")
            )
        if event.value == "<<" and event.implicit[0] and not self.keep_aliases:
            self._report(self._problem(event, "merge keys (<<) are not read here", hint="write the values out"))
        top.key, top.duplicate = (event.value, line, column), first is not None

    def _add(self, event: Any, node: Node) -> None:
        """Hang a value where it belongs. The second value of a duplicate key is checked, but not kept."""
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(top.node.children, list):
            top.node.children.append(node)
            top.node.value.append(node.value)
        elif top.key is None:
            raise ConfigError(self._problem(event, "a list or mapping as a key", expected="text as a key"))
        else:
            name, line, column = top.key
            if not top.duplicate:
                assert isinstance(top.node.children, dict)
                top.node.children[name] = Entry(line, column, node)
                top.node.value[name] = node.value
            top.key, top.duplicate = None, False

    def _value(self, event: Any) -> Any:
        tag = event.tag
        if tag in self.tags:
            return Tagged(tag)
        self._check_tag(event, "str")
        # A plain scalar may mean a number or a word; a quoted or tagged one is text.
        return resolve(event.value) if event.implicit[0] and tag is None else event.value

    def _check_tag(self, event: Any, standard: str) -> None:
        if event.tag not in (None, "!", _STANDARD + standard, *self.tags):
            self._report(
                self._problem(
                    event, "a tag (!name) that is not read here", hint="remove it; quote text that starts with !"
                )
            )

    def _node(self, event: Any) -> Node:
        return Node(event.start_mark.line + 1, event.start_mark.column + 1)

    def _problem(self, event: Any, message: str, *, expected: str | None = None, hint: str | None = None) -> Problem:
        mark = event.start_mark
        return Problem(self.path, message, line=mark.line + 1, column=mark.column + 1, expected=expected, hint=hint)

    def _report(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= PROBLEM_LIMIT:
            raise ConfigError(Problem(self.path, f"more than {PROBLEM_LIMIT} problems; mend these first"))


def resolve(text: str) -> Any:
    """What an unquoted scalar means: None, bool, int, float, else the text itself."""
    folded = text if len(text) > 5 else text.lower()
    if folded in _WORDS and text in (folded, folded.capitalize(), folded.upper()):
        return _WORDS[folded]
    if _INT.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text
