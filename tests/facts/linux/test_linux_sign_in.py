"""Sign-in on Linux: su, umask, and which directory accounts come from."""

from __future__ import annotations

import re

import pytest

from scanner.facts import DirectoryKind, NameService
from scanner.facts.base import RawFact, RawState
from scanner.facts.linux.password import names, probes
from scanner.model import Reason, Unknown
from tests.facts.linux.pam_hosts import host, raw, section, sign_in_of


@pytest.mark.parametrize(
    ("line", "group"),
    [
        ("auth required pam_wheel.so use_uid", "wheel"),
        ("auth required pam_wheel.so group=adm", "adm"),
        ("auth sufficient pam_wheel.so trust", None),
        ("auth required pam_wheel.so deny group=nosu", None),
        ("auth optional pam_wheel.so", None),
        ("# auth required pam_wheel.so", None),
    ],
)
def test_su(line: str, group: str | None) -> None:
    facts = host({"su": f"auth sufficient pam_rootok.so\n{line}\nauth required pam_unix.so"})
    assert sign_in_of(facts).administrator_group == group


def test_the_loosest_umask_of_the_start_files_counts() -> None:
    facts = host(
        {"sshd": "session optional pam_umask.so umask=077"}, extra="umask /etc/profile 027\numask /etc/bashrc 022"
    )
    assert sign_in_of(facts).umask == 0o022


@pytest.mark.parametrize(
    ("arguments", "defs", "mask"),
    [
        ("", "UMASK 027\nUSERGROUPS_ENAB no", 0o027),
        ("", "UMASK 027\nUSERGROUPS_ENAB yes", 0o007),
        ("nousergroups", "UMASK 027\nUSERGROUPS_ENAB yes", 0o027),
        ("usergroups", "UMASK 027", 0o007),
        ("usergroups umask=077", "", 0o007),
        ("umask=077", "USERGROUPS_ENAB yes", 0o077),
    ],
)
def test_a_group_of_ones_own_gets_the_rights_of_the_owner(arguments: str, defs: str, mask: int) -> None:
    stacks = {"sshd": "@include common-session", "common-session": f"session optional pam_umask.so {arguments}"}
    assert sign_in_of(host(stacks, {"/etc/login.defs": defs})).umask == mask
    elsewhere = {"sshd": f"session optional pam_umask.so {arguments}"}
    expected = 0o027 if (arguments, mask) == ("", 0o007) else mask
    assert sign_in_of(host(elsewhere, {"/etc/login.defs": defs})).umask == expected


def test_a_file_transfer_reads_no_start_file() -> None:
    strict = "umask /etc/profile 027"
    bare, guarded = host({}, extra=strict), host({"sshd": "session optional pam_umask.so umask=077"}, extra=strict)
    assert (sign_in_of(bare).umask, sign_in_of(guarded).umask) == (0o022, 0o027)


def names_of(nsswitch: str, sssd: RawFact | None = None, units: str = "", more: str = "") -> NameService:
    found = names.read(
        raw(
            name_service=section("name_service", f"=/etc/nsswitch.conf\n {nsswitch}\n{more}ok\n"),
            sssd=sssd or section("sssd", "sssd is not configured", RawState.ABSENT),
            auth_units=section("auth_units", f"{units}\nok\n"),
        )
    )
    assert isinstance(found, NameService)
    return found


def test_sss_without_sssd_is_local() -> None:
    assert names_of("passwd: sss files systemd").directory is DirectoryKind.NONE


def test_a_running_sssd_without_a_directory_in_its_file_is_unknown() -> None:
    running = "Id=sssd.service\nLoadState=loaded\nActiveState=active\n"
    assert isinstance(names_of("passwd: files sss", units=running).directory, Unknown)
    assert isinstance(names_of("passwd: files sss", section("sssd", "ok\n"), running).directory, Unknown)


def test_sssd() -> None:
    running = "Id=sssd.service\nLoadState=loaded\nActiveState=active\n"
    ad = names_of("passwd: files sss", section("sssd", "id_provider = ad\nok\n"), running)
    assert (ad.directory, ad.service_running, ad.plain_text) == (DirectoryKind.ACTIVE_DIRECTORY, True, ())
    ldap = "id_provider = ldap\nldap_uri = ldap://a.example, ldaps://b.example\n"
    plain = names_of("passwd: files sss", section("sssd", f"{ldap}ok\n"))
    assert (plain.plain_text, plain.service_running) == (("ldap://a.example",), False)
    assert names_of("passwd: files sss", section("sssd", f"{ldap}ldap_id_use_start_tls = true\nok\n")).plain_text == ()
    denied = names_of("passwd: files sss", section("sssd", "", RawState.DENIED), running)
    assert isinstance(denied.directory, Unknown)


TWO_DOMAINS = (
    "domains = one, two\n"
    "[domain/one]\nid_provider = ldap\nldap_uri = ldap://one.example\nldap_id_use_start_tls = true\n"
    "[domain/two]\nid_provider = ldap\nldap_uri = ldap://two.example\n"
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (TWO_DOMAINS, ("ldap://two.example",)),
        (TWO_DOMAINS.replace("one, two", "one"), ()),
        (TWO_DOMAINS + "[domain/two]\nldap_id_use_start_tls = true\n", ()),
        (TWO_DOMAINS + "[domain/one]\nldap_tls_reqcert = never\n", None),
        (TWO_DOMAINS + "!/etc/sssd/conf.d/x.conf\n", ("ldap://two.example",)),
        (TWO_DOMAINS.replace("one, two", "one") + "enabled = true\n", ("ldap://two.example",)),
        (TWO_DOMAINS.replace("one, two", "one") + "enabled = false\n", ()),
        (TWO_DOMAINS + "[domain/one]\nenabled = false\n", ("ldap://two.example",)),
        (
            TWO_DOMAINS.replace("://two", "s://two") + "ldap_backup_uri = ldaps://x, ldap://y\n",
            ("ldap://y",),
        ),
    ],
)
def test_each_domain_of_sssd_answers_for_itself(text: str, plain: tuple[str, ...] | None) -> None:
    found = names_of("passwd: files sss", section("sssd", f"{text}ok\n")).plain_text
    both = ("ldap://one.example (certificate not verified)", "ldap://two.example")
    assert found == (both if plain is None else plain)


def test_a_domain_that_is_listed_and_not_enabled_is_asked_by_older_versions() -> None:
    found = names_of("passwd: files sss", section("sssd", f"{TWO_DOMAINS}enabled = False\nok\n"))
    assert isinstance(found.plain_text, Unknown) and "older versions" in found.plain_text.detail
    protected = TWO_DOMAINS.replace("ldap://two", "ldaps://two")
    assert names_of("passwd: files sss", section("sssd", f"{protected}enabled = false\nok\n")).plain_text == ()


@pytest.mark.parametrize("key", ["enabled", "ldap_backup_uri"])
def test_what_is_read_of_sssd_is_asked_for_and_granted(key: str) -> None:
    (pattern,) = (word for word in probes.SSSD.grants[0].command.split() if word.startswith("^"))
    assert re.match(pattern, f"{key} = x") and pattern in probes.SSSD.script
    assert not re.match(pattern, "ldap_default_authtok = x")


def test_a_file_of_sssd_that_was_not_read_may_undo_what_was() -> None:
    text = TWO_DOMAINS.replace("one, two", "one")
    found = names_of("passwd: files sss", section("sssd", f"{text}!/etc/sssd/conf.d\nok\n"))
    assert found.directory is DirectoryKind.LDAP
    assert isinstance(found.plain_text, Unknown) and found.plain_text.code is Reason.DENIED
    only = names_of("passwd: files sss", section("sssd", "domains = one\n!/etc/sssd/conf.d\nok\n"))
    assert isinstance(only.directory, Unknown)


def test_two_directories_are_both_asked() -> None:
    running = "Id=winbind.service\nLoadState=loaded\nActiveState=active\n"
    found = names_of("passwd: files winbind sss", section("sssd", f"{TWO_DOMAINS}ok\n"), running)
    assert (found.directory, found.service) == (DirectoryKind.ACTIVE_DIRECTORY, "winbind and sssd")
    assert (found.plain_text, found.service_running) == (("ldap://two.example",), False)
    assert names_of("passwd: files winbind sss", units=running).service_running is True


@pytest.mark.parametrize("setting", ["tls_reqcert never", "tls_reqcert allow", "tls_checkpeer no"])
def test_a_connection_to_nobody_knows_whom_is_no_protected_one(setting: str) -> None:
    more = f"=/etc/nslcd.conf\n uri ldap://x ldapi://%2frun%2fslapd\n ssl start_tls\n {setting}\n"
    assert names_of("passwd: files ldap", more=more).plain_text == ("ldap://x (certificate not verified)",)
    assert names_of("passwd: files ldap", more=more.replace("start_tls", "off")).plain_text == ("ldap://x",)


def test_nis_and_nslcd() -> None:
    assert names_of("passwd: files nis").directory is DirectoryKind.NIS
    assert names_of("passwd: files sss", section("sssd", "id_provider = ldap\nok\n")).plain_text == ("_srv_",)
    by_dns = names_of("passwd: files ldap", more="=/etc/nslcd.conf\n uri DNS\n uri ldaps://x.example\n")
    assert by_dns.plain_text == ("DNS",)
    assert isinstance(names_of("passwd: files ldap").plain_text, Unknown)
    found = names_of("passwd: files ldap", more="=/etc/nslcd.conf\n uri ldap://x.example\n")
    assert (found.plain_text, found.service) == (("ldap://x.example",), "nslcd")
    assert names_of("passwd: files ldap", more="=/etc/nslcd.conf\n uri ldap://x\n ssl start_tls\n").plain_text == ()
