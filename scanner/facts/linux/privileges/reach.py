"""How far the commands of a grant reach: whether one of them starts any program, or writes any file, of the caller's.

Source: GTFOBins' classes "shell", "command", "file write"; sudoers(5) on arguments, wildcards and NOEXEC. Fixed
arguments hold a program to one job only where the program asks its user nothing afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from scanner.facts.privileges import GrantScope


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHELLS = _words("sh bash dash ash zsh ksh mksh fish csh tcsh rbash")
_INTERPRETERS = _words("python python2 python3 ruby lua node php tclsh expect perl irb bpython ipython")
# They take commands of their user once they run, whatever they were started with.
_EDITORS = _words("vi vim vim.tiny view nvim nano pico emacs ed ex visudo vipw vigr")
_CONSOLES = _words("mysql mariadb psql sqlite3 gdb ftp sftp screen tmux")
_PAGERS = _words("less more most pg man")
# They open a pager of their own for what is long, unless told not to.
_PAGED = {
    "journalctl": None,
    "coredumpctl": None,
    "systemctl": _words("status show cat help list-units list-unit-files list-timers list-sockets list-dependencies"),
    "loginctl": None,
    "machinectl": None,
    "networkctl": None,
    "timedatectl": _words("list-timezones"),
    "git": _words("log diff show help blame grep branch tag config reflog"),
    "apt": _words("changelog list search"),
    "apt-get": _words("changelog"),
    "dpkg": _words("-l --list"),
}
# They start the program that their arguments name.
_STARTERS = _words(
    "env nice ionice nohup timeout time xargs find awk gawk mawk nawk sudo doas su runuser setpriv chroot nsenter "
    "unshare pkexec systemd-run strace ltrace script watch setsid stdbuf taskset chrt flock start-stop-daemon "
    "busybox capsh parallel tar rsync scp ssh ip docker podman nerdctl lxc lxd incus ctr kubectl machinectl make nmap "
    "tcpdump sed openssl socat nc ncat zip unzip cpio gcc"
)
# They start or write what the caller likes when their arguments are free.
_FREE = _words(
    "systemctl service git dpkg apt apt-get aptitude yum dnf rpm zypper apk pacman snap pip pip3 npm gem cp mv install "
    "dd tee ln chmod chown chattr setfacl mount passwd chpasswd useradd usermod adduser groupadd groupmod gpasswd "
    "crontab at batch wireshark tshark curl wget insmod modprobe kexec sudoedit journalctl"
)
_ANY = _SHELLS | _INTERPRETERS | _EDITORS | _CONSOLES | _PAGERS | _STARTERS | _FREE | _words(" ".join(_PAGED))
# Without a program to start they start a shell.
_BARE_STARTS_SHELL = _words("su sudo doas pkexec systemd-run chroot nsenter unshare script runuser")
_NO_ARGUMENTS = '""'


def scope_of(commands: Sequence[str], *, noexec: bool = False) -> GrantScope:
    """How far a list of commands reaches, by the farthest of them; `noexec` as sudoers(5) has it."""
    if any(command == "ALL" for command in commands):
        return GrantScope.EVERYTHING
    return GrantScope.SHELL if any(_gives_shell(command, noexec) for command in commands) else GrantScope.COMMANDS


def _gives_shell(command: str, noexec: bool) -> bool:
    """A directory of programs, free arguments to a program that starts others, or one that asks its user."""
    path, _, arguments = re.sub(r"^sha\d+:\S+\s+", "", command).strip().partition(" ")
    arguments = arguments.strip()
    if path.endswith("/") or any(sign in path for sign in "*?[^"):
        return True
    name = path.rsplit("/", 1)[-1]
    if not arguments or _is_free(arguments):
        return name in _ANY
    words = [] if arguments == _NO_ARGUMENTS else re.sub(r"\\(.)", r"\1", arguments).split()
    return _prompts(name, words, noexec)


def _is_free(arguments: str) -> bool:
    return any(sign in re.sub(r"\\.", "", arguments) for sign in "*?[") or arguments.startswith("^")


def _prompts(name: str, words: Sequence[str], noexec: bool) -> bool:
    """Whether a program with exactly these arguments takes commands of its user, or starts one that does."""
    if name in _EDITORS | _CONSOLES or (name == "crontab" and "-e" in words):
        return True
    if name in _SHELLS | _INTERPRETERS:
        return _is_interactive(words)
    if name in _PAGERS or _pages(name, words):
        return not noexec
    if name in _BARE_STARTS_SHELL and not _inner(words) and not any(word in ("-c", "--command") for word in words):
        return True
    return name in _STARTERS and any(_prompts_at(words, place, noexec) for place in range(len(words)))


def _is_interactive(words: Sequence[str]) -> bool:
    """A shell or interpreter with options alone reads what its user types; `-` is standard input."""
    return all(word.startswith("-") and word != "-c" for word in words) or "-i" in words


def _pages(name: str, words: Sequence[str]) -> bool:
    if name not in _PAGED or "--no-pager" in words:
        return False
    verbs = _PAGED[name]
    return verbs is None or (name == "systemctl" and not words) or any(word in verbs for word in words)


def _inner(words: Sequence[str]) -> list[str]:
    """The arguments that are paths of programs: what a starter without one starts is a shell."""
    return [word for word in words if "/" in word and not word.startswith("-")][1:] or [
        word for word in words if word.rsplit("/", 1)[-1] in _ANY
    ]


def _prompts_at(words: Sequence[str], place: int, noexec: bool) -> bool:
    """Whether the argument at a place is itself a program with a prompt, also inside a script's quotes."""
    text = words[place].strip("'\"()[]{};!`")
    name = re.split(r"[/=]", text)[-1].strip("'\"()[]{};!`")
    rest = [word for word in words[place + 1 :] if word not in (";", "+", "{}", "\\;")]
    return name in _SHELLS | _INTERPRETERS | _EDITORS | _PAGERS and _prompts(name, rest, noexec)
