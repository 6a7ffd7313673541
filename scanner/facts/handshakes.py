"""What a port of the target said to handshakes of old versions of TLS, as the transport wrote it down.

`{port, own: {version, cipher}, tried: {VERSION: WORD}}`; the words are those of `scanner/transports/handshakes.py`.
"""

from __future__ import annotations

from scanner.facts.base import RawFacts
from scanner.facts.encryption import NO_HANDSHAKE, PortHandshakes
from scanner.facts.windows.values import Values, entry, required
from scanner.model import Maybe, Reason, Unknown, is_known

SECTION = "tls_handshakes"
_NAMES = {"TLSv1": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}
_ANSWERS = {"accepted": True, "refused": False}
_UNCLEAR = {
    "closed": Unknown(Reason.NO_EVIDENCE, "the port closed the connection without a word"),
    "no answer": Unknown(Reason.TIMEOUT, "the port gave no answer"),
    "unable": Unknown(Reason.MISSING_TOOL, "the OpenSSL of the scanning machine does not speak this version"),
}


def read_handshakes(raw: RawFacts) -> Maybe[PortHandshakes]:
    """Absent where no such handshake is on record."""
    if SECTION not in raw.sections:
        return NO_HANDSHAKE
    found = required(entry(raw, SECTION))
    if isinstance(found, Unknown):
        return found
    port, tried = required(found.number("port")), required(found.inside("tried"))
    if isinstance(port, Unknown):
        return port
    if isinstance(tried, Unknown):
        return tried
    return PortHandshakes(port=port, spoken=_spoken(found), accepted={name: _said(tried, name) for name in tried.names})


def _said(tried: Values, name: str) -> Maybe[bool]:
    word = required(tried.text(name))
    if isinstance(word, Unknown):
        return word
    if word in _ANSWERS:
        return _ANSWERS[word]
    return _UNCLEAR.get(word, Unknown(Reason.NO_EVIDENCE, f"the handshake {word[:80]}"))


def _spoken(found: Values) -> str:
    own = found.inside("own")
    words = [own.text(name) for name in ("version", "cipher")] if isinstance(own, Values) else []
    return ", ".join(_NAMES.get(word, word) for word in words if is_known(word))
