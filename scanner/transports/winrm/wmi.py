"""WMI over WS-Management, without any shell: queries, and the registry through StdRegProv. Read-only.

Sources: DSP0226 (Enumerate, Pull), MS-WSMV 3.1.4.1.30 (WQL dialect), the StdRegProv class. The registry provider of a
64-bit Windows runs as a 64-bit process, so its own view is the one that the collector reads. Text with variables in it
comes with them filled in, which the collector would have left.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Any

import xmltodict

from scanner.transports.winrm import refusals
from scanner.transports.winrm.protocol import WinRMOperationTimeoutError, Wsman

ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
REGISTRY = f"{WMI}root/default/StdRegProv"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
HKLM = "2147483650"
INSTANCES_MAX = 20_000
REQUESTS_MAX = 800

Value = str | list[str] | None
"""A property as it came: text, texts, or nothing. What type it has, only the one who asked knows."""

Instance = Mapping[str, Value]
"""One object, its properties by name in lower case."""

# Registry types, the method that reads each, the name of what it returns, and the kind as .NET names it.
_KINDS: Mapping[int, tuple[str, str, str]] = {
    1: ("GetStringValue", "svalue", "String"),
    2: ("GetExpandedStringValue", "svalue", "ExpandString"),
    3: ("GetBinaryValue", "uvalue", "Binary"),
    4: ("GetDWORDValue", "uvalue", "DWord"),
    7: ("GetMultiStringValue", "svalue", "MultiString"),
    11: ("GetQWORDValue", "uvalue", "QWord"),
}
_NO_KEY = 2
_DENIED = 5


class Refused(Exception):
    """One read that the host did not answer; `record` is the error as the collector would have reported it."""

    def __init__(self, text: str, *, hresult: int | None = None, code: str = "") -> None:
        super().__init__(text)
        self.record = {"type": "WSMan", "hresult": hresult, "code": code, "fqid": "", "category": "", "text": text}


class Wmi:
    """Asks one host; each answer is kept, since several facts ask for the same class."""

    def __init__(self, wsman: Wsman) -> None:
        self._wsman = wsman
        self._left = REQUESTS_MAX
        self._queries: dict[tuple[str, str], list[Instance]] = {}
        self._keys: dict[str, dict[str, tuple[str, int]] | None] = {}

    def query(self, text: str, namespace: str = "root/cimv2") -> list[Instance]:
        """All objects of a query. Raises Refused, and TargetError when the connection is gone."""
        place = (namespace.replace("\\", "/").lower(), text)
        if place not in self._queries:
            self._queries[place] = self._enumerate(*place)
        return self._queries[place]

    def values(self, key: str, names: Sequence[str]) -> dict[str, Any]:
        """What `Read-Registry` returns: whether the key exists, and those of the values that do."""
        known = self._names(key)
        if known is None:
            return {"exists": False}
        found = [(name, known[name.lower()]) for name in names if name.lower() in known]
        return {"exists": True, "values": {name: self._value(key, *own) for name, own in found}}

    def count(self, key: str, names: Sequence[str]) -> int:
        """How many of the values exist; none of them is read, as they may be secrets."""
        return sum(name.lower() in (self._names(key) or {}) for name in names)

    def subkeys(self, key: str) -> dict[str, Any]:
        """What `Read-RegistrySubkeys` returns."""
        answer = self._registry("EnumKey", key)
        return {"exists": True, "names": _texts(answer.get("snames"))} if answer else {"exists": False}

    # --- Registry ----------------------------------------------------------------------------------------

    def _names(self, key: str) -> dict[str, tuple[str, int]] | None:
        """The values of a key by name in lower case: their name and type. None where there is no key."""
        if key not in self._keys:
            answer = self._registry("EnumValues", key)
            names, types = _texts((answer or {}).get("snames")), _texts((answer or {}).get("types"))
            pairs = zip(names, types, strict=False)
            self._keys[key] = None if answer is None else {name.lower(): (name, int(kind)) for name, kind in pairs}
        return self._keys[key]

    def _value(self, key: str, name: str, kind: int) -> dict[str, Any]:
        if kind not in _KINDS:
            raise Refused(f"{name}: a registry value of type {kind}")
        method, result, word = _KINDS[kind]
        answer = self._registry(method, key, name)
        if answer is None:
            raise Refused(f"{name}: the registry value has just gone")
        return {"kind": word, "value": _registry_value(kind, answer.get(result))}

    def _registry(self, method: str, key: str, name: str | None = None) -> Instance | None:
        given = {"hDefKey": HKLM, "sSubKeyName": key} | ({} if name is None else {"sValueName": name})
        answer = self._invoke(method, given)
        status = answer.get("returnvalue")
        if status == str(_NO_KEY):
            return None
        if status != "0":
            raise Refused(f"{key}: the registry answers {status}", hresult=0x80070000 | _number(status))
        return answer

    def _invoke(self, method: str, given: Mapping[str, str]) -> Instance:
        body = {f"p:{method}_INPUT": {"@xmlns:p": REGISTRY} | {f"p:{name}": text for name, text in given.items()}}
        root = self._ask(f"{REGISTRY}/{method}", REGISTRY, body)
        output = next((node for node in root.iter() if node.tag.endswith(f"{method}_OUTPUT")), None)
        if output is None:
            raise refusals.nonsense(self._wsman.line.listener)
        return _instance(output)

    # --- Queries -----------------------------------------------------------------------------------------

    def _enumerate(self, namespace: str, text: str) -> list[Instance]:
        resource = f"{WMI}{namespace}/*"
        body: dict[str, Any] = {
            "n:Enumerate": {
                "w:OptimizeEnumeration": None,
                "w:MaxElements": "32000",
                "w:Filter": {"@Dialect": WQL, "#text": text},
            }
        }
        found: list[Instance] = []
        action = "Enumerate"
        while True:
            root = self._ask(f"{ENUMERATION}/{action}", resource, body)
            found += [_instance(node) for items in _named(root, "Items") for node in items]
            if len(found) > INSTANCES_MAX:
                raise Refused(f"more than {INSTANCES_MAX} objects")
            context = next((node.text for node in _named(root, "EnumerationContext") if node.text), None)
            if _named(root, "EndOfSequence"):
                return found
            if context is None:
                raise refusals.nonsense(self._wsman.line.listener)
            action = "Pull"
            body = {"n:Pull": {"n:EnumerationContext": context, "n:MaxElements": "32000"}}

    def _ask(self, action: str, resource: str, body: Mapping[str, Any]) -> ET.Element:
        if self._left == 0:
            raise Refused(f"more than {REQUESTS_MAX} requests")
        self._left -= 1
        envelope = self._wsman.build_wsman_header(action, resource)
        message = xmltodict.unparse({"env:Envelope": envelope | {"env:Body": body}})
        try:
            return self._wsman.ask(lambda: ET.fromstring(self._wsman.send_message(message)))  # noqa: S314 - see above
        except WinRMOperationTimeoutError as error:
            raise Refused("no answer in time", hresult=0x80041069) from error
        except refusals.Fault as error:
            raise _refused(error) from error


def _refused(error: refusals.Fault) -> Refused:
    if error.code == refusals.ACCESS_DENIED:
        return Refused("WMI is closed to this account", hresult=0x80070005)
    code = "" if error.wmi_code is None else f"HRESULT 0x{error.wmi_code & 0xFFFFFFFF:08x}"
    return Refused(error.detail, code=code)


def _named(root: ET.Element, name: str) -> list[ET.Element]:
    return [node for node in root.iter() if node.tag.rpartition("}")[2] == name]


def _instance(node: ET.Element) -> Instance:
    found: dict[str, list[str | None]] = {}
    for child in node:
        name = child.tag.rpartition("}")[2].lower()
        text = None if child.get(NIL) == "true" else "".join(child.itertext())
        found.setdefault(name, []).append(text)
    return {name: values[0] if len(values) == 1 else [one or "" for one in values] for name, values in found.items()}


def _texts(value: Value) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _number(text: Value) -> int:
    return int(text) if isinstance(text, str) and text.isdecimal() and len(text) < 6 else _DENIED


def _registry_value(kind: int, value: Value) -> int | str | list[str]:
    """As .NET returns it: numbers signed, bytes as hexadecimal text."""
    texts = _texts(value)
    if kind == 7:
        return texts
    if kind == 3:
        return "".join(f"{int(one):02X}" for one in texts)
    if kind in (4, 11):
        bits = 32 if kind == 4 else 64
        number = int(texts[0]) & ((1 << bits) - 1)
        return number - (1 << bits) if number >> (bits - 1) else number
    return texts[0] if texts else ""
