"""The SSH server as it would decide: `sshd -T`, once without a connection and once per kind of connection.

`sshd -T` without `-C` ignores Match blocks, so that where there are any, it is asked again for root, the
administrators and one ordinary account, each from a private and from a public address. `sshd -G` (OpenSSH 9.3)
gives the same without host keys and thus without root rights, as long as every configuration file can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from scanner.facts.base import Access, FileText, Grant, Probe, RawFact, RawFacts, Reader, files
from scanner.facts.ssh import SshServer, SshSettings
from scanner.model import Absent, Maybe, Reason, Unknown

Sections = Mapping[str, FileText | Absent | Unknown]

_MAIN = ("/etc/ssh/sshd_config", "/usr/etc/ssh/sshd_config")
_LOGIN_RULES = "/etc/security/access.conf"
_DEPTH = 4

# Addresses of no real host: one of RFC 1918, one that RFC 5737 reserves for documentation.
_SCRIPT = r"""
running() { grep -lx "$1" /proc/[0-9]*/comm 2>/dev/null; }
commands() { running "$1" | while IFS= read -r c; do tr '\000' ' ' <"${c%comm}cmdline"; echo; done | sed 's/^/ /'; }
units='ssh.service sshd.service ssh.socket sshd.socket'
sshd_idle() {
  [ -z "$SSH_CONNECTION" ] && [ -d /run/systemd/system ] && [ -z "$(running sshd)" ] &&
    ! systemctl -q is-active $units && ! systemctl -q is-enabled $units >/dev/null 2>&1
}
listening() { grep -qE '^ *[0-9]+: [0-9A-F]+:0016 [0-9A-F:]+ 0A ' /proc/net/tcp /proc/net/tcp6 2>/dev/null; }

printf '=dropbear\n'; commands dropbear
if ! have sshd || sshd_idle; then
  [ -n "$(running dropbear)" ] && { printf '=end\n'; exit 0; }
  listening && { printf '=other\n=end\n'; exit 0; }
  [ -n "$SSH_CONNECTION" ] && { printf '=other\n=end\n'; exit 0; }
  have sshd && absent 'the SSH server is installed, but it neither runs nor is it enabled'
  absent 'no SSH server is installed'
fi
printf '=openssh\n'; commands sshd | grep '/sshd'
printf '=version\n'; sshd -V 2>&1 | sed -n 's/.*\(OpenSSH_[^ ,]*\).*/ \1/p'
printf '=hostkeys\n'
if have ssh-keygen; then
  for k in /etc/ssh/ssh_host_*_key.pub; do [ -r "$k" ] && ssh-keygen -l -f "$k"; done 2>/dev/null | sed 's/^/ /'
fi
if grep -qsE '^[^#]*pam_access' /etc/pam.d/sshd /etc/pam.d/common-account /etc/pam.d/password-auth; then
  printf '=pam_access\n'; show /etc/security/access.conf
fi

todo=/etc/ssh/sshd_config; [ -e "$todo" ] || todo=/usr/etc/ssh/sshd_config
depth=0; matches=0; closed=0
while [ -n "$todo" ] && [ "$depth" -lt 4 ]; do
  show $todo
  next=
  for p in $todo; do
    [ -e "$p" ] || continue
    [ -r "$p" ] || { closed=1; continue; }
    grep -qiE '^[[:space:]]*match[[:space:]=]' "$p" && matches=1
    set -f
    for i in $(sed -n 's/^[[:space:]]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][[:space:]=]\{1,\}//p' "$p" | tr -d '"'); do
      case $i in /*) ;; *) i=/etc/ssh/$i ;; esac
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
if evaluate global && [ "$matches$closed" != 00 ]; then
  admins=$(awk -F: '$1 ~ /^(sudo|wheel|admin)$/ { gsub(/,/, "\n", $4); print $4 }' /etc/group
    awk -F: '$3 == 0 { print $1 }' /etc/passwd)
  ordinary=$(printf '%s\n' "$admins" | awk -F: '
    FILENAME == "-" { admin[$1] = 1; next }
    $3 >= 1000 && $3 < 60000 && $7 !~ /(nologin|false)$/ && !($1 in admin) { print $1; exit }' - /etc/passwd)
  count=0
  for u in $(printf '%s\n' root $admins "${ordinary:-nobody}" | awk '!seen[$0]++'); do
    case $u in [!a-z_]* | *[!a-z0-9_-]*) printf '=skipped %s\n' "$u"; continue ;; esac
    count=$((count + 1))
    [ "$count" -gt 10 ] && { printf '=skipped %s\n' "$u"; continue; }
    evaluate "$u private" -C "user=$u,host=scan.invalid,addr=10.77.0.9" || printf '=skipped %s\n' "$u"
    evaluate "$u public" -C "user=$u,host=scan.invalid,addr=198.51.100.77" || printf '=skipped %s\n' "$u"
  done
fi
printf '=end\n'
"""

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


def read_ssh(raw: RawFacts) -> SshServer | Absent | Unknown:
    """`SshServer`; absent when no SSH server is installed, or none runs or is enabled."""
    body = raw.read(SSHD.name)
    if not isinstance(body, RawFact):
        return body
    sections = files(body)
    if "end" not in sections:
        return Unknown(Reason.UNREADABLE, "sshd: the answer is incomplete")
    if "openssh" in sections:
        return _openssh(sections, body)
    commands = _lines(sections, "dropbear")
    return _dropbear(commands) if commands else _other()


def _lines(sections: Sections, name: str) -> tuple[str, ...]:
    section = sections.get(name)
    return tuple(line for line in section.lines if line.strip()) if isinstance(section, FileText) else ()


# --- OpenSSH ---------------------------------------------------------------------------------------------


def _openssh(sections: Sections, raw: RawFact) -> SshServer:
    text = _config(sections)
    settings = _settings(sections, raw)
    blocks = _match_lines(sections) if isinstance(text, tuple) else text
    version = next((line.strip() for line in _lines(sections, "version")), None)
    return SshServer(
        product="openssh",
        version=version or Unknown(Reason.UNREADABLE, "sshd -V named no version"),
        ports=_ports(settings),
        settings=settings,
        match_blocks=blocks,
        matches_evaluated=_evaluated(sections, blocks, settings),
        config_text=text,
        host_keys=_host_keys(sections),
        access_rules=_access_rules(sections),
    )


def _settings(sections: Sections, raw: RawFact) -> Maybe[tuple[SshSettings, ...]]:
    if (why := _beside(sections)) is not None:
        return why
    found = tuple(_evaluations(sections))
    if found and not found[0].user:
        return found
    if "no hostkeys available" in raw.complaint or not raw.complaint:
        return Unknown(Reason.DENIED, "sshd -T: only root can ask the server; see `ctpat explain --sudoers`")
    return Unknown(Reason.UNREADABLE, f"sshd -T: {raw.complaint}")


def _beside(sections: Sections) -> Unknown | None:
    """Why the configuration files do not say what is in force."""
    if _lines(sections, "dropbear"):
        return Unknown(Reason.UNSUPPORTED, "a second SSH server (Dropbear) runs beside OpenSSH")
    for line in _lines(sections, "openssh"):
        words = line.split()
        if any(word[:2] in ("-o", "-f") for word in words if len(word) > 1):
            return Unknown(Reason.UNSUPPORTED, f"sshd runs with options of its own on its command line: {line.strip()}")
    return None


def _evaluations(sections: Sections) -> Iterator[SshSettings]:
    """The global evaluation first, then one for each user and address."""
    for name, section in sections.items():
        words = name.split(" ")
        if not isinstance(section, FileText) or words[0] not in ("T", "G"):
            continue
        if words[1:] == ["global"]:
            yield SshSettings(user="", address="", values=_values(section))
        elif len(words) == 3:
            yield SshSettings(user=words[1], address=words[2], values=_values(section))


def _values(section: FileText) -> Mapping[str, tuple[str, ...]]:
    values: dict[str, tuple[str, ...]] = {}
    for line in section.lines:
        keyword, _, value = line.strip().partition(" ")
        if keyword:
            values[keyword.lower()] = (*values.get(keyword.lower(), ()), value.strip())
    return values


def _evaluated(sections: Sections, blocks: Maybe[int], settings: Maybe[tuple[SshSettings, ...]]) -> Maybe[bool]:
    """True when the effect of all Match blocks was seen, or there are none."""
    if blocks == 0:
        return True
    if isinstance(settings, Absent | Unknown):
        return settings
    skipped = sorted({name.split(" ", 1)[1] for name in sections if name.startswith("skipped ")})
    if skipped:
        return Unknown(Reason.DENIED, f"the effect of Match blocks could not be read for: {', '.join(skipped)}")
    if not any(item.user for item in settings):
        return Unknown(Reason.UNREADABLE, "the effect of Match blocks could not be read")
    return True


def _ports(settings: Maybe[tuple[SshSettings, ...]]) -> Maybe[tuple[int, ...]]:
    if isinstance(settings, Absent | Unknown):
        return settings
    return tuple(int(port) for port in settings[0].values.get("port", ()) if port.isascii() and port.isdigit())


_KEY = re.compile(r"^(?P<bits>\d{1,6}) (?:SHA256|MD5):\S+ .*\((?P<kind>[A-Za-z0-9-]+)\)$", re.ASCII)


def _host_keys(sections: Sections) -> Maybe[tuple[tuple[str, int], ...]]:
    keys = [found for line in _lines(sections, "hostkeys") if (found := _KEY.match(line.strip()))]
    if not keys:
        return Unknown(Reason.NO_EVIDENCE, "no public host key in /etc/ssh could be read")
    return tuple((found["kind"].lower(), int(found["bits"])) for found in keys)


def _access_rules(sections: Sections) -> Maybe[tuple[str, ...]]:
    if "pam_access" not in sections:
        return ()
    section = sections.get(_LOGIN_RULES)
    if not isinstance(section, FileText):
        return Unknown(Reason.DENIED, f"{_LOGIN_RULES}: this account may not read it")
    return tuple(line.strip() for line in section.lines if line.strip()[:1] in ("+", "-"))


# --- The configuration files -----------------------------------------------------------------------------


def _config(sections: Sections) -> Maybe[tuple[tuple[str, str], ...]]:
    """Keyword and value of every line, included files in their place; unknown when one of them is unreadable."""
    closed = [
        section
        for path, section in sections.items()
        if path.startswith("/") and path != _LOGIN_RULES and isinstance(section, Unknown)
    ]
    if closed:
        return closed[0]
    main = next((path for path in _MAIN if isinstance(sections.get(path), FileText)), None)
    if main is None:
        return Unknown(Reason.UNREADABLE, "no sshd_config was found")
    return tuple(_expand(sections, main, "all", 0))


def _match_lines(sections: Sections) -> int:
    texts = (part for path, part in sections.items() if path.startswith("/") and path != _LOGIN_RULES)
    lines = (line for part in texts if isinstance(part, FileText) for line in part.lines)
    return sum((_pair(line) or ("", ""))[0] == "match" for line in lines)


def _expand(sections: Sections, path: str, condition: str, depth: int) -> Iterator[tuple[str, str]]:
    section = sections.get(path)
    here = condition
    for line in section.lines if isinstance(section, FileText) else ():
        if (pair := _pair(line)) is None:
            continue
        if pair[0] == "match":
            here = pair[1]
        if pair[0] == "include" and depth < _DEPTH:
            for name in _included(sections, pair[1]):
                yield from _expand(sections, name, here, depth + 1)
        else:
            yield pair
    if here != condition:
        # A Match in an included file ends with that file; say so where its text is flattened.
        yield ("match", condition)


def _pair(line: str) -> tuple[str, str] | None:
    text = line.strip()
    if not text or text.startswith("#"):
        return None
    keyword, value = (*re.split(r"[\s=]+", text, maxsplit=1), "")[:2]
    return keyword.lower(), value.strip().strip('"')


def _included(sections: Sections, patterns: str) -> Iterator[str]:
    for pattern in patterns.replace('"', "").split():
        full = pattern if pattern.startswith("/") else f"/etc/ssh/{pattern}"
        yield from sorted(
            path for path, section in sections.items() if isinstance(section, FileText) and fnmatchcase(path, full)
        )


# --- Other servers ---------------------------------------------------------------------------------------

_UNTOLD = "it has no command that tells the settings in force"


def _dropbear(commands: tuple[str, ...]) -> SshServer:
    """What the flags of the running Dropbear say; each of them counts for every connection."""
    why = Unknown(Reason.UNSUPPORTED, f"Dropbear: {_UNTOLD}")
    flags = _flags(commands)
    return SshServer(
        product="dropbear",
        version=why,
        ports=why,
        settings=(SshSettings(user="", address="", values=_dropbear_values(flags)),),
        match_blocks=0,
        matches_evaluated=True,
        config_text=why,
        host_keys=why,
        access_rules=why,
    )


# dropbear(8): these flags take a value, which may follow at once (`-p2222`) and holds no flags.
_FLAG = re.compile(r"-(?P<flags>[^bdrDpPWKITcGA]*)")


def _flags(commands: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """The one-letter flags of each process; flags may be written together."""
    return tuple(
        frozenset(letter for word in line.split()[1:] if (found := _FLAG.match(word)) for letter in found["flags"])
        for line in commands
    )


def _dropbear_values(processes: tuple[frozenset[str], ...]) -> Mapping[str, tuple[str, ...]]:
    """In sshd's words; a flag counts only when every running process has it (-B: when any has)."""
    common = frozenset.intersection(*processes)
    root = "no" if "w" in common else "without-password" if common & {"g", "s"} else "yes"
    return {
        "permitrootlogin": (root,),
        "passwordauthentication": ("no" if "s" in common else "yes",),
        "permitemptypasswords": ("yes" if any("B" in flags for flags in processes) else "no",),
    }


def _other() -> SshServer:
    why = Unknown(Reason.UNSUPPORTED, "an SSH server answers that is neither OpenSSH nor Dropbear")
    return SshServer(
        product=why,
        version=why,
        ports=why,
        settings=why,
        match_blocks=why,
        matches_evaluated=why,
        config_text=why,
        host_keys=why,
        access_rules=why,
    )


SSH_SERVER = Reader(fact=SshServer, probes=(SSHD,), read=read_ssh)
READERS = (SSH_SERVER,)
