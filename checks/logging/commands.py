"""The commands that shells and programs run leave a record.

Why: intruders use what is already there, and only the commands show what they did with it.
Source: CIS Windows benchmarks 18.9.3.1, 18.10.87.1 and 18.10.87.2; Microsoft security baselines (without transcripts).
"""

from scanner.api import CommandLogging, Outcome, Severity, check, failed, is_known, need, passed


@check(
    title="Commands are recorded",
    severity=Severity.MEDIUM,
    remediation='Windows: policies "Turn on PowerShell Script Block Logging" and "Include command line in process '
    'creation events". Linux: audit rules for execve.',
)
def commands(logging: CommandLogging, *, transcripts: bool = False) -> Outcome:
    """Fail on each record that is off; transcripts of whole sessions only where they are asked for."""
    wanted = {"text of scripts": logging.scripts, "arguments of started programs": logging.command_lines}
    if transcripts:
        wanted["transcripts of sessions"] = logging.transcripts
    note = _beside(logging)
    off = [name for name, value in wanted.items() if value is False]
    if off:
        return failed(
            expected=f"recorded: {', '.join(wanted)}", actual=f"not recorded: {', '.join(off)}", items=off, note=note
        )
    for value in wanted.values():
        need(value)
    return passed(actual=f"recorded: {', '.join(wanted)}", note=note)


def _beside(logging: CommandLogging) -> str:
    """What else records is evidence: its own rules, which are not read, say what it leaves out."""
    names = logging.recorders if is_known(logging.recorders) else ()
    return f"Beside them {', '.join(names)} runs, with rules of its own." if names else ""
