"""SSH servers that have no command to ask: what the flags of the running program say, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scanner.facts.ssh import SshServer, SshSettings
from scanner.model import Reason, Unknown

_UNTOLD = "it has no command that tells the settings in force"


def dropbear(commands: tuple[str, ...]) -> SshServer:
    """What the flags of the running Dropbear say; each of them counts for every connection."""
    why = Unknown(Reason.UNSUPPORTED, f"Dropbear: {_UNTOLD}")
    flags = _flags(commands)
    return SshServer(
        product="dropbear",
        version=why,
        ports=why,
        settings=(SshSettings(user="", address="", values=_dropbear_values(flags)),),
        match_blocks=0,
        matches_evaluated=True,
        config_text=why,
        host_keys=why,
        access_rules=why,
    )


# dropbear(8): these flags take a value, which may follow at once (`-p2222`) and holds no flags.
_FLAG = re.compile(r"-(?P<flags>[^bdrDpPWKITcGA]*)")


def _flags(commands: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """The one-letter flags of each process; flags may be written together."""
    return tuple(
        frozenset(letter for word in line.split()[1:] if (found := _FLAG.match(word)) for letter in found["flags"])
        for line in commands
    )


def _dropbear_values(processes: tuple[frozenset[str], ...]) -> Mapping[str, tuple[str, ...]]:
    """In sshd's words; a flag counts only when every running process has it (-B: when any has)."""
    common = frozenset.intersection(*processes)
    root = "no" if "w" in common else "without-password" if common & {"g", "s"} else "yes"
    return {
        "permitrootlogin": (root,),
        "passwordauthentication": ("no" if "s" in common else "yes",),
        "permitemptypasswords": ("yes" if any("B" in flags for flags in processes) else "no",),
    }


def other() -> SshServer:
    """A server of which nothing but its presence is known."""
    return unread(Unknown(Reason.UNSUPPORTED, "an SSH server answers that is neither OpenSSH nor Dropbear"))


def unread(why: Unknown) -> SshServer:
    """A server whose every setting is unknown for one reason."""
    return SshServer(
        product=why,
        version=why,
        ports=why,
        settings=why,
        match_blocks=why,
        matches_evaluated=why,
        config_text=why,
        host_keys=why,
        access_rules=why,
    )
