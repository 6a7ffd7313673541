main() {
unset ENV BASH_ENV CDPATH IFS LD_PRELOAD LD_LIBRARY_PATH GREP_OPTIONS POSIXLY_CORRECT TMOUT
unset CTPAT_EPOCH PERL5OPT PERL5LIB PERLLIB PERL_UNICODE PERLIO PERL_SIGNALS
unset nonce first limiter whole over headc marks inside alone at began said ended c r w i f now why plan helpers supervisor
exec 4>&1 2>/dev/null
nonce=$1 CTPAT_RIGHTS=$2 first=$3 CTPAT_BACKUP_STATUS=${4:-}
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/run/current-system/sw/bin
LC_ALL=C LANGUAGE= TZ=UTC0 NO_COLOR=1 PAGER=cat SYSTEMD_PAGER= SYSTEMD_COLORS=0
export PATH LC_ALL LANGUAGE TZ NO_COLOR PAGER SYSTEMD_PAGER SYSTEMD_COLORS CTPAT_RIGHTS CTPAT_BACKUP_STATUS
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
  limiter= whole=1 said= alone=
  if have setsid; then alone=setsid; fi
  if have timeout; then said=$(timeout --help 2>&1); fi
  # The timeout of BusyBox keeps our pipes open for up to a second: a watchdog of our own is better there.
  case $alone$said in setsid*BusyBox*) limiter=setsid ;; esac
  if [ -z "$limiter" ] && have timeout; then
    if timeout -k 1 5 true >/dev/null 2>&1; then limiter=gnu
    elif timeout -s KILL 5 true >/dev/null 2>&1; then limiter=kill
    elif timeout -t 5 -s KILL true >/dev/null 2>&1; then limiter=old; fi
  fi
  if [ -z "$limiter" ]; then limiter=${alone:-watch}; fi
  # These end the program that they started, and not what that has started.
  case $limiter:$said in kill:* | old:* | watch:* | gnu:*[Bb]usy[Bb]ox* | gnu:*[Tt]oybox*) whole= ;; esac
  headc='dd bs=1 count="$1" 2>/dev/null'
  if [ "$(printf abcdef | head -c 3)" = abc ]; then headc='head -c "$1"'; fi
  marks="tr '\\000' '\\001' | sed 's/^/|/'"
  if [ "$(printf 'a\000b' | sed 's/\x00/+/g')" = a+b ]; then marks="exec sed 's/\\x00/\\x01/g; s/^/|/'"; fi
  # Most probes complain of nothing, and then no program is needed to cut complaints.
  # Readers outlive the signal that ends a probe, so that what it said before is not lost (what waits in a
  # buffer is, where KILL has to end them too). What marks the lines keeps
  # the pipe of the errors open: ksh93 waits for the last program of a pipeline alone, which then ends after all others.
  inside='exec 4>&2 2>/dev/null
trap : TERM
{
  {
    { (eval "shift 2
$2") 2>&5 3>&- 4>&- 5>&-; echo "c$?" >&3; } |
      { trap "" TERM; '$headc' 3>&- 4>&- 5>&-; echo "r$?" >&3; } |
      { trap "" TERM; '$marks'; } >&4 3>&- 4>&-
  } 5>&1 | {
    trap "" TERM
    if IFS= read -r line || [ -n "$line" ]; then
      printf "!%.190s\n" "$line"
      exec sed -n "1,19s/^\(.\{0,190\}\).*/!\1/p"
    fi
  } >&3 3>&- 4>&-
} 3>&1'
}

lim() {
  at=$1
  shift
  case $limiter in
  gnu) $over timeout -k 2 "$at" "$@" ;;
  kill) timeout -s KILL "$at" "$@" ;;
  old) timeout -t "$at" -s KILL "$@" ;;
  # Without a subshell of its own, bash 5.2 ends by signal 11 where a command substitution waits for its job.
  *) (watch "$@") ;;
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

# With a limit on all that belongs to a probe, its readers need none of their own.
framed() {
  over=exec
  # The channel goes in as standard error: the ksh family gives no other descriptor that exec opened to a program.
  lim "$1" /bin/sh -c "$inside" /bin/sh "$2" "$helpers$3" </dev/null 2>&4 4>&-
}

piecewise() {
  {
    {
      { lim "$1" /bin/sh -c "$helpers$3" </dev/null 2>&5 3>&- 4>&- 5>&-; echo "c$?" >&3; } |
        { lim "$(($1 + 3))" /bin/sh -c "$headc" /bin/sh "$2" 3>&- 4>&- 5>&-; echo "r$?" >&3; } |
        { eval "$marks"; } >&4 3>&- 4>&-
    } 5>&1 | { lim "$(($1 + 3))" sed -n '1,20s/^\(.\{0,190\}\).*/!\1/p' >&3; } 4>&-
  } 3>&1
}

any() {
  for w in "$@"; do
    if have "$w"; then return 0; fi
  done
  return 1
}

p() {
  i=$((i + 1))
  if [ "$i" -le "$first" ]; then return 0; fi
  why=
  if [ -n "${5:-}" ] && ! any $5; then why="not installed: $5"
  elif [ -n "${6:-}" ] && [ -z "$CTPAT_BACKUP_STATUS" ]; then why='the site file names none'; fi
  if [ "$limiter" = perl ]; then
    printf '%s\000' "$1" "$2" "$3" "$why" "$4"
    return 0
  fi
  printf '\n@%s B %s %s %s\n' "$nonce" "$1" "$2" "$3"
  if [ -n "$why" ]; then
    printf '|%s\n\n@%s E %s 96 0 0\n' "$why" "$nonce" "$1"
    return 0
  fi
  now
  began=$now c=- r=-
  if [ -n "$whole" ]; then said=$(framed "$2" "$3" "$4"); else said=$(piecewise "$2" "$3" "$4"); fi
  ended=$?
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
  if [ "$c" = - ] && [ "$ended" != 0 ]; then c=$ended; fi
  now
  if [ "$now" -lt "$began" ]; then now=$((now + 100000000)); fi
  printf '@%s E %s %s %s %s\n' "$nonce" "$1" "$c" "$r" "$(((now - began) * 10))"
}

plan='@PLAN@'
helpers='@HELPERS@'
supervisor='@SUPERVISOR@'
probes() {
i=0
@PROBES@
}
case $CTPAT_RIGHTS in sudo | doas) ;; *) CTPAT_RIGHTS=user ;; esac
ionice -c 3 -p $$ >/dev/null
# One process for all probes costs the host a quarter of what the shells and filters above do. The nonce goes in where no
# other process can see it. What ended early is not begun again: the next probe runs in a channel of its own.
if have perl; then
  limiter=perl
  { printf '%s\000' "$nonce" "$helpers" "$plan" && probes && printf '\000'; } | perl -f -e "$supervisor" 3>&- 4>&- 5>&-
  case $? in
  42) return 0 ;;
  70 | 137 | 265 | 393 | 141 | 143) return 1 ;;
  esac
fi
renice -n 10 -p $$ >/dev/null
euid=$(id -u)
if [ "$euid" = 0 ]; then CTPAT_RIGHTS=root; fi
over=
choose
printf '\n@%s START version=1 timeout=%s euid=%s epoch=%s rights=%s\n' "$nonce" "$limiter" "$euid" "$(date +%s)" "$CTPAT_RIGHTS"
printf '\n@%s PLAN %s\n' "$nonce" "$plan"
probes
printf '\n@%s DONE\n' "$nonce"
}
