"""Which repositories bring the updates of a distribution itself, by the names that its makers give them.

A repository of one product (Docker, EPEL, a graphics driver) knows nothing of the system's own packages: that it
offers no update says nothing of them. Mirrors of a company's own mostly keep the makers' names; where none is
recognised, nobody can tell. Source: the repository files that the distributions ship.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.model import Reason, Unknown

# RHEL 8 and later, and what is built from it, ship updates in BaseOS; older ones and Fedora in a repository of updates.
# Whole names where a word alone would fit products: `docker-updates`, `rhel-ha-for-rhel-7-server-rpms`.
_ARCH = "(?: x86_64 | aarch64 | ppc64le | s390x )"
_DNF = re.compile(
    rf"""(?ix)
    (?: ^ | [-_] ) base -? os (?: $ | [-_] )
    | ^ (?: (?: fedora | centos (?: linux )? | openeuler | sl | amzn | c?\d[\d.]* | {_ARCH} ) [-_] )*
        updates? (?: [-_] (?: released | modular | \d[\d.]* | {_ARCH} ) )* $
    | ^ (?: rhui- )? rhel-\d (?: \.\d+ )? - (?: server | client | desktop | workstation | hpc-node | computenode
        | for-system-z | for-power (?: -le )? ) (?: - (?: rhui | eus | aus | tus | e4s | els ) )* -rpms $
    | ^ rhui-region-rhel-server-releases $
    | ^ (?: public_ )? ol\d+ _ (?: {_ARCH} _ )? latest $
    | ^ (?: amzn2-core | amazonlinux | cloudlinux (?: -{_ARCH}-server-\d+ )? ) $
    """
)
# SUSE publishes fixes beside the frozen product; Tumbleweed, which is never frozen, in the repository itself.
_ZYPPER = re.compile(
    rf"""(?ix)
    (?: ^ | : ) (?: sle-module-basesystem | sle-product- (?: sle[sd] (?: _sap )? | hpc ) | sle[sd] (?: _sap )?
        | sle- (?: server | desktop | micro | hpc ) | suse-microos )
        -? \d+ (?: \.\d+ )? (?: -sp\d )? (?: -ltss (?: -core )? | -espos )? -updates (?: -{_ARCH} )? $
    | ^ (?: opensuse [-:] )? (?: repo- )? (?: sle- )? updates? (?: - (?: oss | sle | leap | tumbleweed | slowroll ) )? $
    | ^ opensuse- (?: leap- )? \d+\.\d+ (?: - (?: oss | sle ) )? -update (?: -oss )? $
    | ^ (?: opensuse [-:] )? (?: repo- )? (?: tumbleweed | slowroll | factory ) (?: -oss )? $
    """
)
_NOT_THE_SYSTEM = re.compile(
    r"(?i)(?:^|[-_.:])(?:non-?oss|backports|debug(?:info)?|sources?|testing|kickstart|beta|epel|optional|supplementary|extras)(?:$|[-_.:])"
)


def dnf_gap(names: Iterable[str]) -> Unknown | None:
    """Why an empty list of updates proves nothing; None where a repository of the distribution is in use."""
    return _gap("dnf", _DNF, names)


def zypper_gap(names: Iterable[str]) -> Unknown | None:
    """As `dnf_gap`, for SUSE."""
    return _gap("zypper", _ZYPPER, names)


def _gap(manager: str, pattern: re.Pattern[str], names: Iterable[str]) -> Unknown | None:
    listed = list(names)
    if any(pattern.search(name) and not _NOT_THE_SYSTEM.search(name) for name in listed):
        return None
    shown = ", ".join(listed[:5]) + (", …" if len(listed) > 5 else "")
    return Unknown(Reason.NO_EVIDENCE, f"{manager}: no repository in use ({shown}) is known as the distribution's own")
