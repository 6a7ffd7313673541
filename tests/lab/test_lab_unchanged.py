"""A scan changes nothing on the machine it looks at, apart from what every login leaves behind."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.lab.conftest import Lab
from tests.lab.machine import Machine
from tests.lab.product import Workplace, entry

# The accounts that each machine is scanned with. The sudo of bullseye does not take the printed file for grants, and
# the appliance knows nobody but root. On `bookworm-bad` a container runs, and /boot is a disk of its own.
SCANS = {
    "bullseye-old": ("root", "sudo", "user"),
    "bookworm-unused": ("root", "grants", "user"),
    "bookworm-bad": ("root",),
    "trixie-halfway": ("root", "grants", "user"),
    "appliance": ("root",),
}
# Every file of every file system that can be written to, with all that a change would alter: the time of the last
# change of its metadata cannot be set by a program. Seen from outside, so that nothing runs in the machine.
_FILES = r"""
cd "/proc/$1/root"
for place in . run tmp dev dev/shm run/lock boot; do
  [ -d "$place" ] || continue
  find "$place" -xdev \( -path ./proc -o -path ./sys \) -prune -o -printf '%p\t%y %m %U %G %s %T@ %C@ %l\n'
done | sed 's#^\.\{0,1\}/\{0,1\}#/#' | sort -u
echo 'mounts	'"$(cut -d' ' -f5 "/proc/$1/mountinfo" | grep -Ev '^/run/(user|credentials)/' | sort | tr '\n' ' ')"
echo 'modules	'"$(cat /proc/modules 2>/dev/null | cut -d' ' -f1 | sort | tr '\n' ' ')"
echo 'ruleset	'"$(nsenter -t "$1" -n nft list ruleset | cksum)"
echo 'legacy	'"$(cat "/proc/$1/net/ip_tables_names" "/proc/$1/net/ip6_tables_names" 2>/dev/null | tr '\n' ' ')"
"""
# What differs in name from one login to the next: sessions, and the journal's files.
_LOGIN = re.compile(
    r"""(/var/log/journal(/.*)?|/run/log/journal(/.*)?
    |/run/systemd/(sessions|users|transient|units|inhibit|journal)(/.*)?
    |/run/user(/.*)?
    |/dev/(pts|ptmx|null|tty|log)(/.*)?)""",
    re.VERBOSE,
)


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kinds in SCANS.items() for kind in kinds])
def test_a_scan_leaves_the_machine_as_it_was(name: str, kind: str, lab: Lab, workplace: Workplace) -> None:
    machine, logins = lab.fresh(name, "to be left alone", SCANS[name])
    target = [entry("machine", machine, logins[kind])]
    workplace.login(machine, logins[kind])  # the first login of an account makes its files
    start = _state(machine)
    workplace.login(machine, logins[kind])
    middle = _state(machine)
    run = workplace.scan(f"unchanged-{name}-{kind}", target)
    end = _state(machine)
    assert run.target("machine")["state"] in ("read", "partly read")
    of_any_login, of_the_scan = _changes(start, middle), _changes(middle, end)
    assert {path: change for path, change in of_the_scan.items() if path not in of_any_login} == {}


@pytest.mark.parametrize("name", ["bookworm-unused", "appliance"])
def test_the_comparison_sees_a_change(name: str, lab: Lab) -> None:
    machine, _ = lab.fresh(name, "to be left alone", SCANS[name])
    before = _state(machine)
    machine.run("mkdir -p /var/tmp; touch /var/tmp/new; chmod 600 /etc/shells; : >/run/new")
    assert {"/var/tmp/new", "/etc/shells", "/run/new"} <= _changes(before, _state(machine)).keys()
    machine.run("rm /var/tmp/new /run/new; chmod 644 /etc/shells")


def _state(machine: Machine) -> dict[str, str]:
    """Path -> everything about it; the machine is idle otherwise."""
    command = ["sh", "-euc", _FILES, "sh", str(machine.pid)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    found = dict(line.split("\t", 1) for line in lines if "\t" in line)
    assert len(found) > 100
    return found


def _changes(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """What differs, apart from what differs in name from one login to the next."""
    paths = sorted(path for path in before.keys() | after.keys() if not _LOGIN.fullmatch(path))
    return {path: (before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)}
