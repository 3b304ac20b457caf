"""A run follows the configuration that it is given."""

from __future__ import annotations

from typing import Any

import pytest

import runlore
from runlore.config import MLExperiment
from runlore.errors import InvalidConfig
from tests.config.examples import Everything


def test_values_schema_changes_and_history_are_kept() -> None:
    config = MLExperiment(model_name="BERT")
    config.epochs = 5
    with runlore.start_run("trained", params=config) as run:
        config.learning_rate = 0.01
        config.update(early_stopping=True, patience=2, who="ada")
        with pytest.raises(InvalidConfig):
            config.epochs = 0
    config.epochs = 7
    stored = runlore.get_run("trained")
    assert stored.params == {
        "model_name": "BERT", "learning_rate": 0.01, "batch_size": 32, "epochs": 5,
        "early_stopping": True, "patience": 2,
    }  # fmt: skip
    files = {artifact.name: artifact for artifact in stored.artifacts}
    assert files["config.schema.json"].read() == MLExperiment.json_schema()
    entries: Any = files["config.history.json"].read()
    assert [sorted(entry["changed"]) for entry in entries] == [
        ["learning_rate"], ["early_stopping", "patience"],
    ]  # fmt: skip
    assert entries[1]["who"] == "ada"
    assert run.is_finished


def test_a_run_in_progress_shows_changes_at_once() -> None:
    config = MLExperiment()
    with runlore.start_run("going", params=config):
        config.epochs = 11
        assert runlore.get_run("going").params["epochs"] == 11
        config.undo()
        assert runlore.get_run("going").params["epochs"] == 10


def test_a_change_that_a_watcher_refuses_never_reaches_the_run() -> None:
    config = MLExperiment()

    def refuse(_: object) -> None:
        raise ValueError("never")

    with runlore.start_run("guarded", params=config):
        config.param.watch(refuse, "epochs")
        with pytest.raises(ValueError, match="never"):
            config.epochs = 99
    stored = runlore.get_run("guarded")
    assert stored.params["epochs"] == 10
    assert [artifact.name for artifact in stored.artifacts] == ["config.schema.json"]


def test_several_runs_may_follow_and_ended_ones_are_let_go() -> None:
    config = MLExperiment()
    with runlore.start_run("one", params=config):
        config.epochs = 1
        with runlore.start_run("two", params=config):
            config.epochs = 2
    config.epochs = 3
    assert runlore.get_run("one").params["epochs"] == 2
    assert runlore.get_run("two").params["epochs"] == 2
    assert config._followers == []


def test_values_that_files_can_not_hold_are_kept_by_their_text() -> None:
    config = Everything()
    with runlore.start_run("odd", params=config):
        config.activation = min
    stored = runlore.get_run("odd")
    assert stored.params["activation"] == str(min)
    assert stored.params["layers"] == [64, 32]
    history: Any = next(one for one in stored.artifacts if one.name == "config.history.json").read()
    assert history[0]["changed"]["activation"] == {"old": "largest", "new": "smallest"}


def test_a_configuration_among_other_params_is_a_branch() -> None:
    with runlore.start_run("nested", params={"seed": 1, "model": MLExperiment(epochs=2)}):
        pass
    assert runlore.get_run("nested").params["model.epochs"] == 2


def test_a_run_can_be_attached_later() -> None:
    config = MLExperiment()
    with runlore.start_run("later") as run:
        run.log_params(config)
        config.attach(run)
        config.epochs = 3
    assert runlore.get_run("later").params["epochs"] == 3


def test_a_run_ends_also_if_what_follows_it_fails() -> None:
    def fail() -> None:
        raise OSError("the disk is full")

    run = runlore.start_run("unlucky")
    run.before_end.append(fail)
    with pytest.raises(OSError, match="the disk is full"):
        run.finish()
    assert run.is_finished
    assert runlore.get_run("unlucky").status == "finished"
