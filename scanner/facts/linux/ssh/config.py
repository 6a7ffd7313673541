"""sshd_config(5) as text: keywords in order, and which Match blocks the evaluations have really met."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network

from scanner.facts.base import FileText
from scanner.model import Absent, Maybe, Reason, Unknown

Sections = Mapping[str, FileText | Absent | Unknown]

LOGIN_RULES = "/etc/security/access.conf"
_MAIN = ("/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config")
_DEPTH = 4


def config_text(sections: Sections) -> Maybe[tuple[tuple[str, str], ...]]:
    """Keyword and value of every line, included files in their place; unknown when one of them is unreadable."""
    closed = [
        section
        for path, section in sections.items()
        if path.startswith("/") and path != LOGIN_RULES and isinstance(section, Unknown)
    ]
    if closed:
        return closed[0]
    main = next((path for path in _MAIN if isinstance(sections.get(path), FileText)), None)
    if main is None:
        return Unknown(Reason.UNREADABLE, "no sshd_config was found")
    return tuple(_expand(sections, main, "all", 0))


def match_lines(sections: Sections) -> int:
    texts = (part for path, part in sections.items() if path.startswith("/") and path != LOGIN_RULES)
    lines = (line for part in texts if isinstance(part, FileText) for line in part.lines)
    return sum((_pair(line) or ("", ""))[0] == "match" for line in lines)


def _expand(sections: Sections, path: str, condition: str, depth: int) -> Iterator[tuple[str, str]]:
    section = sections.get(path)
    here = condition
    for line in section.lines if isinstance(section, FileText) else ():
        if (pair := _pair(line)) is None:
            continue
        if pair[0] == "match":
            here = pair[1]
        if pair[0] == "include" and depth < _DEPTH:
            for name in _included(sections, pair[1]):
                yield from _expand(sections, name, here, depth + 1)
        else:
            yield pair
    if here != condition:
        # A Match in an included file ends with that file; say so where its text is flattened.
        yield ("match", condition)


def _pair(line: str) -> tuple[str, str] | None:
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    # A keyword may stand in quotes.
    keyword, value = (*re.split(r'[\s="]+', text.lstrip('"'), maxsplit=1), "")[:2]
    return keyword.lower(), value.strip().strip('"')


def _included(sections: Sections, patterns: str) -> Iterator[str]:
    for pattern in patterns.replace('"', "").split():
        full = pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}"
        yield from sorted(
            path for path, section in sections.items() if isinstance(section, FileText) and fnmatchcase(path, full)
        )


# --- Match blocks ----------------------------------------------------------------------------------------

# Keywords that open nothing, whatever their value; of the others the value that opens nothing.
_HARMLESS = frozenset(
    {
        *("acceptenv", "banner", "chrootdirectory", "clientalivecountmax", "clientaliveinterval", "forcecommand"),
        *("ipqos", "loglevel", "logverbose", "maxauthtries", "maxsessions", "permittty", "rekeylimit", "setenv"),
    }
)
_CLOSED = {"disableforwarding": "yes", "authorizedkeysfile": "none", "permitopen": "none", "permitlisten": "none"}


@dataclass(frozen=True, slots=True)
class Connection:
    """One kind of connection that the server was asked about."""

    user: str
    address: str


def unmet_blocks(
    pairs: tuple[tuple[str, str], ...], asked: Collection[Connection], members: Collection[tuple[str, str]]
) -> tuple[str, ...]:
    """The conditions of Match blocks that may open something and that none of the connections falls under.

    `members` are pairs of group and account. A condition on anything but user, group and address is never met.
    """
    open_blocks = (condition for condition, body in _blocks(pairs) if any(_may_open(*line) for line in body))
    return tuple(dict.fromkeys(text for text in open_blocks if not any(_meets(text, one, members) for one in asked)))


def _blocks(pairs: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    condition, body = "all", list[tuple[str, str]]()
    for keyword, value in (*pairs, ("match", "all")):
        if keyword != "match":
            body.append((keyword, value))
            continue
        if condition.lower() != "all":
            yield condition, body
        condition, body = value, []


def _may_open(keyword: str, value: str) -> bool:
    return keyword not in _HARMLESS and value.lower() != _CLOSED.get(keyword, "no")


def _meets(condition: str, one: Connection, members: Collection[tuple[str, str]]) -> bool:
    words = re.split(r"[\s=]+", condition.replace('"', ""))
    if len(words) % 2:
        return False
    return all(_holds(name.lower(), value, one, members) for name, value in zip(words[::2], words[1::2], strict=True))


def _holds(name: str, value: str, one: Connection, members: Collection[tuple[str, str]]) -> bool:
    tests: Mapping[str, Callable[[str], bool]] = {
        "user": lambda pattern: fnmatchcase(one.user, pattern),
        "group": lambda pattern: any(user == one.user and fnmatchcase(group, pattern) for group, user in members),
        "address": lambda pattern: _in_network(one.address, pattern),
    }
    test = tests.get(name)
    patterns = value.split(",")
    if test is None or any(test(pattern[1:]) for pattern in patterns if pattern.startswith("!")):
        return False
    return any(test(pattern) for pattern in patterns if not pattern.startswith("!"))


def _in_network(address: str, pattern: str) -> bool:
    try:
        return ip_address(address) in ip_network(pattern, strict=False)
    except ValueError:
        return fnmatchcase(address, pattern)
