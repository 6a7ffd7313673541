"""The privileges reader: real rules as JSON and as text, and the rules that mislead."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts import GrantScope, PrivilegeGrant, Privileges, SecretAsked
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.privileges import PRIVILEGES
from scanner.facts.linux.privileges.reach import scope_of
from scanner.model import Privilege, Reason, Unknown

GOLDEN = Path(__file__).parent / "golden"
PASSWD = (GOLDEN / "accounts" / "bookworm.root.passwd").read_bytes()


def read(sudoers: bytes, state: RawState = RawState.OK) -> Privileges:
    from datetime import UTC, datetime

    found = PRIVILEGES.read(
        RawFacts(
            platform="linux",
            collected_at=datetime(2026, 11, 22, tzinfo=UTC),
            privilege=Privilege.ROOT,
            sections={
                "passwd": RawFact(probe="passwd", state=RawState.OK, stdout=PASSWD, status=0),
                "sudoers": RawFact(probe="sudoers", state=state, stdout=sudoers, status=0),
            },
        )
    )
    assert isinstance(found, Privileges)
    return found


def grants(fact: Privileges) -> dict[str, list[PrivilegeGrant]]:
    assert isinstance(fact.grants, tuple)
    found: dict[str, list[PrivilegeGrant]] = {}
    for grant in fact.grants:
        found.setdefault(grant.holder, []).append(grant)
    return found


def text(rules: str, **more: str) -> bytes:
    parts = {"/etc/sudoers": rules, **more}
    shown = "".join(f"={path}\n" + "".join(f" {line}\n" for line in body.splitlines()) for path, body in parts.items())
    return f"=text\n /etc/sudoers\n{shown}=end\n".encode()


@pytest.mark.parametrize("form", ["json", "text"])
def test_recorded_rules(form: str) -> None:
    fact = read((GOLDEN / "privileges" / f"bookworm.{form}").read_bytes())
    found = grants(fact)
    assert found["bob"][0].scope is GrantScope.COMMANDS and found["bob"][0].asks_for is SecretAsked.NONE
    broad = found["warehouse"][-1]
    assert (broad.scope, broad.exceptions) == (GrantScope.EVERYTHING, ("/bin/su",))  # an alias of ALL
    assert found["keyonly"][0].asks_for is SecretAsked.NONE  # Defaults !authenticate of one account
    assert found["leaver"][0].asks_for is SecretAsked.NONE  # in an included file
    assert found["user number 1003"][0].accounts == ("leaver",)
    assert found["user number 1003"][0].scope is GrantScope.SHELL
    assert set(found["group sudo"][0].accounts) == {"alice", "carol"}
    assert "svcbackup" not in found and "nopw" not in found  # not as root; a file that sudo ignores
    assert set(fact.administrators()) == {"root", "toor", "alice", "carol", "warehouse", "keyonly", "leaver"}
    assert dict(fact.equivalent_groups)["docker"] == ("bob",)


def test_both_forms_say_the_same() -> None:
    forms = [read((GOLDEN / "privileges" / f"bookworm.{form}").read_bytes()) for form in ("json", "text")]
    shown = [
        {(g.holder, g.scope, g.asks_for, g.commands, g.exceptions) for g in f.grants}
        for f in forms
        if isinstance(f.grants, tuple)
    ]
    # The text parser gives one entry per command of a list.
    flat = [{(h, a, c, e) for h, _, a, cs, e in rules for c in cs} for rules in shown]
    assert len(flat) == 2 and flat[0] == flat[1]


def test_unreadable_rules_are_unknown_and_groups_still_known() -> None:
    for body, state in (((GOLDEN / "privileges" / "bookworm.user").read_bytes(), RawState.OK), (b"", RawState.DENIED)):
        fact = read(body, state)
        assert isinstance(fact.grants, Unknown) and fact.grants.code is Reason.DENIED
        assert "alice" in fact.administrators()


@pytest.mark.parametrize(
    "body",
    [
        b"=json\n { not json\n=end\n",
        b"=json\n []\n=end\n",
        b"=json\n {}\n",
        text("amy ALL=(ALL) ALL\n@include /etc/elsewhere"),
        text("amy ALL=(ALL) OPS"),
        text("what is this"),
        text("amy ALL=(ALL) ALL").replace(b"=end", b"!/etc/sudoers.d/closed\n=end"),
    ],
)
def test_rules_that_cannot_be_understood_are_unknown(body: bytes) -> None:
    assert isinstance(read(body).grants, Unknown)


def test_sudo_rules_in_a_directory_are_named() -> None:
    body = text("root ALL=(ALL) ALL").replace(b"=end", b"=nss sudoers: files sss\n=end")
    assert read(body).elsewhere == ("sudo rules from sss",)


def test_no_sudo_and_no_doas_means_no_grants() -> None:
    assert read(b"=nothing\n=end\n").grants == ()


@pytest.mark.parametrize(
    ("rule", "scope", "asks"),
    [
        ("amy ALL=(ALL:ALL) NOPASSWD: ALL", GrantScope.EVERYTHING, SecretAsked.NONE),
        ("amy ALL=NOPASSWD: /bin/ls, PASSWD: ALL", GrantScope.COMMANDS, SecretAsked.NONE),
        ("Defaults targetpw\namy ALL=(ALL) ALL", GrantScope.EVERYTHING, SecretAsked.TARGET),
        ("Defaults !authenticate\namy ALL=(ALL) ALL", GrantScope.EVERYTHING, SecretAsked.NONE),
        ("Defaults:bob !authenticate\namy ALL=(ALL) ALL", GrantScope.EVERYTHING, SecretAsked.OWN),
        ("amy h1=(root) /bin/ls : h2=(root) NOPASSWD: /bin/vi", GrantScope.COMMANDS, SecretAsked.OWN),
        ("amy ALL = \\\n  (ALL) ALL # why", GrantScope.EVERYTHING, SecretAsked.OWN),
        ("Runas_Alias OP = root, operator\namy ALL=(OP) /usr/bin/", GrantScope.SHELL, SecretAsked.OWN),
    ],
)
def test_rules_as_text(rule: str, scope: GrantScope, asks: SecretAsked) -> None:
    first = grants(read(text(rule)))["amy"][0]
    assert (first.scope, first.asks_for) == (scope, asks)


def test_a_negated_member_holds_nothing_and_others_do() -> None:
    grant = grants(read(text("%sudo, !carol ALL=(ALL) ALL")))["group sudo"][0]
    assert grant.accounts == ("alice",)


@pytest.mark.parametrize(
    ("command", "scope"),
    [
        ("/usr/bin/systemctl restart nginx", GrantScope.COMMANDS),
        ("/usr/bin/systemctl", GrantScope.SHELL),
        ("/usr/bin/systemctl status *", GrantScope.SHELL),
        ("/usr/bin/systemctl status nginx", GrantScope.SHELL),
        ("/usr/bin/systemctl --no-pager status nginx", GrantScope.COMMANDS),
        ("/usr/bin/journalctl -u nginx", GrantScope.SHELL),
        ("/usr/bin/journalctl --no-pager -u nginx", GrantScope.COMMANDS),
        ("/usr/bin/vi", GrantScope.SHELL),
        ("/usr/bin/vim /etc/motd", GrantScope.SHELL),
        ("sudoedit /etc/motd", GrantScope.COMMANDS),
        ("/usr/bin/less /var/log/syslog", GrantScope.SHELL),
        ("/usr/bin/man ls", GrantScope.SHELL),
        ("/usr/bin/cat /var/log/syslog", GrantScope.COMMANDS),
        ("/usr/bin/env X\\=1 /bin/sh", GrantScope.SHELL),
        ("/usr/bin/env X\\=1 /opt/run", GrantScope.COMMANDS),
        ("/usr/bin/env bash -l", GrantScope.SHELL),
        ("/bin/sh", GrantScope.SHELL),
        ('/bin/sh ""', GrantScope.SHELL),
        ("/bin/bash -i", GrantScope.SHELL),
        ("/bin/sh /opt/run", GrantScope.COMMANDS),
        ("/bin/sh -c /opt/run", GrantScope.COMMANDS),
        ("/usr/bin/python3 -i /opt/run.py", GrantScope.SHELL),
        ("/usr/bin/python3 /opt/run.py", GrantScope.COMMANDS),
        ('/bin/su ""', GrantScope.SHELL),
        ("/bin/su -", GrantScope.SHELL),
        ("/bin/su - postgres", GrantScope.SHELL),
        ("/bin/su - postgres -c /opt/run", GrantScope.COMMANDS),
        ("/usr/sbin/chroot /srv/jail", GrantScope.SHELL),
        ("/usr/sbin/chroot /srv/jail /opt/run", GrantScope.COMMANDS),
        ("/usr/bin/find /tmp -exec /bin/sh \\;", GrantScope.SHELL),
        ("/usr/bin/find /tmp -mtime +7 -exec rm {} \\;", GrantScope.COMMANDS),
        ("/usr/bin/find /tmp -mtime +7 -delete", GrantScope.COMMANDS),
        ("/usr/bin/docker exec -it web bash", GrantScope.SHELL),
        ("/usr/bin/docker restart web", GrantScope.COMMANDS),
        ('/usr/bin/awk BEGIN{system("/bin/sh")}', GrantScope.SHELL),
        ("/usr/bin/crontab -e", GrantScope.SHELL),
        ("/usr/bin/mysql shop", GrantScope.SHELL),
        ("/opt/app/*", GrantScope.SHELL),
        ("/usr/sbin/ctpat", GrantScope.COMMANDS),
        ('/usr/bin/less ""', GrantScope.SHELL),
    ],
)
def test_commands_that_start_others(command: str, scope: GrantScope) -> None:
    assert scope_of((command,)) is scope


def test_a_pager_that_may_start_nothing_is_a_named_command_and_an_editor_is_not() -> None:
    assert scope_of(("/usr/bin/less /var/log/syslog",), noexec=True) is GrantScope.COMMANDS
    assert scope_of(("/usr/bin/vim /etc/motd",), noexec=True) is GrantScope.SHELL
    rule = "amy ALL=(root) NOPASSWD: NOEXEC: /usr/bin/less /var/log/syslog"
    assert grants(read(text(rule)))["amy"][0].scope is GrantScope.COMMANDS


def test_doas_rules() -> None:
    conf = "permit persist :sudo\npermit nopass bob as root cmd /usr/bin/vi\npermit bob as www cmd ls\ndeny eve"
    body = "=no-sudo\n=/etc/doas.conf\n" + "".join(f" {line}\n" for line in conf.splitlines()) + "=end\n"
    found = grants(read(body.encode()))
    assert found["group sudo"][0].scope is GrantScope.EVERYTHING
    assert [grant.asks_for for grant in found["bob"]] == [SecretAsked.NONE]
    assert isinstance(read(b"!/etc/doas.conf\n=end\n").grants, Unknown)


@settings(max_examples=80, deadline=None)
@given(
    st.text(max_size=200),
    st.sampled_from(["=json\n {}", "=text\n /etc/sudoers\n=/etc/sudoers\n {}", "=/etc/doas.conf\n {}"]),
)
def test_the_reader_never_raises(body: str, form: str) -> None:
    read((form.replace("{}", body) + "\n=end\n").encode("utf-8", "replace"))


def test_files_that_sudo_passes_over_hold_no_rules() -> None:
    more = {"/etc/sudoers.d/amy.bak": "amy ALL=(ALL) ALL", "/etc/sudoers.d/bob~": "bob ALL=(ALL) ALL"}
    kept = {"/etc/sudoers.d/eve": "eve ALL=(ALL) ALL"}
    assert set(grants(read(text("#includedir /etc/sudoers.d", **more, **kept)))) == {"eve"}


def test_an_answer_without_any_rules_is_not_a_host_without_rules() -> None:
    assert isinstance(read(b"=end\n").grants, Unknown)
    assert read(b"=no-sudo\n=nothing\n=end\n").grants == ()
