"""Windows hosts from the command line: real logons on an endpoint of loopback, a scan, a doctor, a recording."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import process
from tests.windows.hosts import wire
from tests.wsman.certificates import Authority
from tests.wsman.endpoint import Endpoint, recorded

pytestmark = pytest.mark.network


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path)


@pytest.fixture
def host(authority: Authority) -> Iterator[Endpoint]:
    with Endpoint(recorded(wire("server-2022-hardened")), tls=authority.server()) as host:
        yield host


@pytest.fixture
def password(home: Path) -> str:
    path = home / "password"
    path.touch(mode=0o600)
    path.write_text("Correct-Horse-7")
    return f"file:{path}"


def uri(host: Endpoint) -> str:
    return f"winrms://{host.address}:{host.port}"


def test_a_host_is_scanned_without_a_site_file(home: Path, host: Endpoint, authority: Authority, password: str) -> None:
    way = ["--user", "CTPAT\\scan", "--password", password, "--ca", str(authority.ca)]
    ended = process(["scan", "--target", uri(host), *way, "--record", "kept", "-o", "json=run.json"], home)
    assert ended.status in (1, 3), ended.err
    (target,) = json.loads((home / "run.json").read_text())["targets"]
    assert (target["platform"], target["transport"]) == ("windows", "winrms")
    assert target["os"].startswith("Microsoft Windows Server 2022")
    again = process(["assess", "kept", "-o", "json=again.json"], home)
    assert again.status == ended.status, again.err
    first, second = (json.loads((home / name).read_text())["findings"] for name in ("run.json", "again.json"))
    assert [(one["check"], one["status"]) for one in first] == [(one["check"], one["status"]) for one in second]


def test_a_certificate_nobody_vouches_for_gets_no_password(home: Path, host: Endpoint, password: str) -> None:
    way = ["--user", "CTPAT\\scan", "--password", password]
    ended = process(["scan", "--target", uri(host), *way], home)
    assert "certificate" in ended.out + ended.err
    assert host.logons == [] and host.refused == []


def test_a_pinned_certificate_is_the_only_one(home: Path, host: Endpoint, password: str) -> None:
    assert host.tls is not None
    way = ["scan", "--target", uri(host), "--user", "CTPAT\\scan", "--password", password, "--only", "malware"]
    ended = process([*way, "--certificate", host.tls.pin], home)
    assert "1 planned, 1 reached" in ended.out
    other = process([*way, "--certificate", "SHA256:" + "0" * 64], home)
    assert "1 planned, 0 reached" in other.out and len(host.logons) == 1
    assert process([*way, "--certificate", "0" * 64], home).status == 2


def test_a_wrong_password_is_tried_once_for_all_hosts(home: Path, host: Endpoint, authority: Authority) -> None:
    wrong = home / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text("not this one")
    site = home / "site.yaml"
    login = {"winrm": {"user": "CTPAT\\scan", "password": f"file:{wrong}", "ca": str(authority.ca)}}
    place = {"host": host.address, "port": host.port, "transport": "winrms", "credential": "windows"}
    targets = [place | {"name": f"h{number}"} for number in range(4)]
    document = {"site": "acme", "entities": ["importer"], "credentials": {"windows": login}, "targets": targets}
    site.write_text(json.dumps(document))
    ended = process(["doctor", str(site)], home)
    assert ended.status == 1
    assert len(host.refused) == 1
    assert ended.out.count("not reached") == 4 and "wrong user or password" in ended.out


def test_a_user_is_asked_for(home: Path, host: Endpoint) -> None:
    ended = process(["scan", "--target", uri(host)], home)
    assert ended.status == 2
    assert "names no user" in ended.err and "--user" in ended.err
