"""The product's own WinRM transport against an endpoint, as tests need it again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from scanner.errors import TargetError
from scanner.inventory.site import Limits
from scanner.model import Target
from scanner.secret import Secret
from scanner.transports.base import ScriptLimits, ScriptOutput, SessionInfo
from scanner.transports.winrm import WinrmLogin, WinrmTransport
from tests.wsman.endpoint import Endpoint

USER = "CTPAT\\scan"
PASSWORD = "Correct-Horse-7"
NONCE = "0123456789abcdef0123456789abcdef"
LIMITS = Limits(connect_s=5, login_s=5, target_s=30)


@dataclass(frozen=True)
class Conversation:
    """What one target cost and said."""

    output: ScriptOutput
    info: SessionInfo
    nonce: str = NONCE


def login(**changes: Any) -> WinrmLogin:
    known: dict[str, Any] = {"name": "windows", "user": USER, "password": Secret(PASSWORD), "auth": "ntlm"}
    return WinrmLogin(**(known | changes))


def target(host: Endpoint, address: str | None = None, **changes: Any) -> Target:
    transport = "winrm" if host.tls is None else "winrms"
    return Target(name="t", transport=transport, address=address or host.address, port=host.port, **changes)


def script(size: int = 0, nonce: str = NONCE) -> bytes:
    """A script of the usual shape, padded with comments to `size` bytes."""
    head, tail = b"& {\nparam($Nonce)\n", f"}} '{nonce}'\n\n".encode()
    line = b"# " + b"x" * 97 + b"\n"
    return head + line * max(0, (size - len(head) - len(tail)) // len(line)) + tail


def limits(
    total_s: float = 20.0, output_bytes: int = 1 << 20, cancelled: threading.Event | None = None
) -> ScriptLimits:
    return ScriptLimits(total_s=total_s, output_bytes=output_bytes, cancelled=cancelled or threading.Event())


def converse(
    host: Endpoint,
    as_whom: WinrmLogin | None = None,
    *,
    to: Target | None = None,
    within: ScriptLimits | None = None,
    what: bytes | None = None,
) -> Conversation:
    """Log on, run one script, close."""
    with WinrmTransport(login_for=lambda _: as_whom or login(), limits=LIMITS) as transport:
        with closing(transport.connect(to or target(host), deadline=time.monotonic() + 30)) as session:
            output = session.run(what or script(), NONCE, within or limits())
        return Conversation(output, session.info)


def failure(doing: Callable[[], object]) -> TargetError:
    """The error that `doing` ends with."""
    with pytest.raises(TargetError) as caught:
        doing()
    return caught.value
