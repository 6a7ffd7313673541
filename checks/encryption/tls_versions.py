"""The system's library refuses broken and outdated versions of SSL and TLS.

Why: a connection that can be talked down to an old version can be read.
Source: NIST SP 800-52 r2 3.1 (TLS 1.2 at least); RFC 8996 (TLS 1.0 and 1.1 are historic). What a host does not set
follows the system's default for its release; programs with a library of their own are not seen.
"""

from scanner.api import (
    Collection,
    Outcome,
    Reason,
    Severity,
    TransportSecurity,
    check,
    failed,
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
    """Fail on a refused version that is spoken as server; warn where only connections to others may use it."""
    old = [use for use in security.protocols if use.protocol in refused]
    expected = f"{', '.join(refused)} off"
    serving = [str(use) for use in old if use.side == "server" and use.enabled is True]
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
        return warned(expected=expected, actual=f"used for connections to others: {', '.join(calling)}")
    return passed(actual=expected, note="Not confirmed by a connection from outside.")
