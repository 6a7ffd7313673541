"""WS-Management envelopes as a Windows host writes them, and what the endpoint reads from those of a client."""

from __future__ import annotations

import base64
import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

S = "http://www.w3.org/2003/05/soap-envelope"
A = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
W = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
N = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
X = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
RSP = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
WMI_ERROR = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"
NS = {"s": S, "a": A, "w": W, "n": N, "x": X, "rsp": RSP}

OPERATION_TIMEOUT = 2150858793


@dataclass(frozen=True)
class Request:
    """One message of a client. `action` is the last word of its URI: Create, Command, Send, Receive, …"""

    action: str
    root: ET.Element
    text: str

    @property
    def size(self) -> int:
        return len(self.text)

    @classmethod
    def parse(cls, data: bytes) -> Request:
        root = ET.fromstring(data)
        action = (root.findtext("s:Header/a:Action", "", NS) or "").rpartition("/")[2]
        return cls(action, root, data.decode())

    @property
    def message_id(self) -> str:
        return self.root.findtext("s:Header/a:MessageID", "", NS) or ""

    @property
    def resource(self) -> str:
        return self.root.findtext("s:Header/w:ResourceURI", "", NS) or ""

    @property
    def envelope_bytes(self) -> int:
        return int(self.root.findtext("s:Header/w:MaxEnvelopeSize", "0", NS) or 0)

    @property
    def timeout_s(self) -> float:
        text = self.root.findtext("s:Header/w:OperationTimeout", "PT60S", NS) or "PT60S"
        found = re.fullmatch(r"PT([0-9.]+)S", text)
        return float(found[1]) if found else 60.0

    @property
    def shell(self) -> str:
        for selector in self.root.iterfind("s:Header/w:SelectorSet/w:Selector", NS):
            if selector.get("Name") == "ShellId":
                return selector.text or ""
        return ""

    @property
    def selectors(self) -> dict[str, str]:
        return {
            selector.get("Name") or "": selector.text or ""
            for selector in self.root.iterfind("s:Header/w:SelectorSet/w:Selector", NS)
        }

    @property
    def options(self) -> dict[str, str]:
        return {
            option.get("Name") or "": option.text or ""
            for option in self.root.iterfind("s:Header/w:OptionSet/w:Option", NS)
        }

    @property
    def body(self) -> ET.Element:
        found = self.root.find("s:Body", NS)
        return found if found is not None else ET.Element("none")


def envelope(action: str, relates_to: str, body: str) -> bytes:
    return (
        f'<s:Envelope xml:lang="en-US" xmlns:s="{S}" xmlns:a="{A}" xmlns:w="{W}" xmlns:x="{X}" xmlns:n="{N}" '
        f'xmlns:rsp="{RSP}"><s:Header><a:Action>{action}</a:Action><a:MessageID>uuid:{uuid.uuid4()}</a:MessageID>'
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def created(request: Request, shell: str) -> bytes:
    body = (
        "<x:ResourceCreated><a:Address>http://localhost/wsman</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{escape(request.resource)}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>'
    )
    return envelope(f"{X}/CreateResponse", request.message_id, body)


def commanded(request: Request, command: str) -> bytes:
    body = f"<rsp:CommandResponse><rsp:CommandId>{command}</rsp:CommandId></rsp:CommandResponse>"
    return envelope(f"{RSP}/CommandResponse", request.message_id, body)


def plain(request: Request, name: str) -> bytes:
    """An answer without content: SendResponse, SignalResponse, DeleteResponse."""
    body = "" if name == "DeleteResponse" else f"<rsp:{name}/>"
    return envelope(f"{RSP}/{name}", request.message_id, body)


def received(
    request: Request, command: str, stdout: bytes, stderr: bytes, status: int | None, *, encoded: str | None = None
) -> bytes:
    """Output, and the exit status once the command is done. `encoded` replaces the base64 of stdout."""

    def stream(name: str, data: bytes) -> str:
        text = encoded if encoded is not None and name == "stdout" else base64.b64encode(data).decode()
        return f'<rsp:Stream Name="{name}" CommandId="{command}">{text}</rsp:Stream>' if text else ""

    state = "Running" if status is None else "Done"
    inside = "" if status is None else f"<rsp:ExitCode>{status}</rsp:ExitCode>"
    body = (
        f"<rsp:ReceiveResponse>{stream('stdout', stdout)}{stream('stderr', stderr)}"
        f'<rsp:CommandState CommandId="{command}" State="{RSP}/CommandState/{state}">{inside}</rsp:CommandState>'
        "</rsp:ReceiveResponse>"
    )
    return envelope(f"{RSP}/ReceiveResponse", request.message_id, body)


def fault(
    relates_to: str, code: int | None, text: str, subcode: str = "w:InternalError", wmi_code: int | None = None
) -> bytes:
    error = ""
    if wmi_code is not None:
        error = f'<p:MSFT_WmiError xmlns:p="{WMI_ERROR}"><p:error_Code>{wmi_code}</p:error_Code></p:MSFT_WmiError>'
    detail = (
        ""
        if code is None
        else f'<s:Detail><f:WSManFault xmlns:f="{FAULT}" Code="{code}" Machine="localhost"><f:Message>'
        f"{escape(text)}</f:Message></f:WSManFault>{error}</s:Detail>"
    )
    body = (
        f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{escape(text)}</s:Text></s:Reason>{detail}</s:Fault>'
    )
    return envelope(f"{A}/fault", relates_to, body)


Instance = tuple[str, Mapping[str, str | int | bool | Sequence[str] | None]]
"""A WMI object: its class and its properties."""


def enumerated(request: Request, instances: Sequence[Instance], *, context: str | None = None) -> bytes:
    """Objects of an optimized enumeration; with `context`, more follow."""
    name = "EnumerateResponse" if request.action == "Enumerate" else "PullResponse"
    items = "".join(_instance(request, one) for one in instances)
    tail = f"<n:EnumerationContext>{context or ''}</n:EnumerationContext>"
    if name == "EnumerateResponse":
        end = "" if context else "<w:EndOfSequence/>"
        body = f"<n:EnumerateResponse>{tail}<w:Items>{items}</w:Items>{end}</n:EnumerateResponse>"
    else:
        end = "" if context else "<n:EndOfSequence/>"
        body = f"<n:PullResponse>{tail if context else ''}<n:Items>{items}</n:Items>{end}</n:PullResponse>"
    return envelope(f"{N}/{name}", request.message_id, body)


def _instance(request: Request, instance: Instance) -> str:
    kind, properties = instance
    uri = f"{request.resource.rpartition('/')[0]}/{kind}"
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    rows = "".join(_property(name, value) for name, value in properties.items())
    return f'<p:{kind} xmlns:p="{uri}" xmlns:xsi="{xsi}" xsi:type="p:{kind}_Type">{rows}</p:{kind}>'


def _property(name: str, value: object) -> str:
    if value is None:
        return f'<p:{name} xsi:nil="true"/>'
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_property(name, item) for item in value)
    if name.endswith(("Time", "Date")) or name in ("LastBootUpTime", "InstallDate"):
        return f'<p:{name}><cim:Datetime xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common">{value}</cim:Datetime></p:{name}>'
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<p:{name}>{escape(text)}</p:{name}>"


def invoked(request: Request, method: str, outputs: Mapping[str, str | int | bool | Sequence[str] | None]) -> bytes:
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    rows = "".join(_property(name, value) for name, value in outputs.items())
    body = f'<p:{method}_OUTPUT xmlns:p="{request.resource}" xmlns:xsi="{xsi}">{rows}</p:{method}_OUTPUT>'
    return envelope(f"{request.resource}/{method}Response", request.message_id, body)
