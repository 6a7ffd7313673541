"""Looking for hints first must cut exactly what trying every pattern on everything cuts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.redact import RULES, _cut, _redact_keys, redact  # the reference below is built from the same patterns

WORDS = (
    b"PassWord secret-key SECRETKEY secret_key access_KEY apikey Api_Key private_key token passphrase passwd NOPASSWD "
    b"--password -passin --auth-token --API-key --encryption-key Authorization: Bearer Basic mysql 7z zip sshpass -p "
    b"-Phunter2 ftp://u:p@h postgres://user:pa$$@x bob:abcdefghijklm:1:2: $6$salt$hashhashhash $2b$12$abcdefghijk "
    b"true null \"two words\" 'one' = : ; | ! @ _ - http://h:80/ MARIADB mariabackup xtrabackup"
).split(b" ")
pieces = st.one_of(
    st.sampled_from(WORDS), st.sampled_from([b" ", b"\n", b"\t", b"=", b": ", b"\r\n", b"_", b"x" * 600]), st.binary()
)


def everywhere(data: bytes) -> bytes:
    """Every pattern on the whole, one after the other."""
    data = _redact_keys(data)
    for rule in RULES:
        data = rule.pattern.sub(_cut, data)
    return data


@settings(max_examples=400, deadline=None)
@given(st.lists(pieces, max_size=80).map(b"".join))
def test_same_as_without_hints(data: bytes) -> None:
    assert redact(data) == everywhere(data)


KEYS = ("Access", "SECRET", "Api", "private")
NAMES = ("Password", "PASSPHRASE", "token", "Secret", *(f"{word}{line}Key" for word in KEYS for line in ("", "_")))
OPTIONS = "password passwd passphrase passin passout pass secret secret-key token api-key auth-token encryption-key"
PROGRAMS = "mysql mysqldump mariadb mariadb-dump sshpass xtrabackup mariabackup 7z 7za zip"


@pytest.mark.parametrize(
    "line",
    [
        *(f"|MY_{name}=hunter2hunter2" for name in (*NAMES, "PassWd")),
        *(f"|my_{name}: hunter2hunter2" for name in NAMES),
        *(f"|tool {dash}{name} hunter2hunter2" for name in OPTIONS.split() for dash in ("-", "--")),
        *(f"|/usr/bin/{name} -Phunter2hunter2" for name in PROGRAMS.split()),
        *(f"|AUTHORIZATION: {name} hunter2hunter2" for name in ("Basic", "bearer", "TOKEN")),
        "|FTP://u:hunter2hunter2@host/",
        "|bob:$6$hunter2hunter2",
        "|bob:hunter2hunte.:1:2:",
    ],
)
def test_no_form_of_a_secret_is_missed_for_want_of_a_hint(line: str) -> None:
    assert b"hunter2" not in redact(line.encode())


def test_every_stretch_is_looked_at() -> None:
    line = b"|export BORG_PASSPHRASE=hunter2hunter2\n"
    data = (b"|" + b"filler " * 100 + b"\n") * 20
    for place in range(0, len(data), 701):
        cut = data.rfind(b"\n", 0, place) + 1
        assert b"hunter2" not in redact(data[:cut] + line + data[cut:])
