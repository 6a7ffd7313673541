"""Which packets no rule can tell apart, so that a host with thousands of interfaces is walked once for each kind.

Two interfaces are alike when the rules name neither of them, nor a pattern that fits one and not the other. Two
addresses are alike when no rule asks for a destination.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from scanner.facts.linux.firewall.packet import Ruleset, Word
from scanner.facts.network import NetworkInterface

Way = tuple[NetworkInterface, str | None]
Kind = tuple[Hashable, ...]

_DESTINATIONS = frozenset({"daddr", "-d", "--destination", "--dst-range"})
_LONGEST_NAME = 15  # IFNAMSIZ


class Kinds:
    """The kinds of interfaces and addresses that one ruleset tells apart."""

    def __init__(self, rules: Ruleset) -> None:
        self.words: frozenset[Word] = frozenset().union(*(table.words for table in rules.tables))
        self.asks_destination = not self.words.isdisjoint(_DESTINATIONS)
        self._prefixes = frozenset(
            word[:-1] for word in self.words if isinstance(word, str) and word.endswith(("*", "+"))
        )

    def interface(self, name: str, index: int | None = None) -> Kind:
        """Equal for interfaces that are alike."""
        is_named = name in self.words or len(name) > _LONGEST_NAME
        fitting = frozenset() if is_named else self._prefixes & {name[:end] for end in range(len(name) + 1)}
        numbered = index if index is None or index in self.words else "unnamed"
        return (name if is_named else None, fitting, numbered)

    def address(self, address: str | None) -> Kind:
        """Equal for addresses that are alike; one that is not known is a kind of its own where rules ask for it."""
        return ("asked", address) if self.asks_destination else ("any",)

    def way(self, way: Way) -> Kind:
        """Equal for ways in that are alike."""
        interface, address = way
        return (self.interface(interface.name, interface.index), self.address(address))

    def one_of_each(self, ways: Iterable[Way]) -> Iterator[Way]:
        """The first way in of each kind, in the order of the ways."""
        firsts: dict[Kind, Way] = {}
        for way in ways:
            firsts.setdefault(self.way(way), way)
        yield from firsts.values()
