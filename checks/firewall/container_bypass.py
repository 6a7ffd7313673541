"""Containers publish no port to every network unless somebody approved it.

Why: a published port is forwarded ahead of the host's own rules; ufw and firewalld neither block nor show it.
Source: Docker Engine manual, packet filtering and firewalls: published ports bypass ufw. On Windows the engine's NAT
network forwards with a rule of its own that lets everybody through (learn.microsoft.com, Windows container networking).
"""

from scanner.api import Outcome, PublishedPorts, Severity, check, exempted, failed, need, passed, plural


@check(
    title="Container ports are not published past the firewall",
    severity=Severity.HIGH,
    remediation="Publish on one address, such as `-p 127.0.0.1:8080:80`, or filter in the DOCKER-USER chain; add "
    "ports that are meant to be open to `approved`.",
    references=("https://docs.docker.com/engine/network/packet-filtering-firewalls/",),
)
def container_bypass(published: PublishedPorts, *, approved: tuple[int, ...] = ()) -> Outcome:
    """Fail on a port on a non-loopback address that is not in `approved`."""
    outside = [port for port in published.ports if not port.is_loopback]
    loose = [str(port) for port in outside if not set(range(port.first, port.last + 1)) <= set(approved)]
    note = exempted(text for port in outside if (text := str(port)) not in loose)
    if loose:
        actual = f"published past the host's firewall: {plural(len(loose), 'port')}"
        return failed(expected="published on 127.0.0.1 only, or approved", actual=actual, items=loose, note=note)
    need(published.complete)
    return passed(actual=f"{plural(len(published.ports), 'published port')}, all on loopback or approved", note=note)
