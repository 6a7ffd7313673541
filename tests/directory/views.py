"""One collection of the domain by one account, and what comes of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from scanner.assess.findings import FactSet, judge
from scanner.collect.blocks import raw_facts
from scanner.collect.conversation import CollectLimits
from scanner.collect.directory import collect_directory
from scanner.facts.base import GivenFact, Probe, probes_of
from scanner.facts.directory import READERS
from scanner.model import Finding, Target, Transcript
from scanner.secret import Secret
from scanner.transports.breaker import Breaker
from scanner.transports.ldap.client import LdapLogin, LdapTransport
from tests.checks.planned import plan_on
from tests.directory.samba import Domain

PROBES = tuple(probes_of(READERS))
PLAN = plan_on("directory")


@dataclass(frozen=True)
class View:
    """A transcript, the facts in it, and the findings on them by check."""

    transcript: Transcript

    @cached_property
    def facts(self) -> FactSet:
        return FactSet(raw_facts(self.transcript), Target(name="acme", transport="ldaps"))

    @cached_property
    def findings(self) -> dict[str, Finding]:
        return {item.check: item for item in judge(PLAN, self.facts, Target(name="acme", transport="ldaps"))}

    def found(self, check: str, *given: GivenFact) -> Finding:
        """One finding, where the run is given something as well."""
        facts = FactSet(raw_facts(self.transcript), Target(name="acme", transport="ldaps"), given)
        (finding,) = judge(
            [item for item in PLAN if item.check.id == check], facts, Target(name="acme", transport="ldaps")
        )
        return finding


def target(domain: Domain, *, certificate: str | None = None) -> Target:
    return Target(name="acme", transport="ldaps", address=domain.address, credential="domain", certificate=certificate)


def transport(
    domain: Domain, user: str, password: str, *, ca: Path | None = None, breaker: Breaker | None = None
) -> LdapTransport:
    login = LdapLogin(user=user, password=Secret(password), ca=ca or domain.authority.ca)
    return LdapTransport(login_for=lambda _: login, breaker=breaker)


def view(
    domain: Domain,
    user: str,
    password: str,
    *,
    probes: Sequence[Probe] = PROBES,
    limits: CollectLimits | None = None,
) -> View:
    session = transport(domain, user, password).connect(target(domain), deadline=time.monotonic() + 30)
    try:
        return View(collect_directory(session, "acme", probes, limits=limits, now=lambda: datetime.now(UTC)))
    finally:
        session.close()
