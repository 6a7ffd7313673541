"""What is said over a channel: greet, raise rights once, hand over the script, take what comes until its end.

Nothing but a greeting is sent to a peer that has not shown to be a shell. A probe that never ends costs its channel:
the rest of the probes run over a second one. Whatever ends a collection early, what came until then is kept, as soon
as the script had started.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from scanner.collect.elevation import Elevation, bootstrap, outcome, refused
from scanner.collect.frame import parse
from scanner.collect.script import Script
from scanner.collect.stream import Budget, Stream
from scanner.errors import TargetError
from scanner.inventory.site import Become
from scanner.model import Privilege, Reason, Transcript
from scanner.redact import redact, redact_values
from scanner.secret import Secret
from scanner.text import clean
from scanner.transports.base import Session

SHELLS = ("/bin/sh -s", "sh -s")  # restricted login shells refuse a slash
_LOGIN_SAYS = re.compile(rb"(?i)not available|nologin|expired|disabled|locked|must change|change your password")


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectLimits:
    """Seconds, bytes and counts for one target.

    `open_s` is for the first channel, which waits for the host's own session modules: pam_systemd gives a login
    manager that does not answer two minutes and then lets the account in without it.
    `slack_s` is how long a probe may be silent beyond its own limit before its channel is given up, `reruns` how
    many times that may happen.
    """

    open_s: float = 130.0
    hello_s: float = 8.0
    become_s: float = 20.0
    total_s: float = 180.0
    output_bytes: int = 12 * 1024 * 1024
    slack_s: float = 12.0
    reruns: int = 3


def collect(
    session: Session,
    target: str,
    script: Script,
    *,
    become: Become = Become.NONE,
    become_password: Secret | None = None,
    status_file: str | None = None,
    limits: CollectLimits | None = None,
    now: Callable[[], datetime],
    cancelled: threading.Event | None = None,
) -> Transcript:
    """Run the script over the session and bring back what it said, secrets redacted.

    `status_file` is the file on the target that its backups write, where the site names one.
    The transcript's `error` is set where the collection ended early. Raises TargetError when the script never
    started: no shell (UNSUPPORTED, or LOGIN where the account is closed), unreachable, out of time, cancelled.
    """
    talk = _Talk(session, script, become, become_password, limits or CollectLimits(), cancelled or threading.Event())
    talk.status_file = status_file
    collected_at, began = now(), time.monotonic()
    error = talk.run()
    transcript = Transcript(
        target=target,
        platform="linux",
        nonce=talk.nonce,
        stdout=talk.clean(talk.take()),
        stderr=talk.clean(bytes(talk.stderr)),
        collected_at=collected_at,
        account=session.info.account,
        privilege=talk.elevation.privilege,
        script_sha256=script.sha256,
        error=error,
        host_key=session.info.host_key,
        duration_s=round(time.monotonic() - began, 3),
        round_trips=session.info.round_trips,
        notes=(*session.info.notes, *talk.notes),
    )
    return _as_reported(transcript)


def _as_reported(transcript: Transcript) -> Transcript:
    """The script's own word on its rights counts more than ours."""
    header = parse(transcript.stdout, transcript.nonce).header
    if header.get("euid") == "0":
        return replace(transcript, privilege=Privilege.ROOT)
    if transcript.privilege is Privilege.ROOT:
        return replace(transcript, privilege=Privilege.USER)
    return transcript


@dataclass(frozen=True, slots=True)
class _Stuck:
    """A probe that neither ended nor said anything for longer than it may."""

    probe: str


class _Talk:
    """One collection; one thread."""

    def __init__(
        self,
        session: Session,
        script: Script,
        become: Become,
        password: Secret | None,
        limits: CollectLimits,
        cancelled: threading.Event,
    ) -> None:
        self._session = session
        self._script = script
        self._become = become
        self._password = password
        self._limits = limits
        self._budget = Budget(limits.total_s, limits.output_bytes, cancelled)
        self.nonce = secrets.token_hex(16)
        self.elevation = Elevation(Privilege.USER)
        self.notes: list[str] = []
        self.stdout = bytearray()
        self.stderr = bytearray()
        self.status_file: str | None = None
        self._stream: Stream | None = None

    def clean(self, data: bytes) -> bytes:
        """Redacted; the passwords that we sent ourselves, too, should anything have echoed them."""
        become = () if self._password is None else (self._password,)
        return redact(redact_values(data, {*self._session.info.told, *become}))

    def take(self) -> bytes:
        """What standard output said, handed over: nothing of it stays here."""
        said, self.stdout = bytes(self.stdout), bytearray()
        return said

    def words(self, text: str) -> str:
        """The same for a sentence that may quote the peer."""
        return self.clean(text.encode("utf-8", "replace")).decode("utf-8", "replace")

    # --- from start to end ---

    def run(self) -> tuple[Reason, str] | None:
        """All probes, over as many channels as it takes; the reason for an early end."""
        first = 0
        for _ in range(self._limits.reruns + 1):
            stuck = self._attempt(first)
            if not isinstance(stuck, _Stuck):
                return stuck
            self.notes.append(f"{stuck.probe}: it did not end within its limit; its channel was given up")
            first = self._script.index(stuck.probe) + 1
            if first >= len(self._script.probes):
                return None
        return Reason.TIMEOUT, "too many probes did not end within their limits"

    def _attempt(self, first: int) -> _Stuck | tuple[Reason, str] | None:
        stream: Stream | None = None
        try:
            stream = self._ready_shell()
            return self._run_script(stream, first)
        except TargetError as error:
            error.detail = self.words(error.detail)
            error.args = (error.detail,)
            if not (self._started() or (stream is not None and self._has_start(stream))):
                raise
            return error.reason, error.detail
        finally:
            self._end()

    def _started(self) -> bool:
        return f"\n@{self.nonce} START ".encode() in self.stdout

    def _has_start(self, stream: Stream) -> bool:
        return f"\n@{self.nonce} START ".encode() in stream.out

    # --- a shell, with rights ---

    def _open(self, command: str) -> Stream:
        stream = Stream(self._session.open(command, self._budget.left_s(self._limits.open_s)), self._budget)
        self._stream = stream
        return stream

    def _end(self) -> None:
        """Close the channel and keep what it said."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
            if self.stdout:
                self.stdout += stream.out
            else:
                self.stdout = stream.out  # not a copy: it may be as large as a target may send
            self.stderr += stream.err

    def _ready_shell(self) -> Stream:
        stream, nonce = self._greet()
        if self._become is Become.NONE:
            return stream
        if self.elevation.note and self.elevation.privilege is Privilege.USER:
            return stream  # it failed on an earlier channel; a second wrong password could lock the account
        self.elevation = self._raise_rights(stream, nonce)
        if self.elevation.note and self.elevation.note not in self.notes:
            self.notes.append(self.elevation.note)
        if self._stream is None:
            stream, _ = self._greet()
        return stream

    def _greet(self) -> tuple[Stream, str]:
        said = b""
        for command in SHELLS:
            stream, nonce = self._open(command), secrets.token_hex(16)
            if self._hello(stream, nonce):
                return stream, nonce
            said = said or bytes(stream.out + stream.err)
            self._end()
        raise _no_shell(self.clean(said))

    def _hello(self, stream: Stream, nonce: str) -> bool:
        self._session.info.round_trips += 1
        try:
            stream.send(f"printf '\\n@{nonce} HELLO\\n'\n".encode())
        except TargetError as error:
            if error.reason not in (Reason.UNREACHABLE, Reason.TIMEOUT):
                raise
            self._budget.left_s(1)
            while stream.pump(0.2):  # the peer is gone; what it said explains why
                pass
            return False
        pattern = re.compile(rb"(?m)^@" + nonce.encode() + rb" HELLO\r?$")
        return stream.await_match(pattern, self._limits.hello_s) is not None

    def _raise_rights(self, stream: Stream, nonce: str) -> Elevation:
        if self._password is not None and not _sendable(self._password):
            return refused(self._become, "the password holds a line break, so it was not sent")
        with_password = self._password is not None
        heard = len(stream.err)
        prompts = _Prompts(stream, nonce, self._password if self._become is Become.SUDO else None)
        self._session.info.round_trips += 1
        stream.send(bootstrap(self._become, nonce, with_password=with_password))
        pattern = re.compile(rb"(?m)^@" + nonce.encode() + rb" READY (\w+) (\w+)\r?$")
        ready = stream.await_match(pattern, self._limits.become_s, on_wait=prompts.answer)
        self._session.info.round_trips += prompts.sent
        complaint = self.clean(bytes(stream.err[heard:])).decode("utf-8", "replace")
        if ready is not None:
            state, why = ready[1].decode(), ready[2].decode()
            return outcome(self._become, state, why, complaint, with_password=with_password)
        self._end()
        return refused(self._become, prompts.reason(complaint))

    # --- the script ---

    def _run_script(self, stream: Stream, first: int) -> _Stuck | tuple[Reason, str] | None:
        self._session.info.round_trips += 1
        call = self._script.call(self.nonce, self.elevation.rights, first, self.status_file)
        stream.send(self._script.text + call)
        stream.close_input()
        progress = _Progress(self.nonce, self._limits, {probe.name for probe in self._script.probes})
        while not progress.done(stream.out):
            if stream.pump(1.0):
                continue
            if stream.closed:
                return self._ended_early(stream)
            if stuck := progress.stuck(stream):
                return stuck
        return None

    def _ended_early(self, stream: Stream) -> tuple[Reason, str]:
        if self._has_start(stream):
            return Reason.UNREACHABLE, "the connection ended before the script did"
        said = clean(self.clean(bytes(stream.err)).decode("utf-8", "replace").strip(), 200)
        raise TargetError(Reason.UNSUPPORTED, f"the script did not start{': ' + said if said else ''}")


class _Prompts:
    """Answers sudo's prompt once; a second prompt means that the password was wrong."""

    def __init__(self, stream: Stream, nonce: str, password: Secret | None) -> None:
        self._stream = stream
        self._mark = f"@{nonce} PASSWORD".encode()
        self._password = password
        self.sent = 0

    def answer(self) -> bool:
        """True when there is no use in waiting any longer."""
        seen = self._stream.err.count(self._mark)
        if seen > 1:
            return True
        if seen == 1 and not self.sent and self._password is not None:
            self.sent = 1
            self._stream.send(self._password.reveal().encode() + b"\n")
        return False

    def reason(self, complaint: str) -> str:
        if self._stream.err.count(self._mark) > 1:
            return "the password was refused"
        asked = clean(complaint.replace(self._mark.decode(), "").strip(), 120)
        return f"it did not answer in time{', and said: ' + asked if asked else ''}"


class _Progress:
    """Where the script is, from the markers seen so far."""

    def __init__(self, nonce: str, limits: CollectLimits, probes: set[str]) -> None:
        self._mark = f"\n@{nonce} ".encode()
        self._done = self._mark + b"DONE\n"
        self._limits = limits
        self._probes = probes
        self._searched = 0

    def done(self, out: bytearray) -> bool:
        start = max(0, self._searched - len(self._done))
        self._searched = len(out)
        return out.find(self._done, start) >= 0

    def stuck(self, stream: Stream) -> _Stuck | None:
        """The open probe, when it has been silent for longer than its limit and the slack."""
        last = stream.out.rfind(self._mark)
        words = bytes(stream.out[last + len(self._mark) :]).split(b"\n", 1)[0].decode("utf-8", "replace").split(" ")
        if last < 0 or words[0] != "B" or len(words) != 4 or words[1] not in self._probes or not words[2].isdecimal():
            return None
        silent_s = time.monotonic() - stream.heard_at
        return _Stuck(words[1]) if silent_s > int(words[2]) + self._limits.slack_s else None


def _sendable(password: Secret) -> bool:
    """True for one line: what follows a line break would be read as a command."""
    return not set(password.reveal()) & set("\n\r\0")


def _no_shell(said: bytes) -> TargetError:
    words = clean(said[:200].decode("utf-8", "replace").strip(), 200)[:200]
    reason = Reason.LOGIN if _LOGIN_SAYS.search(said[:200]) else Reason.UNSUPPORTED
    detail = (
        f"no shell answered; the target said: {words}" if words else "no shell answered, and the target said nothing"
    )
    return TargetError(reason, detail)
