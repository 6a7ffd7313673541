"""`SignIn` on Linux: empty passwords, second factors, su, and the umask of a session.

Sources: pam_unix(8), pam_google_authenticator(8), pam_wheel(8), pam_umask(8).
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.facts.authentication import SignIn
from scanner.facts.base import FileText, RawFacts
from scanner.facts.linux.password import pam
from scanner.facts.linux.password.dispatch import enforces, is_module
from scanner.facts.linux.password.lockout import SERVICES as LOGIN_SERVICES
from scanner.facts.linux.password.pam import Pam, Rule, Stack
from scanner.facts.linux.password.policy import Inputs, inputs
from scanner.facts.linux.password.settings import login_defs, pairs
from scanner.model import Absent, Maybe, Unknown

_SERVICES = (*LOGIN_SERVICES, "su", "su-l", "sudo")
_SU = ("su", "su-l")
_PASSWORD_MODULES = ("pam_unix.so", "pam_sss.so", "pam_ldap.so", "pam_krb5.so", "pam_winbind.so")
# Modules that ask for a second factor -> the arguments with which they let accounts without one pass.
_FACTORS: Mapping[str, tuple[str, ...]] = {
    "pam_google_authenticator.so": ("nullok",),
    "pam_oath.so": (),
    "pam_duo.so": (),
    "pam_u2f.so": ("nouserok",),
    "pam_yubico.so": ("nullok",),
    "pam_securid.so": (),
    "pam_radius_auth.so": (),
    "pam_privacyidea.so": (),
    "pam_pkcs11.so": (),
}
_DEBIAN_STACKS = ("common-session", "common-session-noninteractive")
_INHERITED = 0o022


def read(raw: RawFacts) -> SignIn | Unknown:
    """The ways to sign in from the probes `pam` and `password_files`."""
    found = inputs(raw)
    if isinstance(found, Unknown):
        return found
    factor, note = _second_factor(found.pam)
    umask, source = _umask(found)
    return SignIn(
        empty_password_admitted=_empty(found.pam),
        remote_second_factor=factor,
        second_factor_note=note,
        administrator_group=_administrator_group(found.pam),
        umask=umask,
        umask_source=source,
    )


def _empty(config: Pam) -> Maybe[tuple[str, ...]]:
    """The services whose pam_unix admits an empty password; without PAM nothing refuses one."""
    if not config.used:
        return ("login",)
    admitted = []
    for service in (name for name in _SERVICES if config.path(name)):
        stack = config.stack(service, "auth")
        if isinstance(stack, Unknown):
            return stack
        if any(_admits_empty(rule) for rule in pam.rules(stack)):
            admitted.append(service)
    return tuple(admitted)


def _admits_empty(rule: Rule) -> bool:
    return rule.present and rule.module == "pam_unix.so" and (rule.has("nullok") or rule.has("nullok_secure"))


def _second_factor(config: Pam) -> tuple[Maybe[str | None], str]:
    """The module that a password login over SSH cannot do without, and what is there and does not count."""
    if not config.used:
        return None, config.why
    stack = config.stack("sshd", "auth")
    if isinstance(stack, Unknown):
        return stack, stack.detail
    listed = [rule for rule in pam.rules(stack) if rule.module in _FACTORS]
    excuses = {str(rule): excuse for rule in listed if (excuse := _factor_excuse(stack, rule))}
    demanded = next((rule.module for rule in listed if str(rule) not in excuses), None)
    return demanded, "; ".join(f"{name} {excuse}" for name, excuse in excuses.items())


def _factor_excuse(stack: Stack, rule: Rule) -> str:
    if not rule.present:
        return "is listed, but not installed"
    if word := next((word for word in _FACTORS[rule.module] if rule.has(word)), None):
        return f"lets accounts without a token pass ({word})"
    if not enforces(stack, lambda other: other is rule):
        return "is not demanded of everybody"
    if not enforces(stack, is_module(*_PASSWORD_MODULES)):
        return "replaces the password instead of adding to it"
    return ""


def _administrator_group(config: Pam) -> Maybe[str | None]:
    """The group that pam_wheel demands in every form of su; None where one form admits anybody."""
    if not config.used:
        return None
    services = [name for name in _SU if config.path(name)]
    if not services:
        return Absent("there is no su service")
    groups: list[str | None] = []
    for service in services:
        stack = config.stack(service, "auth")
        if isinstance(stack, Unknown):
            return stack
        groups.append(_wheel_group(stack))
    return None if None in groups else groups[0]


def _wheel_group(stack: Stack) -> str | None:
    rule = next((rule for rule in pam.rules(stack) if is_module("pam_wheel.so")(rule)), None)
    if rule is None or rule.has("deny") or rule.has("trust"):
        return None
    return (rule.option("group") or "wheel") if enforces(stack, lambda other: other is rule) else None


# --- umask ------------------------------------------------------------------------------------------------


def _umask(found: Inputs) -> tuple[Maybe[int], str]:
    """The loosest mask a new session may get: a login shell's start files set one, file transfers never read them."""
    mask, source = _session_umask(found)
    if not found.profile_umasks or isinstance(mask, Absent | Unknown):
        return mask, source
    told = [f"{value:03o} in {path}" for path, value in found.profile_umasks]
    for _, value in found.profile_umasks:
        mask &= value
    return mask, ", ".join([*dict.fromkeys(told), f"without a login shell: {source}"])


def _session_umask(found: Inputs) -> tuple[Maybe[int], str]:
    stack = found.pam.stack("sshd" if found.pam.path("sshd") else "login", "session")
    if isinstance(stack, Unknown):
        return stack, stack.detail
    rule = next((rule for rule in pam.rules(stack) if is_module("pam_umask.so")(rule)), None)
    if rule is None:
        return _INHERITED, "no pam_umask in the session, so it inherits 022; login.defs rules new homes only"
    return _pam_umask(rule, found)


def _pam_umask(rule: Rule, found: Inputs) -> tuple[Maybe[int], str]:
    """Its argument, else /etc/default/login, else login.defs; `usergroups` opens it to groups of one account."""
    if (given := rule.option("umask")) and _is_octal(given):
        return _for_groups(int(given, 8), f"argument of {rule}", _usergroups(rule))
    login = found.files.get("/etc/default/login")
    if isinstance(login, Unknown):
        return login, login.detail
    if isinstance(login, FileText) and _is_octal(value := dict(pairs(login.text)).get("UMASK", "")):
        return _for_groups(int(value, 8), "UMASK in /etc/default/login", _usergroups(rule))
    values = login_defs(found.files)
    if isinstance(values, Unknown):
        return values, values.detail
    value = values.get("UMASK", "")
    if not _is_octal(value):
        return _INHERITED, f"default of {rule.module}"
    # Debian's pam_umask takes the switch from login.defs where it takes the mask from there.
    by_file = values.get("USERGROUPS_ENAB", "").lower() == "yes" and rule.origin.rpartition("/")[2] in _DEBIAN_STACKS
    opener = _usergroups(rule) or ("USERGROUPS_ENAB" if by_file and not rule.has("nousergroups") else "")
    return _for_groups(int(value, 8), "UMASK in login.defs", opener)


def _usergroups(rule: Rule) -> str:
    return "usergroups" if rule.has("usergroups") else ""


def _for_groups(mask: int, source: str, opener: str) -> tuple[int, str]:
    """The mask for an account whose group has its name: the group gets the rights of the owner. pam_umask(8)."""
    if not opener:
        return mask, source
    opened = (mask & ~0o070) | ((mask & 0o700) >> 3)
    return opened, f"{source}, {mask:03o}, opened by {opener} for groups of one account's name"


def _is_octal(text: str) -> bool:
    return bool(text) and not set(text) - set("01234567")
