"""Configurations in files of three formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import param
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runlore.config import MLExperiment, TrackedConfig
from runlore.config.yaml_text import from_yaml, to_yaml
from runlore.errors import InvalidConfig, InvalidValue
from tests.config.examples import Everything

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ["yaml", "yml", "toml", "json"]
CHANGED: dict[str, Any] = {
    "rate": 1e-5,
    "title": "no: 1e-3 # é",
    "is_fast": False,
    "activation": min,
    "parts": ["a", "c"],
    "layers": [],
    "sizes": (3, 4),
    "span": (0.5, 0.75),
    "options": {"b": {"c": "x"}},
    "momentum": 7,
}


@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_saved_is_loaded(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"config.{ending}"
    for values in ({}, CHANGED, {"count": 3}):
        config = Everything(**values)
        config.save(path)
        loaded = Everything.load(path)
        assert loaded.get_config() == config.get_config()
        assert loaded.sizes == config.sizes
        assert loaded.history == []
    assert list(tmp_path.iterdir()) == [path]


def test_files_are_readable_by_people(tmp_path: Path) -> None:
    MLExperiment().save(tmp_path / "a.yaml")
    assert (tmp_path / "a.yaml").read_text() == (
        "model_name: ResNet50\nlearning_rate: 0.001\nbatch_size: 32\nepochs: 10\n"
        "early_stopping: false\npatience: 5\n"
    )


def test_a_file_may_leave_fields_to_their_defaults(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("epochs = 3\n")
    assert MLExperiment.load(tmp_path / "a.toml").diff() == {"epochs": {"old": 10, "new": 3}}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("learning_rate: 1e-3", "learning_rate", 0.001),
        ("learning_rate: 5e-1", "learning_rate", 0.5),
        ("model_name: no", "model_name", "no"),
        ("model_name: '12'", "model_name", "12"),
        ("early_stopping: True", "early_stopping", True),
        ("epochs: 010", "epochs", 10),
    ],
)
def test_yaml_is_read_as_people_mean_it(
    text: str, field: str, value: object, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(text)
    assert getattr(MLExperiment.load(tmp_path / "a.yaml"), field) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "epochs: [", r"a\.yaml: can't be read as YAML: while parsing"),
        ("a.json", "{", r"a\.json can't be read: Expecting property name"),
        ("a.toml", "epochs =", r"a\.toml can't be read: Invalid value"),
        ("a.json", '{"epochs": 1, "epochs": 2}', r"a\.json: 'epochs' stands there twice"),
        ("a.yaml", "epochs: 1\nepochs: 2", r"a\.yaml: 'epochs' stands there twice"),
        ("a.yaml", "- 1", r"a\.yaml holds a list, not fields"),
        ("a.yaml", "", r"a\.yaml holds nothing, not fields"),
        ("a.json", "3", r"a\.json holds a int, not fields"),
        (
            "a.yaml",
            "epoch: 1",
            r"epoch is no field of it \(in .*a\.yaml\)\nhint: did you mean 'epochs'",
        ),
        ("a.yaml", "epochs: many", r"epochs must be an integer, not 'many' \(in .*a\.yaml\)"),
        ("a.json", '{"early_stopping": true, "patience": 0}', r"patience must be at least 1"),
    ],
)
def test_a_bad_file_is_refused_with_its_name(
    name: str, text: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidConfig, match=message):
        MLExperiment.load(tmp_path / name)


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"model_name": "\xff"}')
    with pytest.raises(InvalidConfig, match="can't be read"):
        MLExperiment.load(tmp_path / "a.json")


def test_the_ending_says_the_format(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match=r"no ending that says its format\nhint: one of \.yaml"):
        MLExperiment().save(tmp_path / "config.ini")
    with pytest.raises(FileNotFoundError):
        MLExperiment.load(tmp_path / "absent.yaml")


def test_what_no_file_can_hold_is_refused_and_an_old_file_stays(tmp_path: Path) -> None:
    class Callbacks(TrackedConfig):
        rate = param.Number(default=0.5)
        callback = param.Callable(default=None)

    path = tmp_path / "a.json"
    config = Callbacks()
    config.save(path)
    before = path.read_text()
    config.update(rate=0.7, callback=print)
    with pytest.raises(InvalidConfig, match="callback holds builtin_function_or_method"):
        config.save(path)
    assert path.read_text() == before


def test_toml_refuses_a_none_that_would_come_back_as_something_else(tmp_path: Path) -> None:
    class Limits(TrackedConfig):
        most = param.Integer(default=3, allow_None=True)

    with pytest.raises(InvalidConfig, match="most is None, which TOML can't say"):
        Limits(most=None).save(tmp_path / "a.toml")


def test_configurations_inside_come_back(tmp_path: Path) -> None:
    class Outer(TrackedConfig):
        inner = param.ClassSelector(class_=MLExperiment, default=MLExperiment())

    Outer(inner=MLExperiment(epochs=3)).save(tmp_path / "a.yaml")
    assert Outer.load(tmp_path / "a.yaml").inner.epochs == 3
    (tmp_path / "a.yaml").write_text("inner:\n  epochs: 0\n")
    with pytest.raises(InvalidConfig, match=r"MLExperiment\.epochs must be at least 1"):
        Outer.load(tmp_path / "a.yaml")


plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
    | st.sampled_from(["1e-3", "no", "~", "null", "0x1", "1_000", "1:30", ".inf", "", "2026-1-2"]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from("abc"), plain_values, max_size=3))
def test_yaml_round_trips_and_other_readers_see_the_same(values: dict[str, Any]) -> None:
    text = to_yaml(values)
    assert from_yaml(text) == values
    assert yaml.safe_load(text) == values
