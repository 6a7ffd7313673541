"""Credential references, and the values they stand for: a value never prints, never pickles, never reaches argv."""

from __future__ import annotations

import os
import re
import selectors
import shlex
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn

from scanner.errors import SecretError
from scanner.suggest import suggest


class Secret:
    """A value that does not show itself: not in `repr`, `str`, f-strings, logs, tracebacks' locals or pickles."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the one line that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not for storing")


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a value is kept: `scheme` is env, file, keyring, cmd or prompt; `rest` what follows the colon."""

    scheme: str
    rest: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}:{self.rest}" if self.rest else self.scheme


Ask = Callable[[str], str]
"""Asks a person for a secret; gets the prompt."""

Fits = Callable[[Secret], bool]
"""Says whether a pass phrase opens what it is for. Nothing is sent to find out, so that a wrong one costs no login."""

PROMPTS_MAX = 3
"""How often a person is asked for a pass phrase that does not fit: NumberOfPasswordPrompts of ssh_config(5)."""


FORMS = "env:NAME, file:PATH, keyring:SERVICE/NAME, cmd:COMMAND or prompt"
"""The references a site file may hold, as messages list them."""

AGENT = "ssh-agent"
_SIZE_LIMIT = 64 * 1024
_SCHEMES = ("env", "file", "keyring", "cmd", "prompt")
_ALSO = {"command": "cmd"}
_LITERAL = (
    "keep the value out of the file: store it with `keyring set SERVICE NAME` and write keyring:SERVICE/NAME, "
    "or put it into a file only you can read (chmod 600) and write file:PATH, or write prompt to be asked"
)


class RefError(ValueError):
    """A text that is no reference. `advice` says how to do it right; neither part repeats the text."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


def parse_ref(text: str) -> SecretRef:
    """Read `env:NAME`, `file:PATH`, `keyring:SERVICE/NAME`, `cmd:COMMAND` (or `command:`), `prompt` or `prompt:LABEL`.

    Raises RefError. Anything else may be a password someone typed here, so the message never repeats the text.
    """
    word, colon, rest = text.strip().partition(":")
    scheme = _ALSO.get(word, word)
    if scheme == "prompt":
        return SecretRef("prompt", rest.strip())
    if scheme not in _SCHEMES or not colon:
        raise RefError("this is no credential reference; a password is never written here", _advice(word, colon))
    _check_rest(scheme, rest.strip())
    return SecretRef(scheme, rest.strip())


def _advice(word: str, colon: str) -> str:
    near = suggest(word, [*_SCHEMES, *_ALSO])
    return f"did you mean '{near}{colon}'?" if near and (colon or near == "prompt") else _LITERAL


def _check_rest(scheme: str, rest: str) -> None:
    """What follows the colon is a name, not a secret; still, it is not repeated."""
    if scheme == "env" and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", rest):
        raise RefError("env: needs the name of an environment variable", "write env:ACME_PASSWORD")
    if scheme == "file" and (not rest or "\0" in rest):
        raise RefError("file: needs a path", "write file:~/.config/ctpat/acme.password")
    if scheme == "keyring" and not all(_keyring_parts(rest)):
        raise RefError("keyring: needs a service and a name", "write keyring:ctpat/acme")
    if scheme == "cmd":
        try:
            words = shlex.split(rest)
        except ValueError:
            raise RefError("cmd: has a quote that is not closed", "close it, as in a shell") from None
        if not words:
            raise RefError("cmd: needs a command", "write cmd:pass show ctpat/acme")


def _keyring_parts(rest: str) -> tuple[str, str]:
    service, _, name = rest.rpartition("/")
    return service, name


# --- Values ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Once:
    """The result of one reference, or the error it ended with: nobody is asked twice."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    result: Secret | SecretError | None = None


class Secrets:
    """Turns references into values, each once per run; safe to share between threads.

    `ask` asks a person and is called by one thread at a time; without it `prompt` is an error that says so.
    `base` is the folder that relative `file:` paths start from, `timeout_s` the time limit of a `cmd:`.
    """

    def __init__(
        self,
        ask: Ask | None = None,
        *,
        base: Path | None = None,
        environ: Mapping[str, str] | None = None,
        timeout_s: float = 30.0,
    ) -> None:
        self._ask = ask
        self._base = base or Path()
        self._environ = os.environ if environ is None else environ
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._once: dict[tuple[str, str, str], _Once] = {}

    def resolve(self, ref: SecretRef, purpose: str = "", fits: Fits | None = None) -> Secret:
        """The value behind a reference. `purpose` is what a person is asked for: "password of credential 'linux'".

        A person whose answer does not fit is asked again, up to three times in all; the last answer is the value.
        Raises SecretError, which names the reference and what to do, never a value; the same error every time.
        """
        key = (ref.scheme, ref.rest, purpose if ref.scheme == "prompt" and not ref.rest else "")
        with self._lock:
            once = self._once.setdefault(key, _Once())
        with once.lock:
            if once.result is None:
                once.result = self._try(ref, purpose, fits)
        if isinstance(once.result, SecretError):
            raise SecretError(once.result.problems)
        return once.result

    def _try(self, ref: SecretRef, purpose: str, fits: Fits | None) -> Secret | SecretError:
        readers: dict[str, Callable[[str], str]] = {
            "env": self._env,
            "file": self._file,
            "keyring": _keyring,
            "cmd": self._cmd,
            "prompt": lambda label: self._fitting(label or purpose, fits),
        }
        try:
            if ref.scheme not in readers:
                raise SecretError(f"unknown kind of credential reference '{ref.scheme}:'; expected {FORMS}")
            return Secret(_usable(readers[ref.scheme](ref.rest), ref))
        except SecretError as error:
            return error

    def _env(self, name: str) -> str:
        if name not in self._environ:
            raise SecretError(f"env:{name}: the environment variable {name} is not set; export it before the scan")
        return self._environ[name]

    def _file(self, rest: str) -> str:
        path, delivered = self._find(rest)
        try:
            # O_NONBLOCK: opening a pipe that nobody writes to must not hang.
            with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:  # noqa: PTH123
                _refuse_shared(rest, os.fstat(stream.fileno()), delivered=delivered)
                return _first_text(stream.read(_SIZE_LIMIT + 1), f"file:{rest}").removesuffix("\n").removesuffix("\r")
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or "the path is not valid"
            raise SecretError(f"file:{rest}: cannot read {path}: {reason}") from error

    def _find(self, rest: str) -> tuple[Path, bool]:
        """The path, and whether the service manager delivered it (systemd's LoadCredential=)."""
        folder = self._environ.get("CREDENTIALS_DIRECTORY")
        if folder and "/" not in rest and (Path(folder) / rest).is_file():
            return Path(folder) / rest, True
        try:
            path = self._base / Path(rest).expanduser()
        except RuntimeError:
            raise SecretError(f"file:{rest}: the home folder of that user is not known; write the whole path") from None
        return path, bool(folder) and path.parent == Path(folder or "/")

    def _cmd(self, rest: str) -> str:
        words = shlex.split(rest)
        try:
            output, status = _run(words, self._timeout_s)
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or "the command is not valid"
            raise SecretError(f"cmd:{words[0]}: cannot run '{words[0]}': {reason}") from error
        if status is None:
            raise SecretError(
                f"cmd:{words[0]}: gave no answer in {self._timeout_s:g} s; it may wait for input it cannot get"
            )
        if status != 0:
            raise SecretError(
                f"cmd:{words[0]}: ended with exit status {status}; its messages are not shown, as they may hold "
                f"the secret: run it by hand to see them"
            )
        return _first_text(output, f"cmd:{words[0]}").partition("\n")[0].removesuffix("\r")

    def _fitting(self, label: str, fits: Fits | None) -> str:
        answer = self._prompt(label)
        for _ in range(PROMPTS_MAX - 1):
            if not answer or fits is None or fits(Secret(answer)):
                break
            answer = self._prompt(f"that does not open it; {label or 'secret'}")
        return answer

    def _prompt(self, label: str) -> str:
        if self._ask is None:
            raise SecretError(
                f"prompt: nobody can be asked for the {label or 'secret'} here; "
                "use env:, file:, keyring: or cmd: for unattended runs"
            )
        with self._asking:
            return self._ask(f"{label or 'Secret'}: ")


def _usable(value: str, ref: SecretRef) -> str:
    if not value:
        raise SecretError(f"{_short(ref)}: the value is empty; an empty password is never tried")
    if "\0" in value:
        raise SecretError(f"{_short(ref)}: the value holds a NUL character, which no login accepts")
    return value


def _short(ref: SecretRef) -> str:
    """The reference without the arguments of a command, which may be private."""
    return f"cmd:{shlex.split(ref.rest)[0]}" if ref.scheme == "cmd" else str(ref)


def _refuse_shared(rest: str, status: os.stat_result, *, delivered: bool) -> None:
    """A secret that others can read is none. systemd grants its reader through an ACL, which shows as group rights."""
    if not stat.S_ISREG(status.st_mode):
        raise SecretError(f"file:{rest}: this is no regular file")
    mask = 0o007 if delivered else 0o077
    if status.st_mode & mask:
        mode = f"{stat.S_IMODE(status.st_mode):04o}"
        raise SecretError(
            f"file:{rest}: others may read or change this file (mode {mode}); run: chmod 600 {shlex.quote(rest)}"
        )
    if status.st_uid not in (0, os.geteuid()):
        raise SecretError(
            f"file:{rest}: this file belongs to another user (uid {status.st_uid}); it must be yours or root's"
        )


def _first_text(raw: bytes, name: str) -> str:
    if len(raw) > _SIZE_LIMIT:
        raise SecretError(f"{name}: more than {_SIZE_LIMIT >> 10} KiB; a secret is one short line")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise SecretError(f"{name}: the value is not UTF-8 text") from None


def _keyring(rest: str) -> str:
    try:
        import keyring
        import keyring.errors
    except ImportError as error:
        raise SecretError(
            f"keyring:{rest}: needs the optional package keyring; run: pip install 'ctpat-scanner[keyring]'"
        ) from error
    service, name = _keyring_parts(rest)
    try:
        value = keyring.get_password(service, name)
    except Exception as error:  # backends raise what they like; its text is not ours to show
        raise SecretError(
            f"keyring:{rest}: the keyring cannot be read ({type(error).__name__}); is it unlocked?"
        ) from error
    if value is None:
        raise SecretError(f"keyring:{rest}: no such entry; run: keyring set {shlex.quote(service)} {shlex.quote(name)}")
    return str(value)


def _run(words: list[str], timeout_s: float) -> tuple[bytes, int | None]:
    """Standard output and exit status of a command, without a shell; status None when the time ran out."""
    deadline = time.monotonic() + timeout_s
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    )
    assert process.stdout is not None
    try:
        output = _read_until(process.stdout, deadline)
        if len(output) > _SIZE_LIMIT:
            return output, 0  # the caller refuses the length
        return output, process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return b"", None
    finally:
        process.kill()
        process.stdout.close()  # a grandchild may hold the other end: never wait for it
        process.wait()


def _read_until(stream: IO[bytes], deadline: float) -> bytes:
    """Bytes up to the end of the stream, the deadline, or one byte more than a secret may have."""
    output = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while len(output) <= _SIZE_LIMIT and selector.select(max(0.0, deadline - time.monotonic())):
            chunk = os.read(stream.fileno(), _SIZE_LIMIT)
            if not chunk:
                break
            output += chunk
    return output
