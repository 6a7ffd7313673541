"""The status file that a site names for a host: when it was written, and whether its words say success or failure.

It is the last kind of proof: the word of whoever wrote the file. Of its text only known words, small numbers and dates
leave the host, so that another file put in its place tells nothing. Only a whole small file counts: of a longer one the
newest word might lie behind what was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from scanner.facts.backups import BackupFailure, BackupJob, BackupSuccess, Proof
from scanner.facts.base import Probe, RawFacts, RawState, lines_of
from scanner.facts.linux.patching.sections import epoch
from scanner.model import Absent, Reason, Unknown, is_known

_MAX_BYTES = 4096

_NUMBER = re.compile(r"-?[0-9]{1,3}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GOOD = _words("ok success successful successfully succeeded")
_BAD = _words(
    "fail fails failed failure failures error errors fatal critical aborted incomplete partial partially interrupted "
    "unsuccessful unsuccessfully killed cancelled canceled timeout not never cannot unable denied refused missing "
    "corrupt corrupted broken invalid unreachable"
)
# Said of a run that has not ended, or that nobody can tell of.
_OPEN = _words("running started starting pending skipped unknown queued no without")
# What stands before `=` or `:`, and is followed by one of the words or by an exit status.
_KEYS = _words(
    "status result state outcome exit rc code exit_code exit-code exitcode exit_status exit-status returncode "
    "return_code"
)
_YES_NO = {"true": True, "yes": True, "false": False, "no": False}
_NONE = _words("0 no without none false")
_PARTS = _words("of rate")
_KEPT = " ".join(sorted(_GOOD | _BAD | _OPEN | _KEYS | _NONE | _YES_NO.keys() | _PARTS | {"="}))

STATUS = Probe(
    name="backup_status",
    why="when the status file was written that the site file names for this host's backups, and which of the words for "
    "success and failure it holds; nothing where it names none",
    script=rf"""
file=$CTPAT_BACKUP_STATUS
printf '%% file %s\n' "$file"
kept='
BEGIN {{ n = split("{_KEPT}", k, " "); for (i = 1; i <= n; i++) kept[k[i]] = 1 }}
{{ s = tolower($0); dates = ""; out = ""
  while (match(s, /20[0-9][0-9]-[01][0-9]-[0-3][0-9]/)) {{
    dates = dates " " substr(s, RSTART, 10); s = substr(s, 1, RSTART - 1) " " substr(s, RSTART + 10) }}
  gsub(/n\047t/, " not ", s); gsub(/[0-9]+:[0-9][0-9:.]*/, " ", s)
  gsub(/[=:]/, " = ", s); gsub(/[^a-z0-9=_-]+/, " ", s)
  n = split(s, w, " ")
  for (i = 1; i <= n; i++) {{
    if (!(w[i] in kept) && w[i] !~ /^-?[0-9][0-9]?[0-9]?$/) {{ if (last != "_") out = out " _"; last = "_"; continue }}
    out = out " " w[i]; last = w[i] }}
  last = ""; if (out dates != "") print "|" substr(out dates, 2) }}
'
if [ -h "$file" ]; then echo '% kind a link'
elif gone "$file"; then echo '% gone'
elif [ ! -e "$file" ] || [ ! -r "$file" ]; then denied "$file: let the scan account read it"
elif [ ! -f "$file" ]; then echo '% kind no regular file'
else
  of=$(stat -c '%Y %s' "$file" 2>/dev/null || stat -f '%m %z' "$file" 2>/dev/null) || exit 127
  printf '%% stat %s\n' "$of"
  dd bs={_MAX_BYTES} count=1 <"$file" 2>/dev/null | tr '\000' '\001' | awk "$kept"
fi
echo '% end'
""",
    named=True,
)


@dataclass(frozen=True, slots=True)
class StatusFile:
    """What a status file is worth: a success, a failure, or why it tells neither (absent: the file is not there)."""

    path: str
    said: BackupSuccess | BackupFailure | Absent | Unknown


def read_status(raw: RawFacts) -> StatusFile | None:
    """The status file that the site names; None where it names none, or where the script did not ask for one yet."""
    section = raw.read(STATUS.name)
    if isinstance(section, Absent):
        return None
    if isinstance(section, Unknown):
        asked = raw.get(STATUS.name).state is not RawState.NOT_RUN or raw.error is not None
        return StatusFile("", section) if asked else None
    lines = lines_of(section.text)
    path = next((line.removeprefix("% file ") for line in lines if line.startswith("% file ")), "")
    if not path or lines[-1] != "% end":
        return StatusFile(path, Unknown(Reason.UNREADABLE, "backup_status: its output ends early"))
    return StatusFile(path, _said(path, lines))


def _said(path: str, lines: Sequence[str]) -> BackupSuccess | BackupFailure | Absent | Unknown:
    what = f"the status file {path}"
    if "% gone" in lines:
        return Absent(f"{what} does not exist")
    kind = next((line.removeprefix("% kind ") for line in lines if line.startswith("% kind ")), "")
    if kind:
        return Unknown(Reason.UNREADABLE, f"{what} is {kind}, and is not read")
    found = next(
        (match for line in lines if (match := re.fullmatch(r"% stat ([0-9]{1,11}) ([0-9]{1,19})", line))), None
    )
    written = epoch(found[1]) if found is not None else None
    if found is None or written is None:
        return Unknown(Reason.UNREADABLE, f"{what}: when it was written cannot be told")
    words = [line[1:].split() for line in lines if line.startswith("|")]
    when = min(written, _newest_day(words) or written)
    is_whole = int(found[2]) < _MAX_BYTES
    word, verdict = _verdict(words) if is_whole else ("", None)
    if verdict is False:
        return BackupFailure(when=when, why=f"{what} says '{word}'", stands=True)
    if verdict is True:
        return BackupSuccess(when=when, proof=Proof.STATED, how=f"{what} says '{word}'")
    silent = "says neither success nor failure" if is_whole else f"is longer than {_MAX_BYTES - 1} bytes"
    return BackupSuccess(when=when, proof=Proof.WEAK, how=f"{what} was written, and {silent}")


def _newest_day(words: Sequence[Sequence[str]]) -> datetime | None:
    """The end of the newest day that the text names: a file that was only copied again speaks of an older run."""
    days: list[datetime] = []
    for word in (word for line in words for word in line if re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", word)):
        try:
            days.append(datetime.combine(datetime.fromisoformat(word), time.max, UTC))
        except ValueError:
            continue
    return max(days, default=None)


def _verdict(lines: Sequence[Sequence[str]]) -> tuple[str, bool | None]:
    """The word that decides, and success or failure; None where there is none, or where two contradict."""
    said = [statement for line in lines for statement in _statements(line)]
    if len(lines) == 1 and len(lines[0]) == 1 and _NUMBER.fullmatch(lines[0][0]):
        said = [(lines[0][0], lines[0][0] == "0")]
    meanings = {meaning for _, meaning in said}
    return said[0] if len(meanings) == 1 else ("", None)


def _statements(line: Sequence[str]) -> Iterator[tuple[str, bool | None]]:
    """Each word of a line that says something, with what it says.

    Success is said by the first word of a line or as a value, failure by any word; `0 errors` and `failed = 0` say
    nothing. A success of nothing, or of a part, is open.
    """
    for number, word in enumerate(line):
        before = line[number - 1] if number else ""
        # The value of the key before says nothing of this word.
        count = "" if number > 1 and line[number - 2] == "=" else before
        value = line[number + 2] if line[number + 1 : number + 2] == ["="] and number + 2 < len(line) else None
        if before == "=" and number > 1 and line[number - 2] in _KEYS | _GOOD | _BAD:
            continue
        if word in _KEYS and value is not None:
            yield value, _of_value(value)
        elif word in _GOOD and value is not None:
            yield word, _YES_NO.get(value)
        elif word in _BAD:
            if not (value in _NONE if value is not None else count in _NONE):
                yield word, False
        elif word in _OPEN and not (word in _NONE and _is_bad(line, number)):
            yield word, None
        elif word in _GOOD and (number == 0 or word == "successfully"):
            yield word, None if _is_halved(line) else True


def _is_halved(line: Sequence[str]) -> bool:
    """Whether a line of success counts something that is none or not all: `0 files`, `3 of 12`, a rate."""
    halves = ((line[at - 1], line[at + 1]) for at in range(1, len(line) - 1) if line[at] == "of")
    before = ("", *line)
    nothing = any(
        word == "0" and not _is_bad(line, at) and before[at] not in _KEYS and before[at] != "="
        for at, word in enumerate(line)
    )
    return nothing or "rate" in line or any(one.isdecimal() and one != other for one, other in halves)


def _is_bad(line: Sequence[str], number: int) -> bool:
    """Whether a `no` or `without` is followed by what there is none of."""
    return number + 1 < len(line) and line[number + 1] in _BAD


def _of_value(value: str) -> bool | None:
    if value in _GOOD or value == "0":
        return True
    return False if value in _BAD or _NUMBER.fullmatch(value) else None


# --- Whose word it is ------------------------------------------------------------------------------------


def with_status(jobs: Sequence[BackupJob], status: StatusFile) -> list[BackupJob]:
    """The jobs with what the status file says: of the only one that is configured, else as a job of its own.

    Which of several jobs writes it is not known, so it greens none of them; it is judged beside them.
    """
    configured = [job for job in jobs if job.configured is not False and not isinstance(job.configured, Absent)]
    if len(configured) == 1:
        return [_told(job, status) if job is configured[0] else job for job in jobs]
    if isinstance(status.said, Absent | Unknown):
        return list(jobs)
    return [*jobs, _own(status, status.said)]


def _told(job: BackupJob, status: StatusFile) -> BackupJob:
    said, success = status.said, job.last_success
    proved = is_known(success) and success.proof is Proof.PROVED
    match said:
        case BackupFailure():
            return replace(job, last_failure=said)
        case BackupSuccess(proof=Proof.STATED):
            if is_known(success) and proved and success.when >= said.when:
                return job
            healed = Absent("its status file says that the last run ended well")
            failure = job.last_failure if is_known(job.last_failure) else healed
            return replace(job, last_success=said, last_failure=failure)
        case BackupSuccess():
            return job if is_known(success) else replace(job, last_success=said)
    if is_known(success):
        return job
    why = Unknown(Reason.NO_EVIDENCE, said.reason) if isinstance(said, Absent) else said
    return replace(job, last_success=why)


def _own(status: StatusFile, said: BackupSuccess | BackupFailure) -> BackupJob:
    why = Unknown(Reason.NO_EVIDENCE, f"{status.path}: which job writes it is not on record")
    healed = isinstance(said, BackupSuccess) and said.proof is Proof.STATED
    return BackupJob(
        product="status file",
        name=status.path,
        configured=Unknown(Reason.NO_EVIDENCE, said.how) if isinstance(said, BackupSuccess) and not healed else True,
        enabled=why,
        interval_days=why,
        blocked=Absent("nothing is known to stop it"),
        last_attempt=said.when,
        last_success=said if isinstance(said, BackupSuccess) else why,
        last_failure=said if isinstance(said, BackupFailure) else Absent("its last word is success") if healed else why,
        destinations=why,
        encrypted=why,
        named=True,
    )
