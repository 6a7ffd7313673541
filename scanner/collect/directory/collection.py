"""Asks every question once, in order, within limits; what came until something broke is kept."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scanner import __version__
from scanner.collect.blocks import COMPLETE, HANDSHAKES, SESSION, stored
from scanner.collect.conversation import CollectLimits
from scanner.collect.directory.queries import Question, filled, query_sha256, questions
from scanner.collect.directory.values import cell, clock, sid
from scanner.errors import TargetError
from scanner.facts.base import Probe
from scanner.model import Privilege, Reason, Transcript
from scanner.redact import redact_json
from scanner.transports.base import ScriptLimits
from scanner.transports.ldap import DirectorySession, Entry, Refused, Search

MAX_ENTRIES = 200_000
"""Most objects that one search brings back."""

WIRE_FACTOR = 8
"""On the way every entry repeats its names and attributes: so many times what is stored."""

_ROOT = (
    "defaultNamingContext",
    "rootDomainNamingContext",
    "configurationNamingContext",
    "schemaNamingContext",
    "dnsHostName",
    "domainFunctionality",
    "forestFunctionality",
    "domainControllerFunctionality",
    "currentTime",
    "vendorName",
    "tokenGroups",
)
_ANYTHING = "(objectClass=*)"
_ADMINISTRATORS = "S-1-5-32-544"
_ADMIN_RIDS = ("512", "519")  # Domain Admins, Enterprise Admins
_CATEGORIES = {
    "insufficientAccessRights": "PermissionDenied",
    "timeLimitExceeded": "OperationTimeout",
    "noSuchObject": "ObjectNotFound",
}


def collect_directory(
    session: DirectorySession,
    target: str,
    probes: Sequence[Probe],
    *,
    limits: CollectLimits | None = None,
    now: Callable[[], datetime],
    cancelled: threading.Event | None = None,
) -> Transcript:
    """Ask what the probes ask, read-only, and bring back the entries in their stored form, secrets redacted.

    The transcript's `error` is set where the collection ended early. Raises TargetError where nothing could be asked:
    the server is no domain controller, or is lost before it says which domain it serves.
    """
    limits = limits or CollectLimits()
    collected_at, began = now(), time.monotonic()
    session.bound(
        ScriptLimits(
            total_s=limits.total_s,
            output_bytes=limits.output_bytes * WIRE_FACTOR,
            cancelled=cancelled or threading.Event(),
        )
    )
    asking = _Asking(session, limits.output_bytes)
    asking.introduce()
    error = asking.run(probes)
    if error is None:
        asking.confirm()
    nonce = secrets.token_hex(16)
    return Transcript(
        target=target,
        platform="directory",
        nonce=nonce,
        stdout=stored(redact_json(asking.entries, session.info.told), nonce),
        collected_at=collected_at,
        account=session.info.account,
        privilege=Privilege.ROOT if asking.is_administrator else Privilege.USER,
        script_sha256=query_sha256(probes),
        error=error,
        host_key=session.info.host_key,
        duration_s=round(time.monotonic() - began, 3),
        round_trips=session.info.round_trips,
        notes=tuple(session.info.notes),
    )


@dataclass(slots=True)
class _Answer:
    """What one search brought: rows, or their number, and why it stops short where it does."""

    question: Question
    rows: list[list[Any]]
    count: int = 0
    cut: str = ""

    def as_json(self) -> dict[str, Any]:
        end: dict[str, Any] = {"complete": not self.cut, **({"cut": self.cut} if self.cut else {})}
        if not self.question.columns:
            return {"count": self.count, **end}
        return {"columns": [name for name, _ in self.question.columns], "rows": self.rows, **end}


class _Asking:
    """One collection; one thread."""

    def __init__(self, session: DirectorySession, output_bytes: int) -> None:
        self._session = session
        self._bytes_left = output_bytes
        self._output_bytes = output_bytes
        self._places: dict[str, str] = {}
        self._domain_sid = ""
        self._names: dict[str, str] = {}
        self.is_administrator = False
        self.entries: list[dict[str, Any]] = []

    # --- who answers, and who asks ---

    def introduce(self) -> None:
        """What the server says of itself and of the account that is logged on. Raises TargetError."""
        began = time.monotonic()
        root = self._one("", _ROOT)
        if root is None or not (domain := _first(root, "defaultNamingContext")):
            detail = "the server names no domain: it is no Active Directory domain controller"
            raise TargetError(Reason.UNSUPPORTED, detail)
        self._places = {
            "domain": domain,
            "configuration": _first(root, "configurationNamingContext"),
            "schema": _first(root, "schemaNamingContext"),
        }
        head = self._one(domain, ["objectSid"])
        self._domain_sid = next((sid(value) for value in (head.values.get("objectsid", ()) if head else ())), "")
        groups = [sid(value) for value in root.values.get("tokengroups", ())]
        admin_sids = {_ADMINISTRATORS, *(f"{self._domain_sid}-{rid}" for rid in _ADMIN_RIDS if self._domain_sid)}
        self.is_administrator = not admin_sids.isdisjoint(groups)
        own = self._own_account()
        values = {
            "account": self._session.info.account,
            "account_name": _first(own, "sAMAccountName") or None if own else None,
            "sid": next((sid(value) for value in (own.values.get("objectsid", ()) if own else ())), None),
            "administrator": self.is_administrator if groups else None,
            "clock": clock(_first(root, "currentTime")),
            "version": __version__,
            "domain": domain,
            "domain_sid": self._domain_sid or None,
            "forest": _first(root, "rootDomainNamingContext") or None,
            "controller": _first(root, "dnsHostName") or None,
            "domain_level": cell(root.values.get("domainfunctionality", ()), "number"),
            "forest_level": cell(root.values.get("forestfunctionality", ()), "number"),
            "controller_level": cell(root.values.get("domaincontrollerfunctionality", ()), "number"),
            "vendor": _first(root, "vendorName") or None,
        }
        self._keep({"name": SESSION, "ok": True, "v": values, "ms": _ms(began)})

    def _own_account(self) -> Entry | None:
        """The object of the account that is logged on, from the form in which its name was given."""
        user = self._session.info.account
        wanted = ["sAMAccountName", "objectSid"]
        if "=" in user:
            return self._one(user, wanted)
        name = user.rpartition("\\")[2]
        by_name = f"(sAMAccountName={_escaped(name.partition('@')[0])})"
        template = f"(|(userPrincipalName={_escaped(name)}){by_name})" if "@" in name else by_name
        return self._one(self._places["domain"], wanted, f"(&(objectClass=user){template})", scope="subtree")

    def _one(
        self, base: str, attributes: Sequence[str], condition: str = _ANYTHING, scope: str = "base"
    ) -> Entry | None:
        search = Search(base=base, scope=scope, filter=condition, attributes=tuple(attributes))
        try:
            found = [entry for page in self._session.pages(search, 10.0) for entry in page]
        except Refused:
            return None
        return found[0] if len(found) == 1 else None

    # --- the questions ---

    def run(self, probes: Sequence[Probe]) -> tuple[Reason, str] | None:
        """Every probe; the reason for an early end."""
        try:
            for probe in probes:
                self._keep(self._entry(probe))
        except TargetError as error:
            return error.reason, error.detail
        self.entries.append({"name": COMPLETE, "ok": True, "v": {}, "ms": 0})
        return None

    def confirm(self) -> None:
        """What the port says to old versions of TLS. Last of all: it must not cost what was read."""
        self._session.confirm()
        if self._session.info.handshakes is not None:
            self.entries.insert(-1, {"name": HANDSHAKES, "ok": True, "v": self._session.info.handshakes})

    def _keep(self, entry: dict[str, Any]) -> None:
        self.entries.append(entry)

    def _entry(self, probe: Probe) -> dict[str, Any]:
        """One search that is refused costs that search alone."""
        began = time.monotonic()
        values: dict[str, Any] = {}
        for question in questions(probe.script):
            try:
                values[question.name] = self._answer(question, probe, began).as_json()
            except Refused as refusal:
                values[question.name] = {"err": _error(refusal)}
        return {"name": probe.name, "ok": True, "v": values, "ms": _ms(began)}

    def _answer(self, question: Question, probe: Probe, began: float) -> _Answer:
        search = Search(
            base=filled(question.base, self._value_of, in_filter=False),
            scope=question.scope,
            filter=filled(question.filter, self._value_of, in_filter=True),
            attributes=tuple(name for name, _ in question.columns if name != "dn"),
        )
        answer, room = _Answer(question, []), min(probe.max_bytes, self._bytes_left)
        left_s = max(0.0, began + probe.timeout_s - time.monotonic())
        for page in self._session.pages(search, left_s):
            for entry in page:
                answer.count += 1
                if question.columns:
                    row = [_cell(entry, name, kind) for name, kind in question.columns]
                    size = len(json.dumps(row, ensure_ascii=False)) + 1
                    room, self._bytes_left = room - size, self._bytes_left - size
                    if room < 0:
                        answer.cut = self._too_much(probe)
                        return answer
                    answer.rows.append(row)
            if answer.count > MAX_ENTRIES:
                answer.cut = f"more than {MAX_ENTRIES} objects"
                return answer
        return answer

    def _too_much(self, probe: Probe) -> str:
        limit = self._output_bytes if self._bytes_left < 0 else probe.max_bytes
        return f"more than {limit} bytes"

    # --- placeholders ---

    def _value_of(self, word: str, key: str) -> str:
        if word == "sid":
            return self._sid(key)
        if word == "dn":
            return self._dn(key)
        return self._places[word]

    def _sid(self, rid: str) -> str:
        if not self._domain_sid:
            raise Refused("insufficientAccessRights", "the identifier of the domain cannot be read")
        return f"{self._domain_sid}-{rid}"

    def _dn(self, key: str) -> str:
        """The name of an object by RID, SID or account name, looked up once. Raises Refused where there is none."""
        if key not in self._names:
            self._names[key] = self._looked_up(key)
        return self._names[key]

    def _looked_up(self, key: str) -> str:
        if key.isdecimal() or key.startswith("S-1-"):
            identifier = self._sid(key) if key.isdecimal() else key
            found = self._one(f"<SID={identifier}>", ())
        else:
            condition = f"(sAMAccountName={_escaped(key)})"
            found = self._one(self._places["domain"], (), condition, scope="subtree")
        if found is None:
            raise Refused("noSuchObject", f"{key} is not in this domain, or not for this account to see")
        return found.dn


def _cell(entry: Entry, name: str, kind: str) -> Any:
    return entry.dn if name == "dn" else cell(entry.values.get(name.lower(), ()), kind)


def _first(entry: Entry, name: str) -> str:
    return next((value.decode("utf-8", "replace") for value in entry.values.get(name.lower(), ())), "")


def _escaped(text: str) -> str:
    return filled("{text}", lambda *_: text, in_filter=True)


def _ms(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


def _error(refusal: Refused) -> Mapping[str, Any]:
    """The refusal in the form in which a Windows host reports its own."""
    return {
        "type": "LdapResult",
        "hresult": None,
        "code": "",
        "fqid": refusal.word,
        "category": _CATEGORIES.get(refusal.word, ""),
        "text": refusal.text,
        "line": None,
    }
