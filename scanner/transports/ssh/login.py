"""Authentication on a connection whose host key was verified: what is offered, in which order, and how it failed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import paramiko

from scanner.errors import AuthenticationFailed, TargetError, TimeLimit, Unreachable
from scanner.model import Reason
from scanner.redact import redact_values
from scanner.secret import Secret
from scanner.transports.ssh.keys import SshLogin
from scanner.transports.ssh.offers import Offer, Offers
from scanner.transports.ssh.wire import Dialogue, PasswordExpired, UnexpectedPrompt, Wire, plain

ONE_KEY = (
    "servers end a connection after a few refused keys (MaxAuthTries, 6 by default): name the one that opens this "
    "host, with key in its credential or --identity, or with IdentityFile and IdentitiesOnly yes in ssh_config"
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing to offer: the method's name in the protocol, a label without secrets, and how to start it."""

    method: str
    label: str
    start: Callable[[threading.Event], None]


def authenticate(wire: Wire, user: str, login: SshLogin, offers: Offers, until: float) -> tuple[str, int]:
    """Log in as `user`; returns what was accepted and the number of exchanges.

    The first question is `none`: it costs no attempt and tells which methods the server takes, so that a password
    is never sent to a server that does not ask for one. A refused secret is not offered twice: a password that
    was refused is not repeated in keyboard-interactive.
    """
    dialogue = Dialogue(wire)
    run = _Run(wire, dialogue, user, until, login.told, offers)
    if run.passes(Attempt("none", "none", lambda event: dialogue.auth_none(user, event))):
        return "none (the server asks for no proof)", run.exchanges
    waiting = _attempts(dialogue, user, login, offers)
    while (attempt := _next(waiting, dialogue, run)) is not None:
        waiting.remove(attempt)
        if run.passes(attempt):
            return attempt.label, run.exchanges
    raise run.refused()


def _attempts(dialogue: Dialogue, user: str, login: SshLogin, offers: Offers) -> list[Attempt]:
    attempts = [Attempt("publickey", offer.label, _publickey(dialogue, user, offer)) for offer in offers.items]
    if login.password is not None:
        secret = login.password.reveal()
        attempts.append(Attempt("password", "password", _password(dialogue, user, secret)))
        attempts.append(Attempt("keyboard-interactive", "keyboard-interactive", _interactive(dialogue, user, secret)))
    return attempts


def _publickey(dialogue: Dialogue, user: str, offer: Offer) -> Callable[[threading.Event], None]:
    return lambda event: dialogue.auth_publickey(user, offer.key, event)


def _password(dialogue: Dialogue, user: str, password: str) -> Callable[[threading.Event], None]:
    return lambda event: dialogue.auth_password(user, password, event)


def _interactive(dialogue: Dialogue, user: str, password: str) -> Callable[[threading.Event], None]:
    def start(event: threading.Event) -> None:
        dialogue.password = password
        dialogue.auth_interactive(user, lambda *_: [], event)

    return start


def _next(waiting: list[Attempt], dialogue: Dialogue, run: _Run) -> Attempt | None:
    """The first attempt left whose method the server takes now."""
    for attempt in waiting:
        if attempt.method == "keyboard-interactive" and "password" in run.refusals:
            continue
        if attempt.method in dialogue.offered:
            return attempt
    return None


class _Run:
    """The attempts of one login so far."""

    def __init__(
        self, wire: Wire, dialogue: Dialogue, user: str, until: float, told: tuple[Secret, ...], offers: Offers
    ) -> None:
        self.exchanges = 0
        self.refusals: list[str] = []
        self.accepted: list[str] = []
        self._wire = wire
        self._dialogue = dialogue
        self._user = user
        self._until = until
        self._told = told
        self._offers = offers

    def passes(self, attempt: Attempt) -> bool:
        """True when this attempt completed the login; False when the server refused it or asks for more."""
        self.exchanges += 2  # service request, authentication request
        try:
            answered = self._dialogue.attempt(attempt.start, self._until)
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise self._broken(attempt, error) from error
        if not answered:
            raise TimeLimit(Reason.TIMEOUT, f"the login as {self._user} was not answered in time ({attempt.label})")
        if self._dialogue.is_authenticated():
            return True
        if not self._wire.is_active():
            cause = self._wire.get_exception()
            raise self._broken(attempt, cause) from cause
        if attempt.method != "none":
            (self.accepted if self._dialogue.partial else self.refusals).append(attempt.label)
        return False

    def _broken(self, attempt: Attempt, error: Exception | None) -> TargetError:
        """The connection ended instead of an answer."""
        if isinstance(error, UnexpectedPrompt):
            return self._failed(f"the server asks a question that no stored secret answers ({plain(str(error))})")
        if isinstance(error, PasswordExpired):
            return self._failed("the password has expired and must be changed on the host first")
        if isinstance(error, paramiko.AuthenticationException):
            return self._failed(f"no signature algorithm in common for {attempt.label}")
        if self._wire.farewell:
            return self._failed(f"the server hung up: {self._wire.farewell}; {self._so_far()}")
        if attempt.method == "none" or isinstance(error, TimeoutError | ConnectionError):
            return Unreachable(Reason.UNREACHABLE, f"the connection was lost during the login as {self._user}")
        if error is None or isinstance(error, EOFError):
            return self._failed(f"the server hung up when {attempt.label} was offered; {self._so_far()}")
        return self._failed(f"{attempt.label} failed: {plain(str(error))}")

    def _failed(self, why: str) -> AuthenticationFailed:
        # A peer may say the password back as its reason.
        why = redact_values(why.encode("utf-8", "replace"), self._told).decode("utf-8", "replace")
        return AuthenticationFailed(Reason.LOGIN, f"login as {self._user} failed: {why}")

    def _so_far(self) -> str:
        """What was refused before the server hung up; several keys may have been too many for it."""
        cure = f"; {ONE_KEY}" if self.refusals and len(self._offers.items) > 1 else ""
        return f"refused so far: {self._list(self.refusals)}{self._hints()}{cure}"

    def _hints(self) -> str:
        said = [*self._offers.notes, *self._offers.skipped]
        return f" ({'; '.join(said)})" if said else ""

    def refused(self) -> AuthenticationFailed:
        """Every way in was tried: what the server takes, what we had."""
        takes = ", ".join(self._dialogue.offered) or "nothing"
        if self.accepted:
            why = f"{self._list(self.accepted)} accepted, but the server asks for more: it takes {takes}"
        elif self.refusals:
            why = f"refused: {self._list(self.refusals)}; the server takes {takes}"
        else:
            why = f"the server takes {takes}, and the credential holds none of these"
        return self._failed(why + self._hints())

    @staticmethod
    def _list(labels: list[str]) -> str:
        return ", ".join(labels) or "nothing"
