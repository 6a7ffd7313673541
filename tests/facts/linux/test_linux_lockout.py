"""Lockout by pam_faillock and pam_tally2, with the gaps that undo it."""

from __future__ import annotations

import pytest

from tests.facts.linux.pam_hosts import host, lockout_of

LOCKING = """auth required pam_faillock.so preauth silent
auth sufficient pam_unix.so
auth [default=die] pam_faillock.so authfail
auth required pam_deny.so
account required pam_faillock.so
account required pam_unix.so"""


def test_faillock_defaults_are_three_failures_and_ten_minutes() -> None:
    found = lockout_of(host({"sshd": LOCKING}, {"/etc/security/faillock.conf": "# deny = 5\n# unlock_time = 900"}))
    assert (found.threshold, found.duration_s, found.window_s, found.gaps) == (3, 600, 900, ())


AUTHSELECT = """auth required pam_env.so
auth required pam_faildelay.so delay=2000000
auth required pam_faillock.so preauth silent
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth [default=1 ignore=ignore success=ok] pam_localuser.so
auth sufficient pam_unix.so nullok
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth sufficient pam_sss.so forward_pass
auth required pam_faillock.so authfail
auth required pam_deny.so
account required pam_faillock.so
account required pam_unix.so"""


def test_faillock_as_authselect_writes_it() -> None:
    services = {"sshd": "auth substack password-auth\naccount include password-auth", "password-auth": AUTHSELECT}
    found = lockout_of(host(services, {"/etc/security/faillock.conf": "deny = 5\nunlock_time = 900"}))
    assert (found.threshold, found.duration_s, found.gaps) == (5, 900, ())


def test_faillock_arguments_win_over_the_file() -> None:
    text = LOCKING.replace("preauth silent", "preauth deny=8 unlock_time=never even_deny_root")
    found = lockout_of(host({"sshd": text}, {"/etc/security/faillock.conf": "deny = 4\nunlock_time = 900"}))
    assert (found.threshold, found.duration_s, found.exempts_administrators) == (8, None, False)


@pytest.mark.parametrize(
    ("old", "new", "gap"),
    [
        ("auth required pam_faillock.so preauth silent\n", "", "not refused"),
        ("auth required pam_faillock.so preauth", "auth optional pam_faillock.so preauth", ""),
        ("auth [default=die] pam_faillock.so authfail\n", "", "not counted"),
        ("account required pam_faillock.so\n", "", "does not reset"),
        ("preauth silent", "preauth deny=0", "switches the lockout off"),
    ],
)
def test_incomplete_faillock_lines_are_gaps(old: str, new: str, gap: str) -> None:
    found = lockout_of(host({"sshd": LOCKING.replace(old, new)}))
    assert any(gap in text for text in found.gaps)


def test_a_service_without_lockout_beside_one_with_it_is_a_gap() -> None:
    found = lockout_of(host({"sshd": "auth required pam_unix.so", "login": LOCKING}))
    assert found.threshold is None
    assert found.gaps == ("sshd: no lockout",)


def test_tally2() -> None:
    text = (
        "auth required pam_tally2.so deny=5 unlock_time=1200\nauth required pam_unix.so\naccount required pam_tally2.so"
    )
    found = lockout_of(host({"sshd": text}))
    assert (found.threshold, found.duration_s, found.gaps) == (5, 1200, ())
    assert lockout_of(host({"sshd": text.replace("deny=5", "")})).threshold is None
