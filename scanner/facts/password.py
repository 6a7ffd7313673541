"""What the system demands of a new password, and for how long it may be kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from scanner.facts.base import Fact
from scanner.model import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy(Fact):
    """The rules in force when a local user sets a password, whatever the files say that nobody reads.

    `minimum_length` in characters is None when nothing refuses a short password; `minimum_length_source` says what
    sets it, or why nothing does. `quality_enforced` is false when no module that judges quality can refuse;
    `quality_source` says which one does, or why none can. `dictionary_check` and `user_name_check` say whether
    common words and the user's own name are refused, `required_classes` (0 to 4) how many kinds of characters are
    demanded, `composition` the same in words. `history` is the number of old passwords that are refused, None when
    none are; `history_source` says where it is set or why it has no effect. `new_hash_scheme` uses the words of
    `Account.hash_scheme`. The ages in days hold for accounts created from now on, None for no limit; existing ones
    carry their own in `Account`. `notes` are sentences a reader of the result should know.
    """

    name: ClassVar[str] = "password_policy"
    title: ClassVar[str] = "rules for local passwords"

    minimum_length: Maybe[int | None]
    minimum_length_source: str
    quality_enforced: Maybe[bool]
    quality_source: str
    dictionary_check: Maybe[bool]
    user_name_check: Maybe[bool]
    required_classes: Maybe[int]
    composition: str
    history: Maybe[int | None]
    history_source: str
    new_hash_scheme: Maybe[str]
    reversible_storage: Maybe[bool]
    new_max_age_days: Maybe[int | None]
    new_min_age_days: Maybe[int | None]
    notes: tuple[str, ...] = ()
