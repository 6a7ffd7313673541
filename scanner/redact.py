"""The one place where secrets are cut from bytes before anything is stored.

A value is replaced by asterisks, as many as the next multiple of 16: the number of lines stays, no line gets
shorter (a section that reached its byte cap still shows it), and the length of a secret is not told. Redacting twice
changes nothing. Every pattern is linear in the length of its input, and none matches across a line break: so each is
tried only on stretches of lines that hold one of the words without which it cannot match.

A line that holds a compact JSON list and nothing else, as collections of Windows hosts and directories do, is taken
apart and cut text by text, so that it stays the JSON it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.secret import Secret

_BLOCK = 16


def _fill(value: bytes) -> bytes:
    return b"*" * (-(-len(value) // _BLOCK) * _BLOCK)


# Each pattern has one group named `secret`, or `q1`, `q2` for what stands in quotes; the rest of the match stays.
_WORDS = rb"PASSWORD|PASSPHRASE|TOKEN|SECRET|ACCESS_?KEY|SECRET_?KEY|API_?KEY|PRIVATE_?KEY"
_PREFIXED = rb"(?i)(?<![A-Za-z0-9_])(?:[A-Za-z0-9]{0,32}_){0,6}"
_OPTIONS = rb"password|passwd|passphrase|passin|passout|pass|secret|secret-key|token|api-key|auth-token|encryption-key"
# A quoted value up to the same quote, or a word. Words of logic stay: they are settings, and JSON has to stay JSON.
_VALUE = (
    rb"""(?:\\?"(?P<q2>[^"\n]{1,4096})"|'(?P<q1>[^'\n]{1,4096})'"""
    rb"""|(?!(?:true|false|null|yes|no|none)\b|[01](?:[\s,;"'}]|\Z)|[{\[])(?P<secret>[^\s"';&|<>]{1,4096}))"""
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret. Every match holds `sign` and one of the `hints` (lower case; the data may be in any case)."""

    pattern: re.Pattern[bytes]
    hints: tuple[bytes, ...]
    sign: bytes


def _rule(pattern: bytes, hints: bytes, sign: bytes = b"") -> Rule:
    return Rule(re.compile(pattern), tuple(hints.split()), sign)


_WORD_HINTS = (
    b"password passphrase token secret accesskey access_key apikey api_key privatekey private_key"  # those of _WORDS
)
RULES: tuple[Rule, ...] = (
    # crypt(5): $id$[params$]salt$hash, yescrypt, gost-yescrypt, scrypt, bcrypt, SHA, MD5; not the bare `$id$`.
    _rule(rb"\$(?:[0-9a-z]{1,4}|argon2(?:id|i|d)|scram-sha-[0-9]{1,3}|P|S)\$(?P<secret>[^\s:'\"|\\]{8,512})", b"$"),
    # Traditional DES and BSDi, where a line has the shape of shadow(5).
    _rule(
        rb"(?m)^[| !]{0,3}[^:\s]{1,64}:[!*]{0,2}(?P<secret>[./0-9A-Za-z]{13}|_[./0-9A-Za-z]{19})"
        rb":[0-9]{0,7}:[0-9]{0,7}:",
        b":",
    ),
    # scheme://user:password@host
    _rule(rb"[A-Za-z][A-Za-z0-9+.-]{0,31}://[^\s/:@'\"]{0,256}:(?P<secret>[^\s/'\"]{1,1024})@", b"://", b"@"),
    # NAME_PASSWORD=value, in any case.
    _rule(
        _PREFIXED + rb"[A-Za-z0-9]{0,32}(?:" + _WORDS + rb"|PASSWD)['\"]?[ \t]{0,8}=[ \t]{0,8}" + _VALUE,
        _WORD_HINTS + b" passwd",
        b"=",
    ),
    # password: value, "api_token": "value"; not the `passwd:` of nsswitch.conf nor the NOPASSWD: of sudoers.
    _rule(_PREFIXED + rb"(?:" + _WORDS + rb")['\"]?[ \t]{0,8}:[ \t]{1,8}" + _VALUE, _WORD_HINTS, b":"),
    # --password value, --password=value
    _rule(
        rb"(?i)(?<![\w-])--?(?:" + _OPTIONS + rb")(?:=|[ \t]{1,8})(?!-)" + _VALUE,
        b"-pass -secret -token -api-key -auth-token -encryption-key",
    ),
    # /password:value, /rp value: options of Windows programs.
    _rule(rb"(?i)(?<![^\s\"'])/(?:password|passwd|pass|pwd|rp)(?:[:=]|[ \t]{1,8}(?!/))" + _VALUE, b"/pass /pwd /rp"),
    # …;Pwd=value in a connection string; PWD alone is a directory.
    _rule(rb"(?i);[ \t]{0,8}pwd[ \t]{0,8}=[ \t]{0,8}" + _VALUE, b"pwd", b";"),
    _rule(rb"(?i)(?<![A-Za-z0-9_])pwd[ \t]{0,8}=[ \t]{0,8}(?P<secret>[^\s\"';&|<>]{1,1024});", b"pwd", b";"),
    # -p value, -pvalue: only where the program is one that takes a password there.
    _rule(
        rb"\b(?:mysql|mysqldump|mariadb|mariadb-dump|sshpass|xtrabackup|mariabackup|7z|7za|zip)\b"
        rb"[^\n]{0,200}?[ \t]-[pP][ \t]{0,4}(?!-)(?P<secret>[^\s\"';&|<>]{1,1024})",
        b"mysql mariadb sshpass xtrabackup mariabackup 7z zip",
        b"-p",
    ),
    # Authorization: Basic …, Bearer …
    _rule(
        rb"(?i)\bauthorization['\"]?[ \t]{0,4}[:=][ \t]{0,4}['\"]?(?:basic|bearer|token)[ \t]{1,4}"
        rb"(?P<secret>[^\s'\"]{4,4096})",
        b"authorization",
    ),
)
_KEY_BEGIN = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(rb"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PREFIX = re.compile(rb"[| !]{0,3}")
_KEY_LINES = 400
_STRETCH = 200  # bytes; short, because a pattern costs more than looking for its hints


def redact(data: bytes) -> bytes:
    """`data` without passwords, their hashes, private keys and credentials in URLs and options."""
    pieces, start = [], 0
    for line in _JSON_LINE.finditer(data):
        if (cut := _redact_line(line.group())) is not None:
            pieces += [_redact_text(data[start : line.start()]), cut]
            start = line.end()
    return b"".join([*pieces, _redact_text(data[start:])])


def _redact_text(data: bytes) -> bytes:
    data = _redact_keys(data)
    rules = _possible(data)
    return b"".join(_redact_stretch(stretch, rules) for stretch in _stretches(data))


def _possible(data: bytes) -> tuple[Rule, ...]:
    """The rules that may match somewhere, each with those of its hints that occur."""
    lowered = data.lower()
    narrowed = (Rule(rule.pattern, tuple(hint for hint in rule.hints if hint in lowered), rule.sign) for rule in RULES)
    return tuple(rule for rule in narrowed if rule.hints and rule.sign in lowered)


def _stretches(data: bytes) -> Iterator[bytes]:
    """`data` in pieces of whole lines."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _STRETCH) + 1 or len(data)
        yield data[start:end]
        start = end


def _redact_stretch(data: bytes, rules: tuple[Rule, ...]) -> bytes:
    # A cut puts asterisks in place of a value: it may take a hint away, it never brings one.
    lowered = data.lower()
    for rule in rules:
        if rule.sign in lowered:
            for hint in rule.hints:
                if hint in lowered:
                    data = rule.pattern.sub(_cut, data)
                    break
    return data


def redact_value(data: bytes, secret: Secret) -> bytes:
    """`data` without one known value, wherever it stands."""
    value = secret.reveal().encode()
    return data.replace(value, _fill(value)) if len(value) >= 4 else data


def redact_values(data: bytes, secrets: Iterable[Secret]) -> bytes:
    """`data` without any of the known values; the longest go first, since one may be a part of another."""
    for secret in sorted(secrets, key=lambda secret: -len(secret.reveal())):
        data = redact_value(data, secret)
    return data


def _cut(match: re.Match[bytes]) -> bytes:
    group = match.lastindex or 0  # the groups of a rule exclude each other: one of them holds the value
    whole, first = match.group(), match.start()
    start, end = match.start(group) - first, match.end(group) - first
    return whole[:start] + _fill(whole[start:end]) + whole[end:]


def _redact_keys(data: bytes) -> bytes:
    if b"PRIVATE KEY" not in data:
        return data
    lines, inside = data.split(b"\n"), 0
    for number, line in enumerate(lines):
        lines[number], inside = _key_line(line, inside)
    return b"\n".join(lines)


def _key_line(line: bytes, inside: int) -> tuple[bytes, int]:
    """One line, and how many more may belong to an open key: a frame's marker always ends it."""
    if line.startswith(b"@"):
        return line, 0
    begin = _KEY_BEGIN.search(line)
    if begin is None and not inside:
        return line, 0
    start = begin.end() if begin else _prefix(line)
    end = _KEY_END.search(line, start)
    stop = end.start() if end else len(line)
    carriage = b"\r" if not end and line.endswith(b"\r") and stop > start else b""
    body = line[start : stop - len(carriage)]
    left = 0 if end else (_KEY_LINES if begin else inside - 1)
    return line[:start] + _fill(body) + carriage + line[stop:], left


def _prefix(line: bytes) -> int:
    match = _PREFIX.match(line)
    return match.end() if match else 0


# --- JSON ---

_JSON_LINE = re.compile(rb"(?m)^\[.*\]$")
_SECRET_NAME = re.compile(
    r"(?i)(?:password|passwd|passphrase|pwd|secret|token|(?:access|api|private|secret)[_-]?key)\Z"
)
_SETTINGS = frozenset({"", "0", "1", "true", "false", "null", "yes", "no", "none"})
_KEPT_WHOLE = frozenset({"kind", "err"})  # what a registry value is, and why it could not be read


def compact(value: Any) -> bytes:
    """JSON on one line, without spaces. Raises ValueError for what JSON has no word for."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")  # half of a surrogate pair is a question mark


def _redact_line(line: bytes) -> bytes | None:
    """A line cut as JSON; None where it is none, or not as `compact` writes it."""
    try:
        value = json.loads(line)
        return compact(redact_json(value)) if compact(value) == line else None
    except (ValueError, RecursionError):
        return None


def redact_json(value: Any, told: Iterable[Secret] = ()) -> Any:
    """A JSON value without secrets in its texts, nor the values of `told`; keys, numbers and the structure stay.

    Beside what is cut from any text, a text goes whole when the name in front of it is that of a secret
    (`"DefaultPassword":…`), in a list or as `value` of such a dictionary, too. Raises ValueError as `compact` does.
    """
    text = compact(value)
    return _Cutter(_possible(text), b"PRIVATE KEY" in text, tuple(told)).cut(value)


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Cuts the texts of one JSON value with the rules that may match in it at all."""

    rules: tuple[Rule, ...]
    has_keys: bool
    told: tuple[Secret, ...]

    def cut(self, value: Any, *, is_secret: bool = False) -> Any:
        if isinstance(value, str):
            return self._text(value, is_secret)
        if isinstance(value, list):
            return [self.cut(one, is_secret=is_secret) for one in value]
        if isinstance(value, dict):
            return {key: self.cut(one, is_secret=_is_secret(key, value, is_secret)) for key, one in value.items()}
        return value

    def _text(self, text: str, is_secret: bool) -> str:
        if is_secret:
            return text if text.lower() in _SETTINGS else _fill(text.encode("utf-8", "replace")).decode()
        data = redact_values(text.encode("utf-8", "replace"), self.told)
        if self.has_keys:
            data = _redact_keys(data)
        return b"".join(_redact_stretch(stretch, self.rules) for stretch in _stretches(data)).decode("utf-8", "replace")


def _names_secret(name: Any) -> bool:
    return isinstance(name, str) and _SECRET_NAME.search(name) is not None


def _is_secret(key: str, owner: Mapping[str, Any], is_inside: bool) -> bool:
    """Whether the texts under `key` are secret: by its name, that of a dictionary around it, or that of its row."""
    if key in _KEPT_WHOLE:
        return False
    return is_inside or _names_secret(key) or (key == "value" and _names_secret(owner.get("name")))
