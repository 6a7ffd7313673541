"""Stored passwords are protected by a slow, salted hash.

Why: whoever copies the password file guesses old hashes at billions of tries per second.
Source: CTPAT 4.8; CIS Debian 12 5.3.3.4.3; crypt(5); NIST SP 800-171 r2 3.5.10.
"""

from scanner.api import (
    Absent,
    Account,
    Accounts,
    Collection,
    Outcome,
    PasswordPolicy,
    PasswordState,
    Severity,
    Unknown,
    check,
    failed,
    is_known,
    need,
    need_or,
    passed,
)

STRONG = ("yescrypt", "gost-yescrypt", "scrypt", "argon2id", "bcrypt", "sha512", "sha256")


@check(
    title="Passwords are stored with a strong hash",
    severity=Severity.HIGH,
    remediation="Linux: use yescrypt or sha512 in pam_unix and ENCRYPT_METHOD. Windows: turn 'Store passwords using "
    "reversible encryption' off and NoLMHash on. Then change the named accounts' passwords.",
)
def hash_method(
    policy: PasswordPolicy | Unknown,
    accounts: Accounts | Unknown,
    collection: Collection,
    *,
    accepted: tuple[str, ...] = STRONG,
) -> Outcome:
    """Pass when the method for new passwords and every usable password's scheme are among `accepted`."""
    expected = f"one of {', '.join(accepted)}"
    method = policy.new_hash_scheme if isinstance(policy, PasswordPolicy) else policy
    stored = [one for one in accounts.accounts if _in_use(one, collection)] if isinstance(accounts, Accounts) else []
    weak = [f"{one.name}: {one.hash_scheme}" for one in stored if _weak(one.hash_scheme, accepted)]
    if _weak(method, accepted):
        weak.append(f"new passwords: {method}")
    if isinstance(policy, PasswordPolicy) and policy.reversible_storage is True:
        weak.append("new passwords are stored so that they can be read back")
    if weak:
        return failed(expected=expected, actual="weak hashes: " + ", ".join(weak), items=weak)
    # A platform without a choice of methods excuses nothing as long as something else is not known.
    for one in need(accounts).accounts:
        if not isinstance(one.hash_scheme, Absent):
            need(one.password)
    for value in (need(policy).reversible_storage, *(one.hash_scheme for one in stored)):
        need_or(value, "")
    need(method)
    schemes = sorted({need(one.hash_scheme) for one in stored})
    return passed(actual=f"new passwords {method}; stored ones {', '.join(schemes) or 'none'}")


def _in_use(one: Account, collection: Collection) -> bool:
    usable = is_known(one.password) and one.password is PasswordState.USABLE
    return usable and one.closed(collection.collected_at.date()) is not True


def _weak(scheme: object, accepted: tuple[str, ...]) -> bool:
    return isinstance(scheme, str) and scheme not in accepted
