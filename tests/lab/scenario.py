"""A scenario is a folder: `setup.sh` makes the machine, `expected.yaml` says what every check must find there."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from tests.lab.appliance import start_appliance
from tests.lab.logins import Login, make_login
from tests.lab.machine import Machine, boot, ready

FOLDER = Path(__file__).parent / "scenarios"


@dataclass(frozen=True)
class Expected:
    """A status, and words that `actual`, `items` or `detail` must hold."""

    status: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """What `expected.yaml` says."""

    name: str
    suite: str
    login: str
    about: str
    findings: Mapping[str, Expected]
    container: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    target: Mapping[str, Any] = field(default_factory=dict)

    @property
    def setup(self) -> str:
        file = FOLDER / self.name / "setup.sh"
        return (FOLDER / "lib.sh").read_text() + file.read_text() if file.exists() else ""


def names() -> list[str]:
    """Every scenario there is."""
    return sorted(file.parent.name for file in FOLDER.glob("*/expected.yaml"))


@functools.cache
def scenario(name: str) -> Scenario:
    """Load one; a key that is not known is an error."""
    text = (FOLDER / name / "expected.yaml").read_text()
    values = yaml.safe_load(text)
    findings = {check: _expected(value, values["suite"]) for check, value in values.pop("findings").items()}
    return Scenario(name=name, findings=findings, **values)


# Standard and extended end of each suite's support.
_SUPPORT = {
    "bullseye": (date(2024, 8, 14), date(2026, 8, 31)),
    "bookworm": (date(2026, 7, 11), date(2028, 6, 30)),
    "trixie": (date(2028, 8, 9), date(2030, 6, 30)),
}


def _expected(value: Any, suite: str) -> Expected:
    """`pass`, or `[fail, words, …]`; `by date` is for the one answer that time changes."""
    status, *words = value if isinstance(value, list) else [value]
    return _by_date(suite, datetime.now(UTC).date()) if status == "by date" else Expected(status, tuple(words))


def _by_date(suite: str, today: date) -> Expected:
    """Support in the last half year warns; extended support arrives through the ordinary security source."""
    standard, extended = _SUPPORT[suite]
    if today > extended:
        return Expected("fail", ("support ended",))
    end, word = (standard, "standard support until") if today <= standard else (extended, "extended support")
    return Expected("warn" if (end - today).days < 180 else "pass", (word,))


def start(what: Scenario, folder: Path, key: Path, logins: tuple[str, ...] = ()) -> tuple[Machine, dict[str, Login]]:
    """Boot a scenario's machine, set it up, and give it the accounts that scans use."""
    if what.suite == "appliance":
        machine = start_appliance(folder)
    else:
        machine = boot(what.suite, folder, container=what.container)
    try:
        accounts = {name: make_login(machine, name, key) for name in dict.fromkeys((what.login, *logins))}
        if what.setup:
            machine.run(what.setup)
        ready(machine)
    except BaseException:
        machine.stop()
        raise
    return machine, accounts
