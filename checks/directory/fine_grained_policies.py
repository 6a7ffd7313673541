"""Rules that replace the domain's for some accounts are no weaker than what is demanded of the domain.

Why: a policy for a few accounts, often service accounts, undoes the good one where nobody looks.
Source: Microsoft Learn, "Fine-Grained Password Policies"; CIS Microsoft Windows Server 2022 Benchmark 1.1 and 1.2.
"""

from scanner.api import AccountPolicy, DomainRules, Outcome, Severity, check, failed, is_known, need, passed, warned


@check(
    title="Fine-grained password policies are as strict as the domain's must be",
    severity=Severity.HIGH,
    remediation="Raise the named values (Set-ADFineGrainedPasswordPolicy), or remove the policy.",
)
def fine_grained_policies(
    domain: DomainRules,
    *,
    required: int = 14,
    tolerated: int = 12,
    max_attempts: int = 5,
    min_duration_s: int = 900,
) -> Outcome:
    """Judge each policy by length, lockout and storage; policies that this account cannot see leave it unknown."""
    policies = need(domain.account_policies)
    faults: list[str] = []
    short: list[str] = []
    for policy in policies:
        faults += [f"{_shown(policy)}: {fault}" for fault in _faults(policy, tolerated, max_attempts, min_duration_s)]
        length = policy.minimum_length
        if isinstance(length, int) and tolerated <= length < required:
            short.append(f"{_shown(policy)}: at least {length} characters")
    expected = f"at least {required} characters, a lockout after {max_attempts} failures, nothing stored readably"
    if faults:
        return failed(expected=expected, actual=f"{len(faults)} weaker rules", items=faults)
    for policy in policies:
        _need_all(policy)
    if short:
        return warned(expected=expected, actual="; ".join(short))
    return passed(actual=f"{len(policies)} fine-grained policies, none weaker")


def _shown(policy: AccountPolicy) -> str:
    holders = policy.applies_to if is_known(policy.applies_to) else ()
    return f"{policy.name} (for {', '.join(holders[:5]) or 'nobody'}{', …' if len(holders) > 5 else ''})"


def _faults(policy: AccountPolicy, tolerated: int, max_attempts: int, min_duration_s: int) -> list[str]:
    length, threshold, duration = policy.minimum_length, policy.lockout_threshold, policy.lockout_duration_s
    found = []
    if is_known(length) and (length is None or length < tolerated):
        found.append("no minimum length" if length is None else f"at least {length} characters")
    if policy.reversible_storage is True:
        found.append("passwords are stored so that they can be read back")
    if threshold is None:
        found.append("no account is ever locked")
    elif is_known(threshold) and threshold > max_attempts:
        found.append(f"an account locks only after {threshold} failures")
    elif is_known(duration) and duration is not None and duration < min_duration_s:
        found.append(f"a locked account opens again after {duration} s")
    return found


def _need_all(policy: AccountPolicy) -> None:
    for value in (policy.minimum_length, policy.lockout_threshold):
        need(value)
    need(policy.reversible_storage)
    need(policy.lockout_duration_s)
