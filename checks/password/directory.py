"""A directory that admits accounts is asked over a protected connection by a service that runs.

Why: an unprotected directory lets anybody on the network invent an administrator; a stopped service leaves accounts
that should be closed open in its cache.
Source: CTPAT 4.7, 4.8; nsswitch.conf(5); sssd-ldap(5); nslcd.conf(5).
"""

from scanner.api import Absent, DirectoryKind, NameService, Outcome, Severity, check, failed, is_known, need, passed

RULES = "Its password rules are judged where the domain is a target itself (ldaps://)."
NO_TARGET = "Its password rules are not judged: of directories only Active Directory can be a target itself."


@check(
    title="The account directory is protected",
    severity=Severity.HIGH,
    remediation="Leave NIS; use ldaps:// or StartTLS with verified certificates; start and enable the service. "
    "Windows: turn 'Domain member: Digitally encrypt or sign secure channel data (always)' on.",
)
def directory(names: NameService) -> Outcome:
    """Pass with the kind of directory when it is none, or protected and answered for."""
    expected = "local accounts, or a directory asked over a protected connection by a running service"
    if faults := _faults(names):
        return failed(expected=expected, actual="; ".join(faults), items=faults)
    kind = need(names.directory)
    need(names.plain_text)
    if not isinstance(names.service_running, Absent):
        need(names.service_running)
    sources = f"sources: {', '.join(names.sources)}"
    if kind is DirectoryKind.NONE:
        return passed(actual=f"local accounts only ({sources})")
    return passed(
        actual=f"accounts come from {kind} ({sources})",
        note=RULES if kind is DirectoryKind.ACTIVE_DIRECTORY else NO_TARGET,
    )


def _faults(names: NameService) -> list[str]:
    found = []
    if names.directory is DirectoryKind.NIS:
        found.append("NIS hands out accounts, and often hashes, to anybody who asks")
    if is_known(names.plain_text) and names.plain_text:
        found.append(f"asked without protection: {', '.join(names.plain_text)}")
    if names.service_running is False:
        found.append(f"{names.service} is configured and not running")
    return found
