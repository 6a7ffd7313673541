"""What is known of backup programs: how to tell a backup from other work, whether it encrypts, and its status codes.

Data as of August 2026, from the programs' own manuals. A program that is not here is found by the word `backup` in
its name, and is then a script whose unit alone speaks for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scanner.facts.linux.backups.hosts import host_of, is_loopback, is_remote


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One backup program.

    `verbs` mark a backup run; with none, every run is one unless a word of `others` is there. `encrypts` is what the
    program does unless an option of `plain` is there, None where that depends on its repository. `warnings` are exit
    statuses of a run that wrote a backup and complained. `tries` are its one-letter options for a run that only shows
    what it would do; `valued` those that take a value, None where the letters of a bundle (`-an`) are not known.
    `copies`: its operands are what it reads and then what it writes, and either may be on another host.
    """

    product: str
    verbs: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    encrypts: bool | None = None
    plain: tuple[str, ...] = ()
    warnings: tuple[int, ...] = ()
    tries: str = ""
    valued: str | None = None
    copies: bool = False
    repository_options: tuple[str, ...] = ("-r", "--repo", "--repository")


_UPKEEP = (
    "prune",
    "forget",
    "check",
    "verify",
    "restore",
    "list",
    "info",
    "stats",
    "compact",
    "extract",
    "cleanup",
    "collection-status",
    "list-current-files",
    "remove-older-than",
    "remove-all-but-n-full",
    "configtest",
    "mount",
    "serve",
    "init",
    "unlock",
    "diff",
    "du",
    "break-lock",
    "key",
)

_MYSQL = Program(product="database dump", others=("--no-data", "-d"))
_POSTGRESQL = Program(
    product="database dump", others=("--schema-only", "--globals-only", "--roles-only", "-s", "-g", "-r")
)
# Versions 1 and 2 of rdiff-backup name what is no backup by options and by words.
_RDIFF = (
    *("--list-increments", "--list-increment-sizes", "--list-at-time", "--list-changed-since", "--compare", "-l", "-r"),
    *("--compare-full", "--compare-hash", "--restore-as-of", "--remove-older-than", "--check-destination-dir"),
    *("--server", "--test-server", "--calculate-average", "--verify", "calculate", "compare", "regress", "remove"),
    *("server", "test", "complete"),
)

PROGRAMS: Mapping[str, Program] = {
    "restic": Program(
        product="restic",
        verbs=("backup",),
        encrypts=True,
        plain=("--insecure-no-password",),
        warnings=(3,),
        tries="n",
        valued="egHopr",
    ),
    "resticprofile": Program(product="restic", verbs=("backup",), encrypts=True, warnings=(3,)),
    "autorestic": Program(product="restic", verbs=("backup",), encrypts=True),
    "rustic": Program(product="rustic", verbs=("backup",), encrypts=True, tries="n", valued="gHoPpr"),
    "borg": Program(product="borg", verbs=("create",), warnings=(1,), tries="n", valued="aCePr"),
    "borgmatic": Program(
        product="borgmatic",
        others=tuple(o for o in _UPKEEP if o not in ("prune", "compact")),
        tries="n",
        valued="acv",
    ),
    "duplicity": Program(product="duplicity", others=_UPKEEP, encrypts=True, plain=("--no-encryption",), copies=True),
    "duply": Program(product="duplicity", verbs=("backup", "full", "incr", "bkp"), others=("--preview",)),
    "rsnapshot": Program(product="rsnapshot", others=_UPKEEP, encrypts=False, tries="t", valued="c"),
    "rdiff-backup": Program(product="rdiff-backup", others=(*_UPKEEP, *_RDIFF), encrypts=False, copies=True),
    "rsync": Program(
        product="rsync",
        others=("--daemon", "--server", "--only-write-batch"),
        encrypts=False,
        tries="n",
        valued="efBMT",
        copies=True,
    ),
    "rclone": Program(product="rclone", verbs=("copy", "sync", "move", "copyto"), tries="n", valued="f", copies=True),
    "kopia": Program(
        product="Kopia",
        verbs=("snapshot",),
        others=(*_UPKEEP, "estimate", "migrate", "expire", "delete", "pin"),
        encrypts=True,
    ),
    "duplicacy": Program(product="Duplicacy", verbs=("backup",)),
    "tarsnap": Program(
        product="Tarsnap", others=("--list-archives", "--fsck"), encrypts=True, tries="dtxr", valued="CfHITsXW"
    ),
    "bupstash": Program(product="bupstash", verbs=("put",), encrypts=True),
    "bup": Program(product="bup", verbs=("save",), encrypts=False),
    "attic": Program(product="attic", verbs=("create",), tries="n", valued="e"),
    "backintime": Program(product="Back In Time", verbs=("backup", "backup-job")),
    "backupninja": Program(product="backupninja", tries="t", valued="f"),
    "backup2l": Program(product="backup2l", others=("--estimate",), encrypts=False, tries="e", valued="cflr"),
    "btrbk": Program(product="btrbk", verbs=("run", "resume"), encrypts=False, tries="n", valued="cl"),
    "vzdump": Program(product="Proxmox vzdump"),
    "proxmox-backup-client": Program(product="Proxmox Backup", verbs=("backup",)),
    "pgbackrest": Program(product="pgBackRest", verbs=("backup",)),
    "barman": Program(product="Barman", verbs=("backup",)),
    "wal-g": Program(product="WAL-G", verbs=("backup-push",)),
    "pg_dump": _POSTGRESQL,
    "pg_dumpall": _POSTGRESQL,
    "mysqldump": _MYSQL,
    "mariadb-dump": _MYSQL,
    "mariabackup": Program(product="database dump", others=("--prepare", "--copy-back")),
    "xtrabackup": Program(product="database dump", others=("--prepare", "--copy-back")),
    "mongodump": Program(product="database dump"),
    "urbackupclientctl": Program(product="UrBackup", verbs=("start",)),
    "dsmc": Program(product="IBM Storage Protect", verbs=("incremental", "selective", "backup"), others=("preview",)),
    "veeamconfig": Program(product="Veeam", verbs=("start",)),
}
# What no program backs up with, whatever else is on the line.
_TRIALS = re.compile(r"--(?:dry.*|simulate|noop|no-op|preview|list-only|print-stats-only|test|help|version)")

# Agents whose jobs are planned and recorded at a server: unit without `.service` -> product.
AGENTS: Mapping[str, str] = {
    "veeamservice": "Veeam Agent",
    "veeamdeployment": "Veeam Agent",
    "acronis_mms": "Acronis",
    "aakore": "Acronis",
    "commvault": "Commvault",
    "netbackup": "NetBackup",
    "vxpbx_exchanged": "NetBackup",
    "dsmcad": "IBM Storage Protect",
    "bareos-fd": "Bareos",
    "bareos-filedaemon": "Bareos",
    "bacula-fd": "Bacula",
    "bacula-client": "Bacula",
    "amanda": "Amanda",
    "amandad": "Amanda",
    "urbackupclientbackend": "UrBackup",
    "urbackup-client": "UrBackup",
    "burp-client": "Burp",
    "networker": "NetWorker",
    "avagent": "Avamar",
    "cbagent": "Cohesity",
    "cohesity-agent": "Cohesity",
    "rubrikagents": "Rubrik",
    "rubrik-agent": "Rubrik",
    "druva-EnterpriseWorkloads": "Druva",
    "Druva-EnterpriseWorkloads": "Druva",
    "cdp-agent": "R1Soft",
    "sesam-sms": "SEP sesam",
    "n-able-backup": "N-able Backup",
    "backup-manager": "N-able Backup",
    "crashplan": "CrashPlan",
    "code42": "CrashPlan",
    "datto-backup-agent": "Datto",
    "dlad": "Datto",
    "dattobd": "Datto",
    "msp360": "MSP360",
    "google-cloud-backupdr-agent": "Google Backup and DR",
    "waagent-backup": "Azure Backup",
}

# Mechanisms of snapshots on the disk of the data: unit without suffix -> product.
SNAPSHOT_UNITS: Mapping[str, str] = {
    "snapper-timeline": "snapper",
    "snapper-boot": "snapper",
    "sanoid": "ZFS snapshots (sanoid)",
    "zfs-auto-snapshot-daily": "ZFS snapshots",
    "zfs-auto-snapshot-hourly": "ZFS snapshots",
    "zrepl": "ZFS snapshots (zrepl)",
    "timeshift-autosnap": "Timeshift",
    "yabsnap": "btrfs snapshots (yabsnap)",
    "grub-btrfsd": "btrfs snapshots",
}

# Units whose names speak of backups and that only look after a package's own small files.
HOUSEKEEPING = ("dpkg-db-backup", "rpmdb-backup", "alpm-backup", "proxmox-backup-banner", "proxmox-backup-daily-update")
# Words in the name of a script or unit that look after backups without taking one.
UPKEEP_NAMES = ("prune", "forget", "check", "verify", "cleanup", "restore", "clean", "report", "exporter", "monitor")


def basename(word: str) -> str:
    """The program's name in a word of a command line."""
    return word.rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Call:
    """A command line that takes a backup: its product, the program where it is known, and its words."""

    product: str
    program: Program | None
    words: tuple[str, ...]
    ignores_errors: bool = False


def call_of(words: tuple[str, ...], *, ignores_errors: bool = False) -> Call | None:
    """What a command line backs up with; None when it takes no backup. `;` and `&&` divide its commands.

    The first known program decides; else a name that speaks of a backup, and of nothing that only tends one.
    """
    calls = [_call(command, ignores_errors or not decides) for command, decides in _commands(words)]
    found = [call for call in calls if call is not None]
    return next((call for call in found if call.program is not None), found[0] if found else None)


def _commands(words: tuple[str, ...]) -> list[tuple[tuple[str, ...], bool]]:
    """The commands of a line, and whether the failure of each is the failure of the line.

    It is not where `;`, `|`, `||` or `&` comes after it: the line then ends with the status of something else.
    """
    last = max((number for number, word in enumerate(words) if word == ";"), default=-1)
    made: list[tuple[list[str], bool]] = [([], last < 0)]
    for number, word in enumerate(words):
        if word in (";", "&&"):
            made.append(([], number >= last))
        else:
            made[-1][0].append(word)
    return [(tuple(command), decides) for command, decides in made]


def _call(words: tuple[str, ...], ignores_errors: bool) -> Call | None:
    for number, word in enumerate(words):
        name = basename(word)
        program = PROGRAMS.get(name)
        if program is not None and not _is_operand(words, number):
            rest = words[number + 1 :]
            takes = is_backup(program, rest) and not (program.copies and is_pull(rest))
            return Call(program.product, program, rest, ignores_errors) if takes else None
    for number, word in enumerate(words):
        if is_script(basename(word)) and not _is_operand(words, number):
            return Call("script", None, words[number + 1 :], ignores_errors)
    return None


def _is_operand(words: tuple[str, ...], number: int) -> bool:
    """A word that names what is worked on: a folder, the value of an option, what a test or `command -v` asks for."""
    before = words[number - 1] if number > 0 else ""
    asked = number == 1 and before in ("-x", "-e", "-f", "-v")
    return words[number].endswith("/") or words[number].startswith("-") or before == "cd" or asked


def is_script(name: str) -> bool:
    lowered = name.lower()
    if (
        name.partition(".")[0] in HOUSEKEEPING
        or "backup" not in lowered
        or lowered in ("backup", "backups")
        or ":" in name
        or "@" in name
    ):
        return False
    return not any(word in lowered for word in UPKEEP_NAMES)


def is_backup(program: Program, words: tuple[str, ...]) -> bool:
    """Whether these arguments make the program take a backup, and not only show what it would do."""
    if any(word in program.others or _TRIALS.fullmatch(word) or _tries(program, word) for word in words):
        return False
    return not program.verbs or any(word in program.verbs for word in words)


def _tries(program: Program, word: str) -> bool:
    """An option for a trial among others in one word (`-an`); what follows a letter with a value is that value."""
    if not word.startswith("-") or word.startswith("--"):
        return False
    for letter in word[1:]:
        if letter in program.tries:
            return True
        if letter in (program.valued or ""):
            return False
    return False


def operands(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words that name places, and `?` or `?:` for one here or on another host that did not leave the target."""
    return tuple(word for word in words if not word.startswith("-") and ("/" in word or ":" in word or word == "?"))


def is_pull(words: tuple[str, ...]) -> bool:
    """Whether what is read lies on another host, or in a repository: then the copy is not one of this host's data.

    No program reads here and on another host at once: after a path, what is not known at the end is no place.
    """
    named = operands(words)
    read = named[:-1]
    if named[-1:] == ("?",) and next((word for word in named if word != "?"), "").startswith("/"):
        return False
    return any(word.startswith("file:") or (is_remote(word) and not is_loopback(host_of(word))) for word in read)


def kept_words() -> tuple[str, ...]:
    """Every bare word that the target may print of a command line: programs and verbs, never values."""
    verbs = {verb for program in PROGRAMS.values() for verb in (*program.verbs, *program.others)}
    return tuple(sorted({*PROGRAMS, *(verb for verb in verbs if not verb.startswith("-")), "cd", *_STARTERS}))


# What starts the scripts of a folder of cron's.
_STARTERS = ("run-parts", "anacron")
