"""The words of the walk: a packet, three-valued matches, rules, chains, tables.

Both rule languages of Linux are parsed into these types; only the walker reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from scanner.facts.stranger import Address
from scanner.model import Unknown

Word = str | int
Route = tuple["Table", "Base"]

MAX_WORK = 600_000

CONNTRACK_PRIORITY = -200  # NF_IP_PRI_CONNTRACK: before it a packet has no connection state


class TooComplex(Exception):
    """The walk passed a limit; the message says which."""


class Budget:
    """The comparisons that all walks through one ruleset may spend together, so that no listing takes for ever."""

    def __init__(self, work: int = MAX_WORK) -> None:
        self.left = work

    @property
    def is_spent(self) -> bool:
        """Whether a walk was ended for want of it: every later one is too."""
        return self.left < 0

    def spend(self, work: int) -> None:
        """Take `work` away; raises `TooComplex` when there is not so much left."""
        self.left = -1 if work > self.left else self.left - work
        if self.left < 0:
            raise TooComplex("the rules take more comparisons than one scan may spend")


class Truth(Enum):
    """Whether a match holds for a packet.

    `SENDER` is a match that whoever sends packets can bring about or avoid by trying again: rates, counters, chance.
    """

    NO = 0
    YES = 1
    MAYBE = 2
    SENDER = 3


def holds(answer: bool) -> Truth:
    return Truth.YES if answer else Truth.NO


def negated(truth: Truth) -> Truth:
    return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(truth, truth)


def _first(truths: Iterable[Truth], order: tuple[Truth, ...]) -> Truth:
    seen = set(truths)
    return next((truth for truth in order if truth in seen), order[-1])


def all_of(truths: Iterable[Truth]) -> Truth:
    """Conjunction; of nothing: yes."""
    return _first(truths, (Truth.NO, Truth.MAYBE, Truth.SENDER, Truth.YES))


def any_of(truths: Iterable[Truth]) -> Truth:
    """Disjunction; of nothing: no."""
    return _first(truths, (Truth.YES, Truth.SENDER, Truth.MAYBE, Truth.NO))


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """A first packet from a stranger: TCP with SYN alone, or a UDP datagram.

    `destination` is None where the interface's address is unknown. `out` is the leaving interface of a forwarded
    packet, None for one addressed to this host. `mark` is None where some rule may have set it; `tracked` is false
    where the connection state is not (or perhaps not) there to be matched.
    """

    version: int
    interface: str
    source: Address
    destination: Address | None
    protocol: str
    port: int
    index: int | None = None
    out: str | None = None
    source_port: int = 51234
    mark: int | None = 0
    tracked: bool = True
    hook: str = "input"
    budget: Budget = field(default_factory=Budget, compare=False, repr=False)

    @property
    def is_local(self) -> bool:
        return self.out is None


class Effect(Enum):
    """What a rule does with a packet that it matches. `OPAQUE` hands it to something that cannot be evaluated."""

    ACCEPT = "accept"
    DROP = "drop"
    JUMP = "jump"
    GOTO = "goto"
    RETURN = "return"
    NEXT = "next"
    REDIRECT = "redirect"
    DNAT = "dnat"
    OPAQUE = "opaque"


Test = Callable[[Packet], Truth]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`text` is the rule as its tool prints it. `target` is a chain; `port` the new port of a redirect.

    `writes` names what the rule changes for later rules: `mark`, `notrack`.
    """

    text: str
    tests: tuple[Test, ...]
    effect: Effect
    target: str = ""
    port: int | None = None
    writes: frozenset[str] = frozenset()

    def truth(self, packet: Packet) -> Truth:
        """Whether the rule matches; a comparison of things that do not compare is `MAYBE`."""
        seen: list[Truth] = []
        for test in self.tests:
            try:
                seen.append(test(packet))
            except (TypeError, ValueError, LookupError, AttributeError, StopIteration, RecursionError):
                seen.append(Truth.MAYBE)
            if seen[-1] is Truth.NO:
                return Truth.NO
        return all_of(seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A chain that the kernel calls. `devices` is empty except at ingress, None there when nobody names them."""

    chain: str
    hook: str
    priority: int
    policy: Effect
    kind: str = "filter"
    devices: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`family` as nft names it: ip, ip6, inet, netdev. `system` says which rule store it lives in.

    `words` are all names and numbers that its rules hold: what is not among them, no rule can tell apart.
    """

    family: str
    name: str
    system: str
    chains: Mapping[str, tuple[Rule, ...]]
    bases: tuple[Base, ...]
    ports: frozenset[tuple[int, int]] = frozenset()
    words: frozenset[Word] = frozenset()

    def __str__(self) -> str:
        return f"{self.family} {self.name}"

    @property
    def has_rules(self) -> bool:
        return any(self.chains.values()) or any(base.policy is not Effect.ACCEPT for base in self.bases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Every table that could be read, and why others could not.

    A table that was not read can only refuse more: what is refused by the rest stays refused. `budget` is shared by
    all walks; `routes` keeps the base chains of each IP version in their order.
    """

    tables: tuple[Table, ...] = ()
    unread: tuple[Unknown, ...] = ()
    writes: frozenset[str] = field(default=frozenset())
    budget: Budget = field(default_factory=Budget, compare=False, repr=False)
    routes: dict[tuple[int, tuple[str, ...]], tuple[Route, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )


def ruleset(tables: Iterable[Table], unread: Iterable[Unknown] = ()) -> Ruleset:
    """A ruleset with the side effects of all its rules summed up."""
    known = tuple(tables)
    rules = (rule for table in known for rules in table.chains.values() for rule in rules)
    return Ruleset(tables=known, unread=tuple(unread), writes=frozenset().union(*(rule.writes for rule in rules)))
