"""Whether the server is the one that is meant: its certificate against an authority or a pinned fingerprint."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from scanner.errors import AuthenticationFailed, HostKeyMismatch, HostKeyUnknown, TargetError, Unreachable
from scanner.model import Reason, Target
from scanner.transports.ldap.pipe import Allowance, Pipe
from scanner.transports.pins import fingerprint, normal_pin

# OpenSSL's X509_V_ERR_* that have a cure of their own; see `openssl verify`.
_EXPIRED, _NOT_YET, _OTHER_NAME, _OTHER_ADDRESS = 10, 9, 62, 64
_CURES = {
    _EXPIRED: "it has expired: renew it on the server",
    _NOT_YET: "it is not valid yet: compare the clocks",
    _OTHER_NAME: "it is for other names: give the target the name that the certificate carries",
    _OTHER_ADDRESS: "it does not name this address: give the target the host name that the certificate carries",
}
_NO_AUTHORITY = "its signer is not trusted here: name the authority's certificate file with `ca` in the credential"


def context_for(target: Target, ca: Path | None) -> ssl.SSLContext:
    """How to judge the certificate of `target`. Raises AuthenticationFailed where the file of authorities is no use.

    A pinned certificate is compared by itself, so nothing else is asked of it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = Pipe
    if target.certificate is not None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca is None:
        context.load_default_certs()
    else:
        _load(context, ca)
    return context


def _load(context: ssl.SSLContext, ca: Path) -> None:
    try:
        context.load_verify_locations(cafile=str(ca))
    except ssl.SSLError as error:
        raise AuthenticationFailed(Reason.LOGIN, f"{ca} holds no certificate in PEM form") from error
    except OSError as error:
        raise AuthenticationFailed(Reason.LOGIN, f"{ca} cannot be read: {error.strerror}") from error


def secure(
    plain: socket.socket, target: Target, context: ssl.SSLContext, allowance: Allowance, where: str
) -> tuple[Pipe, str]:
    """The connection after the handshake, and `SHA256:…` of the certificate. Nothing was sent yet that is secret.

    Raises HostKeyUnknown and HostKeyMismatch for a certificate that does not hold, Unreachable for a server that
    speaks no TLS.
    """
    name = target.address.partition("%")[0]  # a certificate knows no scope of an address
    plain.setblocking(False)
    pipe = context.wrap_socket(plain, server_hostname=name, do_handshake_on_connect=False)
    assert isinstance(pipe, Pipe)
    pipe.allowance = allowance
    try:
        pipe.shake()
        shown = fingerprint(pipe.getpeercert(binary_form=True) or b"")
        if target.certificate is not None:
            _compare(target.certificate, shown, where)
    except ssl.SSLCertVerificationError as error:
        pipe.close()
        raise _distrust(error, where) from error
    except OSError as error:
        pipe.close()
        raise _no_tls(error, where) from error
    except TargetError:
        pipe.close()
        raise
    return pipe, shown


def _compare(pinned: str, shown: str, where: str) -> None:
    if normal_pin(pinned) != shown:  # both are public
        detail = (
            f"{where} shows the certificate {shown}, which is not the pinned one: it was renewed, or somebody stands "
            "in between; compare it on the server before you change `certificate`"
        )
        raise HostKeyMismatch(Reason.LOGIN, detail)


def _distrust(error: ssl.SSLCertVerificationError, where: str) -> HostKeyUnknown:
    cure = _CURES.get(error.verify_code, _NO_AUTHORITY)
    detail = (
        f"{where} shows a certificate that cannot be verified ({error.verify_message}): {cure}; or pin it with "
        "`certificate: SHA256:…` at the target, after comparing it on the server"
    )
    return HostKeyUnknown(Reason.LOGIN, detail)


def _no_tls(error: OSError, where: str) -> Unreachable:
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Unreachable(
            Reason.UNSUPPORTED, f"{where} and this scanner agree on no TLS: {error.reason or 'no answer'}"
        )
    detail = f"{where} closed the connection during the TLS handshake: it may have no certificate to offer"
    return Unreachable(Reason.UNREACHABLE, detail)
