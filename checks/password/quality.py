"""New local passwords are checked against common words and the user's own name.

Why: long and well-known is still guessed first. Character rules are reported, and demanded only where an audit asks
for them, because current guidance advises against them.
Source: CTPAT 4.8; CIS Debian 12 5.3.3.2.4 to 5.3.3.2.8; NIST SP 800-63B-4 (blocklist, no composition rules).
"""

from scanner.api import Absent, Outcome, PasswordPolicy, Severity, check, failed, need, passed


@check(
    title="New passwords are checked for quality",
    severity=Severity.MEDIUM,
    remediation="Linux: have pam_pwquality in the password stack with enforcing, dictcheck and usercheck on and a "
    "cracklib dictionary installed. Windows: turn 'Password must meet complexity requirements' on.",
)
def quality(policy: PasswordPolicy, *, composition: bool = False, required_classes: int = 3) -> Outcome:
    """Pass when weak passwords are refused; `composition` also demands `required_classes` kinds of characters."""
    expected = "common words and the user's own name are refused"
    if policy.quality_enforced is False:
        return failed(expected=expected, actual=f"nothing refuses a weak password: {policy.quality_source}")
    if faults := _faults(policy):
        return failed(expected=expected, actual="; ".join(faults), items=faults)
    if composition and isinstance(policy.required_classes, int) and policy.required_classes < required_classes:
        wanted = f"passwords mix at least {required_classes} kinds of characters"
        return failed(expected=wanted, actual=f"{policy.required_classes} kinds of characters are demanded")
    if composition:
        need(policy.required_classes)
    need(policy.quality_enforced)
    for value in (policy.dictionary_check, policy.user_name_check):
        if not isinstance(value, Absent):
            need(value)
    return passed(actual=f"checked by {policy.quality_source}", note=_note(policy))


def _faults(policy: PasswordPolicy) -> list[str]:
    found = []
    if policy.dictionary_check is False:
        found.append("common words are accepted (the dictionary check is off, or there is no dictionary)")
    if policy.user_name_check is False:
        found.append("the user's own name is accepted")
    return found


def _note(policy: PasswordPolicy) -> str:
    rules = f"character rules: {policy.composition}" if policy.composition else "no character rules"
    missing = isinstance(policy.dictionary_check, Absent)
    return "; ".join([rules, *(["the system has no dictionary check"] if missing else []), *policy.notes])
