"""Only members of one group may switch to the superuser with its password.

Why: without the limit, whoever learns the superuser's password can use it from any account, a service's included.
Source: CTPAT 4.7; CIS Debian 12 5.2.7; pam_wheel(8).
"""

from scanner.api import Outcome, Severity, SignIn, check, failed, need, passed


@check(
    title="Switching to the superuser is limited to a group",
    severity=Severity.LOW,
    remediation="Linux: add `auth required pam_wheel.so use_uid group=GROUP` to the su and su-l services.",
)
def su_restricted(sign_in: SignIn, *, demanded: bool = False) -> Outcome:
    """Pass with the group's name; without a group fail where it is `demanded`, else pass with a note."""
    group = need(sign_in.administrator_group)
    if group is not None:
        return passed(actual=f"only members of the group {group} may switch to the superuser")
    actual = "any account may switch to the superuser if it knows the password"
    if demanded:
        return failed(expected="switching to the superuser is limited to one group", actual=actual)
    return passed(actual=actual, note="not demanded here; a locked superuser password has the same effect")
