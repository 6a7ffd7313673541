"""Everything that is wrong with site files and the files they name, told in one go, before any connection."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Call

WRONG = """\
site: Acme Houston
company: [x]
entities: [importr]
anniversary: "02-30"
anniversary: "03-31"
profile: {profile}
overlays: [legacy-suplier-audit, own.yaml, gone.yaml]
compny: x
parameters:
  pasword.min_length.required: 14
  password.min_length.requird: 14
  password.min_length.required: "14"
  accounts.admins.shared: [1]
  accounts.roster.roster: jane
applicability:
  remote_acces: yes
  4.10x: {{applies: no, reason: none}}
  personal_devices: no
credentials:
  linux: {{ssh: {{user: scan, key: k, becom: sudo}}}}
  plain: {{ssh: {{user: scan, password: hunter2}}}}
  agent: {{ssh: {{user: scan, key: ssh-agent}}}}
targets:
  - {{host: a, credential: agnt, role: servr, parameters: {{password.min_length.x: 1}}}}
  - {{ansible: gone.ini, credential: linux, rol: server}}
  - {{ansible: hosts.ini, credential: agent, limit: [web, wbe]}}
  - {{csv: hosts.csv, credential: agent}}
  - {{host: b, credential: agent, transport: winrms}}
  - {{host: c, credential: agent, jump: "u:hunter2@d"}}
  - {{hots: e, credential: agent}}
  - {{host: c, credential: agent}}
  - {{host: c, credential: agent}}
limits: {{concurrency: 0}}
"""
OWN = """\
name: own
title: Ours
extends: ctpat
titel: x
titel: x
requirements:
  4.10x: {supports: [password/min_lenght]}
"""
PLACES = [
    "site.yaml:1:7",  # no site name
    "site.yaml:2:10",  # a list for text
    "site.yaml:3:12",  # unknown entity type
    "site.yaml:4:14",  # a day that no year has
    "site.yaml:5:1",  # the key twice
    "site.yaml:7:12",  # unknown overlay
    "site.yaml:7:44",  # an overlay file that is not there
    "site.yaml:8:1",  # unknown key
    "site.yaml:10:3",  # unknown check
    "site.yaml:11:3",  # unknown parameter
    "site.yaml:12:33",  # a value of the wrong type
    "site.yaml:13:27",  # the same where the default is empty
    "site.yaml:14:27",  # the same where the default is none
    "site.yaml:16:3",  # unknown question
    "site.yaml:17:3",  # unknown requirement
    "site.yaml:18:21",  # a no without its reason
    "site.yaml:20:37",  # unknown key in a credential
    "site.yaml:21:39",  # a literal password
    "site.yaml:24:27",  # unknown credential, of an entry that is wrong
    "site.yaml:24:39",  # unknown role
    "site.yaml:24:59",  # unknown parameter, of an entry that is wrong
    "site.yaml:25:15",  # an inventory that is not there, of an entry that is wrong
    "site.yaml:25:44",  # unknown key
    "site.yaml:26:58",  # unknown group
    "site.yaml:28:5",  # a credential that does not open the transport
    "site.yaml:29:40",  # a password in an address
    "site.yaml:30:5",  # what kind of target it is, misspelt: one key too few,
    "site.yaml:30:6",  # and one that nobody knows
    "site.yaml:32:5",  # a name that is taken
    "site.yaml:33:23",  # out of range
    "hosts.csv:2:1",
    "hosts.csv:2:5",
    "hosts.csv:2:11",
    "hosts.ini:2:1",  # a port that is none
    "own.yaml:4:1",  # unknown key
    "own.yaml:5:1",  # the key twice
]


@pytest.fixture
def wrong(home: Path) -> Path:
    (home / "hosts.ini").write_text("[web]\nw1 ansible_port=ssh\n")
    (home / "hosts.csv").write_text("host,role,port\na b,servr,x\n")
    (home / "own.yaml").write_text(OWN)
    path = home / "site.yaml"
    path.write_text(WRONG.format(profile="ctpat"))
    return path


def told(err: str) -> list[str]:
    """The places of all errors, in their order."""
    lines = [line.removeprefix("error: ") for line in err.splitlines()]
    return [":".join(line.split(": ", 1)[0].rsplit("/", 1)[-1].split(":")[:3]) for line in lines]


@pytest.mark.parametrize(
    "command",
    [
        ["scan", "site.yaml"],
        ["scan", "--dry-run", "site.yaml"],
        ["doctor", "site.yaml"],
        ["assess", "rec", "--site", "site.yaml"],
        ["leavers", "import", "left.csv", "--site", "site.yaml"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_every_kind_of_error_in_one_go(ctpat: Call, wrong: Path, home: Path, command: list[str]) -> None:
    (home / "rec").mkdir()
    (home / "left.csv").write_text("account,last_day\njdoe,2026-10-30\n")
    ended = ctpat(*command)
    assert (ended.status, ended.out) == (2, "")
    assert told(ended.err) == PLACES
    assert "hunter2" not in ended.err
    assert list(home.glob("*.db")) == []


def test_each_error_says_what_is_expected_and_the_nearest_name(ctpat: Call, wrong: Path) -> None:
    err = ctpat("scan", wrong.name).err
    for words in (
        "no overlay is called 'legacy-suplier-audit'; expected legacy-supplier-audit, or a .yaml file (did you mean",
        "gone.yaml: cannot read the file: No such file or directory",
        "found a list; expected a list whose every item is text (the default is [])",
        "found text 'jane'; expected a list whose every item is text, or none (the default is none)",
        "no requirement asks 'remote_acces'",
        "(did you mean 'remote_access'?)",
        "no requirement asks '4.10x'",
        "the credential 'agnt' is not defined; expected linux, plain or agent (did you mean 'agent'?)",
        "no host or group 'wbe' in hosts.ini (did you mean 'web'?)",
    ):
        assert words in err


def test_of_an_unknown_pack_no_answer_is_judged_and_that_is_said(ctpat: Call, wrong: Path) -> None:
    wrong.write_text(WRONG.format(profile="ctpta"))
    err = ctpat("scan", wrong.name).err
    without_answers = [place for place in PLACES if place not in ("site.yaml:16:3", "site.yaml:17:3")]
    assert told(err) == [*without_answers[:5], "site.yaml:6:10", *without_answers[5:]]
    assert "(did you mean 'ctpat'? until then the answers under applicability are not looked at)" in err


def test_a_pack_that_nobody_answers_to_is_only_unknown(ctpat: Call, home: Path) -> None:
    (home / "site.yaml").write_text("site: a\nentities: [importer]\nprofile: ctpta\n")
    ended = ctpat("doctor", "site.yaml")
    assert told(ended.err) == ["site.yaml:1:1", "site.yaml:3:10"]
    assert "the site has no targets" in ended.err and "applicability" not in ended.err


def test_an_overlay_of_the_user_is_judged_with_its_place(ctpat: Call, wrong: Path, home: Path) -> None:
    (home / "own.yaml").write_text(OWN.replace("titel: x\n", ""))
    (home / "site.yaml").write_text(
        "site: a\nentities: [importer]\noverlays: [own.yaml]\ntargets: [{uri: 'replay:rec'}]\n"
    )
    ended = ctpat("scan", "site.yaml")
    assert told(ended.err) == ["own.yaml:5:3"]
    assert "there is no requirement '4.10x' (did you mean '4.10" in ended.err


def test_all_site_files_of_a_call_are_judged(ctpat: Call, wrong: Path, home: Path) -> None:
    (home / "second.yaml").write_text(
        "site: b\nentities: [importer]\nprofil: ctpat\nprofile: own.yml\ntargets: [{csv: hosts.csv}]\n"
    )
    (home / "own.yml").write_text("name: own\n")
    ended = ctpat("scan", "second.yaml", "site.yaml", "--target", "ftp://x", "--password", "hunter2")
    own = ["own.yml:1:1"] * 6  # the keys that a pack needs
    csv = [place for place in PLACES if place.startswith("hosts.csv")]
    site = [place for place in PLACES if place not in csv]  # told with the second file, which comes first
    assert told(ended.err)[: 1 + len(csv) + len(own)] == ["second.yaml:3:1", *csv, *own]
    rest = told(ended.err)[1 + len(csv) + len(own) :]
    assert rest[: len(site)] == site
    assert len(rest) == len(site) + 1 and "hunter2" not in ended.err


def test_two_sites_of_one_name_are_told_beside_other_errors(ctpat: Call, wrong: Path, home: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (home / name).write_text("site: same\nentities: [importer]\ntargets: [{uri: 'replay:rec'}]\n")
    ended = ctpat("scan", "a.yaml", "b.yaml", "site.yaml")
    assert told(ended.err)[:-1] == PLACES and "the site 'same' is also in a.yaml" in ended.err.splitlines()[-1]


def test_a_pack_beside_the_site_file_is_found_from_anywhere(ctpat: Call, home: Path) -> None:
    (home / "sites").mkdir()
    (home / "sites/site.yaml").write_text("site: a\nentities: [importer]\nprofile: own.yaml\n")
    (home / "sites/own.yaml").write_text("name: own\ntitle: Ours\nextends: ctpat\n")
    ended = ctpat("scan", "sites/site.yaml")
    assert told(ended.err) == ["site.yaml:1:1"] and "the site has no targets" in ended.err


def test_options_are_judged_all_at_once(ctpat: Call, home: Path) -> None:
    ended = ctpat("scan", "--local", "--profile", "ctpta", "--overlay", "gone.yaml", "--password", "hunter2")
    assert ended.status == 2 and "hunter2" not in ended.err
    assert [line.split(": ")[1] for line in ended.err.splitlines()] == ["--password", "--profile", "gone.yaml"]
