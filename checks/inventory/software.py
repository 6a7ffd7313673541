"""The list of installed software was collected.

Why: what nobody knows to be there is neither updated nor licensed.
Source: CTPAT MSC 4.11; NIST SP 800-171 r2 3.4.1; CIS Controls v8 2.1. The list lies in the evidence, to be compared
with the register; whether each program belongs there is for a person to say.
"""

from scanner.api import InstalledSoftware, Outcome, Reason, Severity, check, need_or, passed, plural, unknown


@check(
    title="Installed software is listed",
    severity=Severity.LOW,
    remediation="Give the scan account the right to read the list of installed programs.",
)
def software(software: InstalledSoftware) -> Outcome:
    """Pass on a whole list; what such a list cannot show is said beside it."""
    if software.incomplete:
        detail = f"{len(software.incomplete)} entries could not be read: {software.incomplete[0]}"
        return unknown(Reason.NO_EVIDENCE, detail)
    if not software.programs:
        return unknown(Reason.NO_EVIDENCE, "no installed program has a name")
    note = f"Not in the list: {', '.join(software.left_out)}."
    return passed(actual=f"{len(software.programs)} programs are listed{_own(software)}", note=note)


def _own(software: InstalledSoftware) -> str:
    """How many belong to single users, and of how many users that is known."""
    count = sum(1 for program in software.programs if program.user)
    return (
        f", {count} of them of {plural(len(need_or(software.users, ())), 'user')} who were signed in" if count else ""
    )
