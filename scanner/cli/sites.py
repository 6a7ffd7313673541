"""From the arguments of a command to sites that are ready to scan; every error before the first connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.catalogue import load_checks
from scanner.check import Check
from scanner.cli.options import DEFAULT_PROFILE, Content
from scanner.errors import ConfigError, Gathered, Place, Problem, Written
from scanner.inventory.adhoc import SSH, OverTls, adhoc_site
from scanner.inventory.loader import load_site
from scanner.inventory.site import Become, Credential, Limits, Site, SshCredential
from scanner.model import Target
from scanner.profile import Draft, draft_profile, load_profile
from scanner.secret import SecretRef, parse_ref
from scanner.suggest import hint

if TYPE_CHECKING:
    from scanner.cli.scan import Options

AD_HOC = "command-line"
LOCAL_NAME = "this-machine"


@dataclass(frozen=True, slots=True)
class Job:
    """One site of a call, with its profile and checks; `file` is where the site was read from."""

    site: Site
    content: Content
    file: Path | None


def jobs(files: Sequence[Path], options: Options) -> list[Job]:
    """A job for each site file, and one for the targets named on the command line. Raises ConfigError."""
    if not files and not options.uris and not options.local:
        raise click.UsageError("nothing to scan: name a site file, --target URI or --local (see --help)")
    checks = load_checks(options.checks_dirs)
    gathered = Gathered()
    made = [gathered.of(partial(_from_file, file, options, checks)) for file in files]
    if options.uris or options.local:
        made.append(gathered.of(lambda: _from_options(options, checks)))
    found = [job for job in made if job is not None]
    gathered.of(lambda: _no_twins(found))
    gathered.check()
    for job in found:
        _show_notes(job.site)
    return found


def one_site(
    file: Path, profile: str | None, overlays: Sequence[str], checks_dirs: Sequence[Path], only: Sequence[str] = ()
) -> Job:
    """The job of one site file, or of some of its targets. Raises ConfigError."""
    job = read_job(file, profile, overlays, load_checks(checks_dirs))
    _show_notes(job.site)
    names = [target.name for target in job.site.targets]
    for name in only:
        if name not in names:
            raise ConfigError(Problem(path=str(file), message=f"no target is named '{name}'", hint=hint(name, names)))
    chosen = tuple(target for target in job.site.targets if not only or target.name in only)
    return replace(job, site=replace(job.site, targets=chosen))


def _from_file(file: Path, options: Options, checks: Mapping[str, Check]) -> Job:
    job = read_job(file, options.profile, options.overlays, checks)
    return replace(job, site=replace(job.site, limits=_limits(job.site.limits, options)))


def read_job(
    file: Path, profile: str | None, overlays: Sequence[str], checks: Mapping[str, Check], *, needs_targets: bool = True
) -> Job:
    """The job of one site file; a profile or overlays of the command line take the place of the site's.

    Raises ConfigError with every problem of the site file and of all files that it names.
    """
    drafts: list[Draft] = []

    def find_pack(name: Written | None, own: Sequence[Written]) -> Draft:
        given = Written(profile, Place("--profile")) if profile else name
        drafts.append(draft_profile(given, _laid_over(overlays) or own, checks=checks))
        return drafts[-1]

    site = load_site(file, checks=checks, find_pack=find_pack, needs_targets=needs_targets)
    found = drafts[-1].profile
    assert found is not None  # without one there are problems, and they were raised
    return Job(site, Content(checks, found), file)


def _laid_over(overlays: Sequence[str]) -> list[Written]:
    return [Written(name, Place("--overlay")) for name in overlays]


def _from_options(options: Options, checks: Mapping[str, Check]) -> Job:
    gathered = Gathered()
    site = gathered.of(lambda: _adhoc(options))
    name = Written(options.profile or DEFAULT_PROFILE, Place("--profile"))
    profile = gathered.of(lambda: load_profile(name, _laid_over(options.overlays), checks=checks))
    gathered.check()
    assert site is not None and profile is not None  # else there was something to raise
    return Job(site, Content(checks, profile), None)


def _adhoc(options: Options) -> Site:
    uris = [*options.uris, *(["local:"] if options.local else [])]
    local_only = all(uri.startswith("local:") for uri in uris)
    credential = _credential(options)
    tls = OverTls(user=options.user, password=credential.password, ca=options.ca, certificate=options.certificate)
    site = adhoc_site(uris, name=LOCAL_NAME if local_only else AD_HOC, tls=tls)
    own = bool(credential.keys or credential.password)
    return replace(
        site,
        credentials={**site.credentials, SSH: Credential(name=SSH, ssh=credential)},
        targets=tuple(_opened_by_options(target) if own else target for target in site.targets),
        limits=_limits(site.limits, options),
    )


def _opened_by_options(target: Target) -> Target:
    """A key or password on the command line is the whole way in: what client settings name is not offered as well."""
    return replace(target, identity_files=(), certificate_files=())


def _show_notes(site: Site) -> None:
    for note in site.notes:
        click.echo(f"note: {note}", err=True)


def _credential(options: Options) -> SshCredential:
    keys = (options.identity,) if options.identity else ()
    password = _ref(options.password, "--password")
    return SshCredential(
        user=options.user,
        keys=keys,
        passphrase=_ref(options.passphrase, "--passphrase"),
        password=password,
        agent=not keys and password is None,
        client_files=not keys and password is None,
        become=Become(options.become or "none"),
        become_password=_ref(options.become_password, "--become-password"),
    )


def _ref(text: str | None, option: str) -> SecretRef | None:
    if text is None:
        return None
    try:
        return parse_ref(text)
    except ValueError as error:
        raise ConfigError(Problem(path=option, message=str(error))) from error


def _limits(limits: Limits, options: Options) -> Limits:
    return replace(
        limits,
        concurrency=options.concurrency or limits.concurrency,
        target_s=options.timeout or limits.target_s,
    )


def _no_twins(found: Sequence[Job]) -> None:
    """Two files that call themselves the same site would share one history."""
    seen: dict[str, Job] = {}
    for job in found:
        if (other := seen.setdefault(job.site.name, job)) is not job:
            raise ConfigError(
                Problem(path=str(job.file), message=f"the site '{job.site.name}' is also in {other.file}")
            )
