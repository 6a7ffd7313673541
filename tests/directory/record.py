"""Records the golden cases of the readers from the domain of the tests: `python -m tests.directory.record`, as root."""

from __future__ import annotations

from pathlib import Path

from tests.directory.acme import fill
from tests.directory.samba import ADMINISTRATOR, PASSWORD, Domain
from tests.directory.views import view
from tests.facts.directory.golden import GOLDEN, keep

VIEWS = {"administrator": ("ACME\\Administrator", ADMINISTRATOR), "plain": ("ACME\\scan", PASSWORD)}


def main(folder: Path = GOLDEN) -> None:
    domain = Domain()
    try:
        domain.provision()
        fill(domain)
        domain.start()
        for name, (user, password) in VIEWS.items():
            keep(folder / f"samba-4.17.{name}", view(domain, user, password).transcript)
    finally:
        domain.stop()


if __name__ == "__main__":
    main()
