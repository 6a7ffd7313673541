"""A remote login needs more than one factor.

Why: a password that was guessed or phished must not be enough to enter from outside.
Source: CTPAT 4.8, 4.9; NIST SP 800-171 r2 3.5.3; sshd_config(5) AuthenticationMethods, PubkeyAuthOptions. Other remote
ways in are named where the platform has them: whether a second factor stands before them cannot be seen on the host.
"""

from scanner.api import (
    Outcome,
    Severity,
    SignIn,
    SshServer,
    SshSettings,
    Unknown,
    check,
    failed,
    need,
    need_or,
    not_applicable,
    passed,
    review,
)

QUESTION = "Is every remote login protected by a second factor, for instance at the VPN in front of this server?"
KEYS_QUESTION = "Are the keys of these logins protected by a passphrase or a hardware token?"
# Methods that take something a person knows; with GSSAPI it is the password of the domain.
_KNOWN_THINGS = frozenset({"password", "keyboard-interactive", "gssapi-with-mic"})


@check(
    title="Remote logins need a second factor",
    severity=Severity.HIGH,
    remediation="SSH: demand two methods (`AuthenticationMethods publickey,keyboard-interactive`) with an MFA module "
    "in the sshd stack, or admit only security keys with `PubkeyAuthOptions verify-required`. Windows: admit Remote "
    "Desktop and remote management through a gateway or a VPN with a second factor only.",
)
def mfa_remote(ssh: SshServer | None, sign_in: SignIn | Unknown | None, *, demanded: bool = False) -> Outcome:
    """Pass when no connection gets in with one factor; a password alone fails where MFA is `demanded`, else review."""
    if ssh is None:
        return _beside_ssh(_others(need(sign_in) if sign_in is not None else None), has_ssh=False)
    settings = need(ssh.settings)
    factor = sign_in.remote_second_factor if isinstance(sign_in, SignIn) else sign_in
    single = [(one, ways) for one in settings if (ways := _single(one, _known(factor)))]
    weak = [_shown(one, ways) for one, ways in single]
    passwords = [_shown(one, ways) for one, ways in single if any(map(_is_password, ways))]
    if passwords and _uncertain(factor, settings):
        need(factor)
    if passwords and demanded:
        return failed(expected="no remote login with a password alone", actual="; ".join(passwords), items=passwords)
    if others := _others(sign_in):
        return _beside_ssh(others, has_ssh=True)
    if passwords:
        return review(question=QUESTION, items=passwords, actual="a password alone is enough", note=_note(sign_in))
    need_or(ssh.matches_evaluated, True)
    if weak:
        return review(question=KEYS_QUESTION, items=weak, actual="a key alone is enough, a password is not")
    return passed(actual=f"every remote login needs two factors ({_known(factor) or 'demanded by the SSH server'})")


def _others(sign_in: SignIn | Unknown | None) -> tuple[str, ...]:
    """The remote ways in that are no SSH; one that nobody could tell of ends the check."""
    return need_or(sign_in.other_remote, ()) if isinstance(sign_in, SignIn) else ()


def _beside_ssh(others: tuple[str, ...], *, has_ssh: bool) -> Outcome:
    if not others:
        return not_applicable("no SSH server, and no other remote sign-in that is read, is in use")
    items = [*others, *(["SSH"] if has_ssh else [])]
    actual = f"remote ways in: {', '.join(items)}; a second factor before them cannot be seen here"
    return review(question=QUESTION, items=items, actual=actual)


def _known(factor: object) -> str | None:
    return factor if isinstance(factor, str) else None


def _uncertain(factor: object, settings: tuple[SshSettings, ...]) -> bool:
    """A second factor in PAM may exist and could not be read."""
    return isinstance(factor, Unknown) and any(one.first("usepam") == "yes" for one in settings)


def _single(one: SshSettings, factor: str | None) -> list[str]:
    """The ways in that take one factor."""
    lists = one.values.get("authenticationmethods", ("any",))
    if lists in ((), ("any",)):
        return [way for way in _enabled(one) if not _strong(way, one, factor)]
    words = [word for text in lists for word in text.split()]
    return [word for word in words if _count(word, one, factor) < 2]


def _shown(one: SshSettings, ways: list[str]) -> str:
    return f"{one}: {', '.join(f'{way} alone' for way in ways)}"


def _is_password(way: str) -> bool:
    """Whether a way in takes no more than something that a person knows, the directory's password included."""
    steps = {step.split(":")[0].split(" ")[0] for step in way.split(",")}
    return steps <= _KNOWN_THINGS


def _enabled(one: SshSettings) -> list[str]:
    keyboard = one.first("kbdinteractiveauthentication") or one.first("challengeresponseauthentication")
    on = {
        "password": one.first("passwordauthentication") != "no",
        "keyboard-interactive (password)": keyboard == "yes" and one.first("usepam") == "yes",
        "publickey": one.first("pubkeyauthentication") != "no",
        "gssapi-with-mic (domain password)": one.first("gssapiauthentication") == "yes",
        "hostbased": one.first("hostbasedauthentication") == "yes",
    }
    return [name for name, enabled in on.items() if enabled]


def _strong(way: str, one: SshSettings, factor: str | None) -> bool:
    """Whether one method alone already takes two factors."""
    if way.startswith(("password", "keyboard-interactive")):
        return factor is not None and one.first("usepam") == "yes"
    return way.startswith("publickey") and _security_keys_only(one)


def _count(word: str, one: SshSettings, factor: str | None) -> int:
    """The different factors in one comma list; two passwords, the directory's among them, or two keys, are one."""
    names = {name.split(":")[0] for name in word.split(",")}
    kinds = {"password" if name in _KNOWN_THINGS else name for name in names}
    return 2 if any(_strong(name, one, factor) for name in names) else len(kinds)


def _security_keys_only(one: SshSettings) -> bool:
    options = one.values.get("pubkeyauthoptions", ())
    algorithms = ",".join(one.values.get("pubkeyacceptedalgorithms", ())).split(",")
    only = all(name.startswith(("sk-", "webauthn-sk-")) for name in algorithms)
    return only and any("verify-required" in text for text in options)


def _note(sign_in: SignIn | Unknown | None) -> str:
    return sign_in.second_factor_note if isinstance(sign_in, SignIn) else ""
