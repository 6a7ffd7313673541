"""An account whose password was locked cannot be entered with a key either.

Why: locking the password is how leavers are usually closed, and a key in their home folder still opens the account.
Source: passwd(1), --lock: "this does not disable the account"; shadow(5), account expiration date.
"""

from scanner.api import (
    Account,
    Accounts,
    AuthorizedKeys,
    Collection,
    Maybe,
    Outcome,
    PasswordState,
    Severity,
    SshServer,
    Unknown,
    check,
    exempted,
    failed,
    is_known,
    need,
    not_applicable,
    passed,
    review,
)


@check(
    title="Locked accounts cannot be entered with a key",
    severity=Severity.HIGH,
    remediation="Linux: expire the account as well (`usermod --expiredate 1 USER`), or remove its authorized_keys. "
    "Windows: disable the account.",
)
def locked_but_usable(
    accounts: Accounts,
    keys: AuthorizedKeys | Unknown | None,
    ssh: SshServer | Unknown | None,
    collection: Collection,
    *,
    exempt: tuple[str, ...] = (),
) -> Outcome:
    """Fail on a locked password beside a usable key; ask about accounts that only ever had a key.

    The scan account has no password by design and is left out.
    """
    if collection.platform == "directory":
        return not_applicable(
            "a directory takes no keys; hosts that let its accounts in with one are targets themselves"
        )
    if ssh is None or keys is None:
        return passed(actual="no SSH server, so no key opens an account")
    if _keys_refused(ssh):
        return passed(actual="the SSH server takes no keys")
    today = collection.collected_at.date()
    locked: list[str] = []
    keyed: list[str] = []
    unsure: list[Maybe[bool]] = []
    for account in accounts.accounts:
        if not account.interactive or account.name in (accounts.scan_account, *exempt):
            continue
        state, ended = account.password, account.closed(today)
        opens = keys.opens(account.name) if isinstance(keys, AuthorizedKeys) else keys
        if ended is True or opens is False or (is_known(state) and state not in _SHUT):
            continue
        doubt = next((value for value in (state, ended, opens) if isinstance(value, Unknown)), None)
        if doubt is not None:
            unsure.append(doubt)
        else:
            (locked if _was_locked(account) else keyed).append(account.name)
    kept = exempted(account.name for account in accounts.accounts if account.name in exempt)
    note = " ".join(part for part in (f"Left out: {accounts.scan_account}.", kept, accounts.not_listed()) if part)
    return _outcome(note, locked, keyed, unsure)


_SHUT = (PasswordState.LOCKED, PasswordState.NONE)


def _was_locked(account: Account) -> bool:
    """A hash behind the lock shows that the account once had a password that someone took away."""
    return account.password is PasswordState.LOCKED and is_known(account.hash_scheme)


def _keys_refused(ssh: SshServer | Unknown) -> bool:
    settings = ssh.settings if isinstance(ssh, SshServer) else ()
    if (
        not isinstance(settings, tuple)
        or not settings
        or (isinstance(ssh, SshServer) and ssh.matches_evaluated is not True)
    ):
        return False
    return all(item.first("pubkeyauthentication") == "no" for item in settings)


def _outcome(note: str, locked: list[str], keyed: list[str], unsure: list[Maybe[bool]]) -> Outcome:
    if locked:
        expected = "a locked account is closed for keys too"
        return failed(expected=expected, actual="locked accounts that a key opens", items=locked, note=note)
    for value in unsure:
        need(value)
    if keyed:
        question = "Are these accounts, entered by key alone, meant to be open?"
        return review(question=question, items=keyed, note=note)
    return passed(actual="no account without a password has a key", note=note)
