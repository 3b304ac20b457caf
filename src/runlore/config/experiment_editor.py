"""The editor of an `MLExperiment`."""

from __future__ import annotations

from typing import Any

from runlore.config.editor.application import page_of
from runlore.config.editor.editor import ConfigEditor
from runlore.config.experiment import MLExperiment


class MLExperimentUI(ConfigEditor):
    """A page to edit an `MLExperiment` and see its history; without one it makes its own."""

    def __init__(self, experiment: MLExperiment | None = None, **named: Any) -> None:
        super().__init__(MLExperiment() if experiment is None else experiment, **named)
        self.experiment = self.config

    @classmethod
    def create_app(cls, experiment: MLExperiment | None = None, **named: Any) -> Any:
        """Return a page to be served: `MLExperimentUI.create_app().servable()`."""
        return page_of(cls(experiment=experiment, **named), "ML Experiment Configuration")
