"""Facts about the collection itself: when, with which rights, and what the site file says of the target.

No probe reads them; `facts.of` fills them from the raw facts and the target.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Privilege


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection(Fact):
    """When and how the facts were read; the only `now` a check may know.

    `remote` tells that `account` signed in over the network to read them. `role` and `tags` come from the site file;
    `role` is usually `server`, `workstation` or `laptop`.
    """

    name: ClassVar[str] = "collection"
    title: ClassVar[str] = "when and with which rights the facts were read"

    collected_at: datetime
    privilege: Privilege
    account: str
    platform: str
    target: str = ""
    remote: bool = False
    role: str | None = None
    tags: tuple[str, ...] = field(default=())
