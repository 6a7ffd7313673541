"""Where a target is, and which certificate it may show: a bundle, a file of the site, or one pinned certificate."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from scanner.errors import AuthenticationFailed, HostKeyMismatch
from scanner.inventory.address import DEFAULT_PORTS, is_over_tls
from scanner.model import Reason, Target
from scanner.secret import Secret
from scanner.transports.pins import fingerprint, normal_pin
from scanner.transports.tcp import place

PATH = "/wsman"


@dataclass(frozen=True, slots=True)
class Listener:
    """One listener: host without brackets, port, and whether it speaks TLS."""

    host: str
    port: int
    is_https: bool

    @property
    def where(self) -> str:
        return place(self.host, self.port)

    @property
    def origin(self) -> str:
        """Built here and not by the library, whose parser sends IPv6 literals to another host. A zone (`%eth0`) means
        something on this machine alone (RFC 6874, 4): it is dialled, and not told."""
        return f"{'https' if self.is_https else 'http'}://{place(self.host.partition('%')[0], self.port)}"

    @property
    def url(self) -> str:
        return self.origin + PATH


def listener_of(target: Target) -> Listener:
    return Listener(target.address, target.port or DEFAULT_PORTS[target.transport], is_over_tls(target))


def check_pin(target: Target, where: str, der: bytes) -> None:
    """Raise HostKeyMismatch where the certificate is not the pinned one. Nothing was sent to the peer before."""
    shown, pinned = fingerprint(der), normal_pin(target.certificate or "")
    if shown != pinned:
        raise HostKeyMismatch(
            Reason.LOGIN,
            f"CERTIFICATE MISMATCH: {where} presented {shown}, but {pinned} is pinned"
            f"{f' ({target.origin})' if target.origin else ''}. Either the certificate was renewed, or somebody "
            "answers in the host's place. No logon was attempted and no secret was sent. After comparing the "
            "fingerprint on the host's console, correct the pin",
        )


@dataclass(frozen=True, slots=True)
class Trust:
    """What one TLS context is made of; targets of the same trust share it, since loading a bundle costs more than a
    logon."""

    ca: Path | None = None
    is_pinned: bool = False
    certificate: Path | None = None
    key: Path | None = None
    passphrase: Secret | None = None

    def context(self) -> ssl.SSLContext:
        """Raises AuthenticationFailed when a file cannot be used, before anything is sent."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.is_pinned:  # the fingerprint decides, on every connection, before the first request
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        else:
            self._load_authorities(context)
        if self.certificate is not None:
            self._load_certificate(context, self.certificate)
        return context

    def _load_authorities(self, context: ssl.SSLContext) -> None:
        if self.ca is None:
            context.load_default_certs()
            return
        try:
            context.load_verify_locations(cafile=self.ca)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) if _is_missing(error) else "it holds no certificate in PEM form"
            raise AuthenticationFailed(Reason.LOGIN, f"the trusted certificates in {self.ca}: {why}") from error

    def _load_certificate(self, context: ssl.SSLContext, certificate: Path) -> None:
        try:
            context.load_cert_chain(certificate, self.key, password=self._passphrase)
        except (OSError, ValueError) as error:
            named = f"the client certificate {certificate}" + (f" with key {self.key}" if self.key else "")
            why = "cannot be read" if _is_missing(error) else "does not open: wrong pass phrase, or they are no pair"
            raise AuthenticationFailed(Reason.LOGIN, f"{named} {why}") from error

    def _passphrase(self) -> str:
        """A function, since without one OpenSSL asks on the terminal."""
        return "" if self.passphrase is None else self.passphrase.reveal()


def _is_missing(error: Exception) -> bool:
    return isinstance(error, OSError) and not isinstance(error, ssl.SSLError)
