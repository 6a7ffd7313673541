"""The machines of the lab, each booted once; and a place to work from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.logins import Login
from tests.lab.machine import Machine, missing
from tests.lab.product import Run, Workplace, entry
from tests.lab.scenario import Scenario, names, scenario, start
from tests.transports.sshd import keygen

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything below this folder, and say why where it cannot run."""
    reason = missing()
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker(pytest.mark.lab)
        item.add_marker(pytest.mark.network)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder = tmp_path_factory.mktemp("lab")
    return Workplace(folder, keygen(folder / "key"))


class Lab:
    """Starts machines when somebody asks, and stops all of them at the end."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._running: dict[str, tuple[Scenario, Machine, dict[str, Login]]] = {}

    def fresh(self, name: str, copy: str = "", logins: tuple[str, ...] = ()) -> tuple[Machine, dict[str, Login]]:
        """The machine of a scenario with its accounts; a `copy` is one of its own, with further accounts."""
        label = f"{name} {copy}".strip()
        if label not in self._running:
            what = scenario(name)
            machine, accounts = start(what, self._workplace.folder, self._workplace.key, logins)
            self._running[label] = (what, machine, accounts)
            self._workplace.know(machine)
        return self._running[label][1:]

    def stop(self) -> None:
        for _, machine, _ in self._running.values():
            machine.stop()


@pytest.fixture(scope="session")
def lab(workplace: Workplace) -> Iterator[Lab]:
    lab = Lab(workplace)
    yield lab
    lab.stop()


@pytest.fixture(scope="session")
def everything(lab: Lab, workplace: Workplace) -> Run:
    """One run over the machines of all scenarios."""
    entries = []
    for name in names():
        what = scenario(name)
        machine, logins = lab.fresh(name)
        entries.append(entry(name, machine, logins[what.login], what.parameters, **what.target))
    return workplace.scan("everything", entries, "--record", workplace.folder / "recorded")
