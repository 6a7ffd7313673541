"""Finding a stored run by what a person writes: a site file, a site's name, or the start of a run's id."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.options import Content, load_content
from scanner.errors import ConfigError, Problem

if TYPE_CHECKING:
    from scanner.model import ProfileRef
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


def content_of(
    used: ProfileRef, profile: str | None, overlays: tuple[str, ...], checks_dirs: tuple[Path, ...]
) -> Content:
    """The criteria pack of a stored run, unless another one is named, with all checks. Raises ConfigError."""
    if profile:
        return load_content(profile, overlays, checks_dirs)
    try:
        return load_content(_name(used), overlays or used.overlays, checks_dirs)
    except ConfigError as error:
        told = f"the run used the pack '{used.name}' {used.edition}" + "".join(f" with '{o}'" for o in used.overlays)
        named = Problem(path="--profile", message=told, hint="name its files with --profile and --overlay")
        raise ConfigError([*error.problems, named]) from error


def _name(used: ProfileRef) -> str:
    """The very edition that was used, where it ships with the program."""
    from scanner.profile import shipped

    exact = f"{used.name}/{used.edition}"
    return exact if exact in shipped() else used.name
