"""When idle sessions of Windows lock themselves: for everybody, and for those whose own settings are loaded.

Sources: security option "Machine inactivity limit" (InactivityTimeoutSecs; 0 or unset is off) and the screen saver
settings of each user, where a policy goes before the user's own choice. Settings of users who are not signed in are
not loaded, and loading them would change the host.
"""

from __future__ import annotations

from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.windows.settings import setting, strongest
from scanner.facts.windows.values import Values, entry, required, then
from scanner.facts.workstation import ScreenLock, UserLock
from scanner.model import Absent, Maybe, Unknown, is_known

SCREEN_LOCK = Probe(
    name="screen_lock",
    why="after how long an idle session locks itself, for everybody and for who is signed in",
    script=r"""
@{
    machine = Read-Part {
        Read-Registry 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System' @('InactivityTimeoutSecs')
    }
    users = Read-Part {
        @{
            rows = @(foreach ($sid in Read-LoadedHives) {
                @{
                    sid = [string]$sid
                    policy = Read-Part {
                        Read-UserRegistry $sid 'Software\Policies\Microsoft\Windows\Control Panel\Desktop' @(
                            'ScreenSaveActive', 'ScreenSaverIsSecure', 'ScreenSaveTimeOut'
                        )
                    }
                    own = Read-Part {
                        Read-UserRegistry $sid 'Control Panel\Desktop' @(
                            'ScreenSaveActive', 'ScreenSaverIsSecure', 'ScreenSaveTimeOut'
                        )
                    }
                }
            })
        }
    }
}
""",
)


def read_lock(raw: RawFacts) -> ScreenLock | Absent | Unknown:
    """The limit for everybody, and what could be seen of single users."""
    found = entry(raw, SCREEN_LOCK.name)
    if not isinstance(found, Values):
        return found
    limit = strongest(setting(found, "machine", "InactivityTimeoutSecs"), 0)
    users = required(then(found.inside("users"), lambda part: part.rows("rows")))
    return ScreenLock(
        after_s=then(limit, lambda seconds: seconds if seconds > 0 else None),
        users=users if isinstance(users, Unknown) else tuple(_user(row) for row in users),
    )


def _user(row: Values) -> UserLock:
    sid = row.text("sid")
    return UserLock(user=sid if is_known(sid) else row.where, after_s=_after(row))


def _after(row: Values) -> Maybe[int | None]:
    """Seconds until the screen saver locks; None where it does not run, or lets anybody back in."""
    on, secure, seconds = (
        _ruling(row, name) for name in ("ScreenSaveActive", "ScreenSaverIsSecure", "ScreenSaveTimeOut")
    )
    for value in (on, secure, seconds):
        if isinstance(value, Unknown):
            return value
    return seconds if is_known(seconds) and seconds > 0 and on == 1 and secure == 1 else None


def _ruling(row: Values, name: str) -> Maybe[int]:
    return strongest(setting(row, "policy", name), setting(row, "own", name))


READERS: tuple[Reader, ...] = (Reader(fact=ScreenLock, probes=(SCREEN_LOCK,), read=read_lock),)
