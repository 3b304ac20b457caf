"""Configurations from command lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    assert "Learning rate of the optimizer. [default: 0.001]" in said
    assert "(checked while early_stopping is true) [default: 5]" in said
    assert "--early-stopping, --no-early-stopping" in said


def test_a_field_may_be_called_help_or_config() -> None:
    class Odd(TrackedConfig):
        help = param.String(default="")
        config = param.String(default="")

    found = Odd.from_cli(["--help", "me", "--config", "yes"])
    assert found.get_config() == {"help": "me", "config": "yes"}
