"""Passwords and sign-in on Linux: recorded hosts, the traps of the PAM configuration, and bytes that mean nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts import DirectoryKind, Lockout, NameService, PasswordPolicy, SignIn
from scanner.facts.authentication import AddressBan
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.password import READERS, lockout, names, policy, probes, signin
from scanner.model import Absent, Privilege, Reason, Unknown

GOLDEN = Path(__file__).parent / "golden" / "password"
STATES = {"0": RawState.OK, "96": RawState.ABSENT, "97": RawState.DENIED}


def raw(**sections: RawFact) -> RawFacts:
    return RawFacts(
        platform="linux",
        collected_at=datetime(2026, 11, 22, tzinfo=UTC),
        privilege=Privilege.ROOT,
        sections=sections,
    )


def section(name: str, text: str, state: RawState = RawState.OK) -> RawFact:
    return RawFact(probe=name, state=state, stdout=text.encode(), status=0)


def recorded(host: str) -> RawFacts:
    found = {}
    for path in (GOLDEN / host).iterdir():
        name, _, status = path.name.partition(".")
        found[name] = RawFact(probe=name, state=STATES[status], stdout=path.read_bytes(), status=int(status))
    return raw(**found)


MODULES = (
    "pam_unix",
    "pam_deny",
    "pam_permit",
    "pam_pwquality",
    "pam_pwhistory",
    "pam_faillock",
    "pam_localuser",
    "pam_sss",
    "pam_wheel",
    "pam_rootok",
    "pam_usertype",
    "pam_succeed_if",
    "pam_tally2",
    "pam_cracklib",
    "pam_passwdqc",
    "pam_google_authenticator",
    "pam_umask",
    "pam_env",
    "pam_faildelay",
)


def host(
    services: dict[str, str],
    files: dict[str, str] | None = None,
    *,
    without: tuple[str, ...] = (),
    reads: bool = True,
    dictionary: bool = True,
    extra: str = "",
) -> RawFacts:
    """A host with these files; a service without a folder lies in /etc/pam.d."""
    pam = ["directory /etc/pam.d"]
    for name, text in services.items():
        pam += [
            f"={name if name.startswith('/') else f'/etc/pam.d/{name}'}",
            *(f" {line}" for line in text.split("\n")),
        ]
    pam += [f"module /usr/lib64/security/{name}.so" for name in MODULES if name not in without]
    if reads:
        pam += ["reads /usr/lib64/security/pam_faillock.so faillock.conf"]
        pam += ["reads /usr/lib64/security/pam_pwhistory.so pwhistory.conf"]
    pam += ["passwd /usr/bin/passwd", "ok", ""]
    settings_ = []
    for path, text in (files or {}).items():
        settings_ += [f"={path}", *(f" {line}" for line in text.split("\n"))]
    settings_ += ["dictionary /usr/share/cracklib/pw_dict.pwd"] if dictionary else []
    return raw(
        pam=section("pam", "\n".join(pam)),
        password_files=section("password_files", "\n".join([*settings_, extra, "ok", ""])),
        auth_units=section("auth_units", "Id=fail2ban.service\nActiveState=inactive\n\nok\n"),
        ban_files=section("ban_files", "ok\n"),
    )


def policy_of(facts: RawFacts) -> PasswordPolicy:
    found = policy.read(facts)
    assert isinstance(found, PasswordPolicy)
    return found


def lockout_of(facts: RawFacts) -> Lockout:
    found = lockout.read(facts)
    assert isinstance(found, Lockout)
    return found


def sign_in_of(facts: RawFacts) -> SignIn:
    found = signin.read(facts)
    assert isinstance(found, SignIn)
    return found


# --- Recorded hosts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "length", "enforced", "history"),
    [
        ("bookworm-bare", 6, False, None),
        ("bookworm-file-without-module", 6, False, None),
        ("bookworm-argument-wins", 8, True, None),
        ("bookworm-hardened", 14, True, 24),
        ("bookworm-passwdqc-optional-mfa", 10, True, None),
        ("bullseye-cracklib", 6, True, None),
        ("trixie-pwquality-pwhistory-file", 8, True, 12),
    ],
)
def test_policy_of_recorded_hosts(name: str, length: int, enforced: bool, history: int | None) -> None:
    found = policy_of(recorded(name))
    assert (found.minimum_length, found.quality_enforced, found.history) == (length, enforced, history)
    assert found.new_hash_scheme == "yescrypt"


def test_a_file_without_its_module_is_named() -> None:
    found = policy_of(recorded("bookworm-file-without-module"))
    assert "what /etc/security/pwquality.conf demands has no effect" in found.quality_source


def test_hardened_host() -> None:
    facts = recorded("bookworm-hardened")
    locks, sign_in, rules = lockout_of(facts), sign_in_of(facts), policy_of(facts)
    assert (locks.threshold, locks.duration_s, locks.window_s, locks.gaps) == (5, 900, 900, ())
    assert locks.exempts_administrators is True
    assert (sign_in.administrator_group, sign_in.umask, sign_in.empty_password_admitted) == ("sudo", 0o027, ())
    assert (rules.new_max_age_days, rules.required_classes) == (365, 1)


def test_debian_as_installed_locks_nobody_and_admits_empty_passwords() -> None:
    facts = recorded("bookworm-bare")
    assert lockout_of(facts).threshold is None
    assert sign_in_of(facts).empty_password_admitted == ("sshd", "login", "su", "su-l", "sudo")
    assert sign_in_of(facts).administrator_group is None
    found = names.read(facts)
    assert isinstance(found, NameService)
    assert found.directory is DirectoryKind.NONE


def test_second_factor() -> None:
    required = sign_in_of(recorded("bookworm-argument-wins"))
    optional = sign_in_of(recorded("bookworm-passwdqc-optional-mfa"))
    assert required.remote_second_factor == "pam_google_authenticator.so"
    assert optional.remote_second_factor is None
    assert "nullok" in optional.second_factor_note


def test_a_ban_service_counts_only_while_it_runs() -> None:
    assert lockout_of(recorded("bookworm-fail2ban-failed")).address_ban is None
    running = lockout_of(recorded("bookworm-fail2ban-running")).address_ban
    assert isinstance(running, AddressBan)
    assert running.max_failures == 4


# --- Traps: what a stack really does ----------------------------------------------------------------------

RHEL = """password requisite pam_pwquality.so local_users_only
password sufficient pam_unix.so sha512 shadow use_authtok
password sufficient pam_sss.so use_authtok
password required pam_deny.so"""
QUALITY = {"/etc/security/pwquality.conf": "minlen = 14"}


def test_rhel_substack() -> None:
    found = policy_of(host({"passwd": "password substack system-auth", "system-auth": RHEL}, QUALITY))
    assert (found.minimum_length, found.quality_enforced, found.new_hash_scheme) == (14, True, "sha512")


@pytest.mark.parametrize(
    ("stack", "why"),
    [
        ("password optional pam_pwquality.so\npassword required pam_unix.so use_authtok", "does not decide"),
        ("password [default=ignore] pam_pwquality.so\npassword required pam_unix.so use_authtok", "does not decide"),
        (
            "password [success=1 default=ignore] pam_localuser.so\n"
            "password requisite pam_pwquality.so\npassword required pam_unix.so",
            "skipped",
        ),
        ("password sufficient pam_unix.so\npassword requisite pam_pwquality.so", "skipped"),
        ("password required pam_pwquality.so\npassword required pam_unix.so", "no use_authtok"),
        (
            "password [success=1 default=ignore] pam_succeed_if.so user ingroup staff\n"
            "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok",
            "skipped",
        ),
    ],
    ids=["optional", "ignored", "jumped over", "after the end", "asks again", "skipped for some"],
)
def test_a_module_that_cannot_refuse_does_not_count(stack: str, why: str) -> None:
    found = policy_of(host({"passwd": stack}, QUALITY))
    assert (found.minimum_length, found.quality_enforced) == (None, False)
    assert why in found.quality_source


def test_a_requisite_module_ends_the_stack_before_pam_unix_asks_again() -> None:
    found = policy_of(host({"passwd": "password requisite pam_pwquality.so\npassword required pam_unix.so"}, QUALITY))
    assert found.minimum_length == 14


@pytest.mark.parametrize("dash", ["", "-"])
def test_a_listed_module_that_is_not_installed_does_not_count(dash: str) -> None:
    stack = f"{dash}password [success=ok default=ignore] pam_pwquality.so\npassword required pam_unix.so"
    found = policy_of(host({"passwd": stack}, QUALITY, without=("pam_pwquality",)))
    assert (found.minimum_length, found.quality_enforced) == (None, False)
    assert "not installed" in found.quality_source


def test_includes_continuation_comments_and_vendor_directories() -> None:
    services = {
        "passwd": "@include common # all of it",
        "/usr/etc/pam.d/common": "password include deep",
        "/usr/lib/pam.d/deep": "PASSWORD requisite \\\n  /usr/lib64/security/pam_pwquality.so minlen=15 # 20\n"
        "password required pam_unix.so use_authtok",
    }
    assert policy_of(host(services)).minimum_length == 15


def test_the_local_file_hides_the_vendor_one() -> None:
    strict = "password requisite pam_pwquality.so minlen=20\npassword required pam_unix.so use_authtok"
    services = {"/usr/lib/pam.d/passwd": strict, "passwd": "password required pam_unix.so minlen=7"}
    assert policy_of(host(services)).minimum_length == 7


def test_other_rules_a_service_without_rules() -> None:
    stack = "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok"
    assert policy_of(host({"passwd": "auth required pam_unix.so", "other": stack})).minimum_length == 8


def test_the_weakest_way_to_set_a_password_counts() -> None:
    services = {"passwd": RHEL, "sshd": "password required pam_unix.so"}
    found = policy_of(host(services, QUALITY))
    assert found.minimum_length is None
    assert found.minimum_length_source.startswith("service sshd")


@pytest.mark.parametrize("text", ["password include passwd", "@include passwd", "password substack gone"])
def test_includes_that_lead_nowhere_prove_nothing(text: str) -> None:
    found = policy_of(host({"passwd": f"{text}\npassword requisite pam_pwquality.so"}, QUALITY))
    assert found.minimum_length is None or isinstance(found.minimum_length, Unknown)


# --- Traps: where a number comes from ---------------------------------------------------------------------

SIMPLE = {"passwd": "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok"}


def with_arguments(arguments: str) -> dict[str, str]:
    return {"passwd": f"password requisite pam_pwquality.so {arguments}\npassword required pam_unix.so use_authtok"}


@pytest.mark.parametrize(
    ("arguments", "files", "length"),
    [
        ("", {}, 8),
        (
            "",
            {"/etc/security/pwquality.conf.d/99.conf": "minlen = 20", "/etc/security/pwquality.conf": "minlen=12"},
            12,
        ),
        (
            "",
            {"/etc/security/pwquality.conf.d/99.conf": "minlen = 20", "/etc/security/pwquality.conf": "# minlen=8"},
            20,
        ),
        (
            "",
            {"/etc/security/pwquality.conf.d/1.conf": "minlen=9", "/etc/security/pwquality.conf.d/2.conf": "minlen=11"},
            11,
        ),
        ("minlen=8", {"/etc/security/pwquality.conf": "minlen = 14"}, 8),
        ("minlen=16", {"/etc/security/pwquality.conf": "minlen = 8"}, 16),
        ("minlen=4", {}, 6),
        ("minlen=14 dcredit=1 ucredit=1 lcredit=1 ocredit=1", {}, 10),
        ("minlen=14 dcredit=-1 ucredit=-1", {}, 14),
        ("", {"/etc/security/pwquality.conf": "minlen = 14\n# dcredit = 1\n# ucredit = 1"}, 12),
        ("", {"/usr/etc/security/pwquality.conf": "minlen = 13"}, 13),
    ],
)
def test_minimum_length(arguments: str, files: dict[str, str], length: int) -> None:
    assert policy_of(host(with_arguments(arguments), files)).minimum_length == length


def test_enforcing_off_only_warns() -> None:
    found = policy_of(host(SIMPLE, {"/etc/security/pwquality.conf": "minlen=14\nenforcing = 0"}))
    assert (found.minimum_length, found.quality_enforced) == (None, False)
    assert "only warns" in found.quality_source


def test_dictionary_and_user_name() -> None:
    assert policy_of(host(SIMPLE)).dictionary_check is True
    assert policy_of(host(SIMPLE, dictionary=False)).dictionary_check is False
    assert policy_of(host(with_arguments("dictcheck=0"))).dictionary_check is False
    assert policy_of(host(with_arguments("usercheck=0"))).user_name_check is False


def test_an_unreadable_file_makes_the_length_unknown_unless_an_argument_decides() -> None:
    hidden = "!/etc/security/pwquality.conf"
    assert isinstance(policy_of(host(SIMPLE, extra=hidden)).minimum_length, Unknown)
    decided = policy_of(host(with_arguments("minlen=15 dcredit=0 ucredit=0 lcredit=0 ocredit=0"), extra=hidden))
    assert decided.minimum_length == 15
    assert isinstance(decided.quality_enforced, Unknown)


def test_an_unreadable_pam_directory_is_unknown() -> None:
    facts = raw(
        pam=section("pam", "directory /etc/pam.d\n!/etc/pam.d/*\nmodule /lib/security/pam_unix.so\nok\n"),
        password_files=section("password_files", "ok\n"),
    )
    assert isinstance(policy.read(facts), Unknown)


@pytest.mark.parametrize(
    ("module", "length"),
    [
        ("pam_passwdqc.so", 7),
        ("pam_passwdqc.so min=disabled,disabled,disabled,16,14", 14),
        ("pam_cracklib.so", 6),
        ("pam_cracklib.so minlen=15 dcredit=-1 ucredit=0 lcredit=0 ocredit=0", 15),
        ("pam_cracklib.so minlen=15", 11),
        ("pam_unix.so minlen=14", 14),
    ],
)
def test_other_modules(module: str, length: int) -> None:
    stack = f"password requisite {module}\npassword required pam_unix.so use_authtok"
    assert policy_of(host({"passwd": stack})).minimum_length == length


@pytest.mark.parametrize("program", ["/bin/busybox", "/bin/bbsuid"])
def test_without_pam_nothing_is_enforced(program: str) -> None:
    facts = raw(
        pam=section("pam", f"directory /etc/pam.d\npasswd {program}\nok\n"),
        password_files=section("password_files", "ok\n"),
        auth_units=section("auth_units", "ok\n"),
        ban_files=section("ban_files", "ok\n"),
    )
    found = policy_of(facts)
    assert (found.minimum_length, found.quality_enforced, found.history) == (None, False, None)
    assert "BusyBox" in found.minimum_length_source
    assert lockout_of(facts).threshold is None


# --- History ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history_line", "unix_arguments", "remembered"),
    [
        ("password requisite pam_pwhistory.so remember=24 use_authtok", "use_authtok", 24),
        ("password requisite pam_pwhistory.so use_authtok", "use_authtok", 10),
        ("password requisite pam_pwhistory.so remember=0 use_authtok", "use_authtok", None),
        ("password requisite pam_pwhistory.so remember=24", "use_authtok", None),
        ("password requisite pam_pwhistory.so remember=24 use_authtok", "", None),
        ("password optional pam_pwhistory.so remember=24 use_authtok", "use_authtok", None),
        ("# none", "use_authtok remember=7", 7),
        ("# none", "use_authtok", None),
    ],
)
def test_history(history_line: str, unix_arguments: str, remembered: int | None) -> None:
    stack = f"password requisite pam_pwquality.so\n{history_line}\npassword required pam_unix.so {unix_arguments}"
    assert policy_of(host({"passwd": stack})).history == remembered


@pytest.mark.parametrize(("reads", "remembered"), [(True, 12), (False, 10)])
def test_an_old_module_does_not_read_the_newer_file(reads: bool, remembered: int) -> None:
    stack = "password requisite pam_pwhistory.so\npassword required pam_unix.so use_authtok"
    found = policy_of(host({"passwd": stack}, {"/etc/security/pwhistory.conf": "remember = 12"}, reads=reads))
    assert found.history == remembered


# --- Lockout ----------------------------------------------------------------------------------------------

LOCKING = """auth required pam_faillock.so preauth silent
auth sufficient pam_unix.so
auth [default=die] pam_faillock.so authfail
auth required pam_deny.so
account required pam_faillock.so
account required pam_unix.so"""


def test_faillock_defaults_are_three_failures_and_ten_minutes() -> None:
    found = lockout_of(host({"sshd": LOCKING}, {"/etc/security/faillock.conf": "# deny = 5\n# unlock_time = 900"}))
    assert (found.threshold, found.duration_s, found.window_s, found.gaps) == (3, 600, 900, ())


AUTHSELECT = """auth required pam_env.so
auth required pam_faildelay.so delay=2000000
auth required pam_faillock.so preauth silent
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth [default=1 ignore=ignore success=ok] pam_localuser.so
auth sufficient pam_unix.so nullok
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth sufficient pam_sss.so forward_pass
auth required pam_faillock.so authfail
auth required pam_deny.so
account required pam_faillock.so
account required pam_unix.so"""


def test_faillock_as_authselect_writes_it() -> None:
    services = {"sshd": "auth substack password-auth\naccount include password-auth", "password-auth": AUTHSELECT}
    found = lockout_of(host(services, {"/etc/security/faillock.conf": "deny = 5\nunlock_time = 900"}))
    assert (found.threshold, found.duration_s, found.gaps) == (5, 900, ())


def test_faillock_arguments_win_over_the_file() -> None:
    text = LOCKING.replace("preauth silent", "preauth deny=8 unlock_time=never even_deny_root")
    found = lockout_of(host({"sshd": text}, {"/etc/security/faillock.conf": "deny = 4\nunlock_time = 900"}))
    assert (found.threshold, found.duration_s, found.exempts_administrators) == (8, None, False)


@pytest.mark.parametrize(
    ("old", "new", "gap"),
    [
        ("auth required pam_faillock.so preauth silent\n", "", "not refused"),
        ("auth required pam_faillock.so preauth", "auth optional pam_faillock.so preauth", ""),
        ("auth [default=die] pam_faillock.so authfail\n", "", "not counted"),
        ("account required pam_faillock.so\n", "", "does not reset"),
        ("preauth silent", "preauth deny=0", "switches the lockout off"),
    ],
)
def test_incomplete_faillock_lines_are_gaps(old: str, new: str, gap: str) -> None:
    found = lockout_of(host({"sshd": LOCKING.replace(old, new)}))
    assert any(gap in text for text in found.gaps)


def test_a_service_without_lockout_beside_one_with_it_is_a_gap() -> None:
    found = lockout_of(host({"sshd": "auth required pam_unix.so", "login": LOCKING}))
    assert found.threshold is None
    assert found.gaps == ("sshd: no lockout",)


def test_tally2() -> None:
    text = (
        "auth required pam_tally2.so deny=5 unlock_time=1200\nauth required pam_unix.so\naccount required pam_tally2.so"
    )
    found = lockout_of(host({"sshd": text}))
    assert (found.threshold, found.duration_s, found.gaps) == (5, 1200, ())
    assert lockout_of(host({"sshd": text.replace("deny=5", "")})).threshold is None


# --- su, umask, names -------------------------------------------------------------------------------------


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


# --- Any bytes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [RawState.DENIED, RawState.TIMEOUT, RawState.TRUNCATED, RawState.FAILED])
def test_unread_is_unknown(state: RawState) -> None:
    sections = {probe.name: section(probe.name, "ok\n", state) for reader in READERS for probe in reader.probes}
    assert all(isinstance(reader.read(raw(**sections)), Unknown) for reader in READERS)
    assert all(isinstance(reader.read(raw()), Unknown) for reader in READERS)


def test_output_that_ended_early_is_unknown() -> None:
    facts = raw(pam=section("pam", "directory /etc/pam.d\n"), password_files=section("password_files", "ok\n"))
    found = policy.read(facts)
    assert isinstance(found, Unknown)
    assert found.code is Reason.UNREADABLE


LINES = st.sampled_from(
    [
        "=/etc/pam.d/passwd",
        "=/etc/pam.d/sshd",
        " @include sshd",
        " @include passwd",
        " password substack passwd",
        " auth [success=9 default=reset] pam_faillock.so preauth conf=/x",
        " password [a=b=c] pam_pwquality.so minlen=x",
        " password requisite pam_passwdqc.so min=1,2 config=/etc/passwdqc.conf",
        " auth required pam_succeed_if.so [a b]",
        "=/etc/security/pwquality.conf",
        " minlen = 99999999999999999999999",
        " UMASK 9",
        "umask /etc/profile 888",
        "umask x 027",
        "reads pam_faillock.so faillock.conf",
        "!/etc/login.defs",
        "module /lib/security/pam_pwquality.so",
        "module /lib/security/pam_unix.so",
        "directory /etc/pam.d",
        "passwd",
        "Id=",
        "=",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES | st.text(max_size=30), max_size=40), st.binary(max_size=200))
def test_readers_are_total(lines: list[str], noise: bytes) -> None:
    text = ("\n".join(lines) + "\nok\n").encode("utf-8", "replace") + noise + b"\nok\n"
    sections = {
        probe.name: RawFact(probe=probe.name, state=RawState.OK, stdout=text, status=0)
        for reader in READERS
        for probe in reader.probes
    }
    for reader in READERS:
        assert isinstance(reader.read(raw(**sections)), reader.fact | Absent | Unknown)


def test_probe_names_are_promises() -> None:
    assert {probe.name for reader in READERS for probe in reader.probes} == {
        "pam",
        "password_files",
        "auth_units",
        "ban_files",
        "name_service",
        "sssd",
    }
    assert probes.SSSD.grants
