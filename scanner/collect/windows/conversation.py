"""One collection of a Windows host: hand the script to a session, take what it printed, keep it without secrets."""

from __future__ import annotations

import html
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from scanner import __version__
from scanner.collect.blocks import HANDSHAKES, SESSION, Entry, Frame, parse
from scanner.collect.conversation import CollectLimits
from scanner.collect.windows.frame import Output, unwrap
from scanner.collect.windows.script import WindowsScript
from scanner.errors import TargetError
from scanner.model import Privilege, Reason, Transcript
from scanner.redact import redact, redact_json, redact_values
from scanner.text import clean
from scanner.transports.base import ScriptLimits, ScriptOutput, ScriptSession, SessionInfo

_MAX_STDERR = 64 * 1024
_STOPPED = (
    "Endpoint protection may have stopped it (allow-list what `ctpat explain --platform windows` prints), or the "
    r"memory limit of a remote shell (MaxMemoryPerShellMB below WSMan:\localhost\Shell)"
)


def collect_windows(
    session: ScriptSession,
    target: str,
    script: WindowsScript,
    *,
    limits: CollectLimits | None = None,
    now: Callable[[], datetime],
    cancelled: threading.Event | None = None,
) -> Transcript:
    """Run the script over the session and bring back what it said, secrets redacted.

    The transcript's `error` is set where the collection ended early, or where the host refused the script's language.
    Raises TargetError when not one block came: the session's own reason, else UNSUPPORTED.
    """
    limits, nonce = limits or CollectLimits(), secrets.token_hex(16)
    bounds = ScriptLimits(
        total_s=limits.total_s, output_bytes=limits.output_bytes, cancelled=cancelled or threading.Event()
    )
    collected_at, began = now(), time.monotonic()
    try:
        said = session.run(script.text + script.call(nonce), nonce, bounds)
        output = unwrap(said.stdout, nonce)
        _heard(said, output)
    except TargetError as error:
        error.detail = _words(error.detail, session.info)
        error.args = (error.detail,)
        raise
    stdout = output.stored(nonce, lambda value: redact_json(value, session.info.told), _seen(session.info))
    frame = parse(stdout, nonce)
    about = _about(frame)
    return Transcript(
        target=target,
        platform="windows",
        nonce=nonce,
        stdout=stdout,
        stderr=redact(redact_values(said.stderr, session.info.told)),
        collected_at=collected_at,
        account=session.info.account or _text(about, "account"),
        privilege=Privilege.ROOT if about.get("administrator") is True else Privilege.USER,
        script_sha256=script.sha256,
        error=_error(said, frame, script, session.info),
        host_key=session.info.host_key,
        duration_s=round(time.monotonic() - began, 3),
        round_trips=session.info.round_trips,
        notes=(*session.info.notes, *output.notes, *_notes(about), *_own(said, about)),
    )


def _seen(info: SessionInfo) -> list[Entry]:
    """What the transport itself saw of the host."""
    return [] if info.handshakes is None else [{"name": HANDSHAKES, "ok": True, "v": info.handshakes}]


def _words(text: str, info: SessionInfo) -> str:
    """A sentence that may quote the host, without secrets."""
    return redact(redact_values(text.encode("utf-8", "replace"), info.told)).decode("utf-8", "replace")


def _heard(said: ScriptOutput, output: Output) -> None:
    """Nothing when the collector answered; otherwise raises TargetError, saying why it did not as far as is known."""
    if output.blocks or output.refusal:
        return
    if said.error is not None:
        raise TargetError(*said.error)
    if output.notes:
        raise TargetError(Reason.UNREADABLE, f"the script's answer is damaged: {output.notes[0]}")
    words = clean(complaint(said.stderr), 200)
    ended = "" if said.status is None else f" (exit status {said.status})"
    said_so = f": {words}" if words else ""
    raise TargetError(Reason.UNSUPPORTED, f"the script did not start{ended}{said_so}. {_STOPPED}")


def complaint(stderr: bytes) -> str:
    """What PowerShell said on standard error, as one line; the errors alone where it wrote them as CLIXML."""
    text = stderr[:_MAX_STDERR].decode("utf-8", "replace")
    if text.lstrip().startswith("#< CLIXML"):
        text = html.unescape(" ".join(re.findall(r'<S (?:S="Error"|N="Message")>([^<]*)</S>', text)))
        text = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), text)
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())


def _error(said: ScriptOutput, frame: Frame, script: WindowsScript, info: SessionInfo) -> tuple[Reason, str] | None:
    """Why the collection is not whole; None where it is, whatever happened to the connection afterwards."""
    if frame.refusal is not None:
        return frame.refusal
    if frame.done:
        return _outdated(frame, script)
    if said.error is not None:
        return said.error[0], _words(said.error[1], info)
    return Reason.TRUNCATED, f"the output ended before the script did. {_STOPPED}"


def _outdated(frame: Frame, script: WindowsScript) -> tuple[Reason, str] | None:
    """An endpoint that runs a collector of its own may have been registered by another version of ours."""
    missing = sum(probe.name not in frame.entries for probe in script.probes)
    if not missing:
        return None
    version, total = _text(_about(frame), "version"), len(script.probes)
    if version == __version__:
        return Reason.UNREADABLE, f"{missing} of {total} probes have no entry in the answer"
    return Reason.UNSUPPORTED, (
        f"the endpoint's collector (version {version or 'unknown'}, here {__version__}) lacks {missing} of {total}"
        " probes; register it again with `ctpat explain --platform windows --jea`"
    )


def _about(frame: Frame) -> Mapping[str, Any]:
    """What the script said of its own session."""
    value = frame.entries.get(SESSION, {}).get("v")
    return value if isinstance(value, dict) else {}


def _text(about: Mapping[str, Any], key: str) -> str:
    value = about.get(key)
    return clean(value, 200) if isinstance(value, str) else ""


def _own(said: ScriptOutput, about: Mapping[str, Any]) -> Iterator[str]:
    """What an endpoint's own collector has to be told apart by: its text was not sent from here."""
    if not said.called:
        return
    version = _text(about, "version") or "unknown"
    yield (
        f"no script was sent: the endpoint's own {said.called} answered, version {version}; the script kept here is"
        " this scanner's, for comparison"
    )
    if version != __version__:
        yield (
            f"the endpoint's collector has version {version}, this scanner {__version__}, and facts may differ: remove"
            " it, and register the one that `ctpat explain --platform windows --jea` prints"
        )


def _notes(about: Mapping[str, Any]) -> Iterator[str]:
    if about.get("process_64") is False:
        yield "PowerShell ran as a 32-bit process, which sees some of a 64-bit system's settings in its own copy"
    if about.get("administrator") is False:
        yield "the token has no administrator rights: it is a plain account's, or a filtered one"
