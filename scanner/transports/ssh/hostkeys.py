"""Which host keys are trusted: known_hosts files, fingerprints pinned in the site file, and the judgement on a key.

Files are read once per process and indexed, because a known_hosts file of ten thousand lines costs more than a
login when it is parsed for every target. Format: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
import shlex
import struct
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scanner.errors import HostKeyMismatch, HostKeyUnknown
from scanner.model import Reason, Target

DEFAULT_PORT = 22

USER_FILES = (Path("~/.ssh/known_hosts"), Path("~/.ssh/known_hosts2"))
SYSTEM_FILES = (Path("/etc/ssh/ssh_known_hosts"), Path("/etc/ssh/ssh_known_hosts2"))

ALGORITHMS: dict[str, tuple[str, ...]] = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
"""Key type as it stands in a file -> signature algorithms that prove it, best first (RFC 8332 for RSA)."""

REVOKED = "@revoked"
AUTHORITY = "@cert-authority"


def fingerprint(blob: bytes) -> str:
    """The fingerprint as `ssh-keygen -l` prints it: SHA-256, base64 without padding."""
    digest = binascii.b2a_base64(hashlib.sha256(blob).digest(), newline=False)
    return "SHA256:" + digest.decode("ascii").rstrip("=")


@dataclass(frozen=True, slots=True)
class Entry:
    """One usable line of a known_hosts file; `place` is `file:line`."""

    names: tuple[str, ...]
    kind: str
    blob: bytes
    place: str
    marker: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {fingerprint(self.blob)} ({self.place})"


@dataclass(frozen=True, slots=True)
class Known:
    """What the files say about one host.

    `trusted` stands under the exact name and port; `portless` under the bare name while another port is asked
    for: such a key is accepted when it fits, as ssh(1) does, but its absence or difference proves nothing.
    """

    trusted: tuple[Entry, ...] = ()
    portless: tuple[Entry, ...] = ()
    revoked: tuple[Entry, ...] = ()
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def algorithms(self) -> tuple[str, ...]:
        """Host key algorithms to ask for, known ones first, so that a host with several keys shows one we know."""
        kinds = dict.fromkeys([entry.kind for entry in self.trusted + self.portless])
        ordered = [kind for kind in kinds if kind in ALGORITHMS]
        ordered += [kind for kind in ALGORITHMS if kind not in kinds]
        return tuple(name for kind in ordered for name in ALGORITHMS[kind])


@dataclass(slots=True)
class _File:
    """One parsed file: exact names in an index, hashed names and patterns in lists."""

    exact: dict[str, list[Entry]] = field(default_factory=dict)
    hashed: list[tuple[bytes, bytes, Entry]] = field(default_factory=list)
    patterns: list[tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...], Entry]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        if entry.names[0].startswith("|"):
            salt, digest = _hash_parts(entry.names[0])
            self.hashed.append((salt, digest, entry))
        elif any(mark in name for name in entry.names for mark in "*?!"):
            wanted = tuple(_pattern(name) for name in entry.names if not name.startswith("!"))
            barred = tuple(_pattern(name[1:]) for name in entry.names if name.startswith("!"))
            self.patterns.append((wanted, barred, entry))
        else:
            for name in entry.names:
                self.exact.setdefault(name, []).append(entry)

    def find(self, name: str) -> list[Entry]:
        found = list(self.exact.get(name, ()))
        raw = name.encode()
        found += [entry for salt, digest, entry in self.hashed if hmac.digest(salt, raw, "sha1") == digest]
        for wanted, barred, entry in self.patterns:
            if any(one.fullmatch(name) for one in wanted) and not any(one.fullmatch(name) for one in barred):
                found.append(entry)
        return found


def _pattern(text: str) -> re.Pattern[str]:
    """A host pattern: `*` and `?` are wildcards, everything else stands for itself (brackets too)."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(char) or re.escape(char) for char in text), re.DOTALL)


def _hash_parts(name: str) -> tuple[bytes, bytes]:
    """Salt and digest of `|1|salt|digest`; ValueError for any other shape."""
    empty, version, salt, digest = name.split("|")
    if empty or version != "1":
        raise ValueError("unknown hash form")
    return _decoded(salt), _decoded(digest)


def _decoded(text: str) -> bytes:
    return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)


def _entry(line: str, place: str) -> Entry:
    """One line as an entry; ValueError says what is wrong with it."""
    fields = line.split()
    marker = fields.pop(0) if fields[0].startswith("@") else ""
    if marker not in ("", REVOKED, AUTHORITY):
        raise ValueError(f"unknown marker {marker[:40]}")
    if len(fields) < 3:
        raise ValueError("fewer than three fields")
    blob = _decoded(fields[2])
    if blob[: 4 + len(fields[1])] != struct.pack(">I", len(fields[1])) + fields[1].encode():
        raise ValueError("key does not match its type")
    names = tuple(name for name in fields[0].lower().split(",") if name)
    if fields[0].startswith("|"):
        _hash_parts(fields[0])
        names = (fields[0],)
    if not names:
        raise ValueError("no host name")
    return Entry(names, fields[1], blob, place, marker)


def _parsed(path: Path) -> _File:
    """The file's content; a missing file is empty, an unreadable one or a bad line leaves a note."""
    parsed = _File()
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return parsed
    except OSError as error:
        parsed.notes.append(f"{path}: cannot be read ({error.strerror})")
        return parsed
    for number, line in enumerate(text.splitlines(), 1):
        if not (stripped := line.strip()) or stripped.startswith("#"):
            continue
        try:
            parsed.add(_entry(stripped, f"{path}:{number}"))
        except ValueError as error:
            parsed.notes.append(f"{path}:{number}: line skipped ({error})")
    return parsed


class KnownHosts:
    """All known_hosts files of this process, each read once, on first use. Thread-safe."""

    def __init__(self, user: Sequence[Path] = USER_FILES, system: Sequence[Path] = SYSTEM_FILES) -> None:
        self._user = tuple(user)
        self._system = tuple(system)
        self._files: dict[Path, _File] = {}
        self._lock = threading.Lock()

    def lookup(self, target: Target) -> Known:
        """What is on record for `target`; its own known_hosts paths replace the user's, never the system's."""
        paths = self._paths(target)
        files = [self._file(path) for path in paths]
        name, bare = names_of(target)
        found = [entry for one in files for entry in one.find(name)]
        portless = [entry for one in files for entry in one.find(bare)] if bare != name else []
        notes = [note for one in files for note in one.notes]
        notes += [f"{e.place}: {AUTHORITY} is not supported, line ignored" for e in found if e.marker == AUTHORITY]
        return Known(
            trusted=tuple(entry for entry in found if not entry.marker),
            portless=tuple(entry for entry in portless if not entry.marker),
            revoked=tuple(entry for entry in found + portless if entry.marker == REVOKED),
            files=paths,
            notes=tuple(notes),
        )

    def _paths(self, target: Target) -> tuple[Path, ...]:
        own = tuple(Path(path) for path in target.known_hosts if path.lower() != "none")
        return tuple(dict.fromkeys(path.expanduser() for path in (own or self._user) + self._system))

    def _file(self, path: Path) -> _File:
        with self._lock:
            if path not in self._files:
                self._files[path] = _parsed(path)
            return self._files[path]


def names_of(target: Target) -> tuple[str, str]:
    """The name a target has in known_hosts, and the same without its port. An alias stands alone, as in OpenSSH."""
    if target.host_key_alias is not None:
        return target.host_key_alias.lower(), target.host_key_alias.lower()
    host = target.address.lower()
    port = target.port or DEFAULT_PORT
    return (host if port == DEFAULT_PORT else f"[{host}]:{port}"), host


def judge(target: Target, kind: str, blob: bytes, known: Known) -> None:
    """Return when the presented key is trusted; raise HostKeyUnknown or HostKeyMismatch otherwise.

    A revoked key is refused whoever vouches for it; a pinned fingerprint decides before any file.
    """
    shown = f"{kind} {fingerprint(blob)}"
    if revoked := _matching(known.revoked, blob):
        raise HostKeyMismatch(Reason.LOGIN, _revoked_text(target, shown, revoked))
    if target.host_key is not None:
        if target.host_key.rstrip("=") != fingerprint(blob):
            raise HostKeyMismatch(Reason.LOGIN, _pin_text(target, shown))
        return
    if _matching(known.trusted, blob) or _matching(known.portless, blob):
        return
    if comparable := [entry for entry in known.trusted if entry.kind in ALGORITHMS]:
        raise HostKeyMismatch(Reason.LOGIN, _changed_text(target, shown, comparable))
    raise HostKeyUnknown(Reason.LOGIN, _unknown_text(target, shown, known))


def _matching(entries: Iterable[Entry], blob: bytes) -> Entry | None:
    return next((entry for entry in entries if entry.blob == blob), None)


_NO_LOGIN = "No login was attempted and no secret was sent."


def _revoked_text(target: Target, shown: str, entry: Entry) -> str:
    return (
        f"REVOKED HOST KEY: {names_of(target)[0]} presented {shown}, which {entry.place} marks as revoked. "
        f"{_NO_LOGIN} Give the host a new key before it is scanned"
    )


def _pin_text(target: Target, shown: str) -> str:
    return (
        f"HOST KEY MISMATCH: {names_of(target)[0]} presented {shown}, but {target.host_key} is pinned"
        f"{f' ({target.origin})' if target.origin else ''}. Either the host was rebuilt, or somebody answers in its "
        f"place. {_NO_LOGIN} After comparing the fingerprint on the host's console, correct the pin"
    )


def _changed_text(target: Target, shown: str, entries: Sequence[Entry]) -> str:
    name = names_of(target)[0]
    files = dict.fromkeys(entry.place.rpartition(":")[0] for entry in entries)
    cure = "; ".join(f"ssh-keygen -R {shlex.quote(name)} -f {shlex.quote(path)}" for path in files)
    return (
        f"HOST KEY CHANGED: {name} presented {shown}; on record is {', '.join(str(entry) for entry in entries)}. "
        f"Either the host was rebuilt, or somebody answers in its place. {_NO_LOGIN} "
        f"After comparing the fingerprint on the host's console, forget the old key: {cure}"
    )


def _unknown_text(target: Target, shown: str, known: Known) -> str:
    notes = f" Note: {'; '.join(known.notes[:3])}." if known.notes else ""
    return (
        f"the host key of {names_of(target)[0]} is not known: it presented {shown}. {_NO_LOGIN}{notes} Compare this "
        f"fingerprint on the host's console (`cat /etc/ssh/ssh_host_*_key.pub | ssh-keygen -lf -`), then pin it in the "
        f"site file (host_key: {fingerprint_of(shown)}) or trust it with: {trust_command(target)}"
    )


def fingerprint_of(shown: str) -> str:
    return shown.rpartition(" ")[2]


def trust_command(target: Target) -> str:
    """The shell command that records the key of `target`; a host behind jump hosts is asked through them."""
    port = target.port or DEFAULT_PORT
    file = target.known_hosts[0] if target.known_hosts else "~/.ssh/known_hosts"
    where = file if file.startswith("~/") else shlex.quote(file)
    host = shlex.quote(target.address)
    if not target.jump:
        return f"ssh-keyscan -p {port} {host} >> {where}"
    chain = ",".join(_jump_spec(hop) for hop in target.jump)
    return f"ssh -J {shlex.quote(chain)} -o UserKnownHostsFile={where} -p {port} {host} true"


def _jump_spec(hop: Target) -> str:
    host = f"[{hop.address}]" if ":" in hop.address else hop.address
    return f"{f'{hop.user}@' if hop.user else ''}{host}:{hop.port or DEFAULT_PORT}"
