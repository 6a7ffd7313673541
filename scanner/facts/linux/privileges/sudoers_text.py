"""sudoers(5) text in the shape that `cvtsudoers -e -f json` gives: aliases and includes resolved.

For hosts without cvtsudoers (sudo-rs). What cannot be understood raises `ValueError`: a rule that is skipped would
hide an administrator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

Files = Mapping[str, Sequence[str]]

_INCLUDE = re.compile(r"^[#@](?P<what>include|includedir)\s+(?P<path>\S.*)$")
_ALIAS = re.compile(r"^(?P<kind>User|Runas|Host|Cmnd|Cmd)_Alias\s+(?P<rest>.*)$")
_DEFAULTS = re.compile(r"^Defaults(?P<mark>[@:!>])?(?P<rest>.*)$")
_TAG = re.compile(r"^(?P<tag>[A-Z_]+)\s*:(?!\S*/:)\s*")
_RUNAS = re.compile(r"^\(\s*(?P<users>[^:)]*)(?::(?P<groups>[^)]*))?\)\s*")
_OPTION = re.compile(r"^(?:ROLE|TYPE|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER|APPARMOR_PROFILE)\s*=\s*\S+\s*")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_MAX_DEPTH = 128  # sudo's own limit


def parse(files: Files, main: str) -> dict[str, Any]:
    """`Defaults` and `User_Specs` of the file and all it includes. Raises ValueError where it does not understand."""
    lines = list(_logical(files, main, 0))
    aliases = _aliases(lines)
    defaults: list[dict[str, Any]] = []
    specs: list[dict[str, Any]] = []
    for line in lines:
        if _ALIAS.match(line):
            continue
        if found := _DEFAULTS.match(line):
            defaults.append(_defaults(found["mark"] or "", found["rest"], aliases))
        else:
            specs += _user_specs(line, aliases)
    return {"Defaults": defaults, "User_Specs": specs}


def _logical(files: Files, path: str, depth: int) -> Iterator[str]:
    """Lines without comments, continuations joined, includes in their place."""
    if path not in files or depth > _MAX_DEPTH:
        raise ValueError(f"{path} could not be read")
    text = "\n".join(files[path]).replace("\\\n", " ")
    for raw in text.split("\n"):
        line = raw.strip()
        if found := _INCLUDE.match(line):
            for name in _included(files, found["what"], found["path"].strip().strip('"'), path):
                yield from _logical(files, name, depth + 1)
        elif line := _without_comment(line):
            yield line


def _without_comment(line: str) -> str:
    """A `#` before a digit is a user number; any other opens a comment."""
    return re.split(r"(?<!\\)#(?!\d)|^#\d+(?!.*=).*$", line, maxsplit=1)[0].strip()


def _included(files: Files, what: str, name: str, origin: str) -> Sequence[str]:
    full = name if name.startswith("/") else f"{origin.rsplit('/', 1)[0]}/{name}"
    if what == "include":
        return [full]
    inside = (path for path in files if fnmatchcase(path, f"{full}/*"))
    # sudo passes over files of package managers and editors: a dot in the name, or ~ at its end.
    return sorted(
        path
        for path in inside
        if "/" not in (base := path[len(full) + 1 :]) and "." not in base and not base.endswith("~")
    )


def _split(text: str, separator: str = ",") -> list[str]:
    """Split at a separator that is neither escaped nor quoted."""
    parts = re.findall(rf'(?:\\.|"[^"]*"|[^{re.escape(separator)}"\\])+', text)
    return [part.strip() for part in parts if part.strip()]


Aliases = Mapping[str, Mapping[str, Sequence[str]]]


def _aliases(lines: Sequence[str]) -> Aliases:
    found: dict[str, dict[str, Sequence[str]]] = {}
    for line in lines:
        if match := _ALIAS.match(line):
            kind = "Cmnd" if match["kind"] == "Cmd" else match["kind"]
            for part in _split(match["rest"], ":"):
                name, equals, members = part.partition("=")
                if not equals:
                    raise ValueError(f"an alias without members: {line}")
                found.setdefault(kind, {})[name.strip()] = _split(members)
    return found


def _expand(words: Sequence[str], kind: str, aliases: Aliases, depth: int = 0) -> Iterator[tuple[str, bool]]:
    """Each member with whether it is taken out again by `!`."""
    for word in words:
        bare = word.lstrip("!").strip()
        negated = (len(word) - len(word.lstrip("!"))) % 2 == 1
        if bare in aliases.get(kind, {}) and depth < 16:
            for member, inner in _expand(aliases[kind][bare], kind, aliases, depth + 1):
                yield member, inner != negated
        elif bare != "ALL" and _NAME.fullmatch(bare):
            raise ValueError(f"the alias {bare} is not defined")
        else:
            yield bare, negated


def _marked(entry: dict[str, Any], negated: bool) -> dict[str, Any]:
    return {**entry, "negated": True} if negated else entry


def _users(words: Sequence[str], kind: str, aliases: Aliases) -> list[dict[str, Any]]:
    return [_marked(_user(word), negated) for word, negated in _expand(words, kind, aliases)]


def _user(word: str) -> dict[str, Any]:
    word = word.strip('"')
    if word.startswith("%:"):
        return {"nonunixgroup": word[2:]}
    if word.startswith("%#") and word[2:].isdigit():
        return {"usergid": int(word[2:])}
    if word.startswith("%"):
        return {"usergroup": word[1:]}
    if word.startswith("#") and word[1:].isdigit():
        return {"userid": int(word[1:])}
    return {"netgroup": word[1:]} if word.startswith("+") else {"username": word}


def _defaults(mark: str, rest: str, aliases: Aliases) -> dict[str, Any]:
    """The flags of one Defaults line; bindings to commands and hosts are kept as such."""
    binding: list[dict[str, Any]] = []
    if mark:
        subject, _, rest = rest.strip().partition(" ")
        kinds = {":": "User", ">": "Runas", "@": "Host", "!": "Cmnd"}
        if mark == ":":
            binding = _users(_split(subject), kinds[mark], aliases)
        else:
            binding = [{"hostname" if mark == "@" else "command": subject}]
    options: list[dict[str, Any]] = []
    for item in _split(rest):
        name, equals, value = item.partition("=")
        if equals:
            options.append({name.rstrip("+- "): value.strip()})
        else:
            options.append({name.lstrip("! "): not name.startswith("!")})
    return {"Binding": binding, "Options": options} if binding else {"Options": options}


def _user_specs(line: str, aliases: Aliases) -> list[dict[str, Any]]:
    """`users hosts = commands [: hosts = commands]…`."""
    who, _, rest = _first_word_list(line)
    if "=" not in rest:
        raise ValueError(f"no rule of sudoers(5): {line[:80]}")
    users = _users(_split(who), "User", aliases)
    return [_user_spec(users, part, aliases) for part in _hosts_and_commands(rest)]


def _first_word_list(line: str) -> tuple[str, str, str]:
    """The list before the first blank that neither follows nor precedes a comma."""
    found = re.match(
        r'^(?P<list>(?:\\.|"[^"]*"|[^\s,"\\])+(?:\s*,\s*(?:\\.|"[^"]*"|[^\s,"\\])+)*)\s+(?P<rest>.*)$', line
    )
    if not found:
        raise ValueError(f"no rule of sudoers(5): {line[:80]}")
    return found["list"], " ", found["rest"]


def _hosts_and_commands(text: str) -> list[str]:
    """Split at a colon that opens another host list: one outside of tags and run-as brackets, with `=` behind it."""
    return re.split(r"(?<![A-Z\\])\s*:\s*(?=[!A-Za-z0-9_.,\s/%+-]+=\s*[(/!A-Z])(?![^()]*\))", text)


def _user_spec(users: list[dict[str, Any]], text: str, aliases: Aliases) -> dict[str, Any]:
    _hosts, equals, commands = text.partition("=")
    if not equals:
        raise ValueError(f"no rule of sudoers(5): {text[:80]}")
    return {"User_List": users, "Cmnd_Specs": list(_commands(commands, aliases))}


def _commands(text: str, aliases: Aliases) -> Iterator[dict[str, Any]]:
    """One entry per command; run-as lists and tags hold until they are given again."""
    runas: dict[str, Any] = {}
    options: dict[str, bool] = {}
    for item in _command_items(text):
        item = item.strip()
        if found := _RUNAS.match(item):
            runas = _run_as(found, aliases)
            item = item[found.end() :]
        while (found := _OPTION.match(item)) or (found := _TAG.match(item)):
            if "tag" in found.groupdict():
                _apply_tag(found["tag"], options)
            item = item[found.end() :]
        commands = [
            _marked({"command": _unescaped(word)}, negated) for word, negated in _expand([item], "Cmnd", aliases)
        ]
        yield {**runas, "Options": [{name: value} for name, value in options.items()], "Commands": commands}


def _unescaped(command: str) -> str:
    """sudoers(5) wants these characters escaped in arguments; a regular expression keeps its own escapes."""
    return command if re.match(r"(?:\S+ )?\^", command) else re.sub(r"\\([:,=])", r"\1", command)


def _command_items(text: str) -> list[str]:
    """Split at commas outside of the run-as brackets."""
    parts = re.findall(r'(?:\\.|"[^"]*"|^\s*\([^)]*\)|(?<=,)\s*\([^)]*\)|[^,"\\])+', text)
    return [part for part in parts if part.strip()]


def _run_as(found: re.Match[str], aliases: Aliases) -> dict[str, Any]:
    users = _users(_split(found["users"]), "Runas", aliases)
    groups = _split(found["groups"] or "")
    return {"runasusers": users, "runasgroups": [{"usergroup": name} for name in groups]}


def _apply_tag(tag: str, options: dict[str, bool]) -> None:
    if tag in ("PASSWD", "NOPASSWD"):
        options["authenticate"] = tag == "PASSWD"
    elif tag in ("EXEC", "NOEXEC"):
        options["noexec"] = tag == "NOEXEC"
    elif tag in ("SETENV", "NOSETENV"):
        options["setenv"] = tag == "SETENV"
