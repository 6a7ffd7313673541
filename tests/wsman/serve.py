"""The endpoint in a process of its own, for many targets: it answers on every address of 127.0.0.0/8.

`with Served(reply=b"…") as far:` starts it; `far.port`, `far.pin` and `far.tally()` are what a test or a benchmark
needs. The process ends with the block, or when whoever started it is gone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.wsman.certificates import self_signed
from tests.wsman.endpoint import Endpoint, Output, Powershell

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Served(AbstractContextManager["Served"]):
    """`reply` is what each script prints, with `7f3a` replaced by its nonce, after `delay_s`."""

    reply: bytes = b"hello"
    delay_s: float = 0.0
    tls: bool = True
    port: int = field(default=0, init=False)
    pin: str = field(default="", init=False)

    def __enter__(self) -> Served:
        self._file = tempfile.NamedTemporaryFile(prefix="wsman-reply-")
        self._file.write(self.reply)
        self._file.flush()
        command = [sys.executable, "-m", __spec__.name, "--reply", self._file.name, "--delay", str(self.delay_s)]
        self._process = subprocess.Popen(
            command + (["--tls"] if self.tls else []),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        ready = self._line()
        self.port, self.pin = ready["port"], ready["pin"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
        self._file.close()

    def tally(self) -> dict[str, int]:
        """Requests so far, by action."""
        assert self._process.stdin is not None
        self._process.stdin.write("tally\n")
        self._process.stdin.flush()
        return dict(self._line())

    def _line(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


def _replying(reply: bytes, delay_s: float) -> Powershell:
    def run(script: bytes, nonce: str) -> Output:
        time.sleep(delay_s)
        return Output(reply.replace(b"7f3a", nonce.encode()))

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reply", type=Path, required=True)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--tls", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wsman-") as folder:
        pair = self_signed(Path(folder)) if options.tls else None
        powershell = _replying(options.reply.read_bytes(), options.delay)
        with Endpoint(powershell, tls=pair, address="0.0.0.0") as host:
            print(json.dumps({"port": host.port, "pin": pair.pin if pair else ""}), flush=True)
            for _ in sys.stdin:
                print(json.dumps(host.tally), flush=True)


if __name__ == "__main__":
    main()
