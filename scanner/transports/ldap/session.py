"""One bound connection to a directory, and the searches over it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from ldap3 import BASE, DEREF_NEVER, LEVEL, SUBTREE, Connection, Server
from ldap3.core.exceptions import LDAPCommunicationError, LDAPException
from pyasn1.error import PyAsn1Error

from scanner.errors import AuthenticationFailed, TargetError, Unreachable
from scanner.model import Reason
from scanner.secret import Secret
from scanner.transports.base import ScriptLimits, SessionInfo
from scanner.transports.handshakes import Peer, handshakes, spoken
from scanner.transports.ldap.allowance import Allowance
from scanner.transports.ldap.words import Entry, Refused, Search
from scanner.transports.tlspipe import TlsPipe

T = TypeVar("T")
PAGE = 1000  # entries; Active Directory gives no more at once (MaxPageSize)
_SCOPES: Mapping[str, Any] = {"base": BASE, "one": LEVEL, "subtree": SUBTREE}
_PAGES = "1.2.840.113556.1.4.319"  # RFC 2696, simple paged results
_GRACE_S = 5.0  # for a server to say that its own time limit has passed
_READ_BYTES = 64 * 1024
# What ldap3 lets through when a peer does not keep to the protocol.
BROKEN = (LDAPException, PyAsn1Error, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class LdapSession:
    """See DirectorySession."""

    def __init__(self, pipe: TlsPipe, allowance: Allowance, info: SessionInfo, where: str, peer: Peer) -> None:
        self.info = info
        self._peer = peer
        self._spoken = spoken(pipe.tls)
        self._allowance = allowance
        self._where = where
        self._connection = _over(pipe)

    def bind(self, user: str, password: Secret) -> bool:
        """Log on; False where the server refuses. Raises Unreachable where it does not serve."""
        connection = self._connection
        # As bytes: text would be normalised on the way, and be another password.
        connection.user, connection.password = user, password.reveal().encode()
        connection.authentication = "SIMPLE"
        try:
            self._guarded(lambda: connection.bind(read_server_info=False))
        finally:
            connection.password = None
        self.info.round_trips += 1
        if (code := self._result.get("result")) in _BUSY:
            said = _said(self._result)
            detail = (
                f"{self._where} does not serve logons now ({self._result.get('description')}{said and ': ' + said})"
            )
            raise Unreachable(Reason.UNREACHABLE, detail)
        return code == 0

    def refusal(self) -> AuthenticationFailed:
        """Why the last logon was refused."""
        word, said = self._result.get("description"), _said(self._result)
        data = said.lower().partition(" data ")[2].partition(",")[0].strip()
        why = _DATA.get(data) or f"{word}{said and ': ' + said}"
        return AuthenticationFailed(Reason.LOGIN, f"{self._where} refused the logon as {self._connection.user}: {why}")

    @property
    def _result(self) -> Mapping[str, Any]:
        result: Mapping[str, Any] = self._connection.result or {}
        return result

    def bound(self, limits: ScriptLimits) -> None:
        """See DirectorySession."""
        self._allowance.until = time.monotonic() + limits.total_s
        self._allowance.bytes_left = limits.output_bytes
        self._allowance.stops.append(limits.cancelled)

    def pages(self, search: Search, timeout_s: float) -> Iterator[tuple[Entry, ...]]:
        """See DirectorySession."""
        until = time.monotonic() + timeout_s
        cookie: bytes | None = None
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise Refused("timeLimitExceeded", f"more than {timeout_s:g} s")
            entries, cookie = self._page(search, cookie, left)
            yield entries
            if not cookie:
                return

    def _page(self, search: Search, cookie: bytes | None, left_s: float) -> tuple[tuple[Entry, ...], bytes | None]:
        connection, whole = self._connection, self._allowance.until
        paged = search.scope != "base"
        self._allowance.until = min(whole, time.monotonic() + left_s + _GRACE_S)
        try:
            self._guarded(
                lambda: connection.search(
                    search.base,
                    search.filter,
                    _SCOPES[search.scope],
                    DEREF_NEVER,
                    attributes=list(search.attributes),
                    time_limit=max(1, int(left_s)),
                    paged_size=PAGE if paged else None,
                    paged_criticality=True,
                    paged_cookie=cookie,
                )
            )
        finally:
            self._allowance.until = whole
        self.info.round_trips += 1
        result = self._result
        if result.get("result") != 0:
            raise Refused(str(result.get("description")), _said(result))
        return self._guarded(lambda: (_entries(connection.response), _cookie(result)))

    def _guarded(self, action: Callable[[], T]) -> T:
        """Run one call of the library; what it raises becomes ours."""
        try:
            return action()
        except BROKEN as error:
            self._connection.closed = True
            if isinstance(error, LDAPCommunicationError | OSError):
                raise Unreachable(Reason.UNREACHABLE, f"the connection to {self._where} was lost") from error
            name = type(error).__name__
            detail = f"{self._where} does not keep to the LDAP protocol ({name})"
            raise Unreachable(Reason.UNSUPPORTED, detail) from error

    def confirm(self) -> None:
        """See DirectorySession."""
        stops = self._allowance.stops
        peer = replace(self._peer, until=self._allowance.until, is_stopped=lambda: any(stop.is_set() for stop in stops))
        self.info.handshakes = handshakes(peer, self._spoken)

    def close(self) -> None:
        """Take leave and hang up; never raises."""
        self._allowance.until = time.monotonic() + 1.0
        with contextlib.suppress(TargetError, *BROKEN):
            self._connection.unbind()


def _over(pipe: TlsPipe) -> Connection:
    """The library's connection over a socket that is already there.

    Referrals are never followed: they would carry the password to a server that nobody verified.
    """
    connection = Connection(
        Server("127.0.0.1", use_ssl=True, get_info="NO_INFO"),  # never dialled: the socket is ours
        client_strategy="SYNC",
        auto_referrals=False,
        auto_range=False,
        check_names=False,
        read_only=True,
        return_empty_attributes=False,
    )
    strategy: Any = connection.strategy
    strategy.socket_size = _READ_BYTES

    def take(_address: Any, use_ssl: bool = False, unix_socket: bool = False) -> None:
        connection.socket, connection.closed = pipe, False

    strategy._open_socket = take  # ldap3 2.9 offers no other way to hand over a socket
    connection.open(read_server_info=False)
    return connection


def _entries(response: Any) -> tuple[Entry, ...]:
    """The objects of one page; references to other servers, which Active Directory adds, are none."""
    found = (item for item in response or () if item.get("type") == "searchResEntry")
    return tuple(
        Entry(
            item["dn"],
            {name.lower(): tuple(bytes(value) for value in values) for name, values in item["raw_attributes"].items()},
        )
        for item in found
    )


def _cookie(result: Mapping[str, Any]) -> bytes | None:
    control = (result.get("controls") or {}).get(_PAGES)
    return bytes(control["value"]["cookie"]) if control else None


# What Active Directory says beside "invalid credentials" (Win32 error in hexadecimal, "data 52e").
_DATA = {
    "525": "there is no such account",
    "52e": "wrong user or password",
    "52f": "the account may not log on this way",
    "530": "the account may not log on at this hour",
    "531": "the account may not log on from here",
    "532": "the password has expired",
    "533": "the account is disabled",
    "701": "the account has expired",
    "773": "the password must be changed first",
    "775": "the account is locked out",
}
_BUSY = (51, 52, 80, 1, 2, 3, 11)  # busy, unavailable, other, and what says nothing about the account


def _said(result: Mapping[str, Any]) -> str:
    return " ".join(str(result.get("message") or "").split())[:200].strip("\x00 ")
