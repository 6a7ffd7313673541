"""Fingerprints of certificates, as site files pin them and reports show them: one form for every way over TLS."""

from __future__ import annotations

import hashlib
import re


def fingerprint(der: bytes) -> str:
    """`SHA256:` and hexadecimal digits in lower case, of a certificate in DER form."""
    return f"SHA256:{hashlib.sha256(der).hexdigest()}"


def normal_pin(text: str) -> str:
    """A pin without the colons, dashes and capitals that tools print it with, in the form of `fingerprint`."""
    return "SHA256:" + re.sub("[:-]", "", text.partition(":")[2]).lower()
