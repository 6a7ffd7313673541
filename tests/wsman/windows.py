"""WMI and the registry of a host as tables, for the endpoint: classes with their objects, keys with their values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.wsman.messages import Instance

KINDS = {"String": 1, "ExpandString": 2, "Binary": 3, "DWord": 4, "MultiString": 7, "QWord": 11}
_RESULTS = {
    "GetStringValue": "sValue",
    "GetExpandedStringValue": "sValue",
    "GetMultiStringValue": "sValue",
    "GetBinaryValue": "uValue",
    "GetDWORDValue": "uValue",
    "GetQWORDValue": "uValue",
}


@dataclass
class Tables:
    """`classes` by namespace and class in lower case; `registry` by key: name to kind and value. `denied` are classes
    and keys that the account may not read. `asked` is everything that was."""

    classes: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    registry: Mapping[str, Mapping[str, tuple[str, Any]]] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def wql(self, query: str, namespace: str) -> Sequence[Instance]:
        self.asked.append(query)
        found = re.fullmatch(r"SELECT (.+) FROM (\w+)(?: WHERE (.+))?", query)
        assert found is not None, query
        kind = found[2]
        if kind in self.denied:
            raise PermissionError(kind)
        rows = self.classes[f"{namespace}:{kind}".lower()]
        return [(kind, row) for row in rows]

    def invoke(self, kind: str, method: str, given: Mapping[str, str]) -> Mapping[str, Any]:
        key, name = given["sSubKeyName"], given.get("sValueName", "")
        self.asked.append(f"{method} {key} {name}".strip())
        if key in self.denied:
            return {"ReturnValue": 5}
        known = {place.lower(): values for place, values in self.registry.items()}
        if method == "EnumKey":
            return self._keys(key)
        values = known.get(key.lower())
        if values is None:
            return {"ReturnValue": 2}
        if method == "EnumValues":
            kinds = [KINDS[kind] for kind, _ in values.values()]
            return {"sNames": list(values), "Types": kinds, "ReturnValue": 0}
        return {_RESULTS[method]: values[name][1], "ReturnValue": 0}

    def _keys(self, key: str) -> Mapping[str, Any]:
        inside = [place[len(key) + 1 :] for place in self.registry if place.lower().startswith(key.lower() + "\\")]
        if not inside and key not in self.registry:
            return {"ReturnValue": 2}
        return {"sNames": list(dict.fromkeys(one.partition("\\")[0] for one in inside)), "ReturnValue": 0}
