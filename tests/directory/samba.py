"""A real domain controller: Samba, provisioned in a folder of its own, serving LDAPS in a network namespace of its own.

Its accounts and rules are written with the database's own tools, as root and before it starts; times that a directory
keeps for itself (last logins, the age of an account) are written below its modules.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.directory import network
from tests.wsman.certificates import Authority, Pair

TOOLS = ("samba", "samba-tool", "ldbadd", "ldbmodify", "ldbsearch")
PASSWORD = "Sc4n-Passw0rd!x"
ADMINISTRATOR = "Adm1n-Passw0rd!"
BASE = "DC=acme,DC=example"
USERS = f"CN=Users,{BASE}"
NOW = datetime.now(UTC)
_MEMORY = "/dev/shm"  # provisioning writes a thousand small transactions
_PREFIX = "ctpat-ad-"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)

Changes = Mapping[str, Mapping[str, str]]


_MODULE = "samba/vfs/acl_xattr.so"


def missing() -> str:
    """Why the domain cannot be made here; empty where it can."""
    if os.geteuid() != 0:
        return "a domain is provisioned as root"
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    absent += [] if any(Path("/usr/lib").glob(f"*/{_MODULE}")) else [_MODULE]
    packages = "samba, samba-ad-provision, samba-vfs-modules, ldb-tools"
    return f"needs {', '.join(absent)} (packages {packages})" if absent else network.missing()


def ticks(days_ago: float) -> str:
    return str(int((NOW - timedelta(days=days_ago) - _EPOCH).total_seconds()) * 10_000_000)


def generalized(days_ago: float) -> str:
    return f"{NOW - timedelta(days=days_ago):%Y%m%d%H%M%S}.0Z"


class Domain:
    """`acme.example`; use as a context manager."""

    def __init__(self) -> None:
        # Short, because a Unix socket below it has little more than a hundred characters.
        place = Path(_MEMORY if os.access(_MEMORY, os.W_OK) else tempfile.gettempdir())
        _sweep(place)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))
        self.network = network.Network()
        self.address = self.network.address
        self.authority = Authority.make(self.folder)
        self.certificate: Pair = self.authority.server(hosts=(self.address,))
        self.sam = self.folder / "private" / "sam.ldb"
        self.config = self.folder / "etc" / "smb.conf"

    def provision(self) -> None:
        empty = self.folder / "empty.conf"
        empty.write_text("[global]\n")
        options = {
            "interfaces": f"{self.address}/30",
            "bind interfaces only": "yes",
            "server services": "ldap",
            "pid directory": self.folder,
            "lock directory": self.folder,
            "ncalrpc dir": self.folder / "ncalrpc",
            "log file": self.folder / "log",
            "tls certfile": self.certificate.certificate,
            "tls keyfile": self.certificate.key,
            "tls cafile": self.authority.ca,
        }
        self._run(
            "samba-tool",
            "domain",
            "provision",
            *("-s", empty, "--targetdir", self.folder, "--realm", "ACME.EXAMPLE", "--domain", "ACME"),
            *("--server-role", "dc", "--dns-backend", "NONE", "--host-name", "dc", "--host-ip", self.address),
            *("--adminpass", ADMINISTRATOR),
            *(f"--option={name}={value}" for name, value in options.items()),
        )

    def ldif(self, tool: str, text: str, *options: str) -> None:
        """Write through the directory's own modules."""
        said = self._run(tool, "-H", self.sam, *options, "-i", stdin=text)
        wanted = text.count("\ndn: ") + text.startswith("dn: ")
        assert f" {wanted} records successfully" in said, said  # the tools end with 0 when they stop midway

    def below(self, changes: Changes) -> None:
        """Write values that the modules keep for themselves, straight into the store of the domain."""
        store = self.folder / "private" / "sam.ldb.d" / f"{BASE.upper()}.ldb"
        text = "\n".join(_modification(name, values) for name, values in changes.items())
        self._run("ldbmodify", "-H", store, "-i", stdin=text)

    def tool(self, *words: str) -> str:
        return self._run("samba-tool", *words, "-H", self.sam, "-s", self.config)

    def attribute(self, name: str, attribute: str) -> str:
        """One attribute of an account, as its line of LDIF."""
        found = self._run("ldbsearch", "-H", self.sam, f"(sAMAccountName={name})", attribute)
        return next(line for line in found.splitlines() if line.startswith(f"{attribute}: "))

    def sid_of(self, name: str) -> str:
        return self.attribute(name, "objectSid").partition(": ")[2]

    def _run(self, *words: object, stdin: str = "") -> str:
        done = subprocess.run(
            [str(word) for word in words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "SMB_CONF_PATH": str(self.config)},
        )
        assert done.returncode == 0, f"{words[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def start(self) -> None:
        with (self.folder / "samba.log").open("wb") as log:
            command = ["samba", "-i", "-s", str(self.config), "--debug-stdout", "-d1", "-M", "single"]
            process = self.network.run(command, log)
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            try:
                socket.create_connection((self.address, 636), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(f"samba does not serve: {(self.folder / 'samba.log').read_text()[-3000:]}")

    def stop(self) -> None:
        self.network.end()
        shutil.rmtree(self.folder)


def _sweep(place: Path) -> None:
    """Folders of runs that were killed."""
    for folder in place.glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _modification(name: str, values: Mapping[str, str]) -> str:
    parts = [f"replace: {key}\n{key}: {value}\n-" for key, value in values.items()]
    return "\n".join([f"dn: {name}", "changetype: modify", *parts, ""])


def record(name: str, **values: str | Iterable[str]) -> str:
    """One object as LDIF; underscores in attribute names stand for hyphens."""
    lines = [f"dn: {name}"]
    for key, value in values.items():
        attribute = key.replace("_", "-")
        lines += [f"{attribute}: {one}" for one in ([value] if isinstance(value, str) else value)]
    return "\n".join([*lines, ""])


def user(name: str, flags: int = 512, **values: str | Iterable[str]) -> str:
    quoted = base64.b64encode(f'"{PASSWORD}"'.encode("utf-16-le")).decode()
    known = record(
        f"CN={name},{USERS}", objectClass="user", sAMAccountName=name, userAccountControl=str(flags), **values
    )
    return f"{known}unicodePwd:: {quoted}\n"


def group(name: str, *members: str) -> str:
    short = "".join(sign for sign in name if sign.isalnum() or sign in "- ").strip()
    return record(f"CN={name},{USERS}", objectClass="group", sAMAccountName=short, member=members)


def computer(name: str, flags: int = 4096, **values: str) -> str:
    return record(
        f"CN={name},CN=Computers,{BASE}",
        objectClass="computer",
        sAMAccountName=f"{name}$",
        userAccountControl=str(flags),
        **values,
    )


# The attributes of the local administrators' passwords, as Microsoft's schema extension defines them: the password is
# confidential (searchFlags 904), the date is not.
_SCHEMA = f"CN=Schema,CN=Configuration,{BASE}"


def _attribute(name: str, oid: str, syntax: str, om: str, flags: str) -> str:
    return record(
        f"CN={name},{_SCHEMA}",
        objectClass="attributeSchema",
        lDAPDisplayName=name,
        adminDisplayName=name,
        attributeID=oid,
        attributeSyntax=syntax,
        oMSyntax=om,
        isSingleValued="TRUE",
        searchFlags=flags,
        systemOnly="FALSE",
    )


def stored_passwords_schema() -> str:
    names = ("ms-Mcs-AdmPwd", "ms-Mcs-AdmPwdExpirationTime")
    attributes = [
        _attribute(
            names[0],
            "1.2.840.113556.1.8000.2554.50051.45980.28112.18903.35903.6685103.1224907.2.1",
            "2.5.5.5",
            "19",
            "904",
        ),
        _attribute(
            names[1],
            "1.2.840.113556.1.8000.2554.50051.45980.28112.18903.35903.6685103.1224907.2.2",
            "2.5.5.16",
            "65",
            "0",
        ),
    ]
    return "\n".join(attributes)


def stored_passwords_class() -> str:
    names = ("ms-Mcs-AdmPwd", "ms-Mcs-AdmPwdExpirationTime")
    added = "\n".join(f"mayContain: {name}" for name in names)
    return f"dn: CN=Computer,{_SCHEMA}\nchangetype: modify\nadd: mayContain\n{added}\n"
