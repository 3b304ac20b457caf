"""Bring the tables of an index to the newest version that this release knows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from runlore.index.migrations import FOLDERS, HEAD

if TYPE_CHECKING:
    from sqlalchemy import Connection


def is_known(revision: str) -> bool:
    """Whether this release knows a version: else a later one made it."""
    try:
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    except CommandError:
        return False


def upgrade(connection: Connection) -> None:
    """Migrate to the newest version, within the transaction of the connection."""
    config = _config()
    script = ScriptDirectory.from_config(config)

    def steps(revision: Any, _: object) -> list[Any]:
        return script._upgrade_revs(HEAD, revision)  # noqa: SLF001 - as Alembic's own commands do

    with EnvironmentContext(config, script, fn=steps, destination_rev=HEAD) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()


def _config() -> Config:
    config = Config()
    folder = os.path.dirname(os.path.abspath(__file__))
    for key, value in (
        ("script_location", folder),
        ("version_locations", "\n".join(FOLDERS)),
        ("path_separator", "newline"),
    ):
        config.set_main_option(key, value.replace("%", "%%"))
    return config
