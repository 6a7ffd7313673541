"""SSH admits named users or groups, not everyone who has an account.

Why: who may enter from afar is a smaller circle than who has an account; without a list the circles are the same.
Source: CIS Debian Linux 12 Benchmark 5.1.4; access.conf(5); CTPAT 4.7 (access follows the job).
"""

from scanner.api import Outcome, Severity, SshServer, check, need, passed, review

LISTS = ("allowusers", "allowgroups", "denyusers", "denygroups")


@check(
    title="SSH admits named users or groups",
    severity=Severity.LOW,
    remediation="Set `AllowGroups` in sshd_config to the group of those who need remote access, then reload sshd.",
)
def access_scope(ssh: SshServer, *, keywords: tuple[str, ...] = LISTS) -> Outcome:
    """Pass when the server or the host's login rules name who may enter; otherwise ask."""
    known = need(ssh.settings)[0].values
    rules = [f"{keyword} {' '.join(known[keyword])}" for keyword in keywords if _names_some(known.get(keyword, ()))]
    if rules:
        return passed(actual="; ".join(rules))
    lines = need(ssh.access_rules)
    if any(line.startswith("-") for line in lines):
        return passed(actual=f"login rules: {'; '.join(lines)}")
    return review(
        question="May every account with a shell sign in over SSH?",
        items=[f"no {', '.join(keywords)} and no login rules"],
    )


def _names_some(values: tuple[str, ...]) -> bool:
    """A list that admits everybody names nobody."""
    return any(word != "*" for value in values for word in value.split())
