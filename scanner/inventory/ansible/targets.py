"""From Ansible's connection variables to targets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.inventory.address import AddressError, check_host, check_name, read_hop, read_port, read_user
from scanner.inventory.ansible.groups import Host, Inventory
from scanner.inventory.candidate import Candidate
from scanner.model import Target
from scanner.yaml_source import Tagged

_CONNECTIONS = {
    "ssh": "ssh",
    "smart": "ssh",
    "paramiko": "ssh",
    "paramiko_ssh": "ssh",
    "ansible.builtin.ssh": "ssh",
    "local": "local",
    "ansible.builtin.local": "local",
    "winrm": "winrms",
    "ansible.builtin.winrm": "winrms",
    "psrp": "psrp",
    "ansible.builtin.psrp": "psrp",
}
_SECRETS = re.compile(r"ansible_(\w+_)?(password|pass|passphrase|secret|private_key)")
_SSH_ARGS = ("ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_ssh_args")
_NAME = re.compile(r"\{\{\s*inventory_hostname\s*\}\}")
_SHORT_NAME = re.compile(r"\{\{\s*inventory_hostname_short\s*\}\}")


@dataclass(slots=True)
class Reading:
    """The targets of one inventory; `notes` says what was not taken over, once each."""

    inventory: Inventory
    candidates: list[Candidate] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)

    def note(self, text: str) -> None:
        self.notes[f"{self.inventory.path}: {text}"] = None


def read_targets(inventory: Inventory, chosen: Iterable[str]) -> Reading:
    """The chosen hosts as targets; their groups become tags. Problems are added to `inventory.problems`."""
    reading = Reading(inventory, notes=dict.fromkeys(inventory.notes))
    wanted = set(chosen)
    for host, variables, groups in inventory.resolved():
        if host.name in wanted:
            try:
                target = _target(reading, host, variables, groups)
            except AddressError as error:
                inventory.problem(
                    f"host '{host.name}': {error}", host.line, host.column, expected=error.expected, hint=error.hint
                )
            else:
                reading.candidates.append(Candidate(target, inventory.path, host.line, host.column))
    return reading


def _target(reading: Reading, host: Host, variables: Mapping[str, Any], groups: tuple[str, ...]) -> Target:
    get = _Variables(host.name, variables)
    _say_what_is_left_out(reading, variables)
    port = get.text("ansible_port", "ansible_ssh_port", "ansible_winrm_port")
    transport = _transport(get, host.name, port)
    address = get.text("ansible_host", "ansible_ssh_host", "ansible_winrm_host") or host.name
    user = get.text("ansible_user", "ansible_ssh_user", "ansible_winrm_user")
    key = get.text("ansible_ssh_private_key_file", "ansible_private_key_file")
    return Target(
        name=check_name(host.name),
        transport=transport,
        address="" if transport == "local" else check_host(address),
        port=read_port(port) if port and transport != "local" else None,
        user=read_user(user) if user else None,
        tags=groups,
        jump=_jump(reading, get) if transport == "ssh" else (),
        identity_files=(key,) if key else (),
        origin=f"{reading.inventory.path}:{host.line}",
    )


class _Variables:
    """Connection variables as text; what cannot be known without Ansible is an error."""

    def __init__(self, host: str, variables: Mapping[str, Any]) -> None:
        self._host = host
        self._variables = variables

    def text(self, *names: str) -> str | None:
        name = next((name for name in names if name in self._variables), None)
        if name is None:
            return None
        value = self._variables[name]
        if isinstance(value, Tagged):
            raise AddressError(f"{name} is encrypted", hint="write it in plain text, or name a credential")
        text = _SHORT_NAME.sub(self._host.partition(".")[0], _NAME.sub(self._host, str(value))).strip()
        if "{{" in text or "{%" in text:
            raise AddressError(
                f"{name} holds an expression that only Ansible can evaluate",
                hint="save the result: ansible-inventory --list --yaml, or write the value out",
            )
        return text or None


def _transport(get: _Variables, host: str, port: str | None) -> str:
    connection = get.text("ansible_connection") or ("local" if host == "localhost" else "ssh")
    transport = _CONNECTIONS.get(connection)
    if transport is None:
        raise AddressError(
            "its ansible_connection cannot be scanned",
            expected="ssh, winrm, psrp or local",
            hint=f"leave it out on purpose with  limit: ['!{host}']",
        )
    if transport == "winrms" and (get.text("ansible_winrm_scheme") == "http" or port == "5985"):
        return "winrm"
    return transport


def _say_what_is_left_out(reading: Reading, variables: Mapping[str, Any]) -> None:
    for name in variables:
        if _SECRETS.fullmatch(name):
            reading.note(f"{name} is not read; name a credential whose password is a reference")
        elif name.startswith("ansible_become"):
            reading.note(f"{name} is not read; set become in the credential")


# --- Jump hosts ------------------------------------------------------------------------------------------


def _jump(reading: Reading, get: _Variables) -> tuple[Target, ...]:
    """The jump hosts of `-J` or `-o ProxyJump=`; other options of ssh are named in a note."""
    hops: list[str] = []
    for name in _SSH_ARGS:
        options, rest = _options(get.text(name) or "")
        hops = hops or _chain(options)
        if "ProxyCommand" in options and not hops:
            raise AddressError(
                f"{name} holds a ProxyCommand, which is not run", hint="write -J user@bastion, or the key jump"
            )
        ignored = sorted(set(options) - {"ProxyJump", "ProxyCommand"}) + rest
        if ignored:
            reading.note(f"{name}: not taken over: {', '.join(ignored)}")
    return tuple(read_hop(hop, reading.inventory.path) for hop in hops)


def _options(text: str) -> tuple[dict[str, str], list[str]]:
    """`-o Name=value` and `-J value` by name, and the names of the flags left."""
    try:
        words = iter(shlex.split(text))
    except ValueError:
        raise AddressError("the ssh arguments have a quote that is not closed") from None
    options: dict[str, str] = {}
    rest: list[str] = []
    for word in words:
        flag, value = word[:2], word[2:]
        if flag in ("-o", "-J"):
            value = value or next(words, "")
            name, _, setting = (value if flag == "-o" else f"ProxyJump={value}").partition("=")
            options.setdefault(_CASE.get(name.strip().lower(), name.strip()), setting.strip())
        elif word.startswith("-"):
            rest.append(flag)
    return options, rest


_CASE = {"proxyjump": "ProxyJump", "proxycommand": "ProxyCommand"}
_STDIO = re.compile(
    r"ssh(?:\s+-q)?\s+-W\s+\[?%h\]?:%p(?:\s+-q)?\s+([^\s-]\S*)|ssh(?:\s+-q)?\s+([^\s-]\S*)\s+-W\s+\[?%h\]?:%p"
)


def _chain(options: Mapping[str, str]) -> list[str]:
    jump = options.get("ProxyJump", "")
    if not jump and (match := _STDIO.fullmatch(options.get("ProxyCommand", ""))) is not None:
        jump = match[1] or match[2]
    return [] if jump in ("", "none") else jump.split(",")
