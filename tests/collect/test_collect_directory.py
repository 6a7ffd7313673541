"""A directory is asked constant questions; what comes is bounded, kept as it is, and taken for no more than it is."""

from __future__ import annotations

import json
import struct
import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.collect.blocks import parse, raw_facts
from scanner.collect.conversation import CollectLimits
from scanner.collect.directory import collect_directory, query_text
from scanner.collect.directory.collection import WIRE_FACTOR
from scanner.collect.directory.queries import PLACEHOLDER, filled, query_sha256, questions
from scanner.collect.directory.values import cell, clock
from scanner.errors import TargetError, Unreachable
from scanner.facts.base import Probe, RawState, probes_of
from scanner.facts.directory import READERS
from scanner.facts.directory.probes import ACCOUNTS
from scanner.model import Privilege, Reason, Transcript
from scanner.secret import Secret
from scanner.transports.base import ScriptLimits, SessionInfo
from scanner.transports.ldap import Entry, Refused, Search

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
PROBES = tuple(probes_of(READERS))
DOMAIN = "DC=acme,DC=example"
PASSWORD = "correct-horse"


def sid(*parts: int) -> bytes:
    return bytes([1, len(parts), 0, 0, 0, 0, 0, 5]) + b"".join(struct.pack("<I", part) for part in parts)


def entry(dn: str, **values: bytes | str | list[bytes]) -> Entry:
    listed = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    found = {
        name.replace("_", "-").lower(): tuple(one.encode() if isinstance(one, str) else one for one in many)
        for name, many in listed.items()
    }
    return Entry(dn, found)


ROOT = entry(
    "",
    defaultNamingContext=DOMAIN,
    configurationNamingContext=f"CN=Configuration,{DOMAIN}",
    schemaNamingContext=f"CN=Schema,CN=Configuration,{DOMAIN}",
    rootDomainNamingContext=DOMAIN,
    dnsHostName="dc.acme.example",
    domainFunctionality="7",
    currentTime="20261120100000.0Z",
    tokenGroups=[sid(21, 1, 2, 3, 1104), sid(21, 1, 2, 3, 513)],
)
HEAD = entry(DOMAIN, objectSid=sid(21, 1, 2, 3), minPwdLength="14")
SELF = entry(f"CN=scan,{DOMAIN}", sAMAccountName="scan", objectSid=sid(21, 1, 2, 3, 1104))


class Directory:
    """Answers from a list: the first pair whose text occurs in the search's base or filter."""

    def __init__(self, *answers: tuple[str, Any], root: Entry = ROOT) -> None:
        self.info = SessionInfo(
            account="ACME\\scan", host_key="certificate SHA256:00", told=(Secret(PASSWORD),), round_trips=4
        )
        self.limits: ScriptLimits | None = None
        self.asked: list[Search] = []
        self._answers = (*answers, ("sAMAccountName=scan", [SELF]))
        self._root = root

    def bound(self, limits: ScriptLimits) -> None:
        self.limits = limits

    def confirm(self) -> None:
        self.info.handshakes = {"port": 636, "own": {}, "tried": {"TLS 1.0": "refused"}}

    def pages(self, search: Search, timeout_s: float) -> Iterator[tuple[Entry, ...]]:
        self.asked.append(search)
        if not search.base:
            yield (self._root,)
            return
        for words, answer in self._answers:
            if words in f"{search.base} {search.filter}":
                if isinstance(answer, Exception):
                    raise answer
                yield from (tuple(answer[at : at + 1000]) for at in range(0, len(answer), 1000))
                return
        yield (HEAD,) if search.base == DOMAIN and search.scope == "base" else ()

    def close(self) -> None:
        pass


def probe(script: str, name: str = "asked", **changes: Any) -> Probe:
    return Probe(name=name, why="to test", script=script, **changes)


PEOPLE = """
people
  base        {domain}
  scope       subtree
  filter      (objectCategory=person)
  attributes  dn sAMAccountName objectSid:sid userAccountControl:number objectClass:list
"""


def collected(directory: Directory, *probes: Probe, limits: CollectLimits | None = None) -> Transcript:
    return collect_directory(directory, "acme", probes, limits=limits, now=lambda: NOW)


def value(transcript: Transcript, name: str = "asked") -> Mapping[str, Any]:
    return dict(json.loads(raw_facts(transcript).sections[name].stdout))


# --- The questions ---------------------------------------------------------------------------------------


def test_every_probe_is_a_text_of_searches() -> None:
    for one in PROBES:
        for question in questions(one.script):
            assert question.scope in ("base", "one", "subtree")
            assert question.filter.startswith("(") and question.filter.count("(") == question.filter.count(")")
            assert {kind for _, kind in question.columns} <= {"text", "number", "sid", "guid", "list"}
            words = {match[1] for match in PLACEHOLDER.finditer(question.base + question.filter)}
            assert words <= {"domain", "configuration", "schema", "sid", "dn"}
    text = query_text(PROBES)
    assert all(one.why in text and one.script.strip() in text for one in PROBES)
    assert query_sha256(PROBES) == query_sha256(tuple(PROBES)) != query_sha256(PROBES[1:])


@pytest.mark.parametrize(
    "text", ["  base x", "a\n  base x", "a\n  base x\n  scope base\n  filter (a=b)\n  attributes none\n  size 3"]
)
def test_what_is_no_search_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="search"):
        questions(text)


def test_values_in_a_filter_are_escaped_and_in_a_name_they_are_not() -> None:
    hostile = "CN=a)(objectClass=*\\,\x00"
    assert filled("(memberOf={dn:1})", lambda *_: hostile, in_filter=True) == (
        "(memberOf=CN=a\\29\\28objectClass=\\2a\\5c,\\00)"
    )
    assert filled("{dn:1}", lambda *_: hostile, in_filter=False) == hostile


def test_names_are_looked_up_once_and_put_into_the_filter() -> None:
    group = entry(f"CN=Admins (all),{DOMAIN}")
    script = PEOPLE.replace("(objectCategory=person)", "(memberOf={dn:512})")
    directory = Directory(("<SID=S-1-5-21-1-2-3-512>", [group]), ("memberOf", [SELF]))
    transcript = collected(directory, probe(script), probe(script, "again"))
    asked = [search for search in directory.asked if "memberOf" in search.filter]
    assert {search.filter for search in asked} == {f"(memberOf=CN=Admins \\28all\\29,{DOMAIN})"}
    assert sum(search.base.startswith("<SID") for search in directory.asked) == 1
    assert value(transcript)["people"]["rows"][0][1] == "scan"


# --- Answers ---------------------------------------------------------------------------------------------


def test_values_are_written_as_people_know_them() -> None:
    one = uuid.uuid4()
    assert cell([sid(21, 1, 2, 3, 500)], "sid") == "S-1-5-21-1-2-3-500"
    assert cell([sid(32, 544)], "sid") == "S-1-5-32-544"
    assert cell([b"\x01\x05junk"], "sid") == b"\x01\x05junk".hex()
    assert cell([one.bytes_le], "guid") == str(one)
    assert cell([b"-36288000000000"], "number") == -36288000000000
    assert cell([b"1e3"], "number") == "1e3"
    assert cell([b"a", b"b"], "text") == ["a", "b"] and cell([b"a"], "list") == ["a"]
    assert cell([], "list") is None
    assert cell([b"\xff"], "text") == "\ufffd"
    assert clock("20261120100000.0Z") == "2026-11-20T10:00:00+00:00" and clock("yesterday") is None


def test_the_transcript_is_whole_and_says_who_asked_whom() -> None:
    person = entry(f"CN=amy,{DOMAIN}", sAMAccountName="amy", userAccountControl="512", objectClass=[b"top", b"user"])
    transcript = collected(Directory(("person", [person])), probe(PEOPLE))
    frame = parse(transcript.stdout, transcript.nonce)
    assert frame.done and list(frame.entries) == ["session", "asked", "tls_handshakes"]
    assert value(transcript)["people"] == {
        "columns": ["dn", "sAMAccountName", "objectSid", "userAccountControl", "objectClass"],
        "rows": [[f"CN=amy,{DOMAIN}", "amy", None, 512, ["top", "user"]]],
        "complete": True,
    }
    session = value(transcript, "session")
    assert (session["account_name"], session["sid"]) == ("scan", "S-1-5-21-1-2-3-1104")
    assert (session["administrator"], session["clock"]) == (False, "2026-11-20T10:00:00+00:00")
    assert (transcript.platform, transcript.account, transcript.host_key) == (
        "directory",
        "ACME\\scan",
        "certificate SHA256:00",
    )
    assert transcript.script_sha256 == query_sha256([probe(PEOPLE)])
    assert raw_facts(transcript).remote is True


@pytest.mark.parametrize("group", [sid(32, 544), sid(21, 1, 2, 3, 512), sid(21, 1, 2, 3, 519)])
def test_an_administrator_is_known_by_the_groups_of_the_logon(group: bytes) -> None:
    root = Entry("", {**ROOT.values, "tokengroups": (group,)})
    assert collected(Directory(root=root)).privilege is Privilege.ROOT
    assert collected(Directory()).privilege is Privilege.USER
    unsure = Entry("", {key: values for key, values in ROOT.values.items() if key != "tokengroups"})
    transcript = collected(Directory(root=unsure))
    assert transcript.privilege is Privilege.USER and value(transcript, "session")["administrator"] is None


def test_a_search_without_attributes_counts_and_asks_for_nothing() -> None:
    script = PEOPLE.replace(PEOPLE.split("attributes  ")[1].strip(), "none")
    directory = Directory(("person", [entry("CN=a", secret="hidden")] * 3))
    transcript = collected(directory, probe(script))
    assert value(transcript)["people"] == {"count": 3, "complete": True}
    assert directory.asked[-1].attributes == () and b"hidden" not in transcript.stdout


def test_the_password_of_the_logon_is_cut_wherever_it_stands() -> None:
    person = entry(f"CN=amy,{DOMAIN}", sAMAccountName=f"amy {PASSWORD}")
    transcript = collected(Directory(("person", [person])), probe(PEOPLE))
    assert PASSWORD.encode() not in transcript.stdout
    assert value(transcript)["people"]["rows"][0][1].startswith("amy ***")


# --- What goes wrong -------------------------------------------------------------------------------------


def test_a_server_without_a_domain_is_no_target() -> None:
    with pytest.raises(TargetError) as caught:
        collected(Directory(root=entry("", vendorName="OpenLDAP")))
    assert caught.value.reason is Reason.UNSUPPORTED


def test_a_refused_search_costs_that_search_alone() -> None:
    other = PEOPLE.replace("people", "others").replace("person", "computer")
    directory = Directory(
        ("person", Refused("insufficientAccessRights", "no")), ("computer", [entry("CN=pc", sAMAccountName="pc$")])
    )
    transcript = collected(directory, probe(PEOPLE + other))
    found = value(transcript)
    assert found["people"]["err"]["category"] == "PermissionDenied"
    assert found["others"]["rows"][0][1] == "pc$"
    assert parse(transcript.stdout, transcript.nonce).done


def test_what_came_until_the_connection_was_lost_is_kept() -> None:
    directory = Directory(("computer", Unreachable(Reason.UNREACHABLE, "gone")))
    lost = PEOPLE.replace("person", "computer")
    transcript = collected(directory, probe(PEOPLE, "first"), probe(lost, "second"), probe(PEOPLE, "third"))
    assert transcript.error == (Reason.UNREACHABLE, "gone")
    raw = raw_facts(transcript)
    assert raw.get("first").state is RawState.OK
    assert (raw.get("second").state, raw.get("third").state) == (RawState.NOT_RUN, RawState.NOT_RUN)
    assert raw.why_not("third").code is Reason.UNREACHABLE


@pytest.mark.parametrize("limits", [{"output_bytes": 5000}, {}])
def test_more_than_the_limit_is_cut_and_says_so(limits: dict[str, int]) -> None:
    people = [entry(f"CN=user{n},{DOMAIN}", sAMAccountName=f"user{n}") for n in range(500)]
    directory = Directory(("person", people))
    asked = probe(PEOPLE, max_bytes=5000 if not limits else 1 << 20)
    transcript = collected(directory, asked, limits=CollectLimits(**limits))
    found = value(transcript)["people"]
    assert found["complete"] is False and found["cut"] == "more than 5000 bytes"
    assert 0 < len(found["rows"]) < 100 and len(transcript.stdout) < 8000
    assert directory.limits is not None
    assert directory.limits.output_bytes == WIRE_FACTOR * CollectLimits(**limits).output_bytes


def test_fifty_thousand_accounts_fit_into_the_default_limit_in_time() -> None:
    people = [
        entry(
            f"CN=User Number{n},OU=Staff,{DOMAIN}",
            sAMAccountName=f"user.number{n}",
            objectSid=sid(21, 1111111111, 2222222222, 3333333333, n + 1000),
            userAccountControl="512",
            pwdLastSet="133456789012345678",
            lastLogonTimestamp="133456789012345678",
            whenCreated="20240101000000.0Z",
            accountExpires="9223372036854775807",
            primaryGroupID="513",
            displayName=f"Number{n}, User",
            mail=f"user.number{n}@acme.example",
        )
        for n in range(50_000)
    ]
    began = time.process_time()
    transcript = collected(Directory(("objectCategory=person", people)), ACCOUNTS)
    assert time.process_time() - began < 30
    found = value(transcript, ACCOUNTS.name)["people"]
    assert found["complete"] is True and len(found["rows"]) == 50_000
    assert len(transcript.stdout) < CollectLimits().output_bytes


def test_what_the_port_said_is_an_entry_and_comes_last_of_all() -> None:
    raw = raw_facts(collected(Directory()))
    assert json.loads(raw.get("tls_handshakes").stdout)["tried"] == {"TLS 1.0": "refused"} and raw.error is None


def test_a_lost_directory_is_not_asked_more() -> None:
    lost = TargetError(Reason.UNREACHABLE, "the connection was lost")
    raw = raw_facts(collected(Directory(("person", lost)), probe(PEOPLE)))
    assert raw.error is not None and "tls_handshakes" not in raw.sections
