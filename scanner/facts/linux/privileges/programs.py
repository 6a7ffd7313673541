"""Programs that start others, ask their user, or write what he likes, by name.

Source: GTFOBins' classes "shell", "command", "file write".
"""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SHELLS = words("sh bash dash ash zsh ksh mksh fish csh tcsh rbash")
INTERPRETERS = words("python python2 python3 ruby lua node nodejs php tclsh expect perl irb bpython ipython")
# They take commands of their user once they run, whatever they were started with.
EDITORS = words(
    "vi vim view vimdiff gvim nvim nano pico joe mcedit mc micro jed emacs emacsclient ed ex visudo vipw vigr"
)
CONSOLES = words("mysql mariadb psql sqlite3 gdb ftp sftp screen tmux")
PAGERS = words("less more most pg man")
# They open a pager of their own for what is long, unless told not to; None stands for every verb.
SYSTEMD_PAGED = {
    "journalctl": None,
    "coredumpctl": None,
    "systemctl": words("status show cat help list-units list-unit-files list-timers list-sockets list-dependencies"),
    "loginctl": None,
    "machinectl": None,
    "networkctl": None,
    "timedatectl": words("list-timezones"),
}
PAGED = {
    "git": words("log diff show help blame grep branch tag config reflog"),
    "apt": words("changelog list search"),
    "apt-get": words("changelog"),
    "dpkg": words("-l --list"),
}
# They open an editor of the caller's choice, or write his text, at these verbs.
EDITING = {
    "systemctl": words("edit"),
    "machinectl": words("edit"),
    "networkctl": words("edit"),
    "virsh": words("edit net-edit pool-edit iface-edit snapshot-edit nwfilter-edit save-image-edit"),
    "kubectl": words("edit"),
    "oc": words("edit"),
    "ansible-vault": words("edit create"),
}
# They start the program that is their first operand.
PREFIXES = words(
    "env nice ionice nohup timeout time xargs setpriv strace ltrace watch setsid stdbuf taskset chrt flock busybox "
    "capsh parallel"
)
# They become another user, or enter another place, and start a shell there where no program is named.
ENTERING = words("su sudo doas pkexec systemd-run chroot nsenter unshare script runuser")
CONTAINERS = words("docker podman nerdctl lxc lxd incus ctr kubectl oc")
# They start the program that some option of theirs names.
CARRIERS = words(
    "find awk gawk mawk nawk start-stop-daemon tar rsync scp ssh ip make nmap tcpdump sed openssl socat nc ncat zip "
    "unzip cpio gcc"
)
# They start or write what the caller likes when their arguments are free.
_FREE = words(
    "systemctl service git dpkg apt apt-get aptitude yum dnf rpm zypper apk pacman snap pip pip3 npm gem cp mv install "
    "dd tee ln chmod chown chattr setfacl mount passwd chpasswd useradd usermod adduser groupadd groupmod gpasswd "
    "crontab at batch wireshark tshark curl wget insmod modprobe kexec sudoedit journalctl"
)
STARTERS = PREFIXES | ENTERING | CONTAINERS | CARRIERS
ASKING = SHELLS | INTERPRETERS | EDITORS | CONSOLES | PAGERS
ANY = ASKING | STARTERS | _FREE | frozenset(SYSTEMD_PAGED) | frozenset(PAGED) | frozenset(EDITING)

_VERSIONED = SHELLS | INTERPRETERS | EDITORS | words("gcc gawk mawk nc pip tmux psql mysql mariadb gdb")
# Builds that distributions install side by side: vim.basic, emacs-nox, nc.openbsd, python3.11, ksh93.
_BUILD = re.compile(
    r"(?:[.-](?:basic|nox\d*|tiny|gtk\d?|athena|motif|gnome|lucid|small|huge|enhanced|traditional|openbsd|gnu))"
    r"|(?:-?\d[\d.]*(?:-\w+-linux-gnu\w*)?)"
)


def program(path: str) -> str:
    """The name of a program without its folder, its version and the kind of its build."""
    name = path.rpartition("/")[2]
    stem = name
    while stem not in ANY and (found := re.fullmatch(rf"(.+?)(?:{_BUILD.pattern})", stem)):
        stem = found[1]
    return stem if stem in _VERSIONED else name
