"""Configurations check what they are given, and remember what they were."""

from __future__ import annotations

import copy
import math
import pickle
from datetime import datetime
from typing import Any

import param
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.config import MLExperiment, TrackedConfig
from runlore.errors import InvalidConfig, InvalidType, InvalidValue
from tests.config.examples import Bounds, Everything

DEFAULTS = {
    "model_name": "ResNet50",
    "learning_rate": 0.001,
    "batch_size": 32,
    "epochs": 10,
    "early_stopping": False,
    "patience": 5,
}


def test_the_fields_have_their_defaults_in_the_order_of_declaration() -> None:
    assert list(MLExperiment().get_config().items()) == list(DEFAULTS.items())


def test_values_are_given_when_it_is_made() -> None:
    assert MLExperiment(model_name="BERT", epochs=20).get_config() == {
        **DEFAULTS, "model_name": "BERT", "epochs": 20,
    }  # fmt: skip


def test_what_is_no_value_is_no_field() -> None:
    config = Everything()
    assert {"press", "_hidden", "name", "history"}.isdisjoint(config.get_config())
    assert config.get_config()["activation"] is max


def test_a_field_called_name_is_one_where_the_class_declares_it() -> None:
    class Named(TrackedConfig):
        name = param.String(default="resnet", constant=False)

    config = Named()
    config.name = "bert"
    assert config.get_config() == {"name": "bert"}
    assert config.history[-1]["changed"] == {"name": {"old": "resnet", "new": "bert"}}


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"learning_rate": 5}, {"learning_rate": "must be at most 1.0, not 5"}),
        ({"learning_rate": 0.00001}, {"learning_rate": "must be at least 0.0001, not 1e-05"}),
        ({"learning_rate": math.nan}, {"learning_rate": "must be at most 1.0, not nan"}),
        ({"learning_rate": "0.1"}, {"learning_rate": "must be a number, not '0.1'"}),
        ({"learning_rate": True}, {"learning_rate": "must be a number, not True"}),
        ({"learning_rate": dict}, {"learning_rate": "must be a number, not a type"}),
        ({"epochs": 0}, {"epochs": "must be at least 1, not 0"}),
        ({"epochs": 1.0}, {"epochs": "must be an integer, not 1.0"}),
        ({"epochs": None}, {"epochs": "must be an integer, not None"}),
        ({"model_name": 3}, {"model_name": "only takes a string value, not value of int"}),
        ({"early_stopping": 1}, {"early_stopping": "must be True or False, not 1"}),
        ({"epoch": 3}, {"epoch": "is no field of it"}),
        ({"epochs": 0, "batch_size": 7}, {"batch_size", "epochs"}),
    ],
)  # fmt: skip
def test_a_refused_change_says_why_and_leaves_every_field(
    changes: dict[str, Any], problems: Any
) -> None:
    config = MLExperiment(model_name="BERT")
    before = config.get_config()
    with pytest.raises(InvalidConfig) as caught:
        config.update({"model_name": "GPT", **changes})
    found = caught.value.problems
    assert (found if isinstance(problems, dict) else set(found)) == problems
    for name, problem in found.items():
        assert f"MLExperiment.{name} {problem}" in str(caught.value)
    assert config.get_config() == before
    assert config.history == []


def test_the_same_is_refused_when_it_is_made_and_through_param() -> None:
    config = MLExperiment()
    with pytest.raises(InvalidConfig, match="epochs must be at least 1"):
        MLExperiment(epochs=0)
    with pytest.raises(InvalidConfig, match="learning_rate must be at most"):
        config.learning_rate = 2
    with pytest.raises(InvalidConfig, match="epochs must be"):
        config.param.update(model_name="GPT", epochs=0)
    assert config.get_config() == DEFAULTS


def test_a_refusal_is_both_a_value_error_and_a_type_error() -> None:
    with pytest.raises(ValueError, match="epochs"):
        MLExperiment(epochs="many")
    with pytest.raises(TypeError, match="epochs"):
        MLExperiment(epochs="many")


def test_a_misspelt_field_is_refused_with_the_one_that_is_meant() -> None:
    config = MLExperiment()
    with pytest.raises(InvalidConfig, match=r"no field of it\nhint: did you mean 'learning_rate'?"):
        config.learning_rat = 0.1
    with pytest.raises(InvalidConfig, match="hint: its fields are model_name, learning_rate"):
        MLExperiment(zzz=1)


def test_changes_that_are_no_mapping_are_refused() -> None:
    with pytest.raises(InvalidType, match="the changes are a list"):
        MLExperiment().update([1])  # type: ignore[arg-type]


def test_patience_is_validated_only_while_early_stopping_is_on() -> None:
    config = MLExperiment(patience=0)
    config.patience = -3
    with pytest.raises(
        InvalidConfig, match=r"patience must be at least 1, not -3 \(checked because"
    ):
        config.early_stopping = True
    assert not config.early_stopping
    config.update(early_stopping=True, patience=2)
    with pytest.raises(InvalidConfig, match="patience"):
        config.patience = 0
    config.update(early_stopping=False, patience=0)
    assert (config.early_stopping, config.patience) == (False, 0)


def test_patience_is_an_integer_always() -> None:
    with pytest.raises(InvalidConfig, match="patience must be an integer, not 'three'"):
        MLExperiment().patience = "three"


@pytest.mark.parametrize(
    ("condition", "field", "value"),
    [
        ({"optimizer": "sgd"}, "momentum", 2),
        ({"layers": [1, 2, 3]}, "dropout", 2),
        ({"is_fast": True}, "norm", "group"),
        ({"is_fast": True}, "prefix", "y"),
        ({"is_fast": True}, "warmup", 10),
    ],
)
def test_conditions_of_every_kind_are_looked_at(
    condition: dict[str, Any], field: str, value: Any
) -> None:
    config = Everything(is_fast=False)
    config.update({field: value})
    with pytest.raises(InvalidConfig, match=f"{field} .* \\(checked because"):
        config.update(condition)
    assert getattr(config, field) == value


def test_a_class_can_refuse_combinations() -> None:
    config = Bounds()
    with pytest.raises(InvalidConfig, match=r"low 2 is above high 1\.0"):
        config.low = 2
    config.update(low=2, high=3)
    with pytest.raises(InvalidConfig, match="low 5 is above"):
        Bounds(low=5)
    assert config.get_config() == {"low": 2, "high": 3}


def test_every_change_is_an_entry_of_the_history() -> None:
    config = MLExperiment()
    config.batch_size = 64
    config.update(epochs=20, learning_rate=0.01, who="ada")
    first, second = config.history
    assert first["changed"] == {"batch_size": {"old": 32, "new": 64}}
    assert first["config"] == {**DEFAULTS, "batch_size": 64}
    assert second["changed"] == {
        "epochs": {"old": 10, "new": 20}, "learning_rate": {"old": 0.001, "new": 0.01},
    }  # fmt: skip
    assert second["who"] == "ada"
    assert first["who"]
    assert [first["action"], second["action"]] == ["set", "set"]
    stamps = [datetime.fromisoformat(entry["timestamp"]) for entry in config.history]
    assert stamps == sorted(stamps)
    assert stamps[0].tzinfo is not None


def test_setting_what_it_is_already_is_no_change() -> None:
    config = MLExperiment()
    config.epochs = 10
    config.update(DEFAULTS)
    assert config.history == []


def test_changes_inside_a_container_are_noticed_at_the_next_one() -> None:
    config = Everything()
    before = config.get_config()
    config.layers.append(16)
    config.rate = 0.5
    assert config.history[-1]["changed"]["layers"] == {"old": [64, 32], "new": [64, 32, 16]}
    assert before["layers"] == [64, 32]
    config.undo()
    assert config.layers == [64, 32]


def test_configurations_that_are_handed_out_are_copies() -> None:
    config = Everything()
    config.rate = 0.5
    config.get_config()["options"]["a"].append(2)
    config.history[-1]["config"]["layers"].append(2)
    assert config.options == {"a": [1]}
    assert config.layers == [64, 32]
    assert Everything().options == {"a": [1]}


def test_reset_goes_to_the_defaults_or_to_the_start() -> None:
    config = MLExperiment(model_name="BERT")
    config.update(epochs=3, learning_rate=0.5)
    config.reset(to="start")
    assert config.get_config() == {**DEFAULTS, "model_name": "BERT"}
    config.reset()
    assert config.get_config() == DEFAULTS
    assert [entry["action"] for entry in config.history] == ["set", "reset", "reset"]
    with pytest.raises(InvalidValue, match="'defaults' or 'start', not to 'zero'"):
        config.reset(to="zero")


def test_reset_gets_out_of_what_a_condition_would_refuse_one_by_one() -> None:
    config = MLExperiment(patience=0)
    config.update(early_stopping=True, patience=9)
    config.reset(to="start")
    assert (config.early_stopping, config.patience) == (False, 0)


def test_diff_says_what_differs_from_defaults_start_or_another() -> None:
    config = MLExperiment(model_name="BERT")
    config.epochs = 3
    assert config.diff() == {
        "model_name": {"old": "ResNet50", "new": "BERT"}, "epochs": {"old": 10, "new": 3},
    }  # fmt: skip
    assert config.diff("start") == {"epochs": {"old": 10, "new": 3}}
    assert config.diff(MLExperiment(model_name="BERT", epochs=3)) == {}
    assert set(config.diff(DEFAULTS)) == {"model_name", "epochs"}
    with pytest.raises(InvalidValue, match="nothing called 'yesterday'"):
        config.diff("yesterday")


def test_undo_and_redo_walk_through_the_changes() -> None:
    config = MLExperiment()
    config.epochs = 20
    config.update(epochs=30, batch_size=64)
    config.undo()
    assert (config.epochs, config.batch_size) == (20, 32)
    config.undo()
    assert config.get_config() == DEFAULTS
    assert not config.can_undo
    config.redo()
    config.redo()
    assert (config.epochs, config.batch_size) == (30, 64)
    assert not config.can_redo
    assert [entry["action"] for entry in config.history] == [
        "set",
        "set",
        "undo",
        "undo",
        "redo",
        "redo",
    ]


def test_a_new_change_ends_what_could_be_redone() -> None:
    config = MLExperiment()
    config.epochs = 20
    config.undo()
    config.batch_size = 64
    with pytest.raises(InvalidValue, match="no change to redo"):
        config.redo()
    config.undo()
    with pytest.raises(InvalidValue, match="no change to undo"):
        config.undo()


@given(
    st.lists(st.tuples(st.sampled_from(["set", "undo", "redo"]), st.integers(1, 5)), max_size=30)
)
def test_undo_and_redo_agree_with_a_list_of_states(steps: list[tuple[str, int]]) -> None:
    config = MLExperiment(epochs=1)
    states, position = [1], 0
    for step, epochs in steps:
        if step == "set" and epochs != states[position]:
            config.epochs = epochs
            states, position = [*states[: position + 1], epochs], position + 1
        elif step == "undo" and position:
            config.undo()
            position -= 1
        elif step == "redo" and position < len(states) - 1:
            config.redo()
            position += 1
        assert config.epochs == states[position]
        assert (config.can_undo, config.can_redo) == (position > 0, position < len(states) - 1)


def test_a_watcher_that_raises_takes_the_whole_change_back() -> None:
    config = MLExperiment()
    seen: list[int] = []

    def refuse(event: Any) -> None:
        seen.append(event.new)
        if event.new == 13:
            raise ValueError("thirteen epochs bring bad luck")

    config.param.watch(refuse, "epochs")
    with pytest.raises(ValueError, match="bad luck"):
        config.update(epochs=13, batch_size=64)
    assert config.get_config() == DEFAULTS
    assert config.history == []
    assert not config.can_undo
    assert seen == [13, 10]


def test_watchers_see_a_change_as_one_and_may_change_more() -> None:
    class Scaled(TrackedConfig):
        width = param.Integer(default=1)
        area = param.Integer(default=1)

        @param.depends("width", watch=True)
        def _scale(self) -> None:
            self.area = self.width**2

    config = Scaled()
    config.width = 3
    assert config.get_config() == {"width": 3, "area": 9}
    assert [set(entry["changed"]) for entry in config.history] == [{"width"}, {"area"}]


def test_the_history_can_be_watched() -> None:
    config = MLExperiment()
    lengths: list[int] = []
    config.param.watch(lambda event: lengths.append(len(event.new)), "history")
    config.epochs = 3
    config.update(epochs=4, batch_size=8)
    assert lengths == [1, 2]


def test_a_temporary_update_is_taken_back_whole() -> None:
    config = MLExperiment(patience=0)
    with config.param.update(early_stopping=True, patience=3):
        assert config.early_stopping
    assert (config.early_stopping, config.patience) == (False, 0)


def test_constant_fields_are_given_once() -> None:
    class Fixed(TrackedConfig):
        seed = param.Integer(default=1, constant=True)
        version = param.Integer(default=2, readonly=True)
        rate = param.Number(default=0.1)

    config = Fixed(seed=7)
    with pytest.raises(InvalidConfig, match="seed is constant"):
        config.update(rate=0.2, seed=8)
    with pytest.raises(InvalidConfig, match="version is read-only"):
        config.version = 3
    assert config.get_config() == {"seed": 7, "version": 2, "rate": 0.1}


def test_bounds_of_one_object_are_its_own() -> None:
    config = MLExperiment()
    config.param["epochs"].bounds = (1, 5)
    with pytest.raises(InvalidConfig, match="epochs must be at most 5"):
        config.epochs = 6
    MLExperiment().epochs = 6


def test_a_field_can_not_hide_what_a_configuration_can_do() -> None:
    with pytest.raises(InvalidValue, match="Broken can't have a field 'undo'"):
        type("Broken", (TrackedConfig,), {"undo": param.Number(default=1)})


def test_subclasses_inherit_fields_and_change_their_defaults() -> None:
    class Longer(MLExperiment):
        epochs = param.Integer(default=100)
        note = param.String(default="")

    config = Longer()
    assert config.get_config() == {**DEFAULTS, "epochs": 100, "note": ""}
    with pytest.raises(InvalidConfig, match="epochs must be at least 1"):
        config.epochs = 0


def test_configurations_inside_are_shown_as_dictionaries() -> None:
    class Outer(TrackedConfig):
        inner = param.ClassSelector(class_=MLExperiment, default=MLExperiment(epochs=2))

    config = Outer()
    assert config.get_config() == {"inner": {**DEFAULTS, "epochs": 2}}


def test_copies_go_their_own_way() -> None:
    config = MLExperiment()
    config.epochs = 3
    for twin in (copy.deepcopy(config), copy.copy(config), pickle.loads(pickle.dumps(config))):
        assert twin.get_config() == config.get_config()
        twin.epochs = 4
        assert len(twin.history) == 2
        twin.undo()
        twin.undo()
        assert twin.epochs == 10
    assert config.epochs == 3
    assert len(config.history) == 1
