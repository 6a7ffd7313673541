"""Rules for passwords and lockout in force. Source: ADSI (effective, in seconds), security template (in days, minutes).

Role first: on a member these rules hold for its local accounts alone, on a domain controller they are the domain's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.facts.authentication import Lockout
from scanner.facts.base import Probe, RawFacts, Reader
from scanner.facts.host import Host, Membership
from scanner.facts.password import PasswordPolicy
from scanner.facts.windows.host import HOST, read_host
from scanner.facts.windows.values import Values, entry, required, then
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

PASSWORD_POLICY = Probe(
    name="password_policy",
    why="what Windows demands of a new password, and what locks an account",
    script=r"""
$keys = @(
    'MinimumPasswordAge', 'MaximumPasswordAge', 'MinimumPasswordLength', 'PasswordComplexity', 'PasswordHistorySize',
    'ClearTextPassword', 'LockoutBadCount', 'ResetLockoutCount', 'LockoutDuration', 'AllowAdministratorLockout',
    'EnableGuestAccount'
)
@{
    effective = Read-Part {
        $users = Get-CimInstance -ClassName 'Win32_UserAccount' -Filter 'LocalAccount=TRUE' -OperationTimeoutSec 20
        $user = @($users)[0]
        $entry = Open-Adsi "WinNT://$env:COMPUTERNAME/$($user.Name),user"
        @{
            min_length = $entry.MinPasswordLength.Value
            max_age_s = $entry.MaxPasswordAge.Value
            min_age_s = $entry.MinPasswordAge.Value
            history = $entry.PasswordHistoryLength.Value
            threshold = $entry.MaxBadPasswordsAllowed.Value
            unlock_s = $entry.AutoUnlockInterval.Value
            window_s = $entry.LockoutObservationInterval.Value
        }
    }
    template = Read-Part {
        $lines = (Read-Template 'SECURITYPOLICY') -split '\r?\n'
        , @(foreach ($line in $lines) { if ($keys -contains ($line -split '=')[0].Trim()) { [string]$line.Trim() } })
    }
    hashes = Read-Part { Read-Registry 'SYSTEM\CurrentControlSet\Control\Lsa' @('NoLMHash') }
}
""",
    timeout_s=25,
)

_DAY_S = 86400
_FOREVER = (-1, 0xFFFFFFFF)
_COMPLEXITY = "'Password must meet complexity requirements'"
_COMPLEX_KINDS = 3
_RULES = {
    Membership.ALONE: "the host's local policy",
    Membership.MEMBER: "the host's local policy",
    Membership.CLOUD: "the host's local policy",
    Membership.CONTROLLER: "the domain's policy",
}


@dataclass(frozen=True, slots=True)
class _Rules:
    """Both sources of the policy: what Windows says is in force, and what the security template holds."""

    effective: Values | Unknown
    template: Mapping[str, int] | Unknown

    def number(self, name: str) -> Maybe[int]:
        return required(then(self.effective, lambda values: values.number(name)))

    def line(self, key: str) -> Maybe[int]:
        """A number of the template; absent where the export leaves the key out."""
        if isinstance(self.template, Unknown):
            return self.template
        return self.template.get(key, Absent(f"the security template has no {key}"))

    def either(self, name: str, key: str, factor: int = 1) -> Maybe[int]:
        """What is in force; where that could not be read, the template's number in the same unit."""
        value = self.number(name)
        written = self.line(key)
        if is_known(value) or not is_known(written):
            return value
        return written if written in _FOREVER else written * factor


def _rules(raw: RawFacts) -> _Rules | Unknown:
    found = required(entry(raw, PASSWORD_POLICY.name))
    if isinstance(found, Unknown):
        return found
    template = required(then(required(found.texts("template")), _template))
    return _Rules(required(found.inside("effective")), template)


def _template(lines: tuple[str, ...]) -> Mapping[str, int] | Unknown:
    """`KEY = NUMBER` lines; an export without a single one was not read."""
    pairs = [(key.strip(), value.strip()) for key, sign, value in (line.partition("=") for line in lines) if sign]
    numbers = {key: int(value) for key, value in pairs if value.removeprefix("-").isdecimal() and len(value) < 12}
    if len(numbers) != len(pairs) or not numbers:
        return Unknown(Reason.UNREADABLE, "the security template holds no numbers that can be read")
    return numbers


def template_number(raw: RawFacts, key: str) -> Maybe[int]:
    """A number of the security template; absent where the export leaves the key out."""
    rules = _rules(raw)
    return rules if isinstance(rules, Unknown) else rules.line(key)


def read_policy(raw: RawFacts) -> PasswordPolicy | Absent | Unknown:
    """`PasswordPolicy`, for the accounts that this host rules."""
    rules = _rules(raw)
    if isinstance(rules, Unknown):
        return rules
    host = read_host(raw)
    source = _source(host)
    complexity = then(required(rules.line("PasswordComplexity")), lambda value: value == 1)
    return PasswordPolicy(
        minimum_length=_some(rules.either("min_length", "MinimumPasswordLength")),
        minimum_length_source=f"'Minimum password length' of {source}",
        quality_enforced=complexity,
        quality_source=f"{_COMPLEXITY} {'is off in' if complexity is False else 'of'} {source}",
        dictionary_check=Absent("Windows compares new passwords with no list of common ones"),
        user_name_check=complexity,
        required_classes=then(complexity, lambda on: _COMPLEX_KINDS if on else 0),
        composition="three of five kinds of characters" if complexity is True else "",
        history=_some(rules.either("history", "PasswordHistorySize")),
        history_source=f"'Enforce password history' of {source}",
        new_hash_scheme=_scheme(raw),
        reversible_storage=then(required(rules.line("ClearTextPassword")), lambda value: value != 0),
        new_max_age_days=_days(rules.either("max_age_s", "MaximumPasswordAge", _DAY_S)),
        new_min_age_days=_days(rules.either("min_age_s", "MinimumPasswordAge", _DAY_S)),
        notes=_notes(host),
    )


def _source(host: Host | Absent | Unknown) -> str:
    membership = host.membership if isinstance(host, Host) else host
    return _RULES[membership] if is_known(membership) else "the policy of the host"


def _notes(host: Host | Absent | Unknown) -> tuple[str, ...]:
    """Which accounts the rules do not reach."""
    membership = host.membership if isinstance(host, Host) else host
    if membership is Membership.MEMBER:
        return ("this holds for local accounts only; accounts of the domain follow the domain's policy",)
    if membership is Membership.CLOUD:
        return ("this holds for local accounts only; accounts of Entra ID follow the policy of that directory",)
    if membership is Membership.CONTROLLER:
        return ("this holds for the accounts of the domain that no fine-grained policy names",)
    if membership is Membership.ALONE:
        return ()
    return ("whether a domain rules further accounts is not known",)


def _some(value: Maybe[int]) -> Maybe[int | None]:
    """Zero switches these rules off."""
    return then(value, lambda number: number if number > 0 else None)


def _days(seconds: Maybe[int]) -> Maybe[int | None]:
    return then(seconds, lambda value: None if value in _FOREVER or value < _DAY_S else value // _DAY_S)


def _scheme(raw: RawFacts) -> Maybe[str]:
    """Windows has one way to store passwords; the older one beside it is off unless somebody switched it on."""
    found = entry(raw, PASSWORD_POLICY.name)
    value = then(found, lambda values: values.registry_number("hashes", "NoLMHash"))
    if value == 0:
        return "lm"
    if isinstance(value, Unknown):
        return value
    return Absent("Windows stores every password in the same way; no setting changes it")


def read_lockout(raw: RawFacts) -> Lockout | Absent | Unknown:
    """`Lockout`, for the accounts that this host rules."""
    rules = _rules(raw)
    if isinstance(rules, Unknown):
        return rules
    host = read_host(raw)
    threshold = _some(rules.either("threshold", "LockoutBadCount"))
    return Lockout(
        threshold=threshold,
        duration_s=_interval(rules.either("unlock_s", "LockoutDuration", 60)),
        window_s=_interval(rules.either("window_s", "ResetLockoutCount", 60)),
        exempts_administrators=_exempt(rules),
        how="; ".join([f"account lockout policy of {_source(host)}", *_notes(host)]),
        gaps=(),
        address_ban=None,
    )


def _interval(seconds: Maybe[int]) -> Maybe[int | None]:
    """None where an administrator has to unlock."""
    return then(seconds, lambda value: None if value in _FOREVER else value)


def _exempt(rules: _Rules) -> Maybe[bool]:
    """The built-in administrator is never locked out unless this switch, of October 2022, is on."""
    allowed = rules.line("AllowAdministratorLockout")
    if isinstance(allowed, Absent):
        return Absent("no switch for it is set, or this Windows is from before October 2022 and has none (KB5020282)")
    return then(allowed, lambda value: value != 1)


READERS: tuple[Reader, ...] = (
    Reader(fact=PasswordPolicy, probes=(HOST, PASSWORD_POLICY), read=read_policy),
    Reader(fact=Lockout, probes=(HOST, PASSWORD_POLICY), read=read_lockout),
)
