"""Privileges from the sudo and doas rules and the group file."""

from __future__ import annotations

import json
from collections.abc import Mapping

from scanner.facts.accounts import AccountKind, Accounts
from scanner.facts.base import Access, FileText, Grant, Probe, RawFact, RawFacts, Reader, files
from scanner.facts.linux.accounts import ACCOUNTS, PASSWD
from scanner.facts.linux.host import HOST
from scanner.facts.linux.privileges.grants import doas_grants, sudo_grants
from scanner.facts.linux.privileges.pager import has_secure_pager
from scanner.facts.linux.privileges.sudoers_text import parse
from scanner.facts.privileges import PrivilegeGrant, Privileges
from scanner.model import Absent, Maybe, Reason, Unknown

Sections = Mapping[str, FileText | Absent | Unknown]

ADMIN_GROUPS = ("sudo", "wheel", "admin", "google-sudoers")
"""Groups that distributions and clouds make for administrators."""

EQUIVALENT_GROUPS = ("docker", "lxd", "incus-admin", "incus", "disk", "libvirt", "libvirtd", "kmem", "shadow")
"""Groups whose members can read or become root: through a container, a raw disk, a machine, memory, the hashes."""

# sudo passes over files with a dot or a trailing ~ in an included directory, and so does the reader.
_SCRIPT = r"""
found=0
if have sudo || [ -e /etc/sudoers ]; then
  found=1
  if have cvtsudoers; then
    json=$(R cvtsudoers -e -f json /etc/sudoers); rc=$?
    case $rc in
    0) printf '=json\n'; printf '%s\n' "$json" | sed 's/^/ /' ;;
    97) printf '!json\n' ;;
    *) printf '=cvtsudoers-failed\n %s\n' "$rc" ;;
    esac
  fi
  if [ "${rc:-1}" != 0 ] && [ "${rc:-1}" != 97 ]; then
    todo=/etc/sudoers; [ -e /etc/sudoers-rs ] && todo=/etc/sudoers-rs
    printf '=text\n %s\n' "$todo"
    depth=0
    while [ -n "$todo" ] && [ "$depth" -lt 5 ]; do
      show $todo
      next=
      for p in $todo; do
        [ -f "$p" ] && [ -r "$p" ] || continue
        for i in $(sed -n 's/^[#@]include[[:space:]]\{1,\}//p' "$p"); do
          case $i in /*) ;; *) i=${p%/*}/$i ;; esac
          next="$next $i"
        done
        for i in $(sed -n 's/^[#@]includedir[[:space:]]\{1,\}//p' "$p"); do
          for c in "$i"/*; do
            case ${c##*/} in *.* | *'~' | '*') ;; *) [ -f "$c" ] && next="$next $c" ;; esac
          done
          [ -d "$i" ] && [ ! -r "$i" ] && printf '!%s\n' "$i"
        done
      done
      todo=$next; depth=$((depth + 1))
    done
  fi
  grep -s '^sudoers:' /etc/nsswitch.conf | sed 's/^/=nss /'
else
  printf '=no-sudo\n'
fi
if have doas || [ -e /etc/doas.conf ]; then
  found=1
  show /etc/doas.conf
  for c in /etc/doas.d/*.conf; do [ -e "$c" ] && show "$c"; done
fi
[ "$found" = 1 ] || printf '=nothing\n'
printf '=end\n'
"""

SUDOERS = Probe(
    name="sudoers",
    why="who may run commands as root, which ones, and whether a password is asked",
    script=_SCRIPT,
    access=Access.ROOT,
    grants=(Grant("/usr/bin/cvtsudoers -e -f json /etc/sudoers", executes=True),),
    max_bytes=512 * 1024,
)


def read_privileges(raw: RawFacts) -> Privileges | Absent | Unknown:
    """`Privileges`; unknown when the account files could not be read."""
    accounts = ACCOUNTS.read(raw)
    if not isinstance(accounts, Accounts):
        return accounts if isinstance(accounts, Absent | Unknown) else Unknown(Reason.FAULT, "accounts: wrong type")
    body = raw.read(SUDOERS.name)
    sections = files(body) if isinstance(body, RawFact) else {}
    secure = has_secure_pager(raw)
    return Privileges(
        superusers=tuple(item.name for item in accounts.accounts if item.kind is AccountKind.SUPERUSER),
        admin_groups=tuple(pair for pair in accounts.groups if pair[0] in ADMIN_GROUPS),
        equivalent_groups=tuple(pair for pair in accounts.groups if pair[0] in EQUIVALENT_GROUPS),
        grants=_grants(sections, accounts, secure) if isinstance(body, RawFact) else body,
        elsewhere=_elsewhere(sections),
    )


def _grants(sections: Sections, accounts: Accounts, secure_pager: bool) -> Maybe[tuple[PrivilegeGrant, ...]]:
    """All grants, or why they are not all known: half a list would hide the other half."""
    if "end" not in sections:
        return Unknown(Reason.UNREADABLE, "sudoers: the answer is incomplete")
    if "nothing" in sections:
        return ()
    sudo, doas = _sudo(sections, accounts, secure_pager), _doas(sections, accounts, secure_pager)
    if not isinstance(sudo, tuple):
        return sudo
    return (*sudo, *doas) if isinstance(doas, tuple) else doas


def _sudo(sections: Sections, accounts: Accounts, secure_pager: bool) -> Maybe[tuple[PrivilegeGrant, ...]]:
    answer = sections.get("json")
    if isinstance(answer, Unknown):
        return Unknown(Reason.DENIED, "sudoers: this account may not read it; see `ctpat explain --sudoers`")
    if isinstance(answer, FileText):
        return _from_json(answer.text, accounts, secure_pager)
    start = sections.get("text")
    if not isinstance(start, FileText):
        # The snippet leaves both out only where sudo is not there, and says so.
        return () if "no-sudo" in sections else Unknown(Reason.UNREADABLE, "sudoers: the answer has no rules in it")
    closed = [part for path, part in sections.items() if isinstance(part, Unknown) and "sudoers" in path]
    if closed:
        return closed[0]
    return _from_text(sections, start.text.strip(), accounts, secure_pager)


def _from_json(text: str, accounts: Accounts, secure_pager: bool) -> Maybe[tuple[PrivilegeGrant, ...]]:
    try:
        rules = json.loads(text)
    except (ValueError, RecursionError):
        rules = None
    if not isinstance(rules, dict):
        return Unknown(Reason.UNREADABLE, "sudoers: cvtsudoers gave no JSON that can be read")
    return sudo_grants(rules, accounts, secure_pager=secure_pager)


def _from_text(
    sections: Sections, main: str, accounts: Accounts, secure_pager: bool
) -> Maybe[tuple[PrivilegeGrant, ...]]:
    lines = {path: part.lines for path, part in sections.items() if isinstance(part, FileText) and path[:1] == "/"}
    try:
        return sudo_grants(parse(lines, main), accounts, secure_pager=secure_pager)
    except ValueError as error:
        return Unknown(Reason.UNREADABLE, f"sudoers: {error}")


def _doas(sections: Sections, accounts: Accounts, secure_pager: bool) -> Maybe[tuple[PrivilegeGrant, ...]]:
    parts = [part for path, part in sections.items() if path.startswith("/etc/doas")]
    closed = next((part for part in parts if isinstance(part, Unknown)), None)
    if closed is not None:
        return closed
    texts = [part for part in parts if isinstance(part, FileText)]
    return tuple(grant for part in texts for grant in doas_grants(part.lines, accounts, secure_pager=secure_pager))


def _elsewhere(sections: Sections) -> tuple[str, ...]:
    """Sources in the `sudoers:` line of nsswitch.conf beside the file."""
    for name in sections:
        if name.startswith("nss sudoers:"):
            words = name.split(":", 1)[1].partition("#")[0].split()
            return tuple(f"sudo rules from {word}" for word in words if word != "files" and word[:1] != "[")
    return ()


PRIVILEGES = Reader(fact=Privileges, probes=(HOST, PASSWD, SUDOERS), read=read_privileges)
