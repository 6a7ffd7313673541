"""The trusted platform module of a Windows machine.

Source: Win32_Tpm (IsEnabled_InitialValue, IsActivated_InitialValue, SpecVersion such as "1.2, 2, 0", "Not Supported"
where there is none to tell), for administrators only: to another account an empty answer proves nothing.
"""

from __future__ import annotations

import re

from scanner.facts.base import Access, Probe, RawFacts
from scanner.facts.encryption import Tpm
from scanner.facts.windows.settings import answered_with
from scanner.facts.windows.values import Values, entry, required
from scanner.model import Absent, Privilege, Reason, Unknown

TPM = Probe(
    name="tpm",
    why="whether the machine has a chip that can keep the key of its disk, and whether it is on",
    script=r"""
$place = 'root/cimv2/Security/MicrosoftTpm'
@{
    chips = @(foreach ($chip in Get-CimInstance -Namespace $place -ClassName 'Win32_Tpm' -OperationTimeoutSec 20) {
        @{
            enabled = $chip.IsEnabled_InitialValue
            activated = $chip.IsActivated_InitialValue
            version = $chip.SpecVersion
        }
    })
}
""",
    access=Access.ROOT,
)
_VERSION = re.compile(r"(\d{1,3}\.\d{1,3})(?:,|$)")
_NONE = Absent("this machine has no TPM that Windows knows of")


def tpm(raw: RawFacts) -> Tpm | Absent | Unknown:
    """The chip; absent where an administrator sees none, or where Windows has no namespace for it."""
    found = entry(raw, TPM.name)
    if not isinstance(found, Values):
        failed = answered_with(raw, TPM.name)
        return _NONE if failed is not None and failed.is_missing_subject else found
    chips = required(found.rows("chips"))
    if isinstance(chips, Unknown):
        return chips
    if chips:
        return Tpm(ready=_ready(chips[0]), version=_version(chips[0]))
    is_administrator = raw.privilege is Privilege.ROOT
    return (
        _NONE if is_administrator else Unknown(Reason.DENIED, "tpm: only an administrator is told whether there is one")
    )


def _ready(chip: Values) -> bool | Unknown:
    told = [required(chip.flag(name)) for name in ("enabled", "activated")]
    if False in told:
        return False
    return next((value for value in told if isinstance(value, Unknown)), True)


def _version(chip: Values) -> str | Unknown:
    text = required(chip.text("version"))
    if isinstance(text, Unknown):
        return text
    version = _VERSION.match(text)
    return version[1] if version else Unknown(Reason.UNREADABLE, f"tpm: the version is {text[:40]!r}")
