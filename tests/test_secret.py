"""Credential references: parsed without repeating what may be a password, resolved once, never printed."""

import builtins
import contextlib
import copy
import os
import pickle
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import SecretError
from scanner.secret import Ask, RefError, Secret, SecretRef, Secrets, parse_ref

PYTHON = f"cmd:{sys.executable} -c"


def test_a_secret_never_prints() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {secret:>40} {[secret]} {{1: {secret}}}"
    for store in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            store(secret)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("env:A_B", SecretRef("env", "A_B")),
        ("file:~/x", SecretRef("file", "~/x")),
        ("keyring:ctpat/acme", SecretRef("keyring", "ctpat/acme")),
        ("cmd:pass show a", SecretRef("cmd", "pass show a")),
        ("command:pass show a", SecretRef("cmd", "pass show a")),
        ("prompt", SecretRef("prompt")),
        ("prompt:Root", SecretRef("prompt", "Root")),
    ],
)
def test_references(text: str, ref: SecretRef) -> None:
    assert parse_ref(text) == ref


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("hunter2", "keyring set"),
        ("", "keyring set"),
        ("evn:hunter2", "did you mean 'env:'?"),
        ("promt", "did you mean 'prompt'?"),
        ("env:hunter 2", "env:ACME"),
        ("keyring:hunter2", "keyring:ctpat/acme"),
        ("cmd:'hunter2", "close it"),
        ("cmd:", "cmd:pass"),
        ("file:", "file:~"),
    ],
)
def test_what_is_no_reference(text: str, advice: str) -> None:
    with pytest.raises(RefError) as caught:
        parse_ref(text)
    assert advice in caught.value.advice and "hunter2" not in f"{caught.value} {caught.value.advice}"


@given(st.text())
def test_any_text_is_a_reference_or_an_error(text: str) -> None:
    with contextlib.suppress(RefError):
        parse_ref(text)


def test_env() -> None:
    assert Secrets(environ={"A": "x"}).resolve(SecretRef("env", "A")).reveal() == "x"
    with pytest.raises(SecretError, match="A is not set"):
        Secrets(environ={}).resolve(SecretRef("env", "A"))
    with pytest.raises(SecretError, match="empty"):
        Secrets(environ={"A": ""}).resolve(SecretRef("env", "A"))


def secret_file(folder: Path, mode: int = 0o600, content: bytes = b"pa ss\n") -> Path:
    path = folder / "pw"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_file(tmp_path: Path) -> None:
    path = secret_file(tmp_path)
    assert Secrets().resolve(SecretRef("file", str(path))).reveal() == "pa ss"
    assert Secrets(base=tmp_path).resolve(SecretRef("file", "pw")).reveal() == "pa ss"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_file_that_others_can_reach(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SecretError, match="chmod 600"):
        Secrets().resolve(SecretRef("file", str(secret_file(tmp_path, mode))))


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "empty"), (b"\xff", "UTF-8"), (b"x" * 70_000, "KiB"), (b"a\0b", "NUL")]
)
def test_file_content(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(SecretError, match=message):
        Secrets().resolve(SecretRef("file", str(secret_file(tmp_path, content=content))))


def test_file_of_another_kind(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("pipe", ".", "none", "~nobody-of-that-name/x"):
        with pytest.raises(SecretError):
            Secrets(base=tmp_path).resolve(SecretRef("file", name))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_file_of_another_user(tmp_path: Path) -> None:
    path = secret_file(tmp_path)
    os.chown(path, 12345, -1)
    with pytest.raises(SecretError, match="another user"):
        Secrets().resolve(SecretRef("file", str(path)))


def test_systemd_credential(tmp_path: Path) -> None:
    """systemd shows the ACL of the service's account as group rights."""
    secret_file(tmp_path, 0o440)
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert Secrets(environ=environ).resolve(SecretRef("file", "pw")).reveal() == "pa ss"
    secret_file(tmp_path, 0o444)
    with pytest.raises(SecretError):
        Secrets(environ=environ).resolve(SecretRef("file", "pw"))


def test_cmd_takes_the_first_line() -> None:
    assert Secrets().resolve(parse_ref(f"{PYTHON} 'print(\"a b\"); print(2)'")).reveal() == "a b"


def test_cmd_without_a_shell(tmp_path: Path) -> None:
    assert Secrets().resolve(parse_ref("cmd:echo $HOME;id")).reveal() == "$HOME;id"


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        (f"{PYTHON} 'import sys; sys.exit(\"hunter2\")'", "exit status 1"),
        (f"{PYTHON} 'print()'", "empty"),
        (f"{PYTHON} 'while 1: print(\"x\" * 9999)'", "KiB"),
        ("cmd:/nonexistent/tool hunter2", "No such file"),
    ],
)
def test_cmd_that_fails(ref: str, message: str) -> None:
    with pytest.raises(SecretError, match=message) as caught:
        Secrets().resolve(parse_ref(ref))
    assert "hunter2" not in str(caught.value)


def test_cmd_time_limit_holds_for_grandchildren() -> None:
    started = time.monotonic()
    with pytest.raises(SecretError, match=r"no answer in 0\.3 s"):
        Secrets(timeout_s=0.3).resolve(parse_ref("cmd:sh -c 'sleep 5 & sleep 5'"))
    assert time.monotonic() - started < 3


def test_prompt_once_for_all_threads() -> None:
    asked: list[str] = []

    def ask(text: str) -> str:
        asked.append(text)
        time.sleep(0.02)
        return "x"

    secrets, found = Secrets(ask), []
    ref = SecretRef("prompt", "SSH password of credential 'linux'")
    threads = [threading.Thread(target=lambda: found.append(secrets.resolve(ref).reveal())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == ["SSH password of credential 'linux': "] and found == ["x"] * 8


def recording(asked: list[str], answer: str) -> Ask:
    def ask(text: str) -> str:
        asked.append(text)
        return answer

    return ask


def test_prompt_by_purpose() -> None:
    asked: list[str] = []
    secrets = Secrets(recording(asked, "x"))
    for purpose in ("a", "b", "a"):
        secrets.resolve(SecretRef("prompt"), purpose)
    assert asked == ["a: ", "b: "]


@pytest.mark.parametrize(("right", "times"), [("a", 1), ("c", 3), ("z", 3)])
def test_an_answer_that_does_not_fit_is_asked_for_three_times_in_all(right: str, times: int) -> None:
    asked, answers = list[str](), iter("abcdef")

    def ask(text: str) -> str:
        asked.append(text)
        return next(answers)

    secrets = Secrets(ask)
    for _ in range(2):  # once a run
        found = secrets.resolve(SecretRef("prompt"), "pass phrase of k", lambda secret: secret.reveal() == right)
        assert found.reveal() == "abc"[times - 1]
    assert asked == ["pass phrase of k: ", *["that does not open it; pass phrase of k: "] * (times - 1)]


def test_what_no_person_typed_is_read_once_whether_it_fits_or_not(tmp_path: Path) -> None:
    file, runs, asked = tmp_path / "phrase", tmp_path / "runs", list[str]()
    file.write_text("x\n")
    file.chmod(0o600)
    secrets = Secrets(recording(asked, "y"), environ={"PHRASE": "x"})
    for ref in ("env:PHRASE", f"file:{file}", f"cmd:sh -c 'echo >> {runs}; echo x'"):
        assert secrets.resolve(parse_ref(ref), "p", lambda secret: False).reveal() == "x"
    assert asked == [] and runs.read_text() == "\n"


def test_prompt_with_nobody_there() -> None:
    with pytest.raises(SecretError, match="unattended"):
        Secrets().resolve(SecretRef("prompt"), "password")


def test_an_error_is_kept_too() -> None:
    asked: list[str] = []
    secrets = Secrets(recording(asked, ""))
    for _ in range(2):
        with pytest.raises(SecretError, match="empty"):
            secrets.resolve(SecretRef("prompt", "x"))
    assert len(asked) == 1


def test_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    store = {("ctpat/deep", "acme"): "x"}
    monkeypatch.setattr(keyring, "get_password", lambda service, name: store.get((service, name)))
    assert Secrets().resolve(SecretRef("keyring", "ctpat/deep/acme")).reveal() == "x"
    with pytest.raises(SecretError, match="keyring set ctpat none"):
        Secrets().resolve(SecretRef("keyring", "ctpat/none"))


def test_keyring_that_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    def locked(service: str, name: str) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(SecretError, match="unlocked") as caught:
        Secrets().resolve(SecretRef("keyring", "a/b"))
    assert "hunter2" not in str(caught.value)


def test_keyring_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("keyring"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SecretError, match=r"ctpat-scanner\[keyring\]"):
        Secrets().resolve(SecretRef("keyring", "a/b"))
