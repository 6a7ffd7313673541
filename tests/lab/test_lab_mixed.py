"""One site with Linux hosts, Windows hosts and their domain: one run, one report, each requirement counting all.

The Linux host is a booted one, the domain a real one by Samba. The Windows hosts are WS-Management endpoints that
answer with hosts written by hand: what is shown is the product around them, not Windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.directory.acme import serving
from tests.directory.samba import ADMINISTRATOR, Domain
from tests.directory.samba import missing as no_domain
from tests.lab.conftest import Lab
from tests.lab.product import Run, Workplace
from tests.lab.scenario import scenario
from tests.windows.hosts import wire
from tests.wsman.certificates import self_signed
from tests.wsman.endpoint import Endpoint, recorded

pytestmark = pytest.mark.skipif(bool(no_domain()), reason=no_domain() or "-")

LINUX = "bookworm-good"
NAMES = ("linux", "member", "controller", "acme")


@pytest.fixture(scope="module")
def domain() -> Iterator[Domain]:
    with serving() as domain:
        yield domain


@pytest.fixture(scope="module")
def mixed(lab: Lab, workplace: Workplace, domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    machine, logins = lab.fresh(LINUX)
    pair = self_signed(tmp_path_factory.mktemp("listener"))
    with ExitStack() as far:
        member = far.enter_context(Endpoint(recorded(wire("server-2022-hardened")), tls=pair))
        controller = far.enter_context(Endpoint(recorded(wire("domain-controller"))))
        linux = logins[scenario(LINUX).login]
        targets: list[dict[str, Any]] = [
            {"host": machine.address, "name": "linux", "credential": "linux"},
            {"host": member.address, "port": member.port, "name": "member", "transport": "winrms"}
            | {"credential": "windows", "certificate": pair.pin},
            {"host": controller.address, "port": controller.port, "name": "controller", "transport": "winrm"}
            | {"credential": "windows", "role": "domain_controller"},
            {"host": domain.address, "name": "acme", "transport": "ldaps", "credential": "domain"},
        ]
        login = {"user": linux.user, "key": str(workplace.key), "become": linux.become}
        secret = {"become_password": "env:LAB_SUDO"} if linux.password else {}
        credentials = {
            "linux": {"ssh": login | secret},
            "windows": {"winrm": {"user": "CTPAT\\scan", "password": f"file:{_kept(workplace, 'windows')}"}},
            "domain": {
                "directory": {
                    "user": "ACME\\Administrator",
                    "password": f"file:{_kept(workplace, 'domain')}",
                    "ca": str(domain.authority.ca),
                }
            },
        }
        site = {"site": "mixed", "entities": ["importer"], "credentials": credentials, "targets": targets}
        (workplace.folder / "mixed.yaml").write_text(yaml.safe_dump(site, sort_keys=False))
        yield workplace.run("mixed", "-o", "html=mixed.html")


def _kept(workplace: Workplace, name: str) -> Path:
    """A password in a file that only its owner can read."""
    path = workplace.folder / f"{name}-password"
    path.touch(mode=0o600)
    path.write_text({"windows": "Correct-Horse-7", "domain": ADMINISTRATOR}[name])
    return path


def test_every_target_is_read_in_its_own_way(mixed: Run) -> None:
    found = {one["name"]: (one["transport"], one["platform"], one["state"]) for one in mixed.document["targets"]}
    assert {name: (transport, platform) for name, (transport, platform, _) in found.items()} == {
        "linux": ("ssh", "linux"),
        "member": ("winrms", "windows"),
        "controller": ("winrm", "windows"),
        "acme": ("ldaps", "directory"),
    }
    assert all(state in ("read", "partly read") for _, _, state in found.values())
    assert mixed.document["coverage"]["reached"] == len(NAMES)


def test_every_requirement_counts_all_of_them(mixed: Run) -> None:
    technical = [one for one in mixed.document["assessments"] if one["technical"]]
    assert len(technical) > 10
    for one in technical:
        assert sum(one["targets"].values()) == len(NAMES), one["requirement"]


def test_every_check_answers_once_for_each(mixed: Run) -> None:
    answers: dict[str, list[str]] = {}
    for one in mixed.document["findings"]:
        answers.setdefault(one["check"], []).append(one["target"])
    assert all(sorted(targets) == sorted(NAMES) for targets in answers.values())


def test_each_platform_is_judged_by_what_rules_it(mixed: Run) -> None:
    length = {one["target"]: one for one in mixed.document["findings"] if one["check"] == "password/min_length"}
    assert length["member"]["status"] == "pass" and "local accounts only" in length["member"]["note"]
    assert length["controller"]["status"] == "fail" and "accounts of the domain" in length["controller"]["note"]
    assert length["acme"]["status"] == "warn" and "password policy of acme.example" in length["acme"]["actual"]
    assert mixed.statuses("linux")["directory/krbtgt_age"] == "notapplicable"
    assert mixed.statuses("acme")["firewall/default_deny_v4"] == "notapplicable"


def test_the_report_shows_all_of_them(mixed: Run, workplace: Workplace) -> None:
    page = (workplace.folder / "mixed.html").read_text()
    assert all(f"<bdi>{name}</bdi>" in page for name in NAMES)
    assert "certificate SHA256:" in page and "sealed by NTLM" in page
