"""What the server offered in the scanner's own key exchange, before anybody logged in.

The transport adds this section; no probe asks for it. A server too old for any safe algorithm leaves nothing else.
"""

from __future__ import annotations

from scanner.facts.base import RawFact, RawFacts, lines_of
from scanner.facts.ssh import SshSettings
from scanner.model import Absent, Maybe, Unknown

SECTION = "ssh_offer"
# Lists of the first packet of a key exchange (RFC 4253, 7.1) in the words of sshd_config(5).
_KEYWORDS = {"kex": "kexalgorithms", "host_key": "hostkeyalgorithms", "ciphers": "ciphers", "macs": "macs"}
# The transport cuts longer lists; one of that length may not be whole and proves nothing.
_MAX_CHARS = 4000


def read_offer(raw: RawFacts) -> Maybe[SshSettings]:
    """The offered lists as settings; absent when no key exchange was recorded."""
    if SECTION not in raw.sections:
        return Absent("no key exchange with this server was recorded")
    section = raw.read(SECTION)
    if isinstance(section, Absent | Unknown):
        return section
    return SshSettings(user="", address="", values=_values(section))


def _values(section: RawFact) -> dict[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for line in lines_of(section.text):
        name, _, text = line.strip().partition(" ")
        keyword = _KEYWORDS.get(name)
        if keyword and text.strip() and len(text) < _MAX_CHARS:
            values.setdefault(keyword, (text.strip(),))
    return values
