"""What is read on a Linux target about passwords and sign-in. All of it any account may read, but for sssd.conf."""

from __future__ import annotations

from scanner.facts.base import Access, Grant, Probe

PAM = Probe(
    name="pam",
    why="which modules really check a new password, count failed logins and admit empty passwords",
    script=r"""
for d in /etc/pam.d /usr/lib/pam.d /usr/etc/pam.d; do
  [ -d "$d" ] && printf 'directory %s\n' "$d"
done
show /etc/pam.d/* /usr/lib/pam.d/* /usr/etc/pam.d/*
for m in /lib/security/pam_*.so /lib64/security/pam_*.so /lib/*/security/pam_*.so /usr/lib/security/pam_*.so \
  /usr/lib64/security/pam_*.so /usr/lib/*/security/pam_*.so; do
  [ -f "$m" ] || continue
  printf 'module %s\n' "$m"
  case $m in
  */pam_faillock.so) grep -q security/faillock.conf "$m" && printf 'reads %s faillock.conf\n' "$m" ;;
  */pam_pwhistory.so) grep -q security/pwhistory.conf "$m" && printf 'reads %s pwhistory.conf\n' "$m" ;;
  esac
done
p=$(command -v passwd) && printf 'passwd %s\n' "$(readlink -f "$p" || printf '%s' "$p")"
printf 'ok\n'
""",
    max_bytes=512 * 1024,
)

PASSWORD_FILES = Probe(
    name="password_files",
    why="the numbers behind the modules: lengths, history, lockout, ages and hash method for new passwords",
    script=r"""
show /etc/security/pwquality.conf.d/*.conf /etc/security/pwquality.conf /usr/etc/security/pwquality.conf \
  /etc/security/faillock.conf /usr/etc/security/faillock.conf \
  /etc/security/pwhistory.conf /usr/etc/security/pwhistory.conf \
  /etc/passwdqc.conf /etc/login.defs /usr/etc/login.defs /etc/default/login /etc/libuser.conf
for f in /usr/share/cracklib/pw_dict.pwd /usr/share/cracklib/pw_dict.pwd.gz /var/cache/cracklib/cracklib_dict.pwd \
  /usr/lib/cracklib_dict.pwd /usr/lib64/cracklib_dict.pwd /usr/share/cracklib/cracklib-small.pwd; do
  [ -s "$f" ] && printf 'dictionary %s\n' "$f"
done
for f in /etc/profile /etc/profile.d/*.sh /etc/bashrc /etc/bash.bashrc /etc/bash.bashrc.local; do
  [ -f "$f" ] && [ -r "$f" ] && sed -n "s|^[[:space:]]*umask[[:space:]][[:space:]]*\([0-7][0-7]*\).*|umask $f \1|p" "$f"
done
printf 'ok\n'
""",
    max_bytes=256 * 1024,
)

_UNITS = (
    "fail2ban.service sshguard.service crowdsec.service crowdsec-firewall-bouncer.service sssd.service "
    "winbind.service nslcd.service nscd.service ypbind.service systemd-homed.service"
)

AUTH_UNITS = Probe(
    name="auth_units",
    why="whether a service that bans guessing addresses, or one that answers for a directory, is running",
    script=rf"""
if [ -d /run/systemd/system ] && have systemctl; then
  systemctl show -p Id,LoadState,ActiveState,UnitFileState {_UNITS} || exit $?
elif [ -d /run/openrc ]; then
  for s in fail2ban sshguard crowdsec crowdsec-firewall-bouncer sssd winbind nslcd ypbind; do
    printf 'Id=%s.service\n' "$s"
    if [ -e "/etc/init.d/$s" ]; then printf 'LoadState=loaded\n'; else printf 'LoadState=not-found\n'; fi
    if [ -e "/run/openrc/started/$s" ]; then printf 'ActiveState=active\n\n'; else printf 'ActiveState=inactive\n\n'; fi
  done
else
  printf 'no service manager that can be asked\n' >&2
  exit 1
fi
printf 'ok\n'
""",
)

# jail.conf(5), as Python's configparser reads it: a line indented deeper than its key goes on with that key's value.
# Jail files hold passwords (of mail, of an API): only lines of named keys leave the host. Of lines that go on, only
# numbers and addresses do, other words as `name` or, where they stand for more addresses, as `%(`; of a command, that
# it is set.
_JAIL_SETTINGS = r"""
function words(text,   n, i, one, out) {
  sub(/[ \t];.*/, "", text)
  n = split(text, one, /[ \t,]+/)
  for (i = 1; i <= n; i++) if (one[i] != "") {
    if (one[i] !~ "^[0-9A-Fa-f.:/-]+$") one[i] = one[i] ~ "%|^file:" ? "%(" : "name"
    out = out " " one[i]
  }
  return out
}
{ sub(/\r$/, ""); text = $0; sub(/^[ \t]+/, "", text); at = length($0) - length(text) }
text == "" || text ~ /^[#;]/ { next }
key != "" && at > level { if (kept) print "  " (command ? "*" : words(text)); next }
{ level = at; kept = 0; key = "" }
text ~ /^\[/ { sub(/\].*/, "]", text); print " " text; next }
{ key = tolower(text); sub(/[ \t]*[=:].*/, "", key)
  kept = key ~ /^(enabled|maxretry|bantime|findtime|ignoreip|ignorecommand)$/; command = key == "ignorecommand"
  sub(/^[^=:]*[=:]?[ \t]*/, "", text)
  if (command && text != "") text = "*"
  if (kept) print " " key " = " text
  if (key == "") key = "?" }
"""

BAN_FILES = Probe(
    name="ban_files",
    why="whether the banning service watches SSH logins, and after how many failures it bans for how long",
    script=rf"""
jail='{_JAIL_SETTINGS}'
for f in /etc/fail2ban/jail.conf /etc/fail2ban/jail.d/*.conf /etc/fail2ban/jail.local /etc/fail2ban/jail.d/*.local; do
  [ -f "$f" ] || continue
  [ -r "$f" ] || {{ printf '!%s\n' "$f"; continue; }}
  t=$(awk "$jail" "$f") || exit $?
  printf '=%s\n%s\n' "$f" "$t"
done
for f in /etc/crowdsec/collections/sshd.yaml /etc/crowdsec/scenarios/ssh-bf.yaml; do
  [ -e "$f" ] && printf '=%s\n present\n' "$f"
done
printf 'ok\n'
""",
)

NAME_SERVICE = Probe(
    name="name_service",
    why="where accounts come from, and whether a directory is asked over a protected connection",
    script=r"""
show /etc/nsswitch.conf /usr/etc/nsswitch.conf
for f in /etc/ldap.conf /etc/nslcd.conf /etc/libnss-ldap.conf /etc/ldap/ldap.conf /etc/openldap/ldap.conf; do
  [ -f "$f" ] || continue
  [ -r "$f" ] || { printf '!%s\n' "$f"; continue; }
  printf '=%s\n' "$f"
  grep -iE '^(uri|host|ssl|tls_reqcert|tls_checkpeer)[[:space:]]' "$f" | sed 's/^/ /'
done
[ -s /etc/yp.conf ] && grep -qE '^[[:space:]]*(domain|ypserver)' /etc/yp.conf && printf 'nis /etc/yp.conf\n'
printf 'ok\n'
""",
)

_SSSD_KEYS = (
    "^(.domain/|domains|enabled|id_provider|auth_provider"
    "|ldap_uri|ldap_backup_uri|ldap_id_use_start_tls|ldap_tls_reqcert)"
)

SSSD = Probe(
    name="sssd",
    why="which directories the System Security Services Daemon asks, and whether it uses TLS; named keys only",
    script=rf"""
if [ ! -e /etc/sssd/sssd.conf ] && {{ [ ! -e /etc/sssd ] || [ -x /etc/sssd ]; }}; then
  absent 'sssd is not configured'
fi
R grep -sE '{_SSSD_KEYS}' /etc/sssd/sssd.conf
case $? in
0 | 1) ;;
2) absent 'sssd is not configured' ;;
97) denied ;;
*) exit 1 ;;
esac
names=$(R ls /etc/sssd/conf.d 2>/dev/null)
case $? in
0)
  printf '%s\n' "$names" | while read -r name; do
    case $name in .* | '') continue ;; *.conf) ;; *) continue ;; esac
    R grep -sE '{_SSSD_KEYS}' "/etc/sssd/conf.d/$name" </dev/null
    case $? in 0 | 1) ;; *) printf '!/etc/sssd/conf.d/%s\n' "$name" ;; esac
  done
  ;;
97) printf '!/etc/sssd/conf.d\n' ;;
esac
printf 'ok\n'
""",
    access=Access.ROOT,
    grants=(
        Grant(f"/usr/bin/grep -sE {_SSSD_KEYS} /etc/sssd/sssd.conf"),
        Grant("/usr/bin/ls /etc/sssd/conf.d"),
    ),
)
