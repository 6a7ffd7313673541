"""The script, run by the real shells and with each way to limit time."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from scanner.collect import Frame, Script, build, parse
from scanner.facts.base import FileText, Probe, RawState, files
from scanner.model import Absent, Unknown

NONCE = "a" * 32
SHELLS = ("dash", "bash", "busybox", "ksh93", "mksh", "yash")
SYSTEM_PATH = b"PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/run/current-system/sw/bin"


def probe(
    name: str, script: str, *, timeout_s: int = 5, max_bytes: int = 4096, programs: tuple[str, ...] = ()
) -> Probe:
    return Probe(name=name, why="a test", script=script, timeout_s=timeout_s, max_bytes=max_bytes, programs=programs)


def run(text: bytes, script: Script, shell: str = "/bin/sh", *, wrapper: tuple[str, ...] = (), first: int = 0) -> Frame:
    done = subprocess.run(
        [*wrapper, shell, "-s"], input=text + script.call(NONCE, first=first), capture_output=True, timeout=60
    )
    return parse(done.stdout, NONCE)


def shell_link(folder: Path, name: str) -> str:
    """`sh`, being the shell `name`."""
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    link = folder / "sh"
    link.symlink_to(program)
    return str(link)


PROBES = (
    probe("hello", "echo hi"),
    probe("quotes", """printf '%s\\n' "it's" 'a"b' '$HOME' '\\n'"""),
    probe("nul", r"printf 'a\000b\377c\r\n'"),
    probe("big", "head -c 500000 /dev/zero"),
    probe("endless", "yes", timeout_s=3),
    probe("fail", "echo no >&2; exit 7"),
    probe("missing", "/no/such/command"),
    probe("hang", "echo start; sleep 20", timeout_s=1),
    probe("stubborn", "trap '' TERM; echo s; while :; do sleep 1; done", timeout_s=1),
    probe("stdin", "cat; echo end"),
    probe("child", "sleep 15 & echo forked", timeout_s=1),
    probe("absent", "absent 'no such product'"),
    probe("denied", "denied 'ask root'"),
    probe("noeol", "printf abc"),
    probe("errors", "i=0; while [ $i -lt 3000 ]; do echo 'c0 r0 @x E errors 0 0 1' >&2; i=$((i+1)); done; echo ok"),
    probe("forge", f"printf '\\n@{'b' * 32} E forge 0 0 1\\n@{'b' * 32} DONE\\n'; exit 9"),
    probe("nonce", "env; exit 9"),
    probe("without", "echo never", programs=("no-such-program", "nor_this.one")),
    probe("with", "echo here", programs=("no-such-program", "cat")),
    probe("last", "echo last"),
)
EXPECTED: Mapping[str, tuple[RawState, bytes | None]] = {
    "hello": (RawState.OK, b"hi\n"),
    "quotes": (RawState.OK, b"it's\na\"b\n$HOME\n\\n\n"),
    "nul": (RawState.OK, b"a\x01b\xffc\r\n"),
    "big": (RawState.TRUNCATED, b"\x01" * 4096),
    "endless": (RawState.TRUNCATED, b"y\n" * 2048),
    "fail": (RawState.FAILED, b""),
    "missing": (RawState.MISSING_TOOL, b""),
    "hang": (RawState.TIMEOUT, b"start\n"),
    "stubborn": (RawState.TIMEOUT, None),
    "stdin": (RawState.OK, b"end\n"),
    "child": (RawState.TIMEOUT, None),
    "absent": (RawState.ABSENT, b"no such product\n"),
    "denied": (RawState.DENIED, b""),
    "noeol": (RawState.OK, b"abc"),
    "errors": (RawState.OK, b"ok\n"),
    "forge": (RawState.FAILED, None),
    "nonce": (RawState.FAILED, None),
    "without": (RawState.ABSENT, b"not installed: no-such-program nor_this.one\n"),
    "with": (RawState.OK, b"here\n"),
    "last": (RawState.OK, b"last\n"),
}


def verify(frame: Frame, names: Sequence[str] = tuple(EXPECTED)) -> None:
    assert frame.done
    for name in names:
        state, body = EXPECTED[name]
        raw = frame.sections[name]
        assert raw.state is state, raw
        assert body is None or raw.stdout == body, raw
    if "nonce" in names:
        assert NONCE.encode() not in frame.sections["nonce"].stdout
    if "errors" in names:
        assert 0 < len(frame.sections["errors"].stderr) <= 4096
    if "fail" in names:
        assert frame.sections["fail"].complaint == "no"


TOOLS = ["sh", "env", "id", "date", "sed", "tr", "head", "yes", "cat", "sleep", "grep", "dd", "od", "true"]
TOOLS += ["[", "echo", "kill", "printf", "renice", "test"]
LADDER: Mapping[str, tuple[str, ...]] = {
    "perl": ("perl", "timeout"),
    "gnu": ("timeout",),
    "setsid": ("setsid",),
    "watch": (),
    "kill": ('case $1 in -k) exit 1 ;; esac; exec /usr/bin/timeout "$@"',),
    "old": ('[ "$1 $3 $4" = "-t -s KILL" ] || exit 1; n=$2; shift 4; exec /usr/bin/timeout -s KILL "$n" "$@"',),
}


def tools(folder: Path, form: str) -> Path:
    """A PATH that holds only what a system with this form of time limit has."""
    folder.mkdir()
    extra = [name for name in LADDER[form] if " " not in name]
    for name in (*TOOLS, *extra):
        (folder / name).symlink_to(shutil.which(name) or pytest.skip(f"{name} is not installed"))
    for text in (text for text in LADDER[form] if " " in text):
        (folder / "timeout").write_text(f"#!/bin/sh\n{text}\n")
        (folder / "timeout").chmod(0o755)
    return folder


def on(path: Path, script: Script, shell: str = "/bin/sh") -> bytes:
    """The script's text with only the programs in `path`, and with `shell` for the probes."""
    text = script.text.replace(SYSTEM_PATH, b"PATH=" + str(path).encode())
    return text.replace(b"/bin/sh", shell.encode())


@pytest.mark.parametrize("form", ["perl", "gnu"])
@pytest.mark.parametrize("name", SHELLS)
def test_every_shell_gives_the_same_answers(name: str, form: str, tmp_path: Path) -> None:
    shell, path, script = shell_link(tmp_path, name), tools(tmp_path / "bin", form), build(PROBES)
    frame = run(on(path, script, shell), script, shell)
    # The timeout of BusyBox itself is not used.
    assert frame.header["timeout"] == ("setsid" if (name, form) == ("busybox", "gnu") else form)
    verify(frame)


# BusyBox prefers its own timeout and setsid to any on PATH, so it has one form only.
FORMS = [
    *(("dash", form) for form in sorted({*LADDER} - {"perl", "gnu"})),
    ("busybox", "setsid"),
    ("bash", "setsid"),
    ("bash", "watch"),
]
SHORT = ["hello", "nul", "big", "fail", "missing", "hang", "stubborn", "child", "absent", "errors", "last"]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_every_form_of_time_limit(name: str, form: str, tmp_path: Path) -> None:
    shell, path = shell_link(tmp_path, name), tools(tmp_path / "bin", form)
    script = build([probe for probe in PROBES if probe.name in SHORT])
    frame = run(on(path, script, shell), script, shell)
    assert frame.header["timeout"] == form
    verify(frame, SHORT)


def test_head_without_c_falls_back_to_dd(tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", "setsid")
    (path / "head").unlink()
    script = build([probe("some", "yes | dd bs=1 count=5000 2>/dev/null"), probe("hello", "echo hi")])
    frame = run(on(path, script), script)
    assert frame.sections["some"].state is RawState.TRUNCATED and len(frame.sections["some"].stdout) == 4096
    assert frame.sections["hello"].stdout == b"hi\n"


def test_a_sed_that_stops_at_a_nul_gets_none(tmp_path: Path) -> None:
    script = build([probe for probe in PROBES if probe.name in SHORT])
    text = on(tools(tmp_path / "bin", "gnu"), script).replace(b"= a+b ]", b"= never ]")
    assert b"= never ]" in text
    verify(run(text, script), SHORT)


def test_text_and_digest_are_constant() -> None:
    one, two = build(PROBES), build(PROBES)
    assert one == two and NONCE.encode() not in one.text
    assert one.call(NONCE) != one.call("b" * 32)
    assert build(PROBES[:3]).sha256 != one.sha256
    assert one.call(NONCE, status_file="/srv/status") == one.call(NONCE).replace(b"; }", b" '/srv/status'; }")


@pytest.mark.parametrize("cut", [100, 2000, 5000, -3, -20])
def test_a_cut_script_does_not_start(cut: int) -> None:
    script = build(PROBES)
    whole = script.text + script.call(NONCE)
    done = subprocess.run(["/bin/sh", "-s"], input=whole[:cut], capture_output=True, timeout=30)
    assert b"START" not in done.stdout


def test_starts_at_a_later_probe() -> None:
    script = build(PROBES[:3])
    frame = run(script.text, script, first=2)
    assert list(frame.sections) == ["nul"] and frame.plan == ("hello", "quotes", "nul")


@pytest.mark.parametrize(
    "bad",
    [
        probe("Upper", "x"),
        probe("a b", "x"),
        probe("", "x"),
        probe("nul", "a\0b"),
        probe("huge", "x" * 200_000),
        probe("zero", "x", timeout_s=0),
        probe("two", "x", programs=("a b",)),
        probe("pattern", "x", programs=("*",)),
    ],
)
def test_a_probe_that_could_break_the_frame_is_refused(bad: Probe) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message differs
        build([bad])
    with pytest.raises(ValueError, match="two probes"):
        build([PROBES[0], PROBES[0]])


@pytest.mark.parametrize("form", ["perl", "gnu"])
def test_what_the_environment_holds_changes_nothing(form: str, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    evil.mkdir()
    for name in ("id", "date", "sed", "head", "timeout", "grep"):
        (evil / name).write_text("#!/bin/sh\necho poisoned\n")
        (evil / name).chmod(0o755)
    functions = {
        f"BASH_FUNC_{name}%%": "() { builtin echo poisoned; }"
        for name in ["id", "command", "printf", "grep", "sed", "["]
    }
    env = {
        "PATH": str(evil),
        "ENV": "/no/such/file",
        "IFS": "x",
        "LC_ALL": "de_DE.UTF-8",
        "GREP_OPTIONS": "-v",
        "CDPATH": "/etc",
        "nonce": "leak",
        "PERL5OPT": "-Mno_such_module",
        "PERL5LIB": str(evil),
        "PERL_UNICODE": "SDA",
        "CTPAT_EPOCH": "1",
        **functions,
    }
    script = build([probe("id", "id -u; printf 'b\\na\\n' | grep a; echo $LC_ALL $TZ"), probe("env", "env; echo end")])
    link = shell_link(tmp_path, "bash")
    text = on(tools(tmp_path / "bin", form), script, link)
    done = subprocess.run([link, "-s"], input=text + script.call(NONCE), capture_output=True, env=env, timeout=30)
    frame = parse(done.stdout, NONCE)
    assert frame.sections["id"].text == f"{os.geteuid()}\na\nC UTC0\n"
    assert "CTPAT_EPOCH=1\n" not in frame.sections["env"].text
    assert "poisoned" not in frame.sections["env"].text and NONCE not in frame.sections["env"].text


UNPRIVILEGED = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another account")
def test_show_never_calls_hidden_things_absent(name: str, tmp_path: Path) -> None:
    tmp_path = Path("/var/tmp") / f"ctpat-show-{os.getpid()}-{name}"  # every account has to reach it
    try:
        show_case(name, tmp_path)
    finally:
        shutil.rmtree(tmp_path, ignore_errors=True)


def show_case(name: str, root: Path) -> None:
    root.mkdir(mode=0o755)
    shell = shell_link(root, name)
    for folder, mode in (("closed", 0o700), ("blind", 0o711), ("open", 0o755)):
        (root / folder).mkdir(mode=0o755)
        (root / folder / "file").write_text("one\n\n -two\n=three" if folder != "open" else "")
        (root / folder).chmod(mode)
    (root / "secret").write_text("x")
    (root / "secret").chmod(0o600)
    (root / "dangling").symlink_to("/no/such/target")
    os.mkfifo(root / "fifo")
    present = ("blind/file", "open/file", "secret", "dangling", "fifo", "open", "closed/file")
    names = (*present, "open/none", "none/none/none", "closed/none", "blind/none", "open/file/below")
    listed = " ".join(f'"{root}/{entry}"' for entry in names)
    patterns = " ".join(f"{root}/{entry}" for entry in ("open/*.conf", "blind/*.conf", "closed/*.conf", "*/none"))
    script = build([probe("show", f"show {listed} {patterns} relative")])
    text = script.text.replace(b"/bin/sh", shell.encode())
    found = {
        path.removeprefix(f"{root}/"): value
        for path, value in files(run(text, script, shell, wrapper=UNPRIVILEGED).sections["show"]).items()
    }
    kinds = {path: type(value) for path, value in found.items()}
    text_of = found["blind/file"]
    assert isinstance(text_of, FileText) and text_of.text == "one\n\n -two\n=three"
    assert found["open/file"] == FileText(path=f"{root}/open/file", text="")
    for path in ("open/none", "none/none/none", "blind/none", "open/*.conf", "open/file/below"):
        assert kinds[path] is Absent, path
    hidden = ("closed/file", "closed/none", "secret", "dangling", "fifo", "open", "relative")
    unsearched = ("blind/*.conf", "closed/*.conf", "*/none")
    for path in (*hidden, *unsearched):
        assert kinds[path] is Unknown, path


@pytest.mark.parametrize("awk", ["works", "fails"])
@pytest.mark.parametrize("name", SHELLS)
def test_files_shown_together_are_told_apart(name: str, awk: str, tmp_path: Path) -> None:
    texts = {"a": "x\n\n=/etc/passwd\n", "b=c": "no end", "empty": "", "d": "-z\n\n"}
    for file, text in texts.items():
        (tmp_path / file).write_text(text)
    shell = shell_link(tmp_path, name)
    broken = "awk() { echo =half; return 2; }; " if awk == "fails" else ""
    listed = " ".join(str(tmp_path / file) for file in (*texts, "none"))
    script = build([probe("show", f"{broken}show {listed}")])
    found = files(run(script.text.replace(b"/bin/sh", shell.encode()), script, shell).sections["show"])
    shown = {path.rpartition("/")[2]: value for path, value in found.items()}
    assert isinstance(shown.pop("none"), Absent)
    assert {file: value.text for file, value in shown.items() if isinstance(value, FileText)} == {
        file: text.removesuffix("\n") for file, text in texts.items()
    }


ATTRIBUTE = Path("/sys/class/net/lo/ifalias")


@pytest.mark.skipif(
    not ATTRIBUTE.is_file() or ATTRIBUTE.stat().st_size == 0 or ATTRIBUTE.read_text() != "",
    reason="this kernel shows no empty attribute that has a size",
)
@pytest.mark.parametrize("name", SHELLS)
def test_an_empty_file_with_a_size_is_shown(name: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x\n")
    shell = shell_link(tmp_path, name)
    script = build([probe("show", f"show {ATTRIBUTE} {tmp_path}/a")])
    found = files(run(script.text.replace(b"/bin/sh", shell.encode()), script, shell).sections["show"])
    assert {path: value.text for path, value in found.items() if isinstance(value, FileText)} == {
        str(ATTRIBUTE): "",
        f"{tmp_path}/a": "x",
    }


@pytest.mark.parametrize("name", SHELLS)
def test_a_long_file_is_never_shown_as_an_empty_one(name: str, tmp_path: Path) -> None:
    shell, text = shell_link(tmp_path, name), "a" * 200_000
    (tmp_path / "long").write_text(f"{text}\n")
    (tmp_path / "short").write_text("b\n")
    for asked in ("long", "short long"):
        listed = " ".join(f"{tmp_path}/{file}" for file in asked.split())
        script = build([probe("show", f"show {listed}", max_bytes=1_000_000)])
        found = files(run(script.text.replace(b"/bin/sh", shell.encode()), script, shell).sections["show"])
        long = found[f"{tmp_path}/long"]
        assert long.text == text if isinstance(long, FileText) else name == "mksh" and isinstance(long, Unknown)
        short = found.get(f"{tmp_path}/short")
        assert short is None or (isinstance(short, FileText) and short.text == "b")
        assert len(found) == len(asked.split())


def test_show_as_root_proves_absence(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    (tmp_path / "dangling").symlink_to("/no/such/target")
    script = build([probe("show", f"show {tmp_path}/dangling {tmp_path}/*.conf '{tmp_path}/a\nb'")])
    found = files(run(script.text, script).sections["show"])
    assert [type(value) for value in found.values()] == [Absent, Absent, Unknown]


def test_r_without_rights_is_denied_and_a_missing_tool_is_missing() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to become another account")
    script = build([probe("r", "R id -u || exit $?"), probe("none", "R no-such-tool || exit $?")])
    frame = run(script.text, script, wrapper=UNPRIVILEGED)
    assert frame.sections["r"].state is RawState.DENIED
    assert frame.sections["none"].state is RawState.MISSING_TOOL
    assert run(script.text, script).sections["r"].stdout == b"0\n"
