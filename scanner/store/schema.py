"""Brings a store to the newest revision; a store that is already there costs one query."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, inspect, text

from scanner.errors import ConfigError

_LOCK = 7264531  # any number, as long as every version takes the same
HEAD = "0002"
"""The newest revision; a test holds it equal to the newest script in `migrations/versions`."""


def upgrade(engine: Engine) -> None:
    """Apply the missing revisions. Raises ConfigError for a store made by a newer version."""
    current = _current(engine)
    if current == HEAD:
        return
    if current is not None and current > HEAD:
        raise ConfigError(f"the store was made by a newer version (revision {current}); upgrade ctpat-scanner")
    from alembic import command  # only a new or outdated store pays for it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "scanner.store:migrations")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if _revision(connection) == HEAD:
            return  # another process was faster; the write lock made us wait for it
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_newest(engine: Engine) -> bool:
    """Whether the store has the newest revision; nothing is changed."""
    return _current(engine) == HEAD


def _current(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(revision) if revision else None
