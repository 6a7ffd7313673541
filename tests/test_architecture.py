"""Who imports whom, and which library lives where: read from the source, so that a lazy import counts as well."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "scanner"

# Each line may import the lines above it and its own room. Rooms on one line are strangers to each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("model",),
    ("cells", "content", "document", "suggest", "text", "yaml_source"),
    ("validation",),
    ("secret", "facts"),
    ("redact", "check"),
    ("inventory", "rule", "judging", "attest"),
    ("profile", "transports", "catalogue"),
    ("collect", "assess", "store"),
    ("report",),
    ("engine",),
    ("cli",),
)
SAME_ROOM = {"errors": "model"}  # an error carries a reason code, a value raises the error
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}

# A library, and the only places that may import it.
HOMES = {
    "paramiko": ("scanner/transports/ssh/",),
    "ldap3": ("scanner/transports/ldap/",),
    "pyasn1": ("scanner/transports/ldap/",),
    "winrm": ("scanner/transports/winrm/",),
    "requests": ("scanner/transports/winrm/",),
    "urllib3": ("scanner/transports/winrm/",),
    "xmltodict": ("scanner/transports/winrm/",),
    "spnego": ("scanner/transports/winrm/",),
    "krb5": ("scanner/transports/winrm/",),
    "gssapi": ("scanner/transports/winrm/",),
    "pypsrp": ("scanner/transports/psrp/",),
    "cryptography": ("scanner/transports/",),
    "click": ("scanner/cli/",),
    "rich": ("scanner/cli/",),
    "jinja2": ("scanner/report/",),
    "markupsafe": ("scanner/report/",),
    "sqlalchemy": ("scanner/store/",),
    "alembic": ("scanner/store/",),
    "yaml": ("scanner/yaml_source.py",),
    "pydantic": (
        "scanner/attest/",
        "scanner/inventory/",
        "scanner/profile/",
        "scanner/rule.py",
        "scanner/validation.py",
        "scanner/schemas/",
    ),
    "keyring": ("scanner/secret.py",),
    "subprocess": ("scanner/transports/local.py", "scanner/secret.py"),
}
# What makes an answer depend on more than the bytes, and so may not appear between raw facts and states.
IMPURE_CALLS = {"now", "utcnow", "today", "time", "monotonic", "getenv", "environ", "urlopen", "socket", "open"}
PURE = ("scanner/facts", "scanner/assess", "scanner/check.py", "scanner/rule.py", "checks")
STANDARD_FOR_CHECKS = {"__future__", "re", "ipaddress", "datetime", "collections", "dataclasses", "itertools", "typing"}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        path = ROOT / folder
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module a file imports, wherever in it, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative imports hide the room"
            module = node.module or ""
            if module == "scanner":
                yield from ((node.lineno, f"scanner.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module


def room_of(module: str) -> str:
    room = module.split(".")[1] if module.startswith("scanner.") else ""
    return SAME_ROOM.get(room, room)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_room_has_its_place() -> None:
    rooms = {
        path.stem if path.suffix == ".py" else path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"
    }
    known = {*RANK, *SAME_ROOM, "__init__", "__main__", "api", "py", "schemas"}
    assert {room for room in rooms if not room.startswith("_content")} <= known | {"py.typed"}


@pytest.mark.parametrize("path", list(sources("scanner")), ids=relative)
def test_imports_point_one_way(path: Path) -> None:
    room = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if room not in RANK:
        return  # the entry points and `api`, which exists to re-export
    for line, module in imports(path):
        other = room_of(module)
        if other in RANK and other != room:
            assert RANK[other] < RANK[room], f"{relative(path)}:{line}: {room} may not import {other} ({module})"


@pytest.mark.parametrize("path", list(sources("scanner", "checks")), ids=relative)
def test_a_library_is_imported_in_its_home_alone(path: Path) -> None:
    for line, module in imports(path):
        homes = HOMES.get(module.split(".")[0])
        if homes is not None:
            assert relative(path).startswith(homes), f"{relative(path)}:{line}: {module} belongs to {', '.join(homes)}"


@pytest.mark.parametrize("path", list(sources("checks")), ids=relative)
def test_a_check_imports_the_api_and_the_pure_standard_library(path: Path) -> None:
    for line, module in imports(path):
        top = module.split(".")[0]
        assert module == "scanner.api" or top in STANDARD_FOR_CHECKS, f"{relative(path)}:{line}: {module}"


@pytest.mark.parametrize("path", list(sources(*PURE)), ids=relative)
def test_nothing_but_the_bytes_decides(path: Path) -> None:
    """No clock, network, environment or file between raw facts and states."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert name not in IMPURE_CALLS, f"{relative(path)}:{node.lineno}: calls {name}()"


@pytest.mark.parametrize("path", list(sources("scanner/facts", "checks")), ids=relative)
def test_lines_end_where_the_target_says(path: Path) -> None:
    """`str.splitlines` breaks at form feeds and the like: the rest of a comment would become a directive."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    names = [call.func.attr for call in calls if isinstance(call.func, ast.Attribute)]
    assert "splitlines" not in names, f"{relative(path)}: use facts.base.lines_of"


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, scanner.cli; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {
        "paramiko",
        "pydantic",
        "sqlalchemy",
        "jinja2",
        "yaml",
        "rich",
        "alembic",
        "cryptography",
        "requests",
        "ldap3",
    }
    assert heavy.isdisjoint(loaded)


def test_a_scan_without_windows_loads_no_http() -> None:
    code = "import sys, scanner.transports.winrm; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"winrm", "pypsrp", "requests", "urllib3", "spnego", "krb5", "cryptography"}.isdisjoint(loaded)
