"""What backup programs themselves keep of their runs.

The name of duplicity's newest manifest is written at the end of a backup: a proof. A cache of restic and borg's
note of the newest manifest change with other work too: weak. rsnapshot's log names its successes, in local time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scanner.facts.backups import BackupFailure, BackupSuccess, Proof
from scanner.facts.linux.patching.sections import Section, Sections, epoch, moment, newest
from scanner.model import Maybe, Reason, Unknown

_FOLDERS = {
    "borg": "/root/.config/borg/security",
    "restic": "/root/.cache/restic",
    "duplicity": "/root/.cache/duplicity",
}
_NOT_ON_RECORD = Unknown(Reason.NO_EVIDENCE, "whether the repository is encrypted is not on record")
# borg(1), key types of a repository: a key, or none; 6 and 7 only sign.
_BORG_ENCRYPTED = ("0", "1", "3", "4", "5")
_BORG_PLAIN = ("2", "6", "7")


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository a program of root has worked with."""

    product: str
    name: str
    success: BackupSuccess | None
    location: str = ""
    encrypted: Maybe[bool] = _NOT_ON_RECORD


@dataclass(frozen=True, slots=True)
class State:
    """Everything the programs told; `unread` is what could not be read, by product.

    `rsnapshot_pulls`: everything that rsnapshot is set up to copy lies on other hosts.
    """

    repositories: tuple[Repository, ...]
    unread: Mapping[str, Unknown]
    borgmatic: Maybe[tuple[str, ...]]
    borgmatic_files: Maybe[int]
    snapshot_root: str
    rsnapshot: tuple[BackupSuccess | None, BackupFailure | None]
    rsnapshot_pulls: bool

    def of(self, product: str) -> tuple[Repository, ...]:
        """The repositories of a product; borgmatic works with borg's."""
        wanted = "borg" if product == "borgmatic" else product
        return tuple(repository for repository in self.repositories if repository.product == wanted)


def read_state(found: Sections) -> State:
    """The whole probe."""
    unread = {product: why for product, path in _FOLDERS.items() if (why := _why_unread(found, path)) is not None}
    paths, count = _borgmatic(found)
    return State(
        repositories=(*_restic(found), *_borg(found), *_duplicity(found), *_rsnapshot_root(found)),
        unread=unread,
        borgmatic=paths,
        borgmatic_files=count,
        snapshot_root=_word(found, "rsnapshot", "snapshot_root"),
        rsnapshot=_rsnapshot(found),
        rsnapshot_pulls=_pulls(found),
    )


def _why_unread(found: Sections, path: str) -> Unknown | None:
    section = found.get(f"tree:{path}")
    if isinstance(section, Section):
        if section.status == 0 and section.lines and section.lines[-1].strip() in ("read", "gone"):
            return None
        if section.status == 97:
            return Unknown(Reason.DENIED, f"{path}: this account may not read it; see `ctpat explain --sudoers`")
        return Unknown(Reason.UNREADABLE, f"{path}: it could not be listed")
    return section if isinstance(section, Unknown) else Unknown(Reason.UNREADABLE, f"{path} was not asked for")


def _tree(found: Sections, product: str, mark: str) -> list[tuple[str, str]]:
    lines = [line.split() for line in found.lines(f"tree:{_FOLDERS[product]}")]
    return [(words[1], words[2]) for words in lines if len(words) == 3 and words[0] == mark]


def _weak(when: datetime | None, how: str) -> BackupSuccess | None:
    return BackupSuccess(when=when, proof=Proof.WEAK, how=how) if when is not None else None


def _restic(found: Sections) -> list[Repository]:
    how = "the newest snapshot in its cache"
    pairs = _tree(found, "restic", "repository")
    return [Repository("restic", name[:12], _weak(epoch(when), how), encrypted=True) for name, when in pairs]


def _borg(found: Sections) -> list[Repository]:
    details: dict[str, dict[str, str]] = {}
    for line in found.lines("borg"):
        words = line.split(" ", 2)
        if len(words) == 3:
            details.setdefault(words[0], {})[words[1]] = words[2].strip()
    made = []
    for name, changed in _tree(found, "borg", "repository"):
        own = details.get(name, {})
        noted = moment(own.get("manifest-timestamp", ""), "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S")
        success = _weak(noted or epoch(changed), "the newest change of its repository")
        made.append(Repository("borg", name[:12], success, own.get("location", ""), _key(own.get("key-type", ""))))
    return made


def _key(kind: str) -> Maybe[bool]:
    if kind in _BORG_ENCRYPTED:
        return True
    if kind in _BORG_PLAIN:
        return False
    return Unknown(Reason.NO_EVIDENCE, "whether the borg repository is encrypted can be read by root only")


def _duplicity(found: Sections) -> list[Repository]:
    newest_of: dict[str, datetime | None] = {}
    for archive, name in _tree(found, "duplicity", "manifest"):
        stamps = re.findall(r"[0-9]{8}T[0-9]{6}Z", name)
        when = moment(stamps[-1], "%Y%m%dT%H%M%SZ") if stamps else None
        newest_of[archive] = newest((newest_of.get(archive), when))
    how = "the newest manifest in its archive folder"
    return [
        Repository("duplicity", name[:12], BackupSuccess(when=when, proof=Proof.PROVED, how=how) if when else None)
        for name, when in newest_of.items()
    ]


def _borgmatic(found: Sections) -> tuple[Maybe[tuple[str, ...]], Maybe[int]]:
    section = found.ok("borgmatic")
    if isinstance(section, Unknown):
        return section, section
    lines = section.lines if isinstance(section, Section) else ()
    if any(line.startswith("unread ") for line in lines):
        why = Unknown(Reason.DENIED, "the configuration of borgmatic: this account may not read it")
        return why, why
    paths = tuple(line.removeprefix("path ").strip() for line in lines if line.startswith("path "))
    return paths, sum(line.startswith("file ") for line in lines)


def _word(found: Sections, section: str, key: str) -> str:
    lines = (line.split(" ", 1) for line in found.lines(section))
    return next((words[1].strip() for words in lines if len(words) == 2 and words[0] == key), "")


def _rsnapshot_root(found: Sections) -> list[Repository]:
    root, (success, _) = _word(found, "rsnapshot", "snapshot_root"), _rsnapshot(found)
    known = root and success and not _pulls(found)
    return [Repository("rsnapshot", root, success, root, encrypted=False)] if known else []


def _pulls(found: Sections) -> bool:
    """Recordings from before the places were told apart name none."""
    copied = {words[1] for line in found.lines("rsnapshot") if (words := line.split())[:1] == ["backup"] and words[1:]}
    return copied == {"remote"}


_LOG = re.compile(r"log \[([0-9T:/ -]+)\] (.*)")


def _rsnapshot(found: Sections) -> tuple[BackupSuccess | None, BackupFailure | None]:
    success: BackupSuccess | None = None
    failure: BackupFailure | None = None
    for match in (match for line in found.lines("rsnapshot") if (match := _LOG.match(line.strip()))):
        when = moment(match[1], "%Y-%m-%dT%H:%M:%S", "%d/%b/%Y:%H:%M:%S")
        if when is None:
            continue
        if match[2].startswith(("completed successfully", "completed, but with some warnings")):
            warnings = "with warnings" if "warnings" in match[2] else ""
            how = "its log names a success"
            success = BackupSuccess(when=when, proof=Proof.PROVED, how=how, warnings=warnings)
        else:
            failure = BackupFailure(when=when, why="its log names an error")
    return success, failure
