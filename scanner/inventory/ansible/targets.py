"""From Ansible's connection variables to targets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from scanner.errors import Place
from scanner.inventory.address import AddressError, check_host, check_name, read_hop, read_port, read_user
from scanner.inventory.ansible.groups import Host, Inventory
from scanner.inventory.ansible.variables import Variable, Variables
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
_LEFT_OUT = (
    # Variables that a person may count on, and where their part is done here.
    (
        re.compile(r"ansible_(\w+_)?(password|pass|passphrase|secret|private_key)"),
        "name a credential whose password is a reference",
    ),
    (re.compile(r"ansible_become.*"), "set become in the credential"),
    (re.compile(r"ansible_winrm_transport|ansible_psrp_auth"), "set auth in the credential"),
    (re.compile(r"ansible_psrp_protocol"), "psrp is over http on port 5985, and over https on any other"),
    (
        re.compile(r"ansible_(winrm_server|psrp)_cert_validation"),
        "certificates are verified; name a ca in the credential, or the certificate of the target",
    ),
    (re.compile(r"ansible_(ssh_)?host_key_checking"), "host keys are verified, see known_hosts and host_key"),
)
_SSH_ARGS = ("ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args")
"""In the order in which Ansible hands them to ssh, for which the first of an option counts."""
_FAMILIES = {"ssh": "ssh", "winrm": "winrm", "winrms": "winrm", "psrp": "psrp"}
"""The word in the variables of one connection alone, by transport: `ansible_winrm_port` is nothing to SSH."""
_KNOWN = re.compile(r"\{\{\s*(inventory_hostname|inventory_hostname_short|inventory_dir)\s*\}\}")
"""What needs no Ansible to be known: the host's name, and the folder of the file that names it."""


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
    transport = _transport(get, host.name)
    address = "" if transport == "local" else get.own(check_host, transport, "host")
    port = None if transport == "local" else get.own(read_port, transport, "port")
    user = get.own(read_user, transport, "user")
    key = get.one(_text, "ansible_ssh_private_key_file", "ansible_private_key_file")
    jump = _jump(reading, get, host.place.path) if transport == "ssh" else ()
    try:
        return Target(
            name=check_name(host.name),
            transport=transport,
            address=check_host(host.name) if address is None and get.fits else address or "",
            port=port,
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
        self._known = {
            "inventory_hostname": host.name,
            "inventory_hostname_short": host.name.partition(".")[0],
            "inventory_dir": str(Path(host.place.path).absolute().parent),
        }
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

    def own(self, convert: Callable[[str], T], transport: str, what: str) -> T | None:
        """`ansible_ssh_port` before `ansible_port`, as for Ansible, with the word of the transport."""
        family = _FAMILIES.get(transport)
        return self.one(convert, *([f"ansible_{family}_{what}"] if family else []), f"ansible_{what}")

    def place(self, name: str) -> Place:
        return self._variables[name].place

    def _plain(self, name: str, variable: Variable) -> str:
        value = variable.value
        if isinstance(value, Tagged):
            raise _closed(name, value)
        if value is None:
            raise AddressError(f"{name} does not fit", expected="text")
        text = _KNOWN.sub(lambda found: self._known[found[1]], str(value)).strip()
        if "{{" in text or "{%" in text:
            raise AddressError(
                f"{name} holds an expression that only Ansible can evaluate",
                hint=f"write the value out; ansible HOST -i INVENTORY -m debug -a var={name} prints it",
            )
        return text


def _closed(name: str, value: Tagged) -> AddressError:
    if value.tag == ALIAS:
        return AddressError(f"{name} is an alias, which is not read here", hint="write the value out")
    if value.tag == "!unsafe":
        return AddressError(f"{name} is under a tag, which is not read here", hint="remove !unsafe")
    return AddressError(f"{name} is encrypted", hint="write it in plain text, or name a credential")


def _transport(get: _Variables, host: str) -> str:
    def known(connection: str) -> str:
        if connection not in _CONNECTIONS:
            raise AddressError(
                "its ansible_connection cannot be scanned",
                expected="ssh, winrm, psrp or local",
                hint=f"leave it out on purpose with  limit: ['!{host}']",
            )
        return _CONNECTIONS[connection]

    transport = get.one(known, "ansible_connection") or ("local" if host == "localhost" else "ssh")
    if transport == "winrms" and (
        get.one(_text, "ansible_winrm_scheme") == "http" or get.own(_text, transport, "port") == "5985"
    ):
        return "winrm"
    return transport


def _say_what_is_left_out(reading: Reading, variables: Variables) -> None:
    for name, variable in variables.items():
        if (cure := next((words for form, words in _LEFT_OUT if form.fullmatch(name)), None)) is not None:
            reading.note(f"{name} is not read; {cure}", variable.place)


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
