"""What people handed in for a site, chained like the runs; rows that are evidence cannot be changed.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_DIGEST = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "record",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("site", sa.String(200), sa.ForeignKey("site.name"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", _DIGEST, sa.ForeignKey("blob.sha256"), nullable=False),
        sa.Column("row", sa.JSON, nullable=False),
        sa.Column("previous", _DIGEST),
        sa.Column("digest", _DIGEST, nullable=False),
    )
    op.create_index("ix_record_site_kind_at", "record", ["site", "kind", "at"])
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER record_no_{action.lower()} BEFORE {action} ON record "
                "BEGIN SELECT RAISE(ABORT, 'record: rows are written once'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER record_no_change BEFORE UPDATE OR DELETE ON record "
        "FOR EACH ROW EXECUTE FUNCTION ctpat_written_once()"
    )


def downgrade() -> None:
    raise RuntimeError("evidence is not removed by a downgrade; open the store with the version that made it")
