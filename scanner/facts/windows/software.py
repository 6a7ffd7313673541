"""Installed software and activation of Windows.

Sources: the Uninstall keys, 64 and 32 bits, and those of users whose registry is loaded; loading another user's would
change the host. Never Win32_Product, which repairs what it lists (KB974524).
SoftwareLicensingProduct of the application 55c92734-d682-4d71-983e-d6ec3f16059f (Windows) with a partial product key;
LicenseStatus 0 unlicensed, 1 licensed, 2, 3 and 6 grace periods, 4 grace period of a copy that is not genuine,
5 notification. The key itself is not read. A copy for evaluation is licensed as well, until its time is up: its edition
ends in Eval (learn.microsoft.com, "Upgrade and conversion options for Windows Server").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.software import InstalledSoftware, Licence, LicenceState, Licensing, Program
from scanner.facts.windows.host import HOST, edition
from scanner.facts.windows.settings import host_values
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

LICENSING = Probe(
    name="licensing",
    why="whether Windows itself is activated",
    script=r"""
$class = 'SoftwareLicensingProduct'
$ours = "ApplicationID='55c92734-d682-4d71-983e-d6ec3f16059f' AND PartialProductKey IS NOT NULL"
@{
    products = @(foreach ($product in Get-CimInstance -ClassName $class -Filter $ours -OperationTimeoutSec 20) {
        @{
            name = [string]$product.Name
            status = $product.LicenseStatus
            grace_minutes = $product.GracePeriodRemaining
            addon = $product.LicenseIsAddon
        }
    })
}
""",
)
SOFTWARE = Probe(
    name="software",
    why="which programs are installed, for everybody and for who is signed in, for the register of software",
    script=r"""
$place = 'Microsoft\Windows\CurrentVersion\Uninstall'
$wanted = @('DisplayName', 'DisplayVersion', 'Publisher', 'InstallDate')
@{
    programs = @(foreach ($root in @("SOFTWARE\$place", "SOFTWARE\WOW6432Node\$place")) {
        $keys = Read-RegistrySubkeys $root
        foreach ($key in $keys['names']) {
            $values = (Read-Registry "$root\$key" $wanted)['values']
            @{
                key = [string]$key
                name = $values.DisplayName.value
                version = $values.DisplayVersion.value
                publisher = $values.Publisher.value
                installed = $values.InstallDate.value
            }
        }
    })
    users = Read-Part {
        , @(foreach ($sid in Read-LoadedHives) {
            @{
                sid = [string]$sid
                programs = Read-Part {
                    $keys = Read-UserRegistrySubkeys $sid "Software\$place"
                    , @(foreach ($key in $keys['names']) {
                        $values = (Read-UserRegistry $sid "Software\$place\$key" $wanted)['values']
                        @{
                            key = [string]$key
                            name = $values.DisplayName.value
                            version = $values.DisplayVersion.value
                            publisher = $values.Publisher.value
                            installed = $values.InstallDate.value
                        }
                    })
                }
            }
        })
    }
}
""",
)

# --- Activation ------------------------------------------------------------------------------------------

_STATES = {
    0: (LicenceState.MISSING, "unlicensed"),
    1: (LicenceState.ACTIVE, "licensed"),
    2: (LicenceState.GRACE, "first grace period"),
    3: (LicenceState.GRACE, "grace period after a change of the machine"),
    4: (LicenceState.MISSING, "grace period of a copy that is not genuine"),
    5: (LicenceState.MISSING, "not activated, and asking for it"),
    6: (LicenceState.GRACE, "extended grace period"),
}
_MINUTES_PER_DAY = 1440
_EVALUATION = re.compile(r"eval(?:uation)?\b", re.IGNORECASE)


def read_licences(raw: RawFacts) -> Licensing | Absent | Unknown:
    """The products with a key; without any, nothing says whether Windows is licensed."""
    found = entry(raw, LICENSING.name)
    rows = required(then(found, lambda values: values.rows("products")))
    if isinstance(rows, Unknown):
        return rows
    own = then(host_values(raw), edition)
    read = [_licence(row, own) for row in rows if row.flag("addon") is not True]
    gap = next((value for value in read if isinstance(value, Unknown)), None)
    if gap is not None or not read:
        return gap or Unknown(Reason.NO_EVIDENCE, "licensing: Windows lists no product with a key")
    return Licensing(licences=tuple(value for value in read if isinstance(value, Licence)))


def _licence(row: Values, own: Maybe[str]) -> Licence | Unknown:
    """One product; `own` is the edition that runs, which tells a copy for evaluation as the product's name does."""
    name, status = required(row.text("name")), required(row.number("status"))
    if isinstance(name, Unknown):
        return name
    if isinstance(status, Unknown):
        return status
    if status not in _STATES:
        return Unknown(Reason.UNREADABLE, f"{name}: no such state of a licence: {status}")
    state, said = _STATES[status]
    if state is LicenceState.ACTIVE and any(is_known(each) and _EVALUATION.search(each) for each in (name, own)):
        state, said = LicenceState.GRACE, "copy for evaluation"
    grace = then(row.number("grace_minutes"), lambda minutes: max(0, minutes) // _MINUTES_PER_DAY)
    return Licence(product=name, state=state, said=said, grace_days=grace)


# --- Installed programs ----------------------------------------------------------------------------------

_LEFT_OUT = (
    "programs of users who were not signed in",
    "programs that need no installation",
    "apps of the store",
)


def read_software(raw: RawFacts) -> InstalledSoftware | Absent | Unknown:
    """Every key with a name; entries without one are parts of other programs."""
    found = required(entry(raw, SOFTWARE.name))
    rows = required(then(found, lambda values: values.rows("programs")))
    if isinstance(rows, Unknown):
        return rows
    if not rows:
        return Unknown(Reason.NO_EVIDENCE, "installed software: the list is empty")
    users = required(then(found, lambda values: values.rows("users")))
    lists = {"": rows} | _lists(() if isinstance(users, Unknown) else users)
    return InstalledSoftware(
        programs=tuple(dict.fromkeys(program for user, own in lists.items() for program in _programs(own, user))),
        incomplete=(*_lost(users), *(gap for own in lists.values() for gap in _nameless(own))),
        left_out=_LEFT_OUT,
        users=users if isinstance(users, Unknown) else tuple(user for user in lists if user),
    )


def _lists(users: tuple[Values, ...]) -> dict[str, tuple[Values, ...]]:
    """The lists of those whose registry is loaded, by their SID; what could not be read is left to `_lost`."""
    read = ((_user(row), row.rows("programs")) for row in users)
    return {user: rows for user, rows in read if is_known(rows)}


def _user(row: Values) -> str:
    sid = row.text("sid")
    return sid if is_known(sid) and sid else row.where


def _lost(users: tuple[Values, ...] | Unknown) -> Iterator[str]:
    if isinstance(users, Unknown):
        yield users.detail
        return
    for row in users:
        if isinstance(gap := required(row.rows("programs")), Unknown):
            yield f"{_user(row)}: {gap.detail}"


def _nameless(rows: tuple[Values, ...]) -> Iterator[str]:
    for row in rows:
        if isinstance(row.text("name"), Unknown):
            yield f"{row.where}: its name could not be read"


def _programs(rows: tuple[Values, ...], user: str) -> Iterator[Program]:
    for row in rows:
        name = row.text("name")
        if is_known(name) and name.strip():
            yield Program(
                name=name.strip(),
                version=row.text("version"),
                publisher=row.text("publisher"),
                installed_on=then(row.text("installed"), _day),
                user=user,
            )


def _day(text: str) -> Maybe[date]:
    """Eight digits, as Windows Installer writes them; other installers write what they like."""
    digits = text.strip()
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if len(digits) == 8 else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> Unknown:
    return Unknown(Reason.UNREADABLE, f"no day: {text[:40]}")


READERS: tuple[Reader, ...] = (
    Reader(fact=Licensing, probes=(LICENSING, HOST), read=read_licences),
    Reader(fact=InstalledSoftware, probes=(SOFTWARE,), read=read_software),
)
