"""A scan changes nothing on the machine it looks at, apart from what every login leaves behind."""

from __future__ import annotations

import re

import pytest

from tests.lab.conftest import Lab
from tests.lab.machine import Machine
from tests.lab.product import Workplace, entry

SCENARIOS = {"bookworm": "bookworm-unused", "trixie": "trixie-halfway"}
# Every file of every file system that can be written to, with all that a change would alter: the time of the last
# change of its metadata cannot be set by a program.
_FILES = r"""
for place in / /run /tmp /dev /dev/shm /run/lock; do
  find "$place" -xdev \( -path /proc -o -path /sys \) -prune -o -printf '%p\t%y %m %U %G %s %T@ %C@ %l\n'
done | sort -u
echo 'mounts	'"$(cut -d' ' -f5 /proc/self/mountinfo | grep -Ev '^/run/(user|credentials)/' | sort | tr '\n' ' ')"
echo 'modules	'"$(cat /proc/modules 2>/dev/null | cut -d' ' -f1 | sort | tr '\n' ' ')"
echo 'ruleset	'"$(nft list ruleset | cksum)"
echo 'legacy	'"$(cat /proc/net/ip_tables_names /proc/net/ip6_tables_names 2>/dev/null | tr '\n' ' ')"
"""
# What differs in name from one login to the next: sessions, and the journal's files.
_LOGIN = re.compile(
    r"""(/var/log/journal(/.*)?|/run/log/journal(/.*)?
    |/run/systemd/(sessions|users|transient|units|inhibit|journal)(/.*)?
    |/run/user(/.*)?
    |/dev/(pts|ptmx|null|tty|log)(/.*)?)""",
    re.VERBOSE,
)


@pytest.mark.parametrize("suite", SCENARIOS)
@pytest.mark.parametrize("kind", ["root", "grants", "user"])
def test_a_scan_leaves_the_machine_as_it_was(suite: str, kind: str, lab: Lab, workplace: Workplace) -> None:
    machine, logins = lab.fresh(SCENARIOS[suite], "to be left alone", ("root", "grants", "user"))
    target = [entry("machine", machine, logins[kind])]
    workplace.login(machine, logins[kind])  # the first login of an account makes its files
    start = _state(machine)
    workplace.login(machine, logins[kind])
    middle = _state(machine)
    run = workplace.scan(f"unchanged-{suite}-{kind}", target)
    end = _state(machine)
    assert run.target("machine")["state"] in ("read", "partly read")
    of_any_login, of_the_scan = _changes(start, middle), _changes(middle, end)
    assert {path: change for path, change in of_the_scan.items() if path not in of_any_login} == {}


def test_the_comparison_sees_a_change(lab: Lab) -> None:
    machine, _ = lab.fresh(SCENARIOS["bookworm"], "to be left alone", ("root", "grants", "user"))
    before = _state(machine)
    machine.run("touch /var/tmp/new; chmod 600 /etc/motd; : >/run/new")
    assert {"/var/tmp/new", "/etc/motd", "/run/new"} <= _changes(before, _state(machine)).keys()
    machine.run("rm /var/tmp/new /run/new; chmod 644 /etc/motd")


def _state(machine: Machine) -> dict[str, str]:
    """Path -> everything about it; the machine is idle otherwise."""
    lines = machine.run(_FILES).splitlines()
    return dict(line.split("\t", 1) for line in lines if "\t" in line)


def _changes(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """What differs, apart from what differs in name from one login to the next."""
    paths = sorted(path for path in before.keys() | after.keys() if not _LOGIN.fullmatch(path))
    return {path: (before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)}
