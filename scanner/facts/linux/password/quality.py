"""What each password-checking module demands: length, dictionary, user name, character classes.

The numbers are those of the modules' own sources: pam_pwquality(8), pwquality.conf(5), pam_cracklib(8),
pam_passwdqc(8), passwdqc.conf(5), pam_unix(8).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scanner.facts.base import FileText
from scanner.facts.linux.password.pam import Rule
from scanner.facts.linux.password.settings import FileMap, Layers, Setting, first_present, layers
from scanner.model import Maybe, Reason, Unknown

T = TypeVar("T")

FLOOR = 6  # libpwquality and cracklib refuse anything shorter whatever minlen says
_CREDITS = ("dcredit", "ucredit", "lcredit", "ocredit")
_CREDIT_NAMES = {
    "dcredit": "digit",
    "ucredit": "upper-case letter",
    "lcredit": "lower-case letter",
    "ocredit": "symbol",
}
# passwdqc: the kinds of password in the order of the five numbers of min=.
_PASSWDQC_DEFAULT = "disabled,24,11,8,7"
_PASSWDQC_CLASSES = (1, 2, 1, 3, 4)
# libpwquality before 1.4 gave one credit per class by default; its shipped file shows the default as a comment.
_OLD_DEFAULT = re.compile(r"^#\s*([dulo]credit)\s*=\s*1\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Demands:
    """What one module line demands of a new password. `active` is false when it only warns."""

    rule: Rule
    active: Maybe[bool]
    minimum_length: Maybe[int]
    source: str
    dictionary: Maybe[bool]
    user_name: Maybe[bool]
    classes: Maybe[int]
    composition: str
    notes: tuple[str, ...] = ()


def demands(rule: Rule, found: FileMap, dictionaries: Sequence[str]) -> Demands | None:
    """The demands of one module; None for a module that checks no password."""
    reader = _READERS.get(rule.module)
    return reader(rule, found, dictionaries) if reader else None


def _first_unknown(*values: T | Unknown) -> Unknown | None:
    return next((value for value in values if isinstance(value, Unknown)), None)


# --- libpwquality -----------------------------------------------------------------------------------------


def _pwquality(rule: Rule, found: FileMap, dictionaries: Sequence[str]) -> Demands:
    drop_ins = sorted(path for path in found if path.startswith("/etc/security/pwquality.conf.d/"))
    main = first_present(found, "/etc/security/pwquality.conf", "/usr/etc/security/pwquality.conf")
    settings = layers(rule, found, (*drop_ins, *main))
    enforcing = settings.number("enforcing", 1)
    length, source = _length(settings, 8, _old_credits(found, main))
    return Demands(
        rule=rule,
        active=enforcing if isinstance(enforcing, Unknown) else enforcing != 0,
        minimum_length=length,
        source=source,
        dictionary=_dictionary(settings, dictionaries),
        user_name=_flag(settings, "usercheck"),
        classes=_classes(settings),
        composition=_composition(settings),
        notes=_root_note(settings),
    )


def _old_credits(found: FileMap, main: Sequence[str]) -> Mapping[str, int]:
    texts = (found.get(path) for path in main)
    return {name: 1 for file in texts if isinstance(file, FileText) for name in _OLD_DEFAULT.findall(file.text)}


def _length(settings: Layers, default: int, credits_: Mapping[str, int]) -> tuple[Maybe[int], str]:
    """The real minimum: minlen less every positive credit, never below the floor."""
    minlen = settings.get("minlen", str(default))
    given = [settings.number(name, credits_.get(name, 0)) for name in _CREDITS]
    if missing := _first_unknown(minlen, *given):
        return missing, missing.detail
    assert isinstance(minlen, Setting)
    bonus = sum(max(credit, 0) for credit in given if isinstance(credit, int))
    wanted = minlen.number(default)
    text = f"minlen {wanted} from {minlen.source}"
    if bonus:
        text += f", less {bonus} because positive credits count character classes as length"
    return max(wanted - bonus, FLOOR), text


def _flag(settings: Layers, name: str) -> Maybe[bool]:
    number = settings.number(name, 1)
    return number if isinstance(number, Unknown) else number != 0


def _dictionary(settings: Layers, dictionaries: Sequence[str]) -> Maybe[bool]:
    """True when words are looked up and there is a dictionary to look them up in."""
    wanted = _flag(settings, "dictcheck")
    own_path = settings.get("dictpath", "")
    if missing := _first_unknown(wanted, own_path):
        return missing
    assert isinstance(own_path, Setting)
    present = any(name.startswith(own_path.value) for name in dictionaries) if own_path.value else bool(dictionaries)
    return wanted is True and present


def _classes(settings: Layers) -> Maybe[int]:
    minclass = settings.number("minclass", 0)
    given = [settings.number(name, 0) for name in _CREDITS]
    if missing := _first_unknown(minclass, *given):
        return missing
    assert isinstance(minclass, int)
    return max(minclass, sum(1 for credit in given if isinstance(credit, int) and credit < 0))


def _composition(settings: Layers) -> str:
    given = {name: settings.number(name, 0) for name in _CREDITS}
    parts = [f"at least {-n} {_CREDIT_NAMES[name]}" for name, n in given.items() if isinstance(n, int) and n < 0]
    minclass = settings.number("minclass", 0)
    if isinstance(minclass, int) and minclass > 0:
        parts.append(f"{minclass} of 4 character classes")
    return ", ".join(parts)


def _root_note(settings: Layers) -> tuple[str, ...]:
    for_root = settings.word("enforce_for_root")
    return () if for_root is True else ("the superuser is only warned, not refused (no enforce_for_root)",)


# --- cracklib, passwdqc, pam_unix -------------------------------------------------------------------------


def _cracklib(rule: Rule, found: FileMap, dictionaries: Sequence[str]) -> Demands:
    """pam_cracklib: minlen 9 and, unlike libpwquality, one credit for each class unless it says otherwise."""
    settings = Layers(rule, {})
    length, source = _length(settings, 9, dict.fromkeys(_CREDITS, 1))
    own = rule.option("dictpath") or ""
    present = any(name.startswith(own) for name in dictionaries) if own else bool(dictionaries)
    return Demands(
        rule=rule,
        active=True,
        minimum_length=length,
        source=source,
        dictionary=present,
        user_name=rule.has("reject_username"),
        classes=_classes(settings),
        composition=_composition(settings),
        notes=_root_note(settings),
    )


def _passwdqc(rule: Rule, found: FileMap, dictionaries: Sequence[str]) -> Demands:
    """pam_passwdqc: the shortest kind of password it still accepts; words and names are always checked."""
    path = rule.option("config")
    settings = layers(rule, found, (path,) if path else ())
    if path and not isinstance(found.get(path), FileText) and settings.unread is None:
        settings = Layers(rule, {}, _unread_config(path))
    minimum, enforce = settings.get("min", _PASSWDQC_DEFAULT), settings.get("enforce", "everyone")
    if missing := _first_unknown(minimum, enforce):
        return Demands(rule, missing, missing, missing.detail, missing, missing, missing, "")
    assert isinstance(minimum, Setting)
    assert isinstance(enforce, Setting)
    kinds = list(enumerate(minimum.value.split(",")))
    enabled = [(int(text), _PASSWDQC_CLASSES[n]) for n, text in kinds if n < 5 and text.isdecimal()]
    root = () if enforce.value == "everyone" else ("the superuser is only warned, not refused",)
    return Demands(
        rule=rule,
        active=enforce.value in ("everyone", "users"),
        minimum_length=min((length for length, _ in enabled), default=0),
        source=f"min={minimum.value} from {minimum.source}",
        dictionary=True,
        user_name=True,
        classes=min((classes for _, classes in enabled), default=0),
        composition=f"lengths by number of character classes: {minimum.value}",
        notes=root,
    )


def _unread_config(path: str) -> Unknown:
    return Unknown(Reason.UNSUPPORTED, f"{path}: passwdqc reads its settings from this file, which is not collected")


def _unix(rule: Rule, found: FileMap, dictionaries: Sequence[str]) -> Demands:
    """pam_unix: a length only. Debian's `obscure` brings a minimum of 6; there is no dictionary."""
    given = rule.option("minlen") or ""
    default = FLOOR if rule.has("obscure") else 0
    length = int(given) if given.isdecimal() else default
    source = f"minlen={length} of {rule}" if given else f"{rule}, which has no minlen"
    return Demands(rule, True, length, source, False, False, 0, "")


_READERS: Mapping[str, Callable[[Rule, FileMap, Sequence[str]], Demands]] = {
    "pam_pwquality.so": _pwquality,
    "pam_cracklib.so": _cracklib,
    "pam_passwdqc.so": _passwdqc,
    "pam_unix.so": _unix,
}
QUALITY_MODULES = ("pam_pwquality.so", "pam_cracklib.so", "pam_passwdqc.so")
