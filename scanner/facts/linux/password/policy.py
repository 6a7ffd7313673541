"""`PasswordPolicy` on Linux: the rules a local user meets in each way to set a password; the weakest way counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scanner.facts.base import FileText, RawFact, RawFacts, files, lines_of, shared
from scanner.facts.linux.password import pam, probes
from scanner.facts.linux.password.dispatch import enforces, is_module, plays
from scanner.facts.linux.password.pam import Pam, Rule, Stack
from scanner.facts.linux.password.quality import QUALITY_MODULES, Demands, demands
from scanner.facts.linux.password.settings import FileMap, Layers, first_present, layers, login_defs, pairs
from scanner.facts.password import PasswordPolicy
from scanner.model import Absent, Maybe, Reason, Unknown, is_known

SERVICES = ("passwd", "login", "sshd")
"""Where a user sets a password: on request, and when an expired one has to be changed at login."""

_STORING = ("pam_unix.so", "pam_tcb.so", "pam_unix2.so")
_HISTORY = "pam_pwhistory.so"
_REMEMBERED_BY_DEFAULT = 10
_NO_LIMIT_DAYS = 99999
_SCHEMES: Mapping[str, str] = {
    "yescrypt": "yescrypt",
    "gost_yescrypt": "gost-yescrypt",
    "blowfish": "bcrypt",
    "bcrypt": "bcrypt",
    "sha512": "sha512",
    "sha256": "sha256",
    "md5": "md5",
    "bigcrypt": "des",
    "des": "des",
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the readers of this folder share: the PAM configuration, the settings files, the dictionaries."""

    pam: Pam
    files: FileMap
    dictionaries: tuple[str, ...]
    profile_umasks: tuple[tuple[str, int], ...]


@shared
def inputs(raw: RawFacts) -> Inputs | Unknown:
    """Parse both probes; unknown when either cannot be used."""
    section, settings = raw.read(probes.PAM.name), raw.read(probes.PASSWORD_FILES.name)
    if not isinstance(section, RawFact):
        return _as_unknown(section)
    if not isinstance(settings, RawFact):
        return _as_unknown(settings)
    notes = [line.split(" ") for line in lines_of(settings.text) if line[:1].isalpha()]
    if ["ok"] not in notes:
        return Unknown(Reason.UNREADABLE, "password_files: the listing is not complete")
    parsed = pam.parse(section)
    if isinstance(parsed, Unknown):
        return parsed
    dictionaries = tuple(words[1] for words in notes if words[0] == "dictionary" and len(words) == 2)
    return Inputs(parsed, files(settings), dictionaries, tuple(_umasks(notes)))


def _as_unknown(value: Absent | Unknown) -> Unknown:
    return value if isinstance(value, Unknown) else Unknown(Reason.UNREADABLE, value.reason)


def _umasks(notes: Iterable[list[str]]) -> Iterable[tuple[str, int]]:
    for words in notes:
        if words[0] == "umask" and len(words) == 3 and words[2] and not set(words[2]) - set("01234567"):
            yield words[1], int(words[2], 8)


def read(raw: RawFacts) -> PasswordPolicy | Unknown:
    """The policy from the probes `pam` and `password_files`."""
    found = inputs(raw)
    if isinstance(found, Unknown):
        return found
    if not found.pam.used:
        return _without_pam(found)
    parts = [_part(found, service) for service in SERVICES if service == "passwd" or found.pam.path(service)]
    return _combine(parts, found)


# --- One way to set a password ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    service: str
    length: Maybe[int | None]
    length_source: str
    enforced: Maybe[bool]
    quality_source: str
    dictionary: Maybe[bool]
    user_name: Maybe[bool]
    classes: Maybe[int]
    composition: str
    history: Maybe[int | None]
    history_source: str
    notes: tuple[str, ...]


def _part(found: Inputs, service: str) -> _Part:
    stack = found.pam.stack(service, "password")
    if isinstance(stack, Unknown):
        text = stack.detail
        return _Part(service, stack, text, stack, text, stack, stack, stack, "", stack, text, ())
    listed = [demands(rule, found.files, found.dictionaries) for rule in pam.rules(stack)]
    all_of_them = [one for one in listed if one is not None]
    excuses = {one.rule: excuse for one in all_of_them if (excuse := _excuse(stack, one))}
    judging = [one for one in all_of_them if one.rule not in excuses]
    quality = [one for one in judging if one.rule.module in QUALITY_MODULES]
    length, length_source = _length(judging, excuses)
    history, history_source = _history(stack, found)
    return _Part(
        service=service,
        length=length,
        length_source=length_source,
        enforced=_enforced(quality),
        quality_source=_quality_source(quality, excuses) + _ineffective(quality, found.files),
        dictionary=_any(one.dictionary for one in quality),
        user_name=_any(one.user_name for one in quality),
        classes=_most(one.classes for one in quality),
        composition="; ".join(one.composition for one in quality if one.composition),
        history=history,
        history_source=history_source,
        notes=tuple(dict.fromkeys(note for one in quality for note in one.notes)),
    )


def _excuse(stack: Stack, one: Demands) -> str:
    """Why a module that is listed cannot refuse a password; empty when it can."""
    if one.active is False:
        return f"{one.rule} only warns"
    return why_not_enforced(stack, one.rule)


def why_not_enforced(stack: Stack, rule: Rule) -> str:
    """Why the refusal of one rule does not stop a password from being stored; empty when it does."""
    if not rule.present:
        return f"{rule} is listed, but the module is not installed"
    after = [_after(one.reached, rule) for one in plays(stack, refusing=lambda other: other is rule)]
    if any(following is None for following in after):
        return f"{rule} is skipped by the rules before it"
    if not enforces(stack, lambda other: other is rule):
        return f"{rule} does not decide (control '{rule.control}')"
    for other in (other for following in after for other in following or ()):
        if _stores_on_its_own(other):
            return f"{other} asks again and stores what {rule.module} refused (no use_authtok)"
    return ""


def _after(reached: Sequence[Rule], rule: Rule) -> tuple[Rule, ...] | None:
    """The rules asked after `rule`; None when it was never asked."""
    index = next((n for n, other in enumerate(reached) if other is rule), None)
    return None if index is None else tuple(reached[index + 1 :])


def _stores_on_its_own(rule: Rule) -> bool:
    return rule.present and rule.module in _STORING and not (rule.has("use_authtok") or rule.has("use_first_pass"))


def _length(judging: Sequence[Demands], excuses: Mapping[Rule, str]) -> tuple[Maybe[int | None], str]:
    for one in judging:
        if isinstance(one.minimum_length, Unknown):
            return one.minimum_length, one.source
    best = max(judging, key=lambda one: one.minimum_length if isinstance(one.minimum_length, int) else 0, default=None)
    why = "; ".join(excuses.values())
    if best is None or not best.minimum_length:
        return None, why or "no module checks the length of a new password"
    return best.minimum_length, f"{best.source}; {why}" if why else best.source


def _enforced(quality: Sequence[Demands]) -> Maybe[bool]:
    """True when one module refuses for certain; unknown where that hangs on a file that could not be read."""
    doubts = [one.active for one in quality if isinstance(one.active, Unknown)]
    if any(one.active is True for one in quality):
        return True
    return doubts[0] if doubts else False


def _quality_source(quality: Sequence[Demands], excuses: Mapping[Rule, str]) -> str:
    if quality:
        return ", ".join(str(one.rule) for one in quality)
    why = [text for rule, text in excuses.items() if rule.module in QUALITY_MODULES]
    return "; ".join(why) or "no module that judges a new password is in the stack"


def _ineffective(quality: Sequence[Demands], found: FileMap) -> str:
    """A settings file without its module: the most common way to look protected and not be."""
    path = "/etc/security/pwquality.conf"
    file = found.get(path)
    read_by = any(one.rule.module == "pam_pwquality.so" for one in quality)
    set_here = isinstance(file, FileText) and "minlen" in dict(pairs(file.text))
    return f"; what {path} demands has no effect" if set_here and not read_by else ""


def _any(values: Iterable[Maybe[bool]]) -> Maybe[bool]:
    """True if any is; else the first unknown; else false."""
    seen = list(values)
    if True in seen:
        return True
    return next((value for value in seen if isinstance(value, Unknown)), False)


def _most(values: Iterable[Maybe[int]]) -> Maybe[int]:
    seen = list(values)
    doubt = next((value for value in seen if isinstance(value, Unknown)), None)
    return doubt or max((value for value in seen if isinstance(value, int)), default=0)


# --- History ----------------------------------------------------------------------------------------------


def _history(stack: Stack, found: Inputs) -> tuple[Maybe[int | None], str]:
    """How many old passwords are refused. Source: pam_pwhistory(8), pwhistory.conf(5), pam_unix(8)."""
    asked = [rule for rule in pam.rules(stack) if rule.module == _HISTORY or _remembers(rule)]
    answers = [_remembered(stack, rule, found) for rule in asked]
    doubt = next(((value, text) for value, text in answers if isinstance(value, Unknown)), None)
    numbers = [(value, text) for value, text in answers if isinstance(value, int)]
    if numbers:
        return max(numbers, key=lambda answer: answer[0])
    if doubt:
        return doubt
    return None, "; ".join(text for _, text in answers) or "no module remembers old passwords"


def _remembers(rule: Rule) -> bool:
    return rule.module in _STORING and rule.has("remember")


def _remembered(stack: Stack, rule: Rule, found: Inputs) -> tuple[Maybe[int | None], str]:
    if excuse := why_not_enforced(stack, rule):
        return None, excuse
    if rule.module == _HISTORY and _asks_anew(stack, rule):
        return None, f"{rule} asks for a password of its own after the quality check (no use_authtok)"
    if rule.module == _HISTORY and (storing := _storing_without_token(stack)):
        return None, f"{storing} does not take over the password that was checked (no use_authtok)"
    settings = _history_settings(rule, found)
    default = _REMEMBERED_BY_DEFAULT if rule.module == _HISTORY else 0
    number = settings.number("remember", default)
    if isinstance(number, Unknown):
        return number, number.detail
    if number <= 0:
        return None, f"{rule} remembers nothing (remember={number})"
    source = settings.get("remember", str(default))
    return number, f"{rule}, {number} remembered: {source if isinstance(source, Unknown) else source.source}"


def _asks_anew(stack: Stack, rule: Rule) -> bool:
    before = [other.module for other in pam.rules(stack)]
    checked = any(name in QUALITY_MODULES for name in before[: before.index(rule.module)])
    return checked and not rule.has("use_authtok")


def _storing_without_token(stack: Stack) -> Rule | None:
    return next((rule for rule in pam.rules(stack) if _stores_on_its_own(rule)), None)


def _history_settings(rule: Rule, found: Inputs) -> Layers:
    return module_settings(rule, found, "pwhistory.conf") if rule.module == _HISTORY else Layers(rule, {})


def module_settings(rule: Rule, found: Inputs, name: str) -> Layers:
    """The layers of a module with one file below /etc/security, which only newer versions of it read."""
    if own := rule.option("conf"):
        if own in found.files:
            return layers(rule, found.files, (own,))
        detail = f"{own}: {rule.module} reads its settings from this file, which is not collected"
        return Layers(rule, {}, Unknown(Reason.UNSUPPORTED, detail))
    if name not in found.pam.own_files.get(rule.module, frozenset()):
        return Layers(rule, {})
    return layers(rule, found.files, first_present(found.files, f"/etc/security/{name}", f"/usr/etc/security/{name}"))


# --- All ways together ------------------------------------------------------------------------------------


def _combine(parts: Sequence[_Part], found: Inputs) -> PasswordPolicy:
    shortest = min(parts, key=lambda part: _rank(part.length))
    loosest = min(parts, key=lambda part: _rank(part.enforced))
    forgetful = min(parts, key=lambda part: _rank(part.history))
    many = len({(str(part.length), str(part.enforced), str(part.history)) for part in parts}) > 1
    return PasswordPolicy(
        minimum_length=shortest.length,
        minimum_length_source=_tagged(shortest.length_source, shortest, many),
        quality_enforced=loosest.enforced,
        quality_source=_tagged(loosest.quality_source, loosest, many),
        dictionary_check=min((part.dictionary for part in parts), key=_rank),
        user_name_check=min((part.user_name for part in parts), key=_rank),
        required_classes=min((part.classes for part in parts), key=_rank),
        composition=loosest.composition,
        history=forgetful.history,
        history_source=_tagged(forgetful.history_source, forgetful, many),
        new_hash_scheme=_scheme(found),
        reversible_storage=False,
        new_max_age_days=_age(found, "PASS_MAX_DAYS"),
        new_min_age_days=_age(found, "PASS_MIN_DAYS"),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _rank(value: Maybe[int | None]) -> int:
    """Weakest first: nothing at all, then what could not be read (it may be nothing), then numbers."""
    if value is None or value is False:
        return -2
    return int(value) if is_known(value) and value is not None else -1


def _tagged(text: str, part: _Part, many: bool) -> str:
    return f"service {part.service}: {text}" if many else text


def _scheme(found: Inputs) -> Maybe[str]:
    """What pam_unix writes: its argument, else login.defs, else the traditional DES hash."""
    stack = found.pam.stack("passwd", "password")
    if isinstance(stack, Unknown):
        return stack
    rule = next((rule for rule in pam.rules(stack) if is_module(*_STORING)(rule)), None)
    if rule is None:
        return Unknown(Reason.UNSUPPORTED, "the passwd stack has no pam_unix.so; its hash method is not known")
    named = [scheme for word, scheme in _SCHEMES.items() if rule.has(word)]
    return named[0] if named else _login_defs_scheme(found.files)


def _login_defs_scheme(found: FileMap) -> Maybe[str]:
    values = login_defs(found)
    if isinstance(values, Unknown):
        return values
    method = values.get("ENCRYPT_METHOD", "des").lower()
    return _SCHEMES.get(method, method)


def _age(found: Inputs, key: str) -> Maybe[int | None]:
    values = login_defs(found.files)
    if isinstance(values, Unknown):
        return values
    text = values.get(key, "")
    days = int(text) if text.isdecimal() else _NO_LIMIT_DAYS
    return None if days >= _NO_LIMIT_DAYS or (days == 0 and key == "PASS_MIN_DAYS") else days


def _without_pam(found: Inputs) -> PasswordPolicy:
    why = found.pam.why
    builtin = Unknown(Reason.UNSUPPORTED, f"{why}; the hash method is built into the passwd program")
    return PasswordPolicy(
        minimum_length=None,
        minimum_length_source=why,
        quality_enforced=False,
        quality_source=why,
        dictionary_check=False,
        user_name_check=False,
        required_classes=0,
        composition="",
        history=None,
        history_source=why,
        new_hash_scheme=builtin,
        reversible_storage=False,
        new_max_age_days=_age(found, "PASS_MAX_DAYS"),
        new_min_age_days=_age(found, "PASS_MIN_DAYS"),
    )
