"""Every finding of every lab machine, from one run over all of them."""

from __future__ import annotations

import pytest

from tests.lab.product import Finding, Run, told
from tests.lab.scenario import Expected, names, scenario


@pytest.mark.parametrize("name", names())
def test_every_finding_is_what_the_machine_deserves(name: str, everything: Run) -> None:
    expected, found = scenario(name).findings, everything.findings(name)
    wrong = [f"{check}: no such finding" for check in expected if check not in found]
    wrong += [
        f"{check}: {one['status']}, not listed in expected.yaml"
        for check, one in found.items()
        if check not in expected
    ]
    wrong += [_difference(expected[check], one) for check, one in found.items() if check in expected]
    assert not any(wrong), "\n" + "\n".join(filter(None, wrong))


def _difference(expected: Expected, found: Finding) -> str:
    words = told(found)
    lost = [word for word in expected.words if word not in words]
    if found["status"] == expected.status and not lost:
        return ""
    return f"{found['check']}: {found['status']}, expected {expected.status} {lost or ''}; it says: {words}"


def test_all_machines_were_reached_and_counted(everything: Run) -> None:
    planned = len(names())
    assert everything.document["coverage"]["planned"] == planned
    assert everything.document["coverage"]["reached"] == planned
    assert len(everything.document["findings"]) == planned * len(scenario(names()[0]).findings)
    assert everything.status == 1


def test_one_login_serves_each_machine(everything: Run) -> None:
    for line in everything.document["targets"]:
        assert line["round_trips"] <= 16, line
        assert line["state"] in ("read", "partly read"), line
