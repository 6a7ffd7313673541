"""The commands that shells and programs run leave a record.

Why: intruders use what is already there, and only the commands show what they did with it.
Source: CIS Windows benchmarks 18.9.3.1, 18.10.87.1 and 18.10.87.2; Microsoft security baselines (without transcripts).
"""

from scanner.api import CommandLogging, Outcome, Severity, check, failed, need, passed


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
    off = [name for name, value in wanted.items() if value is False]
    if off:
        return failed(expected=f"recorded: {', '.join(wanted)}", actual=f"not recorded: {', '.join(off)}", items=off)
    for value in wanted.values():
        need(value)
    return passed(actual=f"recorded: {', '.join(wanted)}")
