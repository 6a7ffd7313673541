"""A target that sends as much as it may cannot hold up the scan: the work is bounded, and giving up is never green."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import pytest

from scanner.assess.findings import FactSet, PlannedCheck, judge
from scanner.catalogue import load_checks
from scanner.facts.accounts import Account, AccountKind, Accounts, PasswordState
from scanner.facts.base import Fact, RawFact, RawFacts, RawState
from scanner.facts.firewall import Action, Firewall
from scanner.facts.keys import AuthorizedKeys
from scanner.facts.linux import READERS
from scanner.facts.linux.firewall import state as firewall_state
from scanner.facts.linux.firewall import walk as firewall_walk
from scanner.facts.linux.firewall.packet import MAX_WORK, Budget, TooComplex
from scanner.facts.linux.firewall.state import read_state
from scanner.facts.network import Listeners
from scanner.model import Privilege, Reason, Status, Target, Unknown
from scanner.profile.parameters import EffectiveParameters

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
TARGET = Target(name="host", transport="local")
GUARD_S = 10
READER_OF = {reader.fact: reader for reader in READERS}
Item = dict[str, Any]

TABLE: Item = {"table": {"family": "inet", "name": "t"}}
UNDECIDED: Item = {"match": {"op": "==", "left": {"meta": {"key": "cgroup"}}, "right": 7}}
DPORT: Item = {"payload": {"protocol": "tcp", "field": "dport"}}
NO_RULES = b"%% begin save ip\n%% end 0\n%% begin save ip6\n%% end 0\n"
ONE_INTERFACE = (
    b"% addr\n1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 10.0.0.1/24 scope global eth0\n% link\n"
    b"% files\n% end\n"
)
ONE_SOCKET = b"% ss root\ntcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n% end\n"


class _Hung(BaseException):
    """Not an `Exception`: neither a reader nor the line that runs a check may swallow it."""


@contextmanager
def _guard() -> Iterator[None]:
    def hung(_signal: int, _frame: FrameType | None) -> None:
        raise _Hung(f"still busy after {GUARD_S} s of CPU")

    before = signal.signal(signal.SIGPROF, hung)
    signal.setitimer(signal.ITIMER_PROF, GUARD_S)  # CPU, so that a busy machine is no slow reader
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _raw(**sections: bytes) -> RawFacts:
    return RawFacts(
        platform="linux",
        collected_at=NOW,
        privilege=Privilege.ROOT,
        account="root",
        sections={
            name: RawFact(probe=name, state=RawState.OK, stdout=stdout, status=0) for name, stdout in sections.items()
        },
    )


def _host(
    *, nft: bytes = b"", ipt: bytes = NO_RULES, ifaces: bytes = ONE_INTERFACE, listen: bytes = ONE_SOCKET
) -> RawFacts:
    return _raw(nft=nft or _nft([]), ipt=ipt, ifaces=ifaces, listen=listen)


def _read(fact: type[Fact], raw: RawFacts) -> Any:
    with _guard():
        return READER_OF[fact].read(raw)


def _status(check: str, raw: RawFacts) -> Status:
    item = load_checks()[check]
    plan = PlannedCheck(check=item, requirements=(), parameters=EffectiveParameters(values=dict(item.parameters)))
    with _guard():
        return judge((plan,), FactSet(raw, TARGET), TARGET)[0].status


# --- Input as large as a probe may send ------------------------------------------------------------------


def _nft(items: list[Item]) -> bytes:
    return json.dumps({"nftables": [{"metainfo": {"json_schema_version": 1}}, *items]}).encode()


def _chain(name: str, table: str = "t", **base: Any) -> Item:
    return {"chain": {"family": "inet", "table": table, "name": name, **base}}


def _input(table: str = "t", policy: str = "drop") -> Item:
    return _chain("in", table, type="filter", hook="input", prio=0, policy=policy)


def _rule(chain: str, *statements: Item) -> Item:
    return {"rule": {"family": "inet", "table": "t", "chain": chain, "expr": list(statements)}}


def _many_tables(count: int) -> bytes:
    pairs = [({"table": {"family": "inet", "name": f"t{i}"}}, _input(f"t{i}", "accept")) for i in range(count)]
    return _nft([item for pair in pairs for item in pair])


def _ladder(rungs: int, width: int, *conditions: Item) -> bytes:
    """Each chain jumps several times to the next: a walk that keeps nothing never ends."""
    chains = [_chain(f"c{i}") for i in range(rungs)]
    steps = [_rule(f"c{i}", *conditions, {"jump": {"target": f"c{i + 1}"}}) for i in range(rungs - 1)] * width
    return _nft([TABLE, _input(), *chains, _rule("in", *conditions, {"jump": {"target": "c0"}}), *steps])


def _cycle() -> bytes:
    turn = {"goto": {"target": "a"}}
    return _nft([TABLE, _input(), _chain("a"), _rule("in", turn), _rule("a", turn)])


def _prefixes(count: int) -> list[Item]:
    return [{"prefix": {"addr": f"10.{i >> 8 & 255}.{i & 255}.0", "len": 24}} for i in range(count)]


def _verdict_map(count: int) -> Item:
    entries: list[Any] = [[i, {"accept": None}] for i in range(count)]
    return {"vmap": {"key": DPORT, "data": {"set": [*entries, ["*", {"drop": None}]]}}}


def _large_set(rules: int) -> bytes:
    source = {"payload": {"protocol": "ip", "field": "saddr"}}
    listed = {"set": {"family": "inet", "table": "t", "name": "s", "elem": _prefixes(15_000)}}
    asked = {"match": {"op": "==", "left": source, "right": "@s"}}
    return _nft([TABLE, _input(), listed] + [_rule("in", asked, {"accept": None})] * rules)


def _one_map_named_often() -> bytes:
    entries = [[i, {"continue": None}] for i in range(3000)]
    named = {"map": {"family": "inet", "table": "t", "name": "m", "elem": entries}}
    return _nft([TABLE, _input(), named] + [_rule("in", {"vmap": {"key": DPORT, "data": "@m"}})] * 200)


def _ranges(count: int) -> bytes:
    asked = [{"match": {"op": "==", "left": DPORT, "right": {"range": [i, 60_000]}}} for i in range(count)]
    return _nft([TABLE, _input(), *(_rule("in", match, {"accept": None}) for match in asked)])


def _save(lines: bytes) -> bytes:
    return (
        b"%% begin save ip\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:a - [0:0]\n" + lines + b"COMMIT\n"
        b"%% end 0\n%% begin save ip6\n*filter\n:INPUT DROP [0:0]\nCOMMIT\n%% end 0\n"
    )


def _addresses(count: int) -> bytes:
    line = "{0}: e{0}    inet 10.{1}.{2}.1/24 scope global e{0}\n"
    listed = "".join(line.format(i, i >> 8 & 255, i & 255) for i in range(count))
    return b"% addr\n" + listed.encode() + b"% link\n% files\n% end\n"


def _sockets(count: int, address: str = "0.0.0.0") -> bytes:
    line = 'tcp LISTEN 0 128 {}:{} 0.0.0.0:* users:(("x",pid={},fd=3))\n'
    return b"% ss root\n" + "".join(line.format(address, i + 1, i) for i in range(count)).encode() + b"% end\n"


NAMING_ALL = _save(b"".join(b"-A INPUT -i e%d -d 10.1.%d.1/32 -j DROP\n" % (i, i & 255) for i in range(15_000)))
RULES: dict[str, RawFacts] = {
    "cycle of goto": _host(nft=_cycle()),
    "ladder of jumps": _host(nft=_ladder(60, 2)),
    "wide ladder of jumps": _host(nft=_ladder(14, 12)),
    "ladder of undecided jumps": _host(nft=_ladder(60, 2, UNDECIDED)),
    "tables": _host(nft=_many_tables(5000)),
    "large set named often": _host(nft=_large_set(300)),
    "verdict map": _host(nft=_nft([TABLE, _input(), _rule("in", _verdict_map(30_000))])),
    "verdict map named often": _host(nft=_one_map_named_often()),
    "ranges": _host(nft=_ranges(5000)),
    "undecided rules of nft": _host(nft=_nft([TABLE, _input()] + [_rule("in", UNDECIDED, {"drop": None})] * 6500)),
    "undecided rules of iptables": _host(ipt=_save(b"-A INPUT -m owner --uid 3 -j ACCEPT\n" * 20_000)),
    "rules of iptables": _host(ipt=_save(b"-A INPUT -s 10.1.2.0/24 -j DROP\n" * 20_000)),
    "inserted rules": _host(ipt=_save(b"-I INPUT -j a\n" * 70_000)),
    "long list of ports": _host(ipt=_save(b"-A INPUT -m multiport --dports " + b"1," * 500_000 + b"2 -j ACCEPT\n")),
    "rules for every interface": _host(ipt=NAMING_ALL, ifaces=_addresses(15_000)),
    "interfaces and sockets": _host(
        nft=_nft([TABLE, _input()]), ifaces=_addresses(15_000), listen=_sockets(15_000, "10.0.0.1")
    ),
}


@pytest.mark.parametrize("fact", [Firewall, Listeners])
@pytest.mark.parametrize("name", RULES)
def test_no_ruleset_and_no_host_is_too_large_to_be_judged(name: str, fact: type[Fact]) -> None:
    """Every fact and every rule here drops or cannot be told: nothing may come out as open, or not come out."""
    assert isinstance(_read(fact, RULES[name]), (fact, Unknown))


# --- The work, counted -----------------------------------------------------------------------------------


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Each walk that `state` asks for."""
    made: list[object] = []

    def counted(*args: Any) -> firewall_walk.End:
        made.append(args)
        return firewall_walk.walk(*args)

    monkeypatch.setattr(firewall_state, "walk", counted)
    return made


def test_interfaces_that_no_rule_names_are_walked_once(walks: list[object]) -> None:
    fact = _read(Firewall, _host(nft=_nft([TABLE, _input()]), ifaces=_addresses(3000)))
    assert len(fact.defaults) == 3000
    assert {rule.action for rule in fact.defaults} == {Action.DENY}
    assert len({rule.entrance for rule in fact.defaults}) == 3000
    assert len(walks) < 10


def test_an_interface_that_a_rule_names_is_walked_for_itself(walks: list[object]) -> None:
    for opened in (b"-A INPUT -i e7 -j ACCEPT\n", b"-A INPUT -d 10.0.7.1/32 -j ACCEPT\n"):
        fact = _read(Firewall, _host(ipt=_save(opened), ifaces=_addresses(100)))
        assert [rule.entrance for rule in fact.defaults if rule.action is Action.ALLOW] == ["e7 10.0.7.1"]


@pytest.mark.parametrize(
    ("right", "opened"),
    [("e7", ["e7"]), ("e7*", ["e7", "e70", "e71"]), (7, ["e7"]), ({"set": ["e3", "e1*"]}, ["e1", "e3", "e10"])],
)
def test_patterns_numbers_and_sets_of_interfaces_tell_them_apart(right: Any, opened: list[str]) -> None:
    asked = {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": right}}
    ifaces = b"".join(
        b"%d: e%d    inet 10.0.%d.1/24 scope global e%d\n" % (i, i, i, i) for i in (1, 2, 3, 7, 10, 70, 71)
    )
    raw = _host(
        nft=_nft([TABLE, _input(), _rule("in", asked, {"accept": None})]),
        ifaces=b"% addr\n" + ifaces + b"% link\n% files\n% end\n",
    )
    fact = _read(Firewall, raw)
    assert [rule.entrance.split()[0] for rule in fact.defaults if rule.action is Action.ALLOW] == opened


def test_forwarding_walks_two_interfaces_of_each_kind(walks: list[object]) -> None:
    raw = _host(ipt=_save(b"-A FORWARD -i e7 -o e9 -j ACCEPT\n"), ifaces=_addresses(200))
    fact = _read(Firewall, raw)
    assert fact.forwarding[0].action is Action.ALLOW
    assert len(walks) < 30


def test_sockets_that_are_alike_are_walked_once(walks: list[object]) -> None:
    lines = _sockets(1, "10.0.0.1").splitlines()[1]
    many = [lines.replace(b"10.0.0.1", b"10.0.%d.1" % i) for i in range(200)]
    listen = b"\n".join([b"% ss root", *many, b"% end", b""])
    fact = _read(Listeners, _host(nft=_nft([TABLE, _input()]), ifaces=_addresses(200), listen=listen))
    assert len(fact.sockets) == 200
    assert {socket.reachable_v4 for socket in fact.sockets} == {False}
    assert len(walks) == 1


@pytest.mark.parametrize("name", RULES)
def test_no_walk_goes_on_when_the_budget_is_spent(name: str, walks: list[object]) -> None:
    """Every walk costs something, so that the budget bounds their number too; few are begun without one."""
    with _guard():
        state = read_state(RULES[name])
        firewall_state.defaults(state)
        firewall_state.forwarding(state)
    assert -1 <= state.rules.budget.left < MAX_WORK or state.rules.unread
    assert len(walks) < MAX_WORK // 8


def test_a_budget_ends_once_and_for_all() -> None:
    budget = Budget(5)
    budget.spend(5)
    assert not budget.is_spent
    for work in (1, 0, 1):
        with pytest.raises(TooComplex):
            budget.spend(work)
        assert budget.is_spent


def test_a_spent_budget_is_unknown_and_neither_open_nor_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = _host(ipt=_save(b"-A INPUT -s 10.1.2.0/24 -j DROP\n" * 50))
    assert [rule.action for rule in _read(Firewall, raw).defaults] == [Action.DENY]
    monkeypatch.setattr(Budget.__init__, "__defaults__", (40,))
    fact = _read(Firewall, raw)
    assert [type(rule.action) for rule in fact.defaults] == [Unknown]
    assert isinstance(fact.forwarding[0].action, Unknown)
    assert isinstance(_read(Listeners, raw).sockets[0].reachable_v4, Unknown)
    assert _status("firewall/default_deny_v4", raw) is Status.UNKNOWN
    assert _status("firewall/exposed", raw) is Status.UNKNOWN


def test_a_map_that_many_rules_name_is_unknown_before_it_fills_the_memory() -> None:
    (gap,) = read_state(RULES["verdict map named often"]).rules.unread
    assert "verdict maps" in gap.detail


# --- Checks and other readers ----------------------------------------------------------------------------


def test_exposed_is_linear_in_sockets() -> None:
    raw = _host(nft=_nft([TABLE, _input()]), listen=_sockets(15_000))
    assert _status("firewall/exposed", raw) is Status.PASS
    raw = _host(nft=_nft([TABLE, _input(policy="accept")]), listen=_sockets(15_000))
    assert _status("firewall/exposed", raw) is Status.FAIL


DEEP = 10_000
OTHERS: dict[str, dict[str, bytes]] = {
    "deep array": {"nft": b'{"nftables":' + b"[" * DEEP + b"]" * DEEP + b"}"},
    "open brackets": {"nft": b"[" * DEEP, "sudoers": b"=json\n " + b'{"a":' * DEEP + b"\n"},
    "deep object": {"sudoers": b"=json\n " + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"\n"},
    "long number": {"nft": b'{"nftables":[{"metainfo":' + b"9" * 900_000 + b"}]}"},
    "crontab": {"backup_cron": b"=/etc/crontab\n" + b" * * * * *\troot\trsync -a / host:/x\n" * 25_000},
    "long crontab line": {"backup_cron": b"=/etc/crontab\n * * * * *\troot\trsync " + b"a " * 500_000 + b"\n"},
    "quotes in a crontab": {"backup_cron": b"=/etc/crontab\n * * * * *\troot\trsync " + b"'" * 500_001 + b"\n"},
    "name services": {"name_service": b"=/etc/nsswitch.conf\n passwd: " + b"files [ " * 120_000 + b"\n"},
    "key files": {
        "keys": b"".join(
            b"=/home/u%d/.ssh/authorized_keys\n 256 SHA256:%d x (ED25519)\n" % (i, i) for i in range(15_000)
        )
        + b"=end\n",
        "passwd": b"=/etc/passwd\n"
        + b"".join(b" u%d:x:%d:%d::/home/u%d:/bin/bash\n" % (i, i, i, i) for i in range(15_000)),
    },
}


@pytest.mark.parametrize("name", OTHERS)
def test_every_reader_and_check_comes_to_an_end(name: str) -> None:
    """All readers of the probes concerned, and the checks on them; a reader that gave up by raising is a fault."""
    raw = _raw(**OTHERS[name])
    facts = FactSet(raw, TARGET)
    for reader in READERS:
        if {probe.name for probe in reader.probes} & OTHERS[name].keys():
            with _guard():
                answer = facts.get(reader.fact)
            assert "reader failed" not in getattr(answer, "detail", "")


def _person(number: int) -> Account:
    return Account(
        name=f"u{number}",
        identifier=str(number),
        kind=AccountKind.HUMAN,
        interactive=True,
        home=f"/home/u{number}",
        shell="/bin/bash",
        group_ids=(),
        password=PasswordState.NONE,
        hash_scheme=Unknown(Reason.NO_EVIDENCE, "no password"),
        password_changed=None,
        password_min_age_days=None,
        password_max_age_days=None,
        expires=None,
        last_login=None,
    )


def test_ssh_keys_is_linear_in_accounts_and_key_files() -> None:
    people = Accounts(
        accounts=tuple(_person(i) for i in range(15_000)),
        groups=(),
        duplicates=(),
        foreign_entries=(),
        hashes_in_plain_view=(),
        logins_since=NOW,
        logins_source="wtmp",
        scan_account="scan",
    )
    held = _read(AuthorizedKeys, _raw(**OTHERS["key files"]))
    assert len(held.files) == 15_000
    with _guard():
        outcome = load_checks()["accounts/ssh_keys"].run(people, replace(held, complete=True))
    assert outcome.status is Status.PASS


def test_a_file_of_many_keys_that_many_accounts_share_is_unknown() -> None:
    key = b" 256 SHA256:x me (ED25519)\n"
    keys = b"=/home/all/.ssh/authorized_keys\n" + key * 1000 + b"=end\n"
    passwd = b"=/etc/passwd\n" + b"".join(b" u%d:x:%d:1::/home/all:/bin/sh\n" % (i, i) for i in range(1000))
    fact = _read(AuthorizedKeys, _raw(keys=keys, passwd=passwd))
    assert len(fact.files) == 1000
    assert all(isinstance(file.keys, Unknown) for file in fact.files)
    assert isinstance(fact.complete, Unknown)
