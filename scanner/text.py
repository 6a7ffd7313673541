"""Words that are safe to show: no control characters, no hidden direction marks, no endless lines; and their number."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, soft hyphen, zero-width and bidirectional marks, line and paragraph separators, fillers,
# annotations, tags, lone surrogates, noncharacters.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def clean(text: str, limit: int = 2000) -> str:
    """`text` with every character a terminal, a browser or a reader could trip over shown as an escape.

    Tabs and line feeds become spaces; what is longer than `limit` characters ends with an ellipsis.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    text = text.replace("\n", " ").replace("\t", " ")
    return _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def clean_all(items: tuple[str, ...], limit: int = 500) -> tuple[str, ...]:
    """Each item cleaned; a list longer than `limit` ends with how many more there are."""
    shown = tuple(clean(item, 400) for item in items[:limit])
    return (*shown, f"… and {len(items) - limit} more") if len(items) > limit else shown


_FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
"""What a formula may begin with; the last four are the full-width forms that East Asian spreadsheets take as well."""


def spreadsheet_cell(text: str, limit: int) -> str:
    """`text` as text for a spreadsheet: an apostrophe stands before what it would take for a formula.

    One more stands before a text that begins with such an apostrophe itself, so that it comes back whole.
    """
    text = clean(text, limit)
    return f"'{text}" if _begins_a_formula(text) else text


def without_apostrophe(cell: str) -> str:
    """What `spreadsheet_cell` was given."""
    return cell[1:] if cell.startswith("'") and _begins_a_formula(cell) else cell


def _begins_a_formula(text: str) -> bool:
    """Whatever number of apostrophes keeps it from being one."""
    return text.lstrip("'").lstrip().startswith(_FORMULA)


def plural(count: int, one: str, many: str = "") -> str:
    """`1 host`, `2 hosts`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
