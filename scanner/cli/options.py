"""Options that several commands share, and what they turn into."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.check import Check
    from scanner.profile.model import Profile

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ("html", "json", "csv")
DEFAULT_PROFILE = "ctpat"
DEFAULT_STORE = "ctpat.db"


@dataclass(frozen=True, slots=True)
class Output:
    """One `-o FORMAT=PATH`."""

    format: str
    path: str

    def path_for(self, site: str) -> Path:
        """The file for one site; `{site}` in the path is its name."""
        return Path(self.path.replace("{site}", site)).expanduser()


class OutputType(click.ParamType[Output]):
    """`FORMAT=PATH`."""

    name = "FORMAT=PATH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        if isinstance(value, Output):
            return value
        format_, equals, path = str(value).partition("=")
        if format_ not in FORMATS or not equals or not path:
            self.fail(f"'{value}' is no output; write one of {', '.join(f'{f}=PATH' for f in FORMATS)}", param, ctx)
        return Output(format_, path)


def content_options(command: F) -> F:
    """`--profile`, `--overlay`, `--checks`."""
    for option in (
        click.option(
            "--checks",
            "checks_dirs",
            type=click.Path(path_type=Path),
            multiple=True,
            metavar="DIR",
            help="A folder of further checks. They run with the scanner's rights: name only folders you trust.",
        ),
        click.option("--overlay", "overlays", multiple=True, metavar="NAME", help="A stricter profile laid over it."),
        click.option(
            "--profile", metavar="NAME|PATH", help="Criteria pack; default: that of the run or the site, else ctpat."
        ),
    ):
        command = option(command)
    return command


def store_option(command: F) -> F:
    """`--store`."""
    return click.option(
        "--store",
        metavar="PATH|URL",
        envvar="CTPAT_STORE",
        help=f"Where runs are kept. Default: {DEFAULT_STORE} beside the site file. [env: CTPAT_STORE]",
    )(command)


def output_option(command: F) -> F:
    """`-o FORMAT=PATH`."""
    return click.option(
        "-o",
        "--output",
        "outputs",
        type=OutputType(),
        multiple=True,
        metavar="FORMAT=PATH",
        help=f"Also write a report: {', '.join(FORMATS)}. Repeatable; {{site}} in PATH is the site's name.",
    )(command)


@dataclass(frozen=True, slots=True)
class Content:
    """The checks and the criteria pack of one run."""

    checks: Mapping[str, Check]
    profile: Profile

    @property
    def brought(self) -> frozenset[str]:
        """The checks that did not come with the program: they run although no requirement names them."""
        from scanner.check import BUILT_IN

        return frozenset(id_ for id_, check in self.checks.items() if check.source != BUILT_IN)


def load_content(profile: str | None, overlays: tuple[str, ...], checks_dirs: tuple[Path, ...]) -> Content:
    """Load checks and profile; every problem is a ConfigError or PluginError before any connection."""
    from scanner.catalogue import load_checks
    from scanner.errors import Place, Written
    from scanner.profile import load_profile

    checks = load_checks(checks_dirs)
    named = Written(profile or DEFAULT_PROFILE, Place("--profile"))
    laid = [Written(name, Place("--overlay")) for name in overlays]
    return Content(checks, load_profile(named, overlays=laid, checks=checks))


def store_beside(store: str | None, site_file: Path | None) -> str:
    """The store to use: the one named, else the one that lies beside the site file."""
    if store:
        return store
    return str(site_file.parent / DEFAULT_STORE) if site_file else DEFAULT_STORE


def site_path(site: str | None) -> Path | None:
    """The site file that is meant; None where none is named, or a site of the store is."""
    return Path(site) if site and Path(site).is_file() else None


# --- Where reports go ------------------------------------------------------------------------------------


def goes_to_stdout(outputs: Sequence[Output]) -> bool:
    """Whether a report takes standard output; what is meant for people then goes to standard error."""
    return any(output.path == "-" for output in outputs)


def check_outputs(outputs: Sequence[Output], sites: Sequence[str]) -> None:
    """A report that could not be written is known before the work, not after it. Raises UsageError."""
    taken: dict[Path, str] = {}
    for output in outputs:
        shown = f"-o {output.format}={output.path}"
        for site in sites:
            path = output.path_for(site)
            if problem := _unwritable(path):
                raise click.UsageError(f"{shown}: {problem}")
            if path in taken:
                why = "several sites need {site} in the path" if taken[path] == shown else "an earlier -o writes there"
                raise click.UsageError(f"{shown}: {why}")
            taken[path] = shown


def _unwritable(path: Path) -> str:
    """Why no file can be put there; empty where one can."""
    if str(path) == "-":
        return ""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    if path.is_dir():
        return "this is a folder"
    return "" if os.access(path.parent, os.W_OK | os.X_OK) else f"the folder {path.parent} cannot be written"
