"""What the endpoint may do instead of answering; scripted per action, one for each request of that action in turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A WS-Management fault, in an HTTP 500."""

    code: int | None
    text: str = "The request failed."
    subcode: str = "w:InternalError"
    wmi_code: int | None = None


DENIED = Fault(5, "Access is denied.", "w:AccessDenied")
TIMED_OUT = Fault(2150858793, "The WS-Management service cannot complete the operation within the time.", "w:TimedOut")
NO_SHELLS = Fault(2150859180, "The WS-Management service is configured to not accept any remote shell requests.")
SHELL_GONE = Fault(2150858843, "The request contained invalid selectors.", "w:InvalidSelectors")
TOO_MANY_SHELLS = Fault(2150859173, "The maximum number of concurrent shells has been exceeded.", "w:QuotaLimit")
NO_CLASS = Fault(2150859002, "The WMI service cannot find the class.", "w:InvalidResourceURI", 0x80041010)
QUOTA = Fault(2150859176, "The system load quota of 1000 requests per 2 seconds has been exceeded.", "w:QuotaLimit")


@dataclass(frozen=True)
class Stall:
    """Silence, and then the answer."""

    seconds: float


@dataclass(frozen=True)
class Drop:
    """The connection ends instead of the answer; `after` bytes of it may have left. The request is carried out."""

    after: int = 0


@dataclass(frozen=True)
class Status:
    """An HTTP status alone."""

    code: int
    location: str = ""


@dataclass(frozen=True)
class Clear:
    """An answer in clear text, where a sealed one is due; `body` in place of the real one."""

    body: bytes | None = None


@dataclass(frozen=True)
class Lie:
    """Lengths that are not true, by so many bytes: of the HTTP body, or of what was sealed."""

    http: int = 0
    sealed: int = 0


@dataclass(frozen=True)
class Endless:
    """A body without end; `drip_s` between its parts."""

    drip_s: float = 0.0
    part: bytes = b"A" * 65536


@dataclass(frozen=True)
class Body:
    """Other bytes in place of the envelope, sealed as usual."""

    data: bytes


@dataclass(frozen=True)
class BrokenBase64:
    """Output whose base64 was cut."""


Step = Fault | Stall | Drop | Status | Clear | Lie | Endless | Body | BrokenBase64 | None
"""None answers as usual."""
