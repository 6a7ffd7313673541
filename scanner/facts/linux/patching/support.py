"""The life cycle of the installed release, and whether its extended updates really arrive here.

What proves extended support, by vendor: Debian LTS lives in the ordinary security archive, so a security source of
this release whose data are still valid proves it, and none in use disproves it. Ubuntu ESM needs an attached
subscription, which shows as a source labelled UbuntuESM in apt's policy. RHEL ELS, Oracle extended and SLES LTSS
need a subscription, which shows as an enabled repository of that name; without one nothing is proved.
"""

from __future__ import annotations

import re
from datetime import date

from scanner.facts.base import RawFacts
from scanner.facts.data.support import LifeCycle, SupportTable, support_table
from scanner.facts.host import Host
from scanner.facts.linux.host import read_host
from scanner.facts.linux.patching.apt import read_apt
from scanner.facts.linux.patching.dnf import read_dnf
from scanner.facts.linux.patching.zypper import read_zypper
from scanner.facts.patching import PatchLevel, Support
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

# Releases whose derivatives answer under another product's life cycle.
_ALIASES = {"opensuse-leap": "opensuse-leap", "sled": "sles", "sles_sap": "sles", "raspbian": "debian"}
_EXTENDED_REPOSITORY = re.compile(r"(?i)(^|[-_: ])(els|ltss|ext|extended)([-_: ]|$)")


def read_support(raw: RawFacts) -> Support | Absent | Unknown:
    """The life cycle of the release that the host names."""
    host = read_host(raw)
    if isinstance(host, Absent | Unknown):
        return host
    product = host.os_id
    if isinstance(product, Absent | Unknown):
        return Unknown(Reason.UNREADABLE, "os-release does not name the operating system")
    return _support(_product(host, product), host, raw)


def _product(host: Host, os_id: str) -> str:
    if os_id == "centos" and is_known(host.os_name) and "stream" in host.os_name.lower():
        return "centos-stream"
    return _ALIASES.get(os_id, os_id)


def _support(product: str, host: Host, raw: RawFacts) -> Support:
    table = support_table()
    version = host.os_version if is_known(host.os_version) else ""
    name = f"{product} {version}".strip()
    cycle = table.find(product, version)
    return Support(
        release=name,
        rolling=product in table.rolling or name in table.rolling,
        standard_end=cycle.standard_end if cycle else _not_listed(name, table),
        extended_end=_extended_end(name, cycle, table),
        extended_active=_extended_active(product, cycle, raw),
        table_date=table.as_of,
        table_source=table.source,
    )


def _not_listed(name: str, table: SupportTable) -> Unknown:
    return Unknown(Reason.STALE, f"the life-cycle table of {table.as_of} does not know {name}")


def _extended_end(name: str, cycle: LifeCycle | None, table: SupportTable) -> Maybe[date]:
    if cycle is None:
        return _not_listed(name, table)
    return cycle.extended_end or Absent("the vendor names no extended support")


def _extended_active(product: str, cycle: LifeCycle | None, raw: RawFacts) -> Maybe[bool]:
    if cycle is None or cycle.extended_end is None:
        return Absent("the vendor names no extended support")
    level = _level(product, raw)
    if isinstance(level, Absent | Unknown):
        return Unknown(
            Reason.NO_EVIDENCE, f"extended support: {level.reason if isinstance(level, Absent) else level.detail}"
        )
    if product == "debian":
        return _debian_lts(level, raw)
    return _subscribed(product, level)


def _level(product: str, raw: RawFacts) -> PatchLevel | Absent | Unknown:
    readers = {"debian": read_apt, "ubuntu": read_apt, "sles": read_zypper}
    return readers.get(product, read_dnf)(raw)


def _debian_lts(level: PatchLevel, raw: RawFacts) -> Maybe[bool]:
    sources = level.sources
    if isinstance(sources, Absent | Unknown):
        return sources
    if not sources:
        return Unknown(Reason.STALE, "extended support: there are no package lists that could show its source")
    security = [source for source in sources if source.security]
    if level.security_source is False or not security:
        return False
    ends = [source.valid_until for source in security if is_known(source.valid_until)]
    if ends and max(ends) >= raw.collected_at:
        return True
    return Unknown(Reason.STALE, "extended support: the data of the security source are no longer valid")


def _subscribed(product: str, level: PatchLevel) -> Maybe[bool]:
    sources = level.sources
    if isinstance(sources, Absent | Unknown):
        return sources
    names = [source.name for source in sources]
    if product == "ubuntu":
        return any("esm.ubuntu.com" in name for name in names)
    if any(_EXTENDED_REPOSITORY.search(name) for name in names):
        return True
    return Unknown(Reason.NO_EVIDENCE, "extended support: no repository of that name is enabled; ask for the contract")
