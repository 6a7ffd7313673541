"""pywinrm's Protocol on our own line: sealed where HTTP is open, one conversation, errors in our words.

Versions: pywinrm 0.5.0. Each override says what it is there for.
"""

from __future__ import annotations

import re
import struct
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any, TypeVar

import requests
from spnego.exceptions import SpnegoError
from urllib3.exceptions import HTTPError, ReadTimeoutError
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)
from winrm.protocol import Protocol
from winrm.transport import Transport

from scanner.errors import TargetError, TimeLimit
from scanner.model import Reason
from scanner.transports.tcp import left
from scanner.transports.winrm import refusals
from scanner.transports.winrm.login import WinrmLogin
from scanner.transports.winrm.logon import Logon
from scanner.transports.winrm.wire import Dropped, Line, new_session

T = TypeVar("T")

ENVELOPE_BYTES = 512_000
"""Most of one answer that we ask for; pywinrm's 153,600 carry 110 kB of output. Windows allows it since Server 2012."""

OPERATION_S = 60
"""Most that Windows lets one request wait."""

READ_MARGIN_S = 15


class Wsman(Protocol):
    """One conversation with one target; used by one thread."""

    def __init__(self, line: Line, login: WinrmLogin, logon: Logon) -> None:
        super().__init__(
            line.listener.url,
            transport="kerberos",  # the only label that asks for nothing here: `_Sealed` brings its own logon
            proxy=None,
            operation_timeout_sec=OPERATION_S,
            read_timeout_sec=OPERATION_S + READ_MARGIN_S,
        )
        self.line = line
        self.logon = logon
        self.login = login
        self.transport = _Sealed(line, logon)

    def build_wsman_header(
        self,
        action: str,
        resource_uri: str,
        shell_id: str | None = None,
        message_id: str | uuid.UUID | None = None,
    ) -> dict[str, Any]:
        """Asks for larger answers, and for no request to outlive its target's time."""
        wait_s = max(1, min(OPERATION_S, int(left(self.line.until) - 1)))
        self.operation_timeout_sec = wait_s
        header: dict[str, Any] = super().build_wsman_header(action, resource_uri, shell_id, message_id)
        header["env:Header"]["w:MaxEnvelopeSize"]["#text"] = str(ENVELOPE_BYTES)
        return header

    def send_message(self, message: str) -> bytes:
        """Keeps the answer for those who look closer."""
        self._answer = super().send_message(message)
        return self._answer

    def get_command_output_raw(self, shell_id: str, command_id: str) -> tuple[bytes, bytes, int, bool]:
        """pywinrm takes any XML without output for a command that is still running."""
        output: tuple[bytes, bytes, int, bool] = super().get_command_output_raw(shell_id, command_id)
        if b"ReceiveResponse" not in self._answer:
            raise refusals.nonsense(self.line.listener)
        return output

    def ask(self, doing: Callable[[], T]) -> T:
        """One request, or several, with every failure as a TargetError; WinRMOperationTimeoutError passes."""
        try:
            return doing()
        except TargetError as error:
            if (over := self.line.over()) is not None:
                raise over from error
            raise
        except WinRMOperationTimeoutError:
            raise
        except _FOREIGN as error:
            raise self._meaning(error) from error

    def _meaning(self, error: Exception) -> TargetError:
        """A library's error in our words."""
        listener = self.line.listener
        if (over := self.line.over()) is not None:
            return over
        match error:
            case WSManFaultError():
                return self.fault(_code(error), error.reason, error.wmierror_code)
            case InvalidCredentialsError():
                return self.logon.refusal()
            case WinRMTransportError():
                return refusals.status(listener, error.code)
            case requests.exceptions.SSLError():
                return refusals.tls(listener, self.login, error)
            case requests.TooManyRedirects():
                return refusals.redirected(listener)
            case requests.Timeout() | ReadTimeoutError() | TimeoutError():
                return TimeLimit(Reason.TIMEOUT, f"{listener.where} did not answer in time")
            case requests.RequestException() | HTTPError() | OSError():
                is_first = self.line.requests <= 1 and not self.logon.is_done
                return Dropped(Reason.UNREACHABLE, refusals.lost(listener, is_first=is_first))
        return refusals.nonsense(listener)

    def fault(self, code: int | None, said: str, wmi: int | None = None) -> TargetError:
        """What a fault means here."""
        return refusals.fault(self.line.listener, self.login, code, said, wmi)

    def close(self) -> None:
        """End the connection; the session may never have been made."""
        self.transport.close_session()
        self.line.close()


# What pywinrm, requests, urllib3, spnego and the parsers that pywinrm calls raise on answers that make no sense.
_FOREIGN = (
    WinRMError,
    WinRMTransportError,
    requests.RequestException,
    HTTPError,
    OSError,
    SpnegoError,
    ET.ParseError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    StopIteration,
    struct.error,
)


def _code(error: WSManFaultError) -> int | None:
    """The fault's number; a bare AccessDenied has none."""
    if error.wsman_fault_code is None and "AccessDenied" in (error.fault_subcode or ""):
        return refusals.ACCESS_DENIED
    return error.wsman_fault_code


class _Sealed(Transport):
    """Sends over the line; over http it seals every message, and takes no answer that is not sealed."""

    def __init__(self, line: Line, logon: Logon) -> None:
        super().__init__(line.listener.url, auth_method="kerberos", proxy=None)
        self._line = line
        self._logon = logon

    def build_session(self) -> requests.Session:
        """Our own session; it is kept only once it can seal, so that nothing ever leaves in clear text."""
        if self.session is None:
            session = new_session(self._line, self._logon)
            if not self._line.listener.is_https:
                self.setup_encryption(session)
                self._line.is_sealed = True
            self.session = session
        return self.session

    def _get_message_response_text(self, response: requests.Response) -> bytes:
        """pywinrm takes an answer in clear text for one that was sealed: whoever sits in between could write it."""
        if self._line.listener.is_https:
            return response.content
        if self.encryption is not None and _is_sealed(response):
            return self.encryption.parse_encrypted_response(response)
        if response.status_code >= 400:
            return b""  # its status is all that is used
        raise refusals.not_sealed(self._line.listener)


def _is_sealed(response: requests.Response) -> bool:
    kind = response.headers.get("Content-Type", "")
    return re.search(r'protocol="application/HTTP-SPNEGO-session-encrypted"', kind) is not None


__all__ = ["WinRMOperationTimeoutError", "Wsman"]
