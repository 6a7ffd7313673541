"""The life cycle of the installed Windows: build and product type name it, the edition decides between its ends.

Extended security updates are bought; what proves them is an update that came out well after the end of support.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from scanner.facts.base import RawFacts, Reader
from scanner.facts.data.support import LifeCycle, support_table
from scanner.facts.patching import Support
from scanner.facts.windows.host import HOST, edition, full_version, product_type
from scanner.facts.windows.patching.level import installed_level
from scanner.facts.windows.patching.probes import UPDATES
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_CLIENT = 1
# EditionID to the line of the life-cycle table; N and country editions share their edition's dates.
_LTSC = {"EnterpriseS": "windows ltsc", "EnterpriseSN": "windows ltsc", "IoTEnterpriseS": "windows iot-ltsc"}
_ENTERPRISE = ("Enterprise", "EnterpriseN", "EnterpriseG", "Education", "EducationN", "IoTEnterprise", "ServerRdsh")
_PRO = ("Core", "Professional")
_SEMI_ANNUAL = ("acor", "acorcore")
_NO_EXTENSION = Absent("the vendor names no extended support")
# Updates that come out just after the end may still be for everybody; older ones prove nothing about today.
_AFTER_THE_END = timedelta(days=60)
_STILL_ARRIVING = timedelta(days=62)


def read_support(raw: RawFacts) -> Support | Absent | Unknown:
    """The life cycle of this product and edition."""
    found = entry(raw, HOST.name)
    if not isinstance(found, Values):
        return found
    product, version = required(_product(found)), required(full_version(found))
    if isinstance(product, Unknown) or isinstance(version, Unknown):
        return product if isinstance(product, Unknown) else Unknown(Reason.UNREADABLE, "host: no version")
    table = support_table()
    name = f"{product} {version}"
    cycle = table.find(product, version)
    missing = Unknown(Reason.STALE, f"the life-cycle table of {table.as_of} does not know {name}")
    return Support(
        release=name,
        rolling=False,
        standard_end=cycle.standard_end if cycle else missing,
        extended_end=(cycle.extended_end or _NO_EXTENSION) if cycle else missing,
        extended_active=_extended(cycle, raw),
        table_date=table.as_of,
        table_source=table.source,
    )


def _product(found: Values) -> Maybe[str]:
    kind = required(product_type(found))
    if kind == _CLIENT:
        return then(required(edition(found)), _line)
    return then(kind, lambda _: then(required(edition(found)), _server_line))


def _server_line(edition_id: str) -> str | Unknown:
    """Server releases of the semi-annual channel share build numbers with long-term ones, and ended long before."""
    if edition_id.lower().endswith(_SEMI_ANNUAL):
        return Unknown(Reason.UNSUPPORTED, f"host: no life cycle is known for the edition {edition_id}")
    return "windows-server"


def _line(edition_id: str) -> str | Unknown:
    if edition_id in _LTSC:
        return _LTSC[edition_id]
    if edition_id in _ENTERPRISE:
        return "windows enterprise"
    if edition_id.startswith(_PRO):
        return "windows pro"
    return Unknown(Reason.UNSUPPORTED, f"host: no life cycle is known for the edition {edition_id}")


def _extended(cycle: LifeCycle | None, raw: RawFacts) -> Maybe[bool]:
    if cycle is None or cycle.extended_end is None:
        return _NO_EXTENSION
    level = installed_level(raw)
    if is_known(level.when) and not level.undated and _proves(level.when, cycle.standard_end, raw.collected_at):
        return True
    return Unknown(
        Reason.NO_EVIDENCE,
        "extended security updates (ESU): nothing proves that they arrive; ask for the contract",
    )


def _proves(released: datetime, end: date, now: datetime) -> bool:
    return released.date() > end + _AFTER_THE_END and now - released <= _STILL_ARRIVING


SUPPORT = Reader(fact=Support, probes=(HOST, UPDATES), read=read_support)
