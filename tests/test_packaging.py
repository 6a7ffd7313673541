"""What is installed is what is here: wheel and archive hold the whole program, and it runs from an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONTENT = ("checks", "profiles", "reports")
NEEDED = (
    "scanner/py.typed",
    "scanner/collect/frame.sh",
    "scanner/collect/helpers.sh",
    "scanner/collect/windows/frame.ps1",
    "scanner/collect/windows/seams.ps1",
    "scanner/schemas/site.schema.json",
    "scanner/schemas/profile.schema.json",
    "scanner/store/migrations/env.py",
    "scanner/store/migrations/versions/r0001_runs.py",
)
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CTPAT_", "COV_"))}


def content_of_checkout() -> set[str]:
    """Every file of the content folders that is part of the project."""
    files = (path for name in CONTENT for path in (ROOT / name).rglob("*") if path.is_file())
    return {
        path.relative_to(ROOT).as_posix()
        for path in files
        if "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def data_of_package() -> set[str]:
    """Every file of the package that is no Python."""
    files = (path for path in (ROOT / "scanner").rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"})
    return {path.relative_to(ROOT).as_posix() for path in files}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive; the wheel is made from the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    ended = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder


def names_in_wheel(built: Path) -> set[str]:
    (wheel,) = built.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def names_in_sdist(built: Path) -> set[str]:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        return {name.partition("/")[2] for name in tar.getnames()}


def test_the_wheel_holds_all_content_in_the_one_package(built: Path) -> None:
    names = names_in_wheel(built)
    assert {f"scanner/_content/{name}" for name in content_of_checkout()} <= names
    assert data_of_package() <= names
    assert set(NEEDED) <= names
    tops = {name.partition("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"scanner"}, "nothing else lands in site-packages"
    assert not any(name.endswith(".pyc") for name in names)


def test_the_source_archive_holds_the_same_and_the_tests(built: Path) -> None:
    names = names_in_sdist(built)
    assert content_of_checkout() | data_of_package() | {"pyproject.toml", "LICENSE", "README.md"} <= names
    assert "tests/test_packaging.py" in names


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)


@pytest.mark.network
def test_the_wheel_in_a_clean_environment_scans_and_reports(built: Path, tmp_path: Path) -> None:
    """The first command of the README, with nothing at hand but the wheel."""
    venv.create(tmp_path / "venv", with_pip=True)
    binaries, empty = tmp_path / "venv/bin", tmp_path / "empty"
    empty.mkdir()
    (wheel,) = built.glob("*.whl")
    installed = run([str(binaries / "python"), "-m", "pip", "install", "--quiet", str(wheel)], tmp_path)
    if installed.returncode and "Could not find a version" in installed.stderr:
        pytest.skip("no package index can be reached")
    assert installed.returncode == 0, installed.stderr
    ended = run([str(binaries / "ctpat"), "scan", "--local", "-o", "html=report.html"], empty)
    assert ended.returncode in (1, 3), ended.stderr
    assert "Targets: 1 planned, 1 reached" in ended.stdout
    assert (empty / "report.html").stat().st_size > 10_000
    assert (empty / "ctpat.db").is_file()
    here = run([sys.executable, "-m", "scanner", "checks", "list"], ROOT)
    there = run([str(binaries / "ctpat"), "checks", "list"], empty)
    assert there.stdout == here.stdout
    assert "password/min_length" in there.stdout
    assert run([str(binaries / "ctpat"), "profiles", "show"], empty).stdout == (
        run([sys.executable, "-m", "scanner", "profiles", "show"], ROOT).stdout
    )
