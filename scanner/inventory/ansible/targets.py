"""From Ansible's connection variables to targets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from scanner.inventory.address import AddressError, check_host, check_name, read_hop, read_port, read_user
from scanner.inventory.ansible.groups import Host, Inventory
from scanner.inventory.ansible.variables import Place, Variable, Variables
from scanner.inventory.candidate import Candidate
from scanner.model import Target
from scanner.yaml_source import ALIAS, Tagged

T = TypeVar("T")

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
    told: set[tuple[str, Place]] = field(default_factory=set)

    def note(self, text: str, place: Place) -> None:
        self.notes[f"{place.path}: {text}"] = None

    def misfit(self, name: str, host: str, place: Place, error: AddressError) -> None:
        """A variable that does not do; of one that many hosts share, with the first of them."""
        if (name, place) not in self.told:
            self.told.add((name, place))
            self.inventory.problem(f"host '{host}': {error}", place, expected=error.expected, hint=error.hint)


def read_targets(inventory: Inventory, chosen: Iterable[str]) -> Reading:
    """The chosen hosts as targets; their groups become tags. Problems are added to `inventory.problems`."""
    reading = Reading(inventory)
    for host, variables, groups in inventory.resolved(set(chosen)):
        get = _Variables(reading, host, variables)
        target = _target(reading, get, host, groups)
        _say_what_is_left_out(reading, variables)
        if target is not None and get.fits:
            reading.candidates.append(Candidate(target, host.place.path, host.place.line, host.place.column))
    reading.notes = dict.fromkeys((*inventory.notes, *reading.notes))
    return reading


def _target(reading: Reading, get: _Variables, host: Host, groups: tuple[str, ...]) -> Target | None:
    port = get.one(_text, "ansible_port", "ansible_ssh_port", "ansible_winrm_port")
    transport = _transport(get, host.name, port)
    is_local = transport == "local"
    address = "" if is_local else get.one(check_host, "ansible_host", "ansible_ssh_host", "ansible_winrm_host")
    number = None if is_local else get.one(read_port, "ansible_port", "ansible_ssh_port", "ansible_winrm_port")
    user = get.one(read_user, "ansible_user", "ansible_ssh_user", "ansible_winrm_user")
    key = get.one(_text, "ansible_ssh_private_key_file", "ansible_private_key_file")
    jump = _jump(reading, get, host.place.path) if transport == "ssh" else ()
    try:
        return Target(
            name=check_name(host.name),
            transport=transport or "",
            address=check_host(host.name) if address is None and get.fits else address or "",
            port=number,
            user=user,
            tags=groups,
            jump=jump,
            identity_files=(key,) if key else (),
            origin=f"{host.place.path}:{host.place.line}",
        )
    except AddressError as error:
        reading.misfit("", host.name, host.place, error)
        return None


def _text(text: str) -> str:
    return text


class _Variables:
    """The connection variables of one host; `fits` is false once one of them cannot be known or used."""

    def __init__(self, reading: Reading, host: Host, variables: Variables) -> None:
        self._reading = reading
        self._host = host.name
        self._variables = variables
        self.fits = True

    def one(self, convert: Callable[[str], T], *names: str) -> T | None:
        """The first of the variables that is there, converted; None where none is, or it does not fit."""
        name = next((name for name in names if name in self._variables), None)
        if name is None:
            return None
        variable = self._variables[name]
        try:
            text = self._plain(name, variable)
            return convert(text) if text else None
        except AddressError as error:
            self.fits = False
            self._reading.misfit(name, self._host, variable.place, error)
            return None

    def place(self, name: str) -> Place:
        return self._variables[name].place

    def _plain(self, name: str, variable: Variable) -> str:
        value = variable.value
        if isinstance(value, Tagged):
            raise _closed(name, value)
        if value is None:
            raise AddressError(f"{name} does not fit", expected="text")
        text = _SHORT_NAME.sub(self._host.partition(".")[0], _NAME.sub(self._host, str(value))).strip()
        if "{{" in text or "{%" in text:
            raise AddressError(
                f"{name} holds an expression that only Ansible can evaluate",
                hint="save the result: ansible-inventory --list --yaml, or write the value out",
            )
        return text


def _closed(name: str, value: Tagged) -> AddressError:
    if value.tag == ALIAS:
        return AddressError(f"{name} is an alias, which is not read here", hint="write the value out")
    if value.tag == "!unsafe":
        return AddressError(f"{name} is under a tag, which is not read here", hint="remove !unsafe")
    return AddressError(f"{name} is encrypted", hint="write it in plain text, or name a credential")


def _transport(get: _Variables, host: str, port: str | None) -> str | None:
    def known(connection: str) -> str:
        if connection not in _CONNECTIONS:
            raise AddressError(
                "its ansible_connection cannot be scanned",
                expected="ssh, winrm, psrp or local",
                hint=f"leave it out on purpose with  limit: ['!{host}']",
            )
        return _CONNECTIONS[connection]

    transport = get.one(known, "ansible_connection") or ("local" if host == "localhost" else "ssh")
    if transport == "winrms" and (get.one(_text, "ansible_winrm_scheme") == "http" or port == "5985"):
        return "winrm"
    return transport


def _say_what_is_left_out(reading: Reading, variables: Variables) -> None:
    for name, variable in variables.items():
        if _SECRETS.fullmatch(name):
            reading.note(f"{name} is not read; name a credential whose password is a reference", variable.place)
        elif name.startswith("ansible_become"):
            reading.note(f"{name} is not read; set become in the credential", variable.place)


# --- Jump hosts ------------------------------------------------------------------------------------------


def _jump(reading: Reading, get: _Variables, origin: str) -> tuple[Target, ...]:
    """The jump hosts of `-J` or `-o ProxyJump=`; other options of ssh are named in a note."""
    jump: tuple[Target, ...] = ()
    for name in _SSH_ARGS:
        read = partial(_arguments, name, origin, needs_hops=not jump)
        if (found := get.one(read, name)) is not None:
            hops, ignored = found
            jump = jump or hops
            if ignored:
                reading.note(f"{name}: not taken over: {', '.join(ignored)}", get.place(name))
    return jump


def _arguments(name: str, origin: str, text: str, *, needs_hops: bool) -> tuple[tuple[Target, ...], list[str]]:
    options, rest = _options(text)
    hops = tuple(read_hop(hop, origin) for hop in _chain(options))
    if "ProxyCommand" in options and needs_hops and not hops:
        raise AddressError(
            f"{name} holds a ProxyCommand, which is not run", hint="write -J user@bastion, or the key jump"
        )
    return hops, sorted(set(options) - {"ProxyJump", "ProxyCommand"}) + rest


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
