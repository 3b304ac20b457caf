"""The button that starts a run with the configuration, and what it says about the run."""

from __future__ import annotations

import html
from threading import Thread
from typing import TYPE_CHECKING, Any

import panel as pn

from runlore.client.start import open_run
from runlore.config.editor.style import BUTTON, TEXT
from runlore.errors import RunloreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.client.run import Run
    from runlore.config.tracked import TrackedConfig

_QUIET = '<span class="quiet">A run started here has these values, and follows later edits.</span>'


class RunStarter:
    """Start a run with a configuration, which it follows until it ends.

    With a `train` function, that is called with the run and the configuration in a thread of
    its own, and the run ends with it. Without one, the run stays open until its button is pressed.
    """

    def __init__(
        self,
        config: TrackedConfig,
        *,
        train: Callable[[Run, Any], object] | None = None,
        run_options: dict[str, Any] | None = None,
        subject: object = None,
    ) -> None:
        self.config = config
        self.run: Run | None = None
        self._train = train
        self._run_options = run_options or {}
        self._subject = config if subject is None else subject
        self.button = pn.widgets.Button(
            label="Start a run with this", color="primary", stylesheets=[BUTTON]
        )
        self.status = pn.pane.HTML(
            _QUIET, sizing_mode="stretch_width", margin=(12, 10), stylesheets=[TEXT]
        )
        self.button.on_click(lambda _: self.pressed())
        self.view = pn.Row(self.button, self.status, sizing_mode="stretch_width")

    def pressed(self) -> None:
        """Start a run; or end the one that is open."""
        if self.run is not None and not self.run.is_finished:
            self.run.finish()
            self._show_ended(self.run)
            return
        try:
            run = self.run = open_run(params=self.config, **self._run_options)
        except RunloreError as error:  # of the store: there is a person to be told
            self._say(f"<b>No run was started.</b> {html.escape(str(error))}")
            return
        if self._train is None:
            self.button.param.update(label="Finish the run", color="default")
        else:
            self.button.disabled = True
            Thread(target=self._call_train, args=(run, pn.state.curdoc), daemon=True).start()
        self._say(f"Run <b>{run.short_id}</b> is open and follows your edits: {_shows(run)}")

    def _call_train(self, run: Run, document: Any) -> None:
        assert self._train is not None  # noqa: S101 - for the type checker; `pressed` has looked
        try:
            with run:
                self._train(run, self._subject)
        finally:  # the run has kept the exception; the thread's own hook prints it
            if document is None:
                self._show_ended(run)
            else:
                document.add_next_tick_callback(lambda: self._show_ended(run))

    def _show_ended(self, run: Run) -> None:
        self.button.param.update(label="Start a run with this", color="primary", disabled=False)
        self._say(f"Run <b>{run.short_id}</b> has ended: {_shows(run)}")

    def _say(self, text: str) -> None:
        self.status.object = f"<span>{text}</span>"


def _shows(run: Run) -> str:
    return f"<code>runlore show {run.short_id}</code>"
