"""The same work by testinfra and by Ansible, and by a scan, in one run.

testinfra reads what the script reads, one command at a time and host by host: each file that a probe shows by
`host.file(PATH).content`, each other probe's snippet by `host.run`. Ansible gathers its own facts, which are fewer
and others: it is compared with a scan of the checks whose facts it gathers as well (system, kernel, virtualization,
interfaces with their addresses; that scan reads rule sets and listening services besides), and, to know, with a
scan of everything.

The targets share this machine's processors, and on them the scripts of many targets queue. Therefore two figures:
*here* is wall time with every program on the same real targets, starts and servers and all that the targets do
included; *apart* is how it would be with targets that have processors of their own. For a scan, *apart* is measured on
paced targets, which take as long as the real one without using this machine's processor, but for the server's part of
each login. testinfra never has two targets at work, so its time per target is the same. For Ansible it is what its own
processes cost here, spread over all cores: less than it could ever take. A scan is held against that by the same
measure, its own processes' cost, which one core must bear: Python threads cannot spread it. The limit for Ansible is
held against *here*, that for testinfra against *apart*: one target after the other leaves one of the cores idle.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

from benchmarks import lab, measure, namespace, result
from benchmarks.measure import Spent
from benchmarks.ssh import scan
from scanner.collect.frame import parse
from scanner.facts.base import RawState

TESTINFRA_LIMIT, ANSIBLE_LIMIT = 30, 8
SAME_AS_ANSIBLE = ("patching/kernel_current", "patching/reboot_pending", "firewall/exposed")
HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ctpat-bench"


@dataclass(frozen=True, slots=True)
class Spents:
    """What each program took: scans on the same targets as Ansible, and on many paced ones; of all, and of the same."""

    testinfra: Spent
    ansible: Spent
    here: Spent
    apart: Spent
    same_here: Spent
    same_apart: Spent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--targets", type=int, default=200, help="paced targets of the scan")
    parser.add_argument("--real", type=int, default=200, help="real targets of Ansible and of the scan")
    parser.add_argument("--one-by-one", type=int, default=4, help="real targets of testinfra")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--venv", type=Path, default=CACHE, help="where the peers are installed, from PyPI, once")
    parser.add_argument("--json", type=Path, help="append the result to this file")
    options = parser.parse_args()
    _install(options.venv)
    namespace.enter()
    with lab.running() as place:
        real = lab.addresses(lab.REAL, max(options.real, options.one_by_one))
        paced = lab.addresses(lab.PACED, options.targets)
        place.trust([*real, *paced])
        plan = _plan(place, real[: options.one_by_one])
        testinfra = _testinfra(place, options.venv, plan)
        here = scan(place, real[: options.real], options.concurrency, 0)
        apart = scan(place, paced, options.concurrency, 1)
        commands = len(json.loads(plan.read_text())["commands"]) + len(json.loads(plan.read_text())["files"])
    with lab.running(SAME_AS_ANSIBLE) as place:
        place.trust([*real, *paced])
        spents = Spents(
            testinfra=testinfra,
            ansible=_ansible(place, options.venv, real[: options.real], options.concurrency),
            here=here,
            apart=apart,
            same_here=scan(place, real[: options.real], options.concurrency, 0, SAME_AS_ANSIBLE),
            same_apart=scan(place, paced, options.concurrency, 1, SAME_AS_ANSIBLE),
        )
    lines = [result.Line("commands of testinfra per target", commands), *_lines(spents, options)]
    return result.show(f"peers, {options.concurrency} targets at a time", lines, options.json)


def _lines(spents: Spents, options: argparse.Namespace) -> list[result.Line]:
    testinfra_s = spents.testinfra.wall_s / options.one_by_one
    ansible_s = spents.ansible.wall_s / options.real
    ansible_apart_s = spents.ansible.cpu_s / options.real / (os.cpu_count() or 1)
    here_s, apart_s = spents.here.wall_s / options.real, spents.apart.wall_s / options.targets
    same_here_s, same_apart_s = spents.same_here.wall_s / options.real, spents.same_apart.wall_s / options.targets
    same_cpu_s = spents.same_apart.cpu_s / options.targets
    return [
        result.Line("testinfra, seconds per target", testinfra_s, "s"),
        result.Line("Ansible, seconds per target, here", ansible_s, "s"),
        result.Line("Ansible, seconds per target, apart", ansible_apart_s, "s"),
        result.Line("scan, seconds per target, here", here_s, "s"),
        result.Line("scan, seconds per target, apart", apart_s, "s"),
        result.Line("testinfra / scan, here", testinfra_s / here_s, "x"),
        result.Line("testinfra / scan, apart", testinfra_s / apart_s, "x", TESTINFRA_LIMIT, at_least=True),
        result.Line("Ansible / scan of everything, here", ansible_s / here_s, "x"),
        result.Line("Ansible / scan of everything, apart", ansible_apart_s / apart_s, "x"),
        result.Line("scan of the same facts, seconds per target, here", same_here_s, "s"),
        result.Line("scan of the same facts, seconds per target, paced", same_apart_s, "s"),
        result.Line("scan of the same facts, seconds per target, apart", same_cpu_s, "s"),
        result.Line("Ansible / scan of the same facts, here", ansible_s / same_here_s, "x", ANSIBLE_LIMIT, True),
        result.Line("Ansible / scan of the same facts, paced", ansible_apart_s / same_apart_s, "x"),
        result.Line("Ansible / scan of the same facts, apart", ansible_apart_s / same_cpu_s, "x"),
    ]


def _install(folder: Path) -> None:
    """A virtual environment with the peers, made once; it needs a package index."""
    python = folder / "bin" / "python"
    if not (folder / "bin" / "ansible").exists():
        venv.create(folder, with_pip=True, clear=True)
        requirements = str(HERE / "requirements.txt")
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-r", requirements], check=True)


def _plan(place: lab.Lab, hosts: list[str]) -> Path:
    """What testinfra is to read: the files in the recorded answer, and the probes that show none and did not end."""
    sections = parse((place.folder / "answer").read_bytes(), "NONCE").sections
    snippets = {probe.name: probe.script for probe in place.script.probes}
    files: list[str] = []
    commands: list[str] = []
    for name, section in sections.items():
        shown = [line[1:] for line in section.text.split("\n") if line.startswith("=/")]
        files += shown
        if not shown and section.state is RawState.OK:
            commands.append(place.helpers + snippets[name])
    config = place.folder / "ssh_config"
    config.write_text("Host *\n  StrictHostKeyChecking no\n")
    plan = {
        "hosts": [f"paramiko://{lab.ACCOUNT}@{host}:{lab.PORT}" for host in hosts],
        "key": str(place.key),
        "config": str(config),
        "files": list(dict.fromkeys(files)),
        "commands": commands,
    }
    path = place.folder / "plan.json"
    path.write_text(json.dumps(plan))
    return path


def _testinfra(place: lab.Lab, folder: Path, plan: Path) -> Spent:
    command = [str(folder / "bin" / "python"), str(HERE / "peer_testinfra.py"), str(plan)]
    return measure.run(command, env=place.environment(), folder=place.folder)


def _ansible(place: lab.Lab, folder: Path, hosts: list[str], concurrency: int) -> Spent:
    known_hosts = Path(place.environment()["HOME"]) / ".ssh" / "known_hosts"
    inventory = place.folder / "inventory"
    inventory.write_text("".join(f"{host} ansible_port={lab.PORT}\n" for host in hosts))
    environment = place.environment() | {
        "ANSIBLE_SSH_COMMON_ARGS": f"-o UserKnownHostsFile={known_hosts}",
        "ANSIBLE_PYTHON_INTERPRETER": "auto_silent",
        "ANSIBLE_NOCOLOR": "1",
    }
    command = [str(folder / "bin" / "ansible"), "all", "-i", str(inventory), "-m", "ansible.builtin.setup"]
    command += ["-f", str(concurrency), "-u", lab.ACCOUNT, "--private-key", str(place.key)]
    spent = measure.run(command, env=environment, folder=place.folder)
    if spent.output.count("| SUCCESS =>") != len(hosts):
        raise SystemExit(f"Ansible did not reach every target:\n{spent.output[-1000:]}")
    return spent


if __name__ == "__main__":
    raise SystemExit(main())
