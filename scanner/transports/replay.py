"""`replay:`: recorded collections on disk, written by `--record` and read back without a network.

One folder per target: `transcript.txt` (the framed output, secrets redacted), `stderr.txt`, the script exactly as it
was run (`script.sh`, on Windows `script.ps1`, `queries.txt` for a directory) and `meta.json` (everything else of the
transcript). A recording read back gives the same raw facts. Passwords, keys and the like are cut, so that a recording
may be handed on as a test case; names of people, hosts and networks stay in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from scanner.errors import ConfigError, Problem
from scanner.model import Privilege, Reason, Transcript
from scanner.redact import redact
from scanner.yaml_source import read_bytes

Word = TypeVar("Word", bound=StrEnum)

FORMAT = 1
_META, _STDOUT, _STDERR = "meta.json", "transcript.txt", "stderr.txt"
_SCRIPTS: Mapping[str, str] = {"windows": "script.ps1", "directory": "queries.txt"}
_LARGEST = 64 << 20  # far above what a scan takes from one target
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recorded target: its folder, what it said and the script that was run."""

    folder: Path
    transcript: Transcript
    script: bytes


def _script_name(platform: str) -> str:
    return _SCRIPTS.get(platform, "script.sh")


def folder_name(target: str) -> str:
    """A file name for a target's name: readable, and different for different names on every file system."""
    readable = _UNSAFE.sub("-", target).strip("-.")[:60] or "target"
    if readable == target and readable == readable.lower():
        return readable
    return f"{readable}.{hashlib.sha256(target.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def write_recording(directory: Path, target_name: str, transcript: Transcript, script_text: bytes) -> Path:
    """Write one target's recording below `directory` and return its folder; a newer one replaces an older.

    Raises ConfigError when the folder cannot be written, or belongs to another target.
    """
    folder = directory / folder_name(target_name)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _own(folder, target_name)
        meta = json.dumps(_meta(target_name, transcript), indent=2) + "\n"
        _write_privately(folder / _STDOUT, redact(transcript.stdout))
        _write_privately(folder / _STDERR, redact(transcript.stderr))
        _write_privately(folder / _script_name(transcript.platform), script_text)
        _write_privately(folder / _META, meta.encode())
    except OSError as error:
        raise ConfigError(
            Problem(path=str(folder), message=f"the recording cannot be written: {error.strerror}")
        ) from error
    return folder


def _write_privately(path: Path, data: bytes) -> None:
    """A recording is for its owner alone, whatever folder it was put in."""
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(data)


def _own(folder: Path, target_name: str) -> None:
    meta = folder / _META
    if meta.exists() and (other := _read_meta(meta).get("name")) != target_name:
        raise ConfigError(
            Problem(path=str(meta), message="this folder holds another target", found=repr(other), expected=target_name)
        )


def _meta(target_name: str, transcript: Transcript) -> Mapping[str, Any]:
    return {
        "format": FORMAT,
        "name": target_name,
        "redacted": True,
        "target": transcript.target,
        "platform": transcript.platform,
        "nonce": transcript.nonce,
        "collected_at": transcript.collected_at.isoformat(),
        "account": transcript.account,
        "privilege": transcript.privilege.value,
        "script_sha256": transcript.script_sha256,
        "error": None if transcript.error is None else [transcript.error[0].value, transcript.error[1]],
        "host_key": transcript.host_key,
        "duration_s": transcript.duration_s,
        "round_trips": transcript.round_trips,
        "notes": list(transcript.notes),
    }


def read_recordings(directory: Path) -> tuple[Recording, ...]:
    """All recordings in `directory`, by folder name; the directory may also be one target's folder itself.

    Raises ConfigError when there is none, or one is malformed.
    """
    if (directory / _META).is_file():
        return (read_recording(directory),)
    folders = sorted(path.parent for path in directory.glob(f"*/{_META}"))
    if not folders:
        raise ConfigError(
            Problem(path=str(directory), message="no recording here", expected=f"folders that hold a {_META}")
        )
    return tuple(read_recording(folder) for folder in folders)


def read_recording(folder: Path) -> Recording:
    """One target's recording. Raises ConfigError, naming the file, what was found and what was expected."""
    meta = _read_meta(folder / _META)
    transcript = _transcript(
        folder / _META, meta, read_bytes(folder / _STDOUT, _LARGEST), read_bytes(folder / _STDERR, _LARGEST)
    )
    path = folder / _script_name(transcript.platform)
    script = read_bytes(path)
    digest = hashlib.sha256(script).hexdigest()
    if digest != transcript.script_sha256:
        raise ConfigError(
            Problem(
                path=str(path),
                message="this is not the script that was run",
                found=f"SHA-256 {digest}",
                expected=transcript.script_sha256,
            )
        )
    return Recording(folder=folder, transcript=transcript, script=script)


def _read_meta(path: Path) -> dict[str, Any]:
    try:
        meta = json.loads(read_bytes(path).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(Problem(path=str(path), message=f"no JSON: {error}")) from error
    if not isinstance(meta, dict):
        raise ConfigError(
            Problem(path=str(path), message="no recording", found=type(meta).__name__, expected="an object")
        )
    if meta.get("format") != FORMAT:
        found = repr(meta.get("format"))
        raise ConfigError(
            Problem(path=str(path), message="another recording format", found=found, expected=str(FORMAT))
        )
    return meta


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def _time(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("a time with its zone")
    return moment


def _digest(value: Any) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", _text(value)):
        raise ValueError("64 hex digits")
    return _text(value)


def _nonce(value: Any) -> str:
    if not re.fullmatch(r"[0-9a-f]{32}", _text(value)):
        raise ValueError("32 hex digits")
    return _text(value)


def _one_of(words: type[Word]) -> Callable[[Any], Word]:
    def read(value: Any) -> Word:
        if value not in list(words):
            raise ValueError(f"one of {', '.join(words)}")
        return words(value)

    return read


_reason, _privilege = _one_of(Reason), _one_of(Privilege)


def _error(value: Any) -> tuple[Reason, str] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("null, or a reason code and a text")
    return _reason(value[0]), _text(value[1])


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise ValueError("a number of seconds")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a count")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("a list of texts")
    return tuple(_text(item) for item in value)


FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "target": _text,
    "platform": _text,
    "nonce": _nonce,
    "collected_at": _time,
    "account": _text,
    "privilege": _privilege,
    "script_sha256": _digest,
    "error": _error,
    "host_key": _text,
    "duration_s": _seconds,
    "round_trips": _count,
    "notes": _texts,
}


def _transcript(path: Path, meta: Mapping[str, Any], stdout: bytes, stderr: bytes) -> Transcript:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, read in FIELDS.items():
        try:
            values[name] = read(meta[name])
        except KeyError:
            problems.append(Problem(path=str(path), message=f"{name!r} is missing"))
        except ValueError as error:
            found = repr(meta[name])[:80]
            problems.append(Problem(path=str(path), message=f"{name!r} is wrong", found=found, expected=str(error)))
    if problems:
        raise ConfigError(problems)
    return Transcript(**values, stdout=stdout, stderr=stderr)
