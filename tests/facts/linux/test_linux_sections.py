"""How a snippet of several commands frames their answers, run by the real shells."""

from __future__ import annotations

import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest

from scanner.facts.linux.patching.sections import RUN

HELPERS = resources.files("scanner.collect").joinpath("helpers.sh").read_text(encoding="utf-8")


def test_asking_for_one_part_changes_no_word_of_the_next_question() -> None:
    asked = "as='echo asked'; one() { echo one; }; run first one; run second $as again; n=3; run third one; echo $n"
    script = HELPERS + RUN + asked
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "=first\n one\n @exit 0\n=second\n asked again\n @exit 0\n=third\n one\n @exit 0\n3\n"


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox", "ksh93", "mksh", "yash"])
def test_an_answer_is_framed_whatever_its_length_and_addresses_lose_their_passwords(shell: str, tmp_path: Path) -> None:
    (tmp_path / "sh").symlink_to(shutil.which(shell) or pytest.skip(f"{shell} is not installed"))
    cases = {
        "none": "''",
        "empty": r"'\n\n'",
        "open": "'=a\\nb  c '",
        "odd": r"'* [a-z] \\\\n %%s ${HOME}\n@exit 0'",
        "address": r"'x sftp://me:secret@host/a y\n//u:p@h\n'",
        "long": "'%03000d\\n' 0",
    }
    asked = "\n".join(
        f"said_{name}() {{ printf {text}; return 3; }}; run {name} said_{name}" for name, text in cases.items()
    )
    done = subprocess.run(
        [str(tmp_path / "sh"), "-c", HELPERS + RUN + asked], capture_output=True, text=True, check=False
    )
    found = files_of(done.stdout)
    assert found == {
        "none": ["@exit 3"],
        "empty": ["", "", "@exit 3"],
        "open": ["=a", "b  c @exit 3"],
        "odd": ["* [a-z] \\\\n %s ${HOME}", "@exit 0@exit 3"],
        "address": ["x sftp://host/a y", "//h", "@exit 3"],
        "long": ["0" * 3000, "@exit 3"],
    }


def files_of(text: str) -> dict[str, list[str]]:
    """The sections of a framed answer: a line of a command starts with one space, that of a section with `=`."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("="):
            found[line[1:]] = []
        else:
            assert line.startswith(" ")
            found[list(found)[-1]].append(line[1:])
    return found
