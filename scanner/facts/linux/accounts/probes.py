r"""The snippets that read local accounts; every password hash is cut on the target.

What leaves of a hash is its scheme, and whether it is locked or empty.
"""

from __future__ import annotations

from scanner.facts.base import Access, Grant, Probe

# The second field is a hash on hosts without shadow passwords; the comment field holds names and telephone numbers.
_ACCOUNT_FILES = r"""
[ -r /etc/passwd ] || { echo '/etc/passwd cannot be read' >&2; exit 1; }
for f in /etc/passwd /etc/group; do
  [ -r "$f" ] || { printf '!%s\n' "$f"; continue; }
  printf '=%s\n' "$f"
  awk -F: -v OFS=: -v file="$f" '
    NF > 1 && $2 !~ /^([x!*]*|\*LK\*|\*NP\*)$/ {
      scheme = ""
      if (match($2, /^[!*]*[$][0-9a-z-]+[$]/)) scheme = substr($2, RSTART, RLENGTH)
      $2 = scheme "#"
    }
    NF > 4 && file == "/etc/passwd" { $5 = "" }
    { print " " $0 }' "$f"
done
show /etc/login.defs /usr/etc/login.defs /etc/nsswitch.conf /usr/etc/nsswitch.conf
[ -d /etc/pam.d ] && printf '=pam\n'
printf '=modes\n'
ls -lnd /etc/shadow /etc/shadow- 2>/dev/null | sed 's/^/ /'
printf '=end\n'
"""

PASSWD = Probe(
    name="passwd",
    why="names, numbers, groups, shells and homes of the local accounts, and which numbers belong to people",
    script=_ACCOUNT_FILES,
    max_bytes=1024 * 1024,
)

# One grep tells locked, empty, scheme and "some other hash" apart for every line, also where passwd(1) knows no -Sa.
_SHADOW = r"""
[ -e /etc/shadow ] || absent 'this system keeps no /etc/shadow'
ages=$(R cut -d: -f1,3-8 /etc/shadow) || exit $?
schemes=$(R grep -oE '^[^:]+:[!*]*([$][0-9a-z]+[$]|:)?' /etc/shadow) || exit $?
printf '=ages\n'; printf '%s\n' "$ages" | sed 's/^/ /'
printf '=schemes\n'; printf '%s\n' "$schemes" | sed 's/^/ /'
printf '=end\n'
"""

SHADOW = Probe(
    name="shadow",
    why="which passwords are set, locked or empty, how they are stored, how old they are, and which accounts expired",
    script=_SHADOW,
    access=Access.ROOT,
    grants=(
        Grant(r"/usr/bin/cut -d\: -f1\,3-8 /etc/shadow"),
        Grant(r"/usr/bin/grep -oE ^\[^\:\]+\:\[!\*\]\*(\[$\]\[0-9a-z\]+\[$\]|\:)\? /etc/shadow"),
    ),
    max_bytes=1024 * 1024,
)

# Every source that answers is shown; a tool that is missing or fails leaves no section behind. lastlog asks for every
# account, last for those that are logged in, a directory's too: where it does not answer, each costs two seconds.
_LOGINS = r"""
limit=; timeout 2 true 2>/dev/null && limit='timeout 2'
src() { # NAME COMMAND...
  name=$1; shift
  have "$1" || return 0
  out=$($limit "$@" 2>/dev/null) || { printf '!%s\n' "$name"; return 0; }
  printf '=%s\n' "$name"; printf '%s\n' "$out" | sed 's/^/ /'
}
src lastlog2 lastlog2
[ -e /var/log/lastlog ] && src lastlog lastlog
if have wtmpdb; then src wtmpdb wtmpdb last -F; elif [ -e /var/log/wtmp ]; then src wtmp last -F -w; fi
printf '=dates\n'
for f in /var/lib/lastlog/lastlog2.db /var/log/lastlog /var/log/wtmp /var/log/wtmp.db /var/lib/wtmpdb/wtmp.db; do
  [ -e "$f" ] && stat -c ' %W %Y %n' "$f" 2>/dev/null
done
printf '=end\n'
"""

LOGINS = Probe(
    name="logins",
    why="when each account last logged in, and since when the host keeps such records",
    script=_LOGINS,
    timeout_s=10,
    max_bytes=2 * 1024 * 1024,
)

# A number without a line in /etc/passwd may still be a directory account; getent is asked only for those.
_HOMES = r"""
printf '=homes\n'
for d in /home/* /root; do
  [ -d "$d" ] && [ ! -L "$d" ] && printf '%s\n' "$d"
done | while IFS= read -r d; do ls -lnd "$d"; done 2>/dev/null | awk '{ print " " $0 }'
printf '=directory\n'
if have getent; then
  for d in /home/*; do [ -d "$d" ] && [ ! -L "$d" ] && ls -lnd "$d"; done 2>/dev/null | awk '{ print $3 }' | sort -u |
  awk -F: 'NR == FNR { if (FILENAME != "-") known[$3] = 1; next } !($1 in known) && /^[0-9]+$/' /etc/passwd - |
  while read -r uid; do
    name=$(getent passwd "$uid") && printf ' %s %s\n' "$uid" "${name%%:*}"
  done
fi
printf '=end\n'
"""

HOMES = Probe(
    name="homes",
    why="home folders that belong to no account any more",
    script=_HOMES,
    max_bytes=256 * 1024,
)
