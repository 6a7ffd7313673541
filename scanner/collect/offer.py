"""A transcript for a peer that nobody could log in to, of what it said of itself before.

A server too old for any safe algorithm ends the connection before a script could run; the lists it offered are
evidence all the same. They become the one section of a transcript in the usual frame, so that they are stored,
read and judged like everything else; every planned probe stays not run.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime

from scanner.errors import TargetError
from scanner.model import Privilege, Transcript
from scanner.redact import redact
from scanner.text import clean

SECTION = "ssh_offer"
_LISTS = ("kex", "host_key", "ciphers", "macs")


def offers_algorithms(error: TargetError) -> bool:
    """Whether the peer named its algorithms before it failed."""
    return all(name in error.evidence for name in _LISTS)


def offer_transcript(
    target: str, error: TargetError, planned: Iterable[str], now: Callable[[], datetime]
) -> Transcript:
    """The peer's lists as section `ssh_offer`: lines `NAME VALUE`, one per list."""
    nonce = secrets.token_hex(16)
    lines = [f"|{name} {clean(value, 4000)}" for name, value in error.evidence.items()]
    framed = [
        f"@{nonce} START",
        f"@{nonce} PLAN {' '.join(planned)}",
        f"@{nonce} B {SECTION}",
        *lines,
        f"@{nonce} E {SECTION} 0 0 0",
    ]
    return Transcript(
        target=target,
        platform="linux",
        nonce=nonce,
        stdout=redact(("\n".join(framed) + "\n").encode()),
        collected_at=now(),
        account="",
        privilege=Privilege.USER,
        script_sha256="",
        error=(error.reason, error.detail),
    )
