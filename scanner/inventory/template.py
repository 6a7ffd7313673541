"""The commented site file that `ctpat init` writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from string import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a person was asked. `hosts` are target URIs or host names; `questions` maps the name of each conditional
    requirement's question to the text that explains it."""

    site: str
    company: str = ""
    entities: tuple[str, ...] = ("importer",)
    anniversary: str | None = None
    profile: str = "ctpat"
    ssh_user: str = "scan"
    ssh_key: str | None = None
    windows_user: str = "scan"
    hosts: tuple[str, ...] = ()
    questions: tuple[tuple[str, str], ...] = (
        ("remote_access", "does anybody work on this network from outside?"),
        ("personal_devices", "are private phones, laptops or sticks used for work?"),
    )


def site_template(answers: Answers) -> str:
    """A site file that loads without errors, its choices explained in comments."""
    return Template(_TEXT).substitute(
        site=_quoted(answers.site),
        company=f"company: {_quoted(answers.company)}" if answers.company else '# company: "Acme Imports, Inc."',
        entities=", ".join(answers.entities),
        anniversary=f"anniversary: {_quoted(answers.anniversary)}" if answers.anniversary else '# anniversary: "03-31"',
        profile=_quoted(answers.profile),
        questions="".join(f"  {name}: yes  # {text}\n" for name, text in answers.questions) or "  {}\n",
        user=_quoted(answers.ssh_user),
        key=_quoted(answers.ssh_key) if answers.ssh_key else "ssh-agent",
        windows=_windows(answers),
        targets="".join(map(_target, answers.hosts)),
    )


def _quoted(text: str) -> str:
    """Text that YAML reads back as the same text; JSON strings are YAML strings."""
    return json.dumps(text)


def _windows(answers: Answers) -> str:
    """The credential that Windows targets point to; an example in comments where there are none."""
    if any(host.startswith(_WINDOWS) for host in answers.hosts):
        return f"  windows:\n    winrm: {{user: {_quoted(answers.windows_user)}, password: prompt, auth: ntlm}}\n"
    return _WINDOWS_EXAMPLE


def _target(host: str) -> str:
    if host.startswith("local:"):
        return '  - {uri: "local:", role: workstation}\n'
    key = "uri" if ":" in host and "//" in host else "host"
    credential = ", credential: linux" if not host.startswith(_WINDOWS) else ", credential: windows"
    return f"  - {{{key}: {_quoted(host)}{credential}, role: server}}\n"


_WINDOWS = ("winrm:", "winrms:", "psrp:")
_WINDOWS_EXAMPLE = """\
#  windows:
#    winrm: {user: 'ACME\\svc-scan', password: "keyring:ctpat/acme", auth: kerberos}
"""
_TEXT = """\
# A site of ctpat-scanner: one client location or company. Editors check this file against site.schema.json.
# Passwords are never written here. Where one is needed, write where it is kept:
#   env:NAME   file:PATH (chmod 600)   keyring:SERVICE/NAME   cmd:COMMAND   prompt

site: $site
$company

# CTPAT entity types; each gets its own evidence: importer, exporter, customs_broker, foreign_manufacturer,
# consolidator, third_party_logistics, highway_carrier, mexican_highway_carrier, rail_carrier, sea_carrier,
# air_carrier, marine_port_terminal, foreign_marine_port_terminal
entities: [$entities]

# Month and day of the yearly review of the security profile.
$anniversary

profile: $profile

# Stricter or looser thresholds than the profile's, as family.check.parameter;
# `ctpat checks show password/min_length` names those of a check, `ctpat profiles show` the values in force.
parameters:
#  password.min_length.required: 15

# Requirements that hold only under a condition. A no needs its reason: {applies: no, reason: "Banned, policy IT-07"}
applicability:
$questions
credentials:
  linux:
    # `key` is a private key file, or ssh-agent for the keys of the running agent.
    ssh: {user: $user, key: $key, become: sudo}
$windows\
#  domain:
#    directory: {user: 'ACME\\svc-scan', password: "keyring:ctpat/acme", ca: acme-ca.pem}

# The machines: take away a # and write your own. Roles: server, domain_controller, workstation, laptop, appliance.
targets:
$targets\
#  - {host: 10.0.0.11, credential: linux, role: server, tags: [trade-data]}
#  - {host: fs01.acme.example, credential: windows, role: server}
#  - {uri: "ldaps://dc01.acme.example", credential: domain}
#  - {uri: "ssh://scan@[fd00::11]:2222", credential: linux, jump: bastion.acme.example}
#  - {ansible: hosts.ini, credential: linux, limit: [warehouse, '!old01']}
#  - {csv: hosts.csv, credential: linux}

# Bounds on one scan: targets at a time, seconds for one target.
limits: {concurrency: 32, target_s: 180}
"""
