"""Create the tables as they are declared."""

from __future__ import annotations

from alembic import op

from runlore.index.postgres_layout import begin_anew

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Begin an empty index."""
    begin_anew(op.get_bind().exec_driver_sql)
