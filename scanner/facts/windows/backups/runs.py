"""What the runs on record come to: the last one that wrote a backup, and the last failure that nothing made good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scanner.facts.backups import BackupFailure, BackupSuccess
from scanner.model import Absent, Maybe, Unknown, is_known


def last_failure(
    failures: Sequence[BackupFailure], clean: Sequence[datetime], success: Maybe[BackupSuccess], gap: Unknown | None
) -> Maybe[BackupFailure]:
    """The newest of `failures`; beside a success that left something out, the newest that no run of `clean` followed.

    `clean` are the times of runs that left nothing out. `gap` is why failures may be missing: it stands for the answer
    unless a failure is open without them.
    """
    healed_at = max(clean, default=None)
    is_open = [one for one in failures if healed_at is None or one.when > healed_at]
    if is_open:
        return max(is_open, key=lambda one: one.when)
    if gap is not None:
        return gap
    if failures and is_known(success) and success.complete:
        return max(failures, key=lambda one: one.when)
    return Absent("a complete run followed every failure on record" if failures else "no failure is on record")
