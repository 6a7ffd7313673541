"""Patch level on Linux: recorded bytes of dnf, zypper, pacman and apk in, expected fields out."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from scanner.facts.base import EXIT_ABSENT, RawFact, RawFacts, RawState
from scanner.facts.linux.patching.dnf import parse_advisories
from scanner.facts.linux.patching.level import read_patch_level
from scanner.facts.linux.patching.plain import read_apk
from scanner.facts.linux.patching.rpm_version import compare
from scanner.facts.linux.patching.zypper import read_zypper
from scanner.facts.patching import PatchLevel
from scanner.model import Privilege, Reason, Unknown, is_known
from tests.facts.linux.patch_levels import (
    DEBIAN,
    NOW,
    dnf,
    dnf_level,
    golden,
    names,
    pacman,
    raw,
    zypper,
)

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


PRODUCTS = (
    *(b"lab", b"docker-ce-stable", b"epel", b"nvidia", b"rocky-extras", b"updates-testing", b"baseos-debuginfo"),
    *(b"docker-updates", b"grafana-updates", b"nvidia-update", b"ol9_addons_latest", b"ol9_UEKR7_latest"),
    *(b"rhel-7-server-ansible-2.9-rpms", b"rhel-ha-for-rhel-7-server-rpms", b"ol8_oracle_instantclient21_latest"),
    *(b"rhel-7-server-optional-rpms", b"cloudlinux-imunify", b"firebaseos", b"rhel-9-for-x86_64-baseos-kickstart"),
)


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
        *(b"updates-modular", b"fedora-updates", b"updates-released-modular", b"C7.9.2009-updates", b"amzn-updates"),
        *(b"rhel-7-server-eus-rpms", b"rhui-rhel-7-server-rhui-rpms", b"rhui-REGION-rhel-server-releases"),
        *(b"rhel-8-for-x86_64-baseos-eus-rpms", b"ol8_x86_64_baseos_latest", b"ol7_x86_64_latest"),
        *(b"cloudlinux-x86_64-server-7", b"cloudlinux-BaseOS", b"CentOS-7-updates"),
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
    for repository in (
        *(b"lab", b"NVIDIA:repo-non-free", b"repo-update-non-oss", b"repo-oss", b"NVIDIA-updates", b"packman-update"),
        *(b"packman-tumbleweed", b"security_openSUSE_Tumbleweed", b"repo-backports-update"),
        *(b"Containers_Module_15_SP5_x86_64:SLE-Module-Containers15-SP5-Updates",),
    ):
        level = zypper("pending", repository)
        assert names(level) == {"LAB-2026:0001"}
        assert isinstance(level.security_source, Unknown) and isinstance(level.sources, Unknown)
    for repository in (
        *(b"repo-update", b"SUSE:SLE-Product-SLES15-SP5-Updates", b"openSUSE:update-tumbleweed", b"repo-sle-update"),
        *(b"Basesystem_Module_15_SP5_x86_64:SLE-Module-Basesystem15-SP5-Updates", b"openSUSE-Leap-15.5-Update"),
        *(b"SMT-http_smt_example:SLES12-SP5-Updates", b"sle-product-sles15-sp3-ltss-updates-x86_64"),
        *(b"SUSE:SLE-SERVER12-SP5-LTSS-Updates", b"openSUSE-Tumbleweed-Oss", b"openSUSE:update-sle"),
    ):
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
