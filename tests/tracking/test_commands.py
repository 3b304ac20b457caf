"""Commands that take an increment, or the number of a run in one."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import runlore
from runlore import track_experiment
from runlore.cli.main import command
from runlore.errors import Ambiguous, RunNotFound

if TYPE_CHECKING:
    from pathlib import Path


def said(*arguments: str) -> str:
    done = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def study(increment: Path) -> Path:
    for name, accuracy in (("baseline", 0.5), ("xgboost", 0.75), ("lightgbm", 0.5)):
        with track_experiment(name, params={"model": name}) as exp:
            exp.log({"accuracy": accuracy})
    with runlore.start_run("elsewhere", experiment="0043-other"):
        pass
    return increment


def test_list_shows_the_runs_of_an_increment(study: Path) -> None:
    for named in ("0042", "42", "increment:0042", "0042-recommendation-model"):
        runs = json.loads(said("list", named, "--json"))["runs"]
        assert [run["label"] for run in runs] == ["lightgbm", "xgboost", "baseline"]
    assert study.is_dir()


def test_compare_shows_them_side_by_side(study: Path) -> None:
    assert study.is_dir()
    text = said("compare", "0042", "--markdown")
    assert "**0.75**" in text
    assert "elsewhere" not in text


def test_show_takes_the_number_or_number_and_name(study: Path) -> None:
    assert study.is_dir()
    for named in ("exp-002", "exp-2", "exp-002-xgboost", "xgboost"):
        assert json.loads(said("show", named, "--json"))["name"] == "xgboost"


def test_a_number_means_the_run_of_the_increment_one_works_in(study: Path) -> None:
    closed = study.parent / "metadata.json"
    (study.parent.parent / "0041-before").mkdir()
    with track_experiment("old", increment="0041"):
        pass
    assert json.loads(said("show", "exp-001", "--json"))["name"] == "baseline"
    closed.write_text('{"status": "completed"}')
    assert json.loads(said("show", "exp-001", "--json"))["name"] == "old"
    assert json.loads(said("show", "exp-001-baseline", "--json"))["name"] == "baseline"
    with pytest.raises(Ambiguous):
        said("show", "0042")
    for named, name in (
        ("0042/exp-001", "baseline"),
        ("0041/exp-1", "old"),
        (f"{study.parent.name}/exp-001-baseline", "baseline"),
    ):
        assert json.loads(said("show", named, "--json"))["name"] == name
    with pytest.raises(RunNotFound):
        said("show", "0043/exp-001")


def test_a_number_in_several_open_increments_is_asked_for(study: Path) -> None:
    (study.parent.parent / "0041-before").mkdir()
    with track_experiment("old", increment="0041"):
        pass
    (study.parent / "metadata.json").write_text('{"status": "completed"}')
    (study.parent.parent / "0041-before" / "metadata.json").write_text('{"status": "completed"}')
    with pytest.raises(Ambiguous) as refused:
        said("show", "exp-001")
    assert refused.value.hint is not None
    assert refused.value.hint.endswith("or with its increment: 0041-before/exp-001")


def test_export_writes_them_in_every_form(study: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(said("export", "0042", "--format", "csv"))))
    assert [row["metrics.accuracy"] for row in rows] == ["0.5", "0.75", "0.5"]
    assert len(json.loads(said("export", "0042", "--format", "json"))) == 3
    lines = said("export", "0042", "--format", "md").splitlines()
    assert len(lines) == 5
    assert set(lines[1]) <= set("| -:")
    assert "xgboost" in lines[3]
    said("export", "0042", "-o", str(tmp_path / "runs.parquet"))
    assert (tmp_path / "runs.parquet").read_bytes()[:4] == b"PAR1"
    assert study.is_dir()
