"""The same revisions on SQLite and PostgreSQL, equal to the tables in code, with the same guards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from scanner.model import Finding, Privilege, ProfileRef, RunInfo, Status, Target, TargetResult, TargetState, Transcript
from scanner.store import Store, schema, tables

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def _server_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server of our own on loopback; it refuses to run as root, so root lends it an account."""
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")
    programs = _server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (Debian: postgresql)")
    folder = tmp_path_factory.mktemp("pg")
    data = folder / "data"
    data.mkdir()
    as_user: list[str] = []
    if os.geteuid() == 0:
        account = pwd.getpwnam("nobody")
        for part in (data, folder):
            os.chown(part, account.pw_uid, account.pw_gid)
        for parent in (folder, *list(folder.parents)[:2]):
            parent.chmod(parent.stat().st_mode | 0o011)
        as_user = [shutil.which("setpriv") or "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    port = _free_port()
    subprocess.run(
        [*as_user, str(programs / "initdb"), "-D", str(data), "-U", "ctpat", "--auth=trust", "-E", "UTF8"],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    server = subprocess.Popen(
        [*as_user, str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        url = f"postgresql+psycopg://ctpat@127.0.0.1:{port}/postgres"
        _wait(url)
        yield url
    finally:
        server.terminate()
        server.wait(30)


def _wait(url: str) -> None:
    import time

    engine = create_engine(url)
    for _ in range(100):
        try:
            with engine.connect():
                break
        except DBAPIError:
            time.sleep(0.1)
    else:
        pytest.fail("PostgreSQL did not start within 10 s")
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql"))
    return f"sqlite:///{tmp_path / 'ctpat.db'}"


def test_revisions_and_tables_are_one(url: str) -> None:
    Store.open(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert context.get_current_revision() == schema.HEAD
    engine.dispose()


def test_a_run_goes_in_once_and_stays(url: str) -> None:
    store = Store.open(url)
    info = RunInfo(
        id="run-1",
        site="acme",
        company="",
        entities=(),
        started=NOW,
        finished=None,
        scanner="x",
        profile=ProfileRef(name="ctpat", edition="e", digest="d"),
    )
    writer = store.begin(info, [Target(name="web01", transport="ssh")])
    writer.transcript(
        Transcript(
            target="web01",
            platform="linux",
            nonce="n",
            stdout=b"\x00\xff",
            collected_at=NOW,
            account="scan",
            privilege=Privilege.USER,
            script_sha256="",
        ),
        b"script",
    )
    result = TargetResult(
        name="web01", address="", transport="ssh", platform="linux", os="", state=TargetState.READ, collected_at=NOW
    )
    writer.result(result, [Finding(check="a/b", version=1, target="web01", status=Status.PASS)])
    finished = writer.finish([], NOW, partial=False)
    assert store.load("run-1").run == finished
    assert store.load("run-1").targets == (result,)
    assert [t.stdout for t in store.transcripts("run-1")] == [b"\x00\xff"]
    assert store.verify() == ()
    store.close()
    engine = create_engine(url)
    for statement in ("UPDATE finding SET status = 'fail'", "DELETE FROM blob", "UPDATE run SET partial = true"):
        with engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text(statement))
    engine.dispose()
