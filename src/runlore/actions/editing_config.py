"""Edit a typed configuration in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.media.libraries import require

if TYPE_CHECKING:
    from runlore.config.editor.serving import ServedEditor


def serve_editor(
    target: str, *, file: str | None = None, port: int = 0, store: str | None = None
) -> ServedEditor:
    """Bind a server with the editor of the configuration class at "module:Class".

    It is for browsers of this machine alone and serves when its `run` is called; port 0 takes a
    free one. `file` is loaded if it exists, and is where the page saves to.

    Raises:
        MissingExtra: if `panel` isn't installed.
        NotFound, UsageError: for a target, a file or a port that won't do.
    """
    require("panel", package="panel", extra="panel", purpose="the editor of configurations")
    from runlore.config.editor.serving import ServedEditor, configuration_at

    return ServedEditor(configuration_at(target, file), file=file, port=port, store=store)
