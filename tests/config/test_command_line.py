"""Configurations from command lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import param
import pytest

from runlore.config import MLExperiment, TrackedConfig
from runlore.errors import InvalidConfig
from tests.config.examples import Everything

if TYPE_CHECKING:
    from pathlib import Path


def test_options_are_read_as_the_types_of_the_fields() -> None:
    config = MLExperiment.from_cli(
        ["--learning-rate", "1e-2", "--batch_size=64", "--early-stopping", "--model-name", "7"]
    )
    assert config.diff("defaults") == {
        "model_name": {"old": "ResNet50", "new": "7"},
        "learning_rate": {"old": 0.001, "new": 0.01},
        "batch_size": {"old": 32, "new": 64},
        "early_stopping": {"old": False, "new": True},
    }
    assert config.history == []


def test_options_of_every_type() -> None:
    config = Everything.from_cli(
        [
            *("--no-is-fast", "--optimizer", "sgd", "--activation", "smallest", "--parts", "b,c"),
            *("--layers", "[1,2]", "--count", "none", "--sizes", "[3,4]", "--span", "[0.2,0.3]"),
            *("--day", "2026-01-02", "--momentum", "1", "--options", '{"a": 1}'),
        ]
    )
    found = config.get_config()
    assert found["activation"] is min
    assert (found["parts"], found["layers"], found["count"]) == (["b", "c"], [1, 2], None)
    assert (found["sizes"], found["span"]) == ((3, 4), (0.2, 0.3))
    assert str(found["day"]) == "2026-01-02"
    assert found["options"] == {"a": 1}
    assert not found["is_fast"]


def test_several_values_are_one_word_with_commas() -> None:
    found = Everything.from_cli(["--layers", "1,2", "--sizes", "3,4", "--span", "0.2,0.3"])
    assert (found.layers, found.sizes, found.span) == ([1, 2], (3, 4), (0.2, 0.3))


def test_help_shows_choices_and_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    class Chosen(TrackedConfig):
        model: Any = param.Selector(default="a", objects=["a", "b"])
        rate = param.Number(default=0.1, bounds=(0, 1), doc="How fast.")
        epochs = param.Integer(default=1, bounds=(1, None))
        layers = param.List(default=[1], item_type=int)

    with pytest.raises(SystemExit):
        Chosen.from_cli(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "--model {a,b} [default: a]" in said
    assert "--rate NUMBER How fast. (0 to 1) [default: 0.1]" in said
    assert "--epochs INTEGER (at least 1) [default: 1]" in said
    assert "--layers A,B,… [default: [1]]" in said


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--learnin-rate", "1"], "did you mean --learning-rate?"),
        (["--learning_rat=1"], "did you mean --learning-rate?"),
        (["--xyz"], "--help lists the options"),
        (["2"], "--help lists the options; several values are one word: 1,2,3"),
    ],
)
def test_an_option_that_there_is_not_is_answered_with_the_one_meant(
    arguments: list[str], hint: str
) -> None:
    with pytest.raises(InvalidConfig) as refused:
        MLExperiment.from_cli(arguments)
    assert refused.value.hint == hint


def test_a_file_that_is_missing_ends_the_program_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["train.py", "--config", "none.yaml"])
    with pytest.raises(SystemExit):
        MLExperiment.from_cli()
    said = "train.py: error: none.yaml can't be read: No such file or directory\n"
    assert capsys.readouterr().err == said


def test_a_file_is_read_first(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("epochs: 3\nbatch_size: 8\n")
    config = MLExperiment.from_cli(["--epochs", "5", "--config", str(tmp_path / "a.yaml")])
    assert (config.epochs, config.batch_size) == (5, 8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "many"], "--epochs must be an integer, not 'many'"),
        (["--learning-rate", "5"], r"--learning-rate must be at most 1\.0"),
        (["--batch-size", "33"], "--batch-size must be a power of 2"),
        (["--epoch", "3"], "unrecognized arguments: --epoch 3"),
        (["--epochs"], "argument --epochs: expected one argument"),
        (["stray"], "unrecognized arguments: stray"),
        (["--early-stopping", "--patience", "0"], "--patience must be at least 1"),
    ],
)
def test_mistakes_are_refused(arguments: list[str], message: str) -> None:
    with pytest.raises(InvalidConfig, match=message):
        MLExperiment.from_cli(arguments)


def test_on_the_programs_own_command_line_a_mistake_ends_it_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["train.py", "--epochs", "0"])
    with pytest.raises(SystemExit) as ended:
        MLExperiment.from_cli()
    assert ended.value.code == 2
    error = "train.py: error: --epochs must be at least 1, not 0\nhint: epochs: How often"
    assert capsys.readouterr().err.startswith(error)


def test_help_names_every_field_with_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        MLExperiment.from_cli(["--help"])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Learning rate of the optimizer. (0.0001 to 1.0) [default: 0.001]" in said
    assert "(checked while early_stopping is true) [default: 5]" in said
    assert "--early-stopping, --no-early-stopping" in said


def test_a_field_may_be_called_help_or_config() -> None:
    class Odd(TrackedConfig):
        help = param.String(default="")
        config = param.String(default="")

    found = Odd.from_cli(["--help", "me", "--config", "yes"])
    assert found.get_config() == {"help": "me", "config": "yes"}
