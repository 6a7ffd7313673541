"""What the text of an nft script proves about the rules it loads (nft(8)).

No full reader of the language: it answers only where the text settles the question. It proves that a script closes
the host when an input chain refuses at its end and every statement that accepts is narrow: loopback, connections
that exist, ICMP, single ports, named senders. It proves that a script closes nothing when no word in it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"(?m)(?:^|\s)#.*$")
_TABLE = re.compile(r"\btable\s+(?:(ip6?|inet|arp|bridge|netdev)\s+)?[\w\"-]+\s*\{")
_CHAIN = re.compile(r"\bchain\s+[\w\"-]+\s*\{")
_FAMILIES = {"": (4,), "ip": (4,), "ip6": (6,), "inet": (4, 6)}
_REFUSES = re.compile(r"(?:(?:counter|log(?:\s+\w+\s+(?:\"[^\"]*\"|\S+))*)\s+)*(?:drop|reject(?:\s+with.*)?)$")
_TYPE = re.compile(r"type\s+filter\s+hook\s+input\b")

_NARROW = (
    re.compile(r"^(?:meta\s+)?iif(?:name)?\s+\"?lo\"?\s"),
    re.compile(r"^ct\s+state\b(?!.*\b(?:new|untracked)\b)(?!\s*!)"),
    re.compile(
        r"^(?:meta\s+l4proto\s+|ip\s+protocol\s+|ip6\s+nexthdr\s+)?\{?\s*(?:icmp|icmpv6|ipv6-icmp|igmp)\b(?!.*,\s*(?:tcp|udp))"
    ),
    re.compile(r"\b(?:tcp|udp|th|sctp)\s+dport\s+(?![!<>@$])(?!.*\d\s*-\s*\d)"),
    re.compile(r"^ip6?\s+saddr\s+(?![!<>@$])(?!.*/0\b)(?!.*0\.0\.0\.0)(?!.*::/)"),
)


def script_closes(text: str, version: int) -> bool | None:
    """Whether the script refuses unnamed ports over IPv4 (4) or IPv6 (6); None where the text does not settle it."""
    script = _COMMENT.sub("", text)
    if re.search(r"\binclude\b", script):
        return None
    if not re.search(r"\b(?:drop|reject|queue|fwd)\b", script):
        return False
    bodies = [body for family, body in _tables(script) if version in _FAMILIES.get(family, ())]
    return True if any(_table_closes(body) for body in bodies) else None


def _tables(script: str) -> Iterator[tuple[str, str]]:
    for found in _TABLE.finditer(script):
        yield found[1] or "", _block(script, found.end())


def _block(text: str, start: int) -> str:
    """What stands between the brace before `start` and the one that closes it."""
    depth = 1
    for index in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return text[start:index]
    return ""


def _table_closes(table: str) -> bool:
    chains = [_statements(_block(table, found.end())) for found in _CHAIN.finditer(table)]
    accepting = (line for chain in chains for line in chain if re.search(r"\baccept\b", line) and not _is_policy(line))
    return any(_refuses_at_end(chain) for chain in chains) and all(map(_is_narrow, accepting))


def _is_policy(line: str) -> bool:
    return bool(re.match(r"policy\s", line)) or bool(re.match(r"type\s+\w+\s+hook\b", line))


def _refuses_at_end(chain: list[str]) -> bool:
    if not any(_TYPE.match(line) for line in chain):
        return False
    return any(re.fullmatch(r"policy\s+drop", line) for line in chain) or bool(_REFUSES.match(chain[-1]))


def _is_narrow(line: str) -> bool:
    return any(pattern.search(line) for pattern in _NARROW)


def _statements(body: str) -> list[str]:
    """Statements end at a semicolon or line end outside of braces."""
    found, current, depth = list[str](), "", 0
    for char in body:
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth == 0 and char in ";\n":
            found.append(current)
            current = ""
        else:
            current += " " if char == "\n" else char
    return [line for text in (*found, current) if (line := re.sub(r"\s+", " ", text).strip())]
