"""Keep how a store is shown: colours of runs, words about metrics, baselines, views."""

from __future__ import annotations

from alembic import op

from runlore.index.postgres_layout import begin_anew

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Begin anew: records that were passed over until now are to be read."""
    begin_anew(op.get_bind().exec_driver_sql)
