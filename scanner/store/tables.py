"""The tables. Rows are written once; only `run` is completed once, when the run ends (see migrations)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

DIGEST = String(64)

site = Table("site", metadata, Column("name", String(200), primary_key=True))

# Bytes by their SHA-256, deflated; shared by every run that met the same bytes.
blob = Table(
    "blob",
    metadata,
    Column("sha256", DIGEST, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("deflated", LargeBinary, nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(200), ForeignKey("site.name"), nullable=False),
    Column("started", DateTime(timezone=True), nullable=False),
    Column("head", JSON, nullable=False),  # company, entities, scanner, profile: as planned
    Column("finished", DateTime(timezone=True)),
    Column("partial", Boolean),
    Column("previous", DIGEST),
    Column("digest", DIGEST),
    Index("ix_run_site_started", "site", "started"),
)

# The denominator, written before the first connection: a run that dies still says what it was meant to reach.
planned = Table(
    "planned",
    metadata,
    Column("run", String(36), ForeignKey("run.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("target", String(400), nullable=False),
    Column("row", JSON, nullable=False),
)

transcript = Table(
    "transcript",
    metadata,
    Column("run", String(36), ForeignKey("run.id"), primary_key=True),
    Column("target", String(400), primary_key=True),
    Column("sha256", DIGEST, ForeignKey("blob.sha256"), nullable=False),
    Column("script", DIGEST, ForeignKey("blob.sha256"), nullable=False),
    Column("head", JSON, nullable=False),  # when, as whom, with which rights, how it ended
)

# One line per probe: where in the transcript a finding's evidence lies.
section = Table(
    "section",
    metadata,
    Column("run", String(36), ForeignKey("run.id"), primary_key=True),
    Column("target", String(400), primary_key=True),
    Column("probe", String(100), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("status", Integer),
    Column("duration_ms", Integer),
    Column("size", BigInteger, nullable=False),
    Column("sha256", DIGEST, nullable=False),
    Index("ix_section_sha256", "sha256"),
)

result = Table(
    "result",
    metadata,
    Column("run", String(36), ForeignKey("run.id"), primary_key=True),
    Column("target", String(400), primary_key=True),
    Column("row", JSON, nullable=False),
    Column("digest", DIGEST, nullable=False),  # over the row and the target's findings
)

finding = Table(
    "finding",
    metadata,
    Column("run", String(36), ForeignKey("run.id"), primary_key=True),
    Column("target", String(400), primary_key=True),
    Column("check_id", String(200), primary_key=True),
    Column("status", String(20), nullable=False),
    Column("row", JSON, nullable=False),
    Index("ix_finding_check_id_status", "check_id", "status"),
)

assessment = Table(
    "assessment",
    metadata,
    Column("run", String(36), ForeignKey("run.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("requirement", String(50), nullable=False),
    Column("state", String(30), nullable=False),
    Column("row", JSON, nullable=False),
)

# What people handed in. A new record takes the place of the one before it, which stays; it names the last of its site.
record = Table(
    "record",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(200), ForeignKey("site.name"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("document", DIGEST, ForeignKey("blob.sha256"), nullable=False),
    Column("row", JSON, nullable=False),  # by whom, until when, how many entries
    Column("previous", DIGEST),
    Column("digest", DIGEST, nullable=False),
    Index("ix_record_site_kind_at", "site", "kind", "at"),
)

WRITTEN_ONCE = ("blob", "planned", "transcript", "section", "result", "finding", "assessment", "record")
"""Tables whose rows are never changed or removed; triggers hold that in the database itself."""

__all__ = [
    "WRITTEN_ONCE",
    "assessment",
    "blob",
    "finding",
    "metadata",
    "planned",
    "record",
    "result",
    "run",
    "section",
    "site",
    "transcript",
]
