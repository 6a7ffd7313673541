"""No service that belongs inside is reachable from foreign networks.

Why: databases, file shares, remote desktops and plain-text logins are what intruders look for first. SSH is how a Linux
server is administered, also by this scanner, and is asked about; on Windows it is one way in more, and like WinRM for
the addresses of administrators alone.
Source: CISA Cross-Sector CPG 1.0.1, 2.W (no exploitable services on the internet); CIS Debian 12 v1.1.0, 2.1.22.
"""

from collections.abc import Iterable, Sequence

from scanner.api import (
    Host,
    Listener,
    Listeners,
    Outcome,
    Severity,
    Unknown,
    check,
    exempted,
    failed,
    need_or,
    passed,
    plural,
    review,
)

DANGEROUS = (
    *(21, 23, 69, 111, 135, 139, 161, 445, 512, 513, 514, 873, 1433, 1521, 2049, 2375, 3306, 3389, 5432),
    *range(5900, 5911),
    *(5985, 5986),
    *range(6000, 6011),
    *(6379, 9200, 11211, 27017),
)
ADMINISTRATION = (22,)


@check(
    title="No dangerous service is reachable from outside",
    severity=Severity.HIGH,
    remediation="Bind the service to 127.0.0.1, stop it, or close its port in the firewall for foreign networks. Let "
    "WinRM, and SSH on Windows, in from the addresses of administrators and of this scanner alone (Set-NetFirewallRule "
    "-RemoteAddress). Add ports that are meant to be open to `approved`.",
    references=("https://www.cisa.gov/cross-sector-cybersecurity-performance-goals",),
)
def exposed(
    listeners: Listeners,
    host: Host | Unknown | None,
    *,
    denied: tuple[int, ...] = DANGEROUS,
    administration: tuple[int, ...] = ADMINISTRATION,
    approved: tuple[int, ...] = (),
) -> Outcome:
    """Fail on a port of `denied`, on Windows of `administration` too, that any address reaches; ask about others.

    Ports in `approved` are exempt.
    """
    refused = {*denied, *(administration if _is_windows(host) else ())}
    outside = [socket for socket in listeners.sockets if not socket.is_loopback]
    asked = [socket for socket in outside if socket.port not in approved]
    note = exempted(str(socket) for socket in outside if socket.port in approved)
    reachable = [socket for socket in asked if _is_reachable(socket)]
    dangerous = [socket for socket in reachable if socket.port in refused]
    if dangerous:
        return failed(
            expected="no port of the deny list is reachable from a foreign network",
            actual=f"reachable through the host's own firewall: {plural(len(dangerous), 'such port')}",
            items=_shown(dangerous),
            note=note,
        )
    _settle(socket for socket in asked if not _is_reachable(socket))
    if reachable:
        return review(question="Is each of these services meant to be reachable?", items=_shown(reachable), note=note)
    actual = f"{len(listeners.sockets)} listening sockets, none reachable that is not approved"
    return passed(actual=actual, note=note)


def _is_windows(host: Host | Unknown | None) -> bool:
    """Where nothing is known of the host, its ports are asked about, which is no pass either."""
    return isinstance(host, Host) and host.os_family == "windows"


def _is_reachable(socket: Listener) -> bool:
    return True in (socket.reachable_v4, socket.reachable_v6)


def _settle(sockets: Iterable[Listener]) -> None:
    """End the check as unknown where a socket's reachability is; a family it does not serve is settled."""
    for socket in sockets:
        for answer in (socket.reachable_v4, socket.reachable_v6):
            need_or(answer, False)


def _shown(sockets: Sequence[Listener]) -> list[str]:
    return sorted({f"{socket}: {socket.because}" if socket.because else str(socket) for socket in sockets})
