"""Proving who we are: NTLM, Kerberos, Basic over TLS, client certificate.

The first request goes out without any proof, and the host's refusal names the schemes it offers: so a scheme that is
not offered is told apart from a wrong password, before a password is used, and at no cost, since HTTP asks for this
request anyway. Kerberos shows its ticket at once (it holds no password, and the ticket granting server has checked
that already); a certificate is shown by TLS.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import Any

import requests
import spnego
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from requests.auth import AuthBase, _basic_auth_str
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from scanner.errors import AuthenticationFailed, Unreachable
from scanner.model import Reason
from scanner.transports.breaker import Breaker
from scanner.transports.winrm.login import WinrmLogin
from scanner.transports.winrm.refusals import no_ticket, not_asked, not_offered, refused
from scanner.transports.winrm.wire import Dropped, Line

MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
"""What a client that shows a certificate writes as its authorization (DSP0226, C.3)."""


class Logon(AuthBase):
    """One account on one connection. `offered` are the schemes that the host named, lower case."""

    def __init__(self, line: Line, login: WinrmLogin, breaker: Breaker) -> None:
        self._line = line
        self._login = login
        self._breaker = breaker
        self.offered: tuple[str, ...] = ()
        self.is_done = False

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Connection"] = "Keep-Alive"
        self.prepare(request)
        request.register_hook("response", self._answered)
        return request

    def prepare(self, request: requests.PreparedRequest) -> None:
        """Add the proof that a request carries by itself."""

    def challenged(self, response: requests.Response) -> requests.Response:
        """The host asks for a proof; the answer to it."""
        raise self.refusal()

    def accepted(self, response: requests.Response) -> None:
        """The host took the request."""
        self.is_done = True

    def refusal(self) -> AuthenticationFailed:
        return refused(self._line.listener, self._login, self.offered)

    def wrap_winrm(self, host: str, message: bytes) -> tuple[bytes, bytes]:
        """Seal a message; the names are those that pywinrm's Encryption calls."""
        raise Unreachable(Reason.UNSUPPORTED, f"{self._line.listener.where}: this logon seals nothing")

    def _answered(self, response: requests.Response, **_: Any) -> requests.Response:
        if response.status_code == 401:
            if self._line.is_sealed:  # the request cannot be repeated: it is sealed with the keys of the last logon
                raise Dropped(Reason.UNREACHABLE, f"{self._line.listener.where} has forgotten our logon")
            self.offered = tuple(schemes(response)) or self.offered
            return self.challenged(response)
        if response.status_code in (200, 500):
            self.accepted(response)
        return response

    def _again(self, response: requests.Response, authorization: str) -> requests.Response:
        """The same request with a proof, over the same connection."""
        request = response.request.copy()
        request.headers["Authorization"] = authorization
        answer: requests.Response = response.connection.send(request)
        answer.history.append(response)
        return answer

    def _demand(self, *wanted: str) -> None:
        if not set(wanted) & set(self.offered):
            raise not_offered(self._line.listener, self._login, self.offered)


class BasicLogon(Logon):
    """The password itself, which is why it exists over TLS only."""

    _header = ""

    def prepare(self, request: requests.PreparedRequest) -> None:
        if self._header:
            request.headers["Authorization"] = self._header

    def challenged(self, response: requests.Response) -> requests.Response:
        if self.is_done:
            raise self.refusal()
        self._demand("basic")
        header = _basic_auth_str(self._login.user.encode(), _password(self._login).encode())
        where, until = self._line.listener.where, self._line.until
        with self._breaker.attempt(self._login.name, self._login.user, where, until) as attempt:
            answer = self._again(response, header)
            attempt.was_accepted = _verdict(answer)
        if attempt.was_accepted is False:
            raise self.refusal()
        self._header = header
        self.is_done = attempt.was_accepted is True
        return answer


class CertificateLogon(Logon):
    """TLS has shown the certificate already."""

    def prepare(self, request: requests.PreparedRequest) -> None:
        request.headers["Authorization"] = MUTUAL


class _Context(Logon):
    """A logon that ends with keys, so that it can seal messages."""

    _context: spnego.ContextProxy | None = None

    def wrap_winrm(self, host: str, message: bytes) -> tuple[bytes, bytes]:
        sealed = self._keys().wrap_winrm(message)
        return sealed.data, sealed.header

    def unwrap_winrm(self, host: str, message: bytes, header: bytes) -> bytes:
        return self._keys().unwrap_winrm(header, message)

    def _keys(self) -> spnego.ContextProxy:
        if self._context is None or not self._context.complete:
            raise not_asked(self._line.listener)
        return self._context

    def _bindings(self) -> GssChannelBindings | None:
        """Ties the logon to the TLS channel, so that it is worth nothing to somebody in between (RFC 5929, 4)."""
        if self._line.certificate is None:
            return None
        digest = certificate_hash(self._line.certificate)
        return None if digest is None else GssChannelBindings(application_data=b"tls-server-end-point:" + digest)


class NtlmLogon(_Context):
    """Challenge and response, bound to one connection."""

    def accepted(self, response: requests.Response) -> None:
        """Nothing: only an answer to the proof shows that there was a logon."""

    def challenged(self, response: requests.Response) -> requests.Response:
        self._demand("negotiate", "ntlm")
        scheme = "Negotiate" if "negotiate" in self.offered else "NTLM"
        where, until = self._line.listener.where, self._line.until
        with self._breaker.attempt(self._login.name, self._login.user, where, until) as attempt:
            context = spnego.client(
                self._login.user,
                _password(self._login),
                hostname=self._line.listener.host,
                service="http",
                protocol="ntlm",
                channel_bindings=self._bindings(),
                options=spnego.NegotiateOptions.use_ntlm,
            )
            challenge = self._again(response, f"{scheme} {_text(context.step())}")
            token = token_of(challenge)
            if challenge.status_code != 401 or token is None:
                raise not_asked(self._line.listener)
            answer = self._again(challenge, f"{scheme} {_text(context.step(token))}")
            attempt.was_accepted = _verdict(answer)
        if attempt.was_accepted is False:
            raise self.refusal()
        self._context = context
        self.is_done = attempt.was_accepted is True
        return answer


class KerberosLogon(_Context):
    """A ticket for the host, shown with the first request; the host proves itself with its answer."""

    def __init__(self, line: Line, login: WinrmLogin, breaker: Breaker, tickets: Callable[[float], Any]) -> None:
        super().__init__(line, login, breaker)
        self._tickets = tickets

    def prepare(self, request: requests.PreparedRequest) -> None:
        if self._context is None:
            request.headers["Authorization"] = self._show_ticket()

    def challenged(self, response: requests.Response) -> requests.Response:
        self._demand("negotiate", "kerberos")
        if not self.is_done:
            raise self.refusal()
        # A new connection, after the host closed the one that was logged on.
        self.is_done = False
        answer = self._again(response, self._show_ticket())
        if answer.status_code == 401:
            raise self.refusal()
        self.accepted(answer)
        return answer

    def accepted(self, response: requests.Response) -> None:
        if self.is_done or self._context is None:
            return
        token = token_of(response)
        if not self._context.complete and token is not None:
            self._context.step(token)
        if not self._context.complete:
            raise AuthenticationFailed(
                Reason.LOGIN,
                f"{self._line.listener.where} took the Kerberos ticket and did not prove that it can read it",
            )
        self.is_done = True

    def _show_ticket(self) -> str:
        self._line.open()  # the certificate that the ticket is bound to
        credential = self._tickets(self._line.until)
        try:
            self._context = spnego.client(
                credential,
                hostname=self._line.listener.host,
                service="HTTP",
                protocol="kerberos",
                channel_bindings=self._bindings(),
            )
            return f"Negotiate {_text(self._context.step())}"
        except SpnegoError as error:
            raise no_ticket(self._line.listener, self._login, str(error)) from error


def logon_for(line: Line, login: WinrmLogin, breaker: Breaker, tickets: Callable[[float], Any]) -> Logon:
    """The logon that a credential asks for."""
    if login.auth == "kerberos":
        return KerberosLogon(line, login, breaker, tickets)
    return {"ntlm": NtlmLogon, "basic": BasicLogon, "certificate": CertificateLogon}[login.auth](line, login, breaker)


# --- Headers ---------------------------------------------------------------------------------------------


def schemes(response: requests.Response) -> Iterator[str]:
    """The schemes of all WWW-Authenticate headers, lower case; Windows sends one header each."""
    for part in response.headers.get("WWW-Authenticate", "").split(","):
        if (found := re.match(r"\s*([A-Za-z][A-Za-z0-9-]{0,31})(?:\s|$)", part)) is not None:
            yield found[1].lower()


def token_of(response: requests.Response) -> bytes | None:
    """The token that follows Negotiate or NTLM; None where there is none."""
    for part in response.headers.get("WWW-Authenticate", "").split(","):
        scheme, _, token = part.strip().partition(" ")
        if scheme.lower() in ("negotiate", "ntlm") and token:
            try:
                return base64.b64decode(token, validate=True)
            except binascii.Error:
                return None
    return None


def _verdict(answer: requests.Response) -> bool | None:
    """Whether the host took the proof; a web server in trouble says neither."""
    return {401: False, 200: True, 500: True}.get(answer.status_code)


def _password(login: WinrmLogin) -> str:
    assert login.password is not None, "the site file was checked"
    return login.password.reveal()


def _text(token: bytes | None) -> str:
    return base64.b64encode(token or b"").decode("ascii")


def certificate_hash(der: bytes) -> bytes | None:
    """The digest of a certificate that channel binding uses (RFC 5929, 4.1); None for an algorithm without one."""
    try:
        algorithm = x509.load_der_x509_certificate(der).signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError):
        return None
    if algorithm is None or algorithm.name in ("md5", "sha1"):
        algorithm = hashes.SHA256()
    digest = hashes.Hash(algorithm)
    digest.update(der)
    return digest.finalize()
