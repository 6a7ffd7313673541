"""Headless Chromium for the tests of this folder: chromedriver's HTTP interface, without a further dependency."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
_OPEN = build_opener(ProxyHandler({}))  # the driver is on loopback


@dataclass(frozen=True)
class Browser:
    """One session. `session` is its address."""

    session: str

    def send(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = json.dumps(body or {}).encode()
        request = Request(f"{self.session}{path}", data, {"Content-Type": "application/json"})
        with _OPEN.open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def cdp(self, command: str, **parameters: Any) -> Any:
        """A command of the DevTools protocol."""
        return self.send("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, path: Path, width: int, height: int = 900, *, dark: bool = False) -> None:
        """Show a file at a width in CSS pixels, on a light or a dark screen."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.cdp("Emulation.setEmulatedMedia", features=features)
        self.cdp(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.send("/url", {"url": path.as_uri()})

    def run(self, script: str) -> Any:
        """The value of a function body run in the page by the driver; the page's own policy does not bind it."""
        return self.send("/execute/sync", {"script": script, "args": []})

    def picture(self) -> bytes:
        """PNG of what is on the screen."""
        return base64.b64decode(self.cdp("Page.captureScreenshot", format="png")["data"])

    def pdf(self, width_in: float, height_in: float) -> bytes:
        """The page as printed on paper of this size in inches."""
        printed = self.cdp(
            "Page.printToPDF", paperWidth=width_in, paperHeight=height_in, printBackground=True, preferCSSPageSize=False
        )
        return base64.b64decode(printed["data"])


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with an empty profile of its own; gone afterwards."""
    assert CHROMIUM and DRIVER
    with tempfile.TemporaryDirectory() as profile:
        command = [DRIVER, "--port=0", "--allowed-ips=127.0.0.1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as driver:
            try:
                with _session(_port(driver), profile) as browser:
                    yield browser
            finally:
                driver.terminate()


def _port(driver: subprocess.Popen[str]) -> int:
    assert driver.stdout
    for line in driver.stdout:
        if found := re.search(r"successfully on port (\d+)", line):
            return int(found[1])
    raise AssertionError("chromedriver did not start")


@contextmanager
def _session(port: int, profile: str) -> Iterator[Browser]:
    start = Browser(f"http://127.0.0.1:{port}")
    options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={profile}"]}
    wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}}
    browser = Browser(f"{start.session}/session/{start.send('/session', wanted)['sessionId']}")
    try:
        yield browser
    finally:
        with _OPEN.open(Request(browser.session, method="DELETE"), timeout=30):
            pass
