"""The words of `ctpat explain`: what each probe is for, and which rights it would use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from scanner.assess.findings import probes_for, readers_for
from scanner.check import Check
from scanner.engine.selection import Selection
from scanner.engine.targets import address_of
from scanner.errors import ConfigError
from scanner.facts.base import Access, Grant, Probe, Reader, probes_of
from scanner.inventory.address import PLATFORMS
from scanner.inventory.site import Site
from scanner.text import plural

_HEAD = """# Least privilege for the scan account, as sudoers(5) reads it.
#
# Install as /etc/sudoers.d/ctpat-scan with mode 0440. No dot in the file name: sudo ignores such files.
#   visudo -c -f FILE     checks it before you install it
# The account: password locked, one key, `restrict,from="ADDRESS"` in its authorized_keys; on systemd hosts
# also in the group systemd-journal, on the Debian family in adm.
# Lines with ^…$ need sudo 1.9.10; on older hosts leave them out: what they read is then reported as unknown."""


_SENT: Mapping[str, str] = {
    "linux": "It is sent to /bin/sh on standard input.",
    "windows": "It is plain text on the standard input of powershell -NoProfile -NonInteractive -Command -\n"
    "# Behind it comes one line that differs from run to run, } 'NONCE', and an empty one. To allow-list the script,\n"
    "# take this digest: it covers everything but those two lines. `--script` prints what it is the digest of, to the\n"
    "# byte. It changes with each update of ctpat-scanner, and with the checks that are asked for (profile, --only).\n"
    "# An administrator's token: a domain account that is administrator there has it; a local account other than the\n"
    "# built-in one gets a filtered token over the network.",
}
_RIGHTS: Mapping[str, Mapping[Access, str]] = {
    "windows": {
        Access.ANY: "any account that may open a session",
        Access.PARTIAL: "any account sees part, an administrator's token sees all",
        Access.ROOT: "an administrator's token",
    },
    "directory": {
        Access.ANY: "any account of the domain",
        Access.PARTIAL: "any account sees part, a domain administrator sees all",
        Access.ROOT: "a domain administrator, or the right delegated",
    },
}


class _Collected(Protocol):
    """A script of any platform."""

    @property
    def sha256(self) -> str: ...
    @property
    def probes(self) -> tuple[Probe, ...]: ...


def reasons(script: _Collected, platform: str, checks: Iterable[Check]) -> str:
    """Every probe as a comment: what it reads, why, with which right, its limits, and for which facts."""
    readers = readers_for(platform, checks)
    lines = [
        f"# The read-only script for {platform}: SHA-256 {script.sha256}",
        f"# {len(script.probes)} probes for {_count(readers)} facts. {_SENT[platform]}",
        "#",
    ]
    for probe in script.probes:
        lines += [
            f"# {probe.name}: {probe.why}",
            f"#     {_for_and_needs(probe, platform, readers)}{_bounds(probe, platform)}",
        ]
    return "\n".join(lines)


def queries(platform: str, checks: Iterable[Check]) -> str:
    """What is asked of a platform that runs no script: each probe's text under the reason for it."""
    readers = readers_for(platform, checks)
    probes = tuple(probes_of(readers))
    lines = [f"# What is asked of a {platform}: {len(probes)} probes for {_count(readers)} facts. Nothing is written."]
    for probe in probes:
        lines += ["#", f"# {probe.name}: {probe.why}", f"#     {_for_and_needs(probe, platform, readers)}"]
        lines += probe.script.strip("\n").split("\n")
    return "\n".join(lines)


def _count(readers: Iterable[Reader]) -> int:
    """Facts that something is read for; the others are known without, as what their platform does not have."""
    return sum(bool(reader.probes) for reader in readers)


def _for_and_needs(probe: Probe, platform: str, readers: Iterable[Reader]) -> str:
    facts = ", ".join(reader.fact.name for reader in readers if probe in reader.probes)
    where = f"; only with {' or '.join(probe.programs)}" if probe.programs else ""
    where += "; only where the site names a file (`backup_status`)" if probe.named else ""
    return f"for: {facts}; needs: {_RIGHTS.get(platform, {}).get(probe.access, probe.access.value)}{where}"


def _bounds(probe: Probe, platform: str) -> str:
    """The limits that the frame sets for each probe; on Windows one budget bounds them all."""
    return f"; at most {probe.timeout_s} s and {probe.max_bytes // 1024} KiB" if platform == "linux" else ""


def plan_lines(site: Site, selection: Selection) -> Iterator[str]:
    """What a scan would do, target by target, without doing it."""
    probes = _probe_counts(site, selection)
    yield f"site {site.name}: {plural(len(site.targets), 'target')}, {plural(len(selection.checks), 'check')}, {probes}"
    yield f"profile {selection.profile.ref.name} {selection.profile.ref.edition}"
    for target in site.targets:
        way = " via ".join([target.transport, *(hop.name for hop in reversed(target.jump))])
        login = f" as {target.user}" if target.user else ""
        named = f", status file {target.backup_status}" if target.backup_status else ""
        yield f"  {target.name}: {way} {address_of(target)}{login}, credential {target.credential or 'none'}{named}"
    yield "checks:"
    yield from (f"  {name}" for name in selection.checks)


def _probe_counts(site: Site, selection: Selection) -> str:
    """How many probes each target gets; by platform where there are several."""
    platforms = dict.fromkeys(PLATFORMS.get(target.transport, "linux") for target in site.targets)
    counts = {name: len(probes_for(name, selection.checks.values())) for name in platforms or ("linux",)}
    if len(counts) == 1:
        return f"{next(iter(counts.values()))} probes each"
    return "probes each: " + ", ".join(f"{count} on {name}" for name, count in counts.items())


def grants(probes: Sequence[Probe], user: str) -> str:
    """A sudoers file that allows exactly the commands the probes run with root rights, and no other arguments."""
    if not re.fullmatch(r"[a-z_][a-z0-9_-]*", user):
        raise ConfigError(f"'{user}' is no account name; expected lower-case letters, digits, _ and -")
    wanted = [grant for probe in probes if probe.access is not Access.ANY for grant in probe.grants]
    unique = list(dict.fromkeys(wanted))
    reads = [grant for grant in unique if not grant.executes]
    executes = [grant for grant in unique if grant.executes]
    lines = [_HEAD, f"Defaults:{user} !requiretty, !lecture, command_timeout=60"]
    lines += _alias("CTPAT_READ", reads)
    lines += _alias("CTPAT_EXEC", executes)
    lines += [f"{user} ALL=(root) NOPASSWD: NOEXEC: NOSETENV: CTPAT_READ"] if reads else []
    lines += [f"{user} ALL=(root) NOPASSWD: NOSETENV: CTPAT_EXEC"] if executes else []
    return "\n".join(lines)


def _alias(name: str, grants: Sequence[Grant]) -> list[str]:
    if not grants:
        return []
    return [f"Cmnd_Alias {name} = \\", ", \\\n".join(f"    {grant.command}" for grant in grants)]
