"""The domain, made once; and the views that different accounts have of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.directory.acme import serving
from tests.directory.samba import ADMINISTRATOR, PASSWORD, Domain, missing
from tests.directory.views import View, view

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything below this folder, and say why where it cannot run."""
    reason = missing()
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker(pytest.mark.network)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def domain() -> Iterator[Domain]:
    with serving() as domain:
        yield domain


@pytest.fixture(scope="session")
def administrator(domain: Domain) -> View:
    """What an administrator of the domain sees."""
    return view(domain, "ACME\\Administrator", ADMINISTRATOR)


@pytest.fixture(scope="session")
def plain(domain: Domain) -> View:
    """What an ordinary account sees."""
    return view(domain, "ACME\\scan", PASSWORD)
