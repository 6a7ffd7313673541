"""The recorded collections: bytes as they were stored, and the few words that belong to them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from scanner.model import Privilege, Transcript

GOLDEN = Path(__file__).parent / "golden"
CASES = ("samba-4.17.administrator", "samba-4.17.plain")


def keep(path: Path, transcript: Transcript) -> None:
    words = {
        "nonce": transcript.nonce,
        "collected_at": transcript.collected_at.isoformat(),
        "account": transcript.account,
        "privilege": transcript.privilege,
        "host_key": transcript.host_key,
    }
    path.with_name(f"{path.name}.transcript").write_bytes(transcript.stdout)
    path.with_name(f"{path.name}.json").write_text(json.dumps(words, indent=2) + "\n", encoding="utf-8")


def recorded(name: str) -> Transcript:
    words = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return Transcript(
        target="acme",
        platform="directory",
        nonce=words["nonce"],
        stdout=(GOLDEN / f"{name}.transcript").read_bytes(),
        collected_at=datetime.fromisoformat(words["collected_at"]),
        account=words["account"],
        privilege=Privilege(words["privilege"]),
        script_sha256="",
        host_key=words["host_key"],
    )
