"""Keys that open accounts over SSH: fingerprints, sizes and comments; never the key itself.

As root each account's own files are read, wherever its home is. With single grants a fixed `find` below /home and
/root is all there is; homes elsewhere that cannot be looked into make the list incomplete, and it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from scanner.facts.base import Access, FileText, Grant, Probe, RawFact, RawFacts, Reader, files
from scanner.facts.keys import DEFAULT_FILES, AuthorizedKey, AuthorizedKeys, KeyFile, few
from scanner.facts.linux.accounts import PASSWD
from scanner.facts.linux.accounts.files import passwd_lines
from scanner.facts.linux.ssh import SSH_SERVER, SSHD
from scanner.facts.ssh import SshServer
from scanner.model import Absent, Maybe, Reason, Unknown

_SCRIPT = r"""
have ssh-keygen || printf '=no-keygen\n'
homes() { awk -F: '$6 ~ /^\// && !seen[$6]++ { print $6 }' /etc/passwd; }
list() {
  have ssh-keygen || { printf '!%s\n' "$1"; return 0; }
  printf '=%s\n' "$1"
  ssh-keygen -l -f "$1" 2>&1 | sed 's/^/ /'
}
if [ "$CTPAT_RIGHTS" = root ]; then
  homes | while IFS= read -r h; do
    for k in "$h/.ssh/authorized_keys" "$h/.ssh/authorized_keys2"; do
      if [ -f "$k" ]; then list "$k"; elif [ -e "$k" ]; then printf '!%s\n' "$k"; fi
    done
  done
else
  all=$(R find /root /home -xdev -maxdepth 3 -name 'authorized_keys*' -xtype f -print -size -64k \
    -exec /usr/bin/ssh-keygen -l -f '{}' ';' 2>&1) || exit $?
  printf '%s\n' "$all" | awk '/^\// && !/ is not a public key file/ { print "=" $0; next } { print " " $0 }'
  homes | while IFS= read -r h; do
    case $h in /root | /root/* | /home/?*) continue ;; esac
    for k in "$h/.ssh/authorized_keys" "$h/.ssh/authorized_keys2"; do
      if [ -f "$k" ] && [ -r "$k" ]; then list "$k"; elif gone "$k"; then :; else printf '!%s\n' "$k"; fi
    done
  done
fi
printf '=end\n'
"""

KEYS = Probe(
    name="keys",
    why="which accounts a key opens, how strong the keys are, whether accounts share one, and what their comments say "
    "whose they are",
    script=_SCRIPT,
    access=Access.ROOT,
    grants=(
        Grant(
            r"/usr/bin/find /root /home -xdev -maxdepth 3 -name authorized_keys\* -xtype f -print -size -64k "
            r"-exec /usr/bin/ssh-keygen -l -f {} ;",
            executes=True,
        ),
    ),
    timeout_s=15,
    max_bytes=512 * 1024,
)

_KEY = re.compile(
    r"^(?P<bits>\d{1,6}) (?P<print>(?:SHA256|MD5):\S+) (?P<comment>.*)\((?P<kind>[A-Za-z0-9-]+)\)$", re.ASCII
)


def read_keys(raw: RawFacts) -> AuthorizedKeys | Absent | Unknown:
    """`AuthorizedKeys`; unknown when the files could not be listed at all."""
    body, passwd = raw.read(KEYS.name), raw.read(PASSWD.name)
    if not isinstance(body, RawFact):
        return body
    if not isinstance(passwd, RawFact):
        return passwd
    sections = files(body)
    if "end" not in sections:
        return Unknown(Reason.UNREADABLE, "keys: the answer is incomplete")
    section = files(passwd).get("/etc/passwd")
    lines, _, _ = passwd_lines(section.lines if isinstance(section, FileText) else ())
    found = tuple(_files(sections, [(line.home, line.name) for line in lines]))
    return AuthorizedKeys(files=found, complete=_complete(found, raw))


def _files(sections: Mapping[str, FileText | Absent | Unknown], homes: Sequence[tuple[str, str]]) -> Iterator[KeyFile]:
    """One entry per file and account; accounts that share a home share its keys."""
    owners: dict[str, list[str]] = {}
    for place, account in homes:
        owners.setdefault(place.rstrip("/"), []).append(account)
    for path, section in sections.items():
        home, _, name = path.partition("/.ssh/")
        if name not in ("authorized_keys", "authorized_keys2"):
            continue
        holders = owners.get(home) or [f"(nobody: {home})"]
        keys = few(path, _keys(path, section), len(holders))
        yield from (KeyFile(path=path, account=holder, keys=keys) for holder in holders)


def _keys(path: str, section: FileText | Absent | Unknown) -> Maybe[tuple[AuthorizedKey, ...]]:
    if not isinstance(section, FileText):
        return Unknown(Reason.DENIED, f"{path}: it could not be read, or there is no ssh-keygen to read it with")
    found = tuple(
        AuthorizedKey(
            kind=key["kind"].lower(), bits=int(key["bits"]), fingerprint=key["print"], comment=key["comment"].strip()
        )
        for line in section.lines
        if (key := _KEY.match(line.strip()))
    )
    if not found and "is not a public key file" not in section.text:
        return Unknown(Reason.UNREADABLE, f"{path}: no key could be read from it")
    return found


def _complete(found: Sequence[KeyFile], raw: RawFacts) -> Maybe[bool]:
    """Unknown where a file stayed closed, or where the server looks for keys in other places."""
    closed = next((file.keys for file in found if isinstance(file.keys, Unknown)), None)
    if closed is not None:
        return closed
    server = SSH_SERVER.read(raw)
    if isinstance(server, Absent):
        return True
    if isinstance(server, Unknown) or not isinstance(server, SshServer):
        return Unknown(Reason.NO_EVIDENCE, "where the SSH server looks for keys is not known")
    return _places(server)


def _places(server: SshServer) -> Maybe[bool]:
    if server.product == "dropbear":
        return Unknown(Reason.UNSUPPORTED, "Dropbear may keep keys in places of its own")
    settings = _values(server)
    if isinstance(settings, Unknown):
        return settings
    paths = {path for name, value in settings if name == "authorizedkeysfile" for path in value.split()}
    # A certificate of such an authority opens every account, without a line in any file of keys.
    others = sorted(paths - DEFAULT_FILES - {"none"}) + sorted(
        value for name, value in settings if name in _FURTHER and value != "none"
    )
    if others:
        return Unknown(Reason.UNSUPPORTED, f"the SSH server also takes keys from {', '.join(others)}")
    return True


_FURTHER = ("authorizedkeyscommand", "trustedusercakeys")


def _values(server: SshServer) -> set[tuple[str, str]] | Unknown:
    """Every keyword and value, for any connection; from the configuration text where the server could not be asked."""
    settings = server.settings if isinstance(server.settings, tuple) else ()
    if settings:
        return {(name, line) for item in settings for name, lines in item.values.items() for line in lines}
    if isinstance(server.config_text, tuple):
        return set(server.config_text)
    if isinstance(server.config_text, Unknown):
        return Unknown(server.config_text.code, f"where the SSH server looks for keys: {server.config_text.detail}")
    return Unknown(Reason.DENIED, "where the SSH server looks for keys could not be read")


AUTHORIZED_KEYS = Reader(fact=AuthorizedKeys, probes=(PASSWD, SSHD, KEYS), read=read_keys)
READERS = (AUTHORIZED_KEYS,)
