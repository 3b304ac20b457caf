"""The button that writes the configuration to its file, or hands it to the browser."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import panel as pn

from runlore.config.editor.style import BUTTON
from runlore.config.files import written
from runlore.errors import RunloreError

if TYPE_CHECKING:
    from runlore.config.tracked import TrackedConfig


def save_button(config: TrackedConfig, file: str | None) -> Any:
    """Return a button that saves to `file`, or one that downloads YAML if there is none."""
    if file is None:
        return pn.widgets.FileDownload(
            callback=lambda: io.StringIO(written(config, "yaml")),
            filename=f"{type(config).__name__}.yaml",
            label="Download as YAML",
            color="default",
            stylesheets=[BUTTON],
        )
    name = os.path.basename(file)
    button = pn.widgets.Button(label=f"Save to {name}", stylesheets=[BUTTON])

    def save(_: object) -> None:
        try:
            config.save(file)
        except (OSError, RunloreError) as error:  # there is a person to be told
            button.param.update(label=f"Not saved: {error}", color="danger")
        else:
            button.param.update(label=f"Saved to {name}", color="success")

    def changed(*_: object) -> None:
        button.param.update(label=f"Save to {name}", color="default")

    button.on_click(save)
    config.param.watch(changed, "history")
    return button
