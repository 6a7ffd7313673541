"""`group_vars/`, `host_vars/` and folders as inventories, as Ansible reads them.

The expected values are those that ansible-core 2.19 gives for the same trees; where `ansible-inventory` is there, it is
asked again.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.errors import ConfigError
from scanner.inventory.ansible import read_inventory
from scanner.inventory.ansible.targets import Reading, read_targets
from scanner.inventory.loader import load_site
from scanner.inventory.ssh_config import SshConfig

Tree = dict[str, str]
Values = dict[str, dict[str, str]]

INLINE = """\
top ansible_port=1
[web]
w1 ansible_user=host
w2
[db]
w2
[prod:children]
web
db
[all:vars]
ansible_user=all
ansible_port=10
[prod:vars]
ansible_user=prod
ansible_port=11
[web:vars]
ansible_port=12
"""
TREES: dict[str, tuple[str, Tree, Values]] = {
    "files win over the inventory, of groups and of hosts": (
        "hosts",
        {
            "hosts": INLINE,
            "group_vars/all": "ansible_port: 20\nansible_shell_type: sh\n",
            "group_vars/ungrouped.yml": "ansible_user: alone\n",
            "group_vars/prod.yaml": "ansible_user: prod-file\n",
            "host_vars/w1.yml": "ansible_port: 30\n",
            "host_vars/top.json": '{\n\t"ansible_host": "10.0.0.1"\n}\n',
        },
        {
            # The port of group_vars/all wins over the one of [web:vars], and the one of the host's line over both.
            "top": {
                "ansible_port": "1", "ansible_user": "alone", "ansible_host": "10.0.0.1", "ansible_shell_type": "sh"
            },
            "w1": {"ansible_port": "30", "ansible_user": "host", "ansible_shell_type": "sh"},
            "w2": {"ansible_port": "20", "ansible_user": "prod-file", "ansible_shell_type": "sh"},
        },
    ),
    "deeper groups win, then the priority of the inventory, then the name": (
        "hosts.yml",
        {
            "hosts.yml": """\
all:
  children:
    a:
      vars: {ansible_group_priority: 10}
      hosts: {h1: , h2: , h3: }
    b:
      hosts: {h1: , h2: }
    c:
      children:
        aa:
          hosts: {h3: }
    z:
      hosts: {h2: }
""",
            "group_vars/a.yml": "ansible_user: a\n",
            "group_vars/b.yml": "ansible_user: b\nansible_group_priority: 99\n",
            "group_vars/z.yml": "ansible_user: z\nansible_port: 26\n",
            "group_vars/aa.yml": "ansible_user: aa\n",
            "group_vars/c.yml": "ansible_user: c\nansible_port: 23\n",
        },
        {
            "h1": {"ansible_user": "a"},
            "h2": {"ansible_user": "a", "ansible_port": "26"},
            "h3": {"ansible_user": "aa", "ansible_port": "23"},
        },
    ),
    "a folder is read whole and in order, and comes before a file": (
        "hosts",
        {
            "hosts": "[web]\nw1\n",
            "group_vars/web/10-first.yml": "ansible_user: first\nansible_port: 1\nother: &o {a: [1]}\nmore: {<<: *o}\n",
            "group_vars/web/20-second": "ansible_user: second\n",
            "group_vars/web/15/deep.json": '{"ansible_user": "deep", "ansible_host": "10.0.0.15"}',
            "group_vars/web/99.txt": "ansible_user: text\n",
            "group_vars/web/x.d/no.yml": "ansible_user: suffix\n",
            "group_vars/web/.hidden.yml": "ansible_user: hidden\n",
            "group_vars/web/30-backup.yml~": "ansible_user: backup\n",
            "group_vars/web/40-empty.yml": "---\n# nothing yet\n",
            "group_vars/web.yml": "ansible_user: beside\n",
            "group_vars/all.yaml": "ansible_port: 2\nansible_host: all\n",
            "host_vars/w1/main.yml": "ansible_port: 3\n",
        },
        {"w1": {"ansible_user": "second", "ansible_port": "3", "ansible_host": "10.0.0.15"}},
    ),
    "a host in no group is ungrouped, though no inventory says so": (
        "hosts.yml",
        {
            "hosts.yml": """\
all: {hosts: {h1: , h2: }}
ungrouped: {hosts: {h2: }, vars: {ansible_port: 1}}
web: {hosts: {h2: }}
""",
            "group_vars/ungrouped.yml": "ansible_user: alone\n",
        },
        {"h1": {"ansible_user": "alone", "ansible_port": "1"}, "h2": {}},
    ),
    "the same in a file that does not name the group": (
        "hosts.yml",
        {"hosts.yml": "all: {hosts: {h1: }}\n", "group_vars/ungrouped.yml": "ansible_user: alone\n"},
        {"h1": {"ansible_user": "alone"}},
    ),
    "a folder as inventory: its files by name, one group from several": (
        "inventory",
        {
            "inventory/01-hosts": "[web]\nw1 ansible_user=one\nw2\n",
            "inventory/02-more.yml": "prod: {children: {web: }}\nweb: {hosts: {w1: {ansible_user: two}, w3: }}\n",
            "inventory/03-last.ini": "[prod:vars]\nansible_port=5\n[late:children]\nprod\n",
            "inventory/sub/hosts": "[db]\ndb1\n",
            "inventory/sub/group_vars/db.yml": "ansible_user: not-read\n",
            "inventory/readme.md": "# not an inventory\n",
            "inventory/.hidden": "[web]\nnot-there\n",
            "inventory/old.bak": "[web]\nnor-there\n",
            "inventory/group_vars/web.yml": "ansible_host: 10.0.0.1\n",
            "inventory/group_vars/late.yml": "ansible_user: late\nansible_host: 10.0.0.9\n",
            "inventory/host_vars/w3": "ansible_user: three\n",
            "group_vars/web.yml": "ansible_host: outside\n",
        },
        {
            "w1": {"ansible_user": "two", "ansible_port": "5", "ansible_host": "10.0.0.1"},
            "w2": {"ansible_user": "late", "ansible_port": "5", "ansible_host": "10.0.0.1"},
            "w3": {"ansible_user": "three", "ansible_port": "5", "ansible_host": "10.0.0.1"},
            "db1": {},
        },
    ),
}  # fmt: skip


def plant(folder: Path, tree: Tree) -> None:
    for name, text in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def values(path: Path) -> Values:
    inventory = read_inventory(path)
    found = {host.name: variables for host, variables, _ in inventory.resolved(inventory.hosts)}
    assert inventory.problems == []
    return {host: {name: str(one.value) for name, one in variables.items()} for host, variables in found.items()}


def without_priority(found: Values) -> Values:
    """The priority of a group is no variable of a host."""
    return {
        host: {name: value for name, value in variables.items() if name != "ansible_group_priority"}
        for host, variables in found.items()
    }


@pytest.mark.parametrize("name", TREES)
def test_values_are_those_of_ansible(tmp_path: Path, name: str) -> None:
    start, tree, expected = TREES[name]
    plant(tmp_path, tree)
    assert without_priority(values(tmp_path / start)) == expected


ANSIBLE = shutil.which("ansible-inventory", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.skipif(ANSIBLE is None, reason="ansible-inventory is not installed")
@pytest.mark.parametrize("name", TREES)
def test_ansible_itself_says_so(tmp_path: Path, name: str) -> None:
    start, tree, expected = TREES[name]
    plant(tmp_path / "tree", tree)
    ended = subprocess.run(
        [str(ANSIBLE), "-i", str(tmp_path / "tree" / start), "--list"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
    )
    said = json.loads(ended.stdout)["_meta"]["hostvars"]
    ours = {
        host: {key: str(one) for key, one in said.get(host, {}).items() if key[:8] == "ansible_"} for host in expected
    }
    assert without_priority(ours) == expected and said.keys() <= expected.keys()


# --- What becomes of them --------------------------------------------------------------------------------


def reading(folder: Path, tree: Tree, start: str = "hosts") -> Reading:
    plant(folder, {"hosts": "[web]\nh1\nh2\n", **tree})
    inventory = read_inventory(folder / start)
    found = read_targets(inventory, inventory.hosts)
    if inventory.problems:
        raise ConfigError(inventory.problems)
    return found


def refused(folder: Path, tree: Tree, start: str = "hosts") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        reading(folder, tree, start)
    assert "hunter2" not in str(caught.value)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_every_variable_of_a_connection(tmp_path: Path) -> None:
    windows = "ansible_connection: winrm\nansible_winrm_scheme: http\nansible_port: 5985\nansible_user: ops\n"
    linux = (
        "ansible_host: '{{ inventory_hostname }}.example'\nansible_user: scan\nansible_port: 2222\n"
        "ansible_ssh_private_key_file: /keys/k\nansible_ssh_common_args: -J ops@bastion:2200\n"
    )
    found = reading(tmp_path, {"group_vars/web.yml": linux, "host_vars/h2.yml": f"{windows}ansible_host: 10.0.0.2\n"})
    first, second = (item.target for item in found.candidates)
    assert (first.transport, first.address, first.port, first.user) == ("ssh", "h1.example", 2222, "scan")
    assert first.identity_files == ("/keys/k",)
    assert [(hop.user, hop.address, hop.port) for hop in first.jump] == [("ops", "bastion", 2200)]
    assert (second.transport, second.address, second.port, second.user) == ("winrm", "10.0.0.2", 5985, "ops")


def test_the_variables_of_one_connection_win_there_and_count_nowhere_else(tmp_path: Path) -> None:
    both = "\n".join(
        f"ansible_{word}{what}: {value}"
        for word, number in (("", 1), ("ssh_", 2), ("winrm_", 3), ("psrp_", 4))
        for what, value in (("host", f"10.0.0.{number}"), ("port", number), ("user", f"u{number}"))
    )
    tree = {"hosts": "[web]\nh1\nh2 ansible_connection=winrm\nh3 ansible_connection=psrp\n", "group_vars/web": both}
    found = [item.target for item in reading(tmp_path, tree).candidates]
    assert [(one.transport, one.address, one.port, one.user) for one in found] == [
        ("ssh", "10.0.0.2", 2, "u2"), ("winrms", "10.0.0.3", 3, "u3"), ("psrp", "10.0.0.4", 4, "u4")
    ]  # fmt: skip


def test_keys_beside_the_inventory_are_found(tmp_path: Path) -> None:
    key = "ansible_ssh_private_key_file: '{{ inventory_dir }}/keys/{{inventory_hostname_short}}'\n"
    tree = {"i/hosts": "h1.example\n", "i/sub/hosts": "h2\n", "i/group_vars/all": key}
    found = [item.target.identity_files for item in reading(tmp_path, tree, "i").candidates]
    assert found == [(f"{tmp_path}/i/keys/h1",), (f"{tmp_path}/i/sub/keys/h2",)]


def test_a_name_with_a_backslash_is_only_a_name(tmp_path: Path) -> None:
    tree = {"hosts": "---\nall: {hosts: {'a\\1': }}\n", "group_vars/all": "ansible_host: '{{ inventory_hostname }}'\n"}
    assert all("is no host name" in one for one in refused(tmp_path, tree))


def test_of_several_jumps_the_one_that_ssh_is_told_first_counts(tmp_path: Path) -> None:
    (target,) = (
        item.target
        for item in reading(
            tmp_path,
            {
                "hosts": "h1\n",
                "group_vars/all": "".join(
                    f"ansible_ssh_{name}: -J {hop}\n"
                    for name, hop in (("extra_args", "c"), ("common_args", "b"), ("args", "a"))
                ),
            },
        ).candidates
    )
    assert [hop.address for hop in target.jump] == ["a"]


def test_secrets_and_what_is_encrypted_are_named_and_never_read(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        {
            "group_vars/web/vars.yml": "ansible_password: hunter2\nansible_become_pass: hunter2\nansible_become: yes\n",
            "group_vars/web/vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n6875\n",
            "host_vars/h1.yml": "ansible_winrm_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  hunter2\n",
        },
    )
    notes = [note.removeprefix(f"{tmp_path}/") for note in found.notes]
    assert [note.split(" ")[0] for note in notes] == [
        "group_vars/web/vault.yml:", "group_vars/web/vars.yml:", "group_vars/web/vars.yml:", "group_vars/web/vars.yml:",
        "host_vars/h1.yml:",
    ]  # fmt: skip
    told = "\n".join(notes)
    assert "vault.yml: encrypted with Ansible Vault, and not read" in told
    assert "ansible_become_pass is not read" in told and "ansible_winrm_password is not read" in told
    assert "hunter2" not in told and len(found.candidates) == 2


def test_what_a_person_may_count_on_is_named(tmp_path: Path) -> None:
    left_out = (
        "winrm_transport",
        "psrp_auth",
        "psrp_protocol",
        "winrm_server_cert_validation",
        "ssh_host_key_checking",
    )
    notes = list(reading(tmp_path, {"group_vars/all": "".join(f"ansible_{name}: x\n" for name in left_out)}).notes)
    told = [note.removeprefix(f"{tmp_path}/group_vars/all: ansible_").split(" is not read; ")[0] for note in notes]
    assert told == list(left_out)


def test_a_file_that_another_hides_is_named(tmp_path: Path) -> None:
    notes = reading(tmp_path, {"group_vars/web.yaml": "a: 1\n", "group_vars/web.json": "{}"}).notes
    assert list(notes) == [f"{tmp_path}/group_vars/web.json: not read, web.yaml comes first, as for Ansible"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nansible_host: '{{ x }}'\n", ":2:1: host 'h1': ansible_host holds an expression that only Ansible can"),
        ("ansible_host: !vault |\n  $ANSIBLE_VAULT;1.1\n  hunter2\n", ":1:1: host 'h1': ansible_host is encrypted"),
        ("ansible_user: !unsafe x\n", ":1:1: host 'h1': ansible_user is under a tag"),
        ("x: &x scan\nansible_user: *x\n", ":2:1: host 'h1': ansible_user is an alias"),
        ("<<: {ansible_user: x}\n", ":1:1: merge keys"),
        ("ansible_user: [a]\n", ":1:1: host 'h1': ansible_user does not fit; expected text"),
        ("ansible_user: a\nansible_user: b\n", ":2:1: the key 'ansible_user' occurs twice"),
        ("ansible_port: ssh\n", ":1:1: host 'h1': 'ssh' is no port"),
        ("ansible_port: 22\n  x: 1\n", ":2:4: cannot read YAML"),
        ("- ansible_port: 22\n", ":1:1: these are no variables; found a list"),
        ("hunter2\n", ":1:1: these are no variables; found text; expected lines such as"),
        ("a: !foo 1\n", ":1:4: a tag"),
        ("a: 1\n---\nb: 2\n", ":2:1: a second document"),
        ("ansible_ssh_common_args: -o ProxyCommand=nc\n", "ansible_ssh_common_args holds a ProxyCommand"),
        ("ansible_host: scan:hunter2@h\n", ":1:1: host 'h1': "),
        ("a: \x01\n", ":1:4: a control character"),
    ],
)
def test_what_is_wrong_is_told_once_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    found = refused(tmp_path, {"group_vars/web.yml": text})
    assert len(found) == 1 and found[0].startswith("group_vars/web.yml") and message in found[0], found


def test_every_problem_of_every_file_at_once(tmp_path: Path) -> None:
    found = refused(
        tmp_path,
        {
            "group_vars/web.yml": "ansible_port: x\nansible_user: '{{ u }}'\n",
            "group_vars/all.yml": "- a\n",
            "host_vars/h2.yml": "ansible_host: a b\nansible_connection: network_cli\n",
        },
    )
    assert [":".join(one.split(":")[:3]) for one in found] == [
        "group_vars/all.yml:1:1", "group_vars/web.yml:1:1", "group_vars/web.yml:2:1", "host_vars/h2.yml:2:1",
        "host_vars/h2.yml:1:1",
    ]  # fmt: skip


def test_aliases_of_what_is_not_asked_for_cost_nothing(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 60))
    started = time.monotonic()
    found = reading(tmp_path, {"group_vars/web.yml": f"{bomb}ansible_user: scan\n"})
    assert [item.target.user for item in found.candidates] == ["scan", "scan"] and time.monotonic() - started < 5


def test_only_the_files_of_chosen_hosts_are_read(tmp_path: Path) -> None:
    plant(tmp_path, {"hosts": "[web]\nh1\n[db]\nh2\n", "group_vars/db.yml": "- x\n", "host_vars/h2.yml": "- x\n"})
    inventory = read_inventory(tmp_path / "hosts")
    assert len(read_targets(inventory, ["h1"]).candidates) == 1 and inventory.problems == []
    assert inventory.select(["db"]) == ({"h2"}, []) and inventory.problems == []


# --- Files that are none ---------------------------------------------------------------------------------


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _gone(path: Path) -> None:
    path.symlink_to("nowhere")


def _inside_itself(path: Path) -> None:
    path.mkdir()
    (path / "again").symlink_to(".")


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate((16 << 20) + 1)


def _deep(path: Path) -> None:
    (path / "/".join("abcdefghijklmnopqrstuvw")).mkdir(parents=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_fifo, "no regular file"),
        (_loop, "Too many levels of symbolic links"),
        (_gone, "cannot read"),
        (_inside_itself, "this folder is inside of itself"),
        (_huge, "the file is too large"),
        (_deep, "too many folders or files"),
    ],
)
@pytest.mark.parametrize("where", ["group_vars/all", "host_vars/h1.yml", "group_vars/web/x", "group_vars", "hosts.d/x"])
def test_what_cannot_be_read_is_an_error(tmp_path: Path, make: object, message: str, where: str) -> None:
    assert callable(make)
    path = tmp_path / where
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path)
    if where == "group_vars" and make in (_fifo, _huge):
        message = "Not a directory"
    if where == "group_vars" and make in (_inside_itself, _deep):
        return  # a folder, with names for which there is no group
    start = "hosts.d" if where == "hosts.d/x" else "hosts"
    found = refused(tmp_path, {"hosts.d/hosts": "h1\n"} if start == "hosts.d" else {}, start)
    assert any(where in one and message in one for one in found), found


@pytest.fixture
def nobodys() -> Iterator[Path]:
    """A folder of nobody's, and the rights of nobody: root may read everything."""
    folder = Path(tempfile.mkdtemp(prefix="ctpat-vars-"))
    if os.geteuid() != 0:
        yield folder
        shutil.rmtree(folder)
        return
    folder.chmod(0o777)
    os.seteuid(65534)
    try:
        yield folder
    finally:
        os.seteuid(0)
        shutil.rmtree(folder)


@pytest.mark.parametrize("where", ["group_vars/all", "group_vars/web/", "host_vars/", "group_vars/"])
def test_what_may_not_be_read_is_an_error(nobodys: Path, where: str) -> None:
    path = nobodys / where
    path.parent.mkdir(parents=True, exist_ok=True)
    if where.endswith("/"):
        path.mkdir(exist_ok=True)
    else:
        path.write_text("a: 1\n")
    path.chmod(0)
    found = refused(nobodys, {})
    path.chmod(0o700)
    assert [one.split(": ", 1)[1] for one in found] in (
        ["cannot read the file: Permission denied"], ["cannot read the folder: Permission denied"]
    )  # fmt: skip


# --- Folders as inventories ------------------------------------------------------------------------------

SCRIPT = "#!/bin/sh\nexit 0\n"
PLUGIN = "# hosts of the cloud\nplugin: amazon.aws.aws_ec2\nregions: [us-east-1]\n"


def test_scripts_and_plug_ins_are_named_and_not_run(tmp_path: Path) -> None:
    tree = {
        "i/00.sh": SCRIPT,
        "i/aws.yml": PLUGIN,
        "i/s.yml": "$ANSIBLE_VAULT;1.1\n6\n",
        "i/t.toml": "[a]\n",
        "i/z": "h1\n",
    }
    found = reading(tmp_path, tree, "i")
    notes = "\n".join(found.notes)
    for words in (
        "00.sh: this is an inventory script",
        "plug-in 'amazon.aws.aws_ec2'",
        "s.yml: this is enc",
        "in TOML",
    ):
        assert words in notes
    assert notes.count("none of its hosts are scanned (save what it says: ansible-inventory -i") == 4
    assert [item.target.name for item in found.candidates] == ["h1"]
    assert found.candidates[0].target.origin == f"{tmp_path}/i/z:1"


def test_a_folder_without_an_inventory_is_an_error_that_names_what_is_there(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, {"i/00.sh": SCRIPT, "i/aws.yml": PLUGIN, "i/empty": "\n"}, "i")
    assert found.startswith("i: no inventory in this folder") and "00.sh" in found and "aws.yml" in found


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.sh", SCRIPT, "an inventory script, which is not run here"),
        ("x.yml", PLUGIN, "the inventory plug-in 'amazon.aws.aws_ec2', which is not run"),
        ("x.yml", "$ANSIBLE_VAULT;1.1\n6\n", "encrypted with Ansible Vault"),
        ("x.toml", "[a]\n", "TOML"),
    ],
)
def test_alone_they_are_errors(tmp_path: Path, name: str, text: str, message: str) -> None:
    assert message in refused(tmp_path, {name: text}, name)[0]


def test_problems_of_a_folder_have_the_place_in_its_files(tmp_path: Path) -> None:
    tree = {
        "i/1": "[web]\nh 'x\n[wbe:vars]\nansible_user=x\n[a:children]\nb\nc\n",
        "i/2.yml": "b: {children: {a: }}\nweb: {host: {}}\nd: {vars: {ansible_group_priority: high}}\n",
        "i/3.yml": b"\xff".decode("latin-1"),
        "i/4": "x ansible_port=y\n",
    }
    found = refused(tmp_path, tree, "i")
    for place in ("i/1:2:1", "i/1:3:1", "i/1:7:1", "i/2.yml:2:7", "i/2.yml:3:12", "i/4:1:1", "i/3.yml:1:1"):
        assert any(one.startswith(f"{place}: ") for one in found), (place, found)
    assert any("groups contain each other" in one for one in found)


def test_a_site_names_a_folder(tmp_path: Path) -> None:
    plant(tmp_path, {"i/hosts": "[web]\nh1\n", "i/group_vars/web.yml": "ansible_port: 2222\n"})
    site = tmp_path / "site.yaml"
    head = "site: a\nentities: [importer]\ncredentials: {c: {ssh: {user: u, key: ssh-agent}}}\n"
    site.write_text(f"{head}targets: [{{ansible: i, credential: c}}]\n")
    assert [target.port for target in load_site(site, ssh_config=SshConfig()).targets] == [2222]
    (tmp_path / "i/group_vars/web.yml").unlink()
    os.mkfifo(tmp_path / "i/group_vars/web.yml")
    with pytest.raises(ConfigError, match=r"site\.yaml:4:21: .*i/group_vars/web\.yml: this is no regular file"):
        load_site(site, ssh_config=SshConfig())


# --- Sizes and noise -------------------------------------------------------------------------------------


def test_two_thousand_hosts_with_a_file_each_are_quick(tmp_path: Path) -> None:
    tree: Tree = {f"host_vars/h{n}.yml": f"ansible_host: 10.0.{n // 250}.{n % 250}\n" for n in range(2000)}
    plant(tmp_path, {"hosts": "[web]\nh[0:1999]\n", "group_vars/web.yml": "ansible_user: x\n", **tree})
    started = time.monotonic()
    inventory = read_inventory(tmp_path / "hosts")
    assert len(read_targets(inventory, inventory.hosts).candidates) == 2000
    assert time.monotonic() - started < 10


VARS = st.binary(max_size=80) | st.text(alphabet="ansible_hoprtuv: {}[]&*<!'\"\n-1", max_size=80).map(str.encode)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VARS, VARS, VARS)
def test_whatever_the_files_hold_only_config_errors_are_raised(
    tmp_path: Path, hosts: bytes, group: bytes, host: bytes
) -> None:
    plant(tmp_path, {"i/00": "[web]\nh1 ansible_user=x\n", "i/group_vars/web.yml": "", "i/host_vars/h1.json": ""})
    (tmp_path / "i/01").write_bytes(hosts)
    (tmp_path / "i/group_vars/web.yml").write_bytes(b"ansible_" + group)
    (tmp_path / "i/host_vars/h1.json").write_bytes(host)
    try:
        inventory = read_inventory(tmp_path / "i")
    except ConfigError:
        return
    read_targets(inventory, inventory.hosts)
    inventory.select(["web", "!h2"])
