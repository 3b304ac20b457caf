"""A configuration as people write it with Param and Panel alone, and the same with Runlore."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import panel as pn
import param
import pytest

import runlore
from runlore.config import ConfigEditor, MLExperiment, MLExperimentUI

if TYPE_CHECKING:
    from pathlib import Path

DEFAULTS = {
    "model_name": "ResNet50",
    "learning_rate": 0.001,
    "batch_size": 32,
    "epochs": 10,
    "early_stopping": False,
    "patience": 5,
}


class PowerOfTwoInteger(param.Integer[Any]):
    def _validate_value(self, val: Any, allow_None: bool) -> None:  # noqa: N803 - Param's own name
        super()._validate_value(val, allow_None)
        if val is not None and val > 0 and val & (val - 1):
            raise ValueError(f"Parameter {self.name!r} must be a power of 2, not {val!r}.")


class ByHand(param.Parameterized):
    model_name: Any = param.String(default="ResNet50")
    learning_rate: Any = param.Number(default=0.001, bounds=(0.0001, 1.0), step=0.0001)
    batch_size: Any = PowerOfTwoInteger(default=32, bounds=(1, 1024))
    epochs: Any = param.Integer(default=10, bounds=(1, None))
    early_stopping: Any = param.Boolean(default=False)
    patience: Any = param.Integer(default=5, bounds=(1, None))
    history: Any = param.List(default=[], item_type=dict)
    _defaults: Any = param.Dict(default={}, precedence=-1)

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)  # type: ignore[no-untyped-call]
        self._defaults = {name: params.get(name, value) for name, value in DEFAULTS.items()}

    @param.depends("early_stopping", "patience", watch=True, on_init=True)
    def _validate_patience(self) -> None:
        if self.early_stopping and self.patience < 1:
            raise ValueError("Parameter 'patience' must be at least 1.")

    @param.depends(*DEFAULTS, watch=True)
    def _track_changes(self) -> None:
        entry = {"timestamp": datetime.now().isoformat(), "config": self.get_config()}  # noqa: DTZ005
        self.history = [*self.history, entry]

    def get_config(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in DEFAULTS}

    def reset(self) -> None:
        self.param.update(**self._defaults)


def test_a_class_made_by_hand_is_recorded_and_edited(tmp_path: Path) -> None:
    config = ByHand(model_name="BERT")
    with runlore.start_run("by-hand", params=config, store=tmp_path / "store") as run:
        pass
    read = runlore.get_run(run.id, store=tmp_path / "store")
    assert read.params == {**DEFAULTS, "model_name": "BERT"}
    editor = ConfigEditor(config)
    editor.config.update(batch_size=64)
    assert config.batch_size == 64
    with pytest.raises(ValueError, match="power of 2"):
        editor.config.update(batch_size=65)
    assert config.batch_size == 64
    with pytest.raises(ValueError, match="power of 2"):
        config.batch_size = 65
    config.reset()
    assert editor.config.get_config() == {**DEFAULTS, "model_name": "BERT"}
    assert [entry["config"]["batch_size"] for entry in config.history] == [64, 32]


def test_the_class_that_comes_along_does_what_is_written_of_it() -> None:
    experiment = MLExperiment(model_name="ResNet50", learning_rate=0.001)
    experiment.batch_size = 64
    assert str(experiment.get_config()).startswith(
        "{'model_name': 'ResNet50', 'learning_rate': 0.001, 'batch_size': 64, "
    )
    assert MLExperiment(model_name="BERT", epochs=20).get_config()["model_name"] == "BERT"
    experiment = MLExperiment(model_name="ResNet50")
    experiment.learning_rate = 0.1
    experiment.reset()
    assert experiment.learning_rate == 0.001
    assert [entry["config"]["learning_rate"] for entry in experiment.history] == [0.1, 0.001]
    assert all(datetime.fromisoformat(entry["timestamp"]) for entry in experiment.history)


def test_its_page_is_a_layout_and_an_application() -> None:
    experiment = MLExperiment()
    page = MLExperimentUI(experiment)
    assert page.experiment is experiment
    assert isinstance(page.__panel__(), pn.Row)
    assert pn.panel(page) is not None
    application = MLExperimentUI.create_app(experiment=experiment)
    assert isinstance(application, pn.template.base.BaseTemplate)
    assert application.servable() is application
