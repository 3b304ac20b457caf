"""A run that follows a configuration: its schema, its changes, and the history at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.config.fields import differences
from runlore.config.plain import to_plain
from runlore.config.schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.client.run import Run


def follow(config: Any, run: Run) -> Callable[[], bool]:
    """Keep a configuration's schema in a run, and return what logs its later changes there.

    That returns whether the run goes on. When it ends, the history of the changes made meanwhile
    is kept too.
    """
    run.save_artifact("config.schema.json", schema_of(type(config)))
    first = len(config.history)
    logged = dict(config.get_config())

    def log_changes() -> bool:
        if run.is_finished:
            return False
        now = config.get_config()
        changes = differences(logged, now)
        logged.update(now)
        if changes:
            run.log_params({name: now[name] for name in changes})
        return True

    def keep_history() -> None:
        log_changes()
        entries = [_plain_entry(config, entry) for entry in config.history[first:]]
        if entries:
            run.save_artifact("config.history.json", entries)

    run.before_end.append(keep_history)
    return log_changes


def _plain_entry(config: Any, entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of the history as JSON can hold it; other values by their text."""
    return {
        **entry,
        "config": {name: _plain(config, name, value) for name, value in entry["config"].items()},
        "changed": {
            name: {side: _plain(config, name, value) for side, value in sides.items()}
            for name, sides in entry["changed"].items()
        },
    }


def _plain(config: Any, name: str, value: Any) -> Any:
    try:
        return to_plain(type(config).param[name.partition(".")[0]], value)
    except ValueError:
        return str(value)
