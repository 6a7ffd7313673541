"""The system's library refuses broken and outdated versions of SSL and TLS.

Why: a connection that can be talked down to an old version can be read.
Source: NIST SP 800-52 r2 3.1 (TLS 1.2 at least); RFC 8996 (TLS 1.0 and 1.1 are historic). What a host does not set
follows the system's default for its release; programs with a library of their own are not seen. A port that the scan
itself uses over TLS is tried from outside, and may only make it worse: it is one port of many.
"""

from scanner.api import (
    Absent,
    Collection,
    Maybe,
    Outcome,
    ProtocolUse,
    Reason,
    Severity,
    TransportSecurity,
    Unknown,
    check,
    failed,
    is_known,
    need,
    outdated,
    passed,
    unknown,
    warned,
)


@check(
    title="Outdated versions of TLS are off",
    severity=Severity.MEDIUM,
    remediation="Windows: below SCHANNEL\\Protocols set Enabled to 0 for each old version, Server and Client, then "
    "restart. Linux: set the system's crypto policy (update-crypto-policies, MinProtocol in openssl.cnf).",
)
def tls_versions(
    security: TransportSecurity,
    collection: Collection,
    *,
    refused: tuple[str, ...] = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1"),
    max_table_age_days: int = 365,
) -> Outcome:
    """Fail on a refused version that is spoken as server; warn where only connections to others may use it.

    A version that the port accepts fails, whatever the settings say: both are named.
    """
    old = [use for use in security.protocols if use.protocol in refused]
    expected = f"{', '.join(refused)} off"
    taken = _taken(security, refused)
    serving = [str(use) for use in old if use.side == "server" and use.enabled is True]
    if taken:
        actual = f"the port {need(security.port).port} accepts {', '.join(taken)}"
        return failed(expected=expected, actual=actual, items=[*taken.values(), *serving])
    if serving:
        return failed(expected=expected, actual=f"{len(serving)} old versions are offered", items=serving)
    for use in old:
        need(use.enabled)
    if not old:
        return unknown(Reason.NO_EVIDENCE, "no version of TLS was read")
    stale = outdated("the table of defaults", security.defaults_date, collection.collected_at, max_table_age_days)
    if stale and not all(use.configured for use in old):
        return unknown(Reason.STALE, stale)
    calling = [str(use) for use in old if use.enabled]
    if calling:
        actual = f"used for connections to others: {', '.join(calling)}"
        return warned(expected=expected, actual=actual, note=_from_outside(security))
    return passed(actual=expected, note=_from_outside(security))


def _taken(security: TransportSecurity, refused: tuple[str, ...]) -> dict[str, str]:
    """The refused versions that the port takes, each with what the host's own settings say of it."""
    if not is_known(security.port):
        return {}
    port = security.port
    set_to = {use.protocol: use for use in security.protocols if use.side == "server"}
    return {
        name: f"{name}: the port {port.port} accepts it; {_settings(set_to.get(name))}"
        for name, accepts in port.accepted.items()
        if name in refused and accepts is True
    }


def _settings(use: ProtocolUse | None) -> str:
    if use is None or not is_known(use.enabled):
        return "what the settings say is not known"
    return f"the settings have it {'on' if use.enabled else 'off'} ({'set' if use.configured else 'by default'})"


def _from_outside(security: TransportSecurity) -> str:
    """How far a connection from outside bears the settings out."""
    port = security.port
    if isinstance(port, Absent | Unknown):
        why = port.reason if isinstance(port, Absent) else port.detail
        return f"Not confirmed by a connection from outside: {why}."
    told = "; ".join(f"{name}: {_answer(value)}" for name, value in port.accepted.items())
    return f"The port {port.port} from outside: {told}. The scan's own connection: {port.spoken}."


def _answer(value: Maybe[bool]) -> str:
    if isinstance(value, Absent | Unknown):
        return value.reason if isinstance(value, Absent) else value.detail
    return "accepted" if value else "refused"
