"""Rules that replace the domain's for some accounts are no weaker than what is demanded of the domain.

Why: a policy for a few accounts, often service accounts, undoes the good one where nobody looks.
Source: Microsoft Learn, "Fine-Grained Password Policies"; CIS Microsoft Windows Server 2022 Benchmark 1.1 and 1.2. The
numbers are those of password/min_length, password/history and password/lockout.
"""

from scanner.api import (
    AccountPolicy,
    DomainRules,
    LockoutRules,
    Locks,
    Outcome,
    Severity,
    check,
    failed,
    is_known,
    need,
    passed,
    password_ages,
    plural,
    warned,
)


@check(
    title="Fine-grained password policies are as strict as the domain's must be",
    severity=Severity.HIGH,
    remediation="Raise the named values (Set-ADFineGrainedPasswordPolicy), or remove the policy.",
    version=2,
    tolerances={"tolerated": "required", "tolerated_attempts": "max_attempts"},
)
def fine_grained_policies(
    domain: DomainRules,
    *,
    required: int = 14,
    tolerated: int = 12,
    history: int = 24,
    min_age_days: int | None = None,
    max_attempts: int = 5,
    tolerated_attempts: int | None = None,
    min_duration_s: int = 900,
    min_window_s: int | None = 900,
) -> Outcome:
    """Judge each policy by length, history, complexity, storage and lockout, as the domain's own is judged.

    Policies that this account cannot see leave it unknown. Every policy is shown with its precedence and its ages.
    """
    policies = need(domain.account_policies)
    rules = LockoutRules(
        max_attempts=max_attempts,
        tolerated_attempts=tolerated_attempts,
        min_duration_s=min_duration_s,
        min_window_s=min_window_s,
        workstation_tolerated_duration_s=None,
        workstation_tolerated_window_s=None,
    )
    faults = [f"{_shown(one)}: {text}" for one in policies for text in _faults(one, tolerated, history, rules)]
    expected = (
        f"at least {required} characters, complex, not one of the last {history}, nothing stored readably; {rules}"
    )
    if faults:
        return failed(expected=expected, actual=plural(len(faults), "weaker rule"), items=faults)
    short: list[str] = []
    names: dict[str, None] = {}
    for policy in policies:
        _need_all(policy)
        lockout = _locks(policy).tolerated(rules, False)
        names |= dict.fromkeys(name for name, _ in lockout)
        if (need(policy.minimum_length) or 0) < required:
            names["tolerated"] = None
        texts = [*_short(policy, required, min_age_days), *(text for _, text in lockout)]
        short += [f"{_shown(policy)}: {text}" for text in texts]
    if short:
        return warned(expected=expected, actual="; ".join(short), tolerances=tuple(names))
    shown = "; ".join(_shown(policy) for policy in policies)
    return passed(
        actual=f"{plural(len(policies), 'fine-grained policy', 'fine-grained policies')}, none weaker", note=shown
    )


def _shown(policy: AccountPolicy) -> str:
    holders = policy.applies_to if is_known(policy.applies_to) else ()
    whom = f"for {', '.join(holders[:5]) or 'nobody'}{', …' if len(holders) > 5 else ''}"
    rank = f"precedence {policy.precedence}" if is_known(policy.precedence) else "precedence not known"
    return f"{policy.name} ({whom}; {rank}, {password_ages(policy.min_age_days, policy.max_age_days)})"


def _locks(policy: AccountPolicy) -> Locks:
    return Locks(
        threshold=policy.lockout_threshold, duration_s=policy.lockout_duration_s, window_s=policy.lockout_window_s
    )


def _faults(policy: AccountPolicy, tolerated: int, history: int, rules: LockoutRules) -> list[str]:
    length, remembered = policy.minimum_length, policy.history
    found = []
    if is_known(length) and (length is None or length < tolerated):
        found.append("no minimum length" if length is None else f"at least {length} characters")
    if is_known(remembered) and (remembered or 0) < history:
        found.append(
            f"only the last {remembered} passwords are refused" if remembered else "old passwords are accepted"
        )
    if policy.complexity is False:
        found.append("passwords need not be complex")
    if policy.reversible_storage is True:
        found.append("passwords are stored so that they can be read back")
    if policy.lockout_threshold is None:
        return [*found, "no account is ever locked"]
    return found + _locks(policy).faults(rules, False)


def _short(policy: AccountPolicy, required: int, min_age_days: int | None) -> list[str]:
    """What is a warning only: a tolerated length, and a password that may be changed again too soon."""
    found = [f"at least {policy.minimum_length} characters"] if (need(policy.minimum_length) or 0) < required else []
    if min_age_days is not None and (need(policy.min_age_days) or 0) < min_age_days:
        found.append(f"a password may be changed again before it is {plural(min_age_days, 'day')} old")
    return found


def _need_all(policy: AccountPolicy) -> None:
    for value in (policy.minimum_length, policy.history, policy.lockout_threshold):
        need(value)
    need(policy.complexity)
    need(policy.reversible_storage)
