"""Front ends of the firewall, what they load at the next start, and the ports of containers."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.facts import PublishedPorts
from scanner.facts.linux.firewall.containers import read_published
from scanner.facts.linux.firewall.persistence import front_ends
from scanner.facts.linux.firewall.script import script_closes
from scanner.model import Absent, Unknown, is_known
from tests.facts.linux.packets import GOLDEN, raw_facts

UFW_CONF = "=/etc/ufw/ufw.conf\n ENABLED={}\n"
UFW_DEFAULT = '=/etc/default/ufw\n IPV6={}\n DEFAULT_INPUT_POLICY="{}"\n'


def units(*enabled: str) -> str:
    blocks = (f"Id={name}.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n" for name in enabled)
    return "% systemd\n" + "\n".join(blocks)


def loads(services: str, saved_files: str) -> list[tuple[Any, Any]]:
    found = front_ends(raw_facts(fwui=f"{services}\n% saved\n{saved_files}\n% end\n")).loaders
    assert is_known(found)
    return [(loader.closes_v4, loader.closes_v6) for loader in found]


def test_ufw_loads_when_its_own_switch_is_on() -> None:
    on = UFW_CONF.format("yes")
    assert loads(units("ufw"), on + UFW_DEFAULT.format("yes", "DROP")) == [(True, True)]
    assert loads(units("ufw"), on + UFW_DEFAULT.format("yes", "ACCEPT")) == [(False, False)]
    assert loads(units("ufw"), UFW_CONF.format("no") + UFW_DEFAULT.format("yes", "DROP")) == []
    [(four, six)] = loads(units("ufw"), on + UFW_DEFAULT.format("no", "DROP"))
    assert four is True
    assert isinstance(six, Absent)


def test_saved_rule_files_are_walked() -> None:
    closed = (GOLDEN / "loads" / "iptables_closed.rules4").read_text()
    shown = "=/etc/iptables/rules.v4\n" + "".join(f" {line}\n" for line in closed.splitlines())
    assert loads(units("netfilter-persistent"), shown + "-/etc/iptables/rules.v6\n") == [(True, False)]
    [(four, _)] = loads(units("netfilter-persistent"), "!/etc/iptables/rules.v4\n")
    assert isinstance(four, Unknown)


def test_firewalld_is_open_in_the_trusted_zone_or_an_accepting_one() -> None:
    for zone, own, expected in (
        ("public", "", True),
        ("trusted", "", False),
        ("work", '=/etc/firewalld/zones/work.xml\n <zone target="ACCEPT"/>\n', False),
    ):
        text = f"=/etc/firewalld/firewalld.conf\n DefaultZone={zone}\n{own}"
        assert loads(units("firewalld"), text) == [(expected, expected)]
    [(four, _)] = loads(
        units("firewalld"), "=/etc/firewalld/firewalld.conf\n DefaultZone=x\n!/etc/firewalld/zones/*.xml\n"
    )
    assert isinstance(four, Unknown)


def firewalld(path: str, inside: str, default: str = "public") -> tuple[Any, Any]:
    """What a host with one file of its administrator's closes, over IPv4 and IPv6."""
    shown = f"=/etc/firewalld/firewalld.conf\n DefaultZone={default}\n=/etc/firewalld/{path}\n {inside}\n"
    [found] = loads(units("firewalld"), shown)
    return found


ANY_PORT = '<port port="1-65535" protocol="tcp"/>'


@pytest.mark.parametrize(
    ("path", "inside", "four", "six"),
    [
        ("zones/public.xml", '<zone><port port="8080" protocol="tcp"/><service name="ssh"/></zone>', True, True),
        ("zones/public.xml", f"<zone>{ANY_PORT}</zone>", False, False),
        ("zones/public.xml", '<zone><protocol value="tcp"/></zone>', False, False),
        ("zones/work.xml", f"<zone>{ANY_PORT}</zone>", True, True),
        ("zones/work.xml", f'<zone><interface name="eth1"/>{ANY_PORT}</zone>', False, False),
        ("zones/trusted.xml", '<zone target="ACCEPT"><interface name="eth1"/></zone>', False, False),
        ("zones/trusted.xml", '<zone target="ACCEPT"><source address="10.0.0.0/8"/></zone>', True, True),
        ("zones/trusted.xml", '<zone target="ACCEPT"><source address="0.0.0.0/0"/></zone>', False, True),
        ("zones/public.xml", '<zone><rule family="ipv6"><accept/></rule></zone>', True, False),
        ("zones/public.xml", '<zone><rule><service name="ssh"/><accept/></rule></zone>', True, True),
        ("zones/public.xml", f"<zone><rule>{ANY_PORT}<accept/></rule></zone>", False, False),
        ("zones/public.xml", f"<zone><rule>{ANY_PORT}<reject/></rule></zone>", True, True),
        ("zones/public.xml", '<zone><rule><source address="10.1.0.0/16"/><accept/></rule></zone>', True, True),
        (
            "zones/public.xml",
            '<zone><rule><source invert="True" address="10.1.0.0/16"/><accept/></rule></zone>',
            False,
            False,
        ),
        (
            "policies/in.xml",
            '<policy target="ACCEPT"><ingress-zone name="ANY"/><egress-zone name="HOST"/></policy>',
            False,
            False,
        ),
        (
            "policies/in.xml",
            '<policy target="ACCEPT"><ingress-zone name="work"/><egress-zone name="HOST"/></policy>',
            True,
            True,
        ),
        (
            "policies/in.xml",
            '<policy target="ACCEPT"><ingress-zone name="work"/><ingress-zone name="public"/>'
            '<egress-zone name="HOST"/></policy>',
            False,
            False,
        ),
        ("policies/in.xml", '<policy target="ACCEPT"><egress-zone name="HOST"/></policy>', True, True),
        ("zones/public.xml", '<zone><source-port port="53" protocol="udp"/></zone>', False, False),
        ("zones/public.xml", '<zone><source-port port="53" protocol="sctp"/></zone>', True, True),
        (
            "zones/public.xml",
            '<zone><rule><source-port port="53" protocol="tcp"/><accept/></rule></zone>',
            False,
            False,
        ),
        ("policies/out.xml", '<policy target="ACCEPT"><egress-zone name="ANY"/></policy>', True, True),
        ("direct.xml", "<direct/>", True, True),
        ("direct.xml", '<direct><rule table="filter" chain="INPUT">-j ACCEPT</rule></direct>', None, None),
        ("zones/public.xml", "<zone>", None, None),
        ("zones/public.xml", '<!DOCTYPE zone [<!ENTITY a "b">]><zone/>', None, None),
    ],
)
def test_what_an_administrator_saved_for_firewalld(path: str, inside: str, four: bool | None, six: bool | None) -> None:
    found = firewalld(path, inside)
    assert tuple(None if isinstance(one, Unknown) else one for one in found) == (four, six)


def test_a_service_of_an_administrator_can_be_a_wide_one() -> None:
    shown = (
        '=/etc/firewalld/zones/public.xml\n <zone><service name="all"/></zone>\n'
        '=/etc/firewalld/services/all.xml\n <service><include service="most"/><include service="all"/></service>\n'
        f"=/etc/firewalld/services/most.xml\n <service>{ANY_PORT}</service>\n"
    )
    assert loads(units("firewalld"), shown) == [(False, False)]
    assert loads(units("firewalld"), shown.replace("1-65535", "443")) == [(True, True)]


@pytest.mark.parametrize(
    ("zone", "closed"),
    [
        ('<zone><source address="10.0.0.0/8"/></zone>', True),
        ('<zone><interface name="eth1"/></zone>', False),
    ],
)
def test_a_policy_of_firewalld_admits_whom_its_zone_admits(zone: str, closed: bool) -> None:
    policy = '<policy target="ACCEPT"><ingress-zone name="work"/><egress-zone name="HOST"/></policy>'
    shown = f"=/etc/firewalld/zones/work.xml\n {zone}\n=/etc/firewalld/policies/in.xml\n {policy}\n"
    assert loads(units("firewalld"), shown) == [(closed, closed)]


@pytest.mark.parametrize(
    ("rule", "four", "six"),
    [
        ("allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in", True, True),
        ("allow esp any 0.0.0.0/0 any 0.0.0.0/0 in", True, True),
        ("allow vrrp any 0.0.0.0/0 any 0.0.0.0/0 in", True, True),
        ("allow any any 224.0.0.1 any 0.0.0.0/0 in", True, True),
        ("allow any any 192.0.2.7 any 0.0.0.0/0 in", False, True),
        ("allow_log any any 0.0.0.0/0 any 0.0.0.0/0 in", False, True),
        ("limit_log-all udp any 0.0.0.0/0 any 0.0.0.0/0 in_eth0", False, True),
        ("allow any any 0.0.0.0/0 any 0.0.0.0/0", False, True),
        ("allow any any 0.0.0.0/0 any 0.0.0.0/0 in comment=6f7574", False, True),
        ("allow any any 0.0.0.0/0 any 0.0.0.0/0 out comment=696e", True, True),
        ("deny_log any any 0.0.0.0/0 any 0.0.0.0/0 in", True, True),
        ("allow tcp 1:65535 0.0.0.0/0 any 0.0.0.0/0 in", False, True),
        ("allow any any 0.0.0.0/0 any 0.0.0.0/0 in_eth0", False, True),
        ("allow any any 0.0.0.0/0 any 10.0.0.0/8 in", True, True),
        ("allow any any 0.0.0.0/0 any 0.0.0.0/0 out", True, True),
        ("deny any any 0.0.0.0/0 any 0.0.0.0/0 in", True, True),
        ("limit tcp 80,1024:65535 0.0.0.0/0 any 0.0.0.0/0 Wide - in", False, True),
    ],
)
def test_a_rule_of_ufw_for_every_port_is_saved_too(rule: str, four: bool, six: bool) -> None:
    shown = (
        UFW_CONF.format("yes") + UFW_DEFAULT.format("yes", "DROP") + f"=/etc/ufw/user.rules\n ### tuple ### {rule}\n"
    )
    assert loads(units("ufw"), shown) == [(four, six)]
    shown = shown.replace("user.rules", "user6.rules").replace("0.0.0.0/0", "::/0")
    assert loads(units("ufw"), shown) == [(True, four)]


@pytest.mark.parametrize(
    ("load", "four", "six"),
    [
        ("open", False, False),
        ("v4_closed_v6_open", True, None),
        ("accept_policy_last_drop", None, None),
        ("accept_all_on_eth0", None, None),
        ("interval_set", None, None),
    ],
)
def test_an_nft_script_is_judged_only_where_its_text_settles_it(load: str, four: bool | None, six: bool | None) -> None:
    text = (GOLDEN / "loads" / f"{load}.nft").read_text()
    assert (script_closes(text, 4), script_closes(text, 6)) == (four, six)


def test_a_closing_nft_script() -> None:
    lines = (
        "type filter hook input priority 0; policy drop;",
        'iif "lo" accept',
        "ct state { established, related } accept",
        "meta l4proto ipv6-icmp accept",
        "tcp dport { 22, 443 } accept # web",
    )
    text = "flush ruleset\ntable inet filter {\n chain input {\n" + "\n".join(lines) + "\n }\n}\n"
    assert script_closes(text, 4) is True
    assert script_closes(text, 6) is True
    assert script_closes(text.replace("{ 22, 443 }", "1024-65535"), 4) is None
    assert script_closes(text.replace("policy drop", "policy accept"), 4) is False
    assert script_closes('include "/etc/nftables.d/*.nft"\n' + text, 4) is None


def test_published_ports() -> None:
    text = (
        "% engine docker\nweb 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 443/tcp\n"
        "db 127.0.0.1:5432->5432/tcp\nmany 0.0.0.0:9000-9010->9000-9010/udp\nidle \n% end\n"
    )
    fact = read_published(raw_facts(ctr=text))
    assert isinstance(fact, PublishedPorts)
    assert [(port.container, port.first, port.last, port.is_loopback) for port in fact.ports] == [
        ("web", 8080, 8080, False),
        ("web", 8080, 8080, False),
        ("db", 5432, 5432, True),
        ("many", 9000, 9010, False),
    ]
    assert isinstance(read_published(raw_facts(ctr="% engine docker\nweb ???\n% end\n")), Unknown)
    assert isinstance(read_published(raw_facts(ctr="% engine docker\n")), Unknown)
    assert isinstance(read_published(raw_facts(ctr=(96, b"no engine"))), Absent)


def test_ports_that_podman_holds_for_its_containers() -> None:
    text = (
        "% engine podman\n% bound tcp 0.0.0.0:8080 shop\n% bound tcp [::1]:8443 shop\n"
        "% bound udp 127.0.0.1%lo:53 names\n% bound tcp *:9000 podman\n% end\n"
    )
    fact = read_published(raw_facts(ctr=text))
    assert isinstance(fact, PublishedPorts)
    assert [(str(port), port.is_loopback) for port in fact.ports] == [
        ("tcp/8080 on 0.0.0.0 into shop", False),
        ("tcp/8443 on [::1] into shop", True),
        ("udp/53 on 127.0.0.1 into names", True),
        ("tcp/9000 on [::] into podman", False),
    ]
    for broken in ("% bound tcp", "% bound tcp 0.0.0.0 shop", "% bound tcp nowhere:80 shop"):
        assert isinstance(read_published(raw_facts(ctr=f"% engine podman\n{broken}\n% end\n")), Unknown), broken
