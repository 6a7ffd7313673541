"""The snippet that asks the SSH server: globally, and for each kind of connection that its Match blocks tell apart."""

from __future__ import annotations

from scanner.facts.base import Access, Grant, Probe
from scanner.facts.linux.processes import OWN

# Addresses of no real host: one of RFC 1918, one that RFC 5737 reserves for documentation.
_SCRIPT = (
    OWN
    + r"""
servers=$(own 'sshd|dropbear')
running() { case $NL$servers$NL in *" $1$NL"*) return 0 ;; *) return 1 ;; esac; }
commands() { # NAME PART: the command lines of what is called NAME and holds PART, each on one line
  printf '%s\n' "$servers" | while read -r pid name; do
    [ "$name" = "$1" ] || continue
    line=$(tr '\000\n' '  ' <"/proc/$pid/cmdline")
    case $line in *"$2"*) printf ' %s\n' "$line" ;; esac
  done
}
units='ssh.service sshd.service ssh.socket sshd.socket'
sshd_idle() {
  [ -z "$SSH_CONNECTION" ] && [ -d /run/systemd/system ] && ! running sshd &&
    ! systemctl -q is-active $units && ! systemctl -q is-enabled $units >/dev/null 2>&1
}
listening() { grep -qE '^ *[0-9]+: [0-9A-F]+:0016 [0-9A-F:]+ 0A ' /proc/net/tcp /proc/net/tcp6 2>/dev/null; }

printf '=dropbear\n'; commands dropbear ''
if ! have sshd || sshd_idle; then
  running dropbear && { printf '=end\n'; exit 0; }
  listening && { printf '=other\n=end\n'; exit 0; }
  [ -n "$SSH_CONNECTION" ] && { printf '=other\n=end\n'; exit 0; }
  have sshd && absent 'the SSH server is installed, but it neither runs nor is it enabled'
  absent 'no SSH server is installed'
fi
printf '=openssh\n'; commands sshd /sshd
[ "$CTPAT_RIGHTS" = root ] || ! grep -qs ' /proc proc .*hidepid=[12inp]' /proc/self/mounts || printf '=hidden\n'
printf '=version\n'; sshd -V 2>&1 | sed -n 's/.*\(OpenSSH_[^ ,]*\).*/ \1/p'
printf '=hostkeys\n'
if have ssh-keygen; then
  set --
  for k in /etc/ssh/ssh_host_*_key.pub; do [ -f "$k" ] && [ -r "$k" ] && set -- "$@" "$k"; done
  # awk ends the last line of each file. Before OpenSSH 7.2 standard input is not read.
  keys=$(awk 1 /dev/null "$@") && keys=$(printf '%s\n' "$keys" | ssh-keygen -l -f - 2>/dev/null) ||
    keys=$(for k in "$@"; do ssh-keygen -l -f "$k"; done 2>/dev/null)
  [ -z "$keys" ] || printf '%s\n' "$keys" | sed 's/^/ /'
fi
if grep -qsE '^[^#]*pam_access' /etc/pam.d/sshd /etc/pam.d/common-account /etc/pam.d/password-auth; then
  printf '=pam_access\n'; show /etc/security/access.conf
fi

todo=/etc/ssh/sshd_config; [ -e "$todo" ] || todo=/usr/etc/ssh/sshd_config
depth=0; matches=0; closed=0; seen=
while [ -n "$todo" ] && [ "$depth" -lt 4 ]; do
  show $todo
  next=
  for p in $todo; do
    [ -e "$p" ] || continue
    [ -r "$p" ] || { closed=1; continue; }
    seen="$seen $p"
    set -f
    for i in $(awk '{ gsub(/\r/, " "); sub(/^[ \t"]+/, ""); word = tolower($0); sub(/[ \t="].*/, "", word) }
      word == "match" && /^[A-Za-z]+[ \t="]/ { print "=match" }
      word == "include" && /^[A-Za-z]+[ \t="]/ { sub(/^[A-Za-z]+[ \t="]+/, ""); gsub(/"/, ""); print }' "$p"); do
      case $i in =match) matches=1; continue ;; /*) ;; *) i=/etc/ssh/$i ;; esac
      next="$next $i"
    done
    set +f
  done
  todo=$next; depth=$((depth + 1))
done
[ -n "$todo" ] && printf '!%s\n' "$todo"

evaluate() {
  name=$1; shift
  out=$(R sshd -T "$@") || out=
  if [ -n "$out" ]; then printf '=T %s\n' "$name"
  else
    [ "$closed" = 0 ] && out=$(sshd -G "$@" 2>/dev/null) || return 1
    [ -n "$out" ] || return 1
    printf '=G %s\n' "$name"
  fi
  printf '%s\n' "$out" | sed 's/^/ /'
}
criteria() { # the words that Match lines give after KEYWORD, one per line
  for p in $seen; do
    sed -n 's/^[[:space:]"]*[Mm][Aa][Tt][Cc][Hh][[:space:]="]\{1,\}//p' "$p" 2>/dev/null
  done | awk -v wanted="$1" '{
    gsub(/[="]/, " ")
    for (i = 1; i < NF; i++) if (tolower($i) == wanted) {
      n = split($(i + 1), words, ",")
      for (j = 1; j <= n; j++) print words[j]
    }
  }'
}
members() { # GROUP: one account that is in it, first by the group file, then by primary group
  awk -F: -v group="$1" '
    FNR == NR && $1 != group { next }
    FNR == NR { gid = $3; split($4, names, ","); if (names[1] == "") next; print names[1]; exit }
    gid != "" && $4 == gid { print $1; exit }' /etc/group /etc/passwd
}
if evaluate global && [ "$matches$closed" != 00 ]; then
  admins=$(awk -F: '$1 ~ /^(sudo|wheel|admin)$/ { gsub(/,/, "\n", $4); print $4 }' /etc/group
    awk -F: '$3 == 0 { print $1 }' /etc/passwd)
  ordinary=$(printf '%s\n' "$admins" | awk -F: '
    FILENAME == "-" { admin[$1] = 1; next }
    $3 >= 1000 && $3 < 60000 && $7 !~ /(nologin|false)$/ && !($1 in admin) { print $1; exit }' - /etc/passwd)
  set -f
  named=$(criteria user)
  for g in $(criteria group); do
    m=$(members "$g")
    [ -n "$m" ] && { printf '=member %s %s\n' "$g" "$m"; named="$named $m"; }
  done
  places=$(criteria address | sed -n 's/^\([0-9][0-9.]*\)\(\/[0-9]*\)\{0,1\}$/\1/p' | awk '!seen[$0]++' | head -n 4)
  count=0
  for u in $(printf '%s\n' root $admins "${ordinary:-nobody}" $named | awk '!seen[$0]++ && !/[!*?]/'); do
    case $u in [!a-z_]* | *[!a-z0-9_-]*) printf '=skipped %s\n' "$u"; continue ;; esac
    count=$((count + 1))
    [ "$count" -gt 10 ] && { printf '=skipped %s\n' "$u"; continue; }
    evaluate "$u private" -C "user=$u,host=scan.invalid,addr=10.77.0.9" || printf '=skipped %s\n' "$u"
    evaluate "$u public" -C "user=$u,host=scan.invalid,addr=198.51.100.77" || printf '=skipped %s\n' "$u"
    for a in $places; do
      evaluate "$u $a" -C "user=$u,host=scan.invalid,addr=$a" || printf '=skipped %s\n' "$u"
    done
  done
fi
printf '=end\n'
"""
)

SSHD = Probe(
    name="sshd",
    why="the settings of the SSH server that are in force, Match blocks included, and the sizes of its host keys",
    script=_SCRIPT,
    access=Access.PARTIAL,
    grants=(
        Grant("/usr/sbin/sshd -T"),
        Grant(r"/usr/sbin/sshd ^-T -C user=[a-z_][a-z0-9_-]*\,host=scan\.invalid\,addr=[0-9.]+$"),
    ),
    timeout_s=15,
    max_bytes=512 * 1024,
)
