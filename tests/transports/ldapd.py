"""A scripted LDAPS server: real TLS, hand-made answers, whatever a test wants it to say."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

from tests.wsman.certificates import Pair
from tests.wsman.endpoint import take_old_tls

Answer = Callable[["Talk"], None]


def ber(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def text(value: str) -> bytes:
    return ber(0x04, value.encode())


def result(tag: int, code: int = 0, message: str = "") -> bytes:
    return ber(tag, ber(0x0A, bytes([code])), text(""), text(message))


def bind_response(code: int = 0, message: str = "") -> bytes:
    return result(0x61, code, message)


def entry(dn: str, **values: str) -> bytes:
    attributes = [ber(0x30, text(name), ber(0x31, text(value))) for name, value in values.items()]
    return ber(0x64, text(dn), ber(0x30, *attributes))


def done(code: int = 0, message: str = "") -> bytes:
    return result(0x65, code, message)


class Talk:
    """One connection after the handshake."""

    def __init__(self, stream: ssl.SSLSocket) -> None:
        self.stream = stream
        self.number = 0
        self.request = b""
        self.is_bind = False

    def hear(self) -> bytes:
        """The next request; empty when the client has gone."""
        self.request = self.stream.recv(65536)
        at = 2 + (self.request[1] & 0x7F if self.request and self.request[1] & 0x80 else 0)
        end = at + 2 + (self.request[at + 1] if self.request else 0)  # the library numbers all of a process's messages
        self.number = int.from_bytes(self.request[at + 2 : end], "big")
        self.is_bind = self.request[end : end + 1] == b"\x60"
        return self.request

    def say(self, *messages: bytes) -> None:
        number = ber(0x02, self.number.to_bytes(self.number.bit_length() // 8 + 1, "big"))
        self.stream.sendall(b"".join(ber(0x30, number, message) for message in messages))


class Ldapd:
    """Serves until the test ends; `binds` counts the bind requests that were heard."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connections = 0
        self.binds = 0


@contextlib.contextmanager
def serving(
    certificate: Pair, answer: Answer, *, family: int = socket.AF_INET, takes_old_tls: bool = False
) -> Iterator[Ldapd]:
    """Answer each connection, after its handshake, with `answer`; a bind is counted, and accepted by `welcome`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    if takes_old_tls:
        take_old_tls(context)
    host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
    listener = socket.create_server((host, 0), family=family)
    server, workers = Ldapd(listener.getsockname()[1]), list[threading.Thread]()

    def serve_one(plain: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as stream:
            stream.settimeout(20)
            talk = Talk(stream)
            if talk.hear() and talk.is_bind:
                server.binds += 1
                answer(talk)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = listener.accept()
                server.connections += 1
                workers.append(threading.Thread(target=serve_one, args=(plain,)))
                workers[-1].start()

    waiter = threading.Thread(target=serve)
    waiter.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        waiter.join(10)
        for worker in workers:
            worker.join(25)
