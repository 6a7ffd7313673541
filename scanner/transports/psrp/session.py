"""One session, one pipeline: the script itself, or the one command of an endpoint that takes no script."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from pypsrp.complex_objects import PSInvocationState, RunspacePoolState
from pypsrp.powershell import DEFAULT_CONFIGURATION_NAME, PowerShell, PSDataStreams

from scanner.errors import TargetError, TimeLimit, Unreachable
from scanner.model import Reason
from scanner.text import clean
from scanner.transports.base import ScriptOutput
from scanner.transports.output import STDERR_BYTES_MAX, Collected
from scanner.transports.psrp import FUNCTION, refusals
from scanner.transports.psrp.remoting import Pool, Remoting
from scanner.transports.tcp import left
from scanner.transports.winrm import refusals as faults
from scanner.transports.winrm.protocol import WinRMOperationTimeoutError, Wsman
from scanner.transports.winrm.session import OneScript, Opened
from scanner.transports.winrm.wire import Dropped

WIRE_FACTOR = 4
"""Bytes on the wire for one of output, at most: base64 of XML in which line ends are escaped."""

WIRE_BYTES = 1024 * 1024

NO_DETAILS = 0
"""Error records without the line that failed: of the script, that would be all of it."""

ENDED = (PSInvocationState.STOPPED, PSInvocationState.COMPLETED, PSInvocationState.FAILED)


@dataclass(slots=True)
class OpenPool(Opened):
    """A logon, and the session that it opened."""

    pool: Pool | None = None


def open_pool(wsman: Wsman) -> OpenPool:
    """Log on and open the one session. Raises TargetError, except where the policy alone refuses it."""
    assert isinstance(wsman, Remoting)
    pool = Pool(wsman)
    try:
        wsman.ask(pool.open)
    except WinRMOperationTimeoutError as error:
        raise faults.fault(wsman.line.listener, wsman.login, faults.OPERATION_TIMEOUT, "") from error
    except faults.Fault as error:
        if error.code != faults.SHELLS_NOT_ALLOWED:
            raise
        wsman.is_opening = False
        return OpenPool(wsman, no_shell=error)
    if not wsman.logon.is_done:
        raise faults.not_asked(wsman.line.listener)
    if pool.state != RunspacePoolState.OPENED or not pool.shell.id:
        raise refusals.broken(wsman.line.listener, wsman.login, "")
    wsman.is_opening = False
    return OpenPool(wsman, pool.shell.id, pool=pool)


@dataclass(frozen=True, slots=True)
class _Ended:
    """How one pipeline ended: by an error (its ID), before its end (why), or by itself; and what it complained of."""

    fqid: str = ""
    words: str = ""
    early: TargetError | None = None
    stderr: bytes = b""

    @property
    def is_refused(self) -> bool:
        """The host would run no such pipeline."""
        return self.fqid in (refusals.NO_COMMAND, refusals.SCRIPTS_REFUSED)


class PsrpSession(OneScript):
    """One logon on one target; used by one thread."""

    def _open(self, wsman: Wsman) -> Opened:
        return open_pool(wsman)

    def _end(self, wsman: Wsman, shell: str) -> None:
        assert isinstance(wsman, Remoting)
        wsman.ask(lambda: Pool(wsman).delete(shell))

    @property
    def _pool(self) -> Pool:
        assert isinstance(self._opened, OpenPool) and self._opened.pool is not None
        return self._opened.pool

    def _once(self, script: bytes, nonce: str, collected: Collected, until: float) -> ScriptOutput:
        """The script; where scripts are refused, the endpoint's own command. A session configuration other than
        Windows' own is made for one command, so that comes first there, and no script is sent where it answers.
        """
        wsman, pool = self._pool.wsman, self._pool
        wsman.allowed = WIRE_FACTOR * collected.limit + WIRE_BYTES
        is_own = wsman.login.configuration != DEFAULT_CONFIGURATION_NAME
        first, second = (_call(pool, nonce), _script(pool, script))[:: 1 if is_own else -1]
        ended, is_called = self._follow(first, collected, until), is_own
        if not any(collected.stdout) and (ended.fqid == refusals.NO_COMMAND if is_own else ended.fqid):
            other = self._follow(second, collected, until)
            if ended.is_refused or not other.is_refused:
                ended, is_called = other, not is_own
        return self._output(ended, collected, is_called=is_called)

    def _follow(self, pipeline: PowerShell, collected: Collected, until: float) -> _Ended:
        """Run one pipeline to its end. Raises where it was not started, and Dropped."""
        wsman = self._pool.wsman
        wsman.ask(lambda: pipeline.begin_invoke(remote_stream_options=NO_DETAILS))
        complaints = _Complaints()
        try:
            early = self._drain(pipeline, collected, complaints, until)
        except Dropped:
            raise
        except TargetError as broken:
            early = broken
        is_failed = early is None and pipeline.state != PSInvocationState.COMPLETED
        fqid = (complaints.fqid or "unknown") if is_failed else ""
        return _Ended(fqid, complaints.last, early, complaints.text)

    def _drain(
        self, pipeline: PowerShell, collected: Collected, complaints: _Complaints, until: float
    ) -> TargetError | None:
        """Read until the pipeline ends; why it did not, where it did not. Silence is normal, and is asked on."""
        wsman = self._pool.wsman
        where = wsman.line.listener.where
        while pipeline.state not in ENDED:
            if left(until) <= 1.0:
                return TimeLimit(Reason.TIMEOUT, f"{where}: the script did not end in time")
            with suppress(WinRMOperationTimeoutError):
                wsman.ask(pipeline.poll_invoke)
            said = "".join(f"{one}\n" for one in pipeline.output if isinstance(one, str))
            pipeline.output.clear()
            complaints.take(pipeline.streams)
            if not collected.add(said.encode("utf-8", "replace"), b""):
                return Unreachable(
                    Reason.TRUNCATED, f"{where} sent more than {collected.limit} bytes; the rest was not read"
                )
        return None

    def _output(self, ended: _Ended, collected: Collected, *, is_called: bool) -> ScriptOutput:
        """What came, and why not all of it. Raises TargetError where the host would run nothing."""
        wsman, has_said = self._pool.wsman, any(collected.stdout)
        early = ended.early
        if ended.fqid and not has_said:
            if (refusal := refusals.record(wsman.line.listener, wsman.login, ended.fqid)) is not None:
                raise refusal
        elif ended.fqid:
            where, words = wsman.line.listener.where, clean(ended.words, 200)
            early = Unreachable(Reason.TRUNCATED, f"{where}: the script broke off before its end: {words}")
        collected.add(b"", ended.stderr)
        return replace(collected.output(early), called=FUNCTION if is_called else "")


def _script(pool: Pool, script: bytes) -> PowerShell:
    return PowerShell(pool).add_script(script.decode("ascii"))


def _call(pool: Pool, nonce: str) -> PowerShell:
    return PowerShell(pool).add_cmdlet(FUNCTION).add_parameter("Nonce", nonce)


class _Complaints:
    """The error records of one pipeline as text; no more of them is kept than is handed on."""

    def __init__(self) -> None:
        self.text = b""
        self.last = ""
        self.fqid = ""

    def take(self, streams: PSDataStreams) -> None:
        """Take in the errors, and forget whatever else a host may say."""
        for record in streams.error:
            self.last, self.fqid = str(record), _fqid(record)
            self.text = (self.text + f"{self.last}\n".encode("utf-8", "replace"))[:STDERR_BYTES_MAX]
        for stream in vars(streams).values():
            stream.clear()


def _fqid(record: Any) -> str:
    """The error's ID, without the command that it names behind a comma."""
    known = getattr(record, "fq_error", None) or getattr(record, "extended_properties", {}).get("FullyQualifiedErrorId")
    return known.partition(",")[0] if isinstance(known, str) else ""
