"""Tests of app.py: `pytest test.py`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from app import FIELDS, MLExperiment, MLExperimentUI

DEFAULTS = {
    "model_name": "ResNet50",
    "learning_rate": 0.001,
    "batch_size": 32,
    "epochs": 10,
    "early_stopping": False,
    "patience": 5,
}


@pytest.fixture
def experiment() -> MLExperiment:
    return MLExperiment()


@pytest.fixture
def page(experiment: MLExperiment) -> MLExperimentUI:
    return MLExperimentUI(experiment)


def test_defaults(experiment: MLExperiment) -> None:
    assert experiment.get_config() == DEFAULTS
    assert experiment.history == []


def test_values_at_the_start_are_no_change() -> None:
    experiment = MLExperiment(model_name="BERT", epochs=20)
    assert experiment.get_config() == {**DEFAULTS, "model_name": "BERT", "epochs": 20}
    assert experiment.history == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model_name", ""),
        ("learning_rate", 0.0001),
        ("learning_rate", 1.0),
        ("batch_size", 1),
        ("batch_size", 8),
        ("batch_size", 1024),
        ("epochs", 1),
        ("epochs", 100_000),
        ("patience", 0),
        ("patience", -5),
    ],
)
def test_values_that_are_taken(experiment: MLExperiment, field: str, value: Any) -> None:
    setattr(experiment, field, value)
    assert getattr(experiment, field) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model_name", 7),
        ("learning_rate", 0.00009),
        ("learning_rate", 1.01),
        ("learning_rate", "fast"),
        ("batch_size", 0),
        ("batch_size", -8),
        ("batch_size", 48),
        ("batch_size", 2048),
        ("batch_size", True),
        ("batch_size", 32.0),
        ("epochs", 0),
        ("epochs", 2.5),
        ("early_stopping", "yes"),
        ("patience", "long"),
    ],
)
def test_values_that_are_refused(experiment: MLExperiment, field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=field):
        setattr(experiment, field, value)
    with pytest.raises(ValueError, match=field):
        MLExperiment(**{field: value})
    assert experiment.get_config() == DEFAULTS
    assert experiment.history == []


def test_patience_counts_only_with_early_stopping(experiment: MLExperiment) -> None:
    experiment.patience = 0
    with pytest.raises(ValueError, match="patience must be at least 1"):
        experiment.early_stopping = True
    assert experiment.early_stopping is False
    experiment.update(early_stopping=True, patience=3)
    with pytest.raises(ValueError, match="patience must be at least 1"):
        experiment.patience = -1
    assert experiment.patience == 3


def test_patience_is_checked_at_the_start() -> None:
    assert MLExperiment(patience=0).patience == 0
    with pytest.raises(ValueError, match="patience"):
        MLExperiment(early_stopping=True, patience=0)


def test_a_refused_change_adds_nothing_to_the_history(experiment: MLExperiment) -> None:
    experiment.patience = 0
    with pytest.raises(ValueError, match="patience"):
        experiment.early_stopping = True
    assert [list(entry["changed"]) for entry in experiment.history] == [["patience"]]


def test_every_change_is_remembered(experiment: MLExperiment) -> None:
    experiment.batch_size = 64
    experiment.learning_rate = 0.01
    first, second = experiment.history
    assert first["config"] == {**DEFAULTS, "batch_size": 64}
    assert first["changed"] == {"batch_size": {"old": 32, "new": 64}}
    assert second["config"] == {**DEFAULTS, "batch_size": 64, "learning_rate": 0.01}


def test_timestamps_are_moments_in_order(experiment: MLExperiment) -> None:
    experiment.epochs = 1
    experiment.epochs = 2
    first, second = (datetime.fromisoformat(entry["timestamp"]) for entry in experiment.history)
    assert first <= second
    assert first.tzinfo is not None


def test_the_same_value_again_is_no_change(experiment: MLExperiment) -> None:
    experiment.epochs = 10
    assert experiment.history == []


def test_a_batch_of_changes_is_one_entry(experiment: MLExperiment) -> None:
    experiment.param.update(epochs=5, batch_size=8)
    assert [sorted(entry["changed"]) for entry in experiment.history] == [["batch_size", "epochs"]]


def test_a_batch_with_a_bad_value_changes_nothing(experiment: MLExperiment) -> None:
    told: list[str] = []
    experiment.param.watch(lambda event: told.append(event.name), list(FIELDS))
    with pytest.raises(ValueError, match="batch_size"):
        experiment.update(epochs=5, batch_size=7)
    assert experiment.get_config() == DEFAULTS
    assert told == []


def test_the_configuration_is_a_copy(experiment: MLExperiment) -> None:
    experiment.get_config()["epochs"] = 0
    assert experiment.epochs == 10


def test_reset_goes_to_the_defaults_and_keeps_the_history() -> None:
    experiment = MLExperiment(model_name="BERT")
    experiment.epochs = 3
    experiment.reset()
    assert experiment.get_config() == DEFAULTS
    assert len(experiment.history) == 2


def test_experiments_have_histories_of_their_own() -> None:
    one, other = MLExperiment(), MLExperiment()
    one.epochs = 3
    assert other.history == []
    assert MLExperiment.param["history"].default == []


def test_every_field_says_what_it_is(experiment: MLExperiment) -> None:
    assert all(experiment.param[name].doc for name in FIELDS)


def test_a_widget_sets_its_field(page: MLExperimentUI, experiment: MLExperiment) -> None:
    page.widgets["model_name"].value = "BERT"
    page.widgets["batch_size"].value = 128
    assert (experiment.model_name, experiment.batch_size) == ("BERT", 128)


def test_a_field_sets_its_widget(page: MLExperimentUI, experiment: MLExperiment) -> None:
    experiment.learning_rate = 0.5
    assert page.widgets["learning_rate"].value == 0.5


def test_a_bad_entry_is_explained_until_it_is_mended(
    page: MLExperimentUI, experiment: MLExperiment
) -> None:
    page.widgets["epochs"].value = 0
    assert page.problem.visible
    assert "epochs" in page.problem.object
    assert experiment.epochs == 10
    page.widgets["epochs"].value = 4
    assert not page.problem.visible
    assert experiment.epochs == 4


def test_patience_is_greyed_out_while_early_stopping_is_off(page: MLExperimentUI) -> None:
    assert page.widgets["patience"].disabled
    page.widgets["early_stopping"].value = True
    assert not page.widgets["patience"].disabled


def test_the_configuration_and_the_history_are_shown(
    page: MLExperimentUI, experiment: MLExperiment
) -> None:
    experiment.epochs = 3
    experiment.epochs = 4
    assert page.config_pane.object == {**DEFAULTS, "epochs": 4}
    assert list(page.history_table.value["change"]) == ["epochs: 3 → 4", "epochs: 10 → 3"]


def test_the_reset_button_resets(page: MLExperimentUI, experiment: MLExperiment) -> None:
    experiment.epochs = 3
    page.reset_button.clicks += 1
    assert experiment.get_config() == DEFAULTS
    assert page.widgets["epochs"].value == 10


def test_a_page_without_an_experiment_makes_its_own() -> None:
    assert MLExperimentUI().experiment.get_config() == DEFAULTS


def test_the_layout_and_the_application_can_be_made(experiment: MLExperiment) -> None:
    page = MLExperimentUI(experiment)
    assert page.__panel__().objects == [page.inputs, page.outputs]
    assert MLExperimentUI.create_app(experiment).title == "ML Experiment Configuration"
