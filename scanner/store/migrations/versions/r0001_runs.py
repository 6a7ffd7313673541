"""Runs, raw bytes, findings and assessments; rows that are evidence cannot be changed.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_DIGEST = sa.String(64)
_WRITTEN_ONCE = ("blob", "planned", "transcript", "section", "result", "finding", "assessment")


def _run_key() -> "sa.Column[str]":
    return sa.Column("run", sa.String(36), sa.ForeignKey("run.id"), primary_key=True)


def _target_key() -> "sa.Column[str]":
    return sa.Column("target", sa.String(400), primary_key=True)


def upgrade() -> None:
    op.create_table("site", sa.Column("name", sa.String(200), primary_key=True))
    op.create_table(
        "blob",
        sa.Column("sha256", _DIGEST, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("deflated", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("site", sa.String(200), sa.ForeignKey("site.name"), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("head", sa.JSON, nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True)),
        sa.Column("partial", sa.Boolean),
        sa.Column("previous", _DIGEST),
        sa.Column("digest", _DIGEST),
    )
    op.create_index("ix_run_site_started", "run", ["site", "started"])
    op.create_table(
        "planned",
        _run_key(),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("target", sa.String(400), nullable=False),
        sa.Column("row", sa.JSON, nullable=False),
    )
    op.create_table(
        "transcript",
        _run_key(),
        _target_key(),
        sa.Column("sha256", _DIGEST, sa.ForeignKey("blob.sha256"), nullable=False),
        sa.Column("script", _DIGEST, sa.ForeignKey("blob.sha256"), nullable=False),
        sa.Column("head", sa.JSON, nullable=False),
    )
    op.create_table(
        "section",
        _run_key(),
        _target_key(),
        sa.Column("probe", sa.String(100), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("duration_ms", sa.Integer),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", _DIGEST, nullable=False),
    )
    op.create_index("ix_section_sha256", "section", ["sha256"])
    op.create_table(
        "result",
        _run_key(),
        _target_key(),
        sa.Column("row", sa.JSON, nullable=False),
        sa.Column("digest", _DIGEST, nullable=False),
    )
    op.create_table(
        "finding",
        _run_key(),
        _target_key(),
        sa.Column("check_id", sa.String(200), primary_key=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("row", sa.JSON, nullable=False),
    )
    op.create_index("ix_finding_check_id_status", "finding", ["check_id", "status"])
    op.create_table(
        "assessment",
        _run_key(),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("requirement", sa.String(50), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("row", sa.JSON, nullable=False),
    )
    _guard()


def _guard() -> None:
    """Refuse changes to evidence in the database itself, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for table in _WRITTEN_ONCE:
            for action in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table}: rows are written once'); END"
                )
        op.execute(
            "CREATE TRIGGER run_no_change BEFORE UPDATE ON run WHEN OLD.digest IS NOT NULL "
            "BEGIN SELECT RAISE(ABORT, 'run: a finished run is not changed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION ctpat_written_once() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%: rows are written once', TG_TABLE_NAME; END $$"
    )
    for table in _WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION ctpat_written_once()"
        )
    op.execute(
        "CREATE TRIGGER run_no_change BEFORE UPDATE ON run FOR EACH ROW WHEN (OLD.digest IS NOT NULL) "
        "EXECUTE FUNCTION ctpat_written_once()"
    )


def downgrade() -> None:
    raise RuntimeError("evidence is not removed by a downgrade; open the store with the version that made it")
