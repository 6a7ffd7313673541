"""The traps of the PAM configuration: what a stack really does, where a number comes from, the history."""

from __future__ import annotations

import pytest

from scanner.facts.linux.password import policy
from scanner.model import Unknown
from tests.facts.linux.pam_hosts import host, lockout_of, policy_of, raw, section

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
