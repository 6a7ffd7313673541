"""The parts of paramiko that need firmer limits: sockets, packets, the transport thread, the authentication dialogue.

Why subclasses: paramiko 5 reads an endless first line and packets of any size, polls ten times a second, waits
without limit for an answer to `exec`, and forgets what an incompatible peer offered. Each override names its reason.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import paramiko
from paramiko.auth_handler import AuthHandler
from paramiko.common import MSG_CHANNEL_CLOSE, cMSG_USERAUTH_INFO_RESPONSE
from paramiko.packet import Packetizer

from scanner.transports.tcp import TimedSocket

# Every failure is reported in our own words; tracebacks of the library's threads would only be noise on stderr.
logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False

GREETING_BYTES_MAX = 64 * 1024
PACKET_BYTES_MAX = 512 * 1024  # OpenSSH sends at most 256 KiB
PROMPTS_MAX = 4
KEEPALIVE_S = 15

WEAK = {
    "ciphers": ("aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"),
    "macs": ("hmac-sha1", "hmac-md5", "hmac-sha1-96", "hmac-md5-96"),
}
"""Algorithms paramiko still knows and we refuse: CBC (CVE-2008-5161), 3DES (CVE-2016-2183), MD5 and SHA-1."""

PEER_LISTS = {
    "kex": "kex_algo_list",
    "host_key": "server_key_algo_list",
    "ciphers": "server_encrypt_algo_list",
    "macs": "server_mac_algo_list",
}


def plain(text: str, limit: int = 200) -> str:
    """Text of a peer made harmless for a terminal and a report: printable, one line, cut at `limit`."""
    shown = "".join(char if char.isprintable() else "?" for char in text[: limit + 1])
    return shown if len(text) <= limit else shown[:limit] + "…"


class Turns:
    """Keeps the end of one channel behind the data that another thread is sending over it.

    paramiko decides that a channel is open, lets go of its lock, and only then sends. A close in between puts the
    data behind it, and OpenSSH ends the whole connection over that ("data packet referred to nonexistent channel"):
    on a jump host, the connections of every target behind it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sending = 0
        self._waiting: list[Callable[[], None]] = []

    @contextlib.contextmanager
    def sending(self) -> Iterator[None]:
        """Data is on its way while the block runs."""
        with self._lock:
            self._sending += 1
        try:
            yield
        finally:
            with self._lock:
                self._sending -= 1
                ready, self._waiting = ([], self._waiting) if self._sending else (self._waiting, [])
            for action in ready:
                action()

    def after(self, action: Callable[[], None]) -> None:
        """Run `action` now, or as soon as nothing is on its way; nobody waits here."""
        with self._lock:
            if self._sending:
                self._waiting.append(action)
                return
        action()


def close_in_turn(channel: paramiko.Channel) -> None:
    """Channel.close: whoever waits on the channel is woken now, and the peer is told in turn."""
    inner: Any = channel
    with inner.lock:
        messages = [message for message in inner._close_internal() if message is not None]
    wire: Wire = inner.transport

    def tell() -> None:
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):  # nobody is left to be told
            for message in messages:
                wire._send_user_message(message)  # type: ignore[attr-defined]

    if messages:
        wire.turns(channel).after(tell)


def _peer_closed(channel: paramiko.Channel, _message: paramiko.Message) -> None:
    """Channel._handle_close, in turn."""
    close_in_turn(channel)
    inner: Any = channel
    inner.transport._unlink_channel(inner.chanid)


class TunnelSocket:
    """A channel through a jump host, in the shape of a socket."""

    def __init__(self, wire: Wire, channel: paramiko.Channel) -> None:
        self.give_up_at = float("inf")
        self._turns = wire.turns(channel)
        self._channel = channel
        self._closed = False

    def settimeout(self, timeout_s: float | None) -> None:
        self._channel.settimeout(timeout_s)

    def recv(self, size: int) -> bytes:
        return self._channel.recv(size)

    def send(self, data: bytes) -> int:
        try:
            with self._turns.sending():
                return self._channel.send(data)
        except TimeoutError:
            if time.monotonic() >= self.give_up_at:
                raise ConnectionAbortedError("the peer takes no more data") from None
            raise

    def close(self) -> None:
        self._closed = True
        close_in_turn(self._channel)

    end = close


Pipe = TimedSocket | TunnelSocket


class Packets(Packetizer):
    """Packets with limits on what a peer may make us hold, and without a timer thread per connection."""

    def __init__(self, pipe: Any) -> None:
        super().__init__(pipe)
        self.greeting = b""
        self.greeting_until = float("inf")
        self.is_late = False

    def _read_timeout(self, timeout: float) -> bytes:
        # The base limits each read, not the whole greeting: one byte a second would go on for ever.
        left = min(timeout, self.greeting_until - time.monotonic())
        if len(self.greeting) > GREETING_BYTES_MAX:
            raise EOFError
        try:
            data: bytes = super()._read_timeout(max(0.0, left))  # type: ignore[misc]  # absent from the stubs
        except TimeoutError:
            self.is_late = True
            raise
        self.greeting += data
        return data

    def read_all(self, n: int, check_rekey: bool = False) -> bytes:
        if n > PACKET_BYTES_MAX:
            raise paramiko.SSHException("packet too large")
        return super().read_all(n, check_rekey)

    def start_handshake(self, timeout: float) -> None:
        """No timer: whoever waits for the handshake holds the deadline."""


class Wire(paramiko.Transport):
    """One encrypted connection. Remembers what the peer offered and why it hung up."""

    # How long a read may sleep before it looks around; closing wakes it by other means.
    _active_check_timeout = 1.0

    packetizer: Packets

    _channel_handler_table = paramiko.Transport._channel_handler_table | {  # type: ignore[attr-defined]
        MSG_CHANNEL_CLOSE: _peer_closed
    }

    def __init__(self, pipe: Pipe) -> None:
        self._turns: weakref.WeakKeyDictionary[paramiko.Channel, Turns] = weakref.WeakKeyDictionary()
        self._turns_lock = threading.Lock()
        self.peer_lists: dict[str, str] = {}
        self.farewell = ""
        self.pipe = pipe
        super().__init__(pipe, disabled_algorithms=WEAK, packetizer_class=Packets)  # type: ignore[arg-type]
        self.clear_to_send_timeout = 10.0

    def turns(self, channel: paramiko.Channel) -> Turns:
        """The order of sending and closing on one channel of this connection."""
        with self._turns_lock:
            return self._turns.setdefault(channel, Turns())

    def handshake(self, algorithms: tuple[str, ...], until: float) -> bool:
        """Agree on keys, asking for host keys in this order; False when `until` (monotonic) passes first."""
        self.get_security_options().key_types = algorithms
        self.packetizer.greeting_until = until
        self.banner_timeout = max(0.1, until - time.monotonic())
        done = threading.Event()
        self.start_client(event=done)
        return done.wait(max(0.0, until - time.monotonic()))

    def _really_parse_kex_init(self, m: paramiko.Message, ignore_first_byte: bool = False) -> dict[str, Any]:
        parsed: dict[str, Any] = super()._really_parse_kex_init(m, ignore_first_byte)  # type: ignore[misc]
        if not ignore_first_byte and not self.peer_lists:  # with it, the message is our own
            self.peer_lists = {name: ",".join(parsed[key]) for name, key in PEER_LISTS.items()}
        return parsed

    def _parse_disconnect(self, m: paramiko.Message) -> None:
        m.get_int()
        self.farewell = plain(m.get_text())

    def end(self) -> None:
        """Close the connection and end its thread; never raises."""
        try:
            self.pipe.end()
            self.close()
        except Exception:  # noqa: S110 - closing has nobody left to tell
            pass
        if self.is_alive() and self is not threading.current_thread():
            self.join(2.0)


class PasswordExpired(paramiko.SSHException):
    """The server wants a new password before it lets anybody in (RFC 4252, 8)."""


class UnexpectedPrompt(paramiko.SSHException):
    """A keyboard-interactive question that is not a single hidden one."""


class Dialogue(AuthHandler):
    """Authentication that remembers which methods the server offers and waits for events, not in steps.

    `offered` is the server's last list; `partial` tells that the last method was accepted and more is asked.
    """

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self.offered: tuple[str, ...] = ()
        self.partial = False
        self.answers = 0
        wire.auth_handler = self

    def attempt(self, start: Callable[[threading.Event], None], until: float) -> bool:
        """Run one method; True when the server answered, False when `until` passed first."""
        answered = threading.Event()
        self.partial = False
        start(answered)
        return answered.wait(max(0.0, until - time.monotonic()))

    def _parse_userauth_failure(self, m: paramiko.Message) -> None:
        self.offered = tuple(plain(name, 64) for name in m.get_list()[:16])
        self.partial = m.get_boolean()
        self.authenticated = False
        self.abort()  # wakes the one who waits

    def _parse_userauth_info_request(self, m: paramiko.Message) -> None:
        if self.auth_method == "password":
            raise PasswordExpired("password change requested")
        m.get_text(), m.get_text(), m.get_binary()  # title, instruction, language
        count = m.get_int()
        prompts = [(m.get_text(), m.get_boolean()) for _ in range(min(count, PROMPTS_MAX))]
        self._answer([] if count == 0 else [self._reply(prompts)])

    def _reply(self, prompts: list[tuple[str, bool]]) -> str:
        """The password, for one hidden prompt and one time only: a second question is not about it."""
        if len(prompts) != 1 or prompts[0][1] or self.answers or self.password is None:
            raise UnexpectedPrompt(plain(" / ".join(text.strip() for text, _ in prompts)))
        self.answers += 1
        return self.password

    def _answer(self, replies: list[str]) -> None:
        message = paramiko.Message()
        message.add_byte(cMSG_USERAUTH_INFO_RESPONSE)
        message.add_int(len(replies))
        for reply in replies:
            message.add_string(reply)
        self.transport._send_message(message)  # type: ignore[attr-defined]  # what the base class does
