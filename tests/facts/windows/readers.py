"""A Windows host written by hand with one value of it changed, and its facts as the readers give them."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from scanner.facts import Fact
from scanner.facts.base import RawFact, RawFacts, RawState
from scanner.facts.windows import READERS
from tests.windows.hosts import raw_facts_of

F = TypeVar("F", bound=Fact)
BY_FACT = {reader.fact: reader for reader in READERS}


def read(kind: type[F], raw: RawFacts) -> F:
    fact = BY_FACT[kind].read(raw)
    assert isinstance(fact, kind), fact
    return fact


def changed(host: str, probe: str, *place: Any, value: Any) -> RawFacts:
    """A written host with one value of one probe's answer replaced."""
    raw = raw_facts_of(host)
    body = json.loads(raw.sections[probe].stdout)
    inner = body
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    section = RawFact(probe=probe, state=RawState.OK, stdout=json.dumps(body).encode())
    return RawFacts(
        platform=raw.platform,
        collected_at=raw.collected_at,
        privilege=raw.privilege,
        account=raw.account,
        sections={**raw.sections, probe: section},
    )


def number(value: int) -> dict[str, Any]:
    return {"kind": "DWord", "value": value}
