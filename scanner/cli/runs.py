"""Finding a stored run by what a person writes: a site file, a site's name, or the start of a run's id."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scanner.errors import ConfigError

if TYPE_CHECKING:
    from scanner.store import Store


def site_name(site: str | None) -> str | None:
    """The name of a site from its file, or the name as written."""
    if site is None or not Path(site).is_file():
        return site
    from scanner.inventory.loader import load_site

    return load_site(Path(site)).name


def run_id(store: Store, site: str | None, run: str | None) -> str:
    """The run that is meant: by the start of its id, else the newest of the site. Raises ConfigError for none."""
    if run is not None:
        return store.resolve(run)
    newest = store.latest(site_name(site))
    if newest is None:
        raise ConfigError(f"no run of '{site}' in this store; `ctpat history` lists them, `ctpat scan` makes one")
    return newest
