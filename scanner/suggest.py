"""The nearest valid name for one that was mistyped."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

_LISTED = 12


def suggest(word: str, names: Iterable[str]) -> str | None:
    """The valid name a person most likely meant, or None when nothing comes near. Case is ignored."""
    by_folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def hint(word: str, names: Iterable[str]) -> str | None:
    """`did you mean 'x'?` ready for `Problem.hint`, or None."""
    near = suggest(word, names)
    return f"did you mean '{near}'?" if near else None


def listed(names: Iterable[str], *, last: str = "or") -> str:
    """`a, b or c` for a message; a long list is cut and says how many more there are."""
    items: Sequence[str] = list(names)
    if len(items) > _LISTED:
        return f"{', '.join(items[:_LISTED])} and {len(items) - _LISTED} more"
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
