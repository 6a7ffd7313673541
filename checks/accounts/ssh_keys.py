"""Keys that open accounts are strong, and each belongs to one person.

Why: a weak key can be computed; a key in several people's accounts lets one act under another's name.
Source: NIST SP 800-131A r2 (RSA of 2048 bits, no DSA); CTPAT 4.8 (each person has an own account).
"""

from collections import defaultdict
from collections.abc import Mapping

from scanner.api import (
    AccountKind,
    Accounts,
    AuthorizedKey,
    AuthorizedKeys,
    Outcome,
    Severity,
    check,
    failed,
    need,
    passed,
    plural,
    review,
)


@check(
    title="SSH keys are strong and personal",
    severity=Severity.MEDIUM,
    remediation="Replace weak keys by Ed25519; give each person a key of their own; remove the superuser's keys.",
)
def ssh_keys(accounts: Accounts, keys: AuthorizedKeys, *, min_rsa_bits: int = 2048) -> Outcome:
    """Fail on weak keys and on keys that several people share; ask about keys that open the superuser."""
    found = [(name, key) for name, own in _held(keys).items() for key in own]
    kinds = _kinds(accounts)
    weak = [f"{name}: {_shown(key)} is too weak" for name, key in found if _weak(key, min_rsa_bits)]
    faults = weak + _shared(kinds, found)
    if faults:
        return failed(expected="strong keys, one person each", actual=plural(len(faults), "fault"), items=faults)
    need(keys.complete)
    root = [f"{name}: {_shown(key)}" for name, key in found if kinds.get(name) is AccountKind.SUPERUSER]
    if root:
        return review(question="Who holds these keys of the superuser, and are they still needed?", items=root)
    return passed(actual=f"{plural(len(found), 'key')}, all strong and personal")


def _held(keys: AuthorizedKeys) -> Mapping[str, list[AuthorizedKey]]:
    """The keys that were read, by account."""
    held: dict[str, list[AuthorizedKey]] = defaultdict(list)
    for file in keys.files:
        held[file.account].extend(file.keys if isinstance(file.keys, tuple) else ())
    return held


def _kinds(accounts: Accounts) -> Mapping[str, AccountKind]:
    """Kinds by name; the first account of a name counts."""
    return {account.name: account.kind for account in reversed(accounts.accounts)}


def _shown(key: AuthorizedKey) -> str:
    return f"{key.kind} {key.bits} bits {key.fingerprint}{f' ({key.comment})' if key.comment else ''}"


def _weak(key: AuthorizedKey, min_rsa_bits: int) -> bool:
    kind = key.kind.removesuffix("-cert")
    return kind in ("dsa", "rsa1") or (kind == "rsa" and key.bits < min_rsa_bits)


def _shared(kinds: Mapping[str, AccountKind], found: list[tuple[str, AuthorizedKey]]) -> list[str]:
    holders: dict[str, set[str]] = defaultdict(set)
    for name, key in found:
        if kinds.get(name) is AccountKind.HUMAN:
            holders[key.fingerprint].add(name)
    return [
        f"{fingerprint} opens {', '.join(sorted(names))}" for fingerprint, names in holders.items() if len(names) > 1
    ]
