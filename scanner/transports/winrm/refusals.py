"""What a host, a network or a certificate may say instead of doing what it was asked, each with its cause and cure.

Fault codes are those of wsmerror.h. Where Windows says one thing for several causes, all of them are named, the
likeliest first.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from scanner.errors import AuthenticationFailed, TargetError, TimeLimit, Unreachable
from scanner.model import Reason
from scanner.text import clean
from scanner.transports.certificates import distrusted
from scanner.transports.winrm.login import WinrmLogin
from scanner.transports.winrm.trust import Listener

# --- Logon -----------------------------------------------------------------------------------------------

SCHEME_NAMES = {"ntlm": "Negotiate", "kerberos": "Negotiate", "basic": "Basic", "certificate": "Certificate"}


def not_offered(listener: Listener, login: WinrmLogin, offered: tuple[str, ...]) -> AuthenticationFailed:
    """The host does not speak the scheme at all: no proof was sent, the password is not in question."""
    scheme = SCHEME_NAMES[login.auth]
    return AuthenticationFailed(
        Reason.LOGIN,
        f"{listener.where} does not offer '{login.auth}' (it offers {_listed(offered)}); no password was sent. Turn it "
        rf"on there: Set-Item WSMan:\localhost\Service\Auth\{scheme} $true, or choose another auth in the credential",
    )


_REFUSED = {
    "ntlm": "wrong user or password, an account that is locked, disabled or expired, or a policy: 'Deny access to this "
    "computer from the network' (CIS applies it to local administrators), 'Restrict NTLM'. Use a domain account that "
    "may log on, or lift the policy for this one; a local account is written HOST\\name",
    "kerberos": "the ticket was good and the host did not take it: its clock is off (w32tm /query /status there), the "
    "name is not the one that the domain knows it by (setspn -L HOST), or a policy denies this account access from the "
    "network. Set the clock, name the target as the domain does, or lift the policy for this account",
    "basic": "wrong user or password, or no local account: Basic knows no domain accounts",
    "certificate": "no mapping of this certificate to an account, or the issuer is not trusted there; see "
    r"Get-ChildItem WSMan:\localhost\ClientCertificate and Service\Auth\Certificate",
}


def refused(listener: Listener, login: WinrmLogin, offered: tuple[str, ...]) -> AuthenticationFailed:
    """The host knows the scheme and refused this proof."""
    return AuthenticationFailed(
        Reason.LOGIN,
        f"{listener.where} refused the logon of {login.account} by {login.auth}: {_REFUSED[login.auth]}"
        + (f" (offered: {_listed(offered)})" if offered else ""),
    )


def no_ticket(listener: Listener, login: WinrmLogin, why: str) -> AuthenticationFailed:
    """The domain gives no ticket for this host, or there is none to begin with."""
    return AuthenticationFailed(
        Reason.LOGIN,
        f"no Kerberos ticket for HTTP/{listener.host} as {login.account or 'the current user'}: {clean(why, 300)}. "
        "Kerberos needs the host by the name that the domain knows, not by address, and clocks within five minutes; a "
        "host outside of the domain takes `auth: ntlm`",
    )


_MAKE_LISTENER = {
    False: "Enable-PSRemoting there makes one for http (port 5985)",
    True: "`winrm quickconfig -transport:https` there makes one for https (port 5986), with a certificate of the host "
    "for server authentication",
}


def no_listener(listener: Listener, error: Unreachable) -> Unreachable:
    """Nobody answers at the port, or not in time."""
    return Unreachable(
        error.reason,
        f"{error.detail}. Where WinRM has no listener yet, {_MAKE_LISTENER[listener.is_https]}; its port has to be "
        "open in the host's firewall for the address of this machine",
    )


def not_asked(listener: Listener) -> Unreachable:
    return Unreachable(
        Reason.UNSUPPORTED, f"{listener.where} answers without asking who we are: this is no WinRM listener"
    )


def _listed(offered: tuple[str, ...]) -> str:
    return clean(", ".join(offered), 120) or "nothing"


# --- Faults ----------------------------------------------------------------------------------------------

ACCESS_DENIED = 5
SHELLS_NOT_ALLOWED = 2150859180
OPERATION_TIMEOUT = 2150858793
SHELL_GONE = 2150858843

_NO_SHELL = (
    "does not open a shell for {account}: a shell needs a local administrator, and a local account other than the "
    "built-in one gets no administrator's token over the network (LocalAccountTokenFilterPolicy is 0, as baselines "
    "want). Use a domain account that is administrator there, or a JEA endpoint (ctpat explain --platform windows "
    "--jea)"
)
_SHELLS_OFF = (
    "refuses every remote shell by policy ('Allow Remote Shell Access' is off, CIS level 2); to read what only a "
    "script can, lift the policy for this host, or scan it by ssh"
)
_TOO_MANY = (
    "has too many remote shells or operations open for {account}; they end by themselves, or raise MaxShellsPerUser "
    r"and MaxConcurrentUsers below WSMan:\localhost\Shell"
)
_TOO_SLOW = (
    "did not finish the request within its own time limit: it is too busy, or its WinRM hangs; try again later, or "
    "restart the service there (Restart-Service WinRM)"
)
_SHARE = "has used up a quota of WinRM; try again later, or see the quotas below WSMan:\\localhost"


@dataclass(frozen=True, slots=True)
class _Meaning:
    reason: Reason
    text: str


_FAULTS: Mapping[int, _Meaning] = {
    ACCESS_DENIED: _Meaning(Reason.DENIED, _NO_SHELL),
    SHELLS_NOT_ALLOWED: _Meaning(Reason.UNSUPPORTED, _SHELLS_OFF),
    OPERATION_TIMEOUT: _Meaning(Reason.TIMEOUT, _TOO_SLOW),
    SHELL_GONE: _Meaning(Reason.UNREACHABLE, "has ended the shell: it was restarted, or somebody closed it"),
    2150859173: _Meaning(Reason.DENIED, _TOO_MANY),  # QUOTA_MAX_SHELLS
    2150859174: _Meaning(Reason.DENIED, _TOO_MANY),  # QUOTA_MAX_OPERATIONS
    2150859179: _Meaning(Reason.DENIED, _TOO_MANY),  # QUOTA_MAX_SHELLUSERS
    2150859236: _Meaning(Reason.DENIED, _TOO_MANY),  # the same for plug-ins
    2150859237: _Meaning(Reason.DENIED, _TOO_MANY),
    2150859238: _Meaning(Reason.DENIED, _TOO_MANY),
    2150859239: _Meaning(Reason.DENIED, _TOO_MANY),
    2150859240: _Meaning(Reason.DENIED, _TOO_MANY),
    2150858815: _Meaning(Reason.DENIED, _SHARE),
    2150859175: _Meaning(Reason.DENIED, _SHARE),  # QUOTA_USER
    2150859176: _Meaning(Reason.DENIED, _SHARE),  # QUOTA_SYSTEM
}


class Fault(Unreachable):
    """A fault of WS-Management, with its number, and that of WMI where WMI is to blame."""

    def __init__(self, reason: Reason, detail: str, code: int | None, wmi_code: int | None = None) -> None:
        super().__init__(reason, detail)
        self.code = code
        self.wmi_code = wmi_code


def fault(
    listener: Listener, login: WinrmLogin, code: int | None, said: str, wmi_code: int | None = None
) -> Fault | TimeLimit:
    """What a WS-Management fault means."""
    meaning = _FAULTS.get(code or 0)
    number = "" if code is None else f" (fault {code})"
    if meaning is None:
        words = f"; it said: {clean(said, 200)}" if said else ""
        return Fault(Reason.UNREADABLE, f"{listener.where} refuses the request{number}{words}", code, wmi_code)
    text = f"{listener.where} {meaning.text.format(account=login.account)}{number}"
    if meaning.reason is Reason.TIMEOUT:
        return TimeLimit(meaning.reason, text)
    return Fault(meaning.reason, text, code, wmi_code)


# --- HTTP ------------------------------------------------------------------------------------------------

TOO_LARGE = 413

_STATUSES: Mapping[int, _Meaning] = {
    400: _Meaning(Reason.UNREACHABLE, "cannot open what was sealed for it: the connection lost its keys, try again"),
    403: _Meaning(Reason.DENIED, "forbids the request: an IP filter of the listener, or a proxy in between"),
    404: _Meaning(Reason.UNSUPPORTED, "is a web server without WinRM: wrong port?"),
    405: _Meaning(Reason.UNSUPPORTED, "is a web server without WinRM: wrong port?"),
    TOO_LARGE: _Meaning(Reason.UNSUPPORTED, "takes no request of this size: raise MaxEnvelopeSizekb"),
    500: _Meaning(
        Reason.UNSUPPORTED,
        "failed without saying why; a host that wants sealed messages answers so to unsealed ones, and a service that "
        "has just started as well",
    ),
    503: _Meaning(Reason.UNREACHABLE, "does not run WinRM now (503): Start-Service WinRM"),
}


def status(listener: Listener, code: int) -> TargetError:
    """What an HTTP status without a fault means."""
    meaning = _STATUSES.get(code)
    if meaning is None:
        return Unreachable(Reason.UNSUPPORTED, f"{listener.where} answers with HTTP status {code}: no WinRM listener?")
    text = f"{listener.where} {meaning.text}"
    return Fault(meaning.reason, text, None) if code == TOO_LARGE else Unreachable(meaning.reason, text)


def redirected(listener: Listener) -> Unreachable:
    return Unreachable(
        Reason.UNSUPPORTED, f"{listener.where} sends us elsewhere (HTTP redirect); no logon follows: no WinRM listener"
    )


def not_sealed(listener: Listener) -> Unreachable:
    return Unreachable(
        Reason.UNSUPPORTED,
        f"{listener.where} answered in clear text where it had to seal: somebody in between may have written it; "
        "nothing of it was used",
    )


def nonsense(listener: Listener) -> Unreachable:
    return Unreachable(Reason.UNREADABLE, f"{listener.where} answered with something that is no WS-Management")


def lost(listener: Listener, *, is_first: bool) -> str:
    """A connection that ended instead of an answer."""
    if is_first:
        other = "winrm" if listener.is_https else "winrms"
        return f"{listener.where} hung up on the first request: no WinRM listener, or one for {other}://?"
    return f"{listener.where}: the connection was lost"


# --- Certificates ----------------------------------------------------------------------------------------

_TLS = (
    (
        re.compile("wrong version number|http request|record layer failure|unknown protocol", re.IGNORECASE),
        "does not speak TLS: use winrm:// there, or make an https listener (winrm quickconfig -transport:https)",
    ),
    (
        re.compile("protocol version|unsupported protocol|no protocols", re.IGNORECASE),
        "speaks no TLS 1.2: turn it on (Server 2012 R2 can)",
    ),
    (
        re.compile("certificate required|bad certificate|unknown ca", re.IGNORECASE),
        "does not take our client certificate: its issuer is not trusted there",
    ),
)


_BROKEN_OFF = "breaks off the TLS handshake"
_OUR_CERTIFICATE = "breaks off the TLS handshake: it does not take our client certificate, or trusts not its issuer"


def tls(listener: Listener, login: WinrmLogin, error: BaseException) -> TargetError:
    """What went wrong while certificates were shown; nothing was sent before."""
    cause = _cause(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return distrusted(listener.where, cause)
    otherwise = _OUR_CERTIFICATE if login.auth == "certificate" else _BROKEN_OFF
    meaning = next((text for pattern, text in _TLS if pattern.search(str(error))), otherwise)
    return Unreachable(Reason.UNREACHABLE, f"{listener.where} {meaning}. No logon was attempted")


def _cause(error: BaseException) -> BaseException:
    """The innermost of an error's reasons, as urllib3 and requests nest them."""
    while isinstance(inner := (error.args[0] if error.args else None), BaseException) or (
        inner := getattr(error, "reason", None)
    ):
        if not isinstance(inner, BaseException):
            break
        error = inner
    return error
