"""A configuration of machine-learning experiments with validation, history and a page to edit it.

It needs Param and Panel alone. Serve it with

    panel serve app.py --show

`runlore.config` has the same for any class of fields, with undo, files, command lines and runs.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import panel as pn
import param

FIELDS = ("model_name", "learning_rate", "batch_size", "epochs", "early_stopping", "patience")


class PowerOfTwo(param.Integer):  # type: ignore[type-arg] # generic for type checkers alone
    """A positive integer with one bit set: 1, 2, 4, 8 and so on."""

    def _validate_value(self, val: Any, allow_None: bool) -> None:  # noqa: FBT001, N803 - Param's
        super()._validate_value(val, allow_None)
        if val is None and allow_None:
            return
        if isinstance(val, bool) or val <= 0 or val & (val - 1):
            raise ValueError(f"{self.name!r} must be a positive power of 2, not {val!r}")


class MLExperiment(param.Parameterized):
    """The settings of a training run: checked when they are set, and remembered.

    `patience` may hold any integer while `early_stopping` is off, and has to be positive while it
    is on. A change that is refused raises a ValueError and changes nothing.

    >>> experiment = MLExperiment(model_name="BERT")
    >>> experiment.batch_size = 64
    >>> experiment.get_config()["batch_size"]
    64
    >>> len(experiment.history)
    1
    """

    model_name = param.String(default="ResNet50", doc="The architecture, such as ResNet50 or BERT.")
    learning_rate = param.Number(
        default=0.001, bounds=(0.0001, 1.0), step=0.0001, doc="From 0.0001 to 1."
    )
    batch_size = PowerOfTwo(default=32, bounds=(1, 1024), doc="A power of two up to 1024.")
    epochs = param.Integer(default=10, bounds=(1, None), doc="How often all data is seen.")
    early_stopping = param.Boolean(default=False, doc="End when the model gets no better.")
    patience = param.Integer(default=5, doc="Epochs without progress before the end.")
    history = param.List(default=[], item_type=dict, precedence=-1, doc="What was changed, when.")

    def __init__(self, **values: Any) -> None:
        _check_patience({name: values.get(name, self.param[name].default) for name in FIELDS})
        super().__init__(**values)  # type: ignore[no-untyped-call]
        self._accepted = self.get_config()

    @param.depends(*FIELDS, watch=True)
    def _track_change(self) -> None:
        """Add an entry to the history; take the change back if patience doesn't fit any more."""
        config, before = self.get_config(), self._accepted
        if config == before:
            return  # this is the taking back
        try:
            _check_patience(config)
        except ValueError:
            self.param.update(**before)
            raise
        changed = [name for name in FIELDS if config[name] != before[name]]
        self._accepted = config
        entry = {
            "timestamp": datetime.now(UTC).isoformat(),
            "config": dict(config),
            "changed": {name: {"old": before[name], "new": config[name]} for name in changed},
        }
        self.history = [*self.history, entry]  # a new list, so that watchers see it

    def update(self, **values: Any) -> None:
        """Change several fields together, or none of them if one is refused."""
        type(self)(**{**self.get_config(), **values})  # a trial, of which nobody is told
        self.param.update(**values)

    def get_config(self) -> dict[str, Any]:
        """Return all fields as a dictionary."""
        return {name: getattr(self, name) for name in FIELDS}

    def reset(self) -> None:
        """Go back to the defaults; the history stays, and has one more entry."""
        self.param.update(**{name: type(self).param[name].default for name in FIELDS})


def _check_patience(config: dict[str, Any]) -> None:
    if config["early_stopping"] and config["patience"] < 1:
        raise ValueError(
            f"patience must be at least 1 while early stopping is on, not {config['patience']}"
        )


class MLExperimentUI(pn.viewable.Viewer):
    """A page to edit an experiment and to see what it has been."""

    def __init__(self, experiment: MLExperiment | None = None, **named: Any) -> None:
        made = MLExperiment() if experiment is None else experiment
        super().__init__(**named)  # type: ignore[no-untyped-call]
        self.experiment = made
        pn.extension("tabulator")
        self.problem = pn.pane.Alert("", alert_type="danger", visible=False)
        self.widgets = self._make_widgets(made)
        for name, widget in self.widgets.items():
            widget.param.watch(lambda event, name=name: self._entered(name, event.new), "value")
        self.reset_button = pn.widgets.Button(label="Reset to defaults", color="warning")
        self.reset_button.on_click(lambda _: self.reset())
        self.config_pane = pn.pane.JSON(made.get_config(), depth=2, sizing_mode="stretch_width")
        self.history_table = pn.widgets.Tabulator(
            self._history_rows(),
            show_index=False,
            disabled=True,
            pagination="local",
            page_size=10,
            sizing_mode="stretch_width",
        )
        made.param.watch(lambda *_: self._refresh(), [*FIELDS, "history"])
        self._refresh()
        self.inputs = pn.Column(*self.widgets.values(), self.problem, self.reset_button)
        self.outputs = pn.Column(
            "## Current configuration", self.config_pane, "## History", self.history_table,
            sizing_mode="stretch_width",
        )  # fmt: skip
        self._layout = pn.Row(self.inputs, self.outputs, sizing_mode="stretch_width")

    @staticmethod
    def _make_widgets(experiment: MLExperiment) -> dict[str, Any]:
        wide = {"sizing_mode": "stretch_width"}
        powers = [1 << exponent for exponent in range(11)]
        values = experiment.get_config()
        return {
            "model_name": pn.widgets.TextInput(label="Model name", **wide),
            "learning_rate": pn.widgets.FloatInput(
                label="Learning rate", value=values["learning_rate"], step=0.0001,
                format="0.0000", **wide,
            ),
            "batch_size": pn.widgets.Select(
                label="Batch size", options=powers, value=values["batch_size"], **wide
            ),
            "epochs": pn.widgets.IntInput(label="Epochs", value=values["epochs"], **wide),
            "early_stopping": pn.widgets.Checkbox(label="Early stopping"),
            "patience": pn.widgets.IntInput(label="Patience", value=values["patience"], **wide),
        }  # fmt: skip

    def _entered(self, name: str, value: Any) -> None:
        """Set a field to what was entered, or say why that can't be."""
        if value == getattr(self.experiment, name):
            self.problem.visible = False
            return
        try:
            self.experiment.update(**{name: value})
        except ValueError as error:
            self.problem.param.update(object=str(error), visible=True)
        else:
            self.problem.visible = False

    def _refresh(self) -> None:
        config = self.experiment.get_config()
        for name, widget in self.widgets.items():
            widget.value = config[name]
        self.widgets["patience"].disabled = not config["early_stopping"]
        self.config_pane.object = config
        self.history_table.value = self._history_rows()

    def _history_rows(self) -> pd.DataFrame:
        rows = [
            {
                "#": number,
                "time": entry["timestamp"][:19].replace("T", " "),
                "change": ", ".join(
                    f"{name}: {sides['old']} → {sides['new']}"
                    for name, sides in entry["changed"].items()
                ),
            }
            for number, entry in enumerate(self.experiment.history, 1)
        ]
        return pd.DataFrame(rows[::-1], columns=["#", "time", "change"])

    def reset(self) -> None:
        """Go back to the defaults."""
        self.problem.visible = False
        self.experiment.reset()
        self._refresh()

    def __panel__(self) -> Any:
        """Return the layout, for notebooks."""
        return self._layout

    @classmethod
    def create_app(cls, experiment: MLExperiment | None = None) -> pn.template.FastListTemplate:
        """Return a page to be served."""
        page = cls(experiment)
        return pn.template.FastListTemplate(
            title="ML Experiment Configuration",
            sidebar=[page.inputs],
            main=[page.outputs],
            main_layout=None,
        )


if pn.state.served:
    MLExperimentUI.create_app().servable()
