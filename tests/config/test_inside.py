"""Configurations inside others."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from typing import TYPE_CHECKING, Any

import param
import pytest

import runlore
from runlore.config import TrackedConfig
from runlore.errors import InvalidConfig

if TYPE_CHECKING:
    from pathlib import Path


class Optimizer(TrackedConfig):
    rate = param.Number(default=0.1, bounds=(0, 1))
    momentum = param.Number(default=0.9)


class Plain(param.Parameterized):
    width = param.Integer(default=8, bounds=(1, None))


class Training(TrackedConfig):
    epochs = param.Integer(default=1)
    optimizer = param.ClassSelector(class_=Optimizer, default=Optimizer())
    layers = param.ClassSelector(class_=Plain, default=Plain())  # type: ignore[no-untyped-call]

    def check(self, values: Any) -> None:
        if values["optimizer"].rate > 0.5 and values["epochs"] > 5:
            raise ValueError("so fast, it takes few epochs")
        if values["layers"].width > 100:
            raise ValueError("too wide")


def changes(config: TrackedConfig) -> list[Any]:
    return [entry["changed"] for entry in config.history]


def test_a_change_inside_is_an_entry_of_both_histories() -> None:
    config = Training()
    config.optimizer.update(rate=0.2, who="ada")
    config.layers.width = 16
    config.optimizer.momentum = 0.9  # what it is already
    assert changes(config) == [
        {"optimizer.rate": {"old": 0.1, "new": 0.2}},
        {"layers.width": {"old": 8, "new": 16}},
    ]
    assert config.history[0]["who"] == "ada"
    assert config.history[0]["config"]["optimizer"] == {"rate": 0.2, "momentum": 0.9}
    assert changes(config.optimizer) == [{"rate": {"old": 0.1, "new": 0.2}}]
    assert changes(Training()) == []


def test_undo_redo_and_reset_reach_inside_and_keep_the_object() -> None:
    config = Training()
    optimizer = config.optimizer
    config.optimizer.rate = 0.2
    config.epochs = 3
    config.undo()
    config.undo()
    assert (config.epochs, config.optimizer.rate) == (1, 0.1)
    config.redo()
    assert config.optimizer.rate == 0.2
    config.layers.width = 9
    config.reset()
    assert config.get_config() == Training().get_config()
    assert config.diff() == {}
    assert config.optimizer is optimizer
    before = len(config.history)
    config.reset()
    assert len(config.history) == before
    config.undo()
    assert (config.optimizer.rate, config.layers.width) == (0.2, 9)
    config.reset(to="start")
    assert config.diff(to="start") == {}
    assert Training.param.optimizer.default.rate == 0.1


def test_one_that_takes_the_place_of_another_is_heard_and_the_other_is_not() -> None:
    config = Training()
    old, new = config.optimizer, Optimizer(rate=0.3)
    config.optimizer = new
    old.rate = 0.4
    new.rate = 0.5
    assert [list(one) for one in changes(config)] == [["optimizer"], ["optimizer.rate"]]
    config.undo()
    config.undo()
    assert config.optimizer is old
    assert old.rate == 0.1  # as it was when its place was taken
    old.rate = 0.6
    assert config.history[-1]["changed"] == {"optimizer.rate": {"old": 0.1, "new": 0.6}}


def test_what_the_outer_one_refuses_is_taken_back_inside() -> None:
    config = Training(epochs=9)
    with pytest.raises(InvalidConfig, match="so fast"):
        config.optimizer.rate = 0.9
    assert config.optimizer.rate == 0.1
    with pytest.raises(InvalidConfig, match="too wide"):
        config.layers.width = 101
    assert config.layers.width == 8
    assert changes(config) == changes(config.optimizer) == []
    config.optimizer.rate = 0.2
    assert len(config.history) == 1


def test_copies_hear_what_changes_inside_them_alone() -> None:
    config = Training()
    for twin in (copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        twin.optimizer.rate = 0.7
        twin.layers.width = 3
        assert len(twin.history) == 2
        config.optimizer.momentum = 0.5
        assert len(twin.history) == 2
    assert [list(one) for one in changes(config)] == [["optimizer.momentum"]]


def test_one_inside_does_not_keep_the_outer_one_alive() -> None:
    optimizer = Optimizer()
    gone = weakref.ref(Training(optimizer=optimizer))
    gc.collect()
    assert gone() is None
    optimizer.rate = 0.2


def test_a_run_follows_what_changes_inside(tmp_path: Path) -> None:
    config = Training()
    with runlore.start_run("nested", params=config, store=tmp_path / "store") as run:
        config.optimizer.rate = 0.25
    read = runlore.get_run(run.id, store=tmp_path / "store")
    assert read.params["optimizer.rate"] == 0.25
    kept: Any = read.artifact("config.history.json").read()
    (entry,) = kept
    assert entry["changed"] == {"optimizer.rate": {"old": 0.1, "new": 0.25}}
