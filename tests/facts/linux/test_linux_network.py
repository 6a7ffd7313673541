"""Interfaces and listening sockets, from each of the tools that may be there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import NetworkInterfaces
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.network import READERS, Interfaces, Socket, interfaces, sockets
from scanner.model import Absent, Privilege, Unknown, is_known

GOLDEN = Path(__file__).parent / "golden" / "firewall"
PORTS = {22, 80, 917, 8080, 17777, 50123}


def raw_facts(probe: str, text: str | bytes) -> RawFacts:
    body = text if isinstance(text, bytes) else text.encode()
    return RawFacts(
        platform="linux",
        collected_at=datetime(2026, 1, 1, tzinfo=UTC),
        privilege=Privilege.ROOT,
        sections={probe: RawFact(probe=probe, state=RawState.OK, stdout=body, status=0)},
    )


def listening(text: str) -> tuple[Socket, ...]:
    found = sockets(raw_facts("listen", text))
    assert is_known(found), found
    return found


def seen(text: str) -> Interfaces:
    found = interfaces(raw_facts("ifaces", text))
    assert is_known(found), found
    return found


@pytest.mark.parametrize(
    ("case", "process"),
    [("open", str), ("unprivileged", Unknown), ("listen_netstat", Unknown), ("listen_proc", Unknown)],
)
def test_every_tool_gives_the_same_sockets(case: str, process: type) -> None:
    found = listening((GOLDEN / case / "listen.0").read_text())
    assert {socket.port for socket in found} == PORTS
    assert all(socket.versions == (4, 6) and socket.address == "::" for socket in found)
    assert all(isinstance(socket.process, process) for socket in found)


def test_addresses_of_ss() -> None:
    found = listening(
        "% ss root\n"
        'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))\n'
        "tcp LISTEN 0 128 127.0.0.1:631 0.0.0.0:*\n"
        "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*\n"
        "tcp LISTEN 0 128 [::]:22 [::]:*\n"
        "tcp LISTEN 0 128 [::ffff:10.0.0.5]:8080 *:*\n"
        "udp UNCONN 0 0 [fe80::1]%eth0:546 [::]:*\n"
        "% end\n"
    )
    assert [(socket.address, socket.port, socket.versions, socket.is_loopback) for socket in found] == [
        ("0.0.0.0", 22, (4,), False),
        ("127.0.0.1", 631, (4,), True),
        ("127.0.0.53", 53, (4,), True),
        ("::", 22, (6,), False),
        ("10.0.0.5", 8080, (4,), False),
        ("fe80::1", 546, (6,), False),
    ]
    assert found[0].process == "sshd"
    assert isinstance(found[1].process, Absent)


@pytest.mark.parametrize(
    "text",
    ["", "% ss root\n", "% end\n", "% ss root\nsomething else\n% end\n", "% ss root\ntcp LISTEN 0 0 x:y *:*\n% end\n"],
)
def test_what_is_not_understood_is_unknown_and_never_no_sockets(text: str) -> None:
    assert isinstance(sockets(raw_facts("listen", text)), Unknown)


def test_no_socket_at_all_is_an_answer() -> None:
    assert listening("% ss root\n\n% end\n") == ()


def test_a_missing_proc_file_is_unknown_unless_ipv6_is_not_there() -> None:
    table = "=/proc/net/{}\n  sl  local_address\n"
    four = table.format("tcp") + table.format("udp")
    assert listening(f"% proc\n{four}-/proc/net/tcp6\n-/proc/net/udp6\n% end\n") == ()
    assert isinstance(sockets(raw_facts("listen", f"% proc\n{four}!/proc/net/tcp6\n% end\n")), Unknown)
    assert isinstance(sockets(raw_facts("listen", "% proc\n-/proc/net/tcp\n% end\n")), Unknown)


def test_interfaces_of_a_recorded_host() -> None:
    found = seen((GOLDEN / "open" / "ifaces.0").read_text())
    assert [(way.name, way.is_loopback, way.index) for way in found.found] == [("lo", True, 1), ("eth0", False, 2)]
    assert [address for _, address in found.addressed(4)] == ["198.51.100.1"]
    assert [address for _, address in found.addressed(6)] == ["2001:db8::1"]
    assert found.bypass == ()


def test_a_link_local_address_counts_where_there_is_no_other() -> None:
    text = "% addr\n1: lo inet 127.0.0.1/8\n2: eth0 inet6 fe80::5/64\n% files\n% end\n"
    assert [address for _, address in seen(text).addressed(6)] == ["fe80::5"]


def test_without_ip_the_addresses_are_unknown_and_the_interfaces_remain() -> None:
    found = seen("% sys\nlo\neth0\n% files\n% end\n")
    assert [(way.name, address) for way, address in found.addressed(4)] == [("eth0", None)]
    assert isinstance(found.found[1].addresses, Unknown)


def test_an_empty_answer_is_unknown() -> None:
    assert isinstance(interfaces(raw_facts("ifaces", "% addr\n\n% files\n% end\n")), Unknown)
    assert isinstance(interfaces(raw_facts("ifaces", "% addr\n2: eth0 inet 10.0.0.1/8\n")), Unknown)


def test_programs_that_filter_outside_the_rules_are_named() -> None:
    line = "{}: {}: <UP> mtu 1500 {} qdisc noqueue\n"
    text = (
        "% addr\n1: lo inet 127.0.0.1/8\n% link\n" + line.format(2, "eth0", "xdp") + line.format(3, "cilium_host@x", "")
    )
    assert len(seen(text + "% files\n% end\n").bypass) == 2


@given(st.binary(max_size=200))
def test_parsers_are_total(data: bytes) -> None:
    for head in (b"% ss root\n", b"% netstat\n", b"% proc\n=/proc/net/tcp\n x\n ", b"% addr\n", b"% sys\n"):
        body = head + data + b"\n% end\n"
        sockets(raw_facts("listen", body))
        found = READERS[0].read(raw_facts("ifaces", body))
        assert isinstance(found, NetworkInterfaces | Unknown)
