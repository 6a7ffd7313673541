"""Makes a target's words safe to show: no control characters, no hidden direction marks, no endless lines."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, zero-width and bidirectional marks, line and paragraph separators, lone surrogates.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def clean(text: str, limit: int = 2000) -> str:
    """`text` with every character a terminal, a browser or a reader could trip over shown as an escape.

    Tabs and line feeds become spaces; what is longer than `limit` characters ends with an ellipsis.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    text = text.replace("\n", " ").replace("\t", " ")
    return _UNSAFE.sub(lambda match: f"\\x{ord(match.group()):02x}", text)


def clean_all(items: tuple[str, ...], limit: int = 500) -> tuple[str, ...]:
    """Each item cleaned; a list longer than `limit` ends with how many more there are."""
    shown = tuple(clean(item, 400) for item in items[:limit])
    return (*shown, f"… and {len(items) - limit} more") if len(items) > limit else shown
