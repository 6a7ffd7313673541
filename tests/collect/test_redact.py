"""Secrets are cut from bytes before anything is stored."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.redact import compact, redact, redact_json, redact_value
from scanner.secret import Secret

SECRETS = [
    (b"bob:$6$rounds=5000$abcdefgh$Zk3Yq/abc.def0123456789:19000:0:", b"Zk3Yq"),
    (b"eve:$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W6zEaKlOBL35rC:1:", b"tnSYvah"),
    (b"old:$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/:1:", b"qjXMv"),
    (b"web:$2b$12$GhvMmNVjRW29ulnudl.LbuAnUtN/LRfe1JsBm1Xu6LE3059z5Tr8m", b"GhvMm"),
    (b"| des:rEK1ecacw.7.c:19000:0:99999:7:::", b"rEK1ecacw"),
    (b"|https://scan:hunter2@example.org/repo", b"hunter2"),
    (b"|postgres://u:p@ss@db/x", b"p@ss"),
    (b"|Environment=RESTIC_PASSWORD=hunter2 A=b", b"hunter2"),
    (b"|export BORG_PASSPHRASE='two words'", b"two words"),
    (b'|"PBS_PASSWORD": "hunter2",', b"hunter2"),
    (b"|AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", b"wJalr"),
    (b"|GITLAB_TOKEN=glpat-abc", b"glpat"),
    (b"|CLIENT_SECRET = abcdef", b"abcdef"),
    (b"|encryption_passphrase: correct-horse", b"correct-horse"),
    (b"|/usr/bin/tool --password hunter2 --verbose", b"hunter2"),
    (b"|/usr/bin/tool --password='hun ter2'", b"hun ter2"),
    (b"|mysqldump -u root -phunter2 db", b"hunter2"),
    (b"|sshpass -p hunter2 ssh host", b"hunter2"),
    (b"|password=hunter2", b"hunter2"),
    (b"|Authorization: Bearer abcdef.ghi", b"abcdef"),
    (b"Server=db;Uid=sa;Pwd=hunter2", b"hunter2"),
    (b"Pwd=hunter2;Server=db", b"hunter2"),
    (b"net use x: /user:scan /password:hunter2", b"hunter2"),
    (b"schtasks /create /rp 'hunter 2'", b"hunter 2"),
]
HARMLESS = [
    b"bob:$6$",
    b"eve:!$y$",
    b"passwd:         files systemd sss",
    b"scan ALL=(root) NOPASSWD: /usr/sbin/sshd -T",
    b"PasswordAuthentication no",
    b"password\t[success=1 default=ignore]\tpam_unix.so obscure use_authtok try_first_pass yescrypt",
    b"passwd_tries=3, passwd_timeout=5",
    b'|{"password": true, "token": null}',
    b"-w /etc/passwd -p wa -k identity",
    b"tool --password-file=/root/pw",
    b"token:x:1001:1001::/home/token:/bin/sh",
    b"root:*:19000:0:99999:7:::",
    b"256 SHA256:AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg scan@host (ED25519)",
    b"http://mirror.example.org:80/debian bookworm/main",
    b"@0123456789abcdef0123456789abcdef E password 0 0 10",
    b"ClearTextPassword = 0",
    b"PWD=/root",
    b"cat /passwd.txt /etc/passwd",
    b'[{"password_policy":"14","MinimumPasswordLength":14,"password_required":true,"token":""}]',
    b'[{"DefaultPassword":{"err":{"text":"denied"}}}]',
]


@pytest.mark.parametrize(("line", "secret"), SECRETS)
def test_secret_is_cut(line: bytes, secret: bytes) -> None:
    after = redact(line)
    assert secret not in after
    assert b"*" in after
    assert len(after) >= len(line)
    assert redact(after) == after


@pytest.mark.parametrize("line", HARMLESS)
def test_settings_survive(line: bytes) -> None:
    assert redact(line) == line


def test_private_key_goes_and_the_frame_stays() -> None:
    data = b"|a\n| -----BEGIN OPENSSH PRIVATE KEY-----\n| b3BlbnNzaC1rZXk\n| AAAA\n@n E x 0 0 1\n|after\n"
    after = redact(data)
    assert b"b3Blbn" not in after and b"| AAAA" not in after
    assert b"\n@n E x 0 0 1\n|after\n" in after
    assert after.count(b"\n") == data.count(b"\n")


def test_private_key_ends_at_its_end() -> None:
    data = b"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nPermitRootLogin no"
    after = redact(data)
    assert b"MIIE" not in after
    assert after.endswith(b"-----END RSA PRIVATE KEY-----\nPermitRootLogin no")


def test_private_key_on_one_line() -> None:
    after = redact(b'"key": "-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----", "x": 1')
    assert b"MIIE" not in after and after.endswith(b'"x": 1')


def test_our_own_password_goes_wherever_it_stands() -> None:
    assert b"s3cret!" not in redact_value(b"echoed: s3cret! again", Secret("s3cret!"))


@given(st.binary(max_size=2000))
@example(b"password=" * 50)
@example(b"-----BEGIN PRIVATE KEY-----\r\n\r\n")
def test_twice_is_once_and_lines_stay(data: bytes) -> None:
    once = redact(data)
    assert redact(once) == once
    assert once.count(b"\n") == data.count(b"\n")
    assert len(once) >= len(data)


@given(st.lists(st.sampled_from([w for line, _ in SECRETS for w in line.split()] + [b" ", b"\n", b"'", b'"', b"="])))
def test_twice_is_once_on_shapes_of_secrets(words: list[bytes]) -> None:
    once = redact(b" ".join(words))
    assert redact(once) == once


@pytest.mark.parametrize("piece", [b"A_" * 40, b"password", b"a" * 99 + b" ", b"$6$", b"x://", b"-p ", b"'\"=:", b"a:"])
def test_linear_on_megabytes(piece: bytes) -> None:
    began = time.process_time()
    redact(piece * (1_000_000 // len(piece)))
    assert time.process_time() - began < 8


# --- JSON, as collections of Windows hosts and directories bring it ---

JSON_SECRETS = [
    {"DefaultPassword": {"kind": "String", "value": "hunter2"}},
    {"values": {"DefaultPassword": {"kind": "MultiString", "value": ["hunter2", "x"]}}},
    {"rows": [{"name": "Api_Key", "value": "hunter2"}]},
    {"run": 'tool --password "hunter2" \\'},
    {"run": "tool --password=hunter2\\"},
    {"dsn": "Driver={SQL Server};Server=db;Uid=sa;Pwd=hunter2;"},
    {"text": "a\r\nPASSWORD=hunter2\r\nb"},
    {"url": "https://scan:hunter2@example.org/"},
    {"key": "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\nend"},
    {"PASSWORD=": "x", "b": "PASSWORD=hunter2"},
]


@pytest.mark.parametrize("value", JSON_SECRETS)
def test_secrets_in_json_go_and_it_stays_json(value: dict[str, Any]) -> None:
    line = compact([value])
    after = redact(b"ctpat:0:1:begin\n" + line + b"\nctpat:0:1:end\n")
    assert b"hunter2" not in after and redact(after) == after
    begin, cut, end = after.splitlines()
    assert (begin, end) == (b"ctpat:0:1:begin", b"ctpat:0:1:end")
    assert list(json.loads(cut)[0]) == list(value)
    assert redact_json([value]) == json.loads(cut)


def test_what_is_told_goes_from_texts_and_names_stay() -> None:
    value = [{"name": 'say "name"', "told": ["name", 4]}]
    assert redact_json(value, [Secret('say "name"'), Secret("name")]) == [{"name": "*" * 16, "told": ["*" * 16, 4]}]


_WORDS = st.sampled_from(
    [word.decode() for line, _ in SECRETS for word in (line, *line.split())] + list("\"\\'={}[]\n ;,")
)
_TEXTS = st.lists(_WORDS | st.text(max_size=3), max_size=6).map("".join)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


def _shape(value: Any) -> Any:
    """Everything but the texts."""
    if isinstance(value, dict):
        return {key: _shape(one) for key, one in value.items()}
    return [_shape(one) for one in value] if isinstance(value, list) else "" if isinstance(value, str) else value


@given(st.lists(_JSON, max_size=4))
@example([{"a": "PASSWORD=", "b": ""}])
@example(["-----BEGIN PRIVATE KEY-----", "@", "-----END PRIVATE KEY-----"])
def test_json_stays_json_whatever_its_texts_say(value: list[Any]) -> None:
    line = compact(value)
    before, once = json.loads(line), redact(b"PASSWORD=x\n" + line + b"\nPASSWORD=y\n")
    after = json.loads(once.splitlines()[1]) if once.count(b"\n") == 3 else None
    assert _shape(after) == _shape(before)
    assert redact(once) == once and len(once.split(b"\n")[1]) >= len(line)
