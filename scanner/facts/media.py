"""Removable media: whether they can be used, written to, and start programs by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovableMedia(Fact):
    """What the host does with storage that somebody plugs in.

    `access_denied`: it can neither be read nor written to. `reading_denied`: it cannot be read, and may be
    written to. `driver_disabled`: USB storage is not recognised. `writing_denied`: it cannot be written to.
    `plain_writing_denied`: only encrypted media can. `autorun_off`: no medium of any kind starts a program.
    """

    name: ClassVar[str] = "removable_media"
    title: ClassVar[str] = "removable media"

    access_denied: Maybe[bool]
    reading_denied: Maybe[bool]
    driver_disabled: Maybe[bool]
    writing_denied: Maybe[bool]
    plain_writing_denied: Maybe[bool]
    autorun_off: Maybe[bool]
