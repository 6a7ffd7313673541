"""`ctpat scan`: the main job."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner import __version__
from scanner.cli.ending import INTERRUPTED
from scanner.cli.options import (
    Output,
    check_outputs,
    content_options,
    goes_to_stdout,
    output_option,
    store_beside,
    store_option,
)
from scanner.errors import SecretError
from scanner.model import Assessment, Coverage, Level, RunInfo, State, Target

if TYPE_CHECKING:
    from scanner.cli.sites import Job
    from scanner.engine.collector import HostCollector
    from scanner.engine.scan import Keep, ScanResult
    from scanner.engine.selection import Selection
    from scanner.store import Store

FAIL_ON = ("gap", "partial", "should", "unreached", "never")


@click.command("scan")
@click.argument("sites", nargs=-1, type=click.Path(path_type=Path), metavar="[SITE]…")
@click.option(
    "--target",
    "uris",
    multiple=True,
    metavar="URI",
    help="Scan this as well: ssh://user@host:port, winrms://host, ldaps://host, local:, replay:DIR.",
)
@click.option("--local", is_flag=True, help="Scan this machine; the same as --target local:")
@click.option("--user", metavar="NAME", help="Login for --target.")
@click.option("-i", "--identity", type=click.Path(path_type=Path), metavar="FILE", help="Private key for --target.")
@click.option("--passphrase", metavar="REF", help="Pass phrase of --identity: a reference, as for --password.")
@click.option("--password", metavar="REF", help="Password for --target: prompt, env:NAME, file:PATH, cmd:…, keyring:…")
@click.option(
    "--ca", type=click.Path(path_type=Path), metavar="FILE", help="Certificates to trust for a --target over TLS (PEM)."
)
@click.option("--certificate", metavar="SHA256:…", help="The only certificate to accept from a --target over TLS.")
@click.option("--become", type=click.Choice(["none", "sudo", "doas"]), help="How to raise rights on --target.")
@click.option("--become-password", metavar="REF", help="Password for sudo: a reference, as for --password.")
@click.option("--only", multiple=True, metavar="CHECK", help="Only these checks or families; the rest is not assessed.")
@click.option("--dry-run", is_flag=True, help="Print what would run where, and connect to nothing.")
@click.option(
    "--record", type=click.Path(path_type=Path), metavar="DIR", help="Also write what replay: reads, without secrets."
)
@click.option("--concurrency", type=click.IntRange(1, 1000), metavar="N", help="Targets at a time.")
@click.option("--timeout", type=click.FloatRange(5, 86400), metavar="SECONDS", help="Limit for one target.")
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(FAIL_ON),
    help="Exit 1 only for these: a Must that is a gap, a Must that is not fully evidenced (partial), a Should that is "
    "not met, a target that was not reached; or never. Without it: 1 for a gap, 3 for partial.",
)
@output_option
@store_option
@content_options
def command(sites: tuple[Path, ...], **options: Any) -> int:
    """Collect, judge, store, and print the table by criterion.

    SITE is a site file (`ctpat init` writes one). Without SITE, name targets with --target or --local.

    \b
    ctpat scan --local -o html=report.html
    ctpat scan site.yaml
    ctpat scan --target ssh://scan@10.0.0.11 --become sudo
    ctpat scan --target winrms://fs01.acme.example --user 'ACME\\scan'
    """
    return run(sites, Options(**options))


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of one call, as click hands them over."""

    uris: tuple[str, ...]
    local: bool
    user: str | None
    identity: Path | None
    passphrase: str | None
    password: str | None
    ca: Path | None
    certificate: str | None
    become: str | None
    become_password: str | None
    only: tuple[str, ...]
    dry_run: bool
    record: Path | None
    concurrency: int | None
    timeout: float | None
    fail_on: tuple[str, ...]
    outputs: tuple[Output, ...]
    store: str | None
    profile: str | None
    overlays: tuple[str, ...]
    checks_dirs: tuple[Path, ...]


def run(sites: Sequence[Path], options: Options) -> int:
    """Everything is read and checked for all sites before the first connection."""
    from scanner.cli.sites import jobs

    todo = jobs(sites, options)
    check_outputs(options.outputs, [job.site.name for job in todo])
    if options.dry_run:
        return _dry_run(todo, options)
    with ExitStack() as open_things:
        ready = [_prepared(job, options, open_things) for job in todo]
        return worst_status(list(_each(ready, options)))


def _each(ready: Sequence[Prepared], options: Options) -> Iterator[int]:
    """The exit status of each site in turn; an interruption leaves the sites behind it alone."""
    for prepared in ready:
        yield (status := _scan(prepared, options))
        if status == INTERRUPTED:
            return


def _dry_run(todo: Sequence[Job], options: Options) -> int:
    from scanner.cli.explained import plan_lines
    from scanner.cli.given import leavers_line

    for job in todo:
        for line in plan_lines(job.site, _selection(job, options)):
            click.echo(line)
        click.echo(leavers_line(store_beside(options.store, job.file), job.site.name))
    return 0


def _selection(job: Job, options: Options) -> Selection:
    from scanner.engine.selection import select

    return select(job.content.profile, job.content.checks, only=options.only, brought=job.content.brought)


@dataclass(frozen=True, slots=True)
class Prepared:
    """One site with its store open and its secrets resolved: nothing is left to ask or to get wrong."""

    job: Job
    selection: Selection
    collector: HostCollector
    store: Store
    keep: Keep | None


def _prepared(job: Job, options: Options, open_things: ExitStack) -> Prepared:
    from scanner.engine.collector import HostCollector, recorder
    from scanner.store import Store

    selection = _selection(job, options)
    selection.check(job.site)
    keep = recorder(options.record) if options.record else None
    store = Store.open(store_beside(options.store, job.file))
    open_things.callback(store.close)
    collector = HostCollector(job.site, selection.checks.values(), ask=ask_person, now=utc_now)
    return Prepared(job, selection, open_things.enter_context(collector), store, keep)


def _scan(prepared: Prepared, options: Options) -> int:
    from scanner.cli.screen import progress
    from scanner.engine.given import newest
    from scanner.engine.interruption import stop_on_signals
    from scanner.engine.scan import Scan, scan

    site, given = prepared.job.site, newest(prepared.store, prepared.job.site.name)
    info = replace(_info(prepared.job), records=given.records)
    task = Scan(
        site=site,
        selection=prepared.selection,
        collector=prepared.collector,
        writer=prepared.store.begin(info, [_as_planned(prepared, target) for target in site.targets]),
        now=utc_now,
        keep=prepared.keep,
        given=given.facts,
    )
    with stop_on_signals(task.cancelled), progress(len(site.targets)) as shown:
        result = scan(task, shown)
    return _ending(prepared, result, options)


def _as_planned(prepared: Prepared, target: Target) -> Target:
    """The target with every parameter that the site set for it, so that the run can be judged again by itself."""
    from scanner.profile.parameters import settled

    uses = prepared.selection.profile.uses.values()
    return replace(target, parameters=settled(uses, prepared.job.site.parameters, target.parameters))


def utc_now() -> datetime:
    """The time, for the head of a run and of each collection."""
    return datetime.now(UTC)


def ask_person(prompt: str) -> str:
    """Ask a person for a secret; only where there is one."""
    if not sys.stdin.isatty():
        raise SecretError(
            f"{prompt.rstrip(': ')}: there is no terminal to ask at; use env:, file:, keyring: or cmd: instead"
        )
    return str(click.prompt(prompt.rstrip(": "), hide_input=True, err=True))


def _info(job: Job) -> RunInfo:
    return RunInfo(
        id=str(uuid.uuid4()),
        site=job.site.name,
        company=job.site.company,
        entities=job.site.entities,
        anniversary=job.site.anniversary or "",
        applicability=job.site.applicability,
        started=utc_now(),
        finished=None,
        scanner=f"ctpat-scanner {__version__}",
        profile=job.content.profile.ref,
    )


def _ending(prepared: Prepared, result: ScanResult, options: Options) -> int:
    """Write the reports, say where to look, and decide the exit status."""
    from scanner.cli.screen import table

    job = prepared.job
    if options.outputs:
        from scanner.cli.rendering import write

        write(prepared.store.load(result.run.id), job.content, options.outputs)
    aside = goes_to_stdout(options.outputs)
    click.echo(f"\n{job.site.company or job.site.name}: evidence for {job.content.profile.title}\n", err=aside)
    click.echo(table(result.assessments, result.coverage), err=aside)
    click.echo(
        f"\nRun {result.run.id[:8]} is kept in {prepared.store.place}. `ctpat history` lists the runs.", err=aside
    )
    for output in options.outputs:
        if output.path != "-":
            click.echo(f"Report: {output.path_for(job.site.name)}", err=aside)
    if result.interrupted:
        click.echo("Interrupted: what was collected is kept, and the run is marked partial.", err=True)
        return INTERRUPTED
    return status(result.assessments, result.coverage, options.fail_on)


# --- Exit status -------------------------------------------------------------------------------------------------

_MET = (State.EVIDENCED, State.DOCUMENT_ON_FILE, State.NOT_APPLICABLE)
_BROKEN = (State.GAP, State.ATTESTATION_EXPIRED)


def status(assessments: Sequence[Assessment], coverage: Coverage, fail_on: Sequence[str]) -> int:
    """0, 1 or 3 as documented; with `--fail-on`, 1 when one of its conditions holds and 0 otherwise."""
    from scanner.assess.rollup import exit_status

    if not fail_on:
        return exit_status(assessments)
    musts = [a.state for a in assessments if a.level is Level.MUST]
    shoulds = [a.state for a in assessments if a.level is Level.SHOULD]
    holds = {
        "gap": any(state in _BROKEN for state in musts),
        "partial": any(state not in _MET for state in musts),
        "should": any(state in _BROKEN for state in shoulds),
        "unreached": coverage.reached < coverage.planned,
        "never": False,
    }
    return int(any(holds[condition] for condition in fail_on))


def worst_status(statuses: Sequence[int]) -> int:
    """One exit status for several sites: an interruption first, then a gap, then what is not fully evidenced."""
    return next((status for status in (INTERRUPTED, 1, 3) if status in statuses), 0)
