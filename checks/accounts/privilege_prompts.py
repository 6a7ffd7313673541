"""Programs get administrator rights only after a prompt that no other program can answer.

Why: without it, whatever an administrator opens by mistake has all rights at once.
Source: CIS Windows benchmarks 2.3.17 and Microsoft security baselines (User Account Control). Windows' own defaults are
weaker than both and count as a warning.
"""

from scanner.api import Outcome, PrivilegePrompts, Prompt, Severity, check, failed, need, passed, warned


@check(
    title="Administrator rights are asked for",
    severity=Severity.MEDIUM,
    remediation='Windows: security options "User Account Control": Admin Approval Mode on, also for the built-in '
    "administrator; consent or credentials on the secure desktop; standard users denied.",
)
def privilege_prompts(
    prompts: PrivilegePrompts,
    *,
    administrators: tuple[str, ...] = ("consent", "password"),
    users: tuple[str, ...] = ("refused",),
) -> Outcome:
    """Fail where rights come without a prompt, or a prompt can be answered by programs; warn on weaker prompts."""
    faults = [
        text
        for text, is_fault in (
            ("prompts are off: programs of administrators have all rights", prompts.enabled is False),
            ("administrators' programs get all rights without asking", prompts.administrators is Prompt.SILENT),
            ("prompts can be read and answered by other programs", prompts.isolated is False),
        )
        if is_fault
    ]
    expected = f"administrators: {' or '.join(administrators)}; others: {' or '.join(users)}"
    if faults:
        return failed(expected=expected, actual="; ".join(faults), items=faults)
    need(prompts.enabled)
    need(prompts.isolated)
    return _strength(prompts, expected, administrators, users)


def _strength(
    prompts: PrivilegePrompts, expected: str, administrators: tuple[str, ...], users: tuple[str, ...]
) -> Outcome:
    for_administrators, for_users = need(prompts.administrators), need(prompts.users)
    weak = [
        *([f"administrators: {for_administrators}"] if for_administrators not in administrators else []),
        *([f"others: {for_users}"] if for_users not in users else []),
        *([] if need(prompts.covers_built_in) else ["the built-in administrator is not asked"]),
    ]
    if weak:
        return warned(expected=expected, actual="; ".join(weak))
    return passed(actual=f"administrators: {for_administrators}; others: {for_users}")
