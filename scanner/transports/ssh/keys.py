"""What a login may offer: private keys from files, certificates, keys held by an agent.

Files are read and decrypted once per process: the key derivation of an encrypted key costs a tenth of a second
of CPU, many times a whole login.
"""

from __future__ import annotations

import binascii
import copy
import io
import os
import socket
import stat
import struct
import threading
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko.agent import AgentSSH
from paramiko.pkey import PublicBlob

from scanner.errors import AuthenticationFailed
from scanner.model import Reason
from scanner.secret import Secret
from scanner.transports.ssh.hostkeys import fingerprint

AGENT_KEYS_MAX = 5
"""Keys of an agent that are tried at most: sshd ends the connection at the sixth refusal (MaxAuthTries)."""

KEY_FILE_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SshLogin:
    """A resolved way in: exactly what may be offered, nothing found by chance.

    `keys` are private key files, `passphrase` opens the encrypted ones, `certificate` goes with the key it
    certifies (otherwise `<key>-cert.pub` beside a key is used). `password` answers `password` and a single hidden
    keyboard-interactive prompt. With `agent` the agent's keys are offered, or, where `keys` are named, only those.
    """

    user: str | None = None
    keys: tuple[Path, ...] = ()
    certificate: Path | None = None
    passphrase: Secret | None = None
    password: Secret | None = None
    agent: bool = False

    @property
    def told(self) -> tuple[Secret, ...]:
        """What a peer may hear of this login: the pass phrase stays here."""
        return () if self.password is None else (self.password,)


@dataclass(frozen=True, slots=True)
class Offer:
    """One key to offer; `label` names it in messages."""

    key: paramiko.PKey
    label: str


@dataclass(slots=True)
class Offers:
    """The keys of one login in order, what was left out, and the agent connection that must be closed."""

    items: list[Offer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    agent: Agent | None = None
    certificates: tuple[Path, ...] = ()

    def close(self) -> None:
        if self.agent is not None:
            self.agent.close()


def refuse(detail: str) -> AuthenticationFailed:
    """A login that cannot succeed because of our own side; nothing was offered to the peer."""
    return AuthenticationFailed(Reason.LOGIN, detail)


# --- Private key files -----------------------------------------------------------------------------------

CLASSES: dict[str, type[paramiko.PKey]] = {
    "ssh-ed25519": paramiko.Ed25519Key,
    "ssh-rsa": paramiko.RSAKey,
    "ecdsa-sha2-nistp256": paramiko.ECDSAKey,
    "ecdsa-sha2-nistp384": paramiko.ECDSAKey,
    "ecdsa-sha2-nistp521": paramiko.ECDSAKey,
    "RSA": paramiko.RSAKey,
    "EC": paramiko.ECDSAKey,
}

FOREIGN = {
    "ssh-dss": "is a DSA key, which no current server accepts; make an Ed25519 key",
    "DSA": "is a DSA key, which no current server accepts; make an Ed25519 key",
    "sk-": "lives on a security key (FIDO) and cannot be used without a person; make a key for scanning",
    "PuTTY": "is in PuTTY's format; export it with: puttygen KEY -O private-openssh -o KEY.openssh",
    "PRIVATE KEY": "is in PKCS#8 format; rewrite a copy of it with: ssh-keygen -p -f KEY",
    "public": "is a public key; name the private key file",
}


def key_type(data: bytes) -> str:
    """The type of a private key, read without decrypting it; empty when the file is none.

    OpenSSH's container keeps the public half in clear (PROTOCOL.key), PEM says it in its first line.
    """
    text = data.lstrip()
    if text.startswith(b"PuTTY-User-Key-File"):
        return "PuTTY"
    if text.startswith((b"ssh-", b"ecdsa-", b"sk-")):
        return "public"
    begin, _, rest = text.partition(b"\n")
    label = begin.strip().removeprefix(b"-----BEGIN ").removesuffix(b"-----").removesuffix(b" PRIVATE KEY")
    if label == b"OPENSSH":
        return _container(rest)[1]
    if label in (b"PRIVATE KEY", b"ENCRYPTED"):
        return "PRIVATE KEY"
    return label.decode("ascii", "replace") if label in (b"RSA", b"EC", b"DSA") else ""


def _container(armour: bytes) -> tuple[str, str]:
    """Cipher and key type of an OpenSSH private key, empty where it is damaged."""
    try:
        raw = binascii.a2b_base64(armour.partition(b"-----END")[0] + b"==")  # a cut file may lack padding
        at = len(b"openssh-key-v1\0")
        cipher, at = _text_at(raw, at)
        for _ in range(2):  # key derivation and its options
            _, at = _text_at(raw, at)
        kind, _ = _text_at(raw, at + 8)  # behind the number of keys and the length of the public one
    except (binascii.Error, struct.error):
        return "", ""
    return cipher, kind


def _text_at(raw: bytes, at: int) -> tuple[str, int]:
    size = struct.unpack_from(">I", raw, at)[0]
    return raw[at + 4 : at + 4 + size].decode("ascii", "replace"), at + 4 + size


def _cipher(data: bytes) -> str:
    return _container(data.lstrip().partition(b"\n")[2])[0] if b"BEGIN OPENSSH" in data[:100] else ""


def _file_bytes(path: Path) -> bytes:
    """The bytes of a private key file that only its owner can read, the rule of ssh(1)."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise refuse(f"key file {path} is not a regular file")
            if status.st_uid == os.getuid() and status.st_mode & 0o077:
                mode = f"{stat.S_IMODE(status.st_mode):04o}"
                raise refuse(f"key file {path} is open to others (mode {mode}) and was not used; run: chmod 600 {path}")
            return file.read(KEY_FILE_BYTES_MAX)
    except FileNotFoundError as error:
        raise refuse(f"key file {path} does not exist") from error
    except OSError as error:
        raise refuse(f"key file {path} cannot be read: {error.strerror}") from error


def load_key(path: Path, passphrase: Secret | None) -> paramiko.PKey:
    """The private key in `path`; AuthenticationFailed says in one sentence why it cannot be used."""
    data = _file_bytes(path)
    kind = key_type(data)
    factory = CLASSES.get(kind)
    if factory is None:
        why = next(
            (text for mark, text in FOREIGN.items() if kind.startswith(mark)), "holds no private key we can read"
        )
        raise refuse(f"key file {path} {why}")
    secret = passphrase.reveal() if passphrase is not None else None
    try:
        return factory.from_private_key(io.StringIO(data.decode("ascii")), password=secret)
    except paramiko.PasswordRequiredException as error:
        raise refuse(f"key file {path} is encrypted and the credential names no pass phrase") from error
    except Exception as error:
        # Not a list of types: on a damaged file paramiko 5.1 lets KeyError, IndexError, TypeError and
        # cryptography's own errors through.
        raise refuse(_unopened(path, secret is not None, _cipher(data))) from error


CIPHERS = ("", "none", "aes256-ctr", "aes256-cbc")
"""What paramiko can decrypt in OpenSSH's container."""


def _unopened(path: Path, had_passphrase: bool, cipher: str) -> str:
    if cipher not in CIPHERS:
        cure = f"ssh-keygen -p -Z aes256-ctr -f {path}"
        return f"key file {path} is encrypted with a cipher we cannot read; rewrite it with: {cure}"
    if had_passphrase:
        return f"key file {path} does not open with the given pass phrase (wrong pass phrase, or a damaged file)"
    return f"key file {path} is damaged and cannot be read"


# --- Certificates ----------------------------------------------------------------------------------------


def public_part(blob: bytes) -> bytes:
    """A public key blob without its leading type string."""
    return blob[4 + struct.unpack_from(">I", blob)[0] :]


def with_certificate(key: paramiko.PKey, path: Path) -> paramiko.PKey | None:
    """A copy of `key` that logs in with the certificate in `path`; None when it certifies another key."""
    try:
        certificate = PublicBlob.from_string(path.read_text("ascii"))
    except OSError as error:
        raise refuse(f"certificate {path} cannot be read: {error.strerror}") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise refuse(f"certificate {path} is no OpenSSH certificate") from error
    if not certificate.key_type.endswith("-cert-v01@openssh.com"):
        raise refuse(f"certificate {path} is no OpenSSH certificate but a {certificate.key_type} key")
    # The public numbers follow the nonce in the same order as in the plain key (PROTOCOL.certkeys).
    if public_part(key.asbytes()) not in certificate.key_blob:
        return None
    certified = copy.copy(key)
    certified.load_certificate(str(path))
    return certified


def _existing(names: tuple[str, ...]) -> tuple[Path, ...]:
    return tuple(path for path in (Path(name).expanduser() for name in names) if path.exists())


class KeyStore:
    """Private keys by file, each read and decrypted once while the file stays the same. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[tuple[object, ...], paramiko.PKey | AuthenticationFailed] = {}

    def key(self, path: Path, passphrase: Secret | None) -> paramiko.PKey:
        mark = (path, passphrase, *_version(path))
        with self._lock:
            if mark not in self._keys:
                try:
                    self._keys[mark] = load_key(path, passphrase)
                except AuthenticationFailed as error:
                    self._keys[mark] = error
            found = self._keys[mark]
        if isinstance(found, AuthenticationFailed):
            raise AuthenticationFailed(found.reason, found.detail) from found
        return found

    def offers(self, login: SshLogin, fallback: tuple[str, ...] = (), certificates: tuple[str, ...] = ()) -> Offers:
        """The keys `login` may offer.

        `fallback` and `certificates` are the identity and certificate files of ssh_config, used when the login names
        no way in of its own.
        """
        offers = Offers()
        paths = tuple(path.expanduser() for path in login.keys)
        if not paths and login.password is None:
            paths = _existing(fallback)
            offers.certificates = _existing(certificates)
        try:
            self._collect(offers, login, paths)
        except BaseException:
            offers.close()
            raise
        return offers

    def _collect(self, offers: Offers, login: SshLogin, paths: tuple[Path, ...]) -> None:
        if login.agent:
            offers.agent = _agent_or_note(offers, paths)
        if offers.agent is not None:
            held = _held(offers.agent, paths)
            offers.items += held.values()
            paths = tuple(path for path in paths if path not in held)
            if not login.keys:
                _cut(offers)
        for path in paths:
            offers.items += self._file_offers(path, login, offers.certificates)
        if login.certificate is not None and not any(_is_certified(offer) for offer in offers.items):
            raise refuse(f"certificate {login.certificate} certifies none of the keys that the credential names")

    def _file_offers(self, path: Path, login: SshLogin, configured: tuple[Path, ...]) -> list[Offer]:
        """The key with its certificate; then the key alone, unless the credential names the certificate."""
        key = self.key(path, login.passphrase)
        label = f"{path} {fingerprint(key.asbytes())}"
        for certificate in self._certificates(path, login, configured):
            certified = with_certificate(key, certificate)
            if certified is not None:
                first = Offer(certified, f"{label} with certificate {certificate}")
                return [first] if login.certificate else [first, Offer(key, label)]
        return [Offer(key, label)]

    def _certificates(self, path: Path, login: SshLogin, configured: tuple[Path, ...]) -> tuple[Path, ...]:
        if login.certificate is not None:
            return (login.certificate.expanduser(),)
        beside = path.with_name(path.name + "-cert.pub")
        return (*configured, beside) if beside.exists() else configured


def _is_certified(offer: Offer) -> bool:
    return getattr(offer.key, "public_blob", None) is not None


def _version(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode


# --- Agent -----------------------------------------------------------------------------------------------


class Agent(AgentSSH):
    """A connection to the running ssh-agent with a time limit; paramiko's own waits without end."""

    def __init__(self, timeout_s: float = 10.0) -> None:
        super().__init__()
        path = os.environ.get("SSH_AUTH_SOCK")
        if not path:
            raise refuse("the credential asks for an ssh-agent, but SSH_AUTH_SOCK is not set")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(path)
            self._connect(self._socket)  # type: ignore[attr-defined]  # the seam paramiko's own Agent uses
        except (OSError, paramiko.SSHException) as error:
            self._socket.close()
            raise refuse(f"the ssh-agent at {path} does not answer: {error}") from error

    def close(self) -> None:
        self._socket.close()


def _agent_or_note(offers: Offers, paths: tuple[Path, ...]) -> Agent | None:
    """The agent; where it is not there and key files are, they are the way in, and a note says so."""
    try:
        return Agent()
    except AuthenticationFailed as error:
        if not paths:
            raise
        offers.notes.append(f"{error.detail}; only key files are offered")
        return None


def _held(agent: Agent, paths: tuple[Path, ...]) -> dict[Path, Offer]:
    """The agent's keys by the file they stand for; without `paths`, all of them."""
    keys = {key.asbytes(): key for key in agent.get_keys()}
    if not paths:
        return {Path(f"agent-{at}"): _agent_offer(key, blob) for at, (blob, key) in enumerate(keys.items())}
    named = {path: _public_beside(path) for path in paths}
    return {path: _agent_offer(keys[blob], blob) for path, blob in named.items() if blob in keys}


def _agent_offer(key: paramiko.PKey, blob: bytes) -> Offer:
    return Offer(key, f"agent key {fingerprint(blob)}")


def _public_beside(path: Path) -> bytes:
    """The public key in `<path>.pub`, empty when there is none: lets an agent stand in for an encrypted file."""
    try:
        return PublicBlob.from_file(str(path) + ".pub").key_blob
    except (OSError, ValueError):
        return b""


def _cut(offers: Offers) -> None:
    if len(offers.items) > AGENT_KEYS_MAX:
        offers.notes.append(
            f"the agent holds {len(offers.items)} keys, only the first {AGENT_KEYS_MAX} were offered; "
            "name the right key in the credential"
        )
        del offers.items[AGENT_KEYS_MAX:]
