"""A WS-Management endpoint on loopback, for everything that talks WinRM; no Windows needed.

`with Endpoint(powershell) as host:` answers real pywinrm and pypsrp clients with NTLM, Kerberos, Basic or a client
certificate, over http with sealed messages and over https with strict channel binding. What stands behind it is a
callable: the bytes of a script and its nonce in, output out. It is no Windows: it shows that the client's side of the
protocol holds, and how it behaves when the other side does not.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import re
import socket
import ssl
import struct
import tempfile
import threading
import time
import uuid
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import spnego
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from spnego._ntlm_raw.messages import Authenticate, AvId, NTClientChallengeV2
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from tests.wsman import faults, messages
from tests.wsman.certificates import Pair

SEALED = "application/HTTP-SPNEGO-session-encrypted"
BOUNDARY = b"--Encrypted Boundary"
MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
CMD = f"{messages.RSP}/cmd"
OCTETS = b"\tContent-Type: application/octet-stream\r\n"


@dataclass(frozen=True)
class Output:
    """What a command says. `parts` cuts stdout into several answers; with `hangs` it never ends."""

    stdout: bytes = b""
    stderr: bytes = b""
    exit: int = 0
    parts: Sequence[bytes] | None = None
    hangs: bool = False


Powershell = Callable[[bytes, str], Output]
"""The bytes on standard input and the nonce in their last line; empty where there is none."""

Wql = Callable[[str, str], Sequence[messages.Instance]]
"""Query and namespace; KeyError for a class that is not there."""

Invoke = Callable[[str, str, Mapping[str, str]], Mapping[str, Any]]
"""Class, method and parameters of a static WMI method."""


def nonce_of(script: bytes) -> str:
    found = re.search(rb"\} '([0-9a-f]+)'\s*\Z", script)
    return found[1].decode() if found else ""


def recorded(stdout: bytes, stderr: bytes = b"", status: int = 0) -> Powershell:
    """Bytes that PowerShell really printed, with the nonce of the recording replaced by that of the run."""
    return lambda _, nonce: Output(stdout.replace(b"7f3a", nonce.encode()), stderr, status)


# --- Users -----------------------------------------------------------------------------------------------

_users_lock = threading.Lock()


def add_users(users: Mapping[str, str]) -> None:
    """Tell the NTLM acceptor of `DOMAIN\\user`: it reads one file per process."""
    with _users_lock:
        path = os.environ.get("NTLM_USER_FILE")
        if path is None or not Path(path).is_file():
            handle, path = tempfile.mkstemp(prefix="wsman-users-")
            os.close(handle)
            os.environ["NTLM_USER_FILE"] = path
        known = Path(path).read_text()
        for user, password in users.items():
            domain, _, name = user.rpartition("\\")
            line = f"{domain}:{name}:{password}\n"
            if line not in known:
                with Path(path).open("a") as stream:
                    stream.write(line)


# --- The endpoint ----------------------------------------------------------------------------------------


@dataclass
class _Command:
    """A command in a shell: what it was sent, and what it has yet to say."""

    line: str
    arguments: str
    script: bytearray = field(default_factory=bytearray)
    is_started: threading.Event = field(default_factory=threading.Event)
    is_done: threading.Event = field(default_factory=threading.Event)
    output: Output = Output()
    waiting: list[bytes] = field(default_factory=list)
    is_told: bool = False


@dataclass(frozen=True)
class Seen:
    """One HTTP request as it arrived: its action, or `anonymous`, `negotiate`, `probe` where it carried none."""

    action: str
    is_logged_on: bool


@dataclass
class Endpoint:
    """One listener. `script` names what to do instead of answering, by action, in turn.

    `users` maps `DOMAIN\\user` to passwords; Basic takes the names without a domain. `client_ca` lets clients log on
    with certificates of that authority. `operation_s` caps the time that one Receive waits, as a server may.
    """

    powershell: Powershell = lambda script, nonce: Output()
    tls: Pair | None = None
    schemes: Sequence[str] = ("Negotiate", "Kerberos")
    users: Mapping[str, str] = field(default_factory=lambda: {"CTPAT\\scan": "Correct-Horse-7"})
    client_ca: Path | None = None
    address: str = "127.0.0.1"
    port: int = 0
    script: Mapping[str, Sequence[faults.Step]] = field(default_factory=dict)
    operation_s: float = 60.0
    envelope_limit: int = 512_000
    wql: Wql | None = None
    invoke: Invoke | None = None
    plug_in: Callable[[messages.Request], bytes | faults.Fault | None] | None = None
    is_binding_strict: bool = True
    takes_old_tls: bool = False

    def __post_init__(self) -> None:
        self.seen: list[Seen] = []
        self.shells: dict[str, dict[str, _Command]] = {}
        self.scripts: list[bytes] = []
        self.logons: list[str] = []
        self.refused: list[str] = []
        self.requests: list[messages.Request] = []
        self._steps = {action: list(steps) for action, steps in self.script.items()}
        self.lock = threading.Lock()
        self._server: _Server | None = None

    # --- Life --------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        add_users(self.users)
        self._server = _Server(self)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.stop()

    # --- What tests ask ----------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """HTTP requests so far."""
        return len(self.seen)

    @property
    def actions(self) -> list[str]:
        return [one.action for one in self.seen]

    @property
    def tally(self) -> Counter[str]:
        return Counter(self.actions)

    def step(self, action: str) -> faults.Step:
        with self.lock:
            steps = self._steps.get(action)
            return steps.pop(0) if steps else None

    # --- Actions -----------------------------------------------------------------------------------------

    def answer(self, request: messages.Request, step: faults.Step) -> bytes | faults.Fault:
        """The envelope that answers a request, or the fault."""
        with self.lock:
            self.requests.append(request)
        if self.plug_in is not None and (own := self.plug_in(request)) is not None:
            return own
        if request.size > self.envelope_limit:
            return faults.Fault(2150858843 + 42, "The request is larger than MaxEnvelopeSizekb.", "w:EncodingLimit")
        action = getattr(self, f"_{request.action.lower()}", None)
        if action is None:
            return faults.Fault(2150858817, "No such action.", "a:ActionNotSupported")
        result: bytes | faults.Fault = action(request, step)
        return result

    def _create(self, request: messages.Request, step: faults.Step) -> bytes | faults.Fault:
        shell = str(uuid.uuid4()).upper()
        self.shells[shell] = {}
        return messages.created(request, shell)

    def _command(self, request: messages.Request, step: faults.Step) -> bytes | faults.Fault:
        if request.shell not in self.shells:
            return faults.SHELL_GONE
        command = str(uuid.uuid4()).upper()
        line = request.body.findtext("rsp:CommandLine/rsp:Command", "", messages.NS) or ""
        arguments = request.body.findtext("rsp:CommandLine/rsp:Arguments", "", messages.NS) or ""
        started = self.shells[request.shell][command] = _Command(line, arguments)
        if "-encodedcommand" in f"{line} {arguments}".lower():  # it brings its script along and waits for no input
            threading.Thread(target=self._run, args=(started,), daemon=True).start()
        return messages.commanded(request, command)

    def _send(self, request: messages.Request, step: faults.Step) -> bytes | faults.Fault:
        stream = request.body.find("rsp:Send/rsp:Stream", messages.NS)
        command = self._find(request, "" if stream is None else stream.get("CommandId") or "")
        if stream is None or command is None:
            return faults.SHELL_GONE
        command.script += base64.b64decode(stream.text or "")
        if (stream.get("End") or "").lower() == "true":
            threading.Thread(target=self._run, args=(command,), daemon=True).start()
        return messages.plain(request, "SendResponse")

    def _run(self, command: _Command) -> None:
        script = bytes(command.script)
        with self.lock:
            self.scripts.append(script)
        output = self.powershell(script, nonce_of(script))
        command.output = output
        command.waiting = list(output.parts) if output.parts is not None else [output.stdout]
        command.is_done.set()

    def _receive(self, request: messages.Request, step: faults.Step) -> bytes | faults.Fault:
        stream = request.body.find("rsp:Receive/rsp:DesiredStream", messages.NS)
        name = "" if stream is None else stream.get("CommandId") or ""
        command = self._find(request, name)
        if command is None:
            return faults.SHELL_GONE
        if not command.is_done.wait(min(request.timeout_s, self.operation_s)):
            return faults.TIMED_OUT
        return self._next_output(request, name, command, step, wait_s=min(request.timeout_s, self.operation_s))

    def _next_output(
        self, request: messages.Request, name: str, command: _Command, step: faults.Step, wait_s: float
    ) -> bytes | faults.Fault:
        output = command.output
        if output.hangs and not command.waiting:
            time.sleep(wait_s)
            return faults.TIMED_OUT
        room = max(1, int((request.envelope_bytes - 40_000) * 3 / 4))
        part = command.waiting.pop(0) if command.waiting else b""
        if len(part) > room:
            command.waiting.insert(0, part[room:])
            part = part[:room]
        stderr, command.is_told = (b"" if command.is_told else output.stderr), True
        status = None if command.waiting or output.hangs else output.exit
        broken = base64.b64encode(part).decode()[:-3] if isinstance(step, faults.BrokenBase64) else None
        return messages.received(request, name, part, stderr, status, encoded=broken)

    def _signal(self, request: messages.Request, step: faults.Step) -> bytes | faults.Fault:
        return messages.plain(request, "SignalResponse") if request.shell in self.shells else faults.SHELL_GONE

    def _delete(self, request: messages.Request, step: faults.Step) -> bytes | faults.Fault:
        if self.shells.pop(request.shell, None) is None:
            return faults.SHELL_GONE
        return messages.plain(request, "DeleteResponse")

    def _find(self, request: messages.Request, command: str) -> _Command | None:
        return self.shells.get(request.shell, {}).get(command)

    # --- WMI ---------------------------------------------------------------------------------------------

    def _enumerate(self, request: messages.Request, step: faults.Step) -> bytes | faults.Fault:
        query = (request.body.findtext("n:Enumerate/w:Filter", "", messages.NS) or "").strip()
        if self.wql is None:
            return faults.DENIED
        namespace = request.resource.partition("/wmi/")[2].removesuffix("/*")
        try:
            return messages.enumerated(request, self.wql(query, namespace))
        except KeyError:
            return faults.NO_CLASS
        except PermissionError:
            return faults.DENIED

    def static(self, request: messages.Request) -> bytes | faults.Fault:
        """A static method, such as those of StdRegProv; its action is its name."""
        if self.invoke is None:
            return faults.DENIED
        name = request.resource.rpartition("/")[2]
        inputs = next(iter(request.body), None)
        given: dict[str, str] = {}
        for child in inputs if inputs is not None else ():
            given[child.tag.rpartition("}")[2]] = child.text or ""
        return messages.invoked(request, request.action, self.invoke(name, request.action, given))

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_get", "_enumkey", "_enumvalues")):  # StdRegProv: GetDWORDValue, EnumKey, …
            return lambda request, step: self.static(request)
        raise AttributeError(name)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.address_family = socket.AF_INET6 if ":" in endpoint.address else socket.AF_INET
        self.context = _server_context(endpoint)
        self.open: set[socket.socket] = set()
        super().__init__((endpoint.address, endpoint.port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer asks DNS for the name of the address.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.endpoint.address, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of many tests."""

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        for pipe in list(self.open):
            with contextlib.suppress(OSError):
                pipe.shutdown(socket.SHUT_RDWR)


def _server_context(endpoint: Endpoint) -> ssl.SSLContext | None:
    if endpoint.tls is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(endpoint.tls.certificate, endpoint.tls.key)
    if endpoint.client_ca is not None:
        context.load_verify_locations(endpoint.client_ca)
        context.verify_mode = ssl.CERT_OPTIONAL
    if endpoint.takes_old_tls:
        take_old_tls(context)
    return context


def take_old_tls(context: ssl.SSLContext) -> None:
    """From 1.0 on, as Windows does by default up to Server 2022."""
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1


def _bindings(pair: Pair) -> GssChannelBindings:
    certificate = x509.load_der_x509_certificate(pair.der)
    algorithm = certificate.signature_hash_algorithm or hashes.SHA256()
    digest = hashlib.new(algorithm.name, pair.der).digest()
    return GssChannelBindings(application_data=b"tls-server-end-point:" + digest)


class _Handler(BaseHTTPRequestHandler):
    """One connection: the logon belongs to it."""

    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True

    def setup(self) -> None:
        self.context: spnego.ContextProxy | None = None
        self.account = ""
        if self.server.context is not None:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.server.open.add(self.request)
        super().setup()

    def finish(self) -> None:
        self.server.open.discard(self.request)
        with contextlib.suppress(OSError):
            super().finish()
            self.request.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Not to stderr."""

    @property
    def endpoint(self) -> Endpoint:
        return self.server.endpoint

    @property
    def is_sealing(self) -> bool:
        return self.server.context is None and self.context is not None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if not self.account and not self._log_on():
            return
        if not body:
            self._note("probe")
            if isinstance(step := self.endpoint.step("probe"), faults.Stall):
                time.sleep(step.seconds)
            self._reply(200, b"", token=self._last_token)
            return
        try:
            request = messages.Request.parse(self._opened(body))
        except (ValueError, SpnegoError, SyntaxError, IndexError, struct.error):
            self._note("unreadable")
            self._reply(400, b"")
            return
        self._note(request.action)
        self._act(request)

    def _note(self, action: str) -> None:
        with self.endpoint.lock:
            self.endpoint.seen.append(Seen(action, bool(self.account)))

    # --- Logon -------------------------------------------------------------------------------------------

    _last_token: bytes | None = None

    def _log_on(self) -> bool:
        """True when the request may go on; otherwise it was answered."""
        scheme, _, rest = (self.headers.get("Authorization") or "").partition(" ")
        if not scheme:
            return self._refuse("anonymous")
        if scheme.lower() == "basic":
            return self._basic(rest)
        if scheme == MUTUAL:
            return self._certificate()
        try:
            token = base64.b64decode(rest, validate=True)
        except binascii.Error:
            return self._refuse("nonsense")
        return self._token(token)

    def _basic(self, rest: str) -> bool:
        name, _, password = base64.b64decode(rest).decode().partition(":")
        known = {user.rpartition("\\")[2]: secret for user, secret in self.endpoint.users.items()}
        if "Basic" not in self.endpoint.schemes or known.get(name) != password:
            self.endpoint.refused.append(name)
            return self._refuse("refused")
        self._welcome(name)
        return True

    def _certificate(self) -> bool:
        shown = self.request.getpeercert() if isinstance(self.request, ssl.SSLSocket) else None
        if not shown or self.endpoint.client_ca is None:
            return self._refuse("refused")
        self._welcome("certificate")
        return True

    def _token(self, token: bytes) -> bool:
        kind = "ntlm" if token.startswith(b"NTLMSSP\0") else "kerberos"
        try:
            if self.context is None:
                bindings = None if self.endpoint.tls is None else _bindings(self.endpoint.tls)
                self.context = spnego.server(
                    protocol=kind, service="HTTP", hostname="localhost", channel_bindings=bindings
                )
            if kind == "ntlm" and self.endpoint.tls is not None and self.endpoint.is_binding_strict:
                _demand_binding(token)
            answer = self.context.step(token)
        except (SpnegoError, ValueError):
            self.context = None
            self.endpoint.refused.append(kind)
            return self._refuse("refused")
        if not self.context.complete:
            self._note("negotiate")
            self._reply(401, b"", token=answer)
            return False
        self._last_token = answer
        self._welcome(self.context.client_principal or kind)
        return True

    def _welcome(self, account: str) -> None:
        self.account = account
        with self.endpoint.lock:
            self.endpoint.logons.append(account)

    def _refuse(self, action: str) -> bool:
        self._note(action)
        step = self.endpoint.step(action)
        if isinstance(step, faults.Status):
            self._reply(step.code, b"", location=step.location)
        elif step is not None:
            self._misbehave(step, b"")
        else:
            self._reply(401, b"")
        return False

    # --- Messages ----------------------------------------------------------------------------------------

    def _opened(self, body: bytes) -> bytes:
        if SEALED not in (self.headers.get("Content-Type") or ""):
            if self.is_sealing:
                raise ValueError("unencrypted traffic is refused")
            return body
        assert self.context is not None
        payload = body.split(BOUNDARY + b"\r\n")[2].removesuffix(BOUNDARY + b"--\r\n").removeprefix(OCTETS)
        size = struct.unpack("<i", payload[:4])[0]
        return self.context.unwrap_winrm(payload[4 : 4 + size], payload[4 + size :])

    def _act(self, request: messages.Request) -> None:
        step = self.endpoint.step(request.action)
        answer = step if isinstance(step, faults.Fault) else self.endpoint.answer(request, step)
        if isinstance(answer, faults.Fault):
            status = 500
            data = messages.fault(request.message_id, answer.code, answer.text, answer.subcode, answer.wmi_code)
        else:
            status, data = 200, answer
        if step is None or isinstance(step, faults.Fault | faults.BrokenBase64):
            self._envelope(status, data)
        else:
            self._misbehave(step, data)

    def _misbehave(self, step: faults.Step, data: bytes) -> None:
        match step:
            case faults.Stall(seconds):
                time.sleep(seconds)
                self._envelope(200, data)
            case faults.Drop(after):
                if after:
                    self._envelope(200, data, cut=after)
                self._hang_up()
            case faults.Status(code, location):
                self._reply(code, b"", location=location)
            case faults.Clear(body):
                self._reply(200, data if body is None else body, kind="application/soap+xml;charset=UTF-8")
            case faults.Lie(http, sealed):
                self._envelope(200, data, http=http, sealed=sealed)
            case faults.Endless(drip_s, part):
                self._endless(drip_s, part)
            case faults.Body(other):
                self._envelope(200, other)

    def _envelope(self, status: int, data: bytes, *, cut: int = 0, http: int = 0, sealed: int = 0) -> None:
        kind = "application/soap+xml;charset=UTF-8"
        if self.is_sealing:
            assert self.context is not None
            wrapped = self.context.wrap_winrm(data)
            head = f"\tContent-Type: {SEALED}\r\n\tOriginalContent: type={kind};Length={len(data) + sealed}\r\n"
            data = (
                BOUNDARY + b"\r\n" + head.encode() + BOUNDARY + b"\r\n" + OCTETS
                + struct.pack("<i", len(wrapped.header)) + wrapped.header + wrapped.data + BOUNDARY + b"--\r\n"
            )  # fmt: skip
            kind = f'multipart/encrypted;protocol="{SEALED}";boundary="Encrypted Boundary"'
        self._reply(status, data, kind=kind, cut=cut, length=len(data) + http)

    def _reply(
        self,
        status: int,
        data: bytes,
        *,
        kind: str = "",
        token: bytes | None = None,
        location: str = "",
        cut: int = 0,
        length: int | None = None,
    ) -> None:
        token = token or (self._last_token if status != 401 else None)
        self._last_token = None if status != 401 else self._last_token
        self.send_response_only(status)
        self.send_header("Server", "Microsoft-HTTPAPI/2.0")
        for name, value in self._headers(status, token):
            self.send_header(name, value)
        if location:
            self.send_header("Location", location)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data[:cut] if cut else data)
        self.wfile.flush()

    def _headers(self, status: int, token: bytes | None) -> Iterator[tuple[str, str]]:
        if token is not None:
            yield "WWW-Authenticate", f"Negotiate {base64.b64encode(token).decode()}"
        elif status == 401:
            for scheme in self.endpoint.schemes:
                yield "WWW-Authenticate", 'Basic realm="WSMAN"' if scheme == "Basic" else scheme

    def _endless(self, drip_s: float, part: bytes) -> None:
        self.send_response_only(200)
        self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(part)
                time.sleep(drip_s)
        self.close_connection = True

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.flush()
            self.request.shutdown(socket.SHUT_RDWR)


def _demand_binding(token: bytes) -> None:
    """As Windows with CbtHardeningLevel Strict: a proof that is tied to no channel is refused."""
    if token[8:12] != b"\x03\0\0\0":
        return
    proof = Authenticate.unpack(token).nt_challenge_response or b""
    pairs = NTClientChallengeV2.unpack(proof[16:]).av_pairs
    if pairs.get(AvId.channel_bindings, bytes(16)) == bytes(16):
        raise ValueError("no channel binding")
