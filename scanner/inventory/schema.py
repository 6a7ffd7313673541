"""JSON Schema of the site file for editors, generated from the models: `python -m scanner.inventory.schema`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scanner.inventory.models import SiteModel

SCHEMA = Path(__file__).resolve().parent.parent / "schemas" / "site.schema.json"
_NULLABLE_WHEN_EMPTY = ("parameters", "applicability", "credentials", "targets", "overlays")


def site_schema() -> dict[str, Any]:
    """The schema as it must stand in `scanner/schemas/site.schema.json`."""
    schema = SiteModel.model_json_schema()
    for name in _NULLABLE_WHEN_EMPTY:  # a key whose lines are all commented out is a key left out
        part = schema["properties"][name]
        outer = {key: part.pop(key) for key in ("title", "description", "default") if key in part}
        schema["properties"][name] = {**outer, "anyOf": [part, {"type": "null"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Site file of ctpat-scanner",
    }


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(site_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(text(), encoding="utf-8")
