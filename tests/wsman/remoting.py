"""PowerShell remoting (MS-PSRP) for the endpoint: psrpcore's server side behind the envelopes of WS-Management.

`Endpoint(plug_in=Remoting({"Microsoft.PowerShell": Configuration(powershell)}))` answers real pypsrp clients. What a
pipeline says is given by a callable, as with the endpoint's shells. It is no PowerShell: it shows that the client's
side of the protocol holds, and how it behaves when the other side does not.
"""

from __future__ import annotations

import base64
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psrpcore import CreatePipelineEvent, PSRPPayload, ServerPipeline, ServerRunspacePool, StreamType
from psrpcore.types import ErrorCategoryInfo, ErrorRecord, NETException, PSInvocationState

from tests.wsman import faults, messages
from tests.wsman.endpoint import Powershell, nonce_of

URI = "http://schemas.microsoft.com/powershell/"
CREATION = "{http://schemas.microsoft.com/powershell}creationXml"
NOT_FOUND = faults.Fault(2150858811, "The resource URI was not found in the WS-Management catalog.", "w:InvalidURI")


@dataclass(frozen=True)
class Failure:
    """An error record; the ID is the same in every language, the text is not."""

    fqid: str
    text: str = "Es ist ein Fehler aufgetreten."


@dataclass(frozen=True)
class Said:
    """What a pipeline says: objects, errors that do not end it, the one that does; with `hangs` it never ends."""

    objects: Sequence[Any] = ()
    errors: Sequence[Failure] = ()
    failure: Failure | None = None
    hangs: bool = False
    stops: bool = False


Function = Callable[[Mapping[str, Any]], Said]
"""A command of a session configuration, by its parameters."""


@dataclass(frozen=True)
class Configuration:
    """A session configuration: without `powershell` it refuses scripts, as JEA does. `fault` is all it answers."""

    powershell: Powershell | None = None
    functions: Mapping[str, Function] = field(default_factory=dict)
    fault: faults.Fault | None = None
    breaks: str = ""
    is_silent: bool = False


def lines(powershell: Powershell, script: bytes, nonce: str) -> Said:
    """What a script prints, line by line, as Write-Output hands it over."""
    output = powershell(script, nonce)
    return Said(output.stdout.decode().splitlines(), hangs=output.hangs)


@dataclass
class _Session:
    configuration: Configuration
    pool: ServerRunspacePool = field(default_factory=ServerRunspacePool)
    hanging: set[str] = field(default_factory=set)


class Remoting:
    """All sessions of one endpoint. Thread-safe."""

    def __init__(self, configurations: Mapping[str, Configuration], *, operation_s: float = 60.0) -> None:
        self.scripts: list[bytes] = []
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.options: list[int] = []  # which details a client wants with errors and warnings
        self.sessions: dict[str, _Session] = {}
        self.injected = b""  # in front of what the first pipeline says
        self._configurations = configurations
        self._operation_s = operation_s
        self._lock = threading.Lock()

    def __call__(self, request: messages.Request) -> bytes | faults.Fault | None:
        if not request.resource.startswith(URI):
            return None
        if request.action == "Create":
            return self._create(request)
        session = self.sessions.get(request.shell)
        if session is None:
            return faults.SHELL_GONE
        answer: bytes | faults.Fault = getattr(self, f"_{request.action.lower()}")(request, session)
        return answer

    def _create(self, request: messages.Request) -> bytes | faults.Fault:
        configuration = self._configurations.get(request.resource.removeprefix(URI))
        if configuration is None or configuration.fault is not None:
            return NOT_FOUND if configuration is None or configuration.fault is None else configuration.fault
        shell = request.body.find("rsp:Shell", messages.NS)
        assert shell is not None
        name = shell.get("ShellId") or str(uuid.uuid4()).upper()
        session = self.sessions[name] = _Session(configuration)
        self._take(session, shell.findtext(CREATION, ""), None)
        if configuration.breaks:
            session.pool.set_broken(_record(Failure("RunspaceInitialization", configuration.breaks)))
        return messages.created(request, name)

    def _command(self, request: messages.Request, session: _Session) -> bytes:
        line = request.body.find("rsp:CommandLine", messages.NS)
        assert line is not None
        name = line.get("CommandId") or ""
        ServerPipeline(session.pool, uuid.UUID(name))
        self._take(session, line.findtext("rsp:Arguments", "", messages.NS), name)
        return messages.commanded(request, name)

    def _send(self, request: messages.Request, session: _Session) -> bytes:
        stream = request.body.find("rsp:Send/rsp:Stream", messages.NS)
        assert stream is not None
        self._take(session, stream.text or "", stream.get("CommandId"))
        return messages.plain(request, "SendResponse")

    def _take(self, session: _Session, data: str, pipeline: str | None) -> None:
        """Read what a client sent, and do it."""
        identity = uuid.UUID(pipeline) if pipeline else None
        with self._lock:
            session.pool.receive_data(PSRPPayload(base64.b64decode(data), StreamType.default, identity))
            while (event := session.pool.next_event()) is not None:
                if isinstance(event, CreatePipelineEvent):
                    assert event.pipeline_id is not None
                    self.options.append(int(event.pipeline.remote_stream_options))
                    self._run(session, session.pool.pipeline_table[event.pipeline_id], event.pipeline.commands[0])

    def _run(self, session: _Session, pipeline: ServerPipeline, command: Any) -> None:
        said = self._answer(session.configuration, command)
        pipeline.start()
        for one in said.objects:
            pipeline.write_output(one)
        for error in said.errors:
            pipeline.write_error(NETException(Message=error.text), fully_qualified_error_id=error.fqid)
        if said.hangs:
            session.hanging.add(str(pipeline.pipeline_id).upper())
        elif said.failure is not None:
            pipeline._change_state(PSInvocationState.Failed, error=_record(said.failure))
        elif said.stops:
            pipeline.stop()
        else:
            pipeline.complete()

    def _answer(self, configuration: Configuration, command: Any) -> Said:
        if command.is_script:
            script = command.command_text.encode()
            self.scripts.append(script)
            if configuration.powershell is None:
                return Said(failure=Failure("ScriptsNotAllowed", "Die Syntax wird nicht unterstützt."))
            return lines(configuration.powershell, script, nonce_of(script))
        parameters = dict(command.parameters)
        self.calls.append((command.command_text, parameters))
        function = configuration.functions.get(command.command_text)
        if function is None:
            return Said(failure=Failure("CommandNotFoundException", f'"{command.command_text}" wurde nicht erkannt.'))
        return function(parameters)

    def _receive(self, request: messages.Request, session: _Session) -> bytes | faults.Fault:
        stream = request.body.find("rsp:Receive/rsp:DesiredStream", messages.NS)
        name = "" if stream is None else stream.get("CommandId") or ""
        room = max(1024, int((request.envelope_bytes - 40_000) * 3 / 4))
        with self._lock:
            payload = None if session.configuration.is_silent else session.pool.data_to_send(room)
        if payload is None:
            if session.configuration.is_silent:
                return messages.received(request, name, b"", b"", None)
            time.sleep(min(request.timeout_s, self._operation_s))
            return faults.TIMED_OUT
        lie, self.injected = (self.injected, b"") if name else (b"", self.injected)
        return messages.received(request, name, lie + payload.data, b"", None)

    def _signal(self, request: messages.Request, session: _Session) -> bytes:
        return messages.plain(request, "SignalResponse")

    def _delete(self, request: messages.Request, session: _Session) -> bytes:
        del self.sessions[request.shell]
        return messages.plain(request, "DeleteResponse")


def _record(failure: Failure) -> ErrorRecord:
    record = ErrorRecord(
        Exception=NETException(Message=failure.text),
        CategoryInfo=ErrorCategoryInfo(),
        FullyQualifiedErrorId=failure.fqid,
    )
    record.PSObject.to_string = failure.text
    return record
