"""Raising rights once per target: what is asked of the far shell, and what its answer means.

One compound command asks everything and ends in one READY line: `root` (the shell that reads on has root rights),
`grants` (single commands are permitted) or `user`. Where a root shell is permitted it takes over the same standard
input, so the script runs as root without a second login. Decisions rest on exit statuses; messages of sudo and doas
are read for the explanation alone.

Nothing is run that is not permitted without a password: `sudo -n -l` asks first, and only when it answers is it asked
about a shell, because other questions make sudo send mail to the administrator. A password goes to standard input,
once, when sudo's own prompt has been seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.inventory.site import Become
from scanner.model import Privilege
from scanner.text import clean

SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/run/current-system/sw/bin"

_COMMON = """\
unset -f command sudo doas id printf test '[' 2>/dev/null
PATH={path} LC_ALL=C LANGUAGE=; export PATH LC_ALL LANGUAGE
ready() {{ printf '\\n@{nonce} READY %s %s\\n' "$1" "$2"; }}
shell='printf "\\n@{nonce} READY root taken\\n"; exec /bin/sh -s'
have() {{ command -v "$1" >/dev/null 2>&1; }}
"""
_SUDO = """\
if [ "$(id -u)" = 0 ]; then ready root already
elif ! have sudo; then ready user missing
else
left=user listed=no
if sudo -n -l </dev/null >/dev/null; then
left=grants
if sudo -n -l /bin/sh -c "$shell" </dev/null >/dev/null; then listed=yes; fi
fi
case $left$listed in
grantsno) ready grants single ;;
*)
if [ $listed = yes ]; then sudo -n /bin/sh -c "$shell"; fi
{ask_once}ready $left failed ;;
esac
fi
"""
_ASK_ONCE = """\
sudo -S -p '
@{nonce} PASSWORD
' /bin/sh -c "$shell"
"""
_DOAS = """\
if [ "$(id -u)" = 0 ]; then ready root already
elif ! have doas; then ready user missing
else
doas -n /bin/sh -c "$shell"
ready grants failed
fi
"""


def bootstrap(become: Become, nonce: str, *, with_password: bool) -> bytes:
    """One compound command for the far shell; it ends with a READY line marked with `nonce`."""
    body = _DOAS
    if become is Become.SUDO:
        body = _SUDO.replace("{ask_once}", _ASK_ONCE if with_password else "")
    text = _COMMON.format(path=SYSTEM_PATH, nonce=nonce) + body.replace("{nonce}", nonce)
    return f"{{\n{text}}}\n".encode()


@dataclass(frozen=True, slots=True)
class Elevation:
    """How far the rights could be raised; `note` says in a sentence what could not, empty where all went well."""

    privilege: Privilege
    rights: str = "user"
    note: str = ""


_LOST = "facts that need root are unknown"
_FEWER = "facts whose command is not granted are unknown"
# What sudo and doas say, in the C locale; read only to explain, first match wins.
_SUDO_SAYS: tuple[tuple[str, str], ...] = (
    ("must have a tty", "it wants a terminal (requiretty)"),
    ("terminal is required", "it asks for a password, and the credential has none"),
    ("password is required", "it asks for a password, and the credential has none"),
    ("incorrect password", "the password was refused"),
    ("authentication failed", "the password was refused"),
    ("not allowed to execute", "this account may not run a shell as root"),
    ("may not run sudo", "this account may run nothing"),
    ("not in the sudoers", "this account may run nothing"),
    ("effective uid is not 0", "it is installed without its setuid bit, or privileges are locked for this session"),
    ("no new privileges", "privileges are locked for this session (no new privileges)"),
)
_DOAS_SAYS: tuple[tuple[str, str], ...] = (
    ("not installed setuid", "it is installed without its setuid bit"),
    ("a tty is required", "it wants a terminal"),
    ("not permitted", "a root shell is not permitted; each command is tried by itself"),
    ("uthori", "it asks for a password"),
    ("uthentication", "it asks for a password"),
)


def outcome(become: Become, state: str, why: str, complaint: str, *, with_password: bool) -> Elevation:
    """What a READY line means; `complaint` is what the far side wrote to standard error meanwhile."""
    if state == "root":
        return Elevation(Privilege.ROOT)
    privilege = Privilege.GRANTS if state == "grants" else Privilege.USER
    rights = become.value if privilege is Privilege.GRANTS else "user"
    lost = _FEWER if privilege is Privilege.GRANTS else _LOST
    if why == "single":
        return Elevation(privilege, rights, f"{become.value}: single commands are granted; {lost}")
    if why == "missing":
        return Elevation(privilege, rights, f"{become.value}: it is not installed; {lost}")
    return Elevation(privilege, rights, f"{become.value}: {_reason(become, complaint, with_password)}; {lost}")


def refused(become: Become, reason: str) -> Elevation:
    """An attempt that had to be ended: go on without it."""
    return Elevation(Privilege.USER, "user", f"{become.value}: {reason}; {_LOST}")


def _reason(become: Become, complaint: str, with_password: bool) -> str:
    says = _SUDO_SAYS if become is Become.SUDO else _DOAS_SAYS
    table: Mapping[str, str] = dict(says)
    lines = complaint.lower()
    reasons = [reason for text, reason in table.items() if text in lines]
    if with_password and become is Become.SUDO:
        # Before the password was tried, sudo said that it needs one.
        reasons = [reason for reason in reasons if "credential has none" not in reason] or reasons
    reason = reasons[0] if reasons else _verbatim(complaint)
    if become is Become.DOAS and with_password:
        reason += "; doas takes a password on a terminal only, so the one in the credential was not used"
    return reason


def _verbatim(complaint: str) -> str:
    line = next((line for line in complaint.splitlines() if line.strip()), "")
    return f"it failed: {clean(line.strip(), 200)}" if line else "it failed without a word"
