"""Ansible inventories, INI and YAML."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import ConfigError
from scanner.inventory.ansible import read_inventory
from scanner.inventory.ansible.groups import expand
from scanner.inventory.ansible.ini import parse_ini
from scanner.inventory.ansible.targets import Reading, read_targets
from scanner.inventory.ansible.yaml_form import parse_yaml_inventory
from scanner.model import Target

INI = """
jumpless ansible_connection=local
[web]  # front
web[01:03].example ansible_user=deploy
db1:2222
[fd00::1]:2200
[db]
db1 ansible_host=10.0.0.7 ansible_ssh_private_key_file="/keys/my key"
win1 ansible_connection=winrm ansible_port=5985
win2 ansible_connection=winrm
[prod:children]
web
db
[prod:vars]
ansible_user=ops
ansible_password=hunter2
ansible_become=true
[all:vars]
ansible_user=everyone
"""
YAML = """
all:
  hosts:
    jumpless: {ansible_connection: local}
  vars: {ansible_user: everyone}
  children:
    prod:
      vars:
        ansible_user: ops
        ansible_password: !vault |
          $ANSIBLE_VAULT;1.1;AES256
          hunter2
        ansible_become: true
      children:
        web:
          hosts:
            web[01:03].example: {ansible_user: deploy}
            db1: {ansible_port: 2222}
            fd00::1: {ansible_port: 2200}
        db:
          hosts:
            db1: {ansible_host: 10.0.0.7, ansible_ssh_private_key_file: /keys/my key}
            win1: {ansible_connection: winrm, ansible_port: 5985}
            win2: {ansible_connection: winrm}
"""


def read(text: str, folder: Path, name: str = "hosts") -> Reading:
    path = folder / name
    path.write_text(text)
    inventory = read_inventory(path)
    reading = read_targets(inventory, inventory.hosts)
    if inventory.problems:
        raise ConfigError(inventory.problems)
    return reading


def targets(text: str, folder: Path, name: str = "hosts") -> dict[str, Target]:
    return {item.target.name: item.target for item in read(text, folder, name).candidates}


def refused(text: str, folder: Path, name: str = "hosts") -> str:
    with pytest.raises(ConfigError) as caught:
        read(text, folder, name)
    return str(caught.value)


@pytest.mark.parametrize(("text", "name"), [(INI, "hosts"), (INI, "h.ini"), (YAML, "h.yml"), (YAML, "hosts")])
def test_both_forms_say_the_same(tmp_path: Path, text: str, name: str) -> None:
    found = targets(text, tmp_path, name)
    assert set(found) == {
        "jumpless",
        "web01.example",
        "web02.example",
        "web03.example",
        "db1",
        "fd00::1",
        "win1",
        "win2",
    }
    assert (found["jumpless"].transport, found["jumpless"].address) == ("local", "")
    assert (found["web02.example"].user, found["web02.example"].tags) == ("deploy", ("prod", "web"))
    db1 = found["db1"]
    assert (db1.address, db1.port, db1.user, db1.tags) == ("10.0.0.7", 2222, "ops", ("prod", "db", "web"))
    assert db1.identity_files == ("/keys/my key",)
    assert (found["fd00::1"].address, found["fd00::1"].port) == ("fd00::1", 2200)
    assert (found["win1"].transport, found["win2"].transport) == ("winrm", "winrms")


@pytest.mark.parametrize(("text", "name"), [(INI, "hosts"), (YAML, "h.yml")])
def test_notes_say_what_is_left_out(tmp_path: Path, text: str, name: str) -> None:
    notes = "\n".join(read(text, tmp_path, name).notes)
    assert "ansible_password is not read" in notes and "ansible_become is not read" in notes
    assert "hunter2" not in notes


@pytest.mark.parametrize(
    ("arguments", "hops"),
    [
        ("-J ops@b:2200,c", [("ops", "b", 2200), (None, "c", None)]),
        ("-o ProxyJump=b -o StrictHostKeyChecking=no", [(None, "b", None)]),
        ("-oproxyjump=b", [(None, "b", None)]),
        ("-o ProxyCommand='ssh -W %h:%p -q ops@b'", [("ops", "b", None)]),
        ("-C", []),
    ],
)
def test_jump_hosts(tmp_path: Path, arguments: str, hops: list[tuple[object, ...]]) -> None:
    target = targets(f'h ansible_ssh_common_args="{arguments}"\n', tmp_path)["h"]
    assert [(hop.user, hop.address, hop.port) for hop in target.jump] == hops


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[web:childen]\n", "hosts:1:1: unknown section ':childen'"),
        ("[all:children]\nwbe\n[web]\nh\n", "hosts:2:1: the group 'wbe' is not defined (did you mean 'web'?)"),
        ("[web]\nh\n[wbe:vars]\na=1\n", "is for a group that has no hosts (did you mean 'web'?)"),
        ("[a:children]\nb\n[b:children]\na\n", "contain each other"),
        ("h[3:1]\n", "runs backwards"),
        ("h[1:999999999]\n", "more than"),
        ("h[01:5]\n", "as many digits"),
        ("h 'x\n", "quote"),
        ("h pass word\n", "without '='"),
        ("h ansible_host={{x}}\n", "only Ansible can evaluate"),
        ("h ansible_connection=network_cli\n", "limit: ['!h']"),
        ("h ansible_port=ssh\n", "no port"),
        ("h ansible_ssh_common_args='-o ProxyCommand=\"nc %h %p\"'\n", "ProxyCommand"),
        ("#!/bin/sh\n", "ansible-inventory -i hosts --list --yaml"),
        ("", "empty"),
        ("[web:vars]\njunk\n", "name=value"),
    ],
)
def test_ini_problems(tmp_path: Path, text: str, message: str) -> None:
    assert message in refused(text, tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("all: {host: {a: }}", "h.yml:1:7: unknown key 'host' in a group (did you mean 'hosts'?)"),
        ("all: {hosts: [a]}", "h.yml:1:14: 'hosts' does not fit"),
        ("- a", "this is no inventory"),
        ('{"_meta": {}}', "--yaml"),
        ("all: 5", "the group 'all' does not fit"),
        ("all: {hosts: {a: {ansible_host: !vault x}}}", "ansible_host is encrypted"),
    ],
)
def test_yaml_problems(tmp_path: Path, text: str, message: str) -> None:
    assert message in refused(text, tmp_path, "h.yml")


def test_limit(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text(INI)
    inventory = read_inventory(tmp_path / "hosts")
    assert inventory.select(["db", "!db1"]) == ({"win1", "win2"}, [])
    assert inventory.select(["web0?.*"])[0] == {"web01.example", "web02.example", "web03.example"}
    assert len(inventory.select(["!web"])[0]) == 3
    assert inventory.select(["dbb1"]) == (set(), [("dbb1", "did you mean 'db1'?")])


def test_ranges() -> None:
    assert list(expand("a[0:10]"))[9:] == ["a9", "a10"]  # a lone zero pads nothing
    assert list(expand("a[08:10]")) == ["a08", "a09", "a10"]
    assert list(expand("db-[a:c][1:5:2]"))[:4] == ["db-a1", "db-a3", "db-a5", "db-b1"]


def test_name_in_the_address(tmp_path: Path) -> None:
    found = targets('a.b ansible_host="{{ inventory_hostname_short }}.lan"\n', tmp_path)
    assert found["a.b"].address == "a.lan"


def test_five_thousand_hosts_are_quick(tmp_path: Path) -> None:
    lines = "".join(f"h{i} ansible_host=10.0.{i // 250}.{i % 250} ansible_user=x\n" for i in range(5000))
    started = time.monotonic()
    assert len(targets(f"[web]\n{lines}[all:vars]\nansible_port=22\n", tmp_path)) == 5000
    assert time.monotonic() - started < 5


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab1:[]{}=,'\" \n#ansible_host-!", max_size=120))
def test_nothing_else_is_raised(text: str) -> None:
    for parse in (parse_ini, parse_yaml_inventory):
        try:
            inventory = parse(text, "f")
        except ConfigError:
            continue
        if not inventory.problems:
            read_targets(inventory, inventory.hosts)
