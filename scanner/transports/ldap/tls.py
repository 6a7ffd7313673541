"""The TLS handshake with a directory, before anything secret is sent."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from scanner.errors import TargetError, Unreachable
from scanner.model import Reason, Target
from scanner.transports import certificates
from scanner.transports.ldap.allowance import Allowance
from scanner.transports.tlspipe import HANDSHAKE_BYTES_MAX, TlsPipe, TooMuch


def context_for(target: Target, ca: Path | None) -> ssl.SSLContext:
    """How to judge the certificate of `target`. Raises AuthenticationFailed where the file of authorities is no use."""
    return certificates.context_for(ca, is_pinned=target.certificate is not None)


def secure(
    plain: socket.socket, target: Target, context: ssl.SSLContext, allowance: Allowance, where: str
) -> tuple[TlsPipe, str]:
    """The connection after the handshake, and `SHA256:…` of the certificate. Nothing was sent yet that is secret.

    Raises HostKeyUnknown and HostKeyMismatch for a certificate that does not hold, Unreachable for a server that
    speaks no TLS.
    """
    name = target.address.partition("%")[0]  # a certificate knows no scope of an address
    pipe = TlsPipe(plain, context, name, turn_s=allowance.turn_s, spend=allowance.spend)
    try:
        pipe.shake()
        der = pipe.tls.getpeercert(binary_form=True) or b""
        certificates.check_pin(target, where, der)
    except ssl.SSLCertVerificationError as error:
        pipe.close()
        raise certificates.distrusted(where, error) from error
    except OSError as error:
        pipe.close()
        raise _no_tls(error, where) from error
    except TooMuch as error:
        pipe.close()
        detail = f"{where} sent more than {HANDSHAKE_BYTES_MAX} bytes, and the TLS handshake was not done"
        raise Unreachable(Reason.UNSUPPORTED, detail) from error
    except TargetError:
        pipe.close()
        raise
    return pipe, certificates.fingerprint(der)


def _no_tls(error: OSError, where: str) -> Unreachable:
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Unreachable(
            Reason.UNSUPPORTED, f"{where} and this scanner agree on no TLS: {error.reason or 'no answer'}"
        )
    detail = f"{where} closed the connection during the TLS handshake: it may have no certificate to offer"
    return Unreachable(Reason.UNREACHABLE, detail)
