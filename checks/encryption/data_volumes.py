"""Fixed data volumes are encrypted, and their protection is not suspended.

Why: data on a second disk is as readable to a thief as on the first, and is often forgotten.
Source: CTPAT MSC 4.12; NIST SP 800-171 r2 3.13.16; CIS Controls v8 3.6.
"""

from scanner.api import (
    Collection,
    DiskEncryption,
    Outcome,
    Reason,
    Severity,
    VolumeState,
    VolumeUse,
    check,
    failed,
    need,
    not_applicable,
    passed,
    review,
    unknown,
    warned,
)


@check(
    title="Data volumes are encrypted",
    severity=Severity.MEDIUM,
    remediation="Windows: Enable-BitLocker on each fixed drive, with automatic unlocking. Linux: LUKS below the file "
    "system.",
)
def data_volumes(
    disks: DiskEncryption, collection: Collection, *, sensitive_tags: tuple[str, ...] = ("trade-data",)
) -> Outcome:
    """Fail on suspended protection, and on a clear volume where the site file declares sensitive data; else ask."""
    if not disks.installed:
        return _clear(["the system has no drive encryption"], collection, sensitive_tags)
    if not disks.volumes:
        return unknown(Reason.NO_EVIDENCE, "the list of volumes is empty")
    data = [volume for volume in disks.volumes if need(volume.use) is VolumeUse.DATA]
    by_state = {state: [str(volume) for volume in data if volume.state is state] for state in VolumeState}
    if suspended := by_state[VolumeState.SUSPENDED]:
        return failed(expected="protection on", actual=f"{len(suspended)} suspended", items=suspended)
    for volume in data:
        need(volume.state)
    if clear := by_state[VolumeState.CLEAR]:
        return _clear(clear, collection, sensitive_tags)
    if converting := by_state[VolumeState.CONVERTING]:
        return warned(expected="encrypted", actual="; ".join(converting))
    note = f"{disks.unnamed} volumes without a drive letter or a folder are not judged." if disks.unnamed else ""
    if not data:
        return not_applicable(f"the host has no fixed data volume. {note}".strip())
    return passed(actual=", ".join(by_state[VolumeState.PROTECTED]), note=note)


def _clear(items: list[str], collection: Collection, sensitive_tags: tuple[str, ...]) -> Outcome:
    if not set(sensitive_tags).isdisjoint(collection.tags):
        return failed(expected="encrypted", actual="clear on a host that the site file marks as sensitive", items=items)
    return review(question="Do these volumes hold sensitive data?", items=items)
