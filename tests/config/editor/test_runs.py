"""Runs are started from the page, and saved files are what it shows."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

import param
import pytest

import runlore
from runlore.config import ConfigEditor, MLExperiment, MLExperimentUI, create_app
from runlore.errors import InvalidType, InvalidValue

if TYPE_CHECKING:
    from pathlib import Path


class Plain(param.Parameterized):
    """A class that knows nothing of us."""

    rate: Any = param.Number(default=0.1, bounds=(0, 1))
    steps: Any = param.Integer(default=5)

    @param.depends("rate", watch=True)
    def _refuse(self) -> None:
        if self.rate == 0.13:
            raise ValueError("not this rate")


def plain() -> Any:
    return Plain()  # type: ignore[no-untyped-call]


def test_a_run_has_the_values_and_follows_edits_until_it_is_finished() -> None:
    config = MLExperiment(epochs=3)
    editor = ConfigEditor(config, run_options={"name": "edited", "experiment": "pages"})
    editor.runs.button.clicks += 1
    assert editor.runs.run is not None
    assert editor.runs.run.short_id in editor.runs.status.object
    config.epochs = 4
    editor.runs.button.clicks += 1
    config.epochs = 5
    stored = runlore.get_run("edited")
    assert (stored.status, stored.experiment, stored.params["epochs"]) == ("finished", "pages", 4)
    assert editor.runs.button.label == "Start a run with this"


def test_a_training_function_is_called_with_the_run_and_the_configuration() -> None:
    done = Event()
    seen: list[Any] = []

    def train(run: runlore.Run, config: Any) -> None:
        seen.append(config)
        run.log({"loss": config.rate})
        done.set()

    config = plain()
    editor = ConfigEditor(config, train=train, run_options={"name": "trained"})
    editor.runs.button.clicks += 1
    assert done.wait(30)
    while not editor.runs.run or not editor.runs.run.is_finished:
        pass
    assert seen == [config]
    assert runlore.get_run("trained").metrics["loss"] == 0.1


def test_a_store_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no store")
    editor = ConfigEditor(MLExperiment(), run_options={"store": str(tmp_path / "file")})
    editor.runs.button.clicks += 1
    assert editor.runs.status.object.startswith("<span><b>No run was started.</b>")


def test_an_object_of_any_param_class_is_edited_with_a_history() -> None:
    config = plain()
    editor = ConfigEditor(config)
    editor.form.fields["steps"].control.widget.value = "7"
    assert config.steps == 7
    config.rate = 0.5
    assert editor.config.get_config() == {"rate": 0.5, "steps": 7}
    editor.undo()
    assert config.rate == 0.1
    editor.reset()
    assert config.steps == 5


def test_what_its_own_methods_refuse_is_taken_back_on_both_sides() -> None:
    config = plain()
    editor = ConfigEditor(config)
    editor.form.fields["rate"].control.widget.value = "0.13"
    assert (config.rate, editor.config.get_config()["rate"]) == (0.1, 0.1)
    assert "not this rate" in editor.form.fields["rate"].problem.object
    assert editor.config.history == []


@pytest.mark.parametrize("wrong", [3, {"a": 1}, int])
def test_what_is_no_param_class_is_refused(wrong: object) -> None:
    with pytest.raises(InvalidType, match="an editor needs a Param class"):
        create_app(wrong)


def test_a_class_without_fields_is_refused() -> None:
    with pytest.raises(InvalidValue, match="Empty has no fields"):
        ConfigEditor(type("Empty", (param.Parameterized,), {}))


def test_saving_writes_the_file_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    config = MLExperiment()
    editor = ConfigEditor(config, file=str(path))
    config.epochs = 4
    editor._save.clicks += 1
    assert MLExperiment.load(path).epochs == 4
    assert editor._save.label == "Saved to config.yaml"
    config.epochs = 5
    assert editor._save.label == "Save to config.yaml"


def test_the_page_of_an_experiment() -> None:
    config = MLExperiment()
    page = MLExperimentUI(config)
    assert page.experiment is config
    assert page.__panel__().objects
    assert MLExperimentUI().experiment.get_config() == config.get_config()
    assert MLExperimentUI.create_app(config).title == "ML Experiment Configuration"
    assert create_app(MLExperiment).title == "MLExperiment"


def test_a_class_that_keeps_a_history_of_its_own_can_be_edited() -> None:
    class WithHistory(param.Parameterized):
        epochs: Any = param.Integer(default=1)
        history: Any = param.List(default=[])

        @param.depends("epochs", watch=True)
        def _track(self) -> None:
            self.history = [*self.history, self.epochs]

    config: Any = WithHistory()  # type: ignore[no-untyped-call]
    editor = ConfigEditor(config)
    editor.form.fields["epochs"].control.widget.value = "3"
    editor.undo()
    assert config.history == [3, 1]
    assert [entry["action"] for entry in editor.config.history] == ["set", "undo"]
