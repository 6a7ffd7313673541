"""Site files: what a good one becomes, and what every mistake is answered with."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import ConfigError, Problem, Written
from scanner.inventory.loader import FindPack, load_site
from scanner.inventory.parameters import for_check
from scanner.inventory.schema import SCHEMA, text
from scanner.inventory.site import Become, Limits, Site
from scanner.inventory.ssh_config import SshConfig
from scanner.inventory.template import Answers, site_template
from scanner.model import Applicability
from scanner.profile import Draft, draft_profile
from scanner.secret import SecretRef

GOOD = """\
site: acme-houston
company: Acme Imports, Inc.
entities: [importer]
anniversary: "03-31"
profile: ctpat
parameters: {password.min_length.required: 15}
applicability: {remote_access: yes, personal_devices: {applies: no, reason: "Ban, policy IT-07"}}
credentials:
  linux: {ssh: {user: scan, key: ~/.ssh/scan, become: sudo, become_password: prompt, passphrase: file:./pw}}
  windows: {winrm: {user: 'ACME\\svc-scan', password: "keyring:ctpat/acme", auth: kerberos}}
  agent: {ssh: {key: ssh-agent}}
targets:
  - {host: 10.0.0.11, credential: linux, role: server, tags: [trade-data]}
  - {host: fs01.acme.example, credential: windows, role: server}
  - {ansible: hosts.ini, credential: linux, limit: [web], tags: [x]}
  - {csv: hosts.csv, credential: agent}
  - {uri: "ssh://scan@[fd00::11]:2222", credential: agent, jump: ops@bastion}
  - {uri: "local:", name: me}
  - {uri: "replay:rec"}
limits: {target_s: 60}
"""
HEAD = "site: a\nentities: [importer]\ncredentials: {c: {ssh: {user: u, key: ssh-agent}}}\n"


@dataclass(frozen=True)
class Tunable:
    id: str = "password/min_length"
    aliases: tuple[str, ...] = ("password/length",)
    parameters: dict[str, Any] = field(
        default_factory=lambda: {
            "required": 14,
            "ratio": 0.5,
            "accepted": ("no",),
            "strict": True,
            "none": (),
            "until": None,
        }
    )
    run: Any = field(default_factory=lambda: _run)


def _run(none: tuple[int, ...], until: int | None) -> None:
    """What a check declares of its parameters."""


@dataclass(frozen=True)
class Pack:
    """What a criteria pack lets a site answer."""

    answerable: tuple[str, ...] | None
    problems: tuple[Problem, ...] = ()


def asking(*names: str) -> FindPack:
    return lambda profile, overlays: Pack(names)


def load(source: str, folder: Path, **kwargs: Any) -> Site:
    path = folder / "site.yaml"
    path.write_text(source)
    (folder / "hosts.ini").write_text("[web]\nweb[1:2] ansible_user=deploy\n[db]\ndb1\n")
    (folder / "hosts.csv").write_text("host,name\n10.0.0.9,csv9\n")
    kwargs.setdefault("checks", {"password/min_length": Tunable()})
    return load_site(path, ssh_config=kwargs.pop("ssh_config", SshConfig()), **kwargs)


def refused(source: str, folder: Path, **kwargs: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(source, folder, **kwargs)
    assert "hunter2" not in str(caught.value).replace(str(folder), "")
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_a_whole_file(tmp_path: Path) -> None:
    site = load(GOOD, tmp_path, find_pack=asking("remote_access", "personal_devices"))
    assert (site.name, site.entities, site.anniversary) == ("acme-houston", ("importer",), "03-31")
    assert site.applicability["personal_devices"] == Applicability(applies=False, reason="Ban, policy IT-07")
    assert site.limits == Limits(target_s=60)
    linux = site.credentials["linux"].ssh
    assert linux is not None and linux.become is Become.SUDO and linux.keys == (Path("~/.ssh/scan").expanduser(),)
    assert linux.passphrase == SecretRef("file", str(tmp_path / "pw"))
    assert linux.become_password == SecretRef("prompt", "sudo password of credential 'linux'")
    agent = site.credentials["agent"].ssh
    assert agent is not None and agent.agent and not agent.keys


def test_targets_of_every_source(tmp_path: Path) -> None:
    found = {target.name: target for target in load(GOOD, tmp_path).targets}
    assert list(found) == ["10.0.0.11", "fs01.acme.example", "web1", "web2", "csv9", "[fd00::11]:2222", "me", "rec"]
    assert [t.transport for t in found.values()] == ["ssh", "winrms", "ssh", "ssh", "ssh", "ssh", "local", "replay"]
    assert (found["10.0.0.11"].user, found["web1"].user, found["web1"].tags) == ("scan", "deploy", ("web", "x"))
    assert [(hop.user, hop.address, hop.credential) for hop in found["[fd00::11]:2222"].jump] == [
        ("ops", "bastion", "agent")
    ]
    assert found["rec"].address == str(tmp_path / "rec")
    assert found["10.0.0.11"].origin == f"{tmp_path}/site.yaml:13"


DOMAIN = """\
site: a
entities: [importer]
credentials:
  domain:
    directory: {user: 'ACME\\scan', password: prompt, ca: ca.pem}
  both:
    ssh: {user: u, key: k}
    directory: {user: scan@acme.example, password: "file:pw"}
"""


def test_a_directory_is_opened_by_its_own_part_of_a_credential(tmp_path: Path) -> None:
    pin = "SHA256:" + ":".join(["AB"] * 32)
    targets = (
        f"targets:\n  - {{host: dc, credential: domain}}\n"
        f"  - {{host: dc2, credential: both, transport: ldaps, certificate: '{pin}', ca: other.pem}}\n"
        f"  - {{uri: 'ldaps://dc3:3269', credential: domain}}\n"
    )
    site = load(DOMAIN + targets, tmp_path)
    first, second, third = site.targets
    assert [one.transport for one in site.targets] == ["ldaps"] * 3
    assert (second.certificate, second.ca, third.port) == (pin, str(tmp_path / "other.pem"), 3269)
    assert first.certificate is None
    login = site.credentials["domain"].directory
    assert login is not None and login.ca == tmp_path / "ca.pem"
    assert login.password == SecretRef("prompt", "directory password of credential 'domain'")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("targets: [{host: a, credential: both}]", "opens both SSH and LDAPS; expected transport: ssh"),
        ("targets: [{host: a, credential: domain, jump: b}]", "is not read through jump hosts"),
        ("targets: [{uri: 'ldaps://u:hunter2@a', credential: domain}]", "a password is never written"),
    ],
)
def test_what_a_directory_is_not(tmp_path: Path, source: str, message: str) -> None:
    assert any(message in problem for problem in refused(DOMAIN + source + "\n", tmp_path))


@pytest.mark.parametrize(
    ("login", "message"),
    [
        ("{user: scan, password: prompt}", "a directory needs more than a name"),
        ("{user: 'ACME\\scan:hunter2', password: prompt}", "a password is never written beside the user"),
        ("{user: 'ACME\\scan', password: hunter2}", "no credential reference"),
        ("{user: 'ACME\\scan'}", "password"),
    ],
)
def test_a_credential_of_a_directory_says_who_and_where_the_secret_is(tmp_path: Path, login: str, message: str) -> None:
    source = f"site: a\nentities: [importer]\ncredentials: {{d: {{directory: {login}}}}}\n"
    assert any(message in problem for problem in refused(source, tmp_path))


def test_a_status_file_is_named_at_a_target_or_at_an_inventory(tmp_path: Path) -> None:
    source = (
        f"{HEAD}targets:\n  - {{host: a, credential: c, backup_status: /var/lib/backup/status}}\n"
        "  - {csv: hosts.csv, credential: c, backup_status: /srv/status}\n  - {uri: 'local:', backup_status: /x}\n"
        "  - {host: b, credential: c}\n"
    )
    found = {target.name: target.backup_status for target in load(source, tmp_path).targets}
    assert list(found.values()) == ["/var/lib/backup/status", "/srv/status", "/x", None]


def test_openssh_settings_fill_gaps_only(tmp_path: Path) -> None:
    config = tmp_path / "ssh_config"
    config.write_text("Host web\n HostName 10.1.1.1\n User late\n Port 77\n IdentityFile /k\n ProxyJump b\n")
    source = HEAD.replace("ssh-agent", "/own") + "targets:\n  - {host: web, credential: c}\n"
    source += "  - {host: web, name: bare, port: 5}\n"
    first, bare = load(source, tmp_path, ssh_config=SshConfig.load([config])).targets
    assert (first.address, first.user, first.port, first.identity_files) == ("10.1.1.1", "u", 77, ())
    assert (bare.user, bare.port, bare.identity_files, bare.jump[0].address) == ("late", 5, ("/k",), "b")


def test_an_agent_that_client_settings_name_is_a_way_in(tmp_path: Path) -> None:
    config = tmp_path / "ssh_config"
    config.write_text("Host web\n IdentityAgent /run/agent\nHost bare\n IdentityAgent none\n")
    source = f"{HEAD}targets:\n  - {{host: web}}\n"
    (web,) = load(source, tmp_path, ssh_config=SshConfig.load([config])).targets
    assert web.identity_agent == "/run/agent" and web.credential is None
    with pytest.raises(ConfigError, match="'bare' has no credential, and ssh_config names no IdentityFile"):
        load(f"{source}  - {{host: bare}}\n", tmp_path, ssh_config=SshConfig.load([config]))


@pytest.mark.parametrize(
    ("key", "named", "only"), [("ssh-agent", ("/k",), True), ("[/own, ssh-agent]", (), False), ("/own", (), False)]
)
def test_identities_of_client_settings_pick_among_the_keys_of_an_agent(
    tmp_path: Path, key: str, named: tuple[str, ...], only: bool
) -> None:
    config = tmp_path / "ssh_config"
    config.write_text("Host web\n IdentityFile /k\n IdentitiesOnly yes\n ProxyJump b\nHost *\n IdentitiesOnly no\n")
    source = HEAD.replace("ssh-agent", key) + "targets:\n  - {host: web, credential: c}\n"
    (web,) = load(source, tmp_path, ssh_config=SshConfig.load([config])).targets
    assert (web.identity_files, web.identities_only) == (named, only)
    assert not web.jump[0].identities_only
    ssh = load(source, tmp_path, ssh_config=SshConfig.load([config])).credentials["c"].ssh
    assert ssh is not None and not ssh.client_files


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("compny: x", "site.yaml:4:1: unknown key 'compny' (did you mean 'company'?)"),
        ("anniversary: 02-30", "site.yaml:4:14: 'anniversary' is a day that no year has"),
        ("anniversary: 3", "expected text (put it in quotes)"),
        (
            "parameters: {password.min_length.requird: 1}",
            "site.yaml:4:14: the check password/min_length has no parameter",
        ),
        ("parameters: {pasword.min_length.required: 1}", "did you mean 'password.min_length.required'?"),
        (
            "parameters: {password.min_length.required: '15'}",
            "found text '15'; expected a whole number (the default is 14)",
        ),
        ("parameters: {password.min_length.required: yes}", "expected a whole number"),
        ("parameters: {password.min_length.strict: 1}", "expected yes or no (the default is yes)"),
        ("parameters: {password.min_length.none: ['x']}", "every item is a whole number (the default is [])"),
        ("parameters: {password.min_length.until: soon}", "expected a whole number, or none (the default is none)"),
        ("parameters: {password.min_length.accepted: no}", "expected a list"),
        ("parameters: {password.min_length.accepted: [1]}", "a list whose every item is text"),
        ("parameters: {password.min_length: 3}", "its parameter is missing"),
        (
            "parameters: {password.min_length.required.window: 3}",
            "did you mean 'password.min_length.required.windows'?",
        ),
        ("parameters: {password.min_length.required.mac: 3}", "there is no platform 'mac'"),
        ("parameters: {password.min_length.required.windows: yes}", "expected a whole number"),
        ("parameters: {password.min_length.requird.windows: 3}", "mean 'password.min_length.required.windows'?"),
        ("parameters: {pasword.min_length.required.linux: 3}", "no check has the parameter"),
        ("applicability: {remote_acces: yes}", "did you mean 'remote_access'?"),
        ("applicability: {remote_access: no}", "a 'no' needs its reason"),
        ("applicability: {remote_access: {applies: no, reason: ' '}}", "a 'no' needs its reason"),
        ("applicability: {remote_access: maybe}", "does not fit"),
        (
            "limits: {concurrency: 0}",
            "site.yaml:4:23: 'concurrency' does not fit; found a number 0; expected at least 1",
        ),
        ("limits: {targt_s: 5}", "did you mean 'target_s'?"),
        ("site: b", "site.yaml:4:1: the key 'site' occurs twice (the first one is in line 1)"),
        ("targets: {host: a}", "expected a list"),
        ("targets: [text]", "this target says not what it is"),
        ("targets: [{name: x}]", "one of the keys host, uri, ansible or csv"),
        ("targets: [{hots: a, credential: c}]", "unknown key 'hots' (did you mean 'host'?)"),
        ("targets: [{host: a, credential: d}]", "the credential 'd' is not defined; expected c"),
        ("targets: [{host: a, credential: c, port: 22:22}]", "found text '22:22'; expected a whole number"),
        ("targets: [{host: a, credential: c, role: servr}]", "did you mean 'server'?"),
        ("targets: [{host: a, credential: c, transport: winrms}]", "does not open winrms"),
        ("targets: [{host: a, transport: winrms}]", "has no credential"),
        ("targets: [{host: a}]", "ssh_config names no IdentityFile for it"),
        ("targets: [{host: a, credential: c, transport: ldaps}]", "does not open ldaps; expected a part 'directory:'"),
        ("targets: [{uri: 'ldaps://a'}]", "has no credential"),
        ("targets: [{host: a, credential: c, certificate: 'SHA256:zz'}]", "is no SHA-256 fingerprint of a certificate"),
        (
            "targets: [{host: a, credential: c}, {host: b, name: a, credential: c}]",
            "the target name 'a' is taken (the other",
        ),
        ("targets: [{host: a, credential: c, password: hunter2}]", "secrets belong to an entry under credentials"),
        ("targets: [{host: 'u:hunter2@a', credential: c}]", "a host only is expected here"),
        ("targets: [{uri: 'ssh://u:hunter2@a', credential: c}]", "site.yaml:4:17: a password is never written"),
        ("targets: [{host: a, credential: c, jump: 'u:hunter2@a'}]", "a password is never written"),
        ("targets: [{host: a, name: 'u:hunter2@a', credential: c}]", "a password is never written into a name"),
        ("targets: [{host: 10.0.0.0/24, credential: c}]", "ctpat discover"),
        ("targets: [{host: a, credential: c, parameters: {password.min_length.x: 1}}]", "has no parameter 'x'"),
        (
            "targets: [{ansible: hosts.ini, credential: c, limit: [wbe]}]",
            "no host or group 'wbe' in hosts.ini (did you mean",
        ),
        ("targets: [{ansible: hosts.ini, credential: c, limit: '!web,!db'}]", "leaves no host to scan"),
        ("targets: [{ansible: none.ini, credential: c}]", "site.yaml:4:21: "),
        ("targets: [{csv: hosts.csv, credential: c, limit: csv8}]", "no host or group 'csv8' in hosts.csv"),
        (
            "targets: [{host: a, credential: c, backup_status: status}]",
            "site.yaml:4:51: 'status' is no path of a status file; expected an absolute path",
        ),
        ("targets: [{host: a, credential: c, backup_status: '/a;reboot'}]", "is no path of a status file"),
        ("targets: [{host: a, credential: c, backup_status: /srv/../etc/x}]", "is no path of a status file"),
        ("targets: [{host: a, credential: c, backup_status: /proc/1/environ}]", "is no file that a backup writes"),
        ("targets: [{host: a, credential: c, backup_status: 7}]", "expected text"),
        ("targets: [{host: a, credential: c, backup_state: /x}]", "did you mean 'backup_status'?"),
        ("targets: [{uri: 'replay:rec', backup_status: /x}]", "is read on Linux hosts alone"),
        ("targets: [{host: a, credential: c, platform: windows, backup_status: /x}]", "is read on Linux hosts alone"),
    ],
)
def test_mistakes(line: str, message: str, tmp_path: Path) -> None:
    found = refused(f"{HEAD}{line}\n", tmp_path, find_pack=asking("remote_access"))
    assert any(message in problem for problem in found), "\n".join(found)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{ssh: {user: u, password: hunter2}}", "a password is never written here"),
        ("{ssh: {user: u, password: 12345}}", "a password is never written here"),
        ("{ssh: {user: u, password: [hunter2]}}", "a password is never written here"),
        ("{ssh: hunter2}", "'ssh' does not fit; found text; expected a mapping"),
        ("hunter2", "'x' does not fit; found text"),
        ("{ssh: {user: 'u:hunter2'}}", "a password is never written into an address"),
        ("{winrm: {user: 'u:hunter2', password: prompt}}", "a password is never written beside the user"),
        ("{ssh: {user: u, key: k, agent: hunter2}}", "'agent' does not fit; found text; expected yes or no"),
        ("{ssh: {user: u, becom: sudo}}", "did you mean 'become'?"),
        ("{ssh: {user: u, key: k, become_password: prompt}}", "a password for nothing"),
        ("{ssh: {user: u, passphrase: prompt}}", "'passphrase' belongs to a key"),
        ("{winrm: {user: u}}", "'ntlm' needs a password"),
        ("{winrm: {password: prompt}}", "the key 'user' is missing"),
        ("{winrm: {user: u, password: prompt, auth: kerberos5}}", "did you mean 'kerberos'?"),
        ("{winrm: {user: u, password: prompt, auth: credssp}}", "hands the password itself to the host"),
        ("{winrm: {user: u, password: prompt, keytab: k}}", "'keytab' is nothing that auth: ntlm takes"),
        ("{winrm: {user: 'u@R', password: prompt, keytab: k, auth: kerberos}}", "two ways to the same ticket"),
        ("{winrm: {password: prompt, auth: kerberos}}", "the key 'user' is missing"),
        ("{winrm: {user: u, auth: certificate}}", "needs the certificate to show"),
        ("{winrm: {auth: certificate, certificate: c, password: prompt}}", "expected auth: ntlm or auth: basic"),
        ("{winrm: {user: 'A\\\\u', password: prompt, auth: basic}}", "knows the local accounts of a host alone"),
        ("{winrm: {user: u, passphrase: hunter2, auth: certificate}}", "a password is never written here"),
        ("{}", "this credential opens nothing"),
        ("{sh: {}}", "did you mean 'ssh'?"),
    ],
)
def test_credentials(body: str, message: str, tmp_path: Path) -> None:
    found = refused(f"site: a\nentities: [importer]\ncredentials:\n  x: {body}\n", tmp_path)
    assert any(message in problem for problem in found), "\n".join(found)


@pytest.mark.parametrize("name", ["[x]", "5", '"\\0.yaml"', '"~\\0/x.yaml"', f"{'x' * 600}.yaml"])
def test_a_pack_of_no_name_is_an_error_in_words(name: str, tmp_path: Path) -> None:
    def find_pack(profile: Written | None, overlays: Sequence[Written]) -> Draft:
        return draft_profile(profile, overlays, checks={})

    for key in ("profile: {}", "overlays: [{}]"):
        source = f"site: a\nentities: [importer]\n{key.format(name)}\napplicability: {{remote_access: yes}}\n"
        path = tmp_path / "site.yaml"
        path.write_text(source)
        with pytest.raises(ConfigError) as caught:
            load_site(path, find_pack=find_pack, ssh_config=SshConfig())
        assert any(problem.line == 3 for problem in caught.value.problems)


def test_every_problem_at_once(tmp_path: Path) -> None:
    found = refused(
        "site: A B\nentities: [importr]\nsite: c\ncredentials: {x: {ssh: {usr: a}}}\n"
        "targets:\n  - {host: a, credential: y}\n  - {host: a b, credential: x}\nparameters: {a.b.c: 1}\n",
        tmp_path,
    )
    assert [problem.split(":")[1] for problem in found] == ["1", "2", "3", "4", "6", "7", "8"]


def test_both_ways_in_need_a_transport(tmp_path: Path) -> None:
    source = "site: a\nentities: [importer]\ncredentials: {b: {ssh: {key: k}, winrm: {user: u, password: prompt}}}\n"
    assert "opens both SSH and WinRM" in refused(source + "targets: [{host: h, credential: b}]\n", tmp_path)[0]
    assert (
        load(source + "targets: [{host: h, credential: b, transport: psrp}]\n", tmp_path).targets[0].transport == "psrp"
    )


@pytest.mark.parametrize(("source", "message"), [("", "empty"), ("- a", "no site file"), ("x", "no site file")])
def test_no_site_file(source: str, message: str, tmp_path: Path) -> None:
    assert message in refused(source, tmp_path)[0]


def test_keys_with_nothing_behind_them(tmp_path: Path) -> None:
    assert load("site: a\nentities: [importer]\ntargets:\nparameters:\n", tmp_path).targets == ()


def test_parameters_of_one_check() -> None:
    given_ = {"password.length.accepted": ["a"], "password.min_length.ratio": 1, "other.check.required": 2}
    assert for_check(given_, Tunable()) == {"accepted": ("a",), "ratio": 1.0}


@pytest.mark.parametrize(("platform", "ratio"), [("linux", 1.0), ("windows", 2.0), ("directory", 3.0), ("", 1.0)])
def test_parameters_of_one_platform(platform: str, ratio: float) -> None:
    ends = {"": 1, ".windows": 2, ".directory": 3}
    keys = {f"password.min_length.ratio{end}": value for end, value in ends.items()}
    assert for_check(keys, Tunable(), platform) == {"ratio": ratio}


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "site",
                        "entities",
                        "credentials",
                        "targets",
                        "host",
                        "ansible",
                        "csv",
                        "uri",
                        "ssh",
                        "password",
                        "limits",
                        "jump",
                        "key",
                        "x",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_shape(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(yaml.safe_dump(data))
    try:
        load_site(path, checks={"password/min_length": Tunable()}, find_pack=asking(), ssh_config=SshConfig())
    except ConfigError as error:
        problems = error.problems
    else:
        return
    assert problems


def test_five_thousand_targets_are_quick(tmp_path: Path) -> None:
    lines = "".join(f"  - {{host: h{i}.example, credential: c, role: server, tags: [a, b]}}\n" for i in range(5000))
    config = tmp_path / "ssh_config"
    config.write_text("".join(f"Host *{i}.example\n  Port {i + 1}\n" for i in range(40)))
    started = time.monotonic()
    site = load(f"{HEAD}targets:\n{lines}", tmp_path, ssh_config=SshConfig.load([config]))
    assert len(site.targets) == 5000 and time.monotonic() - started < 10


# --- Schema and template ---------------------------------------------------------------------------------


def test_schema_is_the_models() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == text(), "run: python -m scanner.inventory.schema"


@pytest.fixture
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_schema_takes_the_example_and_no_literal_password(validator: jsonschema.Draft202012Validator) -> None:
    data = yaml.safe_load(GOOD)
    validator.validate(data)
    data["credentials"]["linux"]["ssh"]["password"] = "hunter2"
    assert not validator.is_valid(data)


@pytest.mark.parametrize(
    "answers",
    [
        Answers(site="acme"),
        Answers(
            site="yes", company='Müller "& Co"\\', anniversary="12-31", hosts=("10.0.0.1", "ssh://u@[::1]:5", "local:")
        ),
        Answers(
            site="a",
            ssh_key="/keys/#1",
            hosts=("fd00::1", "winrms://w", "psrp://x"),
            questions=(),
            entities=("importer", "exporter"),
        ),
    ],
)
def test_template_loads(answers: Answers, tmp_path: Path, validator: jsonschema.Draft202012Validator) -> None:
    source = site_template(answers)
    site = load(source, tmp_path)
    assert (site.name, site.company, len(site.targets)) == (answers.site, answers.company, len(answers.hosts))
    validator.validate(yaml.safe_load(source))


def test_pydantic_stays_out_of_the_plain_types() -> None:
    code = (
        "import sys, scanner.inventory.site, scanner.inventory.address, scanner.inventory.ssh_config, scanner.secret, "
        "scanner.inventory.template; assert not {'pydantic', 'paramiko'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


WINRM = """site: a
entities: [importer]
credentials:
  cert: {winrm: {auth: certificate, certificate: client.pem, key: client.key, passphrase: "env:P", ca: ca.pem}}
  keys: {winrm: {user: svc@ACME.EXAMPLE, keytab: svc.keytab, auth: kerberos}}
  plain: {winrm: {user: scan, password: prompt, auth: basic}}
  mine: {winrm: {auth: kerberos}}
  linux: {ssh: {user: scan, key: k}}
"""


def test_winrm_credentials_and_certificates(tmp_path: Path) -> None:
    pin = "SHA256:" + "ab:" * 31 + "CD"
    site = load(
        WINRM + f'targets:\n  - {{host: h, credential: cert, certificate: "{pin}"}}\n'
        "  - {uri: winrms://i, credential: keys, ca: own.pem}\n  - {host: j, credential: mine}\n",
        tmp_path,
    )
    cert, keys = site.credentials["cert"].winrm, site.credentials["keys"].winrm
    assert cert is not None and keys is not None
    assert (cert.certificate, cert.key, cert.ca) == (
        tmp_path / "client.pem",
        tmp_path / "client.key",
        tmp_path / "ca.pem",
    )
    assert str(cert.passphrase) == "env:P" and cert.user == ""
    assert keys.keytab == tmp_path / "svc.keytab"
    assert [target.transport for target in site.targets] == ["winrms"] * 3
    assert site.targets[0].certificate == pin and site.targets[1].ca == str(tmp_path / "own.pem")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{uri: winrm://h, credential: plain}", "would send its password in clear text"),
        ("{uri: winrm://h, credential: cert}", "is shown over TLS only"),
        ('{uri: winrm://h, credential: keys, certificate: "SHA256:%s"}' % ("ab" * 32), "(winrms does)"),
        ('{uri: psrp://h:5985, credential: keys, certificate: "SHA256:%s"}' % ("ab" * 32), "another port than 5985"),
        ("{uri: psrp://h:5985, credential: plain}", "would send its password in clear text"),
        ("{host: h, credential: linux, ca: x.pem}", "SSH shows a host key"),
        ("{host: h, credential: keys, certificate: abc}", "no SHA-256 fingerprint of a certificate"),
    ],
)
def test_certificates_where_there_is_no_tls(entry: str, message: str, tmp_path: Path) -> None:
    found = refused(WINRM + f"targets:\n  - {entry}\n", tmp_path)
    assert len(found) == 1 and message in found[0] and ":10:" in found[0], found


def test_the_session_configuration_and_the_platform_are_read(tmp_path: Path) -> None:
    entries = "  - {uri: psrp://h, credential: jea}\n  - {host: s, credential: linux, platform: windows}\n"
    jea = "  jea: {winrm: {user: scan, password: 'env:P', configuration: ctpat}}\n"
    site = load(WINRM.replace("credentials:\n", f"credentials:\n{jea}") + f"targets:\n{entries}", tmp_path)
    opened = site.credentials["jea"].winrm
    assert opened is not None and opened.configuration == "ctpat"
    plain = site.credentials["plain"].winrm
    assert plain is not None and plain.configuration == "Microsoft.PowerShell"
    assert [target.platform for target in site.targets] == [None, "windows"]


@pytest.mark.parametrize("name", ["a/b", "", "-x", "a?b=1", "ä"])
def test_a_session_configuration_is_a_name_and_no_address(name: str, tmp_path: Path) -> None:
    entry = f"  jea: {{winrm: {{user: scan, password: 'env:P', configuration: {name!r}}}}}\n"
    found = refused(WINRM.replace("credentials:\n", f"credentials:\n{entry}"), tmp_path)
    assert any("configuration" in one for one in found), found
