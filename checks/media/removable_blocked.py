"""Storage that somebody plugs in is blocked, read-only, or has to be encrypted.

Why: a stick brings malware in and carries data out, past every other protection.
Source: CTPAT MSC 4.10 guidance; NIST SP 800-171 r2 3.8.7, 3.8.8; CISA CPG 2.V. Some companies need such media: then
their own rule counts, and a person says so.
"""

from scanner.api import Outcome, RemovableMedia, Severity, check, failed, need, passed, review


@check(
    title="Removable storage is restricted",
    severity=Severity.MEDIUM,
    remediation='Windows: policy "All Removable Storage classes: Deny all access", or "Deny write access to '
    'removable drives not protected by BitLocker". Linux: block the module usb-storage, or USBGuard.',
)
def removable_blocked(media: RemovableMedia, *, verdict: str = "review") -> Outcome:
    """Pass on any proved restriction; without one, a question for a person, or a failure where `verdict` says so."""
    ways = {
        "access is denied": media.access_denied,
        "USB storage is not recognised": media.driver_disabled,
        "writing is denied": media.writing_denied,
        "writing is denied unless the medium is encrypted": media.plain_writing_denied,
    }
    in_force = [way for way, value in ways.items() if value is True]
    if in_force:
        return passed(actual="; ".join(in_force))
    for value in ways.values():
        need(value)
    actual = f"removable storage can be {_open(media)}"
    if verdict == "fail":
        return failed(expected="a restriction on removable storage", actual=actual)
    return review(
        question="Does the company's rule allow removable storage on this host?", items=[actual], actual=actual
    )


def _open(media: RemovableMedia) -> str:
    """What is left open where nothing denies writing; reading is said as far as it is known."""
    if media.reading_denied is True:
        return "written to, though not read"
    return "read and written to" if media.reading_denied is False else "written to"
