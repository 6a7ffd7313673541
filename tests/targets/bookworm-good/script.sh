main() {
unset ENV BASH_ENV CDPATH IFS LD_PRELOAD LD_LIBRARY_PATH GREP_OPTIONS POSIXLY_CORRECT TMOUT PERL5OPT PERL5LIB
unset nonce first limiter headc alone at began said c r w i f now helpers
exec 4>&1 2>/dev/null
nonce=$1 CTPAT_RIGHTS=$2 first=$3
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/run/current-system/sw/bin
LC_ALL=C LANGUAGE= TZ=UTC0 NO_COLOR=1 PAGER=cat SYSTEMD_PAGER= SYSTEMD_COLORS=0
export PATH LC_ALL LANGUAGE TZ NO_COLOR PAGER SYSTEMD_PAGER SYSTEMD_COLORS CTPAT_RIGHTS
umask 077
cd /
unset -f command printf read kill wait id date env sed test '['
if [ -n "$BASH_VERSION" ]; then
  for f in $(env | sed -n 's/^BASH_FUNC_\([A-Za-z0-9_]*\)[%(].*/\1/p'); do unset -f "$f"; done
fi

have() { command -v "$1" >/dev/null 2>&1; }

now() {
  now=
  read -r now f </proc/uptime
  case $now in
  *[!0-9.]* | '') now=$(date +%s)00 ;;
  *.??) now=${now%.*}${now#*.} ;;
  *) now=$(date +%s)00 ;;
  esac
  case $now in ?????????*) now=${now#"${now%????????}"} ;; esac
  while :; do case $now in 0?*) now=${now#0} ;; *) break ;; esac; done
}

choose() {
  limiter=
  alone=
  if have setsid; then alone=setsid; fi
  # The timeout of BusyBox keeps our pipes open for up to a second: a watchdog of our own is better there.
  if have timeout; then
    case $alone$(timeout --help 2>&1) in setsid*BusyBox*) limiter=setsid ;; esac
  fi
  if [ -z "$limiter" ] && have timeout; then
    if timeout -k 1 5 true >/dev/null 2>&1; then limiter=gnu
    elif timeout -s KILL 5 true >/dev/null 2>&1; then limiter=kill
    elif timeout -t 5 -s KILL true >/dev/null 2>&1; then limiter=old; fi
  fi
  if [ -z "$limiter" ] && have perl && perl -e 'exit 0'; then limiter=perl; fi
  if [ -z "$limiter" ]; then limiter=${alone:-watch}; fi
  headc=0
  if [ "$(printf abcdef | head -c 3)" = abc ]; then headc=1; fi
}

lim() {
  at=$1
  shift
  case $limiter in
  gnu) timeout -k 2 "$at" "$@" ;;
  kill) timeout -s KILL "$at" "$@" ;;
  old) timeout -t "$at" -s KILL "$@" ;;
  perl)
    perl -e '$t = shift; $p = fork; defined $p or exit 125;
      if (!$p) { setpgrp(0, 0); exec { $ARGV[0] } @ARGV; exit 127 }
      $SIG{ALRM} = sub { kill "TERM", -$p; sleep 1; kill "KILL", -$p; exit 124 };
      alarm $t; waitpid $p, 0; exit($? & 127 ? 128 + ($? & 127) : $? >> 8)' "$at" "$@"
    ;;
  *) watch "$@" ;;
  esac
}

watch() {
  exec 6<&0
  $alone "$@" <&6 6<&- &
  job=$! group=$!
  if [ -n "$alone" ]; then group=-$job; fi
  (
    exec </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6<&-
    trap 'kill "$nap"; exit 0' TERM
    sleep "$at" &
    nap=$!
    wait "$nap"
    kill -TERM "$group"
    sleep 1
    kill -KILL "$group"
  ) &
  guard=$!
  exec 6<&-
  wait "$job"
  ended=$?
  kill "$guard"
  return "$ended"
}

upto() {
  if [ "$headc" = 1 ]; then lim "$2" head -c "$1"; else lim "$2" dd bs=1 count="$1" 2>/dev/null; fi
}

p() {
  i=$((i + 1))
  if [ "$i" -le "$first" ]; then return 0; fi
  printf '\n@%s B %s %s %s\n' "$nonce" "$1" "$2" "$3"
  now
  began=$now c=- r=-
  said=$(
    {
      {
        { lim "$2" /bin/sh -c "$helpers$4" </dev/null 2>&5 3>&- 4>&- 5>&-; echo "c$?" >&3; } |
          { upto "$3" "$(($2 + 3))" 3>&- 4>&- 5>&-; echo "r$?" >&3; } |
          tr '\000' '\001' 3>&- 4>&- |
          sed 's/^/|/' >&4 3>&-
      } 5>&1 | { lim "$(($2 + 3))" sed -n '1,20s/^\(.\{0,190\}\).*/!\1/p' >&3; } 4>&-
    } 3>&1
  )
  printf '\n'
  IFS='
'
  set -f
  for w in $said; do
    case $w in
    c*) c=${w#c} ;;
    r*) r=${w#r} ;;
    !*) printf '%s\n' "$w" ;;
    esac
  done
  set +f
  unset IFS
  now
  if [ "$now" -lt "$began" ]; then now=$((now + 100000000)); fi
  printf '@%s E %s %s %s %s\n' "$nonce" "$1" "$c" "$r" "$(((now - began) * 10))"
}

euid=$(id -u)
if [ "$euid" = 0 ]; then CTPAT_RIGHTS=root; fi
case $CTPAT_RIGHTS in root | sudo | doas) ;; *) CTPAT_RIGHTS=user ;; esac
choose
renice -n 10 -p $$ >/dev/null
ionice -c 3 -p $$ >/dev/null
i=0
helpers='NL='\''
'\''
have() { command -v "$1" >/dev/null 2>&1; }
absent() { printf '\''%s\n'\'' "${1:-}"; exit 96; }
denied() { [ -z "${1:-}" ] || printf '\''%s\n'\'' "$1" >&2; exit 97; }
R() {
  have "$1" || return 127
  case $CTPAT_RIGHTS in
  root) "$@" ;;
  sudo)
    sudo -n -l "$@" >/dev/null 2>&1 || return 97
    sudo -n "$@"
    ;;
  doas) by_doas "$@" ;;
  *) return 97 ;;
  esac
}
by_doas() {
  { said=$(doas -n "$@" 2>&1 >&7 7>&-); } 7>&1
  by_rc=$?
  [ -z "$said" ] || printf '\''%s\n'\'' "$said" >&2
  case $by_rc:$said in 1:doas:*) return 97 ;; esac
  return "$by_rc"
}
show() {
  for f in "$@"; do
    case $f in *"$NL"*)
      printf '\''!%s\n'\'' "${f%%"$NL"*}"
      continue
      ;;
    esac
    if [ -f "$f" ]; then
      if t=$(sed '\''s/^/ /'\'' "$f" 2>/dev/null); then
        printf '\''=%s\n'\'' "$f"
        [ -z "$t" ] || printf '\''%s\n'\'' "$t"
      else
        printf '\''!%s\n'\'' "$f"
      fi
    elif gone "$f"; then
      printf -- '\''-%s\n'\'' "$f"
    else
      printf '\''!%s\n'\'' "$f"
    fi
  done
}
gone() {
  case $1 in /*) ;; *) return 1 ;; esac
  if [ -e "$1" ]; then return 1; fi
  if [ -h "$1" ] && [ "$CTPAT_RIGHTS" != root ]; then return 1; fi
  d=$1
  while :; do
    n=${d##*/}
    d=${d%/*}
    case $n in *[*?[]*)
      [ -r "${d:-/}" ] || [ ! -d "${d:-/}" ] || return 1
      [ "$1" = "$d/$n" ] || [ "$CTPAT_RIGHTS" = root ] || return 1
      ;;
    esac
    if [ -z "$d" ] || [ -d "$d" ]; then break; fi
    if [ -e "$d" ]; then return 0; fi
    if [ -h "$d" ] && [ "$CTPAT_RIGHTS" != root ]; then return 1; fi
  done
  [ -x "${d:-/}" ]
}
'
printf '\n@%s START version=1 timeout=%s euid=%s epoch=%s rights=%s\n' "$nonce" "$limiter" "$euid" "$(date +%s)" "$CTPAT_RIGHTS"
printf '\n@%s PLAN host passwd shadow logins homes sudoers sshd keys pam password_files auth_units ban_files name_service sssd nft ipt ifaces listen fwui ctr backup_units backup_journal backup_cron backup_state backup_places kernel auto_updates side_software firmware ostree apt dnf zypper apk pacman\n' "$nonce"
p host 5 65536 '
show /etc/os-release /usr/lib/os-release /etc/debian_version /run/systemd/container /run/host/container-manager
show /sys/class/dmi/id/chassis_type /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name
show /proc/1/comm /proc/1/cgroup
printf '\''=uname\n '\''; uname -srvm
printf '\''=hostname\n '\''; uname -n
printf '\''=epoch\n '\''; date +%s
printf '\''=id\n '\''; id
printf '\''=marks\n'\''
[ -e /.dockerenv ] && echo '\'' docker'\''
[ -e /run/.containerenv ] && echo '\'' podman'\''
[ -d /proc/vz ] && [ ! -d /proc/bc ] && echo '\'' openvz'\''
[ -d /run/systemd/system ] && echo '\'' init systemd'\''
[ -e /run/openrc/softlevel ] && echo '\'' init openrc'\''
echo '\'' end'\''
if have systemd-detect-virt; then
  printf '\''=virt-container\n '\''; systemd-detect-virt --container
  printf '\''=virt-vm\n '\''; systemd-detect-virt --vm
fi
exit 0
'
p passwd 5 1048576 '
[ -r /etc/passwd ] || { echo '\''/etc/passwd cannot be read'\'' >&2; exit 1; }
for f in /etc/passwd /etc/group; do
  [ -r "$f" ] || { printf '\''!%s\n'\'' "$f"; continue; }
  printf '\''=%s\n'\'' "$f"
  awk -F: -v OFS=: -v file="$f" '\''
    NF > 1 && $2 !~ /^([x!*]*|\*LK\*|\*NP\*)$/ {
      scheme = ""
      if (match($2, /^[!*]*[$][0-9a-z-]+[$]/)) scheme = substr($2, RSTART, RLENGTH)
      $2 = scheme "#"
    }
    NF > 4 && file == "/etc/passwd" { $5 = "" }
    { print " " $0 }'\'' "$f"
done
show /etc/login.defs /usr/etc/login.defs /etc/nsswitch.conf /usr/etc/nsswitch.conf
[ -d /etc/pam.d ] && printf '\''=pam\n'\''
printf '\''=modes\n'\''
ls -lnd /etc/shadow /etc/shadow- 2>/dev/null | sed '\''s/^/ /'\''
printf '\''=end\n'\''
'
p shadow 5 1048576 '
[ -e /etc/shadow ] || absent '\''this system keeps no /etc/shadow'\''
ages=$(R cut -d: -f1,3-8 /etc/shadow) || exit $?
schemes=$(R grep -oE '\''^[^:]+:[!*]*([$][0-9a-z]+[$]|:)?'\'' /etc/shadow) || exit $?
printf '\''=ages\n'\''; printf '\''%s\n'\'' "$ages" | sed '\''s/^/ /'\''
printf '\''=schemes\n'\''; printf '\''%s\n'\'' "$schemes" | sed '\''s/^/ /'\''
printf '\''=end\n'\''
'
p logins 5 2097152 '
src() { # NAME COMMAND...
  name=$1; shift
  have "$1" || return 0
  out=$("$@" 2>/dev/null) || { printf '\''!%s\n'\'' "$name"; return 0; }
  printf '\''=%s\n'\'' "$name"; printf '\''%s\n'\'' "$out" | sed '\''s/^/ /'\''
}
src lastlog2 lastlog2
[ -e /var/log/lastlog ] && src lastlog lastlog
if have wtmpdb; then src wtmpdb wtmpdb last -F; elif [ -e /var/log/wtmp ]; then src wtmp last -F -w; fi
printf '\''=dates\n'\''
for f in /var/lib/lastlog/lastlog2.db /var/log/lastlog /var/log/wtmp /var/log/wtmp.db /var/lib/wtmpdb/wtmp.db; do
  [ -e "$f" ] && stat -c '\'' %W %Y %n'\'' "$f" 2>/dev/null
done
printf '\''=end\n'\''
'
p homes 5 262144 '
printf '\''=homes\n'\''
for d in /home/* /root; do
  [ -d "$d" ] && [ ! -L "$d" ] && printf '\''%s\n'\'' "$d"
done | while IFS= read -r d; do ls -lnd "$d"; done 2>/dev/null | awk '\''{ print " " $0 }'\''
printf '\''=directory\n'\''
if have getent; then
  for d in /home/*; do [ -d "$d" ] && [ ! -L "$d" ] && ls -lnd "$d"; done 2>/dev/null | awk '\''{ print $3 }'\'' | sort -u |
  awk -F: '\''NR == FNR { if (FILENAME != "-") known[$3] = 1; next } !($1 in known) && /^[0-9]+$/'\'' /etc/passwd - |
  while read -r uid; do
    name=$(getent passwd "$uid") && printf '\'' %s %s\n'\'' "$uid" "${name%%:*}"
  done
fi
printf '\''=end\n'\''
'
p sudoers 5 524288 '
found=0
if have sudo || [ -e /etc/sudoers ]; then
  found=1
  if have cvtsudoers; then
    json=$(R cvtsudoers -e -f json /etc/sudoers); rc=$?
    case $rc in
    0) printf '\''=json\n'\''; printf '\''%s\n'\'' "$json" | sed '\''s/^/ /'\'' ;;
    97) printf '\''!json\n'\'' ;;
    *) printf '\''=cvtsudoers-failed\n %s\n'\'' "$rc" ;;
    esac
  fi
  if [ "${rc:-1}" != 0 ] && [ "${rc:-1}" != 97 ]; then
    todo=/etc/sudoers; [ -e /etc/sudoers-rs ] && todo=/etc/sudoers-rs
    printf '\''=text\n %s\n'\'' "$todo"
    depth=0
    while [ -n "$todo" ] && [ "$depth" -lt 5 ]; do
      show $todo
      next=
      for p in $todo; do
        [ -f "$p" ] && [ -r "$p" ] || continue
        for i in $(sed -n '\''s/^[#@]include[[:space:]]\{1,\}//p'\'' "$p"); do
          case $i in /*) ;; *) i=${p%/*}/$i ;; esac
          next="$next $i"
        done
        for i in $(sed -n '\''s/^[#@]includedir[[:space:]]\{1,\}//p'\'' "$p"); do
          for c in "$i"/*; do
            case ${c##*/} in *.* | *'\''~'\'' | '\''*'\'') ;; *) [ -f "$c" ] && next="$next $c" ;; esac
          done
          [ -d "$i" ] && [ ! -r "$i" ] && printf '\''!%s\n'\'' "$i"
        done
      done
      todo=$next; depth=$((depth + 1))
    done
  fi
  grep -s '\''^sudoers:'\'' /etc/nsswitch.conf | sed '\''s/^/=nss /'\''
else
  printf '\''=no-sudo\n'\''
fi
if have doas || [ -e /etc/doas.conf ]; then
  found=1
  show /etc/doas.conf
  for c in /etc/doas.d/*.conf; do [ -e "$c" ] && show "$c"; done
fi
[ "$found" = 1 ] || printf '\''=nothing\n'\''
printf '\''=end\n'\''
'
p sshd 15 524288 '
running() { grep -lx "$1" /proc/[0-9]*/comm 2>/dev/null; }
commands() { running "$1" | while IFS= read -r c; do tr '\''\000'\'' '\'' '\'' <"${c%comm}cmdline"; echo; done | sed '\''s/^/ /'\''; }
units='\''ssh.service sshd.service ssh.socket sshd.socket'\''
sshd_idle() {
  [ -z "$SSH_CONNECTION" ] && [ -d /run/systemd/system ] && [ -z "$(running sshd)" ] &&
    ! systemctl -q is-active $units && ! systemctl -q is-enabled $units >/dev/null 2>&1
}
listening() { grep -qE '\''^ *[0-9]+: [0-9A-F]+:0016 [0-9A-F:]+ 0A '\'' /proc/net/tcp /proc/net/tcp6 2>/dev/null; }

printf '\''=dropbear\n'\''; commands dropbear
if ! have sshd || sshd_idle; then
  [ -n "$(running dropbear)" ] && { printf '\''=end\n'\''; exit 0; }
  listening && { printf '\''=other\n=end\n'\''; exit 0; }
  [ -n "$SSH_CONNECTION" ] && { printf '\''=other\n=end\n'\''; exit 0; }
  have sshd && absent '\''the SSH server is installed, but it neither runs nor is it enabled'\''
  absent '\''no SSH server is installed'\''
fi
printf '\''=openssh\n'\''; commands sshd | grep '\''/sshd'\''
[ "$(id -u)" = 0 ] || ! grep -qs '\'' /proc proc .*hidepid=[12inp]'\'' /proc/self/mounts || printf '\''=hidden\n'\''
printf '\''=version\n'\''; sshd -V 2>&1 | sed -n '\''s/.*\(OpenSSH_[^ ,]*\).*/ \1/p'\''
printf '\''=hostkeys\n'\''
if have ssh-keygen; then
  for k in /etc/ssh/ssh_host_*_key.pub; do [ -r "$k" ] && ssh-keygen -l -f "$k"; done 2>/dev/null | sed '\''s/^/ /'\''
fi
if grep -qsE '\''^[^#]*pam_access'\'' /etc/pam.d/sshd /etc/pam.d/common-account /etc/pam.d/password-auth; then
  printf '\''=pam_access\n'\''; show /etc/security/access.conf
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
    grep -qiE '\''^[[:space:]]*match[[:space:]=]'\'' "$p" && matches=1
    set -f
    for i in $(sed -n '\''s/^[[:space:]]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][[:space:]=]\{1,\}//p'\'' "$p" | tr -d '\''"'\''); do
      case $i in /*) ;; *) i=/etc/ssh/$i ;; esac
      next="$next $i"
    done
    set +f
  done
  todo=$next; depth=$((depth + 1))
done
[ -n "$todo" ] && printf '\''!%s\n'\'' "$todo"

evaluate() {
  name=$1; shift
  out=$(R sshd -T "$@") || out=
  if [ -n "$out" ]; then printf '\''=T %s\n'\'' "$name"
  else
    [ "$closed" = 0 ] && out=$(sshd -G "$@" 2>/dev/null) || return 1
    [ -n "$out" ] || return 1
    printf '\''=G %s\n'\'' "$name"
  fi
  printf '\''%s\n'\'' "$out" | sed '\''s/^/ /'\''
}
criteria() { # the words that Match lines give after KEYWORD, one per line
  for p in $seen; do
    sed -n '\''s/^[[:space:]]*[Mm][Aa][Tt][Cc][Hh][[:space:]=]\{1,\}//p'\'' "$p" 2>/dev/null
  done | awk -v wanted="$1" '\''{
    gsub(/[="]/, " ")
    for (i = 1; i < NF; i++) if (tolower($i) == wanted) {
      n = split($(i + 1), words, ",")
      for (j = 1; j <= n; j++) print words[j]
    }
  }'\''
}
members() { # GROUP: one account that is in it, first by the group file, then by primary group
  awk -F: -v group="$1" '\''
    FNR == NR && $1 != group { next }
    FNR == NR { gid = $3; split($4, names, ","); if (names[1] == "") next; print names[1]; exit }
    gid != "" && $4 == gid { print $1; exit }'\'' /etc/group /etc/passwd
}
if evaluate global && [ "$matches$closed" != 00 ]; then
  admins=$(awk -F: '\''$1 ~ /^(sudo|wheel|admin)$/ { gsub(/,/, "\n", $4); print $4 }'\'' /etc/group
    awk -F: '\''$3 == 0 { print $1 }'\'' /etc/passwd)
  ordinary=$(printf '\''%s\n'\'' "$admins" | awk -F: '\''
    FILENAME == "-" { admin[$1] = 1; next }
    $3 >= 1000 && $3 < 60000 && $7 !~ /(nologin|false)$/ && !($1 in admin) { print $1; exit }'\'' - /etc/passwd)
  set -f
  named=$(criteria user)
  for g in $(criteria group); do
    m=$(members "$g")
    [ -n "$m" ] && { printf '\''=member %s %s\n'\'' "$g" "$m"; named="$named $m"; }
  done
  places=$(criteria address | sed -n '\''s/^\([0-9][0-9.]*\)\(\/[0-9]*\)\{0,1\}$/\1/p'\'' | awk '\''!seen[$0]++'\'' | head -n 4)
  count=0
  for u in $(printf '\''%s\n'\'' root $admins "${ordinary:-nobody}" $named | awk '\''!seen[$0]++ && !/[!*?]/'\''); do
    case $u in [!a-z_]* | *[!a-z0-9_-]*) printf '\''=skipped %s\n'\'' "$u"; continue ;; esac
    count=$((count + 1))
    [ "$count" -gt 10 ] && { printf '\''=skipped %s\n'\'' "$u"; continue; }
    evaluate "$u private" -C "user=$u,host=scan.invalid,addr=10.77.0.9" || printf '\''=skipped %s\n'\'' "$u"
    evaluate "$u public" -C "user=$u,host=scan.invalid,addr=198.51.100.77" || printf '\''=skipped %s\n'\'' "$u"
    for a in $places; do
      evaluate "$u $a" -C "user=$u,host=scan.invalid,addr=$a" || printf '\''=skipped %s\n'\'' "$u"
    done
  done
fi
printf '\''=end\n'\''
'
p keys 15 524288 '
have ssh-keygen || printf '\''=no-keygen\n'\''
homes() { awk -F: '\''$6 ~ /^\// && !seen[$6]++ { print $6 }'\'' /etc/passwd; }
list() {
  have ssh-keygen || { printf '\''!%s\n'\'' "$1"; return 0; }
  printf '\''=%s\n'\'' "$1"
  ssh-keygen -l -f "$1" 2>&1 | sed '\''s/^/ /'\''
}
if [ "$(id -u)" = 0 ]; then
  homes | while IFS= read -r h; do
    for k in "$h/.ssh/authorized_keys" "$h/.ssh/authorized_keys2"; do
      if [ -f "$k" ]; then list "$k"; elif [ -e "$k" ]; then printf '\''!%s\n'\'' "$k"; fi
    done
  done
else
  all=$(R find /root /home -xdev -maxdepth 3 -name '\''authorized_keys*'\'' -xtype f -print -size -64k \
    -exec /usr/bin/ssh-keygen -l -f '\''{}'\'' '\'';'\'' 2>&1) || exit $?
  printf '\''%s\n'\'' "$all" | awk '\''/^\// && !/ is not a public key file/ { print "=" $0; next } { print " " $0 }'\''
  homes | while IFS= read -r h; do
    case $h in /root | /root/* | /home/?*) continue ;; esac
    for k in "$h/.ssh/authorized_keys" "$h/.ssh/authorized_keys2"; do
      if [ -f "$k" ] && [ -r "$k" ]; then list "$k"; elif gone "$k"; then :; else printf '\''!%s\n'\'' "$k"; fi
    done
  done
fi
printf '\''=end\n'\''
'
p pam 5 524288 '
for d in /etc/pam.d /usr/lib/pam.d /usr/etc/pam.d; do
  [ -d "$d" ] && printf '\''directory %s\n'\'' "$d"
done
show /etc/pam.d/* /usr/lib/pam.d/* /usr/etc/pam.d/*
for m in /lib/security/pam_*.so /lib64/security/pam_*.so /lib/*/security/pam_*.so /usr/lib/security/pam_*.so \
  /usr/lib64/security/pam_*.so /usr/lib/*/security/pam_*.so; do
  [ -f "$m" ] || continue
  printf '\''module %s\n'\'' "$m"
  case $m in
  */pam_faillock.so) grep -q security/faillock.conf "$m" && printf '\''reads %s faillock.conf\n'\'' "$m" ;;
  */pam_pwhistory.so) grep -q security/pwhistory.conf "$m" && printf '\''reads %s pwhistory.conf\n'\'' "$m" ;;
  esac
done
p=$(command -v passwd) && printf '\''passwd %s\n'\'' "$(readlink -f "$p" || printf '\''%s'\'' "$p")"
printf '\''ok\n'\''
'
p password_files 5 262144 '
show /etc/security/pwquality.conf.d/*.conf /etc/security/pwquality.conf /usr/etc/security/pwquality.conf \
  /etc/security/faillock.conf /usr/etc/security/faillock.conf \
  /etc/security/pwhistory.conf /usr/etc/security/pwhistory.conf \
  /etc/passwdqc.conf /etc/login.defs /usr/etc/login.defs /etc/default/login /etc/libuser.conf
for f in /usr/share/cracklib/pw_dict.pwd /usr/share/cracklib/pw_dict.pwd.gz /var/cache/cracklib/cracklib_dict.pwd \
  /usr/lib/cracklib_dict.pwd /usr/lib64/cracklib_dict.pwd /usr/share/cracklib/cracklib-small.pwd; do
  [ -s "$f" ] && printf '\''dictionary %s\n'\'' "$f"
done
for f in /etc/profile /etc/profile.d/*.sh /etc/bashrc /etc/bash.bashrc /etc/bash.bashrc.local; do
  [ -f "$f" ] && [ -r "$f" ] && sed -n "s|^[[:space:]]*umask[[:space:]][[:space:]]*\([0-7][0-7]*\).*|umask $f \1|p" "$f"
done
printf '\''ok\n'\''
'
p auth_units 5 65536 '
if [ -d /run/systemd/system ] && have systemctl; then
  systemctl show -p Id,LoadState,ActiveState,UnitFileState fail2ban.service sshguard.service crowdsec.service crowdsec-firewall-bouncer.service sssd.service winbind.service nslcd.service nscd.service ypbind.service systemd-homed.service || exit $?
elif [ -d /run/openrc ]; then
  for s in fail2ban sshguard crowdsec crowdsec-firewall-bouncer sssd winbind nslcd ypbind; do
    printf '\''Id=%s.service\n'\'' "$s"
    if [ -e "/etc/init.d/$s" ]; then printf '\''LoadState=loaded\n'\''; else printf '\''LoadState=not-found\n'\''; fi
    if [ -e "/run/openrc/started/$s" ]; then printf '\''ActiveState=active\n\n'\''; else printf '\''ActiveState=inactive\n\n'\''; fi
  done
else
  printf '\''no service manager that can be asked\n'\'' >&2
  exit 1
fi
printf '\''ok\n'\''
'
p ban_files 5 65536 '
for f in /etc/fail2ban/jail.conf /etc/fail2ban/jail.d/*.conf /etc/fail2ban/jail.local /etc/fail2ban/jail.d/*.local; do
  [ -f "$f" ] || continue
  [ -r "$f" ] || { printf '\''!%s\n'\'' "$f"; continue; }
  printf '\''=%s\n'\'' "$f"
  grep -E '\''^(\[|enabled[ =]|maxretry[ =]|bantime[ =]|findtime[ =])'\'' "$f" | sed '\''s/^/ /'\''
done
for f in /etc/crowdsec/collections/sshd.yaml /etc/crowdsec/scenarios/ssh-bf.yaml; do
  [ -e "$f" ] && printf '\''=%s\n present\n'\'' "$f"
done
printf '\''ok\n'\''
'
p name_service 5 65536 '
show /etc/nsswitch.conf /usr/etc/nsswitch.conf
for f in /etc/ldap.conf /etc/nslcd.conf /etc/libnss-ldap.conf /etc/ldap/ldap.conf /etc/openldap/ldap.conf; do
  [ -f "$f" ] || continue
  [ -r "$f" ] || { printf '\''!%s\n'\'' "$f"; continue; }
  printf '\''=%s\n'\'' "$f"
  grep -iE '\''^(uri|host|ssl|tls_reqcert)[[:space:]]'\'' "$f" | sed '\''s/^/ /'\''
done
[ -s /etc/yp.conf ] && grep -qE '\''^[[:space:]]*(domain|ypserver)'\'' /etc/yp.conf && printf '\''nis /etc/yp.conf\n'\''
printf '\''ok\n'\''
'
p sssd 5 65536 '
if [ ! -e /etc/sssd/sssd.conf ] && { [ ! -e /etc/sssd ] || [ -x /etc/sssd ]; }; then
  absent '\''sssd is not configured'\''
fi
R grep -sE '\''^(domains|id_provider|auth_provider|ldap_uri|ldap_id_use_start_tls|ldap_tls_reqcert)'\'' /etc/sssd/sssd.conf
case $? in
0 | 1) printf '\''ok\n'\'' ;;
2) absent '\''sssd is not configured'\'' ;;
97) denied ;;
*) exit 1 ;;
esac
'
p nft 15 8388608 '
if have nft; then R nft -j list ruleset; exit $?; fi
[ -r /proc/modules ] || exit 127
grep -q '\''^nf_tables '\'' /proc/modules && exit 127
[ -d /sys/module/nf_tables ] && exit 127
builtin="/lib/modules/$(uname -r)/modules.builtin"
[ -r "$builtin" ] || exit 127
grep -q '\''/nf_tables[.]ko'\'' "$builtin" && exit 127
absent '\''the kernel has no nf_tables'\''
'
p ipt 15 4194304 '
denied=
sec() {
  printf '\''%%%% begin %s\n'\'' "$1"
  shift
  "$@"
  rc=$?
  [ "$rc" = 97 ] && denied=1
  printf '\''%%%% end %s\n'\'' "$rc"
}
for v in ip ip6; do
  names="/proc/net/${v}_tables_names"
  listed=
  if [ -e "$names" ]; then
    listed=$(R cat "$names") || {
      rc=$?
      [ "$rc" = 97 ] && denied=1
      printf '\''%%%% begin names %s\n%%%% end %s\n'\'' "$v" "$rc"
    }
  fi
  for table in $listed; do
    sec "legacy $v $table" R "${v}tables-legacy-save" -t "$table"
  done
  if have "${v}tables-save"; then
    sec "save $v" R "${v}tables-save"
  else
    printf '\''%%%% begin save %s\n%%%% end 127\n'\'' "$v"
  fi
done
[ -z "$denied" ] || exit 97
'
p ifaces 5 65536 '
if have ip && out=$(ip -o addr show); then
  printf '\''%% addr\n%s\n'\'' "$out"
  links=$(ip -o link show) && printf '\''%% link\n%s\n'\'' "$links"
else
  printf '\''%s\n'\'' '\''% sys'\''
  for d in /sys/class/net/*; do [ -e "$d" ] && printf '\''%s\n'\'' "${d##*/}"; done
fi
printf '\''%s\n'\'' '\''% files'\''
show /proc/net/if_inet6 /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding \
  /proc/sys/net/ipv6/conf/all/disable_ipv6
printf '\''%s\n'\'' '\''% end'\''
'
p listen 5 1048576 '
if have ss; then
  out=$(R ss -H -tulpn) && { printf '\''%% ss root\n%s\n%% end\n'\'' "$out"; exit 0; }
  out=$(ss -H -tuln) && { printf '\''%% ss user\n%s\n%% end\n'\'' "$out"; exit 0; }
  out=$(ss -tuln) && { printf '\''%% ss user\n%s\n%% end\n'\'' "$out"; exit 0; }
fi
if have netstat; then
  out=$(netstat -tuln) && { printf '\''%% netstat\n%s\n%% end\n'\'' "$out"; exit 0; }
fi
[ -r /proc/net/tcp ] || exit 127
printf '\''%s\n'\'' '\''% proc'\''
show /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6
printf '\''%s\n'\'' '\''% end'\''
'
p fwui 8 1048576 '
if have systemctl && [ -d /run/systemd/system ]; then
  printf '\''%s\n'\'' '\''% systemd'\''
  systemctl show -p Id,LoadState,ActiveState,UnitFileState ufw.service firewalld.service nftables.service netfilter-persistent.service iptables.service ip6tables.service shorewall.service shorewall6.service ferm.service csf.service arno-iptables-firewall.service SuSEfirewall2.service cilium.service || exit 1
elif [ -d /etc/runlevels ]; then
  printf '\''%s\n'\'' '\''% openrc'\''
  for path in /etc/runlevels/boot/* /etc/runlevels/default/*; do
    [ -e "$path" ] && printf '\''on %s\n'\'' "${path##*/}"
  done
elif [ -d /etc/rc2.d ] || [ -d /etc/rc.d/rc3.d ]; then
  printf '\''%s\n'\'' '\''% sysv'\''
  for path in /etc/rc[2S].d/S* /etc/rc.d/rc3.d/S*; do
    [ -e "$path" ] && printf '\''on %s\n'\'' "${path##*/S[0-9][0-9]}"
  done
else
  printf '\''%s\n'\'' '\''% unknown'\''
fi
saved() {
  if [ ! -r "$1" ] && text=$(R cat "$1" 2>/dev/null); then
    printf '\''=%s\n'\'' "$1"
    printf '\''%s\n'\'' "$text" | sed '\''s/^/ /'\''
  else
    show "$1"
  fi
}
printf '\''%s\n'\'' '\''% saved'\''
for path in /etc/ufw/ufw.conf /etc/default/ufw /etc/firewalld/firewalld.conf /etc/nftables.conf /etc/sysconfig/nftables.conf /etc/nftables.nft /etc/iptables/rules.v4 /etc/iptables/rules.v6 /etc/sysconfig/iptables /etc/sysconfig/ip6tables /etc/iptables/iptables.rules /etc/iptables/ip6tables.rules /etc/iptables/rules-save /etc/iptables/rules6-save /var/lib/iptables/rules-save /var/lib/ip6tables/rules-save; do saved "$path"; done
show /etc/firewalld/zones/*.xml
printf '\''%s\n'\'' '\''% end'\''
'
p ctr 8 65536 '
found=
for e in docker podman; do
  have "$e" || continue
  if [ "$e" = docker ] && [ ! -S /run/docker.sock ] && [ ! -S /var/run/docker.sock ]; then continue; fi
  found=1
  printf '\''%% engine %s\n'\'' "$e"
  R "$e" ps --format '\''{{.Names}} {{.Ports}}'\'' || exit $?
done
if [ -z "$found" ]; then
  [ -S /run/docker.sock ] && exit 127
  for s in /run/containerd/containerd.sock /run/crio/crio.sock; do [ -S "$s" ] && exit 127; done
  absent '\''no container engine runs here'\''
fi
printf '\''%s\n'\'' '\''% end'\''
'
p backup_units 15 262144 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

words='\''
BEGIN { n = split("attic autorestic backintime backup backup-job backup-push backup2l backupninja barman bkp borg borgmatic break-lock btrbk bup bupstash cd check cleanup collection-status compact configtest copy copyto create diff dsmc du duplicacy duplicity duply extract forget full incr incremental info init key kopia list list-current-files mariabackup mariadb-dump mongodump mount move mysqldump pg_dump pg_dumpall pgbackrest proxmox-backup-client prune put rclone rdiff-backup remove-all-but-n-full remove-older-than restic resticprofile restore resume rsnapshot rsync run rustic save selective serve snapshot start stats sync tarsnap unlock urbackupclientctl veeamconfig verify vzdump wal-g xtrabackup", k, " "); for (i = 1; i <= n; i++) kept[k[i]] = 1 }
function clean(s,   a, n, i, w, skip, out) {
  gsub(/(pass|secret|token|key|cred)[A-Za-z_-]*[= ]+("[^"]*"|\047[^\047]*\047)/, "password X ", s)
  gsub(/[0-9&]*>+&?[ \t]*[^ \t;|&"\047]+/, " ", s); gsub(/["\047`()<>]/, " ", s)
  gsub(/&&/, " %and% ", s); gsub(/[;|&]+/, " ; ", s); n = split(s, a, /[ \t]+/); out = ""; skip = 0
  for (i = 1; i <= n; i++) {
    w = a[i]; if (w == "") continue
    if (skip) { skip = 0; if (w !~ /^-/) continue }
    if (w ~ /^-/ && w !~ /=/) skip = (w ~ /^-[pu]$/ || tolower(w) ~ /pass|secret|token|key|cred|auth|user/)
    w = word(w); if (w != "") out = out " " w
  }
  return substr(out, 2)
}
function word(w,   v) {
  if (w ~ /^(RESTIC_REPOSITORY|BORG_REPO|PBS_REPOSITORY|TARGET_URL)=/) { sub(/^[A-Z_]*=/, "", w); return word(w) }
  if (w ~ /^--(repo|repository|target)=/) { v = w; sub(/=.*/, "", v); sub(/^[^=]*=/, "", w); return v " " word(w) }
  if (w ~ /^--/) { sub(/=.*/, "", w); return w ~ /^--[a-z0-9-]*$/ ? w : "" }
  if (w ~ /^-/) return substr(w, 1, 2)
  if (w == "%and%") return "&&"
  if (w == ";" || w in kept) return w
  sub(/[?#].*/, "", w)
  if (w ~ /:\/\//) { gsub(/\/\/.*@/, "//", w); return w ~ /^[a-z0-9+:]*:\/\/[A-Za-z0-9\/]/ ? w : "" }
  if (w ~ /^\// || w ~ /^::/) return w
  if (w ~ /@/ && w ~ /^[^\/@]*:[^\/@]*@/ && w !~ /^sftp:/) sub(/^.*@/, "", w)
  if (w ~ /^(s3|b2|azure|gs|sftp|rclone|swift):[A-Za-z0-9]/) { gsub(/:[^:@\/]*:[^@\/]*@/, ":", w); return w }
  if (w ~ /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:/ || w ~ /^[A-Za-z0-9][A-Za-z0-9.-]*:[\/~:]/) {
    v = w; sub(/:.*/, ":", v); sub(/^[^:]*:/, "", w); return w ~ /^[\/~:.]/ ? v w : v }
  return w ~ /^[A-Za-z0-9._-]*[Bb]ackup[A-Za-z0-9._-]*$/ ? w : ""
}
'\''
real() {
  shares=$(awk '\''$3 ~ /^(nfs|nfs4|cifs|smb3|smbfs|fuse[.].*|ceph|glusterfs|lustre|afs|9p|davfs|beegfs|autofs)$/ { print $2 }'\'' /proc/self/mounts)
  tr '\'' '\'' '\''\n'\'' | sed -n '\''s#^\(file://\)\{0,1\}\(/[^:]*\).*#\2#p'\'' | sort -u | head -n 60 | while read -r path; do
    on=; for share in $shares; do case $path/ in "$share"/*) on=1 ;; esac; done
    if [ -n "$on" ]; then printf '\''%s\t%s\n'\'' "$path" "$path"
    else printf '\''%s\t%s\n'\'' "$path" "$(readlink -f "$path")"; fi
  done
}

have systemctl && [ -d /run/systemd/system ] || absent '\''the host is not run by systemd'\''
files=$(for d in /etc/systemd/system /run/systemd/system /run/systemd/generator.late /usr/local/lib/systemd/system \
  /usr/lib/systemd/system /lib/systemd/system; do [ -d "$d" ] && ls "$d"; done |
  grep -E '\''Druva-EnterpriseWorkloads|[Bb]ackup|aakore|acronis_mms|amanda|amandad|attic|autorestic|avagent|backintime|backup-manager|backup2l|backupninja|bacula-client|bacula-fd|bareos-fd|bareos-filedaemon|barman|borg|borgmatic|btrbk|bupstash|burp-client|cbagent|cdp-agent|code42|cohesity-agent|commvault|crashplan|datto-backup-agent|dattobd|dlad|druva-EnterpriseWorkloads|dsmcad|duplicacy|duplicity|duply|google-cloud-backupdr-agent|grub-btrfsd|kopia|mariabackup|mariadb-dump|mongodump|msp360|mysqldump|n-able-backup|netbackup|networker|pg_dump|pg_dumpall|pgbackrest|proxmox-backup-client|rclone|rdiff-backup|restic|resticprofile|rsnapshot|rsync|rubrik-agent|rubrikagents|rustic|sanoid|sesam-sms|snapper-boot|snapper-timeline|tarsnap|timeshift-autosnap|urbackup-client|urbackupclientbackend|urbackupclientctl|veeamconfig|veeamdeployment|veeamservice|vxpbx_exchanged|vzdump|waagent-backup|wal-g|xtrabackup|yabsnap|zfs-auto-snapshot-daily|zfs-auto-snapshot-hourly|zrepl'\'' | grep -E '\''^[A-Za-z0-9:_.@-]*[.](service|timer)$'\'' | grep -v '\''@[.]'\'' | sort -u)
planned=$(printf '\''%s\n'\'' "$files" | grep '\''[.]timer$'\'')
timers=$(systemctl show '\''*.timer'\'' $planned \
  -p Id,Unit,LoadState,UnitFileState,ActiveState,LastTriggerUSec,TimersCalendar,TimersMonotonic)
names=$({ printf '\''%s\n'\'' "$timers" | sed -n '\''s/^Unit=//p'\''; printf '\''%s\n'\'' "$files" | grep '\''[.]service$'\''; } |
  grep -vE '\''^(dpkg-db-backup|rpmdb-backup|alpm-backup|proxmox-backup-banner|proxmox-backup-daily-update|apt-daily.*|e2scrub.*|fstrim|logrotate|man-db|systemd-.*|motd-news|update-notifier.*|fwupd-refresh|ua-timer|apt-news|esm-cache|dnf-makecache|unbound-anchor|mdcheck.*|mdmonitor.*|sysstat.*|phpsessionclean|chkrootkit|raid-check|plocate-updatedb|updatedb|shadow|mlocate.*|exim4-base|certbot|podman-auto-update)[.]service$'\'' | sort -u | head -n 60)

run timers printf '\''%s\n'\'' "$timers"
services() {
  systemctl show cron.service crond.service cronie.service anacron.timer $names -p Id,Type,LoadState,ActiveState \
    -p UnitFileState,Result,ConditionResult,ConditionTimestamp,ExecMainCode,ExecMainStatus,ExecMainExitTimestamp \
    -p ExecMainStartTimestamp,FragmentPath,ExecStart |
    awk "$words"'\''
      /^ExecStart=/ { p = $0; sub(/^ExecStart=[{] path=/, "", p); sub(/ ;.*/, "", p); i = $0 ~ / ; ignore_errors=yes ;/
        s = $0; sub(/^.* argv\[\]=[^ ]*/, "", s); sub(/ ; ignore_errors=.*/, "", s)
        sub(/.*\//, "/&", p); gsub(/\/\//, "/", p); print "Exec=" (i ? "ignored" : "counted") " " p " " clean(s); next }
      { print }'\''
}
shown=$(services)
run services printf '\''%s\n'\'' "$shown"
resolve() { printf '\''%s\n'\'' "$shown" | sed -n '\''s/^Exec=[a-z]* //p'\'' | real; }
run real resolve
exit 0
'
p backup_journal 20 524288 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

have systemctl && [ -d /run/systemd/system ] || absent '\''the host is not run by systemd'\''
files=$(for d in /etc/systemd/system /run/systemd/system /run/systemd/generator.late /usr/local/lib/systemd/system \
  /usr/lib/systemd/system /lib/systemd/system; do [ -d "$d" ] && ls "$d"; done |
  grep -E '\''Druva-EnterpriseWorkloads|[Bb]ackup|aakore|acronis_mms|amanda|amandad|attic|autorestic|avagent|backintime|backup-manager|backup2l|backupninja|bacula-client|bacula-fd|bareos-fd|bareos-filedaemon|barman|borg|borgmatic|btrbk|bupstash|burp-client|cbagent|cdp-agent|code42|cohesity-agent|commvault|crashplan|datto-backup-agent|dattobd|dlad|druva-EnterpriseWorkloads|dsmcad|duplicacy|duplicity|duply|google-cloud-backupdr-agent|grub-btrfsd|kopia|mariabackup|mariadb-dump|mongodump|msp360|mysqldump|n-able-backup|netbackup|networker|pg_dump|pg_dumpall|pgbackrest|proxmox-backup-client|rclone|rdiff-backup|restic|resticprofile|rsnapshot|rsync|rubrik-agent|rubrikagents|rustic|sanoid|sesam-sms|snapper-boot|snapper-timeline|tarsnap|timeshift-autosnap|urbackup-client|urbackupclientbackend|urbackupclientctl|veeamconfig|veeamdeployment|veeamservice|vxpbx_exchanged|vzdump|waagent-backup|wal-g|xtrabackup|yabsnap|zfs-auto-snapshot-daily|zfs-auto-snapshot-hourly|zrepl'\'' | grep -E '\''^[A-Za-z0-9:_.@-]*[.](service|timer)$'\'' | grep -v '\''@[.]'\'' | sort -u)
planned=$(printf '\''%s\n'\'' "$files" | grep '\''[.]timer$'\'')
timers=$(systemctl show '\''*.timer'\'' $planned \
  -p Id,Unit,LoadState,UnitFileState,ActiveState,LastTriggerUSec,TimersCalendar,TimersMonotonic)
names=$({ printf '\''%s\n'\'' "$timers" | sed -n '\''s/^Unit=//p'\''; printf '\''%s\n'\'' "$files" | grep '\''[.]service$'\''; } |
  grep -vE '\''^(dpkg-db-backup|rpmdb-backup|alpm-backup|proxmox-backup-banner|proxmox-backup-daily-update|apt-daily.*|e2scrub.*|fstrim|logrotate|man-db|systemd-.*|motd-news|update-notifier.*|fwupd-refresh|ua-timer|apt-news|esm-cache|dnf-makecache|unbound-anchor|mdcheck.*|mdmonitor.*|sysstat.*|phpsessionclean|chkrootkit|raid-check|plocate-updatedb|updatedb|shadow|mlocate.*|exim4-base|certbot|podman-auto-update)[.]service$'\'' | sort -u | head -n 60)

have journalctl || exit 127
oldest() { journalctl -q -o json --output-fields=MESSAGE_ID _PID=1 | head -n 1; }
run oldest oldest
ends() {
  journalctl -q -o json --output-fields=MESSAGE,MESSAGE_ID,UNIT,JOB_RESULT,EXIT_STATUS,INVOCATION_ID,UNIT_RESULT -n 24 \
    _PID=1 "UNIT=$1" MESSAGE_ID=39f53479d3a045ac8e11786248231fbf MESSAGE_ID=be02cf6855d2428ba40df7e9d022f03d \
    MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15 MESSAGE_ID=d9b373ed55a64feb8242e02dbe79a49c
}
count=0
for name in $names; do
  count=$((count + 1))
  [ "$count" -gt 24 ] && break
  run "$name" ends "$name"
done
exit 0
'
p backup_cron 5 262144 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

words='\''
BEGIN { n = split("attic autorestic backintime backup backup-job backup-push backup2l backupninja barman bkp borg borgmatic break-lock btrbk bup bupstash cd check cleanup collection-status compact configtest copy copyto create diff dsmc du duplicacy duplicity duply extract forget full incr incremental info init key kopia list list-current-files mariabackup mariadb-dump mongodump mount move mysqldump pg_dump pg_dumpall pgbackrest proxmox-backup-client prune put rclone rdiff-backup remove-all-but-n-full remove-older-than restic resticprofile restore resume rsnapshot rsync run rustic save selective serve snapshot start stats sync tarsnap unlock urbackupclientctl veeamconfig verify vzdump wal-g xtrabackup", k, " "); for (i = 1; i <= n; i++) kept[k[i]] = 1 }
function clean(s,   a, n, i, w, skip, out) {
  gsub(/(pass|secret|token|key|cred)[A-Za-z_-]*[= ]+("[^"]*"|\047[^\047]*\047)/, "password X ", s)
  gsub(/[0-9&]*>+&?[ \t]*[^ \t;|&"\047]+/, " ", s); gsub(/["\047`()<>]/, " ", s)
  gsub(/&&/, " %and% ", s); gsub(/[;|&]+/, " ; ", s); n = split(s, a, /[ \t]+/); out = ""; skip = 0
  for (i = 1; i <= n; i++) {
    w = a[i]; if (w == "") continue
    if (skip) { skip = 0; if (w !~ /^-/) continue }
    if (w ~ /^-/ && w !~ /=/) skip = (w ~ /^-[pu]$/ || tolower(w) ~ /pass|secret|token|key|cred|auth|user/)
    w = word(w); if (w != "") out = out " " w
  }
  return substr(out, 2)
}
function word(w,   v) {
  if (w ~ /^(RESTIC_REPOSITORY|BORG_REPO|PBS_REPOSITORY|TARGET_URL)=/) { sub(/^[A-Z_]*=/, "", w); return word(w) }
  if (w ~ /^--(repo|repository|target)=/) { v = w; sub(/=.*/, "", v); sub(/^[^=]*=/, "", w); return v " " word(w) }
  if (w ~ /^--/) { sub(/=.*/, "", w); return w ~ /^--[a-z0-9-]*$/ ? w : "" }
  if (w ~ /^-/) return substr(w, 1, 2)
  if (w == "%and%") return "&&"
  if (w == ";" || w in kept) return w
  sub(/[?#].*/, "", w)
  if (w ~ /:\/\//) { gsub(/\/\/.*@/, "//", w); return w ~ /^[a-z0-9+:]*:\/\/[A-Za-z0-9\/]/ ? w : "" }
  if (w ~ /^\// || w ~ /^::/) return w
  if (w ~ /@/ && w ~ /^[^\/@]*:[^\/@]*@/ && w !~ /^sftp:/) sub(/^.*@/, "", w)
  if (w ~ /^(s3|b2|azure|gs|sftp|rclone|swift):[A-Za-z0-9]/) { gsub(/:[^:@\/]*:[^@\/]*@/, ":", w); return w }
  if (w ~ /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:/ || w ~ /^[A-Za-z0-9][A-Za-z0-9.-]*:[\/~:]/) {
    v = w; sub(/:.*/, ":", v); sub(/^[^:]*:/, "", w); return w ~ /^[\/~:.]/ ? v w : v }
  return w ~ /^[A-Za-z0-9._-]*[Bb]ackup[A-Za-z0-9._-]*$/ ? w : ""
}
'\''
real() {
  shares=$(awk '\''$3 ~ /^(nfs|nfs4|cifs|smb3|smbfs|fuse[.].*|ceph|glusterfs|lustre|afs|9p|davfs|beegfs|autofs)$/ { print $2 }'\'' /proc/self/mounts)
  tr '\'' '\'' '\''\n'\'' | sed -n '\''s#^\(file://\)\{0,1\}\(/[^:]*\).*#\2#p'\'' | sort -u | head -n 60 | while read -r path; do
    on=; for share in $shares; do case $path/ in "$share"/*) on=1 ;; esac; done
    if [ -n "$on" ]; then printf '\''%s\t%s\n'\'' "$path" "$path"
    else printf '\''%s\t%s\n'\'' "$path" "$(readlink -f "$path")"; fi
  done
}

table() {
  awk -v sys="$1" "$words"'\''
    { gsub(/^[ \t]+/, "") }
    /^#/ || /^$/ || /^[A-Za-z_][A-Za-z0-9_]*[ \t]*=/ { next }
    { total++; n = ($1 ~ /^@/) ? 1 : 5; when = ""; rest = $0
      for (i = 1; i <= n; i++) { when = when (i > 1 ? " " : "") $i; sub(/^[^ \t]+[ \t]+/, "", rest) }
      who = "-"; if (sys) { who = $(n + 1); sub(/^[^ \t]+[ \t]+/, "", rest) }
      said = clean(rest); if (said != "" && when ~ /^[A-Za-z0-9@*,\/ -]+$/) print when "\t" who "\t" said }
    END { print "#lines\t" total + 0 }'\''
}
script() { awk "$words"'\''/^[ \t]*#/ { next } { said = clean($0); if (said != "") print said }
  END { print "#lines\t" NR }'\'' "$1"; }
one() { if [ -r "$2" ]; then run "$2" table "$1" <"$2"; else show "$2"; fi; }
all() {
for f in /etc/crontab /etc/cron.d/*; do
  case ${f##*/} in .* | *~ | *.dpkg-* | *.rpm*) continue ;; esac
  [ -f "$f" ] && one 1 "$f"
done
[ -d /etc/cron.d ] && [ ! -r /etc/cron.d ] && printf '\''!/etc/cron.d\n'\''
for d in /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /etc/periodic/*; do
  [ -d "$d" ] || continue
  [ -r "$d" ] || printf '\''!%s\n'\'' "$d"
  for f in "$d"/*; do
    [ -f "$f" ] && [ -x "$f" ] || continue
    if [ -r "$f" ]; then run "$f" script "$f"; else printf '\''!%s\n'\'' "$f"; fi
  done
done
if [ "$CTPAT_RIGHTS" = root ]; then
  for d in /var/spool/cron/crontabs /var/spool/cron/tabs /var/spool/cron /etc/crontabs; do
    for f in "$d"/*; do [ -f "$f" ] && [ ! -h "$d" ] && one '\'''\'' "$f"; done
  done
  run root echo read
elif have crontab; then
  said=$(R crontab -l -u root 2>&1); rc=$?
  case $rc:$said in
  0:*) printf '\''%s\n'\'' "$said" | { run root-crontab table '\'''\''; }; run root echo read ;;
  97:*) printf '\''!root\n'\'' ;;
  *'\''no crontab for'\''*) run root echo read ;;
  *) printf '\''!root\n'\'' ;;
  esac
elif [ -d /var/spool/cron ] || [ -d /etc/crontabs ]; then printf '\''!root\n'\''
else run root echo none; fi
}
found=$(all)
printf '\''%s\n'\'' "$found"
daemon() { cat /proc/[0-9]*/comm | awk '\''/^(cron|crond|anacron|fcron|systemd-cron)$/ { print }
  END { print "#processes " NR }'\''; }
run daemon daemon
resolve() { printf '\''%s\n'\'' "$found" | tr '\''\t'\'' '\'' '\'' | grep '\''^ '\'' | real; }
run real resolve
exit 0
'
p backup_state 15 262144 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

words='\''
BEGIN { n = split("attic autorestic backintime backup backup-job backup-push backup2l backupninja barman bkp borg borgmatic break-lock btrbk bup bupstash cd check cleanup collection-status compact configtest copy copyto create diff dsmc du duplicacy duplicity duply extract forget full incr incremental info init key kopia list list-current-files mariabackup mariadb-dump mongodump mount move mysqldump pg_dump pg_dumpall pgbackrest proxmox-backup-client prune put rclone rdiff-backup remove-all-but-n-full remove-older-than restic resticprofile restore resume rsnapshot rsync run rustic save selective serve snapshot start stats sync tarsnap unlock urbackupclientctl veeamconfig verify vzdump wal-g xtrabackup", k, " "); for (i = 1; i <= n; i++) kept[k[i]] = 1 }
function clean(s,   a, n, i, w, skip, out) {
  gsub(/(pass|secret|token|key|cred)[A-Za-z_-]*[= ]+("[^"]*"|\047[^\047]*\047)/, "password X ", s)
  gsub(/[0-9&]*>+&?[ \t]*[^ \t;|&"\047]+/, " ", s); gsub(/["\047`()<>]/, " ", s)
  gsub(/&&/, " %and% ", s); gsub(/[;|&]+/, " ; ", s); n = split(s, a, /[ \t]+/); out = ""; skip = 0
  for (i = 1; i <= n; i++) {
    w = a[i]; if (w == "") continue
    if (skip) { skip = 0; if (w !~ /^-/) continue }
    if (w ~ /^-/ && w !~ /=/) skip = (w ~ /^-[pu]$/ || tolower(w) ~ /pass|secret|token|key|cred|auth|user/)
    w = word(w); if (w != "") out = out " " w
  }
  return substr(out, 2)
}
function word(w,   v) {
  if (w ~ /^(RESTIC_REPOSITORY|BORG_REPO|PBS_REPOSITORY|TARGET_URL)=/) { sub(/^[A-Z_]*=/, "", w); return word(w) }
  if (w ~ /^--(repo|repository|target)=/) { v = w; sub(/=.*/, "", v); sub(/^[^=]*=/, "", w); return v " " word(w) }
  if (w ~ /^--/) { sub(/=.*/, "", w); return w ~ /^--[a-z0-9-]*$/ ? w : "" }
  if (w ~ /^-/) return substr(w, 1, 2)
  if (w == "%and%") return "&&"
  if (w == ";" || w in kept) return w
  sub(/[?#].*/, "", w)
  if (w ~ /:\/\//) { gsub(/\/\/.*@/, "//", w); return w ~ /^[a-z0-9+:]*:\/\/[A-Za-z0-9\/]/ ? w : "" }
  if (w ~ /^\// || w ~ /^::/) return w
  if (w ~ /@/ && w ~ /^[^\/@]*:[^\/@]*@/ && w !~ /^sftp:/) sub(/^.*@/, "", w)
  if (w ~ /^(s3|b2|azure|gs|sftp|rclone|swift):[A-Za-z0-9]/) { gsub(/:[^:@\/]*:[^@\/]*@/, ":", w); return w }
  if (w ~ /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:/ || w ~ /^[A-Za-z0-9][A-Za-z0-9.-]*:[\/~:]/) {
    v = w; sub(/:.*/, ":", v); sub(/^[^:]*:/, "", w); return w ~ /^[\/~:.]/ ? v w : v }
  return w ~ /^[A-Za-z0-9._-]*[Bb]ackup[A-Za-z0-9._-]*$/ ? w : ""
}
'\''
real() {
  shares=$(awk '\''$3 ~ /^(nfs|nfs4|cifs|smb3|smbfs|fuse[.].*|ceph|glusterfs|lustre|afs|9p|davfs|beegfs|autofs)$/ { print $2 }'\'' /proc/self/mounts)
  tr '\'' '\'' '\''\n'\'' | sed -n '\''s#^\(file://\)\{0,1\}\(/[^:]*\).*#\2#p'\'' | sort -u | head -n 60 | while read -r path; do
    on=; for share in $shares; do case $path/ in "$share"/*) on=1 ;; esac; done
    if [ -n "$on" ]; then printf '\''%s\t%s\n'\'' "$path" "$path"
    else printf '\''%s\t%s\n'\'' "$path" "$(readlink -f "$path")"; fi
  done
}

tree() {
  out=$(R ls -lR --time-style=+%s "$1" 2>&1); rc=$?
  case $rc:$out in
  97:*) return 97 ;;
  *'\''No such file'\''*) echo gone; return 0 ;;
  0:*) ;;
  *) return "$rc" ;;
  esac
  printf '\''%s\n'\'' "$out" | case $1 in
  */restic) awk '\''/:$/ { d = $0; sub(/:$/, "", d); n = split(d, p, "/"); id = ""; at = 0
      for (i = 1; i < n; i++) if (p[i] == "restic") { id = p[i + 1]; at = (p[i + 2] == "snapshots") } next }
    id != "" { seen[id] = 1 } at && /^-/ { if ($6 > t[id]) t[id] = $6 }
    END { for (i in seen) print "repository " i " " t[i] + 0 }'\'' ;;
  */security) awk '\''/:$/ { d = $0; sub(/:$/, "", d); sub(/.*\//, "", d); next }
    /manifest-timestamp$/ { print "repository " d " " $6 }'\'' ;;
  *) awk '\''/:$/ { d = $0; sub(/:$/, "", d); sub(/.*\//, "", d); next }
    /[.]manifest([.]gpg)?$/ { print "manifest " d " " $NF }'\'' ;;
  esac
  echo read
}
for path in /root/.config/borg/security /root/.cache/restic /root/.cache/duplicity; do run "tree:$path" tree "$path"; done
if [ "$CTPAT_RIGHTS" = root ]; then
  details() { for d in /root/.config/borg/security/*; do [ -d "$d" ] || continue
    for f in location key-type manifest-timestamp; do
      [ -f "$d/$f" ] || continue
      printf '\''%s %s '\'' "${d##*/}" "$f"; head -c 300 "$d/$f" | tr '\''\n'\'' '\'' '\'' | sed '\''s#//[^ ]*@#//#'\''; echo
    done; done; echo read; }
  run borg details
fi
borgmatic() { for f in /etc/borgmatic/config.yaml /etc/borgmatic.d/*.yaml /etc/borgmatic.d/*.yml; do
  [ -e "$f" ] || continue
  [ -r "$f" ] || { echo "unread $f"; continue; }
  echo "file $f"
  sed -n -e '\''s#//[^ ]*@#//#'\'' -e '\''s/^ *- path: *\([^ ]*\).*/path \1/p'\'' \
    -e '\''/^ *repositories:/,/^ *[a-z_]*: *$/s/^ *- \([^ :{]*[:/][^ ]*\) *$/path \1/p'\'' "$f"
done; echo read; }
[ -d /etc/borgmatic ] || [ -d /etc/borgmatic.d ] || have borgmatic && run borgmatic borgmatic
rsnap() { f=/etc/rsnapshot.conf
  [ -e "$f" ] || { echo gone; return 0; }
  [ -r "$f" ] || { echo unread; return 0; }
  sed -n '\''s/^\(snapshot_root\|logfile\)[ \t][ \t]*\([^ \t]*\).*/\1 \2/p; s/^\(backup\)[ \t].*/\1/p'\'' "$f"
  log=$(sed -n '\''s/^logfile[ \t][ \t]*\([^ \t]*\).*/\1/p'\'' "$f" | head -n 1)
  [ -n "$log" ] && if [ -r "$log" ]; then
    tail -n 400 "$log" | sed -n -e '\''s/^\(\[[^]]*\]\).*: \(completed successfully\)$/log \1 \2/p'\'' \
      -e '\''s/^\(\[[^]]*\]\).*: \(completed, but with some [a-z]*\).*/log \1 \2/p'\'' \
      -e '\''s/^\(\[[^]]*\]\).*: \(ERROR\).*/log \1 \2/p'\''
  else echo log unread; fi
  echo read; }
run rsnapshot rsnap
resolve() { { [ "$CTPAT_RIGHTS" = root ] && details; borgmatic; rsnap; } | real; }
run real resolve
exit 0
'
p backup_places 5 65536 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

mounts() { awk '\''{ for (i = 7; i <= NF; i++) if ($i == "-") print $3, $5, $(i + 1), $(i + 2) }'\'' \
  /proc/self/mountinfo | sed '\''s#//[^ ]*@#//#'\''; }
run mounts mounts
planned() { awk '\''!/^[ \t]*#/ && NF >= 3 { print $2, $3 }'\'' /etc/fstab; }
[ -r /etc/fstab ] && run fstab planned
beneath() { for d in /sys/block/*; do
  [ -e "$d/dev" ] || continue
  read -r dev <"$d/dev"; uuid=-; below=
  [ -r "$d/dm/uuid" ] && read -r uuid <"$d/dm/uuid"
  for s in "$d"/slaves/*; do [ -e "$s/dev" ] && { read -r low <"$s/dev"; below="$below $low"; }; done
  case $(readlink -f "$d") in
  */session[0-9]* | */virtual/block/nbd* | */rbd/*) net=net ;;
  *) net=- ;;
  esac
  printf '\''%s %s %s %s%s\n'\'' "$dev" "${d##*/}" "${uuid:--}" "$net" "$below"
  for p in "$d/${d##*/}"*; do
    [ -e "$p/dev" ] && { read -r part <"$p/dev"; printf '\''%s %s - - %s\n'\'' "$part" "${p##*/}" "$dev"; }
  done
done; echo read; }
run disks beneath
snaps() {
  for f in /etc/snapper/configs/*; do [ -f "$f" ] && echo "snapper ${f##*/}"; done
  [ -d /etc/snapper/configs ] && [ ! -r /etc/snapper/configs ] && echo '\''unread /etc/snapper/configs'\''
  for f in /etc/cron.d/timeshift-hourly /etc/cron.d/timeshift-boot; do [ -f "$f" ] && echo timeshift; done
  for f in /etc/cron.*/zfs-auto-snapshot; do [ -f "$f" ] && echo zfs; done
  [ -f /etc/sanoid/sanoid.conf ] && echo sanoid
  echo read
}
run snapshots snaps
run name uname -n
exit 0
'
p kernel 30 65536 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

for t in dnf dnf5 yum; do have "$t" && break; t=; done
py='\''import sys, dnf.const, dnf.lock, dnf.logging, dnf.yum.misc
from dnf.cli import main
quiet = lambda *a, **k: None
dnf.const.LOG_HAWKEY = "/dev/null"
dnf.logging.Logging._setup_file_loggers = quiet
dnf.lock.ProcessLock.__enter__ = dnf.lock.ProcessLock.__exit__ = quiet
dnf.yum.misc.getCacheDir = lambda: "/var/cache/dnf"
sys.exit(main.user_main(["-C", "-q"] + sys.argv[1:]))'\''
p=$(head -n 1 "$(command -v "$t")" | tr '\''\000'\'' '\'' '\'' | sed -n '\''s/^#! *\(\/[^ ]*python[^ ]*\).*/\1/p'\'')
if [ "$t" = dnf ] && [ "$p" ]; then d() { "$p" -B -c "$py" "$@"; }; else d() { "$t" -C -q "$@"; }; fi

run uname uname -rv
run images stat -c '\''%Z %n'\'' /boot/vmlinuz-[0-9]* /boot/vmlinux-[0-9]* /usr/lib/modules/[0-9]*/vmlinuz
run modules stat -c '\''%Z %n'\'' /lib/modules/[0-9]*/modules.dep
have dpkg-query && run package dpkg-query -W \
    -f '\''${db:Status-Abbrev}|${Package}|${Version}\n'\'' "linux-image-$(uname -r)" "linux-image-$(uname -r)-unsigned"
livepatches() { for f in /sys/kernel/livepatch/*/enabled; do [ -r "$f" ] && [ "$(cat "$f")" = 1 ] && \
    { f=${f%/enabled}; echo "${f##*/}"; }; done; :; }
run livepatch livepatches
show /run/reboot-required /run/reboot-required.pkgs /var/run/reboot-required /run/reboot-needed
run marks stat -c '\''%Y %n'\'' /run/reboot-required /var/run/reboot-required /run/reboot-needed
hooks() { for f in /usr/share/update-notifier/notify-reboot-required /etc/kernel/postinst.d/unattended-upgrades \
    /usr/lib/zypp/plugins/commit/boot; do
  [ -e "$f" ] && echo "$f"; done; :; }
run hooks hooks
if grep -qE '\''^(ID|ID_LIKE)=.*(fedora|rhel)'\'' /etc/os-release \
    && [ "$t" ]; then run needs-restarting d needs-restarting -r; fi
have needrestart && run needrestart R needrestart -b
exit 0
'
p auto_updates 15 65536 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

programs() { for p in unattended-upgrade dnf-automatic dnf5 yum-cron rpm-ostree transactional-update os-update; do
  have "$p" && echo "$p"; done; echo end; }
run programs programs
if have apt-config; then
  periodic() { apt-config dump | grep -E '\''^(APT::Periodic::|Unattended-Upgrade::(Allowed-Origins|Origins-Pattern))'\''; }
  run periodic periodic
  [ -x /etc/cron.daily/apt-compat ] && run cron echo apt-compat
fi
have systemctl && [ -d /run/systemd/system ] && run units systemctl show apt-daily.timer apt-daily-upgrade.timer dnf-automatic.timer dnf-automatic-install.timer dnf5-automatic.timer dnf-automatic.service dnf-automatic-install.service dnf5-automatic.service yum-cron.service rpm-ostreed-automatic.timer rpm-ostreed-automatic.service transactional-update.timer transactional-update.service os-update.timer os-update.service zincati.service landscape-client.service besclient.service taniumclient.service amagent.service ninjarmm-agent.service action1_agent.service dcservice.service -p Id,LoadState,ActiveState,UnitFileState,Result,ConditionResult,ExecMainStatus,ExecMainExitTimestamp
settings() { grep -HE '\''^ *(apply_updates|download_updates|upgrade_type|AutomaticUpdatePolicy) *='\'' "$@"; }
run settings settings /etc/dnf/automatic.conf /etc/dnf/dnf5-plugins/automatic.conf /etc/yum/yum-cron.conf \
    /etc/rpm-ostreed.conf
d=/var/log/unattended-upgrades/unattended-upgrades.log
if [ -r "$d" ]; then
  lines() { { [ -r "$d.1.gz" ] && gzip -dc "$d.1.gz"; cat "$d"; } | cut -c1-200 | tail -n 200; }
  run log lines
elif [ -d "${d%/*}" ] && [ ! -x "${d%/*}" ]; then printf '\''!%s\n'\'' "$d"
else show "$d"; fi
exit 0
'
p side_software 15 65536 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

if have snap; then run snap snap list; run snap-time snap refresh --time --abs-time; fi
have flatpak && run flatpak flatpak list --app --columns=application,version,origin
opt() { [ -d /opt ] || return 0; for f in /opt/*; do [ -d "$f" ] && echo "${f##*/}"; done; :; }
run opt opt
exit 0
'
p firmware 20 524288 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

have fwupdmgr || exit 127
run updates fwupdmgr --json --no-unreported-check --no-metadata-check --no-remote-check get-updates
run stamp stat -c '\''%Y %n'\'' /var/lib/fwupd/metadata/lvfs/metadata.xml.zst \
    /var/lib/fwupd/metadata/lvfs/metadata.xml.xz /var/lib/fwupd/remotes.d/lvfs/metadata.xml.gz \
    /var/lib/fwupd/remotes.d/lvfs/firmware.xml.gz
exit 0
'
p ostree 15 524288 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

[ -e /run/ostree-booted ] || absent '\''the system is not built from ostree images'\''
have rpm-ostree || exit 127
run status rpm-ostree status --json
exit 0
'
p apt 45 1048576 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

have apt-get || absent '\''apt is not installed'\''
o='\''-o Debug::NoLocking=1 -o Dir::Log::Planner= -o Dir::Log::Solver= -o APT::Color=0 -o Dpkg::Use-Pty=0'\''
as= policy=
if [ "$(id -u)" = 0 ]; then
  have setpriv && as='\''setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs'\''
  if [ -z "$as" ] || ! policy=$($as apt-cache $o policy 2>&1); then
    as= policy=
    o="$o -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
  fi
fi
sim=$($as apt-get -s $o dist-upgrade 2>&1; echo "@exit $?")
printf '\''=upgrade\n'\''; printf '\''%s\n'\'' "$sim" | grep -Ev '\''^(Conf|Remv) '\'' | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
holds() { w=$(dpkg-query -W -f '\''${db:Status-Want} ${Package}\n'\'') && printf '\''%s\n'\'' "$w" | sed -n '\''s/^hold //p'\''; }
run holds holds
case $sim in *'\''kept back:'\''*) run unheld $as apt-get -s $o --ignore-hold dist-upgrade ;; esac
if [ "$policy" ]; then run policy printf '\''%s\n'\'' "$policy"; else run policy $as apt-cache $o policy; fi
l=$(apt-config shell l Dir::State::lists/d 2>/dev/null); eval "${l:-l=/var/lib/apt/lists/}"
for f in "$l"*_InRelease "$l"*_Release "$l"InRelease; do
  [ -r "$f" ] || continue
  run "release:${f##*/}" awk '\''/^(MD5Sum|SHA)/ { exit } /^(Origin|Label|Suite|Codename|Date|Valid-Until): /'\'' "$f"
done
run stamps stat -c '\''%Y %n'\'' "$l" /var/lib/apt/periodic/* /var/lib/dpkg/status
run history sh -c '\''f=/var/log/apt/history.log; { [ -r $f.1.gz ] && gzip -dc $f.1.gz; cat $f; } |
  grep -E "^(Start-Date|End-Date|Upgrade|Error):" | cut -c1-60 | tail -n 200'\''
exit 0
'
p dnf 45 1048576 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

grep -qE '\''^(ID|ID_LIKE)=.*(debian|ubuntu|suse|arch|alpine)'\'' /etc/os-release 2>/dev/null \
    && absent '\''dnf does not provide this system'\''

for t in dnf dnf5 yum; do have "$t" && break; t=; done
py='\''import sys, dnf.const, dnf.lock, dnf.logging, dnf.yum.misc
from dnf.cli import main
quiet = lambda *a, **k: None
dnf.const.LOG_HAWKEY = "/dev/null"
dnf.logging.Logging._setup_file_loggers = quiet
dnf.lock.ProcessLock.__enter__ = dnf.lock.ProcessLock.__exit__ = quiet
dnf.yum.misc.getCacheDir = lambda: "/var/cache/dnf"
sys.exit(main.user_main(["-C", "-q"] + sys.argv[1:]))'\''
p=$(head -n 1 "$(command -v "$t")" | tr '\''\000'\'' '\'' '\'' | sed -n '\''s/^#! *\(\/[^ ]*python[^ ]*\).*/\1/p'\'')
if [ "$t" = dnf ] && [ "$p" ]; then d() { "$p" -B -c "$py" "$@"; }; else d() { "$t" -C -q "$@"; }; fi

[ "$t" ] || absent '\''neither dnf nor yum is installed'\''
run updates d check-update
run security d --setopt=disable_excludes=all updateinfo list --security
advisories() { d --setopt=disable_excludes=all updateinfo list --all | head -n 5; }
run advisories advisories
dates() { d \
    --setopt=disable_excludes=all updateinfo info --security | grep -E '\''^ *(Update ID|Name|Updated|Issued) *: '\''; }
run dates dates
conf() { grep -hE '\''^ *(\[|enabled *=|exclude(pkgs)? *=)'\'' /etc/yum.repos.d/*.repo /etc/dnf/dnf.conf /etc/yum.conf; }
run repositories conf
locks() { sed -e '\''s/#.*//'\'' -e '\''/^ *$/d'\'' /etc/dnf/plugins/versionlock.list /etc/yum/pluginconf.d/versionlock.list; }
run locks locks
cached() { for f in /var/cache/dnf/*/repodata/repomd.xml /var/cache/libdnf5/*/repodata/repomd.xml \
    /var/cache/yum/*/*/*/repomd.xml; do
  [ -r "$f" ] \
    && echo "$(stat -c '\''%Y %Z'\'' "$f") $(sed -n '\''s/.*<revision>\([0-9]*\)<.*/\1/p'\'' "$f" | head -n 1) $f"; done; :; }
run cached cached
last() { rpm -qa --qf '\''%{INSTALLTIME}\n'\'' | sort -n | tail -n 1; }
run last last
exit 0
'
p zypper 45 1048576 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

have zypper || absent '\''zypper is not installed'\''
grep -qE '\''^(ID|ID_LIKE)=.*(debian|ubuntu|fedora|rhel)'\'' /etc/os-release 2>/dev/null \
    && absent '\''zypper does not provide this system'\''
z() { set -- zypper --non-interactive --no-refresh "$@"
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"; else "$@"; fi; }
run patch-check z patch-check
run patches z --xmlout list-patches --all
run updates z --xmlout list-updates
run locks z locks
repos() { z --xmlout repos | grep -oE '\''<repo [^>]*>'\''; }
run repositories repos
cached() { for f in /var/cache/zypp/raw/*/repodata/repomd.xml; do
  [ -r "$f" ] && echo "$(stat -c %Z "$f") $(stat -c %Y "${f%/*/*}/cookie" 2>/dev/null \
    || echo 0) $(sed -n '\''s/.*<revision>\([0-9]*\)<.*/\1/p'\'' "$f" | head -n 1) $f"; done; :; }
run cached cached
last() { rpm -qa --qf '\''%{INSTALLTIME}\n'\'' | sort -n | tail -n 1; }
run last last
exit 0
'
p apk 20 65536 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

have apk || absent '\''apk is not installed'\''
[ -r /lib/apk/db/installed ] || [ -r /usr/lib/apk/db/installed ] || absent '\''apk does not provide this system'\''
run updates apk --no-network version -v -l '\''<'\''
repos() { grep -hEv '\''^ *(#|$)'\'' /etc/apk/repositories /etc/apk/repositories.d/*.list; }
run repositories repos
run world cat /etc/apk/world
run indexes stat -c '\''%Y %n'\'' /var/cache/apk/APKINDEX.*.tar.gz
run installed stat -c '\''%Y %n'\'' /lib/apk/db/installed /usr/lib/apk/db/installed
exit 0
'
p pacman 20 65536 '
run() {
  printf '\''=%s\n'\'' "$1"; shift
  { "$@" 2>&1; echo "@exit $?"; } | sed -e '\''s#//[^/@ ]*@#//#g'\'' -e '\''s/^/ /'\''
}

have pacman || absent '\''pacman is not installed'\''
[ -d /var/lib/pacman/local ] || absent '\''pacman does not provide this system'\''
run updates pacman -Qu
conf() { grep -hE '\''^ *(\[|IgnorePkg|IgnoreGroup)'\'' /etc/pacman.conf; }
run repositories conf
run indexes stat -c '\''%Y %n'\'' /var/lib/pacman/sync/*.db
log() { grep -E '\''\[ALPM\] (transaction completed|upgraded)|starting full system upgrade'\'' \
    /var/log/pacman.log | cut -c1-80 | tail -n 50; }
run log log
exit 0
'
printf '\n@%s DONE\n' "$nonce"
}
