"""An invented company's run, for tests and for the picture in the README: `python -m tests.report.sample OUT.html`.

Nothing in it was measured; names, addresses and answers are made up, and the same every time. States are not made
up: they are rolled up from the findings as in a real run.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scanner.assess.rollup import Rollup
from scanner.catalogue import load_checks
from scanner.check import Check
from scanner.model import (
    Applicability,
    Finding,
    Outcome,
    Privilege,
    Reason,
    RunInfo,
    RunResult,
    Status,
    TargetResult,
    TargetState,
)
from scanner.profile import EffectiveParameters, Profile, effective, hold_below_green, load_profile

BEGAN = datetime(2026, 3, 9, 6, 15, tzinfo=UTC)
SITE_PARAMETERS: Mapping[str, Any] = {
    "password.min_length.required": 10,
    "password.min_length.tolerated": 10,
    "patching.security_pending.max_age_days": 7,
}
SYSTEMS = ("Debian GNU/Linux 12 (bookworm)", "Ubuntu 24.04.1 LTS", "Rocky Linux 9.5 (Blue Onyx)", "Ubuntu 20.04.6 LTS")
NAMES = (
    "fs01",
    "erp01",
    "edi01",
    "wms01",
    "web01",
    "mail01",
    "db01",
    "db02",
    "backup01",
    "jump01",
    "print01",
    "scan01",
)


def fail(actual: str, expected: str, *items: str) -> Outcome:
    return Outcome(status=Status.FAIL, actual=actual, expected=expected, items=items)


def ask(question: str, *items: str) -> Outcome:
    return Outcome(
        status=Status.REVIEW, actual=f"{len(items)} to be judged by a person", question=question, items=items
    )


def dark(reason: Reason, detail: str) -> Outcome:
    return Outcome(status=Status.UNKNOWN, reason=reason, actual=detail)


# Check -> (how often in a hundred hosts, what is seen there); what is left over passes.
TROUBLE: Mapping[str, Sequence[tuple[int, Outcome]]] = {
    "password/min_length": (
        (35, fail("at least 8 characters (minlen=8 in /etc/security/pwquality.conf)", "at least 10 characters")),
        (15, fail("at least 6 characters (pam_unix without minlen)", "at least 10 characters")),
    ),
    "password/quality": ((30, fail("nothing refuses a weak password", "common words and own names are refused")),),
    "password/history": ((45, fail("old passwords are accepted", "the last 5 passwords are refused")),),
    "password/lockout": (
        (25, fail("no lockout after failed logins", "locked after at most 5 failures, for 900 seconds")),
        (
            10,
            dark(Reason.DENIED, "/etc/security/faillock.conf: permission denied; grant the sudo rule shown by doctor"),
        ),
    ),
    "password/empty_password": (
        (10, dark(Reason.DENIED, "/etc/shadow: permission denied; grant the sudo rule shown by doctor")),
    ),
    "password/hash": (
        (10, dark(Reason.DENIED, "/etc/shadow: permission denied; grant the sudo rule shown by doctor")),
    ),
    "patching/security_pending": (
        (
            20,
            fail("14 security updates pending, the oldest out for 41 days", "none out for more than 7 days", "openssl"),
        ),
        (10, fail("3 security updates pending, the oldest out for 12 days", "none out for more than 7 days", "curl")),
    ),
    "patching/os_supported": ((18, fail("support ended on 2025-05-31", "a release with security support")),),
    "patching/reboot_pending": ((25, fail("a restart is due for 23 days", "restarted within 7 days")),),
    "patching/auto_updates": (
        (30, fail("automatic updates are switched off", "security updates install by themselves")),
    ),
    "patching/held": (
        (6, fail("1 package with security updates is held", "no held security update", "mariadb-server")),
    ),
    "firewall/default_deny_v4": ((22, fail("incoming connections are accepted by default", "refused by default")),),
    "firewall/default_deny_v6": ((40, fail("no rules for IPv6: everything is accepted", "refused by default")),),
    "firewall/exposed": (
        (14, fail("1 dangerous service can be reached", "no dangerous service open", "tcp/3306 on 0.0.0.0 (mariadbd)")),
        (30, ask("Is each of these services meant to be reachable?", "tcp/8443 on 0.0.0.0 (java)")),
    ),
    "accounts/admins": (
        (100, ask("Does each of these need to be an administrator?", "m.ortiz (sudo)", "j.chen (sudo)", "root")),
    ),
    "accounts/generic": ((35, ask("Who uses each of these accounts, and why?", "warehouse", "scanner")),),
    "accounts/inactive": (
        (
            15,
            fail("2 open accounts unused for more than 90 days", "used within 90 days", "t.reyes (131 days)", "temp2"),
        ),
    ),
    "accounts/sudo_nopasswd": (
        (28, fail("1 right without a password", "every right asks", "deploy: ALL=(ALL) NOPASSWD")),
    ),
    "remote_access/ssh_root_login": ((12, fail("PermitRootLogin yes", "PermitRootLogin no or prohibit-password")),),
    "remote_access/ssh_password_login": ((33, fail("a password is enough: global", "no password login from outside")),),
    "remote_access/ssh_crypto": ((12, fail("hmac-sha1 is offered", "strong algorithms only", "MACs: hmac-sha1")),),
    "remote_access/ssh_limits": (
        (20, Outcome(status=Status.WARN, actual="MaxAuthTries 6", expected="MaxAuthTries 4", note="within tolerance")),
    ),
}
SEEN: Mapping[str, str] = {
    "password/min_length": "at least 14 characters (minlen=14 in /etc/security/pwquality.conf)",
    "password/history": "the last 24 passwords are refused",
    "password/empty_password": "none of 31 accounts has an empty password",
    "password/hash": "new passwords yescrypt; stored ones yescrypt",
    "patching/security_pending": "no security update is pending",
    "patching/os_supported": "supported for more than a year",
    "accounts/uid0": "superuser accounts: root",
    "remote_access/ssh_root_login": "PermitRootLogin no",
}


def host(number: int) -> TargetResult:
    """One invented host; two in fourteen are away, one has a weak scan account."""
    name = f"hou-{NAMES[number]}" if number < len(NAMES) else f"lar-node{number - len(NAMES) + 1:03d}"
    common: dict[str, Any] = {"name": name, "address": f"10.20.{number // 250}.{number % 250 + 11}", "transport": "ssh"}
    if number % 14 == 12:
        return TargetResult(
            **common, platform="", os="", state=TargetState.UNREACHABLE, reason=Reason.UNREACHABLE, detail="no route"
        )
    if number % 14 == 13:
        detail = "the server takes none of: publickey"
        return TargetResult(
            **common, platform="", os="", state=TargetState.LOGIN_FAILED, reason=Reason.LOGIN, detail=detail
        )
    return TargetResult(
        **common,
        platform="linux",
        os=SYSTEMS[number % len(SYSTEMS)],
        state=TargetState.READ,
        role="server",
        tags=("trade-data",) if number % 3 == 0 else (),
        account="ctpat-scan",
        privilege=Privilege.USER if number % 10 == 7 else Privilege.GRANTS,
        collected_at=BEGAN + timedelta(seconds=3 * number),
        duration_s=2.4,
        round_trips=3,
        host_key=f"SHA256:{hashlib.sha256(name.encode()).hexdigest()[:43]}",
        hardware=f"Dell Inc., PowerEdge R640, server, serial number {7000 + number}, 62.8 GiB memory, sda 894.3 GiB",
    )


def _outcome(check: str, chance: float, target: TargetResult) -> Outcome:
    if not target.reached:
        return dark(target.reason or Reason.FAULT, target.detail)
    below = 0
    for share, outcome in TROUBLE.get(check, ()):
        if outcome.reason is Reason.DENIED and target.privilege is Privilege.USER:
            return outcome
        if outcome.reason is not Reason.DENIED:
            below += share
            if chance * 100 < below:
                return outcome
    return Outcome(status=Status.PASS, actual=SEEN.get(check, "as expected"))


def _finding(
    check: Check, parameters: EffectiveParameters, outcome: Outcome, target: TargetResult, keys: Any
) -> Finding:
    held = hold_below_green(outcome, parameters)
    dark_ = held.status is Status.UNKNOWN
    section = hashlib.sha256(f"{target.name}/{check.family}".encode()).hexdigest()
    second = hashlib.sha256(f"{target.name}/host".encode()).hexdigest()
    return Finding(
        check=check.id,
        version=check.version,
        target=target.name,
        status=held.status,
        expected=held.expected,
        actual="" if dark_ else held.actual,
        reason=held.reason,
        detail=held.actual if dark_ else "",
        note=held.note,
        question=held.question,
        items=held.items,
        evidence=(section, second) if target.reached else (),
        requirements=keys,
        parameters=dict(parameters.values),
        parameter_sources={name: source.key for name, source in parameters.sources.items()},
    )


def _judged(target: TargetResult, profile: Profile, checks: Mapping[str, Check]) -> list[Finding]:
    dice = random.Random(target.name)
    return [
        _finding(
            checks[name],
            effective(use, SITE_PARAMETERS, platform="linux", sources=profile.sources),
            _outcome(name, dice.random(), target),
            target,
            profile.requirements_of(name),
        )
        for name, use in profile.uses.items()
        if name in checks
    ]


def _read(target: TargetResult, findings: Sequence[Finding]) -> TargetResult:
    unread = tuple(dict.fromkeys(f.detail for f in findings if f.status is Status.UNKNOWN))
    return replace(target, unread=unread, state=TargetState.PARTLY_READ) if unread and target.reached else target


def content() -> tuple[Profile, Mapping[str, Check]]:
    """The shipped criteria pack and the shipped checks."""
    checks = load_checks(())
    return load_profile("ctpat", checks=checks), checks


def sample(profile: Profile, checks: Mapping[str, Check], hosts: int = 14, **changes: Any) -> RunResult:
    """The run; `changes` are fields of its `RunInfo`."""
    rollup = Rollup(
        profile,
        on=BEGAN.date(),
        planned=hosts,
        entities=("importer",),
        applicability={
            "remote_access": Applicability(applies=True),
            "personal_devices": Applicability(applies=False, reason="banned by policy IT-07"),
        },
    )
    targets, findings = [], []
    for number in range(hosts):
        found = _judged(host(number), profile, checks)
        target = _read(host(number), found)
        rollup.add(target, found)
        targets.append(target)
        findings += found
    run = RunInfo(
        id="7c1f0a52-5f0e-4b1c-9f63-2f1f6c1f7a10",
        site="acme-houston",
        company="Acme Imports, Inc.",
        entities=("importer",),
        anniversary="03-31",
        started=BEGAN,
        finished=BEGAN + timedelta(seconds=3 * hosts + 9),
        scanner="ctpat-scanner 0.1.0",
        profile=profile.ref,
    )
    return RunResult(
        run=replace(run, **changes),
        coverage=rollup.coverage(),
        targets=tuple(targets),
        findings=tuple(findings),
        assessments=rollup.assessments(),
    )


def main(path: str, hosts: str = "14") -> None:
    """Write the sample report."""
    from scanner.report import render

    profile, checks = content()
    Path(path).write_bytes(render("html", sample(profile, checks, int(hosts)), profile, checks))


if __name__ == "__main__":
    main(*sys.argv[1:])
