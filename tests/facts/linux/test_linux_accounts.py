"""The accounts reader against recorded bytes and the cases that mislead."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts import AccountKind, Accounts, AuthorizedKeys, PasswordState
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.accounts import ACCOUNTS, HOMES, LOGINS, PASSWD, SHADOW
from scanner.facts.linux.accounts.files import is_interactive, secret_of
from scanner.facts.linux.accounts.logins import parse_logins
from scanner.facts.linux.keys import AUTHORIZED_KEYS, KEYS
from scanner.model import Absent, Privilege, Reason, Unknown

GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def raw_facts(sections: dict[str, bytes], states: dict[str, RawState] | None = None) -> RawFacts:
    found = {name: RawFact(probe=name, state=RawState.OK, stdout=body, status=0) for name, body in sections.items()}
    found |= {name: RawFact(probe=name, state=state) for name, state in (states or {}).items()}
    return RawFacts(platform="linux", collected_at=NOW, privilege=Privilege.ROOT, account="ctpatscan", sections=found)


def recorded(host: str, rights: str, **states: RawState) -> RawFacts:
    bodies = {
        name: path.read_bytes()
        for name in (PASSWD.name, SHADOW.name, LOGINS.name, HOMES.name, KEYS.name)
        if (path := GOLDEN / "accounts" / f"{host}.{rights}.{name}").exists()
    }
    return raw_facts(bodies, states)


def accounts(raw: RawFacts) -> Accounts:
    fact = ACCOUNTS.read(raw)
    assert isinstance(fact, Accounts)
    return fact


def written(passwd: str, group: str = "root:x:0:\n", shadow: str = "", extra: str = "") -> RawFacts:
    def lines(text: str) -> str:
        return "".join(f" {line}\n" for line in text.splitlines())

    body = f"=/etc/passwd\n{lines(passwd)}=/etc/group\n{lines(group)}{extra}=end\n"
    states = {} if shadow else {"shadow": RawState.DENIED}
    return raw_facts({"passwd": body.encode()} | ({"shadow": shadow.encode()} if shadow else {}), states)


@pytest.mark.parametrize(
    ("name", "kind", "interactive", "password", "scheme"),
    [
        ("root", AccountKind.SUPERUSER, True, PasswordState.NONE, None),
        ("toor", AccountKind.SUPERUSER, True, PasswordState.USABLE, "yescrypt"),
        ("alice", AccountKind.HUMAN, True, PasswordState.USABLE, "yescrypt"),
        ("bob", AccountKind.HUMAN, True, PasswordState.USABLE, "md5"),
        ("leaver", AccountKind.HUMAN, True, PasswordState.LOCKED, "yescrypt"),
        ("keyonly", AccountKind.HUMAN, True, PasswordState.LOCKED, None),
        ("nopw", AccountKind.HUMAN, True, PasswordState.EMPTY, None),
        ("nolog", AccountKind.HUMAN, False, PasswordState.USABLE, "yescrypt"),
        ("svcbackup", AccountKind.SYSTEM, True, PasswordState.USABLE, "yescrypt"),
        ("nobody", AccountKind.SYSTEM, False, PasswordState.NONE, None),
        ("sync", AccountKind.SYSTEM, False, PasswordState.NONE, None),
    ],
)
def test_recorded_accounts(
    name: str, kind: AccountKind, interactive: bool, password: PasswordState, scheme: str | None
) -> None:
    account = accounts(recorded("bookworm", "root")).named(name)
    assert account is not None
    assert (account.kind, account.interactive, account.password) == (kind, interactive, password)
    assert account.hash_scheme == scheme if scheme else isinstance(account.hash_scheme, Absent)


def test_recorded_ages_groups_homes_and_records() -> None:
    fact = accounts(recorded("bookworm", "root"))
    expired, alice = fact.named("expired"), fact.named("alice")
    assert expired is not None and alice is not None
    assert expired.expires == date(2024, 1, 1) and expired.closed(NOW.date()) is True
    assert alice.password_max_age_days == 90 and alice.expires is None and alice.closed(NOW.date()) is False
    assert set(fact.members("sudo")) == {"alice", "carol"}  # carol by her primary group
    assert fact.duplicates == ("the user number 0 belongs to root, toor",)
    assert isinstance(fact.homes, tuple)
    assert [home.path for home in fact.homes if home.owner is None] == ["/home/gone"]
    assert fact.logins_since == datetime(2026, 11, 22, 3, 12, 26, tzinfo=UTC)
    assert fact.logins_source == "lastlog and wtmp" and alice.last_login is None
    assert fact.directories == () and fact.hashes_in_plain_view == () and fact.foreign_entries == ()


def test_an_ordinary_account_sees_no_password_and_says_why() -> None:
    account = accounts(recorded("bookworm", "user", shadow=RawState.DENIED)).named("alice")
    assert account is not None
    for value in (account.password, account.hash_scheme, account.expires, account.password_changed):
        assert isinstance(value, Unknown) and value.code is Reason.DENIED
    assert account.last_login is None and isinstance(account.closed(NOW.date()), Unknown)


def test_a_host_without_login_records_does_not_say_never() -> None:
    fact = accounts(recorded("trixie", "root"))
    account = fact.named("alice")
    assert account is not None
    assert isinstance(account.last_login, Unknown) and isinstance(fact.logins_since, Unknown)
    assert fact.logins_source == "none"


@pytest.mark.parametrize(
    ("line", "state", "scheme"),
    [
        ("a:$6$", PasswordState.USABLE, "sha512"),
        ("a:!$6$", PasswordState.LOCKED, "sha512"),
        ("a:$2y$", PasswordState.USABLE, "bcrypt"),
        ("a:", PasswordState.USABLE, "des"),
        ("a:!", PasswordState.LOCKED, "des"),
        ("a:!!:", PasswordState.LOCKED, None),
        ("a:*:", PasswordState.NONE, None),
        ("a::", PasswordState.EMPTY, None),
    ],
)
def test_password_fields(line: str, state: PasswordState, scheme: str | None) -> None:
    found = secret_of(line)
    assert found is not None and found[1].state is state
    assert found[1].scheme == scheme if scheme else isinstance(found[1].scheme, Absent)


def test_hashes_in_the_account_file_and_plus_lines_are_seen() -> None:
    raw = written("root:x:0:0::/root:/bin/bash\nold:$1$#:1000:1000::/home/old:/bin/sh\n+@staff::::::\n+::::::")
    fact = accounts(raw)
    old = fact.named("old")
    assert fact.hashes_in_plain_view == ("old",) and len(fact.foreign_entries) == 2
    assert old is not None and old.password is PasswordState.USABLE and old.hash_scheme == "md5"


def test_a_shadow_file_that_all_may_read_shows_every_hash() -> None:
    modes = "=modes\n -rw-r--r-- 1 0 42 1190 Nov 22 03:17 /etc/shadow\n"
    shadow = "=ages\n root:20000:0:99999:7::\n amy:20000:0:99999:7::\n=schemes\n root:*:\n amy:$y$\n=end\n"
    raw = written("root:x:0:0::/root:/bin/sh\namy:x:1000:1000::/home/amy:/bin/sh", shadow=shadow, extra=modes)
    assert accounts(raw).hashes_in_plain_view == ("amy",)


def test_expiry_day_zero_needs_pam_to_mean_closed() -> None:
    shadow = "=ages\n root:20000:0:99999:7::0\n=schemes\n root:!:\n=end\n"
    with_pam = accounts(written("root:x:0:0::/root:/bin/sh", shadow=shadow, extra="=pam\n")).accounts[0]
    without = accounts(written("root:x:0:0::/root:/bin/sh", shadow=shadow)).accounts[0]
    assert with_pam.closed(NOW.date()) is True
    assert isinstance(without.closed(NOW.date()), Unknown)


def test_number_ranges_come_from_login_defs_and_services_are_no_people() -> None:
    defs = "=/etc/login.defs\n UID_MIN 500\n UID_MAX 70000\n"
    raw = written("a:x:500:1::/:/bin/sh\nb:x:499:1::/:/bin/sh\nnobody:x:65534:1::/:/bin/sh", extra=defs)
    assert [item.kind for item in accounts(raw).accounts] == [
        AccountKind.HUMAN,
        AccountKind.SYSTEM,
        AccountKind.SYSTEM,
    ]


def test_directories_are_named() -> None:
    extra = "=/etc/nsswitch.conf\n passwd: files [NOTFOUND=continue] sss systemd # x\n"
    assert accounts(written("root:x:0:0::/root:/bin/sh", extra=extra)).directories == ("sss",)


@pytest.mark.parametrize(
    ("shell", "expected"),
    [
        ("", True),
        ("/usr/local/bin/zsh", True),
        ("/usr/sbin/nologin", False),
        ("/bin/false", False),
        ("/bin/sync", False),
    ],
)
def test_a_shell_that_no_list_knows_still_opens_a_session(shell: str, expected: bool) -> None:
    assert is_interactive(shell) is expected


def test_broken_or_cut_account_files_are_unknown() -> None:
    for body in (b"", b"=/etc/passwd\n root:x:0:0::/root:/bin/sh\n", b"=/etc/passwd\n nonsense\n=end\n"):
        assert isinstance(ACCOUNTS.read(raw_facts({"passwd": body})), Unknown)


def test_login_sources_are_joined_and_reach_back_to_the_oldest() -> None:
    found = parse_logins(
        {
            # Lines as recorded on Debian 13 (lastlog2) and Debian 12 (last -F -w).
            "lastlog2": [
                "alice            ssh      10.0.2.2                                   Sat Nov 21 17:46:57 +0000 2026"
            ],
            "lastlog": ["root                                                                **Never logged in**"],
            "wtmp": [
                "alice    pts/0        10.0.2.2         Sat Nov 21 18:00:00 2026 - Sat Nov 21 18:01:00 2026  (00:01)",
                "reboot   system boot  6.12.117+deb13-a Sat Nov 21 17:32:34 2026   still running",
                "",
                "wtmp begins Tue May 20 00:00:00 2025",
            ],
            "dates": ["0 1747699200 /var/log/lastlog", "? x /nonsense"],
        }
    )
    assert found.last == {"alice": datetime(2026, 11, 21, 18, 0, tzinfo=UTC)}
    assert found.since == datetime(2025, 5, 20, tzinfo=UTC)
    assert found.sources == ("lastlog2", "lastlog", "wtmp")


# --- Keys ------------------------------------------------------------------------------------------------


def keys(raw: RawFacts, ssh: str) -> AuthorizedKeys:
    body = (GOLDEN / "ssh" / ssh).read_bytes()
    sections = dict(raw.sections) | {"sshd": RawFact(probe="sshd", state=RawState.OK, stdout=body, status=0)}
    fact = AUTHORIZED_KEYS.read(
        RawFacts(platform="linux", collected_at=NOW, privilege=Privilege.ROOT, sections=sections)
    )
    assert isinstance(fact, AuthorizedKeys)
    return fact


def test_recorded_keys_count_only_the_files_that_sshd_reads() -> None:
    fact = keys(recorded("bookworm", "root"), "bookworm.match.root")
    assert fact.complete is True
    assert [key.kind for key in fact.keys_of("bob")] == ["ed25519", "rsa"]
    assert [key.bits for key in fact.keys_of("bob")] == [256, 1024]
    assert len(fact.keys_of("alice")) == 1  # her .bak file counts for nothing
    assert fact.opens("keyonly") is True and fact.opens("carol") is False
    assert fact.keys_of("svcbackup") and fact.keys_of("toor")  # a home outside of /home; a shared home


def test_single_grants_see_the_same_keys() -> None:
    raw = recorded("bookworm", "root")
    body = (GOLDEN / "accounts" / "bookworm.grants.keys").read_bytes()
    granted = raw_facts({"passwd": raw.sections["passwd"].stdout, "keys": body})
    full, some = keys(raw, "bookworm.match.root"), keys(granted, "bookworm.match.root")
    assert {(file.account, file.keys) for file in full.files} == {(file.account, file.keys) for file in some.files}


@pytest.mark.parametrize(
    "body",
    [
        b"!/srv/x/.ssh/authorized_keys\n=end\n",
        b"=/root/.ssh/authorized_keys\n=end\n",
    ],
)
def test_a_key_file_that_stays_closed_makes_the_list_incomplete(body: bytes) -> None:
    raw = recorded("bookworm", "root")
    fact = keys(raw_facts({"passwd": raw.sections["passwd"].stdout, "keys": body}), "bookworm.match.root")
    assert isinstance(fact.complete, Unknown)


@pytest.mark.parametrize(
    ("keyword", "usual", "value"),
    [
        (b"authorizedkeysfile", b".ssh/authorized_keys", b"/etc/keys/%u"),
        (b"authorizedkeyscommand", b"none", b"/usr/bin/sss_ssh_authorizedkeys"),
        (b"trustedusercakeys", b"none", b"/etc/ssh/users_ca.pub"),
    ],
)
def test_keys_in_other_places_make_the_list_incomplete(keyword: bytes, usual: bytes, value: bytes) -> None:
    raw = recorded("bookworm", "root")
    body = (GOLDEN / "ssh" / "trixie.root").read_bytes()
    moved = body.replace(keyword + b" " + usual, keyword + b" " + value)
    sections = dict(raw.sections) | {"sshd": RawFact(probe="sshd", state=RawState.OK, stdout=moved, status=0)}
    fact = AUTHORIZED_KEYS.read(
        RawFacts(platform="linux", collected_at=NOW, privilege=Privilege.ROOT, sections=sections)
    )
    assert moved != body and isinstance(fact, AuthorizedKeys) and isinstance(fact.complete, Unknown)


def test_a_server_with_another_configuration_may_look_elsewhere() -> None:
    raw = recorded("bookworm", "root")
    body = (GOLDEN / "ssh" / "trixie.root").read_bytes()
    other = body.replace(b"=openssh\n", b"=openssh\n sshd: /usr/sbin/sshd -f /etc/other [listener]\n")
    sections = dict(raw.sections) | {"sshd": RawFact(probe="sshd", state=RawState.OK, stdout=other, status=0)}
    fact = AUTHORIZED_KEYS.read(
        RawFacts(platform="linux", collected_at=NOW, privilege=Privilege.ROOT, sections=sections)
    )
    assert isinstance(fact, AuthorizedKeys) and isinstance(fact.complete, Unknown)
    assert "/etc/other" in fact.complete.detail


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=5, max_size=5))
def test_the_readers_never_raise(bodies: list[bytes]) -> None:
    marks = (
        b"=/etc/passwd\n a:x:1:1::/:/bin/sh\n=/etc/group\n g:x:1:\n",
        b"=ages\n a:",
        b"=lastlog2\n a ",
        b"=homes\n ",
        b"=",
    )
    names = ("passwd", "shadow", "logins", "homes", "keys")
    raw = raw_facts({name: mark + body + b"\n=end\n" for name, mark, body in zip(names, marks, bodies, strict=True)})
    ACCOUNTS.read(raw)
    AUTHORIZED_KEYS.read(raw)
