"""How far named commands reach: which of them end in a shell, an editor or a pager, and which do one job."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.facts import GrantScope, Privileges
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.linux.privileges import PRIVILEGES
from scanner.facts.linux.privileges.reach import scope_of
from scanner.model import Privilege

PASSWD = (Path(__file__).parent / "golden" / "accounts" / "bookworm.root.passwd").read_bytes()

SHELL = r"""
su -s /bin/bash root
su -s /bin/sh - app
su app -s /bin/bash
su - postgres -c psql
su - app -c bash /opt/run
script -c bash /dev/null
systemctl edit nginx
machinectl shell
coredumpctl debug
kubectl edit pod web
virsh edit vm
git commit
git rebase -i HEAD
git config -e
crontab -eu app
crontab -u app
vim.basic
vim.nox /etc/motd
vim-nox11 /etc/motd
python3.11
python3.11 -i /opt/run.py
perl5.36
perl -d /opt/run.pl
docker run -it -v /:/mnt alpine chroot /mnt
docker run -it alpine
kubectl exec -it web -- bash
env su
timeout -s KILL 60 bash
nice -n 5 vim /etc/motd
flock /tmp/lock bash
busybox sh
sh -c bash
sh -c "cd /opt && exec bash"
bash -s
bash -
awk BEGIN{system("bash")}
env /dev/shm/bash
python3 -c 'import\ pty; pty.spawn("/bin/sh")'
psql -c 'SELECT 1'
mysql -u root shop
mysql -e '\\! sh'
sqlite3 /srv/shop.db
gdb -p 1
sudo -i
sudo su
runuser -u app vim -c x
nsenter -t 1 -m
systemd-run -t /bin/bash
unshare -m
tar cf /dev/null x --checkpoint-action\=exec\=/bin/sh
find . -exec su \;
git log
visudo -f /etc/sudoers
tee -a /etc/sudoers.d/app
"""

JOBS = r"""
journalctl -f
journalctl -fu nginx
visudo -c
visudo -cf /etc/sudoers
vim --version
bash --version
perl -v
python3 --version
mysql -e 'FLUSH LOGS'
mysql -Ne 'FLUSH LOGS'
psql -c 'VACUUM'
psql -P pager\=off -c 'SELECT 1'
sqlite3 /srv/shop.db VACUUM
gdb -batch -p 1
tmux ls
man -k cron
git commit -m log
git -P log
git -C /srv/app pull origin config
crontab -l -u app
crontab /opt/app/crontab
su - postgres -c /opt/run
su - postgres -c 'pg_dump mysql'
su -s /bin/false app
script -c /opt/run /dev/null
sudo -u app /opt/run
sudo -l
systemd-run -t /opt/run
nsenter -t 1 -m /opt/run
docker restart mysql
docker logs -f node
docker exec db mysqldump shop
tar czf /backup/mysql /var/lib/mysql
find /usr/share/man -delete
nice tar czf /backup/x /var/lib/mysql
timeout 60 /opt/backup mysql
flock /var/lock/mysql /opt/run
perl -i -pe s/a/b/ /etc/app.conf
bash -lc /opt/run
tee /proc/sys/vm/drop_caches
"""

LISTED = ("systemctl status nginx", "journalctl -u nginx -n 100", "loginctl list-sessions")


def lines(text: str) -> list[str]:
    return [f"/usr/bin/{line}" for line in text.strip().splitlines()]


@pytest.mark.parametrize("command", [*lines(SHELL), "sudoedit /etc/sudoers", "sudoedit /etc/cron.d/app"])
def test_a_command_that_ends_in_a_shell_or_in_a_file_of_root(command: str) -> None:
    assert scope_of((command,), secure_pager=True) is GrantScope.SHELL


@pytest.mark.parametrize("command", [*lines(JOBS), "sudoedit /etc/motd"])
def test_a_command_that_does_one_job(command: str) -> None:
    assert scope_of((command,)) is GrantScope.COMMANDS


def test_an_editor_that_may_not_be_started_is_none() -> None:
    assert scope_of(("/usr/bin/systemctl edit nginx",), noexec=True) is GrantScope.COMMANDS
    assert scope_of(("/usr/bin/kubectl edit pod web",), noexec=True) is GrantScope.SHELL


def test_a_chain_of_starters_without_end_is_answered() -> None:
    assert scope_of(("/usr/bin/sudo " * 500,)) is GrantScope.SHELL
    assert scope_of(("/usr/bin/find " + "sudo find " * 29,)) is GrantScope.COMMANDS


def scope(rules: str, release: str = 'ID=debian\n VERSION_ID="12"') -> GrantScope:
    """The scope of the first grant of `rules`, text of sudoers or doas.conf, on a host of this release."""
    as_json = rules.startswith("{")
    shown = "".join(f" {line}\n" for line in rules.splitlines())
    path = "/etc/doas.conf" if rules.startswith("permit") else "/etc/sudoers"
    head = "=no-sudo\n" if rules.startswith("permit") else "=text\n /etc/sudoers\n"
    texts = {
        "passwd": PASSWD,
        "sudoers": f"{head}={path}\n{shown}=end\n".encode() if not as_json else f"=json\n {rules}\n=end\n".encode(),
        "host": f"=/etc/os-release\n {release}\n".encode(),
    }
    found = PRIVILEGES.read(
        RawFacts(
            platform="linux",
            collected_at=datetime(2026, 11, 22, tzinfo=UTC),
            privilege=Privilege.ROOT,
            sections={
                name: RawFact(probe=name, state=RawState.OK, stdout=text, status=0) for name, text in texts.items()
            },
        )
    )
    assert isinstance(found, Privileges) and isinstance(found.grants, tuple)
    return found.grants[0].scope


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ('ID=debian\n VERSION_ID="12"', GrantScope.COMMANDS),
        ('ID=debian\n VERSION_ID="10"', GrantScope.SHELL),
        ("ID=debian\n VERSION_CODENAME=sid", GrantScope.SHELL),
        ('ID=ubuntu\n VERSION_ID="22.04"', GrantScope.COMMANDS),
        ('ID=ubuntu\n VERSION_ID="20.04"', GrantScope.SHELL),
        ('ID="rocky"\n VERSION_ID="8.10"', GrantScope.COMMANDS),
        ('ID="rhel"\n VERSION_ID="8.4"', GrantScope.SHELL),
        ('ID="centos"\n VERSION_ID="7"', GrantScope.SHELL),
        ("ID=arch", GrantScope.COMMANDS),
        ("ID=own", GrantScope.SHELL),
        ("", GrantScope.SHELL),
    ],
)
def test_systemds_pager_runs_nothing_where_its_release_has_secure_mode(release: str, expected: GrantScope) -> None:
    for command in LISTED:
        assert scope(f"amy ALL=(root) NOPASSWD: /usr/bin/{command}", release) is expected


@pytest.mark.parametrize(
    ("defaults", "option", "expected"),
    [
        ({}, {}, GrantScope.COMMANDS),
        ({}, {"setenv": True}, GrantScope.SHELL),
        ({"env_keep": ["LANG", "SYSTEMD_PAGERSECURE"], "operation": "list_add"}, {}, GrantScope.SHELL),
        ({"env_check": ["SYSTEMD_PAGERSECURE"]}, {}, GrantScope.SHELL),
        ({"env_reset": False}, {}, GrantScope.SHELL),
    ],
)
def test_the_same_in_the_answer_of_cvtsudoers(
    defaults: dict[str, object], option: dict[str, bool], expected: GrantScope
) -> None:
    command = {"Options": [option], "Commands": [{"command": f"/usr/bin/{LISTED[0]}"}]}
    spec = {"User_List": [{"username": "amy"}], "Cmnd_Specs": [command]}
    assert scope(json.dumps({"Defaults": [{"Options": [defaults]}], "User_Specs": [spec]})) is expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("amy ALL=(root) SETENV: /usr/bin/{}", GrantScope.SHELL),
        ("amy ALL=(root) SETENV: NOSETENV: /usr/bin/{}", GrantScope.COMMANDS),
        ('Defaults env_keep += "LANG SYSTEMD_PAGERSECURE"\namy ALL=(root) /usr/bin/{}', GrantScope.SHELL),
        ('Defaults env_keep += "LANG SYSTEMD_*"\namy ALL=(root) /usr/bin/{}', GrantScope.SHELL),
        ('Defaults env_keep += "LANG PAGER"\namy ALL=(root) /usr/bin/{}', GrantScope.COMMANDS),
        ("Defaults:amy setenv\namy ALL=(root) /usr/bin/{}", GrantScope.SHELL),
        ("Defaults !env_reset\namy ALL=(root) /usr/bin/{}", GrantScope.SHELL),
        ("permit amy as root cmd /usr/bin/journalctl args -u nginx", GrantScope.COMMANDS),
        ("permit keepenv amy as root cmd /usr/bin/journalctl args -u nginx", GrantScope.SHELL),
    ],
)
def test_an_environment_of_the_callers_undoes_secure_mode(rules: str, expected: GrantScope) -> None:
    assert scope(rules.format(LISTED[0])) is expected
