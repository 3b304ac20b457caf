"""The form takes what is entered, or says at the field why not."""

from __future__ import annotations

from typing import Any

import pytest

from runlore.config import ConfigEditor, MLExperiment
from tests.config.examples import Bounds, Everything


def enter(editor: ConfigEditor, name: str, value: Any) -> None:
    editor.form.fields[name].control.widget.value = value


def problem_at(editor: ConfigEditor, name: str) -> str | None:
    problem = editor.form.fields[name].problem
    return (
        str(problem.object).partition(">")[2].removesuffix("</span>") if problem.visible else None
    )


def test_what_is_entered_is_in_the_configuration() -> None:
    config = MLExperiment()
    editor = ConfigEditor(config, who="ada")
    enter(editor, "learning_rate", "1e-2")
    enter(editor, "batch_size", 128)
    enter(editor, "early_stopping", True)
    assert config.diff() == {
        "learning_rate": {"old": 0.001, "new": 0.01},
        "batch_size": {"old": 32, "new": 128},
        "early_stopping": {"old": False, "new": True},
    }
    assert [entry["who"] for entry in config.history] == ["ada"] * 3


def test_what_the_configuration_becomes_is_shown() -> None:
    config = MLExperiment()
    editor = ConfigEditor(config)
    config.update(learning_rate=0.5, batch_size=2048 // 2, patience=7)
    shown = {name: field.control.read() for name, field in editor.form.fields.items()}
    assert shown == config.get_config()


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("epochs", "-4", "must be at least 1, not -4"),
        ("epochs", "2.5", "must be an integer, not 2.5"),
        ("epochs", "", "must be an integer, not &#x27;&#x27;"),
        ("learning_rate", "fast", "must be a number, not &#x27;fast&#x27;"),
        ("learning_rate", "nan", "must be at most 1.0, not nan"),
    ],
)
def test_a_bad_entry_is_explained_and_stays_until_it_is_mended(
    name: str, text: str, problem: str
) -> None:
    config = MLExperiment()
    editor = ConfigEditor(config)
    enter(editor, name, text)
    assert problem_at(editor, name) == problem
    assert editor.form.fields[name].control.widget.value == text
    assert "is-wrong" in editor.form.fields[name].view.css_classes
    assert config.history == []
    enter(editor, "model_name", "BERT")
    assert config.model_name == "BERT"
    assert problem_at(editor, name) == problem
    enter(editor, name, "1")
    assert problem_at(editor, name) is None
    assert getattr(config, name) == 1


def test_early_stopping_waits_for_its_patience() -> None:
    config = MLExperiment(patience=0)
    editor = ConfigEditor(config)
    patience = editor.form.fields["patience"]
    assert patience.control.widget.disabled
    enter(editor, "early_stopping", True)
    assert not config.early_stopping
    assert problem_at(editor, "early_stopping") == "not taken over yet: see patience"
    assert str(problem_at(editor, "patience")).startswith("must be at least 1, not 0")
    assert not patience.control.widget.disabled
    enter(editor, "patience", "3")
    assert (config.early_stopping, config.patience) == (True, 3)
    assert problem_at(editor, "early_stopping") is problem_at(editor, "patience") is None
    assert len(config.history) == 1


def test_combinations_that_the_class_refuses_are_explained() -> None:
    config = Bounds()
    editor = ConfigEditor(config)
    enter(editor, "low", "5")
    assert "low 5 is above high 1.0" in str(problem_at(editor, "low"))
    enter(editor, "high", "6")
    assert config.get_config() == {"low": 5, "high": 6}


def test_undo_redo_and_reset_drop_what_was_refused() -> None:
    config = MLExperiment()
    editor = ConfigEditor(config)
    enter(editor, "epochs", "20")
    enter(editor, "epochs", "0")
    editor.undo()
    assert config.epochs == 10
    assert problem_at(editor, "epochs") is None
    editor.redo()
    assert editor.form.fields["epochs"].control.read() == 20
    enter(editor, "epochs", "0")
    editor.reset()
    assert editor.form.fields["epochs"].control.read() == 10
    assert [entry["action"] for entry in config.history] == ["set", "undo", "redo", "reset"]


def test_a_slider_moves_through_magnitudes() -> None:
    config = MLExperiment()
    control: Any = ConfigEditor(config).form.fields["learning_rate"].control
    control.slider.value = control.slider.end // 2
    assert config.learning_rate == pytest.approx(0.01)
    control.slider.value = control.slider.end
    assert config.learning_rate == 1.0
    config.learning_rate = 0.0001
    assert control.slider.value == 0


def test_fields_of_every_type_can_be_edited() -> None:
    config = Everything()
    editor = ConfigEditor(config)
    for name, value in {
        "rate": "0.25", "count": "3", "title": "b", "is_fast": False, "optimizer": "sgd",
        "activation": min, "parts": ["b", "c"], "layers": "[1, 2, 3]", "sizes": "[5, 6]",
        "span": "[0.2, 0.4]", "options": '{"z": 1}', "norm": "layer",
    }.items():  # fmt: skip
        enter(editor, name, value)
        assert problem_at(editor, name) is None, name
    found = config.get_config()
    assert (found["sizes"], found["span"], found["options"]) == ((5, 6), (0.2, 0.4), {"z": 1})
    assert (found["activation"], found["parts"]) == (min, ["b", "c"])
    enter(editor, "count", "")
    assert config.count is None


def test_texts_of_the_configuration_are_shown_as_text() -> None:
    config = MLExperiment(model_name="<script>alert(1)</script>")
    overview = ConfigEditor(config).overview.view.object
    assert "<script>" not in overview
    assert "&lt;script&gt;" in overview


def test_the_history_says_what_changed() -> None:
    config = MLExperiment()
    editor = ConfigEditor(config)
    assert editor.history.empty.visible
    config.update(epochs=20, batch_size=64, who="ada")
    row = editor.history.table.value.iloc[0]
    assert (row["no"], row["action"], row["who"]) == (1, "set", "ada")
    assert row["change"] == "batch_size 32 → 64, epochs 10 → 20"
    assert not editor.history.empty.visible
