"""The volume of the operating system is encrypted, and its protection is not suspended.

Why: who takes the machine, or its disk, reads everything on it, and changes it so that it starts for somebody else.
Source: CTPAT MSC 4.12; NIST SP 800-171 r2 3.13.16; CIS Controls v8 3.6. Suspended protection leaves the key in clear
beside the data. Whether a machine that stays where it is needs this, depends on its data: a person says so.
"""

from scanner.api import (
    Absent,
    Collection,
    DiskEncryption,
    Host,
    Outcome,
    Reason,
    Severity,
    Unknown,
    VolumeState,
    VolumeUse,
    check,
    failed,
    is_known,
    need,
    not_applicable,
    passed,
    review,
    unknown,
    warned,
)

EXPECTED = "encrypted, with protection on"


@check(
    title="The system volume is encrypted",
    severity=Severity.HIGH,
    remediation="Windows: Enable-BitLocker on the system drive and store the recovery key in the directory; "
    "Resume-BitLocker where it is suspended. Linux: set the machine up again on LUKS.",
)
def system_volume(
    disks: DiskEncryption,
    host: Host | Unknown | None,
    collection: Collection,
    *,
    sensitive_tags: tuple[str, ...] = ("trade-data",),
) -> Outcome:
    """Fail on suspended protection, and on a clear volume of a laptop or of a host tagged as holding sensitive data."""
    if isinstance(host, Host) and is_known(host.container) and host.container:
        return not_applicable("a container: its disks belong to the host it runs on")
    if not disks.installed:
        return _clear(disks, "the system has no drive encryption", host, collection, sensitive_tags)
    system = [volume for volume in disks.volumes if volume.use is VolumeUse.SYSTEM]
    shown = ", ".join(map(str, system))
    states = [volume.state for volume in system]
    if VolumeState.SUSPENDED in states:
        return failed(expected=EXPECTED, actual=shown, note=_tpm(disks))
    if VolumeState.CLEAR in states:
        return _clear(disks, shown, host, collection, sensitive_tags)
    for volume in disks.volumes:
        need(volume.use)
    for state in states:
        need(state)
    if not states:
        return unknown(Reason.NO_EVIDENCE, "the volume of the operating system is not in the list")
    if VolumeState.CONVERTING in states:
        return warned(expected=EXPECTED, actual=shown, note=_tpm(disks))
    return passed(actual=shown, note=_tpm(disks))


def _clear(
    disks: DiskEncryption,
    actual: str,
    host: Host | Unknown | None,
    collection: Collection,
    sensitive_tags: tuple[str, ...],
) -> Outcome:
    """A clear volume: wrong on what is carried around and where sensitive data is declared, else a question."""
    note = _tpm(disks)
    is_laptop = collection.role == "laptop" or (isinstance(host, Host) and host.chassis == "laptop")
    if is_laptop:
        return failed(expected=EXPECTED, actual=f"{actual}, on a laptop", note=note)
    if not set(sensitive_tags).isdisjoint(collection.tags):
        marked = f"{actual}, on a host that the site file marks as sensitive"
        return failed(expected=EXPECTED, actual=marked, note=note)
    question = "Does this host hold sensitive data, and is its disk protected in another way?"
    if not collection.role and not (isinstance(host, Host) and is_known(host.chassis)):
        question = f"Is this a laptop? {question}"
    return review(question=question, items=[actual], actual=actual, note=note)


def _tpm(disks: DiskEncryption) -> str:
    """What could keep the key: shown and not judged, because a passphrase encrypts as well as a chip."""
    chip = disks.tpm
    if isinstance(chip, Absent):
        return f"{chip.reason}."
    return f"{chip.detail}." if isinstance(chip, Unknown) else f"{chip}."
