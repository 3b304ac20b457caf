"""Run migrations on the connection that the caller has opened; Alembic loads this by its path."""

from __future__ import annotations

from alembic import context

# The caller has locked the index and commits: all versions at once, or none.
context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
