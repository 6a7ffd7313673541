"""From a connected socket to an encrypted connection with a peer; every failure in a sentence."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from paramiko.ssh_exception import IncompatiblePeer

from scanner.errors import TargetError, TimeLimit, Unreachable
from scanner.model import Reason
from scanner.transports.ssh.wire import GREETING_BYTES_MAX, Pipe, Wire, plain
from scanner.transports.tcp import left

ATTEMPTS = 5
"""How often a connection is tried that the peer drops before keys are agreed: sshd does so at random above
MaxStartups, and such a drop costs no login attempt."""

BACKOFF_S = 0.25


class Dropped(Unreachable):
    """The peer hung up before keys were agreed; worth another try."""


# --- Key exchange ----------------------------------------------------------------------------------------


def shake(open_pipe: Callable[[], Pipe], where: str, algorithms: tuple[str, ...], until: float) -> tuple[Wire, int]:
    """An encrypted connection whose host key nobody has judged yet, and how many connections it took.

    Drops before keys are agreed are tried again after a growing, random pause; nothing else is.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _shake_once(open_pipe, where, algorithms, until), attempt
        except Dropped as error:
            pause = BACKOFF_S * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load
            if attempt == ATTEMPTS or left(until) <= pause:
                raise Unreachable(error.reason, f"{error.detail} ({attempt} attempts)") from error
            time.sleep(pause)
    raise AssertionError("unreachable")


def _shake_once(open_pipe: Callable[[], Pipe], where: str, algorithms: tuple[str, ...], until: float) -> Wire:
    pipe = open_pipe()
    started = time.monotonic()
    try:
        wire = Wire(pipe)
    except BaseException:
        pipe.end()
        raise
    try:
        finished = wire.handshake(algorithms, until)
        if finished and wire.is_active():
            return wire
        raise _failure(wire, where, algorithms, finished, time.monotonic() - started) from wire.get_exception()
    except BaseException:
        wire.end()
        raise


FOREIGN_GREETINGS = (
    (b"HTTP/", "speaks HTTP, not SSH: wrong port?"),
    (b"<", "speaks HTML or XML, not SSH: wrong port?"),
    (b"\x15\x03", "speaks TLS, not SSH: wrong port?"),
    (b"220 ", "speaks FTP or SMTP, not SSH: wrong port?"),
    (b"+OK", "speaks POP3, not SSH: wrong port?"),
    (b"\xff\xfd", "speaks Telnet, not SSH: wrong port?"),
    (b"\xff\xfb", "speaks Telnet, not SSH: wrong port?"),
    (
        b"Not allowed at this time",
        "refuses this address for a while (sshd PerSourcePenalties): exempt the scanner there",
    ),
)


def _failure(wire: Wire, where: str, algorithms: tuple[str, ...], finished: bool, waited_s: float) -> TargetError:
    """What went wrong before keys were agreed."""
    error = wire.saved_exception
    greeting = wire.packetizer.greeting
    if isinstance(error, IncompatiblePeer):
        return _incompatible(wire, where, algorithms)
    for mark, sentence in FOREIGN_GREETINGS:
        if greeting.startswith(mark):
            return Unreachable(Reason.UNSUPPORTED, f"{where} {sentence}")
    if len(greeting) > GREETING_BYTES_MAX:
        size = f"{GREETING_BYTES_MAX // 1024} KiB"
        return Unreachable(Reason.UNSUPPORTED, f"{where} sent {size} without naming itself: no SSH server")
    if not wire.remote_version.startswith("SSH-"):
        return _no_version(where, greeting, not finished or wire.packetizer.is_late, waited_s)
    if not finished:
        return TimeLimit(Reason.TIMEOUT, f"{where} did not finish the key exchange within {waited_s:.1f} s")
    if wire.farewell:
        return Unreachable(Reason.UNREACHABLE, f"{where} ended the connection: {wire.farewell}")
    if error is None or isinstance(error, EOFError | OSError):
        return Dropped(Reason.UNREACHABLE, f"{where} dropped the connection during the key exchange")
    return Unreachable(Reason.UNSUPPORTED, f"{where} broke the SSH protocol: {plain(str(error))}")


def _no_version(where: str, greeting: bytes, late: bool, waited_s: float) -> TargetError:
    shown = plain(greeting[:120].decode("utf-8", "replace").strip())
    said = f"; it said: {shown}" if shown else ""
    if late:
        return Unreachable(
            Reason.TIMEOUT, f"{where} accepted the connection but did not name itself within {waited_s:.1f} s{said}"
        )
    if greeting and not greeting.startswith((b"Exceeded MaxStartups", b"SSH-")):
        return Unreachable(Reason.UNSUPPORTED, f"{where} is no SSH server{said}")
    return Dropped(
        Reason.UNREACHABLE, f"{where} closed the connection before naming itself (too many at once, or blocked){said}"
    )


def _incompatible(wire: Wire, where: str, algorithms: tuple[str, ...]) -> Unreachable:
    evidence = {"version": plain(wire.remote_version), **{k: plain(v, 4000) for k, v in wire.peer_lists.items()}}
    if not wire.peer_lists:
        return Unreachable(
            Reason.UNSUPPORTED, f"{where} speaks an obsolete SSH protocol: {evidence['version']}", evidence=evidence
        )
    ours = {
        "kex": wire.preferred_kex,
        "host_key": algorithms,
        "ciphers": wire.preferred_ciphers,
        "macs": wire.preferred_macs,
    }
    names = {"kex": "key exchange", "host_key": "host key", "ciphers": "cipher", "macs": "MAC"}
    clashes = [k for k, mine in ours.items() if not set(mine) & set(wire.peer_lists[k].split(","))]
    told = "; ".join(f"{names[k]}: it offers {evidence[k] or 'nothing'}" for k in clashes) or "compression"
    return Unreachable(
        Reason.UNSUPPORTED,
        f"{where} offers only algorithms that are refused as unsafe or unknown ({told}). Update its SSH server",
        evidence=evidence,
    )
