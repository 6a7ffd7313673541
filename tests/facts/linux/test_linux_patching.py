"""Patch level on Linux: recorded bytes of apt in, expected fields out; no reader breaks on any bytes."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts.base import Probe
from scanner.facts.linux.patching import READERS
from scanner.facts.linux.patching.apt import APT, read_apt
from scanner.facts.linux.patching.apt_sources import list_of
from scanner.facts.linux.patching.apt_upgrade import parse_origin, parse_updates
from scanner.facts.linux.patching.support import read_support
from scanner.facts.patching import PatchLevel, Support
from scanner.model import Unknown, is_known
from tests.facts.linux.patch_levels import (
    DEBIAN,
    GOLDEN,
    NOW,
    apt,
    debian,
    golden,
    names,
    raw,
)

# --- apt -------------------------------------------------------------------------------------------------


def test_apt_counts_only_what_a_security_archive_offers() -> None:
    level = apt("debian-12-pending")
    assert is_known(level.pending)
    assert "libssl3" in names(level)
    assert all("Debian-Security" in update.source for update in level.security_updates)
    assert level.security_source is True
    assert level.holds == ()


def test_apt_names_the_security_source_and_its_end() -> None:
    level = apt("debian-12-pending")
    assert is_known(level.sources)
    (security,) = [source for source in level.sources if source.security]
    assert security.valid_until == datetime(2026, 11, 27, 0, 12, 41, tzinfo=UTC)
    assert is_known(level.refreshed)
    assert level.metadata_faults(NOW, max_age_days=7, max_source_age_days=30) == ()


def test_apt_lists_expire_with_the_security_source() -> None:
    later = datetime(2026, 11, 28, tzinfo=UTC)
    faults = apt("debian-12-pending").metadata_faults(later, max_age_days=7, max_source_age_days=30)
    assert is_known(faults)
    assert "valid until 2026-11-27" in faults[0]


def test_apt_without_lists_knows_of_no_source() -> None:
    level = apt("debian-12-no-lists")
    assert (level.pending, level.sources) == ((), ())
    assert isinstance(level.security_source, Unknown)
    assert isinstance(level.refreshed, Unknown)


def test_apt_without_a_security_source_says_so() -> None:
    assert apt("debian-12-no-security-source").security_source is False


def test_apt_finds_the_security_update_behind_a_hold() -> None:
    level = apt("debian-12-held")
    assert [hold.name for hold in level.blocked] == ["libssl3"]
    assert is_known(level.holds)
    assert {hold.name: hold.security for hold in level.holds} == {"libc6": False, "libssl3": True}
    assert "libssl3" not in names(level)


@pytest.mark.parametrize("part", [b"=unheld\n @exit 0\n", b""], ids=["no line", "missing"])
def test_a_hold_whose_effect_was_not_simulated_is_not_harmless(part: bytes) -> None:
    whole = golden("debian-12-held.apt")
    start = whole.index(b"=unheld\n")
    end = whole.index(b"\n=", start) + 1
    level = read_apt(raw(host=DEBIAN, apt=whole[:start] + part + whole[end:]))
    assert isinstance(level, PatchLevel) and is_known(level.holds)
    assert all(isinstance(hold.security, Unknown) for hold in level.holds)


def test_apt_current_system_has_nothing_pending() -> None:
    level = apt("debian-13-current")
    assert level.pending == ()
    assert level.security_source is True


def test_apts_version_tables_say_what_a_simulation_says() -> None:
    tables, simulated = apt("debian-11-candidates"), apt("debian-11-simulated")
    assert is_known(tables.pending) and is_known(simulated.pending)
    assert len(tables.pending) == 4
    assert {update.name: update for update in tables.pending} == {update.name: update for update in simulated.pending}
    assert tables.holds == simulated.holds
    assert names(tables) == {"libexpat1", "libgnutls30", "sudo"}
    assert [hold.name for hold in tables.blocked] == ["libssl1.1"]


def test_apt_sets_phased_updates_and_held_ones_apart() -> None:
    level = apt("debian-13-candidates")
    assert is_known(level.pending) and is_known(level.holds)
    assert {update.name: update.security for update in level.pending} == {
        "hostname": False,
        "libssl3t64": False,
        "sudo": False,
    }
    assert level.phased == ("labpkg",)
    assert {hold.name: (hold.security, hold.available) for hold in level.holds} == {
        "libexpat1": (True, "2.9.0-1~deb13u1"),
        "tar": (False, "1.35+dfsg-3.1"),
    }


def test_apt_says_where_the_update_of_a_package_that_is_kept_back_comes_from() -> None:
    level = apt("debian-12-candidates")
    assert is_known(level.pending)
    (kept,) = [update for update in level.pending if update.name == "labpkg"]
    assert (kept.installed, kept.available, kept.security, kept.source) == ("1.0", "2.0", False, "file:/lab")


def changed(name: str, old: bytes, new: bytes, *, after: bytes = b"") -> PatchLevel:
    """Patch level from recorded bytes in which something else stands."""
    head, mark, rest = golden(f"{name}.apt").partition(after) if after else (b"", b"", golden(f"{name}.apt"))
    assert old in rest
    level = read_apt(raw(host=DEBIAN, apt=head + mark + rest.replace(old, new)))
    assert isinstance(level, PatchLevel)
    return level


@pytest.mark.parametrize(
    ("old", "new", "after"),
    [
        (
            b" http://security.example/debian-security bullseye-security/main amd64 Packages",
            b" http://other.example x",
            b"=candidates\n",
        ),
        (b"  500 http:", b"  from http:", b"=candidates\n"),
        (b"=policy\n", b"=elsewhere\n", b""),
    ],
    ids=["a source that the policy does not name", "tables of another form", "no policy"],
)
def test_an_update_from_nobody_knows_where_is_not_harmless(old: bytes, new: bytes, after: bytes) -> None:
    level = changed("debian-11-candidates", old, new, after=after)
    assert is_known(level.pending) and is_known(level.holds)
    unclear = {update.name for update in level.pending if isinstance(update.security, Unknown)}
    assert unclear >= {"libexpat1", "libgnutls30", "sudo"}
    assert isinstance({hold.name: hold.security for hold in level.holds}["libssl1.1"], Unknown)


def test_a_hold_counts_for_every_architecture_of_its_package() -> None:
    level = changed("debian-11-candidates", b" libssl1.1 1", b" libssl1.1:i386 1")
    assert [hold.name for hold in level.blocked] == ["libssl1.1"]
    assert is_known(level.pending) and len(level.pending) == 4


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b" @asked 148 @answered 148\n", b""),
        (b" @asked 148 @answered 148\n", b" @asked 148 @answered 147\n"),
        (b" @asked 148 @answered 148\n", b" @asked 0 @answered 0\n"),
        (b" @answered 148\n @exit 0\n", b" @answered 148\n"),
        (b" @answered 148\n @exit 0\n", b" @answered 148\n @exit 100\n"),
        (b"=candidates\n", b"=other\n"),
    ],
    ids=["no summary", "a package without an answer", "no package", "no status", "a failure", "no tables"],
)
def test_tables_that_broke_off_are_no_empty_list_and_no_harmless_holds(old: bytes, new: bytes) -> None:
    level = changed("debian-11-candidates", old, new)
    assert isinstance(level.pending, Unknown)
    assert is_known(level.holds) and level.holds
    assert all(isinstance(hold.security, Unknown) for hold in level.holds)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"=plan\n", b"=other\n"), (b"3 upgraded, ", b""), (b"deferred due to phasing", b"deferred")],
    ids=["no list", "a list that broke off", "a list of another form"],
)
def test_an_update_is_for_other_hosts_only_where_apt_says_so(old: bytes, new: bytes) -> None:
    level = changed("debian-13-candidates", old, new)
    assert level.phased == ()
    assert is_known(level.pending)
    assert "labpkg" in {update.name for update in level.pending}


def test_a_security_update_that_a_later_one_supersedes_is_still_missing() -> None:
    level = apt("debian-12-between")
    (update,) = level.security_updates
    assert (update.name, update.available, update.security) == ("libc6", "2.36-9+deb12u14", True)
    assert update.source == "Debian:12.15/oldstable, Debian-Security:12/oldstable-security"
    assert update.published_by == datetime(2026, 11, 28, 2, 53, tzinfo=UTC)  # the security archive's, not July's


def snippet(folder: Path, programs: Mapping[str, str]) -> str:
    """What apt's snippet prints where these programs stand in for apt's own."""
    usual = {
        "dpkg-query": "echo deinstall config-files o o; for p in libc6 tar sudo; do echo install installed $p $p; done",
        "apt-get": "exit 1",
        "apt-config": "exit 1",
    }
    for name, text in {**usual, **programs}.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    folder.chmod(0o755)
    helpers = resources.files("scanner.collect").joinpath("helpers.sh").read_text(encoding="utf-8")
    done = subprocess.run(
        ["/bin/sh", "-c", helpers + APT.script],
        env={"PATH": f"{folder}:/usr/bin:/bin", "CTPAT_RIGHTS": "user", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_sources_of_a_candidate_and_of_all_before_it_are_cut_out_of_apts_tables(tmp_path: Path) -> None:
    """The snippet itself, on the words of a real apt."""
    policy = GOLDEN / "debian-12-between.policy"
    out = snippet(tmp_path, {"apt-cache": f'case "$*" in *libc6*) cat {policy} ;; *) echo Package files: ;; esac'})
    _, _, rest = out.partition("=candidates\n")
    assert rest.partition("=")[0].splitlines() == [
        " libc6 2.36-9+deb12u6 2.36-9+deb12u14",
        "  500 http://deb.example/debian bookworm/main amd64 Packages",
        "  before 2.36-9+deb12u7",
        "  500 http://security.example/debian-security bookworm-security/main amd64 Packages",
        " @place 500 http://deb.example/debian bookworm/main amd64 Packages",
        " @place 500 http://security.example/debian-security bookworm-security/main amd64 Packages",
        " @place 100 /var/lib/dpkg/status",
        " @asked 3 @answered 3",
        " @exit 0",
    ]


@pytest.mark.parametrize("suite", ["debian-11", "debian-12", "debian-13"])
def test_one_question_tells_what_two_told(suite: str) -> None:
    once, asked = apt(f"{suite}-once"), apt(f"{suite}-asked")
    assert once.security_source is True and is_known(once.pending) and len(once.pending) >= 4
    assert is_known(once.sources) and len(once.sources) == 4
    # Recorded one after the other, so that only the time of the lists differs.
    assert replace(once, refreshed=asked.refreshed) == asked


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b" Prio of ", b" Priority of "),
        (b"=pins\n none\n", b"=pins\n perhaps\n"),
        (b"=pins\n none\n @exit 0\n", b""),
        (b" @answered 199\n @exit 0\n", b" @answered 199\n @exit 100\n"),
        (b"_dists_bookworm-security_InRelease\n", b"_dists_sid_InRelease\n"),
        (b"=releases\n 3\n", b"=releases\n 4\n"),
        (b"=releases\n 3\n @exit 0\n", b"=releases\n 3\n @exit 1\n"),
        (b"=releases\n 3\n @exit 0\n", b""),
    ],
    ids=[
        "no priorities",
        "pins",
        "no word of pins",
        "a failure",
        "a list without its release file",
        "too few release files",
        "a release file that cannot be read",
        "no word of release files",
    ],
)
def test_sources_that_nobody_named_are_unknown(old: bytes, new: bytes) -> None:
    level = changed("debian-12-once", old, new)
    assert isinstance(level.security_source, Unknown)
    assert isinstance(level.sources, Unknown)
    assert not is_known(level.pending) or all(not is_known(update.security) for update in level.pending)


def test_the_last_word_on_a_priority_counts() -> None:
    line = b" Prio of /lists/security.example_debian-security_dists_bookworm-security_main_binary-amd64_Packages.lz4 "
    level = changed("debian-12-once", b" hostname 3.23", line + b"500\n" + line + b"-10\n hostname 3.23")
    assert level.security_source is False


@pytest.mark.parametrize(
    ("uri", "rest", "file"),
    [
        ("http://h.example/debian", "sid/main amd64 Packages", "h.example_debian_dists_sid_main_binary-amd64_Packages"),
        ("https://h.example:84/a_~", "s/main all Packages", "h.example:84_a%5f%7e_dists_s_main_binary-all_Packages"),
        ("mirror+file:/etc/m.list", "s/main all Packages", "_etc_m.list_dists_s_main_binary-all_Packages"),
        (
            "tor+https://h.example/d",
            "b/updates/main i386 Packages",
            "h.example_d_dists_b_updates_main_binary-i386_Packages",
        ),
        ("http://[2001:db8::1]/d", "s/main all Packages", "2001:db8::1_d_dists_s_main_binary-all_Packages"),
        ("file:/lab", "./ Packages", "_lab_._Packages"),
        ("http://h.example/repo", " Packages", "h.example_repo_Packages"),
        ("http://h.example/repo", "sub/dir/ Packages", "h.example_repo_sub_dir_Packages"),
    ],
)
def test_apt_names_a_list_after_its_address(uri: str, rest: str, file: str) -> None:
    """The words and names are those of `apt-get indextargets`, apt 2.6."""
    assert list_of(uri, rest) == file


@pytest.mark.parametrize(
    ("preferences", "pins"),
    [
        (None, "none"),
        ("Explanation: ours\nPackage: *\nPin: release l=x\nPin-Priority: -10\n\n# end\n", "none"),
        ("Package: sudo\nPin: version 1.9*\nPin-Priority: 1001\n", "some"),
        ("package:\n * sudo\nPin: version 1.9*\nPin-Priority: 1001\n", "some"),
    ],
    ids=["none", "sources alone", "a package", "a package on a line of its own"],
)
def test_pins_are_looked_for_where_preferences_name_packages(
    preferences: str | None, pins: str, tmp_path: Path
) -> None:
    """The snippet itself: what its stand-in of apt says of the policy is enough, and no second question is asked."""
    policy, said = GOLDEN / "debian-12-between.policy", "Prio of /var/lib/dpkg/status 100"
    folder = tmp_path / "preferences.d"
    folder.mkdir()
    if preferences is not None:
        (folder / "ours").write_text(preferences)
    programs = {
        "apt-cache": f'case "$*" in *libc6*) echo "{said}" >&2; cat {policy} ;; *) echo Package files: ;; esac',
        "apt-config": f"echo \"p='{tmp_path}/none' d='{folder}/'\"",
    }
    out = snippet(tmp_path, programs)
    assert f"=pins\n {pins}\n @exit 0\n" in out and "=policy\n" not in out


def test_a_version_is_pinned_whose_priority_is_not_that_of_its_sources(tmp_path: Path) -> None:
    """The snippet itself; of `tar` the installed version is in the lists, of `libc6` it is known to dpkg alone."""
    usual = (GOLDEN / "debian-12-between.policy").read_text()
    pinned = re.sub(r"(?m)^( \*\*\* 1\.34\S*) 500$", r"\1 1001", usual)
    assert pinned != usual
    found = []
    for text in (usual, pinned):
        (tmp_path / "policy").write_text(text)
        out = snippet(tmp_path, {"apt-cache": f"echo Prio of x 1 >&2; cat {tmp_path}/policy"})
        found.append(re.findall(r"(?m)^ @pin .*$", out))
    assert found == [[], [" @pin tar 1001"]]


def test_pins_of_installed_packages_are_those_that_the_policy_lists() -> None:
    """Recorded with pins for four packages; one of them is not installed, so that nothing of it is held back."""
    once, asked = apt("debian-12-pinned-once"), apt("debian-12-pinned-asked")
    assert is_known(once.holds) and is_known(asked.holds)
    assert {hold.name for hold in asked.holds} - {hold.name for hold in once.holds} == {"vim"}
    assert {hold.name for hold in once.holds if hold.by == "pin"} == {"hostname", "libc6", "sudo"}
    assert replace(once, refreshed=asked.refreshed, holds=asked.holds) == asked


def test_a_priority_of_its_own_is_no_pin_where_preferences_name_no_package() -> None:
    level = changed("debian-12-pinned-once", b"=pins\n some\n", b"=pins\n none\n")
    assert is_known(level.holds) and not [hold for hold in level.holds if hold.by == "pin"]


def test_an_apt_that_says_nothing_of_its_policy_is_asked_once_more(tmp_path: Path) -> None:
    policy = GOLDEN / "debian-12-between.policy"
    out = snippet(tmp_path, {"apt-cache": f'case "$*" in *libc6*) cat {policy} ;; *) echo Package files: ;; esac'})
    assert "=policy\n Package files:\n @exit 0\n" in out and "=pins\n" not in out


def test_an_apt_that_gives_a_version_no_priority_is_asked_once_more(tmp_path: Path) -> None:
    old = (GOLDEN / "debian-12-between.policy").read_text().replace("deb12u14 500", "deb12u14")
    (tmp_path / "policy").write_text(old)
    said = f'case "$*" in *libc6*) echo "Prio of x 1" >&2; cat {tmp_path}/policy ;; *) echo Package files: ;; esac'
    out = snippet(tmp_path, {"apt-cache": said})
    assert "=policy\n Package files:\n @exit 0\n" in out and "=pins\n" not in out


def test_an_update_for_other_hosts_first_hides_no_security_update() -> None:
    security = b"  500 http://security.example/debian-security trixie-security/main amd64 Packages\n"
    first = b"  500 file:/lab ./ Packages\n"
    level = changed("debian-13-candidates", first, first + b"  before 1.5\n" + security)
    assert level.phased == ()
    assert "labpkg" in names(level)


@pytest.mark.parametrize("name", [b"my_tool", b"libfoo-Perl", b"x"])
def test_no_name_of_a_package_is_overlooked(name: bytes) -> None:
    level = changed("debian-11-candidates", b" sudo 1.9", b" " + name + b" 1.9")
    assert name.decode() in names(level)


def test_a_line_of_another_form_may_be_an_update_and_a_complaint_is_none() -> None:
    level = changed("debian-11-candidates", b" sudo 1.9", b" W: sudo is odd\n Warning: so\n sudo 1.9")
    assert "sudo" in names(level)
    level = changed("debian-11-candidates", b" sudo 1.9", b" sudo: 1.9 is to come\n sudo 1.9")
    assert isinstance(level.pending, Unknown)


def test_a_version_need_not_begin_with_a_digit() -> None:
    level = changed("debian-11-candidates", b" sudo 1.9.5p2-3+deb11u4~0 1.9", b" sudo v1 v1.9")
    assert "sudo" in names(level)


def test_a_word_in_the_line_is_no_origin() -> None:
    line = "Inst security-tool [1] (2 Debian:12.15/oldstable [amd64])"
    assert [update.security for update in parse_updates([line], ())] == [False]
    assert parse_origin(" UbuntuESMApps:22.04/jammy-apps-security ") == ("UbuntuESMApps", "jammy-apps-security")


def test_apt_phased_updates_are_set_apart_and_kept_back_ones_are_unclear() -> None:
    text = (
        "=upgrade\n The following upgrades have been deferred due to phasing:\n   labpkg\n"
        " The following packages have been kept back:\n   other\n"
        " 0 upgraded, 0 newly installed, 0 to remove and 2 not upgraded.\n @exit 0\n=holds\n @exit 0\n"
        "=policy\n Package files:\n @exit 0\n"
    )
    level = read_apt(raw(host=DEBIAN, apt=text))
    assert isinstance(level, PatchLevel)
    assert level.phased == ("labpkg",)
    assert is_known(level.pending)
    assert [(u.name, isinstance(u.security, Unknown)) for u in level.pending] == [("other", True)]


@pytest.mark.parametrize("end", ["", " @exit 100\n", " Killed\n"])
def test_a_simulation_that_broke_off_is_no_empty_list(end: str) -> None:
    level = read_apt(raw(apt=f"=upgrade\n Reading package lists...\n{end}=policy\n Package files:\n @exit 0\n"))
    assert isinstance(level, PatchLevel)
    assert isinstance(level.pending, Unknown)


def test_a_pin_is_a_hold_of_unknown_effect_and_a_source_pinned_away_is_not_in_use() -> None:
    policy = (
        "=policy\n Package files:\n  -10 http://deb.example/debian-security bookworm-security/main amd64 Packages\n"
        "      release v=12,o=Debian,a=oldstable-security,n=bookworm-security,l=Debian-Security,c=main,b=amd64\n"
        " Pinned packages:\n      openssl -> 3.0.15 with priority 1001\n @exit 0\n=holds\n @exit 0\n"
    )
    level = read_apt(raw(host=DEBIAN, apt=policy))
    assert isinstance(level, PatchLevel)
    assert level.security_source is False
    assert is_known(level.holds)
    assert [(hold.name, hold.by) for hold in level.holds] == [("openssl", "pin")]


@pytest.mark.parametrize("name", ["debian-12-pending", "debian-12-upgraded", "debian-12-once", "debian-13-current"])
def test_a_security_source_of_another_release_is_none(name: str) -> None:
    assert apt(name).security_source is True
    for other in ("buster", "noble"):
        level = apt(name, other)
        assert level.security_source is False
        host = debian(other)
        support = read_support(raw(host=host, apt=golden(f"{name}.apt")))
        assert isinstance(support, Support) and support.extended_active is not True


def test_without_a_codename_the_number_tells_the_release() -> None:
    by_number = DEBIAN.replace(" VERSION_CODENAME=bookworm\n", "")
    for number, expected in (("12", True), ("11", False)):
        host = by_number.replace('"12"', f'"{number}"')
        level = read_apt(raw(host=host, apt=golden("debian-12-pending.apt")))
        assert isinstance(level, PatchLevel) and level.security_source is expected
    nameless = read_apt(raw(apt=golden("debian-12-pending.apt")))
    assert isinstance(nameless, PatchLevel) and isinstance(nameless.security_source, Unknown)


# --- total on any bytes ----------------------------------------------------------------------------------

PROBES: tuple[Probe, ...] = tuple({probe.name: probe for reader in READERS for probe in reader.probes}.values())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_readers_never_raise(data: st.DataObject) -> None:
    recorded = sorted(GOLDEN.iterdir())
    sections: dict[str, bytes | str] = {"host": DEBIAN}
    for probe in PROBES[1:]:
        own = [path.read_bytes() for path in recorded if path.suffix == f".{probe.name}"] or [b"=updates\n @exit 0\n"]
        text = data.draw(st.sampled_from(own))
        cut = data.draw(st.integers(0, len(text)))
        sections[probe.name] = text[:cut] + data.draw(st.binary(max_size=40)) + text[cut:]
    facts = raw(**sections)
    for reader in READERS:
        assert reader.read(facts) is not None


@pytest.mark.parametrize("cache", ["there", "empty", "missing"])
def test_apt_is_asked_who_gets_an_update_first_only_where_it_has_a_cache(cache: str, tmp_path: Path) -> None:
    file = tmp_path / "pkgcache.bin"
    if cache != "missing":
        file.write_text("x" if cache == "there" else "")
    policy = "tar:\\n  Installed: 1\\n  Candidate: 2\\n     2 500 (phased 20%%)\\n"
    apt_cache, apt_config = f"echo 'Prio of x 1' >&2; printf '{policy}'", f"echo \"c='{file}'\""
    out = snippet(tmp_path, {"apt-cache": apt_cache, "apt-config": apt_config, "apt-get": "echo 'the plan'"})
    assert "\n  phased\n" in out
    plan = out.partition("=plan\n")[2].partition("\n=")[0]
    assert plan == (" the plan\n @exit 0" if cache == "there" else "")
