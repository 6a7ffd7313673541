"""Which keys a login offers, in which order, and which were left out, with the reason.

The order is that of ssh (`pubkey_prepare` in sshconnect2.c): keys of the agent that the configuration names, the other
keys of the agent unless `IdentitiesOnly` is set, then key files. A key that a credential names must be usable. A file
that only the client's settings name, or that ssh takes by itself, is skipped where it is not; a login that fails
says so.

Files are read and decrypted once per process: the key derivation of an encrypted key costs a tenth of a second
of CPU, many times a whole login.
"""

from __future__ import annotations

import shlex
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko.agent import AgentKey

from scanner.errors import AuthenticationFailed
from scanner.secret import Secret
from scanner.text import plural
from scanner.transports.ssh.agent import NO_AGENT, Agent
from scanner.transports.ssh.hostkeys import fingerprint
from scanner.transports.ssh.keys import Encrypted, SshLogin, load_key, public_half, refuse, with_certificate

AGENT_KEYS_BEFORE_PASSWORD = 5
"""Keys of an agent that are tried before a password: sshd ends the connection at the sixth refusal (MaxAuthTries)."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One key to offer; `label` names it in messages."""

    key: paramiko.PKey
    label: str


@dataclass(slots=True)
class Offers:
    """The keys of one login in order, and the agent connection that must be closed.

    `notes` are remarks on any login; `skipped` says what was left out and matters when the login fails. `encrypted`
    are the files among them that a pass phrase would open.
    """

    items: list[Offer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    encrypted: list[Path] = field(default_factory=list)
    agent: Agent | None = None

    def close(self) -> None:
        if self.agent is not None:
            self.agent.close()

    def skip(self, path: Path, error: AuthenticationFailed) -> None:
        """Go on without this file, as ssh does."""
        if isinstance(error, Encrypted):
            self.encrypted.append(path)
            name = shlex.quote(str(path))
            self.skipped.append(
                f"key file {path} was skipped because it is encrypted: run ssh-add {name}, or name it with its pass "
                "phrase (key and passphrase of a credential, --identity and --passphrase)"
            )
        else:
            self.skipped.append(f"skipped: {error.detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKeys:
    """What the client's settings say of keys for one host: see ssh_config(5) under the same names."""

    identity_files: tuple[str, ...] = ()
    certificate_files: tuple[str, ...] = ()
    identities_only: bool = False
    identity_agent: str | None = None


class KeyStore:
    """Private keys by file, each read and decrypted once while the file stays the same. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[tuple[object, ...], paramiko.PKey | AuthenticationFailed] = {}
        self._unlocked: dict[Path, Secret] = {}

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
            raise type(found)(found.reason, found.detail) from found
        return found

    def opens(self, paths: Iterable[Path], passphrase: Secret) -> bool:
        """Whether this pass phrase opens each of these files that needs one; what else is wrong with a file is said
        when it is offered."""
        return all(self._opens(path, passphrase) for path in _expanded(paths))

    def _opens(self, path: Path, passphrase: Secret) -> bool:
        try:
            self.key(path, None)
        except Encrypted:
            try:
                self.key(path, passphrase)
            except AuthenticationFailed:
                return False
        except AuthenticationFailed:
            return True
        return True

    def unlock(self, path: Path, passphrase: Secret) -> None:
        """From now on this pass phrase opens the file wherever the client's settings name it."""
        self._unlocked[path] = passphrase

    def offers(self, login: SshLogin, client: ClientKeys = ClientKeys()) -> Offers:
        """The keys `login` may offer; `client` counts where it names no key and no password of its own, but for
        where it says that the agent listens."""
        offers = Offers()
        try:
            _Choice(self, login, client, offers).fill()
        except BaseException:
            offers.close()
            raise
        return offers

    def opened(self, path: Path, login: SshLogin) -> paramiko.PKey:
        """The key in a file of this login, with its own pass phrase or the one that a person gave."""
        return self.key(path, login.passphrase or (None if login.keys else self._unlocked.get(path)))


class _Choice:
    """One choice of keys, from a login and the client's settings."""

    def __init__(self, store: KeyStore, login: SshLogin, client: ClientKeys, offers: Offers) -> None:
        self._store = store
        self._login = login
        self._offers = offers
        self._named = bool(login.keys)
        self._offers_files = self._named or login.client_files
        self._agent = client.identity_agent
        client = ClientKeys() if self._named or login.password is not None else client
        self._paths = tuple(_expanded(login.keys or client.identity_files))
        self._certificates = tuple(path for path in _expanded(client.certificate_files) if path.exists())
        self._identities_only = client.identities_only

    def fill(self) -> None:
        held = self._agent_keys()
        rest = self._from_agent(held)
        if self._offers_files:
            for path in rest:
                self._offers.items += self._from_file(path)
        certificate = self._login.certificate
        if certificate is not None and not any(_is_certified(offer) for offer in self._offers.items):
            raise refuse(f"certificate {certificate} certifies none of the keys that the credential names")

    # --- Keys of the agent -------------------------------------------------------------------------------

    def _agent_keys(self) -> Mapping[bytes, AgentKey]:
        """The agent's keys; where it is not there and key files are, they are the way in, and a note says so."""
        if not self._login.agent:
            return {}
        try:
            self._offers.agent = Agent(self._agent)
        except AuthenticationFailed as error:
            if not self._offers_files:
                raise
            if not self._paths:
                raise refuse(f"{error.detail}; there is no key file either") from error
            # That none is to be asked is no remark on a login that succeeds.
            said = self._offers.skipped if self._agent == NO_AGENT else self._offers.notes
            said.append(f"{error.detail}; only key files are offered")
            return {}
        return self._offers.agent.keys()

    def _from_agent(self, keys: Mapping[bytes, AgentKey]) -> list[Path]:
        """Offer what the agent holds; returns the files that it does not hold."""
        left, rest = dict(keys), []
        for path in self._paths if keys else ():
            mine = [left.pop(blob) for blob in self._public_halves(path) if blob in left]
            for key in mine:
                label = f"agent key {fingerprint(key.blob)}"
                self._offers.items += self._certified(path, key, label, {other.blob for other in mine})
            if not mine:
                rest.append(path)
        if not self._named:
            self._others(left)
        return rest if keys else list(self._paths)

    def _public_halves(self, path: Path) -> Iterator[bytes]:
        """The certificates of a key, then the key."""
        yield from filter(None, map(public_half, self._certificates_for(path)))
        if blob := public_half(path):
            yield blob
            return
        try:
            yield self._store.opened(path, self._login).asbytes()
        except AuthenticationFailed:
            return  # said where the file is to be offered

    def _others(self, keys: Mapping[bytes, AgentKey]) -> None:
        if self._identities_only:
            if keys:
                held = plural(len(keys), "key")
                self._offers.skipped.append(
                    f"IdentitiesOnly is set, and {held} of the agent that no IdentityFile names stayed back"
                )
            return
        labels = ((key, f"agent key {fingerprint(blob)}") for blob, key in keys.items())
        self._offers.items += [Offer(key, label) for key, label in labels]
        if self._login.password is not None:
            _cut(self._offers)

    # --- Key files ---------------------------------------------------------------------------------------

    def _from_file(self, path: Path) -> list[Offer]:
        try:
            key = self._store.opened(path, self._login)
        except AuthenticationFailed as error:
            if self._named:
                raise
            self._offers.skip(path, error)
            return []
        return self._certified(path, key, f"{path} {fingerprint(key.asbytes())}", frozenset())

    def _certified(self, path: Path, key: paramiko.PKey, label: str, held: Collection[bytes]) -> list[Offer]:
        """The key with its certificate; then the key alone, unless the credential names the certificate.

        `held` is what the agent offers for this file: a certificate among it is not put on the key once more.
        """
        alone = [Offer(key, label)]
        for certificate in () if _is_certified(alone[0]) else self._certificates_for(path):
            certified = self._with_certificate(key, certificate)
            if certified is not None:
                offer = Offer(certified, f"{label} with certificate {certificate}")
                first = [] if _blob(certified) in held else [offer]
                return first if self._login.certificate else first + alone
        return alone

    def _with_certificate(self, key: paramiko.PKey, certificate: Path) -> paramiko.PKey | None:
        try:
            return with_certificate(key, certificate)
        except AuthenticationFailed as error:
            if self._named:
                raise
            self._offers.skip(certificate, error)
            return None

    def _certificates_for(self, path: Path) -> tuple[Path, ...]:
        if self._login.certificate is not None:
            return (self._login.certificate.expanduser(),)
        beside = _certificate_beside(path)
        return (*self._certificates, beside) if beside.exists() else self._certificates


def _certificate_beside(path: Path) -> Path:
    return Path(f"{path}-cert.pub")


def _expanded(names: Iterable[str | Path]) -> Iterator[Path]:
    for name in names:
        try:
            yield Path(name).expanduser()
        except RuntimeError:  # ~nobody-of-that-name: stays as written and fails where it is opened, by name
            yield Path(name)


def _blob(key: paramiko.PKey) -> bytes:
    return key.public_blob.key_blob if key.public_blob is not None else key.asbytes()


def _is_certified(offer: Offer) -> bool:
    return getattr(offer.key, "public_blob", None) is not None


def _version(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode


def _cut(offers: Offers) -> None:
    if len(offers.items) > AGENT_KEYS_BEFORE_PASSWORD:
        offers.notes.append(
            f"the agent holds {len(offers.items)} keys, only the first {AGENT_KEYS_BEFORE_PASSWORD} were offered "
            "before the password; name the right key in the credential"
        )
        del offers.items[AGENT_KEYS_BEFORE_PASSWORD:]
