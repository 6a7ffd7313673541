"""Patch level on Linux: recorded bytes of each package manager in, expected fields out."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts.base import EXIT_ABSENT, Probe, RawFact, RawFacts, RawState
from scanner.facts.linux.patching import READERS
from scanner.facts.linux.patching.apt import APT, read_apt
from scanner.facts.linux.patching.apt_upgrade import parse_origin, parse_updates
from scanner.facts.linux.patching.auto import parse_log, read_auto
from scanner.facts.linux.patching.dnf import parse_advisories, read_dnf
from scanner.facts.linux.patching.kernel import flavour, read_kernel, read_restart, version_key
from scanner.facts.linux.patching.level import read_patch_level
from scanner.facts.linux.patching.plain import read_apk, read_pacman
from scanner.facts.linux.patching.rpm_version import compare
from scanner.facts.linux.patching.sections import RUN
from scanner.facts.linux.patching.support import read_support
from scanner.facts.linux.patching.zypper import read_zypper
from scanner.facts.patching import AutoUpdates, Kernel, PatchLevel, Restart, Support, Updater
from scanner.model import Absent, Privilege, Reason, Unknown, is_known

GOLDEN = Path(__file__).parent / "golden" / "patching"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DEBIAN = (
    '=/etc/os-release\n ID=debian\n VERSION_ID="12"\n VERSION_CODENAME=bookworm\n'
    "=virt-container\n none\n=virt-vm\n none\n=marks\n init systemd\n end\n"
)


def raw(**sections: bytes | str) -> RawFacts:
    made = {
        name: RawFact(probe=name, state=RawState.OK, stdout=text.encode() if isinstance(text, str) else text, status=0)
        for name, text in sections.items()
    }
    return RawFacts(platform="linux", collected_at=NOW, privilege=Privilege.USER, sections=made)


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


def apt(name: str) -> PatchLevel:
    level = read_apt(raw(apt=golden(f"{name}.apt")))
    assert isinstance(level, PatchLevel)
    return level


def dnf(name: str, repository: bytes = b"baseos") -> PatchLevel:
    """The recorded host, whose one repository is called `lab`, with a name that a distribution gives its own."""
    return dnf_level(golden(f"dnf4-{name}.dnf").replace(b"/dnf/lab-", b"/dnf/" + repository + b"-"))


def dnf_level(text: bytes) -> PatchLevel:
    level = read_dnf(raw(dnf=text))
    assert isinstance(level, PatchLevel)
    return level


def pacman(name: str) -> PatchLevel:
    level = read_pacman(raw(pacman=golden(f"pacman-{name}.pacman")))
    assert isinstance(level, PatchLevel)
    return level


def zypper(name: str, repository: bytes = b"repo-update") -> PatchLevel:
    """As `dnf`."""
    text = golden(f"zypper-{name}.zypper").replace(b'alias="lab"', b'alias="' + repository + b'"')
    level = read_zypper(raw(zypper=text.replace(b"/raw/lab/", b"/raw/" + repository + b"/")))
    assert isinstance(level, PatchLevel)
    return level


def names(level: PatchLevel) -> set[str]:
    return {update.name for update in level.security_updates}


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
    level = read_apt(raw(apt=whole[:start] + part + whole[end:]))
    assert isinstance(level, PatchLevel) and is_known(level.holds)
    assert all(isinstance(hold.security, Unknown) for hold in level.holds)


def test_asking_for_one_part_changes_no_word_of_the_next_question() -> None:
    script = (
        RUN + "as='echo asked'; one() { echo one; }; run first one; run second $as again; n=3; run third one; echo $n"
    )
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "=first\n one\n @exit 0\n=second\n asked again\n @exit 0\n=third\n one\n @exit 0\n3\n"


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
    level = read_apt(raw(apt=head + mark + rest.replace(old, new)))
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


def test_the_sources_of_a_candidate_and_of_all_before_it_are_cut_out_of_apts_tables(tmp_path: Path) -> None:
    """The snippet itself, on the words of a real apt."""
    policy, said = GOLDEN / "debian-12-between.policy", "Package files:\nPinned packages:\n"
    programs = {
        "apt-cache": f'case "$*" in *libc6*) cat {policy} ;; *) printf "{said}" ;; esac',
        "dpkg-query": 'case $* in *Want*) ;; *) echo config-files old; printf "installed %s\\n" libc6 tar sudo ;; esac',
        "apt-get": "exit 1",
        "apt-config": "exit 1",
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    helpers = resources.files("scanner.collect").joinpath("helpers.sh").read_text(encoding="utf-8")
    done = subprocess.run(
        ["/bin/sh", "-c", helpers + APT.script],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "CTPAT_RIGHTS": "user", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    _, _, rest = done.stdout.partition("=candidates\n")
    assert rest.partition("=")[0].splitlines() == [
        " libc6 2.36-9+deb12u6 2.36-9+deb12u14",
        "  500 http://deb.example/debian bookworm/main amd64 Packages",
        "  before 2.36-9+deb12u7",
        "  500 http://security.example/debian-security bookworm-security/main amd64 Packages",
        " @asked 3 @answered 3",
        " @exit 0",
    ]


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
    level = read_apt(raw(apt=text))
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
    level = read_apt(raw(apt=policy))
    assert isinstance(level, PatchLevel)
    assert level.security_source is False
    assert is_known(level.holds)
    assert [(hold.name, hold.by) for hold in level.holds] == [("openssl", "pin")]


# --- dnf, zypper, pacman, apk ----------------------------------------------------------------------------


def test_dnf_classes_updates_by_their_advisories() -> None:
    level = dnf("pending")
    assert is_known(level.pending)
    assert {update.name: update.security for update in level.pending} == {"foo": True, "bar": False}
    assert level.security_updates[0].published == datetime(2026, 10, 1, tzinfo=UTC)


def test_dnf_without_cache_is_unknown_though_it_ends_with_no_line() -> None:
    level = dnf("no-cache")
    assert isinstance(level.pending, Unknown)
    assert level.pending.code is Reason.STALE
    assert level.sources == ()


def test_dnf_without_advisories_cannot_call_an_update_harmless() -> None:
    level = dnf("no-advisories")
    assert is_known(level.pending)
    assert all(isinstance(update.security, Unknown) for update in level.pending)
    assert isinstance(level.security_source, Unknown)


def test_dnf_without_advisories_and_without_updates_is_current() -> None:
    level = dnf("none-no-advisories")
    assert level.pending == ()
    assert level.security_source is True


def test_dnf_exclude_hides_a_security_update_that_the_advisory_names() -> None:
    level = dnf("excluded")
    assert "foo" in {hold.name for hold in level.blocked}
    assert names(level) == set()


PRODUCTS = (b"lab", b"docker-ce-stable", b"epel", b"nvidia", b"rocky-extras", b"updates-testing", b"baseos-debuginfo")


@pytest.mark.parametrize("repository", PRODUCTS)
def test_dnf_with_repositories_of_products_alone_proves_nothing(repository: bytes) -> None:
    level = dnf("none-no-advisories", repository)
    for value in (level.pending, level.holds, level.sources, level.security_source):
        assert isinstance(value, Unknown) and repository.decode() in value.detail
    listed = dnf("pending", repository)
    assert names(listed) == {"foo"}, "what is listed is pending all the same"
    assert isinstance(listed.security_source, Unknown)


@pytest.mark.parametrize(
    "repository",
    [
        *(b"baseos", b"BaseOS", b"updates", b"updates-released", b"ol9_baseos_latest", b"ol7_latest", b"amzn2-core"),
        *(b"rhel-9-for-x86_64-baseos-rpms", b"rhel-7-server-rpms", b"rhui-rhel-8-for-x86_64-baseos-rhui-rpms"),
        *(b"rhel-8-baseos-rhui-rpms", b"amazonlinux", b"ACME_RHEL_9_BaseOS"),
    ],
)
def test_dnf_knows_the_repositories_of_distributions(repository: bytes) -> None:
    assert dnf("none-no-advisories", repository).security_source is True


def test_yum_names_its_repositories_by_their_folder() -> None:
    text = golden("dnf4-none-no-advisories.dnf")
    moved = re.sub(rb"/var/cache/dnf/lab-\w+/repodata/", b"/var/cache/yum/x86_64/7/updates/", text)
    level = dnf_level(moved)
    assert is_known(level.sources) and [source.name for source in level.sources] == ["updates"]


def test_zypper_with_repositories_of_products_alone_proves_nothing() -> None:
    for repository in (b"lab", b"NVIDIA:repo-non-free", b"repo-update-non-oss", b"repo-oss"):
        level = zypper("pending", repository)
        assert names(level) == {"LAB-2026:0001"}
        assert isinstance(level.security_source, Unknown) and isinstance(level.sources, Unknown)
    for repository in (b"repo-update", b"SUSE:SLE-Product-SLES15-SP5-Updates", b"openSUSE:update-tumbleweed"):
        assert zypper("pending", repository).security_source is True


ADVISORY = b" LAB-2026:0001 Important/Sec. foo-1.1-1.noarch"


@pytest.mark.parametrize(
    ("installed", "blocked"),
    [
        (("5.14.0-70.el9",), True),
        (("5.14.0-70.el9", "5.14.0-503.el9"), False),
        (("5.14.0-70.el9", "5.14.0-570.el9"), False),
        (("5.14.0-70.el9", "5.14.0-80.el9"), True),
        ((), True),
    ],
)
def test_a_kernel_is_hidden_unless_it_waits_for_a_restart(installed: tuple[str, ...], blocked: bool) -> None:
    """An advisory for kernel-core 5.14.0-503, which check-update does not name."""
    text = (
        golden("dnf4-excluded.dnf").replace(b"/dnf/lab-", b"/dnf/baseos-").replace(b"exclude=foo", b"exclude=kernel*")
    )
    text = text.replace(ADVISORY, b" LAB-2026:0001 Important/Sec. kernel-core-5.14.0-503.el9.x86_64")
    lines = "".join(f" kernel-core-{version}.x86_64\n" for version in installed)
    level = dnf_level(text + f"=kernels\n{lines} @exit 0\n".encode())
    assert ("kernel-core" in {hold.name for hold in level.blocked}) is blocked
    older = dnf_level(text)
    assert is_known(older.holds), "a recording that lists no kernels cannot tell"
    assert any(isinstance(hold.security, Unknown) for hold in older.holds if hold.name == "kernel-core")


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.0-1", "1.1-1"),
        ("5.14.0-70.el9", "5.14.0-503.el9"),
        ("1.0~rc1-1", "1.0-1"),
        ("1.0-1", "1.0^git1-1"),
        ("1.0^git1-1", "1.0.1-1"),
        ("1.0a-1", "1.0.1-1"),
        ("1.0-1.el9", "1.0-1.el9_2"),
        ("09-1", "10-1"),
    ],
)
def test_versions_are_ordered_as_rpm_orders_them(older: str, newer: str) -> None:
    assert (compare(older, newer), compare(newer, older), compare(newer, newer)) == (-1, 1, 0)


def test_dnf_lists_of_version_5_are_read_too() -> None:
    line = "FEDORA-2026-1a2b security Moderate foo-libs-1.1-1.fc43.x86_64 2026-11-01 01:02:03"
    assert parse_advisories([line], {}) == {"foo-libs": datetime(2026, 11, 1, 1, 2, 3, tzinfo=UTC)}


def test_zypper_takes_needed_patches_by_category() -> None:
    level = zypper("pending")
    assert names(level) == {"LAB-2026:0001"}
    assert level.holds == ()
    assert level.security_source is True


def test_zypper_without_cache_is_unknown() -> None:
    level = zypper("no-cache")
    assert isinstance(level.pending, Unknown)


def test_zypper_answers_that_contradict_each_other_are_unknown() -> None:
    text = golden("zypper-pending.zypper").replace(b"@exit 101", b"@exit 0")
    level = read_zypper(raw(zypper=text))
    assert isinstance(level, PatchLevel)
    assert isinstance(level.pending, Unknown)


def test_pacman_status_1_is_nothing_pending_only_with_a_database() -> None:
    assert pacman("none").pending == ()
    never = pacman("never-synchronised")
    assert isinstance(never.pending, Unknown)
    assert never.sources == ()


def test_pacman_ignored_updates_are_held_security_updates() -> None:
    level = pacman("ignored")
    assert level.pending == ()
    assert [(hold.name, hold.security) for hold in level.blocked] == [("foo", True)]
    assert names(pacman("pending")) == {"foo"}


def test_apk_needs_its_header_and_an_index_for_every_repository() -> None:
    body = (
        "=updates\n Installed:                                Available:\n busybox-1.36.1-r2   < 1.36.1-r5\n @exit 0\n"
        "=repositories\n https://dl.example/v3.22/main\n @exit 0\n=world\n busybox=1.36.1-r2\n @exit 0\n"
    )
    index = "=indexes\n 1795300000 /var/cache/apk/APKINDEX.1.tar.gz\n @exit 0\n"
    level = read_apk(raw(apk=body + index))
    assert isinstance(level, PatchLevel)
    assert names(level) == {"busybox"}
    assert is_known(level.holds) and [hold.name for hold in level.holds] == ["busybox"]
    without = read_apk(raw(apk=body))
    assert isinstance(without, PatchLevel) and isinstance(without.pending, Unknown)


def test_the_provider_is_the_one_of_the_hosts_own_package_world() -> None:
    level = read_patch_level(raw(host=DEBIAN, apt=golden("debian-12-pending.apt"), dnf=golden("dnf4-pending.dnf")))
    assert isinstance(level, PatchLevel) and level.manager == "apt"


def test_no_provider_at_all_is_unknown_and_never_clean() -> None:
    absent = {
        name: RawFact(probe=name, state=RawState.ABSENT, status=EXIT_ABSENT)
        for name in ("apt", "dnf", "zypper", "apk", "pacman", "ostree")
    }
    level = read_patch_level(RawFacts(platform="linux", collected_at=NOW, privilege=Privilege.ROOT, sections=absent))
    assert isinstance(level, Unknown) and level.code is Reason.UNSUPPORTED


# --- support ---------------------------------------------------------------------------------------------


def test_debian_lts_is_proved_by_a_valid_security_source() -> None:
    support = read_support(raw(host=DEBIAN, apt=golden("debian-12-pending.apt")))
    assert isinstance(support, Support)
    assert (support.standard_end, support.extended_end) == (date(2026, 7, 11), date(2028, 6, 30))
    assert support.extended_active is True


def test_debian_lts_is_disproved_without_that_source_and_unknown_without_lists() -> None:
    without = read_support(raw(host=DEBIAN, apt=golden("debian-12-no-security-source.apt")))
    nothing = read_support(raw(host=DEBIAN, apt=golden("debian-12-no-lists.apt")))
    assert isinstance(without, Support) and without.extended_active is False
    assert isinstance(nothing, Support) and isinstance(nothing.extended_active, Unknown)


def test_a_release_that_the_table_does_not_know_is_unknown() -> None:
    support = read_support(raw(host="=/etc/os-release\n ID=debian\n VERSION_ID=99\n"))
    assert isinstance(support, Support)
    assert isinstance(support.standard_end, Unknown) and support.standard_end.code is Reason.STALE


def test_debian_testing_is_rolling() -> None:
    host = "=/etc/os-release\n ID=debian\n VERSION_CODENAME=forky\n=/etc/debian_version\n forky/sid\n"
    support = read_support(raw(host=host))
    assert isinstance(support, Support) and support.rolling


# --- kernel and restart ----------------------------------------------------------------------------------

KERNELS = (
    "=uname\n 6.1.0-28-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1 (2024-11-22)\n @exit 0\n"
    "=images\n 1790000000 /boot/vmlinuz-6.1.0-28-amd64\n 1794000000 /boot/vmlinuz-6.1.0-30-amd64\n"
    " 1795000000 /boot/vmlinuz-6.9.0-1-cloud-amd64\n @exit 0\n=livepatch\n @exit 0\n"
)


def kernel(text: str) -> Kernel:
    found = read_kernel(raw(host=DEBIAN, kernel=text))
    assert isinstance(found, Kernel)
    return found


def restart(text: str) -> Restart:
    found = read_restart(raw(host=DEBIAN, kernel=text))
    assert isinstance(found, Restart)
    return found


def test_only_kernels_of_the_running_flavour_compare() -> None:
    found = kernel(KERNELS)
    assert (found.current, found.newest) == (False, "6.1.0-30-amd64")
    assert isinstance(found.livepatch, Absent)


def test_a_kernel_update_of_the_same_name_shows_in_the_package_version() -> None:
    text = KERNELS.replace(" 1794000000 /boot/vmlinuz-6.1.0-30-amd64\n", "")
    assert kernel(text).current is True
    package = "=package\n ii |linux-image-6.1.0-28-amd64|6.1.121-1\n @exit 1\n"
    assert kernel(text + package).current is False


def test_kernels_that_cannot_be_found_leave_it_unknown() -> None:
    assert isinstance(kernel("=uname\n 6.1.0 #1\n @exit 0\n").current, Unknown)


@pytest.mark.parametrize(("older", "newer"), [("6.1.9-1", "6.1.10-1"), ("5.14.0-70.el9", "5.14.0-427.el9")])
def test_kernel_versions_compare_as_numbers(older: str, newer: str) -> None:
    assert version_key(older) < version_key(newer)


@pytest.mark.parametrize(
    ("release", "expected"), [("6.1.0-28-cloud-amd64", "cloud-amd64"), ("6.8.0-45-generic", "generic"), ("6.6.1", "")]
)
def test_flavours(release: str, expected: str) -> None:
    assert flavour(release) == expected


def test_no_mark_without_a_hook_says_nothing() -> None:
    assert isinstance(restart(KERNELS + "=hooks\n @exit 0\n-/run/reboot-required\n").pending, Unknown)
    hooked = restart(KERNELS + "=hooks\n /etc/kernel/postinst.d/unattended-upgrades\n @exit 0\n-/run/reboot-required\n")
    assert hooked.pending is False


def test_the_mark_gives_date_and_packages() -> None:
    text = "=/run/reboot-required\n *** System restart required ***\n=/run/reboot-required.pkgs\n libc6\n"
    found = restart(KERNELS + text + "=marks\n 1795000000 /run/reboot-required\n @exit 1\n")
    assert found.pending is True
    assert found.since == datetime.fromtimestamp(1795000000, UTC)
    assert "libc6" in found.reasons


def test_needrestart_speaks_for_itself() -> None:
    assert restart(KERNELS + "=needrestart\n NEEDRESTART-KSTA: 1\n @exit 0\n").pending is False
    assert restart(KERNELS + "=needrestart\n NEEDRESTART-KSTA: 3\n @exit 0\n").pending is True
    assert isinstance(restart(KERNELS + "=needrestart\n @exit 97\n").pending, Unknown)


def test_a_container_has_no_kernel_of_its_own() -> None:
    facts = raw(host=DEBIAN.replace("=virt-container\n none", "=virt-container\n lxc"), kernel=KERNELS)
    assert isinstance(read_kernel(facts), Absent)
    assert isinstance(read_restart(facts), Absent)


# --- automatic updates -----------------------------------------------------------------------------------


def auto(name: str) -> AutoUpdates:
    found = read_auto(raw(host=DEBIAN, auto_updates=golden(f"{name}.auto_updates")))
    assert isinstance(found, AutoUpdates)
    return found


def test_a_dry_run_and_a_failed_run_complete_nothing() -> None:
    lines = [
        "2026-11-20 06:00:00,1 INFO Starting unattended upgrades script",
        "2026-11-20 06:00:09,1 INFO No packages found that can be upgraded unattended and no pending auto-removals",
        "2026-11-21 06:00:00,1 INFO Starting unattended upgrades script",
        "2026-11-21 06:00:05,1 ERROR Installing the upgrades failed!",
    ]
    completed, error = parse_log(lines)
    assert completed == datetime(2026, 11, 20, 6, 0, 9, tzinfo=UTC)
    assert error == "Installing the upgrades failed!"
    dry = [lines[0], "2026-11-20 06:00:01,1 INFO Option --dry-run given, *not* performing real actions", lines[1]]
    assert isinstance(parse_log(dry)[0], Absent)


def test_the_whole_chain_is_on_and_the_run_is_in_the_log() -> None:
    (updater,) = auto("debian-12-enabled").updaters
    assert (updater.active, updater.installs, updater.broken) == (True, True, ())
    assert updater.last_completed == datetime(2026, 11, 22, 3, 36, 49, tzinfo=UTC)
    assert isinstance(updater.last_error, Absent)


def unattended(settings: str, release: str = DEBIAN) -> Updater:
    """The recorded host with other patterns, given as lines of `apt-config dump`."""
    text = golden("debian-12-enabled.auto_updates").decode()
    kept = re.sub(r" Unattended-Upgrade::Origins-Pattern.*\n", "", text)
    lines = "".join(f" Unattended-Upgrade::{line};\n" for line in settings.split("\n"))
    found = read_auto(raw(host=release, auto_updates=kept.replace("=periodic\n", f"=periodic\n{lines}")))
    assert isinstance(found, AutoUpdates)
    return found.updaters[0]


UBUNTU = "=/etc/os-release\n ID=ubuntu\n ID_LIKE=debian\n VERSION_ID=24.04\n VERSION_CODENAME=noble\n"
MINT = (
    UBUNTU.replace("ID=ubuntu", "ID=linuxmint")
    .replace("=debian", '="ubuntu debian"')
    .replace("CODENAME=noble", "CODENAME=wilma\n UBUNTU_CODENAME=noble")
)
SECURITY = "origin=Debian,codename=${distro_codename}-security,label=Debian-Security"


@pytest.mark.parametrize(
    ("settings", "release", "expected"),
    [
        (f'Origins-Pattern:: "{SECURITY}"', DEBIAN, True),
        ('Origins-Pattern:: "o=Debian,n=bookworm-security"', DEBIAN, True),
        ('Origins-Pattern:: "origin=*"', DEBIAN, True),
        ('Origins-Pattern:: "origin=Debian,suite=*-security"', DEBIAN, True),
        ('Origins-Pattern:: "origin=Debian,suite=oldstable-security"', DEBIAN, None),
        ('Origins-Pattern:: "codename=buster,label=Debian-Security"', DEBIAN, False),
        ('Origins-Pattern:: "origin=Debian,codename=${distro_codename},label=Debian-Security"', DEBIAN, False),
        ('Origins-Pattern:: "origin=Debian,codename=${distro_codename},label=Debian"', DEBIAN, False),
        ('Origins-Pattern:: "origin=Docker,label=Docker security"', DEBIAN, False),
        ('Allowed-Origins:: "${distro_id}:${distro_codename}-security"', UBUNTU, True),
        ('Allowed-Origins:: "${distro_id}ESM:${distro_codename}-infra-security"', UBUNTU, False),
        ('Allowed-Origins:: "Ubuntu:jammy-security"', UBUNTU, False),
        ('Allowed-Origins:: "Ubuntu:noble-security"', MINT, True),
        (f'Origins-Pattern:: "{SECURITY}"', "=/etc/os-release\n ID=kali\n ID_LIKE=debian\n", None),
        (f'Origins-Pattern:: "{SECURITY}"\nPackage-Blacklist:: ".*"', DEBIAN, False),
        (f'Origins-Pattern:: "{SECURITY}"\nPackage-Blacklist:: ""', DEBIAN, False),
    ],
)
def test_patterns_have_to_fit_the_security_updates_of_this_release(
    settings: str, release: str, expected: bool | None
) -> None:
    found = unattended(settings, release).installs
    assert isinstance(found, Unknown) if expected is None else found is expected


def test_packages_that_are_left_out_are_named() -> None:
    found = unattended(f'Origins-Pattern:: "{SECURITY}"\nPackage-Blacklist:: "mysql-server"\nPackage-Blacklist:: "("')
    assert (found.installs, found.left_out) == (True, ("mysql-server", "("))
    limited = unattended(f'Origins-Pattern:: "{SECURITY}"\nPackage-Whitelist:: "openssl"')
    assert limited.left_out == ("all but openssl",)


def test_a_masked_timer_breaks_the_chain() -> None:
    (updater,) = auto("debian-12-timer-masked").updaters
    assert updater.active is False
    assert updater.broken == ("apt-daily-upgrade.timer is masked",)


def test_a_switch_that_is_off_breaks_the_chain() -> None:
    (updater,) = auto("debian-12-periodic-off").updaters
    assert updater.broken == ("APT::Periodic::Unattended-Upgrade is 0",)


def test_a_log_that_this_account_may_not_read_is_unknown() -> None:
    text = golden("debian-12-enabled.auto_updates").partition(b"=log")[0]
    found = read_auto(raw(auto_updates=text + b"!/var/log/unattended-upgrades/unattended-upgrades.log\n"))
    assert isinstance(found, AutoUpdates)
    assert isinstance(found.updaters[0].last_completed, Unknown)


def test_a_list_of_programs_that_broke_off_is_unknown() -> None:
    assert isinstance(read_auto(raw(auto_updates="=programs\n unattended-upgrade\n @exit 0\n")), Unknown)


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
