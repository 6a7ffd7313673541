"""Where a destination lies: which disk, share, host or cloud, compared with the data.

A path is followed to its mounted file system and on to the disks beneath it, through partitions, LVM, RAID and
encryption. A share that should be mounted there and is not makes the place unknown: what is written now goes to the
disk below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scanner.facts.backups import Destination, Place
from scanner.facts.linux.backups.hosts import CLOUD, OwnNames, host_of
from scanner.model import Maybe, Reason, Unknown

_NETWORK = re.compile(r"nfs4?|cifs|smb3|smbfs|ceph|glusterfs|lustre|afs|9p|davfs|beegfs|fuse\..*")
_CLOUD_FUSE = re.compile(r"fuse\.(?:rclone|s3fs|gcsfuse|blobfuse2?|goofys|geesefs|onedriver|google-drive.*)")
_LOCAL_FUSE = re.compile(
    r"fuse\.(?:mergerfs|bindfs|encfs|gocryptfs|securefs|unionfs|ntfs-3g|exfat|snapfuse|lxcfs|portal)"
)
# Shares that one server gives; with others, such as ceph, the server that is asked is one of many.
_ONE_SERVER = re.compile(r"nfs4?|cifs|smb3|smbfs|davfs|fuse\.(?:sshfs|smbnetfs|curlftpfs|davfs2?)")
# What cryptsetup(8) writes into the identity of a volume that it encrypts; of one that it only checks, or of a part.
_ENCRYPTS = re.compile(r"CRYPT-(?:LUKS[12]|PLAIN|LOOPAES|TCRYPT|BITLK|FVAULT2)\b")
_CHECKS = re.compile(r"CRYPT-(?:INTEGRITY|VERITY|SUBDEV)\b")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system."""

    device: str
    point: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Disk:
    """One block device and the devices it lies on."""

    name: str
    uuid: str
    over_network: bool
    below: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Everything that tells where a path lies; `why` says what could not be read."""

    mounts: tuple[Mount, ...] = ()
    planned: Mapping[str, str] = field(default_factory=dict)
    disks: Mapping[str, Disk] = field(default_factory=dict)
    real: Mapping[str, str] = field(default_factory=dict)
    own: OwnNames = field(default_factory=OwnNames)
    why: Unknown | None = None

    def destination(self, text: str, sources: Sequence[str]) -> Destination:
        """One destination of a job that backs up `sources`."""
        path = text.removeprefix("file://")
        if path.startswith("/"):
            return self._path(path.partition("::")[0], sources)
        remote = Unknown(Reason.NO_EVIDENCE, f"whether {text} is encrypted where it lies is not known here")
        return Destination(text=text, place=self._remote(text), volume_encrypted=remote)

    def _remote(self, text: str) -> Maybe[Place]:
        host = host_of(text)
        here = self.own.has(host) if host else False
        if here is True:
            return Place.SAME_HOST
        if isinstance(here, Unknown):
            return here
        if CLOUD.match(text):
            return Place.CLOUD
        return Place.REMOTE if host else Unknown(Reason.NO_EVIDENCE, f"{text}: no known form of a destination")

    def _path(self, path: str, sources: Sequence[str]) -> Destination:
        lost = self._lost(path)
        if lost is not None:
            return Destination(text=path, place=lost, volume_encrypted=lost)
        mount = self._mount(self.real.get(path, path))
        if mount is None:
            none = Unknown(Reason.UNREADABLE, f"{path}: the mounted file systems do not tell where it lies")
            return Destination(text=path, place=none, volume_encrypted=none)
        return Destination(text=path, place=self._place(mount, sources), volume_encrypted=self._encrypted(mount))

    def _lost(self, path: str) -> Unknown | None:
        if self.why is not None:
            return self.why
        if not self.real.get(path):
            return Unknown(Reason.UNREADABLE, f"{path}: this account cannot follow the path, or it does not exist")
        real = self.real[path]
        mount = self._mount(real)
        missing = [
            point for point in self.planned if _inside(real, point) and (not mount or len(point) > len(mount.point))
        ]
        if mount is not None and mount.kind == "autofs":
            missing = [mount.point]
        if missing:
            return Unknown(Reason.NO_EVIDENCE, f"{path}: {max(missing, key=len)} is not mounted now")
        return None

    def _mount(self, path: str) -> Mount | None:
        """The file system a path is in: the longest mount point, the last one mounted there."""
        inside = [mount for mount in self.mounts if _inside(path, mount.point)]
        longest = max((len(mount.point) for mount in inside), default=0)
        return next((mount for mount in reversed(inside) if len(mount.point) == longest), None)

    def _place(self, mount: Mount, sources: Sequence[str]) -> Maybe[Place]:
        if _CLOUD_FUSE.fullmatch(mount.kind):
            return Place.CLOUD
        if _NETWORK.fullmatch(mount.kind) and not _LOCAL_FUSE.fullmatch(mount.kind):
            return self._share(mount)
        if mount.kind in ("tmpfs", "ramfs"):
            return Place.SAME_HOST
        below = self._below(mount)
        data = [self._below(each) for path in ("/", *sources) if (each := self._mount(self.real.get(path) or path))]
        if any(below & each for each in data):
            return Place.SAME_DISK
        if any(disk in self.disks and self.disks[disk].over_network for disk in below):
            return Place.NETWORK_MOUNT
        if all(disk in self.disks or disk.startswith("zfs:") for each in (below, *data) for disk in each):
            return Place.OTHER_DISK
        return Unknown(Reason.UNREADABLE, f"{mount.point}: which disk lies beneath it cannot be told")

    def _share(self, mount: Mount) -> Maybe[Place]:
        """A share of another host, or one that this host gives to itself."""
        host = host_of(re.sub(r"^//", "smb://", mount.source))
        here = self.own.has(host) if host else False
        if here is True and not _ONE_SERVER.fullmatch(mount.kind):
            why = f"{mount.point}: this host is a server of {mount.source}, and which others hold the data is not known"
            return Unknown(Reason.NO_EVIDENCE, why)
        if here is True:
            return Place.SAME_HOST
        return here if isinstance(here, Unknown) else Place.NETWORK_MOUNT

    def _below(self, mount: Mount) -> frozenset[str]:
        """The lowest devices beneath a mount; its own number where none is known."""
        if mount.kind == "zfs":
            return frozenset({f"zfs:{mount.source.partition('/')[0]}"})
        start = mount.device if mount.device in self.disks else self._named(mount.source) or mount.device
        return frozenset(device for device in self._chain(start) if not self._known(device).below)

    def _named(self, source: str) -> str | None:
        name = source.removeprefix("/dev/")
        return next((device for device, disk in self.disks.items() if disk.name == name), None)

    def _known(self, device: str) -> Disk:
        return self.disks.get(device, Disk("", "-", over_network=False, below=()))

    def _chain(self, start: str) -> tuple[str, ...]:
        """A device and everything beneath it, each once."""
        found: list[str] = []
        waiting = [start]
        while waiting:
            device = waiting.pop()
            if device not in found:
                found.append(device)
                waiting += self._known(device).below
        return tuple(found)

    def _encrypted(self, mount: Mount) -> Maybe[bool]:
        if _NETWORK.fullmatch(mount.kind):
            return Unknown(
                Reason.NO_EVIDENCE, f"whether the volume behind {mount.point} is encrypted is not known here"
            )
        start = mount.device if mount.device in self.disks else self._named(mount.source)
        if mount.kind == "zfs" or start is None:
            return Unknown(Reason.UNREADABLE, f"{mount.point}: whether its volume is encrypted cannot be told")
        answer = self._encrypts(start, frozenset())
        if answer is True and mount.kind in _SPANNING:
            return Unknown(Reason.NO_EVIDENCE, f"{mount.point}: its {mount.kind} may span other devices")
        if answer is None:
            return Unknown(
                Reason.UNREADABLE, f"{mount.point}: whether all that lies beneath it is encrypted is not known"
            )
        return answer

    def _encrypts(self, device: str, above: frozenset[str]) -> bool | None:
        """Whether whatever is written to a device is encrypted on every way down; None where that cannot be told."""
        disk = self.disks.get(device)
        if disk is None or device in above or disk.name.startswith("loop"):
            return None
        if _ENCRYPTS.match(disk.uuid):
            return True
        if disk.uuid.startswith("CRYPT-") and not _CHECKS.match(disk.uuid):
            return None
        if not disk.below:
            return False
        answers = {self._encrypts(each, above | {device}) for each in disk.below}
        if False in answers:
            return False
        return None if None in answers else True


_SPANNING = ("btrfs", "bcachefs")


def _inside(path: str, point: str) -> bool:
    return point == "/" or path == point or path.startswith(point.rstrip("/") + "/")


def parse_mounts(lines: Iterable[str]) -> tuple[Mount, ...]:
    """`MAJOR:MINOR POINT TYPE SOURCE` per line; blanks in names are written `\\040`."""
    words = (line.split(" ") for line in lines)
    return tuple(Mount(w[0], _plain(w[1]), w[2], _plain(w[3])) for w in words if len(w) >= 4)


def _plain(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def parse_planned(lines: Iterable[str]) -> dict[str, str]:
    """Mount points of fstab(5) that belong to a share."""
    words = (line.split() for line in lines)
    return {
        _plain(w[0]): w[1] for w in words if len(w) == 2 and w[0].startswith("/") and w[0] != "/" and w[1] != "swap"
    }


def parse_disks(lines: Iterable[str]) -> dict[str, Disk]:
    """`MAJOR:MINOR NAME DM-UUID net|- BELOW…` per line."""
    words = (line.split() for line in lines)
    return {w[0]: Disk(w[1], w[2], w[3] == "net", tuple(w[4:])) for w in words if len(w) >= 4}


def parse_real(lines: Iterable[str]) -> dict[str, str]:
    """`PATH<tab>REAL PATH` per line; empty where the path could not be followed."""
    pairs = (line.partition("\t") for line in lines)
    return {path: real for path, tab, real in pairs if tab}
