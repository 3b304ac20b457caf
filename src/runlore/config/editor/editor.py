"""The editor: fields on one side, what they are and have been on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import panel as pn

from runlore.config.editor.form import Form
from runlore.config.editor.history import HistoryTable, Overview
from runlore.config.editor.runs import RunStarter
from runlore.config.editor.saving import save_button
from runlore.config.editor.style import BUTTON, CARD, TEXT
from runlore.config.editor.twin import tracked

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.client.run import Run


class ConfigEditor(pn.viewable.Viewer):
    """A page to edit a configuration: `ConfigEditor(Training)` in a notebook, or `create_app`.

    Args:
        config: a `TrackedConfig` or an object of any other Param class, or such a class.
        train: called as `train(run, config)` by "start a run with this", in a thread.
        file: where "save" writes to; without it, a file is downloaded.
        who: in whose name changes stand in the history; by default the user of this process.
        run_options: what `runlore.start_run` is given besides the params.
    """

    def __init__(
        self,
        config: object,
        *,
        train: Callable[[Run, Any], object] | None = None,
        file: str | None = None,
        who: str | None = None,
        run_options: dict[str, Any] | None = None,
        **named: Any,
    ) -> None:
        super().__init__(**named)  # type: ignore[no-untyped-call]
        pn.extension("tabulator")
        made = config() if isinstance(config, type) else config
        self.config = tracked(made)
        self.form = Form(self.config, who=who)
        self.history = HistoryTable(self.config)
        self.overview = Overview(self.config)
        self.runs = RunStarter(self.config, train=train, run_options=run_options, subject=made)
        self._who = who
        self._undo = _button("Undo", self.undo)
        self._redo = _button("Redo", self.redo)
        self._reset = _button("Reset to defaults", self.reset)
        self._save = save_button(self.config, file)
        self.config.param.watch(lambda _: self._refresh_buttons(), "history")
        self._refresh_buttons()
        self.inputs = pn.Column(_heading("Fields"), self.form.view, sizing_mode="stretch_width")
        self.outputs = self._make_outputs()
        self._layout = pn.Row(
            pn.Column(self.inputs, width=360),
            self.outputs,
            sizing_mode="stretch_width",
        )

    def undo(self) -> None:
        """Take the last change back, and drop what was refused."""
        self.form.pending.clear()
        self.config.undo(who=self._who)

    def redo(self) -> None:
        """Make the change again that was undone last."""
        self.form.pending.clear()
        self.config.redo(who=self._who)

    def reset(self) -> None:
        """Go back to the defaults of the class."""
        self.form.pending.clear()
        self.config.reset(who=self._who)
        self.form.refresh()

    def __panel__(self) -> Any:
        """Return the layout, for notebooks and other pages."""
        return self._layout

    def _make_outputs(self) -> Any:
        run = pn.Column(_heading("Run"), self.runs.view, css_classes=["card"], **_WIDE)
        current = pn.Column(
            _heading("Current configuration"),
            self.overview.view,
            pn.Row(self._save),
            css_classes=["card"],
            **_WIDE,
        )
        buttons = pn.Row(self._undo, self._redo, self._reset)
        history = pn.Column(
            _heading("History"), buttons, self.history.view, css_classes=["card"], **_WIDE
        )
        return pn.Column(run, current, history, **_WIDE)

    def _refresh_buttons(self) -> None:
        self._undo.disabled = not self.config.can_undo
        self._redo.disabled = not self.config.can_redo


_WIDE: dict[str, Any] = {"sizing_mode": "stretch_width", "stylesheets": [CARD]}


def _heading(text: str) -> Any:
    return pn.pane.HTML(f"<h2>{text}</h2>", sizing_mode="stretch_width", stylesheets=[TEXT])


def _button(name: str, pressed: Callable[[], None]) -> Any:
    button = pn.widgets.Button(label=name, stylesheets=[BUTTON])
    button.on_click(lambda _: pressed())
    return button
