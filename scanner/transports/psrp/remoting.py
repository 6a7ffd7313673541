"""PowerShell remoting by pypsrp, over our own conversation.

pypsrp's HTTP layer is left out: it takes proxies from the environment, trusts a bundle of its own, logs on anew at
each refusal, reads answers of any size, and takes one in clear text for one that was sealed. Its messages go through
the same `Wsman` that carries WinRM, so that one set of rules holds for both.

Versions: pypsrp 0.9.1. Each override says what it is there for.
"""

from __future__ import annotations

import logging
import struct
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any, TypeVar

from pypsrp.exceptions import FragmentError, InvalidPSRPOperation, SerializationError
from pypsrp.exceptions import WinRMError as PsrpError
from pypsrp.messages import Message
from pypsrp.powershell import Fragmenter, RunspacePool
from pypsrp.serializer import Serializer
from pypsrp.wsman import NAMESPACES, OptionSet, SelectorSet, WSMan

from scanner.errors import TargetError, Unreachable
from scanner.model import Reason
from scanner.transports.psrp import refusals
from scanner.transports.tcp import left
from scanner.transports.winrm.protocol import OPERATION_S, Wsman
from scanner.transports.winrm.refusals import nonsense

T = TypeVar("T")

# It logs whole messages, with all that was read of a host in them.
logging.getLogger("pypsrp").propagate = False

IDLE_S = 180
"""A pool that nobody asks for any more ends by itself after this."""

ENVELOPE_BYTES = 153_600
"""What the first messages may measure; pypsrp raises it to 512,000 once the host has told that it can."""

OPENING_BYTES = 8 * 1024 * 1024
"""Most that a host may say until the pool is open."""

EMPTY_MAX = 50
"""Answers in a row without one whole message; a host that has nothing to say waits."""


class Remoting(Wsman):
    """A conversation that says failures in the terms of PowerShell remoting. `allowed` bytes may still be heard."""

    is_opening = True
    allowed = OPENING_BYTES

    def ask(self, doing: Callable[[], T]) -> T:
        try:
            return super().ask(doing)
        except (PsrpError, RecursionError) as error:
            raise self._meaning(error) from error

    def _meaning(self, error: Exception) -> TargetError:
        if isinstance(error, InvalidPSRPOperation) and self.line.over() is None:
            return refusals.broken(self.line.listener, self.login, str(error).partition(": ")[2])
        return super()._meaning(error)

    def fault(self, code: int | None, said: str, wmi: int | None = None) -> TargetError:
        meant = refusals.opening(self.line.listener, self.login, code) if self.is_opening else None
        return meant or super().fault(code, said, wmi)

    def carry(self, envelope: bytes) -> bytes:
        """One message and its answer."""
        answer = self.ask(lambda: self.send_message(envelope.decode()))
        self.allowed -= len(answer)
        if self.allowed < 0:
            raise Unreachable(Reason.TRUNCATED, f"{self.line.listener.where} sent more than it was allowed to")
        return answer


class _Carrier:
    """What pypsrp takes for its HTTP layer."""

    def __init__(self, wsman: Remoting) -> None:
        self._wsman = wsman
        self.endpoint = wsman.line.listener.url

    def send(self, message: bytes, **_: Any) -> bytes:
        return self._wsman.carry(message)

    def close(self) -> None:
        """The session closes the conversation."""


class _Connection(WSMan):
    """pypsrp's envelopes, without its HTTP layer."""

    def __init__(self, wsman: Remoting) -> None:
        # Not the parent's, which makes an HTTP session with the account and its password.
        self._wsman = wsman
        self.session_id = str(uuid.uuid4())
        self.locale = self.data_locale = "en-US"
        self.max_envelope_size = ENVELOPE_BYTES
        self.operation_timeout = OPERATION_S
        self.transport = _Carrier(wsman)  # type: ignore[assignment]  # all that is used of it
        for prefix, uri in NAMESPACES.items():
            ET.register_namespace(prefix, uri)
        self.update_max_payload_size(ENVELOPE_BYTES)

    def _create_header(
        self,
        action: str,
        resource_uri: str,
        option_set: OptionSet | None = None,
        selector_set: SelectorSet | None = None,
        timeout: int | None = None,
    ) -> tuple[str, ET.Element]:
        """Lets no request outlive its target's time."""
        self.operation_timeout = max(1, min(OPERATION_S, int(left(self._wsman.line.until) - 1)))
        return super()._create_header(action, resource_uri, option_set, selector_set, timeout)


class Pool(RunspacePool):
    """One session of the configuration that the credential names."""

    def __init__(self, wsman: Remoting) -> None:
        super().__init__(
            _Connection(wsman),
            configuration_name=wsman.login.configuration,
            no_profile=True,
            idle_timeout=IDLE_S,
        )
        self.wsman = wsman
        self._serializer = _Plain()
        self._fragmenter = _Fragments(self.connection.max_payload_size, self._serializer)
        self._empty = 0

    def delete(self, shell: str) -> None:
        """End a session on the host, also one that another connection has opened."""
        selectors = SelectorSet()
        selectors.add_option("ShellId", shell)
        self.connection.delete(self.shell.resource_uri, selector_set=selectors)

    def _receive(
        self,
        id: str | None = None,  # noqa: A002 - its name there
        timeout: int | None = None,
    ) -> list[tuple[int, Any]]:
        """pypsrp asks on for ever where a host answers at once, and with nothing."""
        messages = super()._receive(id, timeout)
        self._empty = 0 if messages else self._empty + 1
        if self._empty > EMPTY_MAX:
            raise nonsense(self.wsman.line.listener)
        return messages

    def _process_runspacepool_warning(self, message: Message) -> None:
        """pypsrp prints it on our terminal."""


class _Plain(Serializer):
    """Reads what the collector sends, which is text; pypsrp warns on our terminal of objects that it cannot read."""

    def deserialize(self, element: Any, metadata: Any = None, clear: bool = True) -> Any:
        try:
            return super().deserialize(element, metadata, clear)
        except SerializationError:
            if metadata is not None:
                raise
            return None


_HEAD = struct.Struct(">QQBI")  # object, fragment, flags, length: MS-PSRP 2.2.4
_LAST = 2


class _Fragments(Fragmenter):
    """Puts messages together in one pass; pypsrp copies all that is left once for each fragment."""

    def __init__(self, max_size: int, serializer: Serializer) -> None:
        super().__init__(max_size, serializer)
        self._waiting: dict[int, list[bytes]] = {}

    def defragment(self, data: bytes) -> list[Message]:
        whole, at = [], 0
        while at < len(data):
            number, position, flags, length = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            parts = self._waiting.setdefault(number, [])
            if position != len(parts) or at + length > len(data):
                raise FragmentError("a fragment out of turn, or cut")
            parts.append(data[at : at + length])
            at += length
            if flags & _LAST:
                whole.append(b"".join(self._waiting.pop(number)))
        return [Message.unpack(one, self.serializer) for one in whole]
