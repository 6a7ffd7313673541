"""The testinfra side of `benchmarks.peers`: reads a plan's files and runs its commands, one at a time, host by host.

Runs under the interpreter of the peers' own virtual environment, and so imports nothing of this project.
Usage: peer_testinfra.py PLAN, a JSON file with `hosts`, `key`, `config`, `files` and `commands`.
"""

import json
import sys
from pathlib import Path

import testinfra


def main(plan_file: str) -> None:
    plan = json.loads(Path(plan_file).read_text())
    for host_spec in plan["hosts"]:
        host = testinfra.get_host(host_spec, ssh_identity_file=plan["key"], ssh_config=plan["config"])
        read = [host.file(path).content for path in plan["files"]]
        ran = [host.run(command).rc for command in plan["commands"]]
        if not any(read) or all(ran):
            raise SystemExit(f"{host_spec} answered nothing")


if __name__ == "__main__":
    main(sys.argv[1])
