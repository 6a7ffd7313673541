"""Whether a program with fixed arguments takes commands of its user, or starts a program that does.

Source: the manual page of each program; GTFOBins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from scanner.facts.linux.privileges.options import Line, split
from scanner.facts.linux.privileges.programs import (
    ANY,
    ASKING,
    CARRIERS,
    CONSOLES,
    CONTAINERS,
    EDITING,
    EDITORS,
    INTERPRETERS,
    PAGED,
    PAGERS,
    PREFIXES,
    SHELLS,
    SYSTEMD_PAGED,
    program,
    words,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What keeps a program from starting others: sudo's NOEXEC, the secure mode of systemd's pager."""

    noexec: bool
    secure_pager: bool


Words = Sequence[str]
_MOST_WORDS = 60  # more are not followed
_NONE = frozenset[str]()
_QUOTES = "'\"()[]{};!`"


def prompts(name: str, arguments: Words, hold: Hold) -> bool:
    """Whether the program, by its plain name, takes commands of its user with exactly these arguments."""
    return name in ANY if len(arguments) > _MOST_WORDS else _prompts(name, tuple(arguments), hold)


# Kept, since starters of starters ask about the same words again and again.
@lru_cache(maxsize=4096)
def _prompts(name: str, arguments: tuple[str, ...], hold: Hold) -> bool:
    if arguments[:1] in (("--version",), ("--help",)) and name in SHELLS | INTERPRETERS | EDITORS | CONSOLES | PAGERS:
        return False
    if _edits(name, arguments):
        # NOEXEC is a preloaded library, which programs that are linked statically do not load.
        return not hold.noexec or name in CONTAINERS
    own = _OWN.get(name)
    if own is not None:
        return own(arguments, hold)
    if name in SHELLS:
        return _shell(arguments, hold)
    if name in INTERPRETERS:
        return _interpreter(name, arguments, hold)
    if name in PAGERS:
        return not hold.noexec
    if name in PREFIXES:
        return _prefixed(arguments, hold)
    if name in CONTAINERS:
        return _contained(arguments, hold)
    if name in CARRIERS:
        return any(_prompts_at(arguments, place, hold) for place in range(len(arguments)))
    return name in EDITORS | CONSOLES or (_pages(name, arguments, hold) and not hold.noexec)


# --- shells and interpreters -----------------------------------------------------------------------------

_STANDARD_INPUT: tuple[tuple[str, ...], ...] = ((), ("-",), ("/dev/stdin",))
_SHELL_VALUED = words("o O rcfile init-file")
_CODE = {
    **dict.fromkeys(("perl",), words("e E")),
    **dict.fromkeys(("node", "nodejs"), words("e p eval print")),
    **dict.fromkeys(("ruby", "lua"), words("e")),
    "php": words("r"),
}
_TALKS: Mapping[str, tuple[str, ...]] = {"perl": ("d",), "ruby": (), "php": ("a", "interactive")}
_VERSION = dict.fromkeys(("perl", "ruby", "node", "nodejs", "php", "lua"), "v")


def _shell(arguments: Words, hold: Hold) -> bool:
    """It reads what its user types unless it is given a script or code; `-` is standard input."""
    line = split(arguments, _SHELL_VALUED, mixed=False)
    if line.has("c") and not line.has("i"):
        return _text(line.operands, hold)
    return line.has("i", "s") or line.operands[:1] in _STANDARD_INPUT


def _interpreter(name: str, arguments: Words, hold: Hold) -> bool:
    code, talks = _CODE.get(name, words("c m")), _TALKS.get(name, ("i", "interactive"))
    line = split(arguments, code | words("W X") if name.startswith("python") else code, mixed=False)
    if line.has(*talks):
        return True
    if (given := line.tail(*code)) is not None:
        return any(_prompts_at(given, place, hold) for place in range(len(given)))
    return line.operands[:1] in _STANDARD_INPUT and not line.has(_VERSION.get(name, "V"))


# --- editors and consoles --------------------------------------------------------------------------------


def _visudo(arguments: Words, hold: Hold) -> bool:
    return not split(arguments, words("f file x export")).has("c", "check", "V", "version", "h", "help")


def _crontab(arguments: Words, hold: Hold) -> bool:
    """An editor, or a table from standard input."""
    line = split(arguments, words("u c"))
    if line.has("e"):
        return True
    return not line.has("l", "r") and line.operands[:1] in ((), ("-",))


def _mysql(arguments: Words, hold: Hold) -> bool:
    """A fixed statement is a job, unless it is one of the client's own commands that start a shell."""
    valued = words("e execute u user h host P port D database S socket")
    given = split(arguments, valued, glued="p").tail("e", "execute")
    return given is None or _escapes(given)


_ROWS = words("select table values with show explain fetch execute returning")


def _psql(arguments: Words, hold: Hold) -> bool:
    """Rows on a terminal go through a pager, from a fixed statement as well; a file may hold any statement."""
    line = split(arguments, words("c command f file d dbname h host p port U username v set variable P pset o output"))
    given = line.tail("c", "command")
    if line.has("V"):
        return False
    if given is None:
        return True
    rows = any(word.strip("'\";()").lower() in _ROWS for word in given) and not _without_pager(arguments)
    return _escapes(given) or (rows and not hold.noexec)


def _without_pager(arguments: Words) -> bool:
    return any(word.endswith("pager=off") for word in arguments)


def _escapes(given: Words) -> bool:
    """Whether a statement holds a client's own command, such as those that start a shell."""
    plain = [word.strip("'\"") for word in given]
    return any(word in ("!", "system", ".shell", ".system") or word.startswith("\\") for word in plain)


def _sqlite(arguments: Words, hold: Hold) -> bool:
    """A database and a statement: a job."""
    line = split(arguments, _NONE)
    return len(line.operands) < 2 or _escapes(line.operands[1:]) or "-cmd" in arguments


def _gdb(arguments: Words, hold: Hold) -> bool:
    return not {"-batch", "--batch", "-batch-silent"} & set(arguments)


def _sftp(arguments: Words, hold: Hold) -> bool:
    given = split(arguments, words("b c D F i J l o P R S s X B")).tail("b")
    return given is None or given[:1] == ("-",)


def _multiplexer(arguments: Words, hold: Hold) -> bool:
    told = words("-ls -list -v -V ls list-sessions has-session kill-session kill-server")
    return not any(word in told for word in arguments[:1])


def _man(arguments: Words, hold: Hold) -> bool:
    return not hold.noexec and not split(arguments, _NONE).has("k", "f", "w", "where", "path", "apropos", "whatis")


# --- programs with a pager or an editor of their own -----------------------------------------------------

_JOURNAL_VALUED = words("u t p o S U c D M F T g unit identifier priority output since until cursor directory machine")
_UPKEEP = ("f", "follow", "rotate", "flush", "sync", "vacuum-size", "vacuum-time", "vacuum-files", "disk-usage")


def _pages(name: str, arguments: Words, hold: Hold) -> bool:
    """Whether it opens a pager in which its user may start programs."""
    if "--no-pager" in arguments or "--version" in arguments:
        return False
    if name in SYSTEMD_PAGED:
        return not hold.secure_pager and _pages_systemd(name, arguments)
    asked = arguments
    if name == "git":
        line = _git(arguments)
        asked = () if line.has("P") else line.operands[:1]
    return any(word in PAGED.get(name, _NONE) for word in asked)


def _pages_systemd(name: str, arguments: Words) -> bool:
    if name == "journalctl" and split(arguments, _JOURNAL_VALUED, glued="nb").has(*_UPKEEP):
        return False
    verbs = SYSTEMD_PAGED[name]
    return verbs is None or (name == "systemctl" and not arguments) or any(word in verbs for word in arguments)


def _edits(name: str, arguments: Words) -> bool:
    if name == "git":
        return _git_edits(arguments)
    return any(word in EDITING.get(name, _NONE) for word in arguments)


_GIT_TOLD = ("m", "F", "C", "message", "file", "reuse-message", "no-edit", "ff-only", "abort", "quit", "dry-run")
_GIT_EDITS = words("commit merge revert notes citool gui")
_GIT_VALUED = words("m F C c message file reuse-message author date t s S X")


def _git(arguments: Words) -> Line:
    """Its verb and what belongs to that are the operands."""
    return split(arguments, words("C c git-dir work-tree namespace"), mixed=False)


def _git_edits(arguments: Words) -> bool:
    """Whether git asks for a text in an editor, or for answers while it works."""
    line = _git(arguments)
    verb, rest = line.operands[:1], line.operands[1:]
    told = split(rest, _GIT_VALUED)
    if verb and verb[0] in _GIT_EDITS:
        return told.has("e", "edit", "p", "patch", "i", "interactive") or not told.has(*_GIT_TOLD)
    asked = {"rebase": ("i", "interactive", "continue"), "add": ("e", "edit", "p", "patch", "i", "interactive")}
    return bool(verb) and told.has(*asked.get(verb[0], ("edit", "edit-description")))


def _coredump(arguments: Words, hold: Hold) -> bool:
    debugs = any(word in ("debug", "gdb") for word in arguments)
    return not hold.noexec and (debugs or _pages("coredumpctl", arguments, hold))


def _machine(arguments: Words, hold: Hold) -> bool:
    operands = split(arguments, words("uid E setenv p property")).operands
    if operands[:1] in (("shell",), ("login",)):
        return len(operands) < 3 or _command(operands[2:], hold)
    return not hold.noexec and _pages("machinectl", arguments, hold)


# --- programs that start others --------------------------------------------------------------------------


def _su(arguments: Words, hold: Hold) -> bool:
    """A shell of the other account, the one that is named, or a command in it."""
    valued = words("c s g G w u command shell group supp-group whitelist-environment session-command user")
    started = split(arguments, valued, mixed=False)
    if started.has("u", "user") and started.operands:
        return _command(started.operands, hold)
    line = split(arguments, valued)
    if (given := line.tail("c", "command", "session-command")) is not None:
        return _text(given, hold)
    shell = line.tail("s", "shell")
    return shell is None or program(shell[0] if shell else "") in ASKING


def _sudo(arguments: Words, hold: Hold) -> bool:
    line = split(arguments, words("u g h p C R D T r t U user group host prompt chdir chroot"), mixed=False)
    if line.has("e", "edit"):
        return _writes(line.operands, hold)
    if not line.operands:
        return line.has("i", "s", "login", "shell") or not line.has("l", "v", "k", "K", "V", "list", "validate")
    return _command(line.operands, hold)


def _entering(valued: frozenset[str]) -> Callable[[Words, Hold], bool]:
    """A program, else a shell."""

    def enters(arguments: Words, hold: Hold) -> bool:
        operands = split(arguments, valued, mixed=False).operands
        return not operands or _prefixed(operands, hold)

    return enters


def _chroot(arguments: Words, hold: Hold) -> bool:
    operands = split(arguments, _NONE, mixed=False).operands
    return len(operands) < 2 or _command(operands[1:], hold)


def _script(arguments: Words, hold: Hold) -> bool:
    given = split(arguments, words("c command I O B T m o E")).tail("c", "command")
    return given is None or _text(given, hold)


def _text(given: Words, hold: Hold) -> bool:
    """Whether the text of an option prompts: up to its closing quote, else the first word alone or all of them.

    sudo compares arguments joined by blanks, so its caller chooses where an unquoted text ends.
    """
    if not given or given[0][:1] not in ("'", '"'):
        return _command(given[:1], hold) or _command(given, hold)
    ends = (place for place, word in enumerate(given, 1) if word.endswith(given[0][0]) and (place > 1 or len(word) > 1))
    return _command(given[: next(ends, len(given))], hold)


_SYNTAX = words("exec eval command if then else do while until ! { (")


def _command(arguments: Words, hold: Hold) -> bool:
    """Whether a program of a command line prompts; the line may be in a shell's words, quotes and separators."""
    parts = re.split(r"\s*(?:&&|\|\||;|\||\s&\s)\s*", " ".join(arguments))
    return any(_first(part.split(), hold) for part in parts)


def _first(line: Words, hold: Hold) -> bool:
    plain = [word.strip(_QUOTES) or word for word in line]
    for place, word in enumerate(plain):
        if word not in _SYNTAX and not re.match(r"\w+=|-", word):
            return prompts(program(word), plain[place + 1 :], hold)
    return False


# A path that is handed over as data, not to be started.
_DATA = re.compile(r"/(?:var|etc|srv|mnt|backups?|run|proc|sys|usr/(?:share|lib\w*)|lib\w*)/(?!.*\bs?bin/)")
_SCRATCH = re.compile(r"\.?/(?:tmp|home|dev)/|\./")


def _prefixed(arguments: Words, hold: Hold) -> bool:
    """The first word that can be a program is the one that is started; what is before it is its starter's own."""
    for place, word in enumerate(arguments):
        text = word.strip(_QUOTES)
        name = program(text)
        if text.startswith("-") or re.match(r"\w+=", text) or _DATA.match(text):
            continue
        if name in ANY:
            rest = [inner.strip("'\"") for inner in arguments[place + 1 :]]
            return prompts(name, rest, hold)
        if "/" in text and not _SCRATCH.match(text):
            return False
    return False


_INSIDE = words("exec run attach enter shell console debug")
_CONTAINER_VALUED = words(
    "e u w v p h l m n c name network net user workdir env env-file volume mount publish hostname label memory "
    "entrypoint namespace container detach-keys add-host device cap-add security-opt platform pull restart tmpfs dns"
)


def _contained(arguments: Words, hold: Hold) -> bool:
    """A program inside a container: a shell there counts, since what the container may do is not seen."""
    place = next((place for place, word in enumerate(arguments) if word in _INSIDE), None)
    if place is None:
        return False
    if arguments[place] in ("attach", "shell", "console", "enter", "debug"):
        return True
    line = split(arguments[place + 1 :], _CONTAINER_VALUED, mixed=False)
    given = [*(line.tail("entrypoint") or ())[:1], *line.operands[1:]]
    return _prefixed(given, hold) if given else line.has("i", "t", "tty", "interactive")


def _prompts_at(arguments: Words, place: int, hold: Hold) -> bool:
    """Whether the argument at a place is itself a program with a prompt, also inside a script's quotes."""
    text = re.split(r"[=|(\"'`]", arguments[place].strip(_QUOTES))[-1]
    if _DATA.match(text):
        return False
    name = program(text)
    rest = [word for word in arguments[place + 1 :] if word not in (";", "+", "{}", "\\;")]
    return name in SHELLS | INTERPRETERS | EDITORS | PAGERS | {"su", "sudo"} and prompts(name, rest, hold)


# --- files that make root --------------------------------------------------------------------------------

_ROOT_FILES = re.compile(
    r"/etc/(?:sudoers|doas|passwd|shadow|group|gshadow|subuid|cron|anacron|systemd/|init|rc|profile|bash|zsh|environment"
    r"|pam|security/|ssh/sshd_config|ld\.so|udev/|modprobe|modules|logrotate|sysctl|polkit|dbus|apt/|yum|dnf/|zypp|xinetd|fstab"
    r"|NetworkManager/|network/|default/|sysconfig/|grub|sudo\.conf)"
    r"|/var/spool/(?:cron|at)|/(?:usr/)?(?:local/)?(?:s?bin|lib\w*)/|/root(?:/|$)|/boot/|/usr/share/(?:polkit|dbus)"
)


def _writes(arguments: Words, hold: Hold) -> bool:
    """Whether one of the files that the caller fills is one from which root takes orders."""
    return any(_ROOT_FILES.match(re.sub(r"/+", "/", word)) or "/../" in word for word in arguments)


_OWN: Mapping[str, Callable[[Words, Hold], bool]] = {
    "visudo": _visudo,
    "crontab": _crontab,
    "mysql": _mysql,
    "mariadb": _mysql,
    "psql": _psql,
    "sqlite3": _sqlite,
    "gdb": _gdb,
    "sftp": _sftp,
    "screen": _multiplexer,
    "tmux": _multiplexer,
    "man": _man,
    "coredumpctl": _coredump,
    "machinectl": _machine,
    "su": _su,
    "runuser": _su,
    "sudo": _sudo,
    "doas": _sudo,
    "pkexec": _entering(words("user")),
    "systemd-run": _entering(words("p u E M H C unit property uid gid slice description setenv working-directory")),
    "nsenter": _entering(words("t S G target setuid setgid")),
    "unshare": _entering(words("S G R w setuid setgid root wd")),
    "chroot": _chroot,
    "script": _script,
    "sudoedit": _writes,
    "tee": _writes,
}
