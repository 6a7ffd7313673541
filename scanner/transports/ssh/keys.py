"""What a login consists of: private key files and certificates, each way in which one cannot be used in a sentence."""

from __future__ import annotations

import binascii
import copy
import io
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import paramiko
from paramiko.agent import AgentKey
from paramiko.pkey import PublicBlob

from scanner.errors import AuthenticationFailed
from scanner.model import Reason
from scanner.secret import Secret

KEY_FILE_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SshLogin:
    """A resolved way in: exactly what may be offered, nothing found by chance.

    `keys` are private key files, `passphrase` opens the encrypted ones, `certificate` goes with the key it
    certifies (otherwise `<key>-cert.pub` beside a key is used). `password` answers `password` and a single hidden
    keyboard-interactive prompt. With `agent` the agent's keys are offered, or, where `keys` are named, only those.
    Where neither `keys` nor `password` are named, the identity files of the client's settings are offered after the
    agent's keys, unless `client_files` is off: then they only pick among the agent's.
    """

    user: str | None = None
    keys: tuple[Path, ...] = ()
    certificate: Path | None = None
    passphrase: Secret | None = None
    password: Secret | None = None
    agent: bool = False
    client_files: bool = True

    @property
    def told(self) -> tuple[Secret, ...]:
        """What a peer may hear of this login: the pass phrase stays here."""
        return () if self.password is None else (self.password,)


class Encrypted(AuthenticationFailed):
    """A key file that only a pass phrase opens, and none is there."""


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
        return _container(rest).kind
    if label in (b"PRIVATE KEY", b"ENCRYPTED"):
        return "PRIVATE KEY"
    return label.decode("ascii", "replace") if label in (b"RSA", b"EC", b"DSA") else ""


@dataclass(frozen=True, slots=True)
class _Container:
    """What an OpenSSH private key file says in clear; empty where it is damaged."""

    cipher: str = ""
    kind: str = ""
    public: bytes = b""


def _container(armour: bytes) -> _Container:
    try:
        raw = binascii.a2b_base64(armour.partition(b"-----END")[0] + b"==")  # a cut file may lack padding
        at = len(b"openssh-key-v1\0")
        cipher, at = _string_at(raw, at)
        for _ in range(2):  # key derivation and its options
            _, at = _string_at(raw, at)
        public, _ = _string_at(raw, at + 4)  # behind the number of keys
        kind, _ = _string_at(public, 0)
    except (binascii.Error, struct.error):
        return _Container()
    return _Container(cipher.decode("ascii", "replace"), kind.decode("ascii", "replace"), public)


def _string_at(raw: bytes, at: int) -> tuple[bytes, int]:
    size = struct.unpack_from(">I", raw, at)[0]
    return raw[at + 4 : at + 4 + size], at + 4 + size


def _opened(data: bytes) -> _Container:
    return _container(data.lstrip().partition(b"\n")[2]) if b"BEGIN OPENSSH" in data[:100] else _Container()


def public_half(path: Path) -> bytes:
    """The public key that `path` stands for, without a pass phrase; empty where nothing tells.

    As ssh has it: from the private key's own clear part, from a public key under this very name, else from
    `<path>.pub`. Lets an agent stand in for an encrypted file, or for one that is not on this machine.
    """
    data = _head(path)
    if clear := _opened(data).public:
        return clear
    return _public_blob(data) or _public_blob(_head(Path(f"{path}.pub")))


def _open(path: Path) -> BinaryIO:
    """For reading, without waiting for somebody to write into a pipe."""
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))


def _head(path: Path) -> bytes:
    try:
        with _open(path) as file:
            return file.read(KEY_FILE_BYTES_MAX) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError:
        return b""


def _public_blob(data: bytes) -> bytes:
    try:
        return PublicBlob.from_string(data.decode("utf-8")).key_blob
    except ValueError:  # also for bytes that are no text
        return b""


def _file_bytes(path: Path) -> bytes:
    """The bytes of a private key file that only its owner can read, the rule of ssh(1)."""
    try:
        with _open(path) as file:
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
        if (cipher := _opened(data).cipher) not in CIPHERS:
            raise refuse(_unopened(path, False, cipher)) from error
        raise Encrypted(
            Reason.LOGIN, f"key file {path} is encrypted and the credential names no pass phrase"
        ) from error
    except Exception as error:
        # Not a list of types: on a damaged file paramiko 5.1 lets KeyError, IndexError, TypeError and
        # cryptography's own errors through.
        raise refuse(_unopened(path, secret is not None, _opened(data).cipher)) from error


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


def _copy(key: paramiko.PKey) -> paramiko.PKey:
    if isinstance(key, AgentKey):  # its __getattr__ does not survive copy.copy (paramiko 5.1)
        return AgentKey(key.agent, key.blob, key.comment)
    return copy.copy(key)


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
    certified = _copy(key)
    certified.load_certificate(str(path))
    return certified
