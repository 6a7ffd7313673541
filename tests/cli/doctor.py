"""`ctpat doctor` of one site, as the tests of its refusals need it again and again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.conftest import Call, Ended
from tests.wsman.conversation import PASSWORD, USER
from tests.wsman.endpoint import Endpoint


@dataclass(frozen=True)
class Doctor:
    """`ctpat doctor` of a site with one host, or several."""

    ctpat: Call
    home: Path

    def __call__(
        self, host: Endpoint, *, login: Mapping[str, Any] | None = None, address: str = "", **target: Any
    ) -> Ended:
        transport = "winrm" if host.tls is None else "winrms"
        place = {"host": address or host.address, "port": host.port, "name": "pc", "transport": transport} | target
        return self.of([place], login or {})

    def of(self, targets: Sequence[Mapping[str, Any]], login: Mapping[str, Any]) -> Ended:
        (self.home / "password").touch(mode=0o600)
        (self.home / "password").write_text(PASSWORD)
        known: dict[str, Any] = {"user": USER, "password": f"file:{self.home}/password"} | dict(login)
        document = {
            "site": "acme",
            "entities": ["importer"],
            "credentials": {"windows": {"winrm": {key: value for key, value in known.items() if value is not None}}},
            "targets": [{"credential": "windows"} | dict(one) for one in targets],
            "limits": {"connect_s": 2, "login_s": 5, "target_s": 20},
        }
        (self.home / "site.yaml").write_text(json.dumps(document))
        return self.ctpat("doctor", "site.yaml")


def holds(ended: Ended, *words: str) -> None:
    """The target is not whole, and its cause and its cure are said, in whatever lines."""
    said = " ".join(ended.out.split())
    assert ended.status == 1, said
    assert [one for one in words if one not in said] == [], said
    assert "Traceback" not in ended.out + ended.err and "fault in ctpat" not in said
    assert PASSWORD not in ended.out + ended.err
