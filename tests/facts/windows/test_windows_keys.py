"""Keys that open accounts on Windows: whose they are, how strong, and when nobody can tell."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue import load_checks
from scanner.facts import Accounts
from scanner.facts.base import RawFacts
from scanner.facts.keys import AuthorizedKey, AuthorizedKeys
from scanner.facts.windows import READERS
from scanner.facts.windows.keys import KEYS, read_keys
from scanner.model import Absent, Reason, Status, Unknown
from tests.windows.hosts import DENIED, changed, raw_facts_of

HOST = "windows-11-entra"
JANE = "S-1-12-1-3812012233-1147208211-2291822769-1702364301"
ADMINISTRATORS = "S-1-5-32-544"
ADMINISTRATORS_KEY = "SHA256:o2QOlEthGPEcSFFx1wfGExHobJpP6cyCyi7+VYM7Nz4"
BY_FACT = {reader.fact: reader for reader in READERS}
# Made by ssh-keygen of OpenSSH 9.2, which also said the fingerprints.
PUBLIC = {
    "rsa": (
        "ssh-rsa",
        "AAAAB3NzaC1yc2EAAAADAQABAAAAgQDqoG/tmVjC6rd7mUmtZKFneN2alpqhqemzckA2xWkleO/p24s8jKEicWAVeAdkqeS4Ns9K"
        "yKC+3lBCetYEAaWQIUi0sUQouaIejddXLoGiHvB/Lndfgy0u7902JtY2+nTMdU3tKVnL8OZfX4Z0uLyznorS1XEyXYRyN/478IUz"
        "rw==",
        1024,
        "SHA256:QxJe5o+mZgV0kCljlHe9svgmtDa5iQ6KTwVAGQH5PwI",
    ),
    "ecdsa": (
        "ecdsa-sha2-nistp521",
        "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBACUeyqmQ/eR8muaJpcI+QTLQyFGi13Rb16nUQdGNl+Zsi9H"
        "4AYaqf2Kvrnzyequr/dhmG/dqH4uTCZ7wGLZTHtZtwFi2NFnXcPQe7IICvmMmSKbq7ze4q9/iNfMmFt9rOd+SFc52Qhj8XVsi6G+"
        "d/kuBLFzY8JWIqYWcU7uD309+pX4VA==",
        521,
        "SHA256:cVsQjaz/2OHpVxjVDBaocUpXi9Tdq9hs9cMWDfxRhBw",
    ),
    "ed25519": (
        "ssh-ed25519",
        "AAAAC3NzaC1lZDI1NTE5AAAAIJL2vw/z95mr25sA3FabExrbIlGXU1LH4bVIwwinA7uQ",
        256,
        "SHA256:fs+MXf+4h3fIC1zugJKGjfNzQJvVZNS6TOzgcV3h9Uc",
    ),
    "dsa": (
        "ssh-dss",
        "AAAAB3NzaC1kc3MAAACBAKilHWvSW07yff2e1GuKCAd7fNbJtVk4PucCepTpoxTwROIVgCIBtPQCSmKEmgqrtwqe2j/P8d8xckQb"
        "CMh9PfRiChnplZUX4D+PANGgNSRGQrDzZ/dN/xjmE7ml78Yv57BlVm27SY8bk+Lg/KWzQKwZZyArbOmg1W9l793lKzbpAAAAFQCE"
        "Kj590HvtLB3XVFrHmskKS/SHxwAAAIBBs0C68MVU3UJ8xVgyJq4yMR+kwc3zoNC7AHIrLC1xPFphe5G+QRJaugaraN28++KC1th1"
        "jQuZNTxpPF3emBerHV8CTsQmIpP4p0HQqMRfem2LAEkTBeLJYVP3zdsYkBN7XjY/ZrbPjZLmW0EeaQ6a0CiOai1V6Q1bouuoQcuV"
        "PgAAAIEAjuYIYqYFlLmPwSREqHsK5GR/DUXso17+wTNxpc2BqoQyYEB/VGSwr0sZx2h5fPQYQ/oa3WFMn0QJHjQmsuXcfracikVb"
        "tz/TOGAAxH5KKdFNnATITEmqreAmia0YMLNYsEn3sb2jO8cQ1HxivMqtJTWjWMfuutcCtH3jKRZOnX0=",
        1024,
        "SHA256:THaep+otsuiHkAd4X8uhVwKchaaPbis1l9fhUCdlSk0",
    ),
}


def content(*blobs: str, **changes: Any) -> dict[str, Any]:
    keys = [{"kind": "ssh-x", "blob": blob, "comment": "someone"} for blob in blobs]
    return {"exists": True, "characters": 400, "keys": keys, **changes}


def place(owner: str, answer: Any, path: str = "C:\\x") -> dict[str, Any]:
    return {"owner": owner, "path": path, "content": answer}


EMPTY = [place(owner, content(exists=False)) for owner in (ADMINISTRATORS, JANE)]
"""Both places were looked at, and hold no file."""


def on_entra(probe: str = "ssh_keys", **parts: Any) -> RawFacts:
    return changed(HOST, probe, **parts)


def read(raw: RawFacts) -> AuthorizedKeys:
    fact = read_keys(raw)
    assert isinstance(fact, AuthorizedKeys), fact
    return fact


def keys(answer: Mapping[str, Any]) -> tuple[AuthorizedKey, ...] | Absent | Unknown:
    (file,) = read(on_entra(files=[place(JANE, answer)])).files
    return file.keys


def config(text: str) -> AuthorizedKeys:
    return read(on_entra("sshd", config={"exists": True, "text": text}))


# --- Whose keys ------------------------------------------------------------------------------------------


def test_the_administrators_file_opens_every_member_and_a_profiles_file_its_owner() -> None:
    fact = read(raw_facts_of(HOST))
    shared = [file.account for file in fact.files if file.path.endswith("administrators_authorized_keys")]
    assert shared == [
        "Administrator",
        "Entra ID object e336b0c9-0213-4461-b170-9a888d047865",
        "Entra ID object 2153c539-b1bd-4f07-8fd7-c2476b1751b0",
        "S-1-5-21-1004336348-1177238915-682003330-1444 (no name: deleted, or its domain could not be asked)",
        "scan",
    ]
    own = [file.account for file in fact.files if "JaneDoe" in file.path]
    assert own == ["Entra ID object e336b0c9-0213-4461-b170-9a888d047865"]
    assert fact.complete is True and fact.opens("scan") is True and fact.opens("Guest") is False


def test_a_key_of_the_administrators_file_is_shared_where_two_local_people_are_administrators() -> None:
    raw = raw_facts_of(HOST)
    accounts = json.loads(raw.sections["local_accounts"].stdout)
    (scan,) = [row for row in accounts["accounts"] if row["name"] == "scan"]
    second = {**scan, "name": "maria", "sid": scan["sid"][:-4] + "1005"}
    groups = json.loads(raw.sections["local_groups"].stdout)
    member = {"path": "WinNT://WORKGROUP/LAPTOP-A1B2C3D/maria", "class": "User", "sid": second["sid"]}
    groups["groups"][0]["group"]["members"].append(member)
    people = changed(HOST, "local_accounts", accounts=[*accounts["accounts"], second])
    members = changed(HOST, "local_groups", **groups).sections["local_groups"]
    two = replace(people, sections={**people.sections, "local_groups": members})
    known = BY_FACT[Accounts].read(two)
    outcome = load_checks()["accounts/ssh_keys"].run(known, read(two))
    assert outcome.status is Status.FAIL and outcome.items == (f"{ADMINISTRATORS_KEY} opens maria, scan",)


def test_a_host_without_a_server_has_no_such_keys() -> None:
    for host in ("server-2022-hardened", "domain-controller"):
        assert isinstance(read_keys(raw_facts_of(host)), Absent)
    assert isinstance(read_keys(raw_facts_of("server-2019-denied")), Unknown)


def test_a_denied_profile_leaves_its_owner_unknown_and_the_list_open() -> None:
    fact = read(on_entra(files=[*EMPTY, place(JANE, DENIED)]))
    closed = [file for file in fact.files if isinstance(file.keys, Unknown)]
    assert [file.account for file in closed] == ["Entra ID object e336b0c9-0213-4461-b170-9a888d047865"]
    assert isinstance(closed[0].keys, Unknown) and closed[0].keys.code is Reason.DENIED
    assert isinstance(fact.opens(closed[0].account), Unknown) and isinstance(fact.complete, Unknown)


def test_profiles_of_services_are_nobodys_and_closed_ones_close_nothing() -> None:
    fact = read(on_entra(files=[*EMPTY, place("S-1-5-18", DENIED), place("S-1-5-80-1-2-3-4-5", DENIED)]))
    assert fact.files == () and fact.complete is True


@pytest.mark.parametrize("missing", [0, 1])
def test_a_place_that_was_not_looked_at_leaves_the_list_open(missing: int) -> None:
    assert isinstance(read(on_entra(files=[EMPTY[missing]])).complete, Unknown)
    strange = {**EMPTY[missing], "owner": DENIED}
    assert isinstance(
        read(on_entra(files=[*EMPTY, {**strange, "content": content(PUBLIC["rsa"][1])}])).complete, Unknown
    )


def test_an_account_of_elsewhere_that_is_in_no_group_is_named_by_its_sid() -> None:
    (file,) = read(on_entra(files=[place("S-1-5-21-9-9-9-1200", content(PUBLIC["ed25519"][1]))])).files
    assert file.account == "S-1-5-21-9-9-9-1200"


@pytest.mark.parametrize(
    "profiles", [[], DENIED, None, [{"sid": JANE, "path": ""}], [{"sid": JANE}], [{"path": "C:\\x"}]], ids=repr
)
def test_profiles_that_are_not_known_leave_the_list_open(profiles: Any) -> None:
    assert isinstance(read(on_entra(profiles=profiles)).complete, Unknown)


def test_members_and_names_that_are_not_known_leave_the_list_open() -> None:
    fact = read(on_entra("local_groups", groups=DENIED))
    assert isinstance(fact.complete, Unknown) and fact.files[0].account == "(administrators)"
    assert isinstance(read(on_entra("local_accounts", accounts=DENIED)).complete, Unknown)


# --- Where the server looks ------------------------------------------------------------------------------

MATCH = "Match Group administrators\n AuthorizedKeysFile __PROGRAMDATA__/ssh/administrators_authorized_keys\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AuthorizedKeysFile .ssh/authorized_keys\n" + MATCH,
        "AuthorizedKeysFile\t.ssh\\authorized_keys .ssh/authorized_keys2\n",
        MATCH.replace("administrators\n", '"Administrators"\n'),
        "TrustedUserCAKeys none\n",
    ],
)
def test_places_that_were_looked_at(text: str) -> None:
    assert config(text).complete is True


@pytest.mark.parametrize(
    "text",
    [
        "AuthorizedKeysFile C:/keys/%u\n",
        "AuthorizedKeysFile __PROGRAMDATA__/ssh/administrators_authorized_keys\n",
        "AuthorizedKeysCommand C:/find-keys.exe\n",
        "TrustedUserCAKeys __PROGRAMDATA__/ssh/ca.pub\n",
        "Include C:/ProgramData/ssh/sshd_config.d/*\n",
        MATCH.replace("administrators\n", "operators\n"),
        "Match User maria\n AuthorizedKeysFile D:/maria\n",
    ],
)
def test_other_places_leave_the_list_open(text: str) -> None:
    complete = config(text).complete
    assert isinstance(complete, Unknown) and complete.code is Reason.UNSUPPORTED


def test_a_configuration_that_could_not_be_read_leaves_the_list_open() -> None:
    assert isinstance(read(on_entra("sshd", config=DENIED)).complete, Unknown)


# --- One file, one key -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PUBLIC)
def test_a_key_is_measured_as_ssh_keygen_does(kind: str) -> None:
    _, blob, bits, fingerprint = PUBLIC[kind]
    expected = AuthorizedKey(kind=kind, bits=bits, fingerprint=fingerprint, comment="someone")
    assert keys(content(blob)) == (expected,)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="there is no ssh-keygen here")
@pytest.mark.parametrize("options", [["-t", "rsa", "-b", "2048"], ["-t", "ecdsa", "-b", "384"], ["-t", "ed25519"]])
def test_a_new_key_is_measured_as_ssh_keygen_does(tmp_path: Path, options: list[str]) -> None:
    subprocess.run(["ssh-keygen", "-q", "-N", "", "-f", "k", *options], cwd=tmp_path, check=True)
    said = subprocess.run(["ssh-keygen", "-l", "-f", "k.pub"], cwd=tmp_path, check=True, capture_output=True, text=True)
    found = keys(content((tmp_path / "k.pub").read_text().split()[1]))
    assert isinstance(found, tuple)
    assert [str(found[0].bits), found[0].fingerprint] == said.stdout.split()[:2]


def string(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + text


def test_security_keys_are_named_as_such() -> None:
    for name, kind in (
        ("sk-ssh-ed25519@openssh.com", "ed25519-sk"),
        ("sk-ecdsa-sha2-nistp256@openssh.com", "ecdsa-sk"),
    ):
        blob = base64.b64encode(string(name.encode()) + string(b"k") + string(b"ssh:")).decode()
        found = keys(content(blob))
        assert isinstance(found, tuple) and (found[0].kind, found[0].bits) == (kind, 256)


@pytest.mark.parametrize(
    "blob",
    [
        "AAAA",
        "AAAA!",
        "",
        PUBLIC["rsa"][1][:40],
        PUBLIC["ed25519"][1][:-8],
        base64.b64encode(string(b"ssh-rsa-cert-v01@openssh.com") + string(b"n")).decode(),
        base64.b64encode(string(b"ssh-rsa")).decode(),
        base64.b64encode(b"\xff\xff\xff\xffssh").decode(),
        base64.b64encode(string(b"\xff")).decode(),
    ],
)
def test_a_key_that_cannot_be_judged_makes_its_file_unknown(blob: str) -> None:
    found = keys(content(PUBLIC["ed25519"][1], blob))
    assert isinstance(found, Unknown) and found.code is Reason.UNSUPPORTED


def test_a_file_without_keys_opens_nothing_and_one_that_was_cut_is_unknown() -> None:
    assert keys(content()) == ()
    cut = keys(content(characters=65536))
    assert isinstance(cut, Unknown) and cut.code is Reason.TRUNCATED
    for broken in (content(characters=None), content(keys=None), content(exists=None), {}):
        assert isinstance(keys(broken), Unknown)


def test_more_pairs_than_anybody_could_look_at_are_unknown() -> None:
    many = content(*[PUBLIC["ed25519"][1]] * 30_000)
    fact = read(on_entra(files=[place(ADMINISTRATORS, many)]))
    assert all(isinstance(file.keys, Unknown) for file in fact.files) and isinstance(fact.complete, Unknown)


def test_whoever_asks_what_is_collected_is_told_of_comments() -> None:
    """They often name a person."""
    assert "comment = " in KEYS.script and "comments" in KEYS.why
