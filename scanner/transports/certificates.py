"""Whether a peer over TLS is the one that is meant: its certificate against authorities, or against one pinned
fingerprint. One way and one wording for directories and Windows hosts.
"""

from __future__ import annotations

import hashlib
import re
import ssl
from pathlib import Path

from scanner.errors import AuthenticationFailed, HostKeyMismatch, HostKeyUnknown
from scanner.model import Reason, Target

# OpenSSL's X509_V_ERR_* that have a cure of their own; see `openssl verify`.
_NOT_YET, _EXPIRED, _SELF_SIGNED, _OTHER_NAME, _OTHER_ADDRESS = 9, 10, 18, 62, 64
_CURES = {
    _EXPIRED: "it has expired: renew it on the host",
    _NOT_YET: "it is not valid yet: compare the clocks",
    _SELF_SIGNED: "it signed itself: name it with `ca` in the credential",
    _OTHER_NAME: "it is for another name: give the target the name that the certificate carries",
    _OTHER_ADDRESS: "it does not name this address: give the target the host name that the certificate carries",
}
_NO_AUTHORITY = "its signer is not trusted here: name the authority's certificate file with `ca` in the credential"
_NOTHING_SENT = "No logon was attempted and no secret was sent"


def fingerprint(der: bytes) -> str:
    """`SHA256:` and hexadecimal digits in lower case, of a certificate in DER form."""
    return f"SHA256:{hashlib.sha256(der).hexdigest()}"


def normal_pin(text: str) -> str:
    """A pin without the colons, dashes and capitals that tools print it with, in the form of `fingerprint`."""
    return "SHA256:" + re.sub("[:-]", "", text.partition(":")[2]).lower()


def context_for(ca: Path | None, *, is_pinned: bool) -> ssl.SSLContext:
    """How a certificate is judged: by the authorities in `ca`, or this system's; a pinned one by `check_pin` alone.

    Raises AuthenticationFailed where the file of authorities is of no use, before anything is sent.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if is_pinned:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca is None:
        context.load_default_certs()
    else:
        _load(context, ca)
    return context


def _load(context: ssl.SSLContext, ca: Path) -> None:
    try:
        context.load_verify_locations(cafile=ca)
    except (ssl.SSLError, ValueError) as error:
        raise AuthenticationFailed(
            Reason.LOGIN, f"the file of authorities {ca} holds no certificate in PEM form"
        ) from error
    except OSError as error:
        raise AuthenticationFailed(
            Reason.LOGIN, f"the file of authorities {ca} cannot be read: {error.strerror}"
        ) from error


def check_pin(target: Target, where: str, der: bytes) -> None:
    """Raise HostKeyMismatch where a certificate is pinned and this is another one. To be called before a logon."""
    if target.certificate is None:
        return
    shown, pinned = fingerprint(der), normal_pin(target.certificate)  # both are public
    if shown != pinned:
        origin = f" ({target.origin})" if target.origin else ""
        raise HostKeyMismatch(
            Reason.LOGIN,
            f"CERTIFICATE MISMATCH: {where} presented {shown}, but {pinned} is pinned{origin}. Either the certificate "
            f"was renewed, or somebody answers in the host's place. {_NOTHING_SENT}. After comparing the fingerprint "
            "on the host's console, correct `certificate` at the target",
        )


def distrusted(where: str, error: ssl.SSLCertVerificationError) -> HostKeyUnknown:
    """What to do about a certificate that no authority vouches for."""
    cure = _CURES.get(error.verify_code, _NO_AUTHORITY)
    return HostKeyUnknown(
        Reason.LOGIN,
        f"{where} shows a certificate that cannot be verified ({error.verify_message}): {cure}. {_NOTHING_SENT}. "
        "Or pin it with `certificate: SHA256:…` at the target, after comparing it on the host's console",
    )
