"""What the directory's own port says to old versions of TLS.

The settings behind it belong to the server, which is a target of its own. So there is a fact here only where the port
takes an old version; what it refuses is one port of that server, and no verdict on it.
"""

from __future__ import annotations

from scanner.facts.base import RawFacts, Reader
from scanner.facts.directory.identity import NO_HOST
from scanner.facts.encryption import TransportSecurity
from scanner.facts.handshakes import SECTION, read_handshakes
from scanner.model import Absent, Reason, Unknown


def read_port(raw: RawFacts) -> TransportSecurity | Absent | Unknown:
    """`TransportSecurity` without settings, for a port that takes old versions."""
    port = read_handshakes(raw)
    if isinstance(port, Unknown):
        return port
    if isinstance(port, Absent):
        return Unknown(Reason.NO_EVIDENCE, "whether the directory's port takes old versions of TLS was not asked")
    if True in port.accepted.values():
        return TransportSecurity(protocols=(), defaults_date=None, port=port)
    refused = [name for name, accepts in port.accepted.items() if accepts is False]
    told = f"; the port {port.port} refuses {', '.join(refused)}" if refused else ""
    return Absent(f"{NO_HOST}{told}")


READERS: tuple[Reader, ...] = (Reader(fact=TransportSecurity, probes=(), given=(SECTION,), read=read_port),)
