"""Where a backup lies: this host under every one of its names, and encryption on every way down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.facts.backups import Place
from scanner.facts.linux.backups.hosts import OwnNames, address_of, parse_hosts
from scanner.facts.linux.backups.places import Disk, Mount, Places
from scanner.model import Reason, Unknown

# --- Names of this host -----------------------------------------------------------------------------------

OWN_NAMES = OwnNames(
    hostname="srv1",
    hosts=tuple(parse_hosts(["127.0.1.1 srv1.acme.example srv1", "10.0.0.5 vault # own", "10.0.0.9\tnas NAS.acme."])),
    addresses=frozenset({a for text in ("127.0.0.1", "::1", "10.0.0.5", "2001:db8::5") if (a := address_of(text))}),
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("root@srv1:/backup", Place.SAME_HOST),
        ("root@SRV1.acme.example:/backup", Place.SAME_HOST),
        ("root@srv1.acme.example.:/backup", Place.SAME_HOST),
        ("root@vault:/backup", Place.SAME_HOST),
        ("root@10.0.0.5:/backup", Place.SAME_HOST),
        ("rsync://[2001:db8::5]/backup", Place.SAME_HOST),
        ("ssh://u@[::ffff:10.0.0.5]:22/x", Place.SAME_HOST),
        ("u@127.0.0.2:/x", Place.SAME_HOST),
        ("u@127.1:/x", Place.SAME_HOST),
        ("rest:http://0.0.0.0:8000/x", Place.SAME_HOST),
        ("s3:localhost:9000/b", Place.SAME_HOST),
        ("s3:https://srv1.acme.example:9000/b", Place.SAME_HOST),
        ("u@backup.localhost:/x", Place.SAME_HOST),
        ("u@nas:/x", Place.REMOTE),
        ("u@nas.acme:/x", Place.REMOTE),
        ("u@10.0.0.9:/x", Place.REMOTE),
        ("u@elsewhere.example:/x", Place.REMOTE),
        ("s3:s3.amazonaws.com/b", Place.CLOUD),
        ("b2:srv1:x", Place.CLOUD),
        ("boto3+s3://srv1/x", Place.CLOUD),
    ],
)
def test_this_host_is_known_by_all_its_names(text: str, place: Place) -> None:
    assert Places(own=OWN_NAMES).destination(text, ()).place is place


@pytest.mark.parametrize("text", ["u@srv1.other.example:/x", "u@2130706433:/x", "?:"])
def test_a_name_that_may_be_this_host_is_unknown(text: str) -> None:
    assert isinstance(Places(own=OWN_NAMES).destination(text, ()).place, Unknown)


def test_an_address_is_no_other_host_where_the_own_ones_are_not_known() -> None:
    blind = OwnNames(hostname="srv1", hosts=OWN_NAMES.hosts)
    place = Places(own=blind).destination("u@10.0.0.9:/x", ()).place
    assert isinstance(place, Unknown) and place.code is Reason.NO_EVIDENCE
    assert Places(own=blind).destination("u@elsewhere:/x", ()).place is Place.REMOTE


@pytest.mark.parametrize(
    ("kind", "source", "place"),
    [
        ("nfs4", "nas:/export", Place.NETWORK_MOUNT),
        ("nfs4", "srv1.acme.example:/export", Place.SAME_HOST),
        ("nfs", "[::1]:/export", Place.SAME_HOST),
        ("cifs", "//10.0.0.5/share", Place.SAME_HOST),
        ("cifs", "//10.0.0.9/share", Place.NETWORK_MOUNT),
        ("fuse.sshfs", "u@localhost:/x", Place.SAME_HOST),
        ("glusterfs", "localhost:/vol", None),
    ],
)
def test_a_share_of_this_host_is_not_off_it(kind: str, source: str, place: Place | None) -> None:
    mounts = (Mount("8:1", "/", "ext4", "/dev/sda1"), Mount("0:50", "/share", kind, source))
    found = Places(own=OWN_NAMES, mounts=mounts, real={"/share/x": "/share/x"}).destination("/share/x", ()).place
    assert found is place if place else isinstance(found, Unknown)


def test_names_are_compared_as_they_are_written() -> None:
    assert replace(OWN_NAMES, hostname="SRV1.Acme.Example").has("srv1") is True


# --- Encryption beneath -----------------------------------------------------------------------------------


def disk(uuid: str, *below: str) -> Disk:
    return Disk("x", uuid, over_network=False, below=below)


DISKS = {
    "8:0": disk("-"),
    "8:16": disk("-"),
    "254:0": disk("CRYPT-LUKS2-aa-x", "8:0"),
    "254:1": disk("CRYPT-INTEGRITY-aa-x", "8:16"),
    "254:2": disk("LVM-x", "254:0", "8:16"),
    "254:3": disk("LVM-y", "254:0"),
    "254:4": disk("CRYPT-INTEGRITY-bb-x", "254:0"),
    "254:5": disk("CRYPT-PLAIN-sw", "8:16"),
    "254:6": disk("CRYPT-TEMP-x", "8:16"),
    "254:7": disk("LVM-z", "254:0", "259:9"),
    "7:0": Disk("loop0", "-", over_network=False, below=()),
    "254:8": disk("CRYPT-VERITY-aa-x", "8:16"),
}


@pytest.mark.parametrize(
    ("device", "kind", "encrypted"),
    [
        ("8:0", "ext4", False),
        ("254:0", "ext4", True),
        ("254:1", "ext4", False),  # it finds changes and hides nothing
        ("254:8", "ext4", False),
        ("254:2", "ext4", False),  # one of two disks is clear
        ("254:3", "ext4", True),
        ("254:4", "ext4", True),
        ("254:5", "ext4", True),
        ("254:6", "ext4", None),
        ("254:7", "ext4", None),  # one of two disks is not known
        ("7:0", "ext4", None),  # a file on a disk that is not told
        ("254:0", "btrfs", None),  # may lie on more devices
        ("8:0", "btrfs", False),
    ],
)
def test_every_way_down_has_to_be_encrypted(device: str, kind: str, encrypted: bool | None) -> None:
    mounts = (Mount(device, "/", kind, "/dev/x"),)
    found = Places(mounts=mounts, disks=DISKS, real={"/b": "/b"}).destination("/b", ()).volume_encrypted
    assert found is encrypted if encrypted is not None else isinstance(found, Unknown)
