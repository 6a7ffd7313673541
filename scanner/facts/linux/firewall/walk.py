"""Walking a ruleset with one packet, the way the kernel does.

Base chains of a hook run by priority; drop or reject in any of them is final, accept ends only its own chain, and
the end of a base chain is its policy. Where a match cannot be decided both ways are walked: a drop behind such a
match is passed by (a stranger may well not meet it), anything else that could let the packet in makes the answer
unknown, with the text of the rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from scanner.facts.linux.firewall.packet import (
    CONNTRACK_PRIORITY,
    Base,
    Effect,
    Packet,
    Route,
    Rule,
    Ruleset,
    Table,
    TooComplex,
    Truth,
)

MAX_STEPS = 200_000
MAX_BRANCHES = 150
MAX_STACK = 64  # the kernel allows 16
_CALL = 5  # what it costs to call a base chain, in comparisons
_JUMP = 3
_FORK = 8

INBOUND = ("ingress", "prerouting", "input")
FORWARD = ("ingress", "prerouting", "forward")


class Fate(Enum):
    """What became of the packet in one chain, or in the whole ruleset."""

    ALLOW = "allow"
    DENY = "deny"
    UNKNOWN = "unknown"
    REDIRECT = "redirect"
    DNAT = "dnat"


@dataclass(frozen=True, slots=True)
class End:
    """A fate and the rule or policy that brought it about; `port` is set by a redirect."""

    fate: Fate
    because: str
    port: int | None = None


_FINAL = {
    Effect.ACCEPT: Fate.ALLOW,
    Effect.DROP: Fate.DENY,
    Effect.REDIRECT: Fate.REDIRECT,
    Effect.DNAT: Fate.DNAT,
    Effect.OPAQUE: Fate.UNKNOWN,
}
_ATTRACTIVE = (Fate.ALLOW, Fate.REDIRECT, Fate.DNAT, Fate.UNKNOWN, Fate.DENY)

Stack = tuple[tuple[str, int], ...]


class _Walk:
    """One packet in one base chain."""

    def __init__(self, table: Table, base: Base, packet: Packet) -> None:
        self.table, self.base, self.packet = table, base, packet
        self.memo: dict[tuple[str, int, Stack], End] = {}
        self.steps = 0

    def end(self, chain: str, index: int, stack: Stack, depth: int = 0) -> End:
        """The end of the packet that stands before rule `index` of `chain`."""
        start = (chain, index, stack)
        if start not in self.memo:
            self.memo[start] = self._end(chain, index, stack, depth)
        return self.memo[start]

    def _end(self, chain: str, index: int, stack: Stack, depth: int) -> End:
        pending: list[tuple[Truth, Rule, End]] = []
        while True:
            rule, chain, index, stack = self._next(chain, index, stack)
            truth = self._truth(rule) if rule else Truth.YES
            if rule is None:
                result = self._policy()
                break
            if truth is Truth.NO or rule.effect is Effect.NEXT:
                continue
            if truth is not Truth.YES:
                pending.append((truth, rule, self._branch(rule, chain, index, stack, depth)))
            elif rule.effect in _FINAL:
                result = self._final(rule)
                break
            elif (step := self._follow(rule, chain, index, stack)) is None:
                result = self._policy()
                break
            else:
                chain, index, stack = step
        for truth, rule, branch in reversed(pending):
            result = _join(truth, rule, branch, result)
        return result

    def _truth(self, rule: Rule) -> Truth:
        self.packet.budget.spend(1 + len(rule.tests) // 4)
        return rule.truth(self.packet)

    def _next(self, chain: str, index: int, stack: Stack) -> tuple[Rule | None, str, int, Stack]:
        """The rule to look at, None at the end of the base chain; and the position behind it."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooComplex(f"more than {MAX_STEPS} rules on the way")
        while index >= len(rules := self._rules(chain)):
            if not stack:
                return None, chain, index, stack
            (chain, index), stack = stack[-1], stack[:-1]
        return rules[index], chain, index + 1, stack

    def _rules(self, chain: str) -> tuple[Rule, ...]:
        if chain not in self.table.chains:
            raise TooComplex(f"a jump to chain {chain}, which is not listed")
        return self.table.chains[chain]

    def _follow(self, rule: Rule, chain: str, index: int, stack: Stack) -> tuple[str, int, Stack] | None:
        """Where a jump, goto or return leads; None from a base chain to its policy."""
        self.packet.budget.spend(_JUMP)
        if rule.effect is Effect.RETURN:
            return (*stack[-1], stack[:-1]) if stack else None
        if len(stack) >= MAX_STACK:
            raise TooComplex(f"more than {MAX_STACK} jumps within each other")
        return rule.target, 0, (*stack, (chain, index)) if rule.effect is Effect.JUMP else stack

    def _branch(self, rule: Rule, chain: str, index: int, stack: Stack, depth: int) -> End:
        """The end if an undecided rule did match."""
        self.packet.budget.spend(_FORK)
        if rule.effect in _FINAL:
            return self._final(rule)
        if depth >= MAX_BRANCHES:
            raise TooComplex(f"more than {MAX_BRANCHES} undecided jumps")
        step = self._follow(rule, chain, index, stack)
        return self.end(*step, depth + 1) if step else self._policy()

    def _final(self, rule: Rule) -> End:
        return End(_FINAL[rule.effect], f"{self.table}: {rule.text}", rule.port)

    def _policy(self) -> End:
        return End(_FINAL[self.base.policy], f"{self.table}: policy {self.base.policy.value} of {self.base.chain}")


def _join(truth: Truth, rule: Rule, branch: End, rest: End) -> End:
    """The two ways behind an undecided match as one end."""
    if truth is Truth.SENDER:
        return min(branch, rest, key=lambda end: _ATTRACTIVE.index(end.fate))
    if rest.fate is Fate.DENY and branch.fate is not Fate.DENY:
        return End(Fate.UNKNOWN, f"it cannot be told whether this rule matches: {rule.text}")
    if rule.effect is Effect.RETURN and branch.fate is Fate.DENY and rest.fate is not Fate.DENY:
        return End(Fate.UNKNOWN, f"it cannot be told whether this rule matches: {rule.text}")
    return rest


def walk(rules: Ruleset, packet: Packet, hooks: tuple[str, ...] = INBOUND) -> End:
    """What the whole ruleset does with the packet: `ALLOW`, `DENY` or `UNKNOWN`."""
    packet = replace(packet, mark=None if "mark" in rules.writes else packet.mark, budget=rules.budget)
    allowed, doubt = End(Fate.ALLOW, "no rule stands in the way"), None
    for table, base in _bases(rules, packet, hooks):
        tracked = base.priority > CONNTRACK_PRIORITY and base.hook != "ingress" and "notrack" not in rules.writes
        end = _chain(table, base, replace(packet, hook=base.hook, tracked=tracked))
        if end.fate is Fate.DENY and base.devices is not None:
            return end
        if end.fate is Fate.REDIRECT:
            packet = replace(packet, port=end.port or packet.port)
        elif end.fate is Fate.ALLOW:
            allowed = end if base.kind == "filter" and base.hook != "prerouting" else allowed
        else:
            doubt = doubt or End(Fate.UNKNOWN, _doubt(base, end))
            if base.kind == "nat" or rules.budget.is_spent:
                return doubt  # where the packet goes from here is not known
    return doubt or allowed


def _chain(table: Table, base: Base, packet: Packet) -> End:
    try:
        packet.budget.spend(_CALL)
        return _Walk(table, base, packet).end(base.chain, 0, ())
    except TooComplex as error:
        return End(Fate.UNKNOWN, f"{table} chain {base.chain}: {error}")


def _doubt(base: Base, end: End) -> str:
    if end.fate is Fate.DENY:
        return f"refused at ingress of an interface that the listing does not name: {end.because}"
    if end.fate is Fate.DNAT:
        return f"sent on to another address: {end.because}"
    return end.because


def _bases(rules: Ruleset, packet: Packet, hooks: tuple[str, ...]) -> Iterator[Route]:
    key = (packet.version, hooks)
    if key not in rules.routes:
        rules.routes[key] = _route(rules, *key)
    for table, base in rules.routes[key]:
        if not base.devices or packet.interface in base.devices:
            yield table, base


def _route(rules: Ruleset, version: int, hooks: tuple[str, ...]) -> tuple[Route, ...]:
    """The base chains that a packet may meet, in the order in which the kernel calls them."""
    families = {"ip" if version == 4 else "ip6", "inet", "netdev"}
    found = [
        (table, base)
        for table in rules.tables
        if table.family in families
        for base in table.bases
        if base.hook in hooks
    ]
    return tuple(sorted(found, key=lambda pair: (hooks.index(pair[1].hook), pair[1].priority)))
