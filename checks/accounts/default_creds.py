"""No account that a vendor's image brings along still has the password it came with.

Why: those passwords are public, and machines on the internet are tried with them within minutes.
Source: CISA CPG 1.0.1 2.A (change default passwords); no password is ever tried.
"""

from datetime import date

from scanner.api import (
    Account,
    AccountKind,
    Accounts,
    Collection,
    Maybe,
    Outcome,
    Severity,
    Unknown,
    check,
    need,
    passed,
    review,
)

# Names of first accounts on images of distributions, boards, appliances and clouds.
VENDOR_NAMES = (
    "pi",
    "ubuntu",
    "debian",
    "centos",
    "fedora",
    "rocky",
    "almalinux",
    "alpine",
    "arch",
    "alarm",
    "opc",
    "ec2-user",
    "cloud-user",
    "vagrant",
    "kali",
    "odroid",
    "orangepi",
    "linaro",
    "rock",
    "dietpi",
    "osmc",
    "admin",
    "administrator",
    "ubnt",
    "cisco",
    "oracle",
    "user",
    "guest",
    "support",
)


@check(
    title="Vendor accounts do not keep the password they came with",
    severity=Severity.HIGH,
    remediation="Remove the vendor's account, or set a new password for it and record its owner.",
)
def default_creds(accounts: Accounts, collection: Collection, *, names: tuple[str, ...] = VENDOR_NAMES) -> Outcome:
    """Ask about vendor accounts with a usable password not set later than the system accounts of the image."""
    image = _image_date(accounts)
    found: list[str] = []
    unsure: list[Maybe[bool]] = []
    for account in accounts.accounts:
        if account.name.lower() not in names or not account.interactive:
            continue
        state = _still_default(account, image, collection.collected_at.date())
        if state is True:
            found.append(f"{account.name}: password set {account.password_changed or 'on a day not kept'}")
        elif isinstance(state, Unknown):
            unsure.append(state)
    if found:
        return review(question="Was the password that this account came with ever changed?", items=found)
    for value in unsure:
        need(value)
    return passed(actual="no vendor account with the password of its image")


def _image_date(accounts: Accounts) -> date | None:
    """When the image was made: the day its own service accounts were."""
    dates = [
        account.password_changed
        for account in accounts.accounts
        if account.kind is AccountKind.SYSTEM and isinstance(account.password_changed, date)
    ]
    return min(dates, default=None)


def _still_default(account: Account, image: date | None, today: date) -> Maybe[bool]:
    usable, ended, changed = account.has_password(), account.closed(today), account.password_changed
    if usable is False or ended is True:
        return False
    for value in (usable, ended, changed):
        if isinstance(value, Unknown):
            return value
    return not isinstance(changed, date) or image is None or changed <= image
