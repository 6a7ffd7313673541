"""Keys that open accounts over the OpenSSH server of Windows.

Sources: "OpenSSH Server configuration for Windows" and "Key-based authentication in OpenSSH for Windows"
(learn.microsoft.com): `.ssh\\authorized_keys` below the profile (ProfileList), and for members of Administrators
`administrators_authorized_keys` below ProgramData\\ssh, by the Match block of Microsoft's own sshd_config. Older builds
do not apply that block where the group has another name (Win32-OpenSSH issue 1757), so that both files count for an
administrator. What a line says before the key (commands, variables) stays on the host. The public key itself comes,
since its kind, size and fingerprint are made of it; RFC 4253 6.6, RFC 5656 3.1 and RFC 8709 4 say how it is written. So
does its comment, which often names a person: reports show it, because it tells whose key it is.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping

from scanner.facts.base import Access, Probe, RawFacts, Reader
from scanner.facts.host import Host
from scanner.facts.keys import DEFAULT_FILES, AuthorizedKey, AuthorizedKeys, KeyFile, few
from scanner.facts.ssh import SshServer
from scanner.facts.windows.accounts import LOCAL_ACCOUNTS
from scanner.facts.windows.groups import ADMINISTRATORS, LOCAL_GROUPS, Groups, groups
from scanner.facts.windows.host import HOST, read_host
from scanner.facts.windows.services import SERVICES
from scanner.facts.windows.ssh import SSHD, read_ssh
from scanner.facts.windows.values import Values, entry, required, then, whole
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

KEYS = Probe(
    name="ssh_keys",
    why="which accounts a key opens, how strong the keys are, whether accounts share one, and what their comments say "
    "whose they are",
    script=r"""
$list = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'
$profiles = @(foreach ($sid in (Read-RegistrySubkeys $list)['names']) {
    $folder = [string](Read-Registry "$list\$sid" @('ProfileImagePath')).values.ProfileImagePath.value
    $folder = $folder -replace '%SystemDrive%', $env:SystemDrive
    @{ sid = [string]$sid; path = ($folder -replace '%SystemRoot%', $env:SystemRoot) }
})
$places = @(
    @{ owner = 'S-1-5-32-544'; path = "$env:ProgramData\ssh\administrators_authorized_keys" }
    foreach ($profile in $profiles) {
        if ($profile.path) {
            @{ owner = $profile.sid; path = "$($profile.path)\.ssh\authorized_keys" }
            @{ owner = $profile.sid; path = "$($profile.path)\.ssh\authorized_keys2" }
        }
    }
)
@{
    profiles = $profiles
    files = @(foreach ($place in $places) {
        @{
            owner = $place.owner
            path = $place.path
            content = Read-Part {
                $file = Read-TextFile $place.path 262144
                @{
                    exists = [bool]$file.exists
                    characters = ([string]$file.text).Length
                    keys = @(foreach ($line in ([string]$file.text -split '\n')) {
                        $bare = $line.Trim() -replace '"(?:\\.|[^"\\])*"', '""'
                        if ($bare -match '^(?:[^#\s]\S*\s+)?([a-z0-9@.-]+)\s+(AAAA[a-z0-9+/]+=*)(?:\s+(.*))?$') {
                            @{ kind = $Matches[1]; blob = $Matches[2]; comment = [string]$Matches[3] }
                        }
                    })
                }
            }
        }
    })
}
""",
    access=Access.ROOT,
    timeout_s=15,
)

# A file of more bytes than were read has at least this many characters, whatever its encoding.
_LONGEST = 64 * 1024
_SOMEBODY = re.compile(r"S-1-(?:5-21|12-1)(?:-[0-9]{1,10})+", re.ASCII)
_OF_ADMINISTRATORS = "__programdata__/ssh/administrators_authorized_keys"
_MATCH_ADMINISTRATORS = "group administrators"
_FURTHER = ("authorizedkeyscommand", "trustedusercakeys", "include")
_CURVES = {"nistp256": 256, "nistp384": 384, "nistp521": 521}
_SECURITY_KEYS = {
    "sk-ssh-ed25519@openssh.com": ("ed25519-sk", 256),
    "sk-ecdsa-sha2-nistp256@openssh.com": ("ecdsa-sk", 256),
}


def read_keys(raw: RawFacts) -> AuthorizedKeys | Absent | Unknown:
    """`AuthorizedKeys`; absent without a server that takes keys."""
    server = read_ssh(raw)
    if isinstance(server, Absent | Unknown):
        return server
    found = required(entry(raw, KEYS.name))
    rows = required(then(found, lambda values: values.rows("files")))
    if isinstance(rows, Unknown):
        return rows
    host = read_host(raw)
    known = groups(raw, host.hostname if isinstance(host, Host) else host)
    names = _names(raw, known)
    files = tuple(_files(rows, known, {} if isinstance(names, Unknown) else names))
    return AuthorizedKeys(files=files, complete=_complete(files, (known, names, then(found, _profiles)), server))


def _names(raw: RawFacts, known: Groups | Unknown) -> Mapping[str, str] | Unknown:
    """What the accounts are called, by SID: local ones, and members of groups; a controller has no local ones."""
    members = {} if isinstance(known, Unknown) else {one.sid: one.name for own in known.values() for one in own}
    rows = then(required(entry(raw, LOCAL_ACCOUNTS.name)), lambda values: values.rows("accounts"))
    if isinstance(rows, Unknown):
        return rows
    listed = () if isinstance(rows, Absent) else rows
    named = [(row.text("sid"), row.text("name")) for row in listed]
    gap = next((value for pair in named for value in pair if not is_known(value)), None)
    if gap is not None:
        return Unknown(Reason.UNREADABLE, "ssh_keys: an account has no name or SID")
    return members | {sid: name for sid, name in named if is_known(sid) and is_known(name)}


def _profiles(found: Values) -> tuple[str, ...] | Unknown:
    """Those whose profiles were looked into; a Windows without any profile is no answer."""
    rows, files = required(found.rows("profiles")), required(found.rows("files"))
    if isinstance(rows, Unknown) or isinstance(files, Unknown):
        return rows if isinstance(rows, Unknown) else Unknown(Reason.UNREADABLE, "ssh_keys: no file came")
    if not rows:
        return Unknown(Reason.UNREADABLE, "ssh_keys: the list of profiles is empty")
    owners = whole(_owner(row) for row in rows if _is_somebody(row.text("sid")))
    looked = {row.text("owner") for row in files}
    if isinstance(owners, Unknown) or {ADMINISTRATORS, *owners} <= looked:
        return owners
    return Unknown(Reason.UNREADABLE, "ssh_keys: not every place was looked at")


def _is_somebody(sid: Maybe[str]) -> bool:
    """Services and the system have profiles, too, and log in over no network."""
    return not is_known(sid) or bool(_SOMEBODY.fullmatch(sid))


def _owner(row: Values) -> str | Unknown:
    """Whose profile it is; without its folder nobody knows where the keys would be."""
    sid, path = required(row.text("sid")), required(row.text("path"))
    if isinstance(sid, Unknown) or isinstance(path, Unknown):
        return sid if isinstance(sid, Unknown) else Unknown(Reason.UNREADABLE, f"{row.where}: a profile has no folder")
    return sid if path else Unknown(Reason.UNREADABLE, f"ssh_keys: the profile of {sid} has no folder")


def _files(rows: tuple[Values, ...], known: Groups | Unknown, names: Mapping[str, str]) -> Iterator[KeyFile]:
    """One entry per file and account; all administrators share one file."""
    for row in rows:
        owner, path = required(row.text("owner")), row.text("path")
        where = path if is_known(path) else row.where
        keys = owner if isinstance(owner, Unknown) else _keys(where, required(row.inside("content")))
        if isinstance(keys, Absent) or (not _is_somebody(owner) and owner != ADMINISTRATORS):
            continue
        holders = _holders(owner, known, names)
        shared = few(where, keys, len(holders))
        yield from (KeyFile(path=where, account=holder, keys=shared) for holder in holders)


def _holders(owner: str | Unknown, known: Groups | Unknown, names: Mapping[str, str]) -> tuple[str, ...]:
    if owner == ADMINISTRATORS:
        members = () if isinstance(known, Unknown) else known[ADMINISTRATORS]
        return tuple(dict.fromkeys(names.get(one.sid, one.name) for one in members)) or ("(administrators)",)
    return ("(nobody knows whom)" if isinstance(owner, Unknown) else names.get(owner, owner),)


def _complete(files: tuple[KeyFile, ...], lists: tuple[object, ...], server: SshServer) -> Maybe[bool]:
    """Unknown where a file stayed closed, a list did not come, or the server looks for keys in other places."""
    gaps = [value for value in (*(file.keys for file in files), *lists) if isinstance(value, Unknown)]
    return gaps[0] if gaps else _places(server)


def _places(server: SshServer) -> Maybe[bool]:
    """Whether the server looks where we did; only the text of its configuration shows what a Match block changes."""
    pairs = server.config_text
    if not isinstance(pairs, tuple):
        return required(pairs)
    asked = server.settings if isinstance(server.settings, tuple) else ()
    values = {(name, line) for one in asked for name, lines in one.values.items() for line in lines}
    others = sorted(
        f"{name} {value}" for name, value in values | set(pairs) if name in _FURTHER and value.lower() != "none"
    )
    others += sorted(set(_other_paths(pairs)))
    if others:
        return Unknown(Reason.UNSUPPORTED, f"the SSH server also takes keys from {', '.join(others)}")
    return True


def _other_paths(pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    block = ""
    for name, value in pairs:
        if name == "match":
            block = " ".join(value.lower().replace('"', "").split())
        elif name == "authorizedkeysfile":
            paths = {path: path.lower().strip('"').replace("\\", "/") for path in value.split()}
            fine = {*DEFAULT_FILES, "none"} | ({_OF_ADMINISTRATORS} if block == _MATCH_ADMINISTRATORS else set())
            yield from (path for path, plain in paths.items() if plain not in fine)


# --- One file, one key -----------------------------------------------------------------------------------


def _keys(path: str, content: Values | Unknown) -> Maybe[tuple[AuthorizedKey, ...]]:
    """The keys of a file; absent where there is no file."""
    exists = required(then(content, lambda values: values.flag("exists")))
    if isinstance(exists, Unknown) or isinstance(content, Unknown):
        return exists if isinstance(exists, Unknown) else Unknown(Reason.UNREADABLE, f"{path}: no answer")
    if not exists:
        return Absent(f"{path} does not exist")
    size, rows = required(content.number("characters")), required(content.rows("keys"))
    if isinstance(size, Unknown) or isinstance(rows, Unknown):
        return size if isinstance(size, Unknown) else Unknown(Reason.UNREADABLE, f"{path}: its keys did not come")
    if size >= _LONGEST:
        return Unknown(Reason.TRUNCATED, f"{path}: the file is larger than what is read of it")
    return whole(_key(path, row) for row in rows)


def _key(path: str, row: Values) -> AuthorizedKey | Unknown:
    kind, blob, comment = row.text("kind"), row.text("blob"), row.text("comment")
    try:
        body = base64.b64decode(blob, validate=True) if is_known(blob) else b""
        named, bits = _measured(list(_strings(body)))
    except ValueError:
        shown = kind if is_known(kind) else "?"
        return Unknown(Reason.UNSUPPORTED, f"{path}: a key of the kind {shown[:60]} cannot be judged")
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")
    said = comment.strip() if is_known(comment) else ""
    return AuthorizedKey(kind=named, bits=bits, fingerprint=f"SHA256:{digest}", comment=said)


def _strings(body: bytes) -> Iterator[bytes]:
    """The parts of a key, each behind its length; ValueError where they do not fill it."""
    at = 0
    while at < len(body):
        end = at + 4 + int.from_bytes(body[at : at + 4], "big")
        if at + 4 > len(body) or end > len(body):
            raise ValueError("a part ends early")
        yield body[at + 4 : end]
        at = end


def _measured(parts: list[bytes]) -> tuple[str, int]:
    """Kind and size as ssh-keygen names them; ValueError for a kind that is not known here, certificates included."""
    name = parts[0].decode("ascii") if parts else ""
    if name == "ssh-rsa" and len(parts) == 3:
        return "rsa", int.from_bytes(parts[2], "big").bit_length()
    if name == "ssh-dss" and len(parts) == 5:
        return "dsa", int.from_bytes(parts[1], "big").bit_length()
    if name == "ssh-ed25519" and len(parts) == 2:
        return "ed25519", 256
    if name in _SECURITY_KEYS:
        return _SECURITY_KEYS[name]
    family, _, curve = name.rpartition("-")
    if family == "ecdsa-sha2" and curve in _CURVES:
        return "ecdsa", _CURVES[curve]
    raise ValueError(name)


READERS: tuple[Reader, ...] = (
    Reader(
        fact=AuthorizedKeys,
        probes=(HOST, SERVICES, SSHD, LOCAL_ACCOUNTS, LOCAL_GROUPS, KEYS),
        read=read_keys,
    ),
)
