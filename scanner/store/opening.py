"""Opens the database behind a store: a private SQLite file, or PostgreSQL by its URL."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from scanner.errors import ConfigError, Problem


def engine_of(where: str | Path, *, must_exist: bool) -> Engine:
    text = str(where)
    if "://" not in text:
        path = Path(text).expanduser()
        if must_exist and not path.is_file():
            raise ConfigError(
                Problem(path=str(path), message="no store here", expected="a file that `ctpat scan` made")
            )
        _create_privately(path)
        return _sqlite(f"sqlite:///{path}")
    try:
        url = make_url(text)
        return _sqlite(text) if url.get_backend_name() == "sqlite" else create_engine(url, pool_pre_ping=True)
    except (ArgumentError, ImportError) as error:
        hint = "for PostgreSQL, install ctpat-scanner[postgres] and write postgresql+psycopg://…"
        raise ConfigError(Problem(path="--store", message="this database URL cannot be used", hint=hint)) from error


def _create_privately(path: Path) -> None:
    """Evidence is for its owner: the file is made with mode 0600 before the database library opens it."""
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise ConfigError(Problem(path=str(path), message=f"the store cannot be created: {error.strerror}")) from error


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late to take the write lock first
        cursor = connection.cursor()
        for pragma in ("busy_timeout=30000", "foreign_keys=ON", "synchronous=NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        _write_ahead(cursor)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its lock at once: no upgrade in the middle, nothing to deadlock on.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Switch to write-ahead logging; SQLite does not wait by itself while another process makes the same switch."""
    until = time.monotonic() + 30
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def place_of(engine: Engine) -> str:
    is_file = engine.url.get_backend_name() == "sqlite" and engine.url.database
    return str(engine.url.database) if is_file else engine.url.render_as_string(hide_password=True)


def unusable(engine: Engine, error: Exception) -> ConfigError:
    cause = (str(getattr(error, "orig", error)).splitlines() or [type(error).__name__])[0]
    return ConfigError(Problem(path=place_of(engine), message=f"this is no usable store: {cause}"))
