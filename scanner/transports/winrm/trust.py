"""Where a Windows host listens, and what a conversation over TLS with it is made of."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from scanner.errors import AuthenticationFailed
from scanner.inventory.address import DEFAULT_PORTS, is_over_tls
from scanner.model import Reason, Target
from scanner.secret import Secret
from scanner.transports.certificates import context_for
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


def opens(certificate: Path, key: Path | None, passphrase: Secret) -> bool:
    """Whether this pass phrase opens the client's key, where it needs one; what else is wrong is said by `Trust`."""
    asked: list[bool] = []

    def answer() -> str:
        asked.append(True)
        return passphrase.reveal()

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password=answer)
    except ssl.SSLError as error:
        return not asked or error.reason == "KEY_VALUES_MISMATCH"
    except (OSError, ValueError):
        return True
    return True


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
        context = context_for(self.ca, is_pinned=self.is_pinned)
        if self.certificate is not None:
            self._load_certificate(context, self.certificate)
        return context

    def _load_certificate(self, context: ssl.SSLContext, certificate: Path) -> None:
        try:
            context.load_cert_chain(certificate, self.key, password=self._passphrase)
        except (ssl.SSLError, ValueError) as error:
            why = "does not open: wrong pass phrase, or they are no pair"
            raise self._of_no_use(certificate, why) from error
        except OSError as error:
            raise self._of_no_use(certificate, "cannot be read") from error

    def _of_no_use(self, certificate: Path, why: str) -> AuthenticationFailed:
        named = f"the client certificate {certificate}" + (f" with key {self.key}" if self.key else "")
        return AuthenticationFailed(Reason.LOGIN, f"{named} {why}")

    def _passphrase(self) -> str:
        """A function, since without one OpenSSL asks on the terminal."""
        return "" if self.passphrase is None else self.passphrase.reveal()
