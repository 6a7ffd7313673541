"""Automatic updating. Source: the policy of Windows Update, its service, its events; agents of central management."""

from __future__ import annotations

from datetime import datetime, timedelta

from scanner.facts.base import RawFacts, Reader
from scanner.facts.patching import AutoUpdates, Updater
from scanner.facts.windows.host import HOST, build, product_type
from scanner.facts.windows.patching.offers import OFFERS, last_search
from scanner.facts.windows.patching.probes import (
    UPDATE_POLICY,
    UPDATES,
    UpdateEvent,
    events,
    paused_until,
    success_time,
    update_policy,
    update_server,
    updates,
)
from scanner.facts.windows.services import SERVICES, Services, services
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

_CLIENT = 1
_WINDOWS_10 = 10240
_SERVICE = "wuauserv"
_ORCHESTRATOR = "usosvc"  # since Windows 10 it starts the runs
_OFF = 1
_INSTALLS = {
    2: "it only announces updates (AUOptions 2)",
    3: "it only downloads updates (AUOptions 3)",
    7: "it only downloads updates, and tells when a restart is needed (AUOptions 7)",
}
_CENTRAL = {"ccmexec": "Microsoft Configuration Manager", "besclient": "HCL BigFix"}
# What failed is tried again at the daily searches: a failure that did not come back for a week is no open one.
_COMES_BACK = timedelta(days=7)
_ALL_READ = Absent("the policy, the service and the agents that are known were looked at")


def read_auto(raw: RawFacts) -> AutoUpdates | Absent | Unknown:
    """`AutoUpdates`: Windows Update, which every Windows has, and agents that manage it centrally."""
    policy, known = update_policy(raw), services(raw)
    if isinstance(policy, Unknown):
        return policy
    agents = () if isinstance(known, Unknown) else tuple(_agent(known, name) for name in _CENTRAL if name in known)
    unread: Maybe[str] = known.detail if isinstance(known, Unknown) else _ALL_READ
    return AutoUpdates(updaters=(_windows_update(raw, policy, known), *agents), unread=unread)


def _agent(known: Services, name: str) -> Updater:
    service = known[name]
    nothing = Unknown(Reason.NO_EVIDENCE, "its runs are recorded at its server")
    return Updater(
        name=_CENTRAL[name],
        active=service.runs,
        installs=Unknown(Reason.NO_EVIDENCE, "what it installs is set at its server"),
        broken=() if service.runs else (f"the service {service.name} does not run",),
        last_completed=nothing,
        last_error=nothing,
        central=True,
    )


def _windows_update(raw: RawFacts, policy: Values, known: Services | Unknown) -> Updater:
    found = updates(raw)
    installs, faults = _installs(raw, policy)
    active, stopped = _active(raw, policy, known)
    return Updater(
        name="Windows Update",
        active=active,
        installs=installs,
        broken=(*stopped, *faults),
        last_completed=then(found, lambda values: _completed(values, last_search(raw))),
        last_error=then(found, lambda values: _error(values, raw.collected_at)),
        unprotected=_open_source(policy),
    )


def _active(raw: RawFacts, policy: Values, known: Services | Unknown) -> tuple[Maybe[bool], tuple[str, ...]]:
    """Whether it is on at all, and what switches it off."""
    paused = paused_until(policy)
    if is_known(paused) and paused > raw.collected_at:
        return False, (f"updates are paused until {paused:%Y-%m-%d}",)
    off = policy.registry_number("automatic", "NoAutoUpdate")
    if off == _OFF:
        return False, ("the policy switches automatic updates off (NoAutoUpdate 1)",)
    if isinstance(known, Unknown):
        return known, ()
    service, orchestrator = known.get(_SERVICE), known.get(_ORCHESTRATOR)
    if service is None or service.disabled:
        return False, ("the service wuauserv is disabled" if service else "there is no service wuauserv",)
    if orchestrator is not None and orchestrator.disabled:
        return False, ("the service UsoSvc, which starts the runs, is disabled",)
    gap = next((value for value in (off, paused) if isinstance(value, Unknown)), None)
    return gap or True, ()


def _installs(raw: RawFacts, policy: Values) -> tuple[Maybe[bool], tuple[str, ...]]:
    """Whether updates install themselves, by policy, else by the local setting, else by what the product does."""
    option = policy.registry_number("automatic", "AUOptions")
    if isinstance(option, Absent):
        option = policy.registry_number("local", "AUOptions")
    if isinstance(option, Absent):
        return _default(raw), ()
    if isinstance(option, Unknown):
        return option, ()
    if option in _INSTALLS:
        return False, (_INSTALLS[option],)
    if option == _OFF:
        return False, ("automatic updates are switched off (AUOptions 1)",)
    chosen = Unknown(Reason.NO_EVIDENCE, f"Windows Update: what AUOptions {option} leads to is chosen on the host")
    return (True if option == 4 else chosen), ()


def _default(raw: RawFacts) -> Maybe[bool]:
    """Clients since Windows 10 install by themselves; what servers do depends on how they were set up."""
    host = required(entry(raw, HOST.name))
    number, kind = required(then(host, build)), required(then(host, product_type))
    if isinstance(number, Unknown) or isinstance(kind, Unknown):
        return number if isinstance(number, Unknown) else Unknown(Reason.UNREADABLE, "host: no product type")
    if kind == _CLIENT and number >= _WINDOWS_10:
        return True
    return Unknown(Reason.NO_EVIDENCE, "Windows Update: nothing is set, and what this product does then is not proved")


def _open_source(policy: Values) -> Maybe[str]:
    """A server of updates that is asked over http, where one is in use."""
    server = update_server(policy)
    if not is_known(server) or server.lower().startswith("http://"):
        return server
    return Absent("the server of updates is asked over https")


def _completed(found: Values, search: Maybe[datetime]) -> Maybe[datetime]:
    """The newest finished run: a search, or an installation.

    Definitions are fetched at their own request: later ones prove no run, and beside a search that nobody could read
    they leave open whether one was made since the last installation.
    """
    known = events(found)
    done = [event for event in known if not event.code] if is_known(known) else []
    times = [event.when for event in done if not event.is_definition]
    times += [when for when in (search, success_time(found, "installs")) if is_known(when)]
    definitions = [event.when for event in done if event.is_definition]
    if is_known(search) or (times and max(times) >= max(definitions, default=max(times))):
        return max(times)
    for gap in (known, search):
        if isinstance(gap, Unknown):
            return gap
    only = "only definitions of the malware protection are on record since then" if definitions else ""
    return Unknown(Reason.NO_EVIDENCE, only or "no finished run is on record")


def _error(found: Values, now: datetime) -> Maybe[str]:
    """The failure of an update with no success of its own kind after it."""
    return then(events(found), lambda known: _last_error(known, now))


def _last_error(known: tuple[UpdateEvent, ...], now: datetime) -> Maybe[str]:
    """Windows itself and everything else (drivers, Office, applications) are two kinds: one heals not the other.

    An older failure of the other kind is over once Windows was updated after it.
    """
    own = [event for event in known if not event.is_definition]
    of_the_system, other = (
        next((event for event in own if event.is_of_the_system is kind), None) for kind in (True, False)
    )
    updated = next((event.when for event in own if event.is_of_the_system and not event.code), None)
    if of_the_system is not None and of_the_system.code:
        return _failure(of_the_system)
    if other is not None and other.code:
        is_over = updated is not None and updated > other.when and now - other.when > _COMES_BACK
        return Absent("Windows was updated since the last failure on record") if is_over else _failure(other)
    return Absent("the newest installation on record succeeded" if own else "no installation is on record")


def _failure(event: UpdateEvent) -> str:
    title = f": {event.title}" if event.title else ""
    return f"an update failed on {event.when:%Y-%m-%d} with {event.code}{title}"


AUTO_UPDATES = Reader(fact=AutoUpdates, probes=(HOST, UPDATE_POLICY, UPDATES, SERVICES, OFFERS), read=read_auto)
