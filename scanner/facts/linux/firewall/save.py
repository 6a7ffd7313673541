"""`iptables-save` and `ip6tables-save` text into tables (iptables-extensions(8))."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scanner.facts.base import lines_of
from scanner.facts.linux.firewall.packet import Base, Effect, Rule, Table, Word
from scanner.facts.linux.firewall.save_match import UNDECIDED, Matches, read_matches
from scanner.model import Reason, Unknown

TABLES = ("filter", "nat", "mangle", "raw", "security")

_PRIORITIES = {"raw": -300, "mangle": -150, "nat": -100, "filter": 0, "security": 50}
_HOOKS = {"PREROUTING": "prerouting", "INPUT": "input", "FORWARD": "forward"}
# Targets after which the next rule is looked at.
SILENT = re.findall(
    r"\w+",
    "LOG NFLOG ULOG AUDIT MARK CONNMARK CONNSECMARK SECMARK CT NOTRACK TCPMSS CHECKSUM DSCP TOS TTL HL CLASSIFY "
    "SET TRACE TEE RATEEST IDLETIMER LED HMARK CLUSTERIP",
)
_TARGETS: Mapping[str, Effect] = {
    "ACCEPT": Effect.ACCEPT,
    "DROP": Effect.DROP,
    "REJECT": Effect.DROP,
    "RETURN": Effect.RETURN,
    "REDIRECT": Effect.REDIRECT,
    "DNAT": Effect.DNAT,
    "NETMAP": Effect.DNAT,
    "SNAT": Effect.ACCEPT,
    "MASQUERADE": Effect.ACCEPT,
    **dict.fromkeys(SILENT, Effect.NEXT),
}
_WRITES = {"MARK": "mark", "CONNMARK": "mark", "HMARK": "mark", "NOTRACK": "notrack"}
_TOKEN = re.compile(r'"((?:\\.|[^"\\])*)"|(\S+)')
_CHAIN = re.compile(r":(\S+) (ACCEPT|DROP|REJECT|-)(?:\s|$)")
_COUNTERS = re.compile(r"\[\d+:\d+\] ")
_PORTS = re.compile(r"--(?:dports?|ports|destination-ports?) ([0-9:,]+)")


@dataclass
class _Draft:
    name: str
    chains: dict[str, deque[Rule]] = field(default_factory=dict)
    policies: dict[str, Effect] = field(default_factory=dict)
    ports: set[tuple[int, int]] = field(default_factory=set)
    words: set[Word] = field(default_factory=set)


def parse_save(text: str, version: int, system: str) -> tuple[Table, ...] | Unknown:
    """The tables of one save; unknown for text that is none or is cut off.

    `version` is 4 or 6; `system` names the rule store.
    """
    try:
        return _parse(text, version, system)
    except ValueError as error:
        return Unknown(Reason.UNREADABLE, f"{system}: its listing has a number that is none: {str(error)[:120]}")


def _parse(text: str, version: int, system: str) -> tuple[Table, ...] | Unknown:
    drafts: list[_Draft] = []
    is_open = False
    for raw in lines_of(text):
        line = _COUNTERS.sub("", raw.strip(), count=1) if raw.lstrip().startswith("[") else raw.strip()
        if not line or line.startswith("#"):
            continue
        if line == "COMMIT":
            is_open = False
        elif line.startswith("*"):
            drafts.append(_Draft(line[1:]))
            is_open = True
        elif not (is_open and _entry(drafts[-1], line)):
            return Unknown(
                Reason.UNREADABLE, f"{system}: its listing has a line that cannot be understood: {line[:120]}"
            )
    if is_open:
        return Unknown(Reason.UNREADABLE, f"{system}: its listing ends before COMMIT")
    return tuple(_table(draft, version, system) for draft in drafts)


def incompatible(text: str) -> frozenset[str]:
    """Tables that the save names and does not show, because they hold what iptables cannot express."""
    return frozenset(re.findall(r"^# Table [`'](\w+)' (?:is|contains) incompatible", text, re.MULTILINE))


def _entry(draft: _Draft, line: str) -> bool:
    if (declared := _CHAIN.match(line)) is not None:
        chain, policy = declared.groups()
        draft.chains.setdefault(chain, deque())
        if policy != "-":
            draft.policies[chain] = Effect.ACCEPT if policy == "ACCEPT" else Effect.DROP
        return True
    words = [quoted or plain for quoted, plain in _TOKEN.findall(line)]
    if len(words) < 2 or words[0] not in ("-A", "-I"):
        return False
    rules = draft.chains.setdefault(words[1], deque())
    # A hand-written rule file may insert: the rule then comes first.
    add = rules.append if words[0] == "-A" else rules.appendleft
    add(_rule(line, words[2:]))
    draft.ports.update(_ports(line))
    draft.words.update(words)
    return True


def _rule(line: str, words: list[str]) -> Rule:
    found: Matches = read_matches(words)
    target = found.target
    effect = _TARGETS.get(target, Effect.JUMP) if target else Effect.NEXT
    if found.is_goto:
        effect = Effect.GOTO
    if effect is Effect.REDIRECT and "--to-ports" in words and found.port is None:
        effect = Effect.OPAQUE
    writes = {_WRITES[target]} if target in _WRITES else set()
    if target == "CT" and "--notrack" in words:
        writes.add("notrack")
    jumps = effect in (Effect.JUMP, Effect.GOTO)
    return Rule(
        text=line[:300],
        tests=found.tests,
        effect=effect,
        target=target if jumps else "",
        port=found.port,
        writes=frozenset(writes),
    )


def _table(draft: _Draft, version: int, system: str) -> Table:
    chains = {name: tuple(_known(rule, draft) for rule in rules) for name, rules in draft.chains.items()}
    return Table(
        family="ip" if version == 4 else "ip6",
        name=draft.name,
        system=system,
        chains=chains,
        bases=tuple(_bases(draft)),
        ports=frozenset(draft.ports),
        words=frozenset(draft.words),
    )


def _known(rule: Rule, draft: _Draft) -> Rule:
    """A jump to something that is no chain goes to a target this program does not know."""
    if rule.effect in (Effect.JUMP, Effect.GOTO) and rule.target not in draft.chains:
        return Rule(text=rule.text, tests=(*rule.tests, UNDECIDED), effect=Effect.OPAQUE)
    return rule


def _bases(draft: _Draft) -> Iterable[Base]:
    for chain, policy in draft.policies.items():
        if chain in _HOOKS and draft.name in _PRIORITIES:
            priority = 100 if (draft.name, chain) == ("nat", "INPUT") else _PRIORITIES[draft.name]
            kind = "nat" if draft.name == "nat" else "filter"
            yield Base(chain=chain, hook=_HOOKS[chain], priority=priority, policy=policy, kind=kind)


def _ports(line: str) -> Iterable[tuple[int, int]]:
    for listed in _PORTS.findall(line):
        for part in listed.split(","):
            low, _, high = part.partition(":")
            if part.strip(":"):
                yield int(low or 0), int((high or 65535) if ":" in part else low)
