"""What is asked of a Linux host about its backups; every snippet reads only, and no snippet opens a repository.

Command lines hold passwords. They are cut down on the target: what leaves it of a line are the names of known
programs and verbs, option names without values, absolute paths, and addresses without credentials.
"""

from __future__ import annotations

from scanner.facts.base import Access, Grant, Probe
from scanner.facts.linux.backups.programs import AGENTS, HOUSEKEEPING, PROGRAMS, SNAPSHOT_UNITS, kept_words
from scanner.facts.linux.patching.sections import RUN
from scanner.facts.linux.processes import OWN

_NETWORK = "nfs|nfs4|cifs|smb3|smbfs|fuse[.].*|ceph|glusterfs|lustre|afs|9p|davfs|beegfs|autofs"

# Options of programs that copy, which take the next word as their value: that word is no place the program works on.
_VALUED = (
    "(ex|in)clude(-from|-filelist|-regexp|-globbing-filelist|-if-present|-older-than|-rule)?|filter|files-from|rsh|"
    "rsync-path|remote-schema|ssh-options|log-file|temp-dir|tempdir|partial-dir|(backup|compare|copy|link)-dest|"
    "backup-dir|config|cache-dir|archive-dir|write-batch|bwlimit|suffix|name|volsize"
)
_LETTERS = " ".join(f"{name}={program.valued}" for name, program in PROGRAMS.items() if program.valued is not None)
_COPIERS = " ".join(name for name, program in PROGRAMS.items() if program.copies)

# Words of a command line that may leave the target. The rest of the line is dropped, so are option values; of the
# one-letter options of a program whose letters are known all leave, up to one with a value. Where a program copies,
# `?` stands for a dropped word, `?:` for one that names another host.
_WORDS = rf"""
words='
BEGIN {{ n = split("{" ".join(kept_words())}", k, " "); for (i = 1; i <= n; i++) kept[k[i]] = 1
  n = split("{_LETTERS}", k, " "); for (i = 1; i <= n; i++) {{ split(k[i], v, "="); valued[v[1]] = v[2] }}
  n = split("{_COPIERS}", k, " "); for (i = 1; i <= n; i++) copies[k[i]] = 1 }}
function clean(s,   a, n, i, w, o, skip, out) {{
  while (match(s, /(--rsh|-[A-Za-z]*e)[= ]*("[^"]*"|\047[^\047]*\047)/)) {{
    w = substr(s, RSTART, RLENGTH); sub(/[= ]*["\047].*/, " X ", w)
    s = substr(s, 1, RSTART - 1) w substr(s, RSTART + RLENGTH)
  }}
  gsub(/(pass|secret|token|key|cred)[A-Za-z_-]*[= ]+("[^"]*"|\047[^\047]*\047)/, "password X ", s)
  gsub(/[0-9&]*>+&?[ \t]*[^ \t;|&"\047]+/, " ", s); gsub(/["\047`()<>]/, " ", s)
  gsub(/&&/, " %and% ", s); gsub(/[;|&]+/, " ; ", s); n = split(s, a, /[ \t]+/); out = ""; skip = 0
  for (i = 1; i <= n; i++) {{
    w = a[i]; if (w == "") continue
    if (w ~ /^#/) break
    if (skip) {{ skip = 0; if (w !~ /^-/) continue }}
    if (w ~ /^--[a-z-]+=$/) skip = (w !~ /^--(repo|repository|target)=$/)
    else if (w ~ /^-/ && w !~ /=/) skip = takes(w)
    o = w; w = word(w); if (w == "" && prog in copies) w = hint(o)
    if (w == ";" || w == "&&") prog = ""; else if (prog == "") prog = program(w)
    if (w != "") out = out " " w
  }}
  prog = ""
  return substr(out, 2)
}}
function program(w) {{ sub(/.*\//, "", w); return w in valued || w in copies ? w : "" }}
function takes(w) {{
  if (tolower(w) ~ /^--.*(pass|secret|token|key|cred|auth|user)/) return 1
  if (prog in copies && w ~ /^--({_VALUED})$/) return 1
  if (!(prog in valued)) return w ~ /^-[pu]$/ || tolower(w) ~ /pass|secret|token|key|cred|auth|user/
  return w !~ /^--/ && letters(w) == w && w !~ /r$/ && index(valued[prog], substr(w, length(w))) > 0
}}
function letters(w,   i, c, out) {{
  out = "-"
  for (i = 2; i <= length(w); i++) {{
    c = substr(w, i, 1); if (c !~ /[A-Za-z]/) break
    out = out c; if (index(valued[prog], c)) break
  }}
  return length(out) > 1 ? out : substr(w, 1, 2)
}}
function hint(w) {{ return w ~ /^-/ || w ~ /^\\+$/ ? "" : w ~ /^[^\/=]*:/ ? "?:" : "?" }}
function word(w,   v) {{
  if (w ~ /^(RESTIC_REPOSITORY|BORG_REPO|PBS_REPOSITORY|TARGET_URL)=/) {{ sub(/^[A-Z_]*=/, "", w); return word(w) }}
  if (w ~ /^--(repo|repository|target)=/) {{ v = w; sub(/=.*/, "", v); sub(/^[^=]*=/, "", w); return v " " word(w) }}
  if (w ~ /^--?dry-?run$/) return "--dry-run"
  if (w ~ /^--[a-z-]*=(false|no|0)$/) return ""
  if (w ~ /^--/) {{ sub(/=.*/, "", w); return w ~ /^--[a-z0-9-]*$/ ? w : "" }}
  if (w ~ /^-/) return prog in valued ? letters(w) : substr(w, 1, 2)
  if (w == "%and%") return "&&"
  if (w == ";" || w in kept) return w
  sub(/[?#].*/, "", w)
  if (w ~ /:\/\//) {{ gsub(/\/\/.*@/, "//", w); return w ~ /^[a-z0-9+:]*:\/\/[A-Za-z0-9\/]/ ? w : "" }}
  if (w ~ /^\// || w ~ /^::/) return w
  if (w ~ /@/ && w ~ /^[^\/@]*:[^\/@]*@/ && w !~ /^sftp:/) sub(/^.*@/, "", w)
  if (w ~ /^(s3|b2|azure|gs|sftp|rclone|swift):[A-Za-z0-9]/) {{ gsub(/:[^:@\/]*:[^@\/]*@/, ":", w); return w }}
  if (w ~ /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:/ || w ~ /^[A-Za-z0-9][A-Za-z0-9.-]*:[\/~:]/) {{
    v = w; sub(/:.*/, ":", v); sub(/^[^:]*:/, "", w); return w ~ /^[\/~:.]/ ? v w : v }}
  return w ~ /^[A-Za-z0-9._-]*[Bb]ackup[A-Za-z0-9._-]*$/ ? w : ""
}}
'
plain() {{
  part=$1
  case $part/ in *//* | */./* | */../*) return 1 ;; esac
  [ -e "$part" ] || {{ [ -d "${{part%/*}}/" ] && [ -x "${{part%/*}}/" ]; }} || return 1
  while [ -n "$part" ]; do
    [ ! -h "$part" ] || return 1
    part=${{part%/*}}
  done
}}
real() {{
  paths=$(awk '{{ for (i = 1; i <= NF; i++) {{
    w = $i; sub(/^file:\/\//, "", w); sub(/:.*/, "", w)
    if (w ~ /^\// && !(w in seen) && n < 60) {{ seen[w]; n++; print w }}
  }} }}')
  [ -n "$paths" ] || return 0
  shares=$(awk '$3 ~ /^({_NETWORK})$/ {{ print $2 }}' /proc/self/mounts)
  printf '%s\n' "$paths" | while read -r path; do
    on=; for share in $shares; do case $path/ in "$share"/*) on=1 ;; esac; done
    if [ -n "$on" ] || plain "$path"; then printf '%s\t%s\n' "$path" "$path"
    else printf '%s\t%s\n' "$path" "$(readlink -f "$path")"; fi
  done
}}
"""

_FOUND_BY_NAME = "|".join(
    sorted({"[Bb]ackup", "restic", "borg", *(name for name in PROGRAMS if len(name) > 4), *AGENTS, *SNAPSHOT_UNITS})
)
_NOT_ASKED = "|".join(
    (
        *HOUSEKEEPING,
        "apt-daily.*|e2scrub.*|fstrim|logrotate|man-db|systemd-.*|motd-news|update-notifier.*|fwupd-refresh",
        "ua-timer|apt-news|esm-cache|dnf-makecache|unbound-anchor|mdcheck.*|mdmonitor.*|sysstat.*|phpsessionclean",
        "chkrootkit|raid-check|plocate-updatedb|updatedb|shadow|mlocate.*|exim4-base|certbot|podman-auto-update",
    )
)
_UNITS = rf"""
have systemctl && [ -d /run/systemd/system ] || absent 'the host is not run by systemd'
files=$(for d in /etc/systemd/system /run/systemd/system /run/systemd/generator.late /usr/local/lib/systemd/system \
  /usr/lib/systemd/system /lib/systemd/system; do [ -d "$d" ] && printf '%s\n' "$d"/*; done |
  awk '{{ sub(/.*\//, "") }} /{_FOUND_BY_NAME}/ && /^[A-Za-z0-9:_.@-]*[.](service|timer)$/ && !/@[.]/' | sort -u)
planned=
for name in $files; do case $name in *.timer) planned="$planned $name" ;; esac; done
timers=$(systemctl show '*.timer' $planned \
  -p Id,Unit,LoadState,UnitFileState,ActiveState,LastTriggerUSec,TimersCalendar,TimersMonotonic)
names=$(printf '%s\n' "$timers" "$files" | awk '{{ triggered = sub(/^Unit=/, "") }}
  (triggered || /^[^=]*[.]service$/) && !/^({_NOT_ASKED})[.]service$/' | sort -u | head -n 60)
"""

UNITS = Probe(
    name="backup_units",
    why="which services take backups, which timers start them, how their last run ended, and where they write",
    timeout_s=15,
    max_bytes=256 * 1024,
    script=RUN
    + _WORDS
    + _UNITS
    + r"""
run timers printf '%s\n' "$timers"
services() {
  systemctl show cron.service crond.service cronie.service anacron.timer $names -p Id,Type,LoadState,ActiveState \
    -p UnitFileState,Result,ConditionResult,ConditionTimestamp,ExecMainCode,ExecMainStatus,ExecMainExitTimestamp \
    -p ExecMainStartTimestamp,FragmentPath,ExecStart |
    awk "$words"'
      /^ExecStart=/ { p = $0; sub(/^ExecStart=[{] path=/, "", p); sub(/ ;.*/, "", p); i = $0 ~ / ; ignore_errors=yes ;/
        s = $0; sub(/^.* argv\[\]=[^ ]*/, "", s); sub(/ ; ignore_errors=.*/, "", s)
        sub(/.*\//, "/&", p); gsub(/\/\//, "/", p); prog = program(p)
        print "Exec=" (i ? "ignored" : "counted") " " p " " clean(s); next }
      { print }'
}
shown=$(services)
run services printf '%s\n' "$shown"
resolve() { printf '%s\n' "$shown" | sed -n 's/^Exec=[a-z]* //p' | real; }
run real resolve
exit 0
""",
)

JOURNAL = Probe(
    name="backup_journal",
    why="what process 1 recorded of the ends of backup services",
    access=Access.PARTIAL,
    timeout_s=20,
    max_bytes=512 * 1024,
    script=RUN
    + _UNITS
    + r"""
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
""",
)

CRON = Probe(
    name="backup_cron",
    why="which crontabs start backups, of which account, how often, and where they write; which files cron takes",
    access=Access.PARTIAL,
    grants=(Grant("/usr/bin/crontab -l -u root"),),
    max_bytes=256 * 1024,
    script=RUN
    + _WORDS
    + OWN
    + r"""
# What of each file may leave: of a crontab (with accounts: system, else user), an anacrontab or a script.
# Fails where awk does not come to its end: then what is missing was not read.
words_of() { # KIND FILE ...
  [ $# -gt 0 ] || return 0
  said=$(awk "$words"'
    function entry(kind,   n, i, when, who, rest, said) {
      gsub(/^[ \t]+/, "")
      if (/^#/ || /^$/ || /^[A-Za-z_][A-Za-z0-9_]*[ \t]*=/) return
      total++; n = (kind == "anacron") ? 3 : ($1 ~ /^@/) ? 1 : 5; when = $1; rest = $0
      for (i = 1; i <= n; i++) {
        if (i > 1 && kind != "anacron") when = when " " $i
        sub(/^[^ \t]+[ \t]+/, "", rest)
      }
      who = "-"
      if (kind == "system") { who = $(n + 1); sub(/^[^ \t]+[ \t]+/, "", rest); if (!(who in known)) who = who "?" }
      if (when !~ (kind == "anacron" ? "^[A-Za-z0-9@]+$" : "^[A-Za-z0-9@*,/ -]+$")) return
      said = clean(rest); if (said != "") print " " when "\t" who "\t" said
    }
    function line(kind,   said) {
      if (kind != "script") { entry(kind); return }
      total++; if (/^[ \t]*#/) return
      said = clean($0); if (said != "") print " " said
    }
    BEGIN {
      while ((getline one < "/etc/passwd") > 0) { sub(/:.*/, "", one); known[one] = 1 }
      for (a = 1; a < ARGC; a += 2) {
        file = ARGV[a + 1]; total = 0; print "=" (file == "/dev/stdin" ? "root-crontab" : file)
        while ((status = (getline < file)) > 0) line(ARGV[a])
        close(file); print " #lines\t" total; print " @exit " (status < 0 ? 2 : 0)
      }
    }' "$@") && ended=0 || ended=1
  printf '%s\n' "$said" | sed -n -e 's#//[^/@ ]*@#//#g' -e '/./p'
  return "$ended"
}
spools='/var/spool/cron/crontabs/* /var/spool/cron/tabs/* /var/spool/cron/* /etc/crontabs/*'
all() {
known=
set --
for f in /etc/crontab /etc/cron.d/*; do
  case ${f##*/} in .* | *~ | *.dpkg-* | *.rpm*) continue ;; esac
  [ -f "$f" ] || continue
  if [ -r "$f" ]; then set -- "$@" system "$f"; else show "$f"; fi
done
[ -d /etc/cron.d ] && [ ! -r /etc/cron.d ] && printf '!/etc/cron.d\n'
f=/etc/anacrontab
if [ -r "$f" ]; then set -- "$@" anacron "$f"; elif [ -e "$f" ]; then printf '!%s\n' "$f"; fi
for d in /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /etc/periodic/*; do
  [ -d "$d" ] || continue
  [ -r "$d" ] || printf '!%s\n' "$d"
  for f in "$d"/*; do
    [ -f "$f" ] && { [ -x "$f" ] || [ ! -r "$f" ]; } || continue
    if [ -r "$f" ]; then set -- "$@" script "$f"; else printf '!%s\n' "$f"; fi
  done
done
if [ "$CTPAT_RIGHTS" = root ]; then
  for f in $spools; do
    [ -f "$f" ] && [ ! -h "${f%/*}" ] || continue
    if [ -r "$f" ]; then set -- "$@" user "$f"; else show "$f"; fi
  done
  known=read
elif have crontab; then
  said=$(R crontab -l -u root 2>&1); rc=$?
  case $rc:$said in
  0:*) printf '%s\n' "$said" | words_of user /dev/stdin && known=read ;;
  97:*) printf '!root\n' ;;
  *'no crontab for'*) known=read ;;
  *) printf '!root\n' ;;
  esac
elif [ -d /var/spool/cron ] || [ -d /etc/crontabs ]; then printf '!root\n'
else known=none; fi
words_of "$@" && [ -n "$known" ] && run root echo "$known"
}
found=$(all)
printf '%s\n' "$found"
daemon() {
  own 'cron|crond|anacron|fcron|systemd-cron' | while read -r pid name; do
    file=$(readlink -f "/proc/$pid/exe") || file=
    case $file in /*) ;; *) file=$(readlink -f "$(command -v "$name")") ;; esac
    kind=other
    case ${file##*/} in
    busybox*) kind=busybox ;;
    fcron) kind=fcron ;;
    *) grep -q '[.]rpmsave' "$file" && kind=cronie; grep -q 'dpkg-(old' "$file" && kind=debian ;;
    esac
    printf '%s\n#kind\t%s\t%s\n' "$name" "$kind" "$(tr '\000' ' ' <"/proc/$pid/cmdline")"
  done
  set -- /proc/[0-9]*
  [ -r /proc/1/comm ] || set --
  printf '#processes %s\n' "$#"
}
run daemon daemon
taken() {
  for d in /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /etc/periodic/*; do
    [ -d "$d" ] && have run-parts && out=$(run-parts --test "$d") || continue
    set -f; IFS=$NL
    [ -z "$out" ] || printf 'runs %s\n' $out
    set +f; unset IFS
    printf 'asked %s\n' "$d"
  done
  set -- /etc/crontab /etc/anacrontab /etc/cron.d/*
  ls -lnL "$@" | awk '/^-/ { print "mode", $1, $3, $NF }'
  for f in "$@"; do
    [ -r "$f" ] && [ -s "$f" ] && [ "$(tail -c 1 "$f"; echo .)" != "$NL." ] && printf 'open %s\n' "$f"
  done
  [ "$CTPAT_RIGHTS" != root ] || for f in $spools; do
    [ ! -f "$f" ] || grep -q "^${f##*/}:" /etc/passwd || printf 'stranger %s\n' "$f"
  done
  echo read
}
run taken taken
resolve() { printf '%s\n' "$found" | grep '^ ' | real; }
run real resolve
exit 0
""",
)

_CACHES = ("/root/.config/borg/security", "/root/.cache/restic", "/root/.cache/duplicity")

STATE = Probe(
    name="backup_state",
    why="what backup programs keep of their own runs: dates, repositories, whether a repository is encrypted",
    access=Access.PARTIAL,
    grants=tuple(Grant(f"/usr/bin/ls -lnR --time-style=+%s {path}", executes=True) for path in _CACHES),
    timeout_s=15,
    max_bytes=256 * 1024,
    script=RUN
    + _WORDS
    + rf"""
tree() {{
  [ "$CTPAT_RIGHTS" = root ] && [ ! -e "$1" ] && {{ echo gone; return 0; }}
  out=$(R ls -lnR --time-style=+%s "$1" 2>&1); rc=$?
  case $rc:$out in
  97:*) return 97 ;;
  *'No such file'*) echo gone; return 0 ;;
  0:*) ;;
  *) return "$rc" ;;
  esac
  printf '%s\n' "$out" | case $1 in
  */restic) awk '/:$/ {{ d = $0; sub(/:$/, "", d); n = split(d, p, "/"); id = ""; at = 0
      for (i = 1; i < n; i++) if (p[i] == "restic") {{ id = p[i + 1]; at = (p[i + 2] == "snapshots") }} next }}
    id != "" {{ seen[id] = 1 }} at && /^-/ {{ if ($6 > t[id]) t[id] = $6 }}
    END {{ for (i in seen) print "repository " i " " t[i] + 0 }}' ;;
  */security) awk '/:$/ {{ d = $0; sub(/:$/, "", d); sub(/.*\//, "", d); next }}
    /manifest-timestamp$/ {{ print "repository " d " " $6 }}' ;;
  *) awk '/:$/ {{ d = $0; sub(/:$/, "", d); sub(/.*\//, "", d); next }}
    /[.]manifest([.]gpg)?$/ {{ print "manifest " d " " $NF }}' ;;
  esac
  echo read
}}
for path in {" ".join(_CACHES)}; do run "tree:$path" tree "$path"; done
if [ "$CTPAT_RIGHTS" = root ]; then
  details() {{ for d in /root/.config/borg/security/*; do [ -d "$d" ] || continue
    for f in location key-type manifest-timestamp; do
      [ -f "$d/$f" ] || continue
      printf '%s %s ' "${{d##*/}}" "$f"; head -c 300 "$d/$f" | tr '\n' ' ' | sed 's#//[^ ]*@#//#'; echo
    done; done; echo read; }}
  run borg details
fi
borgmatic() {{ for f in /etc/borgmatic/config.yaml /etc/borgmatic.d/*.yaml /etc/borgmatic.d/*.yml; do
  [ -e "$f" ] || continue
  [ -r "$f" ] || {{ echo "unread $f"; continue; }}
  echo "file $f"
  sed -n -e 's#//[^ ]*@#//#' -e 's/^ *- path: *\([^ ]*\).*/path \1/p' \
    -e '/^ *repositories:/,/^ *[a-z_]*: *$/s/^ *- \([^ :{{]*[:/][^ ]*\) *$/path \1/p' "$f"
done; echo read; }}
[ -d /etc/borgmatic ] || [ -d /etc/borgmatic.d ] || have borgmatic && run borgmatic borgmatic
rsnap() {{ f=/etc/rsnapshot.conf
  [ -e "$f" ] || {{ echo gone; return 0; }}
  [ -r "$f" ] || {{ echo unread; return 0; }}
  sed -n -e 's/^\(snapshot_root\|logfile\)[ \t][ \t]*\([^ \t]*\).*/\1 \2/p' \
    -e 's/^backup_script[ \t].*/backup local/p' \
    -e 's#^backup[ \t][ \t]*\(/\|lvm:\|[^ \t]*localhost:\).*#backup local#p' \
    -e 's/^backup[ \t]..*[/:].*/backup remote/p' "$f"
  log=$(sed -n 's/^logfile[ \t][ \t]*\([^ \t]*\).*/\1/p' "$f" | head -n 1)
  [ -n "$log" ] && if [ -r "$log" ]; then
    tail -n 400 "$log" | sed -n -e 's/^\(\[[^]]*\]\).*: \(completed successfully\)$/log \1 \2/p' \
      -e 's/^\(\[[^]]*\]\).*: \(completed, but with some [a-z]*\).*/log \1 \2/p' \
      -e 's/^\(\[[^]]*\]\).*: \(ERROR\).*/log \1 \2/p'
  else echo log unread; fi
  echo read; }}
run rsnapshot rsnap
resolve() {{ {{ [ "$CTPAT_RIGHTS" = root ] && details; borgmatic; rsnap; }} | real; }}
run real resolve
exit 0
""",
)

PLACES = Probe(
    name="backup_places",
    why="which disk, share or encrypted volume lies beneath a backup's destination, and what this host is called; "
    "which snapshots are taken",
    script=RUN
    + r"""
hosts() { awk '!/^[ \t]*#/ && NF > 1 && $1 != "0.0.0.0"' /etc/hosts | head -n 200; }
[ -r /etc/hosts ] && run hosts hosts
mounts() { awk '{ for (i = 7; i <= NF; i++) if ($i == "-") print $3, $5, $(i + 1), $(i + 2) }' \
  /proc/self/mountinfo | sed 's#//[^ ]*@#//#'; }
run mounts mounts
planned() { awk '!/^[ \t]*#/ && NF >= 3 { print $2, $3 }' /etc/fstab; }
[ -r /etc/fstab ] && run fstab planned
beneath() { for d in /sys/block/*; do
  [ -e "$d/dev" ] || continue
  read -r dev <"$d/dev"; uuid=-; below=
  [ -r "$d/dm/uuid" ] && read -r uuid <"$d/dm/uuid"
  for s in "$d"/slaves/*; do [ -e "$s/dev" ] && { read -r low <"$s/dev"; below="$below $low"; }; done
  case $(cd -P "$d" && pwd -P) in
  */session[0-9]* | */virtual/block/nbd* | */rbd/*) net=net ;;
  *) net=- ;;
  esac
  printf '%s %s %s %s%s\n' "$dev" "${d##*/}" "${uuid:--}" "$net" "$below"
  for p in "$d/${d##*/}"*; do
    [ -e "$p/dev" ] && { read -r part <"$p/dev"; printf '%s %s - - %s\n' "$part" "${p##*/}" "$dev"; }
  done
done; echo read; }
run disks beneath
snaps() {
  for f in /etc/snapper/configs/*; do [ -f "$f" ] && echo "snapper ${f##*/}"; done
  [ -d /etc/snapper/configs ] && [ ! -r /etc/snapper/configs ] && echo 'unread /etc/snapper/configs'
  for f in /etc/cron.d/timeshift-hourly /etc/cron.d/timeshift-boot; do [ -f "$f" ] && echo timeshift; done
  for f in /etc/cron.*/zfs-auto-snapshot; do [ -f "$f" ] && echo zfs; done
  [ -f /etc/sanoid/sanoid.conf ] && echo sanoid
  echo read
}
run snapshots snaps
run name uname -n
exit 0
""",
)
