"""Hosts with a PAM configuration, recorded or written for a test, and what the readers make of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from scanner.facts import Lockout, PasswordPolicy, SignIn
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.password import lockout, policy, signin
from scanner.model import Privilege

GOLDEN = Path(__file__).parent / "golden" / "password"
STATES = {"0": RawState.OK, "96": RawState.ABSENT, "97": RawState.DENIED}


def raw(**sections: RawFact) -> RawFacts:
    return RawFacts(
        platform="linux",
        collected_at=datetime(2026, 11, 22, tzinfo=UTC),
        privilege=Privilege.ROOT,
        sections=sections,
    )


def section(name: str, text: str, state: RawState = RawState.OK) -> RawFact:
    return RawFact(probe=name, state=state, stdout=text.encode(), status=0)


def recorded(host: str) -> RawFacts:
    found = {}
    for path in (GOLDEN / host).iterdir():
        name, _, status = path.name.partition(".")
        found[name] = RawFact(probe=name, state=STATES[status], stdout=path.read_bytes(), status=int(status))
    return raw(**found)


MODULES = (
    "pam_unix",
    "pam_deny",
    "pam_permit",
    "pam_pwquality",
    "pam_pwhistory",
    "pam_faillock",
    "pam_localuser",
    "pam_sss",
    "pam_wheel",
    "pam_rootok",
    "pam_usertype",
    "pam_succeed_if",
    "pam_tally2",
    "pam_cracklib",
    "pam_passwdqc",
    "pam_google_authenticator",
    "pam_umask",
    "pam_env",
    "pam_faildelay",
)


def host(
    services: dict[str, str],
    files: dict[str, str] | None = None,
    *,
    without: tuple[str, ...] = (),
    reads: bool = True,
    dictionary: bool = True,
    extra: str = "",
) -> RawFacts:
    """A host with these files; a service without a folder lies in /etc/pam.d."""
    pam = ["directory /etc/pam.d"]
    for name, text in services.items():
        pam += [
            f"={name if name.startswith('/') else f'/etc/pam.d/{name}'}",
            *(f" {line}" for line in text.split("\n")),
        ]
    pam += [f"module /usr/lib64/security/{name}.so" for name in MODULES if name not in without]
    if reads:
        pam += ["reads /usr/lib64/security/pam_faillock.so faillock.conf"]
        pam += ["reads /usr/lib64/security/pam_pwhistory.so pwhistory.conf"]
    pam += ["passwd /usr/bin/passwd", "ok", ""]
    settings_ = []
    for path, text in (files or {}).items():
        settings_ += [f"={path}", *(f" {line}" for line in text.split("\n"))]
    settings_ += ["dictionary /usr/share/cracklib/pw_dict.pwd"] if dictionary else []
    return raw(
        pam=section("pam", "\n".join(pam)),
        password_files=section("password_files", "\n".join([*settings_, extra, "ok", ""])),
        auth_units=section("auth_units", "Id=fail2ban.service\nActiveState=inactive\n\nok\n"),
        ban_files=section("ban_files", "ok\n"),
    )


def policy_of(facts: RawFacts) -> PasswordPolicy:
    found = policy.read(facts)
    assert isinstance(found, PasswordPolicy)
    return found


def lockout_of(facts: RawFacts) -> Lockout:
    found = lockout.read(facts)
    assert isinstance(found, Lockout)
    return found


def sign_in_of(facts: RawFacts) -> SignIn:
    found = signin.read(facts)
    assert isinstance(found, SignIn)
    return found
