"""What holds for every reader and every check at once: no bytes break a reader, and silence is never a pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.assess.findings import FactSet, PlannedCheck, judge
from scanner.catalogue import load_checks
from scanner.facts.base import RawFact, RawFacts, RawState, Reader, probes_of
from scanner.facts.elsewhere import ON_HOSTS
from scanner.facts.linux import READERS
from scanner.model import Absent, Finding, Privilege, Reason, Status, Target, Unknown
from scanner.profile.parameters import EffectiveParameters
from tests.facts.leavers import list_of

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # after the recordings of Debian 12 were made
TARGET = Target(name="host", transport="local")
PROBES = tuple(probes_of(READERS))
# What no host has is absent whatever the host says: the answer is the platform's and rests on no bytes.
ELSEWHERE = {reader.fact for reader in ON_HOSTS}
PLANNED = tuple(
    PlannedCheck(check=item, requirements=(), parameters=EffectiveParameters(values=dict(item.parameters)))
    for item in load_checks().values()
)
PLAN = tuple(one for one in PLANNED if ELSEWHERE.isdisjoint(parameter.fact for parameter in one.check.facts))
LEFT = list_of({"account": "leaver"}, {"account": "expired"})
UNREAD = (
    RawState.DENIED,
    RawState.FAILED,
    RawState.MISSING_TOOL,
    RawState.TIMEOUT,
    RawState.TRUNCATED,
    RawState.NOT_RUN,
)


def raw_facts(sections: dict[str, RawFact], error: tuple[Reason, str] | None = None) -> RawFacts:
    return RawFacts(
        platform="linux",
        collected_at=NOW,
        privilege=Privilege.USER,
        account="scan",
        sections=sections,
        error=error,
    )


def section(name: str, state: RawState, stdout: bytes = b"", status: int | None = None) -> RawFact:
    return RawFact(probe=name, state=state, stdout=stdout, status=status)


def everywhere(state: RawState, stdout: bytes = b"", status: int | None = None) -> RawFacts:
    return raw_facts({probe.name: section(probe.name, state, stdout, status) for probe in PROBES})


def findings(raw: RawFacts) -> tuple[Finding, ...]:
    return judge(PLAN, FactSet(raw, TARGET, LEFT), TARGET)


def good(raw: RawFacts) -> dict[str, str]:
    """The checks that leave a requirement green, or that excuse the target from it, with what they say."""
    return {
        item.check: f"{item.status}: {item.actual}"
        for item in findings(raw)
        if item.status in (Status.PASS, Status.WARN, Status.NOT_APPLICABLE)
    }


# --- No bytes break a reader -----------------------------------------------------------------------------


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.fact.__name__)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_bytes_in_any_state_break_a_reader(reader: Reader, data: st.DataObject) -> None:
    drawn = {
        probe.name: section(
            probe.name,
            data.draw(st.sampled_from(RawState)),
            data.draw(st.binary(max_size=200)),
            data.draw(st.none() | st.integers(0, 255)),
        )
        for probe in reader.probes
    }
    assert isinstance(reader.read(raw_facts(drawn)), (reader.fact, Absent, Unknown))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.fact.__name__)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_text_of_the_right_shape_breaks_a_reader(reader: Reader, data: st.DataObject) -> None:
    """Lines as the helpers print them, with words that the readers look for, in any order."""
    line = st.builds(
        lambda mark, words: f"{mark}{' '.join(words)}",
        st.sampled_from(["=", " ", "-", "!", "", "Inst ", "*", "#"]),
        st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=6),
    )
    drawn = {
        probe.name: section(
            probe.name, RawState.OK, "\n".join(data.draw(st.lists(line, max_size=12))).encode("utf-8", "replace"), 0
        )
        for probe in reader.probes
    }
    assert isinstance(reader.read(raw_facts(drawn)), (reader.fact, Absent, Unknown))


WORDS = (
    *(
        "/etc/passwd",
        "/etc/group",
        "/etc/shadow",
        "/etc/pam.d/common-password",
        "/etc/login.defs",
        "epoch",
        "id",
        "end",
    ),
    *("root:x:0:0:root:/root:/bin/sh", "root:$y$", "include", "password", "requisite", "pam_unix.so", "minlen=99999"),
    *("0", "-1", "99999999999999999999", "2026-13-45", "1e999", "{", "[]", "null", '{"nftables": [{}]}', "*filter"),
    *(":INPUT", "DROP", "[0:0]", "-A", "INPUT", "-j", "ACCEPT", "ok", "yes", "no", "%", ":", "Match", "all", "\x00"),
)


# --- Silence is never a pass -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", UNREAD, ids=str)
def test_nothing_passes_when_nothing_was_read(state: RawState) -> None:
    assert good(everywhere(state, status=1)) == {}


def test_nothing_passes_when_the_target_sent_no_section_at_all() -> None:
    assert good(raw_facts({})) == {}
    assert good(raw_facts({}, error=(Reason.UNREACHABLE, "no route"))) == {}


def test_what_only_a_domain_has_does_not_concern_a_host() -> None:
    rest = tuple(one for one in PLANNED if one not in PLAN)
    judged = judge(rest, FactSet(raw_facts({}), TARGET), TARGET)
    assert judged and {item.status for item in judged} == {Status.NOT_APPLICABLE}


# What `ok` alone proves: this line ends every listing, so that a listing of nothing but it says that nothing is there.
PROVED_BY_THE_END_MARK = {
    "password/su_restricted": "no PAM is installed, so nothing limits su; that is a pass with a note by default",
}
SILENT_BODIES = (b"", b"\n", b"\n\n \n", b"\x00", b"\xff\xfe", b"x\n", b"=end\n", b"=end\n end\n @exit 0\n")


@pytest.mark.parametrize("body", SILENT_BODIES, ids=repr)
def test_nothing_passes_when_every_probe_ended_well_and_said_nothing(body: bytes) -> None:
    assert good(everywhere(RawState.OK, body, 0)) == {}


def test_an_end_mark_alone_proves_only_what_it_says() -> None:
    assert set(good(everywhere(RawState.OK, b"ok\n", 0))) == set(PROVED_BY_THE_END_MARK)


# A host that is known, so that readers which ask what it is first come to their own silent probe.
HOSTS = {
    name: f"=/etc/os-release\n ID={name}\n VERSION_ID={version}\n=/proc/1/comm\n systemd\n=uname\n Linux 6.1.0 "
    "x86_64\n=hostname\n h\n=epoch\n 1795284000\n=marks\n init systemd\n end\n=virt-container\n none\n=virt-vm\n "
    "none\n".encode()
    for name, version in (("debian", "12"), ("rhel", "9.4"), ("sles", "15.6"), ("alpine", "3.22"), ("arch", ""))
}
# Proved by the host section alone.
KNOWN_BY_RELEASE = {"patching/os_supported"}


@pytest.mark.parametrize("body", SILENT_BODIES, ids=repr)
@pytest.mark.parametrize("system", HOSTS)
def test_nothing_passes_on_a_known_host_that_says_nothing_else(system: str, body: bytes) -> None:
    raw = everywhere(RawState.OK, body, 0)
    raw = raw_facts({**raw.sections, "host": section("host", RawState.OK, HOSTS[system], 0)})
    assert set(good(raw)) <= KNOWN_BY_RELEASE


@pytest.mark.parametrize("system", HOSTS)
@pytest.mark.parametrize("state", UNREAD, ids=str)
def test_nothing_passes_on_a_known_host_where_nothing_else_was_read(system: str, state: RawState) -> None:
    raw = everywhere(state, b"", 1)
    raw = raw_facts({**raw.sections, "host": section("host", RawState.OK, HOSTS[system], 0)})
    assert set(good(raw)) <= KNOWN_BY_RELEASE


@pytest.mark.parametrize("state", [state for state in UNREAD if state is not RawState.NOT_RUN], ids=str)
def test_output_of_a_probe_that_did_not_end_well_is_never_believed(state: RawState) -> None:
    assert good(everywhere(state, b"ok\nend\nyes\n0\n", 0)) == {}


# --- A server that was too old to talk to ----------------------------------------------------------------


def test_an_old_servers_offer_fails_one_check_and_leaves_all_others_unknown() -> None:
    lists = {"kex": "diffie-hellman-group1-sha1", "host_key": "ssh-dss", "ciphers": "3des-cbc", "macs": "hmac-md5"}
    offer = "".join(f"{name} {value}\n" for name, value in lists.items()).encode()
    raw = raw_facts(
        {"ssh_offer": section("ssh_offer", RawState.OK, offer, 0)}, error=(Reason.UNSUPPORTED, "no safe algorithm")
    )
    judged = {item.check: item for item in findings(raw)}
    crypto = judged.pop("remote_access/ssh_crypto")
    assert crypto.status is Status.FAIL and len(crypto.items) == 4
    assert crypto.evidence == (raw.sections["ssh_offer"].sha256,)
    assert {item.status for item in judged.values()} <= {Status.UNKNOWN, Status.NOT_CHECKED}


# --- Less evidence is never a better answer --------------------------------------------------------------

GOLDEN = Path(__file__).parent / "linux" / "golden"
RECORDED = {
    "passwd": "accounts/bookworm.root.passwd",
    "shadow": "accounts/bookworm.root.shadow",
    "logins": "accounts/bookworm.root.logins",
    "homes": "accounts/bookworm.root.homes",
    "keys": "accounts/bookworm.root.keys",
    "sudoers": "privileges/bookworm.json",
    "sshd": "ssh/bookworm.match.root",
    "pam": "password/bookworm-bare/pam.0",
    "password_files": "password/bookworm-bare/password_files.0",
    "apt": "patching/debian-12-held.apt",
    "auto_updates": "patching/debian-12-periodic-off.auto_updates",
}
WHOLE = {
    **{name: section(name, RawState.OK, (GOLDEN / path).read_bytes(), 0) for name, path in RECORDED.items()},
    "host": section("host", RawState.OK, HOSTS["debian"], 0),
}
ANSWERS = {item.check: item.status for item in findings(raw_facts(WHOLE))}
# (probe, check) -> why losing a part of the probe's answer may turn a failure into a lesser one.
LESS_IS_KNOWN = {
    ("apt", "patching/security_pending"): "without a release file no date proves the update overdue: a warning",
    (
        "pam",
        "password/nullok",
    ): "every file of the folder is listed: one that is not there makes PAM refuse the service",
    ("keys", "accounts/leavers"): "every key file is listed: an account whose file is not there has no key",
}


def worsened(section_: RawFact) -> Iterator[RawFact]:
    """The answer in each state that is none, without its end, and without each of its framed parts."""
    yield from (replace(section_, state=state, status=1) for state in UNREAD)
    yield replace(section_, stdout=b"")
    lines = section_.stdout.split(b"\n")
    heads = [at for at, line in enumerate(lines) if line[:1] in (b"=", b"-", b"!")]
    yield from (replace(section_, stdout=b"\n".join(lines[:at])) for at in heads)
    for start, end in zip(heads, [*heads[1:], len(lines)], strict=True):
        yield replace(section_, stdout=b"\n".join([*lines[:start], *lines[end:]]))
        if lines[start][:2] == b"=/":
            yield replace(section_, stdout=b"\n".join([*lines[:start], b"!" + lines[start][1:], *lines[end:]]))


@pytest.mark.parametrize("probe", WHOLE)
def test_less_evidence_never_gives_a_better_answer(probe: str) -> None:
    better = set()
    for less in worsened(WHOLE[probe]):
        for item in findings(raw_facts({**WHOLE, probe: less})):
            if (
                item.status in (Status.PASS, Status.NOT_APPLICABLE, Status.WARN)
                and item.status is not ANSWERS[item.check]
            ):
                better.add((probe, item.check))
    assert better <= set(LESS_IS_KNOWN)


def test_the_recorded_host_is_worth_the_comparison() -> None:
    assert sum(status is Status.PASS for status in ANSWERS.values()) >= 9
    assert sum(status is Status.FAIL for status in ANSWERS.values()) > 5
