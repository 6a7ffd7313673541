"""The product's own PowerShell remoting against an endpoint, as tests need it again and again."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from typing import Any

from scanner.model import Target
from scanner.transports.base import ScriptLimits
from scanner.transports.winrm import WinrmLogin
from tests.wsman import conversation
from tests.wsman.conversation import Conversation, login
from tests.wsman.endpoint import Endpoint, Powershell
from tests.wsman.remoting import Configuration, Function, Remoting, Said, lines

DEFAULT = "Microsoft.PowerShell"
JEA = "ctpat"
HTTP = 5985
"""psrp is over http on the port of WinRM over http alone."""

_hosts = itertools.count()


def loopback() -> str:
    """An address of this machine alone whose port 5985 nobody else has taken."""
    number = next(_hosts)
    return f"127.{os.getpid() % 200 + 20}.{os.getpid() // 200 % 250}.{number % 250 + 2}"


def over_http(remoting: Remoting, **changes: Any) -> Endpoint:
    return Endpoint(plug_in=remoting, address=loopback(), port=HTTP, **changes)


def full(powershell: Powershell, **changes: Any) -> Remoting:
    """A host whose default configuration runs scripts."""
    return Remoting({DEFAULT: Configuration(powershell)}, **changes)


def jea(powershell: Powershell) -> Remoting:
    """A host with an endpoint that refuses scripts and whose one command is the collector."""
    return Remoting({JEA: Configuration(functions={"Get-CtpatFact": function(powershell)})})


def function(powershell: Powershell) -> Function:
    """The collector as a command: its nonce is a parameter."""

    def call(parameters: Mapping[str, Any]) -> Said:
        return lines(powershell, b"", parameters["Nonce"])

    return call


def target(host: Endpoint, **changes: Any) -> Target:
    return Target(name="t", transport="psrp", address=host.address, port=host.port, **changes)


def to_jea(**changes: Any) -> WinrmLogin:
    return login(configuration=JEA, **changes)


def converse(
    host: Endpoint,
    as_whom: WinrmLogin | None = None,
    *,
    to: Target | None = None,
    within: ScriptLimits | None = None,
    what: bytes | None = None,
) -> Conversation:
    """Log on, run one script, close."""
    return conversation.converse(host, as_whom, to=to or target(host), within=within, what=what)
