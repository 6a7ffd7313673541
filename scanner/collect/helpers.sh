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
  for f in "$@"; do
    case $f in *"$NL"*)
      printf '!%s\n' "${f%%"$NL"*}"
      continue
      ;;
    esac
    if [ -f "$f" ]; then
      if t=$(sed 's/^/ /' "$f" 2>/dev/null); then
        printf '=%s\n' "$f"
        [ -z "$t" ] || printf '%s\n' "$t"
      else
        printf '!%s\n' "$f"
      fi
    elif gone "$f"; then
      printf -- '-%s\n' "$f"
    else
      printf '!%s\n' "$f"
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
