NL='
'
have() { command -v "$1" >/dev/null 2>&1; }
absent() { printf '%s\n' "${1:-}"; exit 96; }
denied() { [ -z "${1:-}" ] || printf '%s\n' "$1" >&2; exit 97; }
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
  [ -z "$said" ] || printf '%s\n' "$said" >&2
  case $by_rc:$said in 1:doas:*) return 97 ;; esac
  return "$by_rc"
}
show() {
  # Files that can be read wait for one awk together; the rest needs no program, or one of its own: also what awk does
  # not name, because it is empty.
  for f in "$@"; do
    shift
    if [ -f "$f" ] && [ -r "$f" ]; then
      case $f in *"$NL"*) ;; /*) set -- "$@" "$f"; continue ;; esac
    fi
    show_one "$f"
  done
  [ $# -gt 1 ] || { [ $# = 0 ] || show_one "$1"; return; }
  if t=$(awk 'FNR == 1 { print "=" FILENAME } { print " " $0 }' "$@" 2>/dev/null) &&
    { [ -z "$t" ] || printf '%s\n' "$t"; }; then
    named=$NL$t$NL
    for f in "$@"; do
      case $named in *"$NL=$f$NL"*) ;; *) show_one "$f" ;; esac
    done
    return
  fi
  for f in "$@"; do show_one "$f"; done
}
show_one() {
  case $1 in *"$NL"*)
    printf '!%s\n' "${1%%"$NL"*}"
    return
    ;;
  esac
  if [ -f "$1" ]; then
    # BusyBox takes a file that cannot be read to its end for an empty one.
    if t=$(sed 's/^/ /' "$1" 2>/dev/null) && { [ -n "$t" ] || cat "$1" >/dev/null 2>&1; }; then
      # Where printf is a program (mksh), a long text is more than it takes.
      printf '%s\n' "=$1${t:+$NL$t}" || printf '!%s\n' "$1"
    else
      printf '!%s\n' "$1"
    fi
  elif gone "$1"; then
    printf -- '-%s\n' "$1"
  else
    printf '!%s\n' "$1"
  fi
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
