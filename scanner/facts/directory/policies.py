"""Rules for passwords and lockout: the domain's own, and the finer ones that take their place for some accounts.

Who may not see the finer ones sees none of them, which looks like a domain without: so none counts only where this
account can read the container that holds them.
"""

from __future__ import annotations

from datetime import datetime

from scanner.facts.authentication import Lockout
from scanner.facts.base import RawFact, RawFacts, Reader
from scanner.facts.directory.identity import SESSION, domain_name
from scanner.facts.directory.probes import DOMAIN, POLICIES, STORED_PASSWORDS, TICKET_KEY
from scanner.facts.directory.values import Row, bit, count, days, only, refusal, some, span_s, table, when, window_s
from scanner.facts.domain import AccountPolicy, DomainRules, StoredPasswords
from scanner.facts.password import PasswordPolicy
from scanner.facts.windows.values import Values, entry
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

# pwdProperties, MS-SAMR 2.2.1.4 (DOMAIN_PASSWORD_COMPLEX and following).
_COMPLEX, _LOCKS_ADMINISTRATORS, _REVERSIBLE = 1, 8, 16
_KINDS = 3
_COMPLEXITY = "'Password must meet complexity requirements'"
_MISSING = "noSuchObject"
_NOT_VISIBLE = (
    "fine-grained password policies are not for this account to see, so none seen says nothing; let it read the "
    "Password Settings Container and what is in it, or scan as a domain administrator"
)


def domain_of(raw: RawFacts) -> str:
    """The domain's name for sentences."""
    session = entry(raw, SESSION)
    name = domain_name(session) if isinstance(session, Values) else session
    return name if is_known(name) and name else "the domain"


def rules(raw: RawFacts) -> Row | Unknown:
    """The domain's own rules, which any of its accounts may read."""
    return only(table(raw, DOMAIN.name, "rules"), "the head of the domain")


def read_policy(raw: RawFacts) -> PasswordPolicy | Absent | Unknown:
    """`PasswordPolicy` of the domain, for every account that no finer one names."""
    head = rules(raw)
    if isinstance(head, Unknown):
        return head
    properties, source = head.number("pwdProperties"), f"the password policy of {domain_of(raw)}"
    complexity = bit(properties, _COMPLEX)
    return PasswordPolicy(
        minimum_length=some(head.number("minPwdLength")),
        minimum_length_source=f"'Minimum password length' of {source}",
        quality_enforced=complexity,
        quality_source=f"{_COMPLEXITY} {'is off in' if complexity is False else 'of'} {source}",
        dictionary_check=Absent("a domain compares new passwords with no list of common ones"),
        user_name_check=complexity,
        required_classes=(_KINDS if complexity else 0) if is_known(complexity) else complexity,
        composition="three of five kinds of characters" if complexity is True else "",
        history=some(head.number("pwdHistoryLength")),
        history_source=f"'Enforce password history' of {source}",
        new_hash_scheme=Absent("a domain stores every password in the same ways; no setting chooses one"),
        reversible_storage=bit(properties, _REVERSIBLE),
        new_max_age_days=days(head.number("maxPwdAge")),
        new_min_age_days=days(head.number("minPwdAge")),
        notes=("this holds for the accounts that no fine-grained policy names",),
    )


def read_lockout(raw: RawFacts) -> Lockout | Absent | Unknown:
    """`Lockout` of the domain, for every account that no finer policy names."""
    head = rules(raw)
    if isinstance(head, Unknown):
        return head
    locks_administrators = bit(head.number("pwdProperties"), _LOCKS_ADMINISTRATORS)
    return Lockout(
        threshold=some(head.number("lockoutThreshold")),
        duration_s=span_s(head.number("lockoutDuration")),
        window_s=window_s(head.number("lockOutObservationWindow")),
        exempts_administrators=not locks_administrators if is_known(locks_administrators) else locks_administrators,
        how=f"account lockout policy of {domain_of(raw)}, for accounts that no fine-grained policy names",
        gaps=(),
        address_ban=None,
    )


# --- Finer rules -----------------------------------------------------------------------------------------


def policy_rows(raw: RawFacts) -> tuple[Row, ...] | Unknown:
    """The fine-grained policies, where this account may see them."""
    if (failed := refusal(raw, POLICIES.name, "container")) is not None and failed.fqid == _MISSING:
        return Unknown(Reason.DENIED, _NOT_VISIBLE)
    container = only(table(raw, POLICIES.name, "container"), "the Password Settings Container")
    if isinstance(container, Unknown):
        return Unknown(Reason.DENIED, _NOT_VISIBLE) if container.code is Reason.DENIED else container
    rows = table(raw, POLICIES.name, "policies")
    if isinstance(rows, Unknown):
        return rows
    if hidden := [row for row in rows if row.maybe_text("cn") is None]:
        names = ", ".join(row.maybe_text("dn") or "?" for row in hidden[:5])
        return Unknown(Reason.DENIED, f"{len(hidden)} fine-grained policies are not for this account to read: {names}")
    return rows if container.maybe_text("cn") is not None else Unknown(Reason.DENIED, _NOT_VISIBLE)


def _policy(row: Row) -> AccountPolicy:
    return AccountPolicy(
        name=row.maybe_text("cn") or "",
        precedence=row.number("msDS-PasswordSettingsPrecedence"),
        minimum_length=some(row.number("msDS-MinimumPasswordLength")),
        history=some(row.number("msDS-PasswordHistoryLength")),
        complexity=row.flag("msDS-PasswordComplexityEnabled"),
        reversible_storage=row.flag("msDS-PasswordReversibleEncryptionEnabled"),
        lockout_threshold=some(row.number("msDS-LockoutThreshold")),
        lockout_duration_s=span_s(row.number("msDS-LockoutDuration")),
        lockout_window_s=window_s(row.number("msDS-LockoutObservationWindow")),
        min_age_days=days(row.number("msDS-MinimumPasswordAge")),
        max_age_days=days(row.number("msDS-MaximumPasswordAge")),
        applies_to=tuple(_common_name(name) for name in row.texts("msDS-PSOAppliesTo")),
    )


def _rank(row: Row) -> tuple[int, str]:
    """A directory gives its objects in no order; the policy that counts before others goes first."""
    rank = row.maybe_number("msDS-PasswordSettingsPrecedence")
    return (1 << 63 if rank is None else rank), row.maybe_text("cn") or ""


def _common_name(dn: str) -> str:
    """`Olga` from `CN=Olga,CN=Users,…`, for sentences."""
    return dn.partition(",")[0].partition("=")[2] or dn


# --- The rest of the domain ------------------------------------------------------------------------------


def read_rules(raw: RawFacts) -> DomainRules | Absent | Unknown:
    """`DomainRules`; each part is known or unknown by itself."""
    if not any(isinstance(raw.read(probe.name), RawFact) for probe in (DOMAIN, POLICIES, TICKET_KEY, STORED_PASSWORDS)):
        return raw.why_not(DOMAIN.name)
    head, rows = rules(raw), policy_rows(raw)
    return DomainRules(
        domain=domain_of(raw),
        account_policies=rows if isinstance(rows, Unknown) else tuple(_policy(row) for row in sorted(rows, key=_rank)),
        computers_per_user=head if isinstance(head, Unknown) else head.number("ms-DS-MachineAccountQuota"),
        ticket_key_changed=_ticket_key(raw),
        stored_passwords=_stored(raw),
    )


def _ticket_key(raw: RawFacts) -> Maybe[datetime | None]:
    row = only(table(raw, TICKET_KEY.name, "krbtgt"), "the account krbtgt")
    return row if isinstance(row, Unknown) else when(row.number("pwdLastSet"))


def _stored(raw: RawFacts) -> Maybe[StoredPasswords]:
    places = table(raw, STORED_PASSWORDS.name, "places")
    if isinstance(places, Unknown):
        return places
    if not places:
        return Absent("this directory has no place for passwords of local administrators (LAPS)")
    counts = [count(raw, STORED_PASSWORDS.name, name) for name in ("computers", "kept", "readable")]
    gap = next((value for value in counts if isinstance(value, Unknown)), None)
    if gap is not None:
        return gap
    computers, kept, readable = (value for value in counts if isinstance(value, int))
    return StoredPasswords(computers=computers, kept=kept, readable=readable)


READERS: tuple[Reader, ...] = (
    Reader(fact=PasswordPolicy, probes=(DOMAIN,), given=(SESSION,), read=read_policy),
    Reader(fact=Lockout, probes=(DOMAIN,), given=(SESSION,), read=read_lockout),
    Reader(
        fact=DomainRules,
        probes=(DOMAIN, POLICIES, TICKET_KEY, STORED_PASSWORDS),
        given=(SESSION,),
        read=read_rules,
    ),
)
