"""What the target is: name, operating system, kernel, container or machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe, Reason, Unknown

_NOT_READ = Unknown(Reason.NO_EVIDENCE, "this platform's reader does not tell")


class Membership(StrEnum):
    """What rules the accounts that sign in to a host besides, or instead of, its own."""

    ALONE = "nothing but its own accounts"
    MEMBER = "a domain that it is a member of"
    CONTROLLER = "the domain whose controller it is"
    CLOUD = "a cloud directory that it is joined to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host(Fact):
    """Identity of the target.

    `os_id` is the vendor's own identifier (`debian`, `rhel`, `windows-server`), `os_version` its release number,
    `os_family` the package world it belongs to (`debian`, `rhel`, `suse`, `alpine`, `arch`, `windows`, else the id).
    `container` is true for a system container, where kernel, firewall and disks belong to the outer host.
    `chassis` is `server`, `desktop`, `laptop`, `vm`, `container` or what the firmware says. `clock` is the target's
    own time when the collection began. `membership` is what rules its accounts, `domain` the name of that domain,
    `domain_short_name` the one that stands in front of an account (`ACME\\jdoe`), which need be no part of `domain`.
    `installation` is the vendor's word for what was installed of the product (`Server Core`), `cloud_tenant` the number
    of the cloud directory that the host is joined to, be it a member of a domain as well.
    `workstation`: the system is an edition for one person at a desk, and no server's; absent where there are no such
    editions.
    """

    name: ClassVar[str] = "host"
    title: ClassVar[str] = "host identity and operating system"

    hostname: Maybe[str]
    os_id: Maybe[str]
    os_version: Maybe[str]
    os_name: Maybe[str]
    os_family: Maybe[str]
    kernel: Maybe[str]
    architecture: Maybe[str]
    init: Maybe[str]
    virtualization: Maybe[str]
    container: Maybe[bool]
    chassis: Maybe[str]
    clock: Maybe[datetime]
    membership: Maybe[Membership] = _NOT_READ
    domain: Maybe[str] = _NOT_READ
    domain_short_name: Maybe[str] = _NOT_READ
    installation: Maybe[str] = _NOT_READ
    cloud_tenant: Maybe[str] = _NOT_READ
    workstation: Maybe[bool] = _NOT_READ
