"""One loader for three sources; whatever does not load stops the run and says whose it is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scanner.catalogue import load_checks
from scanner.errors import ConfigError, PluginError

GOOD = '''"""A title.

Why: reasons.
Source: a manual.
"""

from scanner.api import Host, Outcome, Severity, check, passed


@check(title="T", severity=Severity.LOW, remediation="R")
def judge(host: Host, *, limit: int = 3) -> Outcome:
    return passed(actual="fine")
'''


def put(folder: Path, name: str, text: str = GOOD) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def plug_in(site: Path, name: str = "acme_checks", point: str = "acme", value: str | None = None) -> Path:
    """An installed distribution with an entry point: what pip leaves in site-packages. Gives its package folder."""
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[ctpat.checks]\n{point} = {value or name}\n")
    put(site, f"{name}/__init__.py", "")
    return site / name


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_the_built_in_checks_load() -> None:
    checks = load_checks()
    assert len(checks) > 50
    assert list(checks) == sorted(checks)
    assert {check.source for check in checks.values()} == {"built-in"}


def test_a_folder_brings_checks_under_their_path(tmp_path: Path) -> None:
    put(tmp_path, "own/first.py")
    put(tmp_path, "own/_helper.py", "1 / 0")
    put(tmp_path, "own/.hidden.py", "1 / 0")
    put(tmp_path, "README.md", "words")
    found = load_checks([tmp_path])["own/first"]
    assert found.source == str(tmp_path)
    assert found.parameters == {"limit": 3}


def test_a_plug_in_brings_checks_under_its_prefix(site: Path) -> None:
    put(plug_in(site), "own/first.py")
    assert load_checks()["acme/own/first"].source == "acme-checks"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("def broken(:", "SyntaxError"),
        ("import not_installed_anywhere", "ModuleNotFoundError"),
        ("x = 1", "0 checks in one file"),
        (GOOD + GOOD.split('"""', 2)[2].replace("def judge", "def second"), "2 checks in one file"),
        (GOOD.replace("Why:", "Because:"), "Why"),
    ],
)
def test_a_broken_check_stops_the_run_and_names_its_file(tmp_path: Path, text: str, says: str) -> None:
    put(tmp_path, "own/good.py")
    put(tmp_path, "own/broken.py", text)
    with pytest.raises(PluginError) as caught:
        load_checks([tmp_path])
    assert "own/broken.py" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"), [("own/broken.py", "1 / 0"), ("own/broken.yaml", "title: x"), ("x.py", GOOD)]
)
def test_a_broken_plug_in_stops_the_run_and_names_its_distribution(site: Path, name: str, text: str) -> None:
    put(plug_in(site), name, text)
    with pytest.raises(PluginError, match="acme-checks"):
        load_checks()


@pytest.mark.parametrize("value", ["gone_altogether", "gone.altogether", "sys", "acme_checks:attribute"])
def test_an_entry_point_that_leads_nowhere_stops_the_run(site: Path, value: str) -> None:
    put(plug_in(site, value=value), "own/first.py")
    with pytest.raises(PluginError, match="acme-checks"):
        load_checks()


def test_a_plug_in_whose_package_fails_to_import_stops_the_run(site: Path) -> None:
    put(plug_in(site, value="acme_checks.inner"), "__init__.py", "raise RuntimeError('no')")
    with pytest.raises(PluginError, match="acme-checks"):
        load_checks()
    sys.modules.pop("acme_checks", None)


def test_a_prefix_that_makes_no_id_stops_the_run(site: Path) -> None:
    put(plug_in(site, point="Acme-Checks"), "own/first.py")
    with pytest.raises(PluginError, match="Acme-Checks"):
        load_checks()


@pytest.mark.parametrize("name", ["x.py", "own/Upper.py", "own/with-dash.yaml", "own/with space.py"])
def test_a_path_that_is_no_id_stops_the_run(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    with pytest.raises(PluginError, match="is no check ID"):
        load_checks([tmp_path])


def test_an_id_that_exists_twice_stops_the_run_and_names_both(tmp_path: Path) -> None:
    put(tmp_path, "password/min_length.py")
    with pytest.raises(ConfigError, match="exists twice") as caught:
        load_checks([tmp_path])
    assert "built-in" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_two_plug_ins_with_one_prefix_may_not_share_an_id(site: Path) -> None:
    put(plug_in(site), "own/first.py")
    put(plug_in(site, "other_checks"), "own/first.py")
    with pytest.raises(ConfigError, match="exists twice"):
        load_checks()


def test_an_alias_counts_as_an_id(tmp_path: Path) -> None:
    put(tmp_path, "own/a.py", GOOD.replace('remediation="R"', 'remediation="R", aliases=("password/min_length",)'))
    with pytest.raises(ConfigError, match="password/min_length"):
        load_checks([tmp_path])


def test_a_folder_that_is_not_there_or_empty_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        load_checks([tmp_path / "gone"])
    with pytest.raises(PluginError, match="no check in"):
        load_checks([tmp_path])


def test_folders_of_the_same_name_where_the_user_stands_are_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "checks/own/first.py", "raise RuntimeError('the wrong folder')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "own/first" not in load_checks()
