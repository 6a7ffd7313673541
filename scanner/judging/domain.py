"""The rules of checks on a domain's accounts: one reading of the facts, whichever check asks."""

from __future__ import annotations

from scanner.check import exempted, failed, passed
from scanner.facts import WeakenedAccounts
from scanner.model import Maybe, Outcome, Unknown, need
from scanner.text import plural


def no_account_weakened(
    weakened: WeakenedAccounts,
    found: Maybe[tuple[str, ...]],
    exempt: tuple[str, ...],
    *,
    rule: str,
    broken: tuple[str, str],
) -> Outcome:
    """Fail on each name in `found` that is not exempt; without one, pass only where every account could be told.

    `rule` is the sentence that holds where all is well, `broken` what one account does, and what several do.
    """
    names = need(found)
    left = [name for name in names if name not in exempt]
    note = exempted(name for name in names if name in exempt)
    complete = weakened.complete
    if left:
        more = f"There may be more: {complete.detail}." if isinstance(complete, Unknown) else ""
        note = " ".join(part for part in (note, more) if part)
        return failed(expected=rule, actual=plural(len(left), *broken), items=left, note=note)
    need(complete)
    return passed(actual=rule, note=note)
