"""The words of `ctpat explain`: what each probe is for, and which sudo rights it would use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from scanner.assess.findings import probes_for, readers_for
from scanner.check import Check
from scanner.collect.script import Script
from scanner.engine.selection import Selection
from scanner.engine.targets import address_of
from scanner.errors import ConfigError
from scanner.facts.base import Access, Grant, Probe
from scanner.inventory.site import Site

_HEAD = """# Least privilege for the scan account, as sudoers(5) reads it.
#
# Install as /etc/sudoers.d/ctpat-scan with mode 0440. No dot in the file name: sudo ignores such files.
#   visudo -c -f FILE     checks it before you install it
# The account: password locked, one key, `restrict,from="ADDRESS"` in its authorized_keys; on systemd hosts
# also in the group systemd-journal, on the Debian family in adm.
# Lines with ^…$ need sudo 1.9.10; on older hosts leave them out: what they read is then reported as unknown."""


def reasons(script: Script, platform: str, checks: Iterable[Check]) -> str:
    """Every probe as a comment: what it reads, why, with which right, its limits, and for which facts."""
    readers = readers_for(platform, checks)
    lines = [
        f"# The read-only script for {platform}: SHA-256 {script.sha256}",
        f"# {len(script.probes)} probes for {len(readers)} facts. It is sent to /bin/sh on standard input.",
        "#",
    ]
    for probe in script.probes:
        facts = ", ".join(reader.fact.name for reader in readers if probe in reader.probes)
        lines += [
            f"# {probe.name}: {probe.why}",
            f"#     for: {facts}; needs: {probe.access.value}; "
            f"at most {probe.timeout_s} s and {probe.max_bytes // 1024} KiB",
        ]
    return "\n".join(lines)


def plan_lines(site: Site, selection: Selection) -> Iterator[str]:
    """What a scan would do, target by target, without doing it."""
    probes = probes_for("linux", selection.checks.values())
    yield f"site {site.name}: {len(site.targets)} targets, {len(selection.checks)} checks, {len(probes)} probes each"
    yield f"profile {selection.profile.ref.name} {selection.profile.ref.edition}"
    for target in site.targets:
        way = " via ".join([target.transport, *(hop.name for hop in reversed(target.jump))])
        login = f" as {target.user}" if target.user else ""
        yield f"  {target.name}: {way} {address_of(target)}{login}, credential {target.credential or 'none'}"
    yield "checks:"
    yield from (f"  {name}" for name in selection.checks)


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
