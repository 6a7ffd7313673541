"""The walker against the kernel: real rulesets, loaded into a network namespace, and real connections to it.

Two namespaces, a stranger and a host, are joined by a veth pair. For each ruleset the probes run in the host's
namespace, the reader judges a few ports, and the stranger connects: both must agree for every port and IP version.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest

from scanner.facts.base import Probe, RawFact, RawFacts, RawState
from scanner.facts.linux.firewall.probes import CTR, IPT, NFT
from scanner.facts.linux.firewall.state import State, fate, read_state
from scanner.facts.linux.firewall.walk import Fate
from scanner.facts.linux.network import IFACES, LISTEN
from scanner.facts.stranger import STRANGER as SOURCES
from scanner.model import Privilege, is_known

LOADS = Path(__file__).parent / "golden" / "firewall" / "loads"
HOST, STRANGER = f"ctpat-h{os.getpid()}", f"ctpat-s{os.getpid()}"
PORTS = (22, 80, 917, 8080, 17777, 50123)
ADDRESSES = {4: "198.51.100.1", 6: "2001:db8::1"}

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
    pytest.mark.skipif(not all(map(shutil.which, ("ip", "nft"))), reason="ip and nft are needed"),
]

SERVER = """
import selectors, socket, sys
waiting = selectors.DefaultSelector()
for port in map(int, sys.argv[1:]):
    server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    waiting.register(server, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in waiting.select(60):
        key.fileobj.accept()[0].close()
"""
CLIENT = """
import socket, sys
from concurrent.futures import ThreadPoolExecutor
def reach(target):
    address, port = target.rsplit(",", 1)
    try:
        socket.create_connection((address, int(port)), timeout=1.2).close()
    except OSError:
        return "0"
    return "1"
with ThreadPoolExecutor(16) as pool:
    print(*pool.map(reach, sys.argv[1:]))
"""


def run(*command: str, text: str | None = None) -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def inside(space: str, *command: str, text: str | None = None) -> str:
    return run("ip", "netns", "exec", space, *command, text=text)


@pytest.fixture(scope="module")
def spaces() -> Iterator[None]:
    try:
        _build()
    except (OSError, RuntimeError) as error:
        _remove()
        pytest.skip(f"no network namespaces here: {error}")
    server = subprocess.Popen(
        ["ip", "netns", "exec", HOST, sys.executable, "-c", SERVER, *map(str, PORTS)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        yield
    finally:
        server.kill()
        server.communicate()
        _remove()


def _build() -> None:
    for space in (HOST, STRANGER):
        run("ip", "netns", "add", space)
    run("ip", "link", "add", "out0", "netns", STRANGER, "type", "veth", "peer", "name", "eth0", "netns", HOST)
    ends = (
        (HOST, "eth0", ("198.51.100.1/24", "2001:db8::1/64"), (f"{SOURCES[4]}/32", f"{SOURCES[6]}/128")),
        (STRANGER, "out0", (f"{SOURCES[4]}/32", f"{SOURCES[6]}/128"), ("198.51.100.0/24", "2001:db8::/64")),
    )
    for space, device, own, others in ends:
        run("ip", "-n", space, "link", "set", "lo", "up")
        for address in own:
            run("ip", "-n", space, "addr", "add", address, "dev", device, "nodad")
        run("ip", "-n", space, "link", "set", device, "up")
        for network in others:
            run("ip", "-n", space, "route", "add", network, "dev", device)


def _remove() -> None:
    for space in (HOST, STRANGER):
        subprocess.run(("ip", "netns", "del", space), capture_output=True, check=False)


def load(path: Path) -> None:
    inside(HOST, "nft", "flush", "ruleset")
    programs = {".nft": ("nft", "-f", "-"), ".rules4": ("iptables-restore",), ".rules6": ("ip6tables-restore",)}
    try:
        inside(HOST, *programs[path.suffix], text=path.read_text())
    except RuntimeError as error:
        pytest.skip(f"this kernel or tool does not know the rules: {error}")


NO_ENGINE = 'have() { case $1 in docker | podman) return 1 ;; esac; command -v "$1" >/dev/null 2>&1; }'


def ask(probe: Probe, before: str = "") -> RawFact:
    """Run a probe as the collection would, as root, in the host's namespace."""
    helpers = resources.files("scanner.collect").joinpath("helpers.sh").read_text(encoding="utf-8")
    script = f"CTPAT_RIGHTS=root\nLC_ALL=C\nexport LC_ALL\n{helpers}\n{before}\n{probe.script}"
    done = subprocess.run(
        ["ip", "netns", "exec", HOST, "/bin/sh", "-c", script], capture_output=True, timeout=20, check=False
    )
    state = {0: RawState.OK, 96: RawState.ABSENT, 97: RawState.DENIED, 127: RawState.MISSING_TOOL}
    return RawFact(
        probe=probe.name,
        state=state.get(done.returncode, RawState.FAILED),
        stdout=done.stdout,
        stderr=done.stderr,
        status=done.returncode,
    )


def observe() -> tuple[RawFacts, State]:
    sections = {probe.name: ask(probe) for probe in (NFT, IPT, IFACES, LISTEN)}
    raw = RawFacts(
        platform="linux", collected_at=datetime(2026, 1, 1, tzinfo=UTC), privilege=Privilege.ROOT, sections=sections
    )
    return raw, read_state(raw)


@pytest.mark.parametrize("path", sorted(LOADS.iterdir()), ids=lambda path: path.stem)
def test_the_walk_agrees_with_the_kernel(spaces: None, path: Path) -> None:
    load(path)
    _, state = observe()
    assert is_known(state.interfaces)
    assert not state.rules.unread
    assert [way.name for way, _ in state.interfaces.addressed(4)] == ["eth0"]
    targets = [(version, port) for version in (4, 6) for port in PORTS]
    told = inside(
        STRANGER, sys.executable, "-c", CLIENT, *(f"{ADDRESSES[version]},{port}" for version, port in targets)
    ).split()
    for (version, port), answer in zip(targets, told, strict=True):
        end = fate(state, version, "eth0", ADDRESSES[version], "tcp", port)
        if end.fate is Fate.UNKNOWN and path.stem in ("dnat", "ingress_drop"):
            continue  # what cannot be followed, or is not named by this nft, is said and not guessed
        wanted = Fate.ALLOW if answer == "1" else Fate.DENY
        # A redirect may lead to a port where nobody listens: the walk then speaks of the packet, not of a service.
        if not (path.stem == "redirect" and port == 50123):
            assert (version, port, end.fate) == (version, port, wanted), end.because


LISTENER = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); sys.stdin.read()"


@pytest.mark.parametrize(
    ("name", "state"),
    [("k3s/containerd/containerd.sock", RawState.MISSING_TOOL), ("lookalike/containerd.sock.old", RawState.ABSENT)],
)
def test_an_engine_is_known_by_its_socket_wherever_that_is(
    spaces: None, tmp_path: Path, name: str, state: RawState
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    command = ["ip", "netns", "exec", HOST, sys.executable, "-c", LISTENER, str(path)]
    listener = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        until = time.monotonic() + 20
        while not path.exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        assert ask(CTR, NO_ENGINE).state is state
    finally:
        listener.communicate(timeout=20)
