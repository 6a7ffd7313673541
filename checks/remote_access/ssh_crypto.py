"""SSH offers no broken or outdated cryptography.

Why: a weak cipher, signature or key exchange lets an eavesdropper read or change what administrators do.
Source: CIS Debian Linux 12 Benchmark 5.1.6, 5.1.12, 5.1.15; NIST SP 800-131A r2; RFC 8758, RFC 9142.
"""

import re

from scanner.api import (
    Outcome,
    Severity,
    SshServer,
    SshSettings,
    check,
    failed,
    is_known,
    need,
    passed,
    plural,
    warned,
)

# Keyword of the server's settings -> what is weak in its list.
WEAK = {
    "ciphers": r"3des.*|.*-cbc|arcfour.*|blowfish.*|cast128.*|rijndael-cbc@lysator\.liu\.se|none",
    "macs": r".*md5.*|.*-96(-etm@openssh\.com)?|hmac-ripemd160.*|none",
    "kexalgorithms": r"diffie-hellman-group1-sha1|diffie-hellman-group14-sha1|diffie-hellman-group-exchange-sha1",
    "hostkeyalgorithms": r"ssh-dss.*|ssh-rsa|ssh-rsa-cert-v01@openssh\.com",
    "pubkeyacceptedalgorithms": r"ssh-dss.*|ssh-rsa|ssh-rsa-cert-v01@openssh\.com",
    "pubkeyacceptedkeytypes": r"ssh-dss.*|ssh-rsa|ssh-rsa-cert-v01@openssh\.com",
}
ASKED = ("ciphers", "macs", "kexalgorithms", "hostkeyalgorithms")


@check(
    title="SSH offers strong cryptography only",
    severity=Severity.MEDIUM,
    remediation="Remove the Ciphers, MACs, KexAlgorithms and HostKeyAlgorithms lines with them; replace small keys.",
)
def crypto(ssh: SshServer, *, tolerated: str = r"hmac-sha1(-etm@openssh\.com)?", min_rsa_bits: int = 2048) -> Outcome:
    """Fail on any weak algorithm or host key; warn when all that is left is of the form `tolerated`.

    What the server offered in the scanner's own key exchange counts like its settings, and stands in for them.
    """
    keys = ssh.host_keys if isinstance(ssh.host_keys, tuple) else ()
    small = [f"host key {kind} {bits} bits" for kind, bits in keys if _small(kind, bits, min_rsa_bits)]
    faults = small + _weak(_sources(ssh))
    if faults:
        return failed(
            expected="no weak algorithm or key", actual=f"offered: {plural(len(faults), 'weak one')}", items=faults
        )
    offered = {keyword: _list(ssh, keyword) for keyword in ASKED}
    need(ssh.host_keys)
    old = [name for name in offered["macs"] if re.fullmatch(tolerated, name)]
    if old:
        return warned(expected="MACs of SHA-2 or better", actual=f"also offered: {', '.join(old)}")
    return passed(actual=f"{sum(len(names) for names in offered.values())} algorithms, none weak")


def _sources(ssh: SshServer) -> list[SshSettings]:
    """The server's own settings first, those of Match blocks among them, then what it offered."""
    settings = ssh.settings if isinstance(ssh.settings, tuple) else ()
    return [*settings, *([ssh.offered] if isinstance(ssh.offered, SshSettings) else [])]


def _list(ssh: SshServer, keyword: str) -> list[str]:
    """One list of algorithms; without any source the check ends as unknown for the reason of the settings."""
    told = [item.told(keyword) for item in _sources(ssh)]
    known = next((value for value in told if is_known(value)), None)
    if known is None:
        known = need(need(ssh.settings)[0].told(keyword))
    return known.split(",")


def _weak(sources: list[SshSettings]) -> list[str]:
    found = []
    for item in sources:
        for keyword, pattern in WEAK.items():
            told = item.told(keyword)
            names = told.split(",") if is_known(told) else []
            found += [f"{keyword}: {name}" for name in names if re.fullmatch(pattern, name)]
    return list(dict.fromkeys(found))


def _small(kind: str, bits: int, min_rsa_bits: int) -> bool:
    return kind == "dsa" or (kind == "rsa" and bits < min_rsa_bits)
