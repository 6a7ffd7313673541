"""JSON Schema of the run document, read off the types of `model`: `python -m scanner.report.schema`.

It describes what this version writes. Objects stay open, because a later version may add keys and never takes one
away.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from scanner.document import SCHEMA as ID
from scanner.model import Counts, RunResult

SCHEMA = Path(__file__).resolve().parent.parent / "schemas" / "run.schema.json"
_PLAIN: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    type(None): {"type": "null"},
    Any: {},
}


def run_schema() -> dict[str, Any]:
    """The schema as it must stand in `scanner/schemas/run.schema.json`."""
    defs: dict[str, Any] = {}
    root = _object(RunResult, defs)
    assessment = defs["Assessment"]
    assessment["properties"]["counts"] = _type(Counts, defs)  # not stored: `document.run_document` adds it
    assessment["required"].append("counts")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "Run document of ctpat-scanner",
        **root,
        "properties": {"schema": {"const": ID}, **root["properties"]},
        "required": ["schema", *root["required"]],
        "$defs": dict(sorted(defs.items())),
    }


def _object(kind: Any, defs: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    names = [f.name for f in fields(kind)]
    return {
        "description": (kind.__doc__ or "").strip().splitlines()[0],
        "type": "object",
        "properties": {name: _type(hints[name], defs) for name in names},
        "required": names,
    }


def _type(hint: Any, defs: dict[str, Any]) -> dict[str, Any]:
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _named(hint, defs, lambda: {"enum": [member.value for member in hint]})
    if is_dataclass(hint) and isinstance(hint, type):
        return _named(hint, defs, lambda: _object(hint, defs))
    return _generic(typing.get_origin(hint), typing.get_args(hint), defs)


def _named(kind: type, defs: dict[str, Any], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    if kind.__name__ not in defs:
        defs[kind.__name__] = {}  # a type may hold itself
        defs[kind.__name__] = make()
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _generic(origin: Any, arguments: tuple[Any, ...], defs: dict[str, Any]) -> dict[str, Any]:
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_type(argument, defs) for argument in arguments]}
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return {"type": "array", "items": _type(arguments[0], defs)}
    if origin is tuple:
        parts = [_type(argument, defs) for argument in arguments]
        return {"type": "array", "prefixItems": parts, "minItems": len(parts), "maxItems": len(parts)}
    key, value = arguments
    names = {} if key is str else {"propertyNames": _type(key, defs)}
    return {"type": "object", **names, "additionalProperties": _type(value, defs)}


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(run_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(text(), encoding="utf-8")
