"""`runlore.ExperimentPipeline`, as a user calls it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import runlore
from runlore import ExperimentPipeline
from runlore.errors import InvalidType, InvalidValue, NotFound
from tests.tracking.conftest import files_in

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("nothing_left_open")


def test_stages_are_runs_of_the_whole_with_metrics_and_times(increment: Path) -> None:
    pipeline = ExperimentPipeline("recommendation-full-pipeline")
    with pipeline.stage("preprocessing") as stage:
        stage.log_metric("rows_before", 100)
        stage.log_metric("rows_after", 90)
    with pipeline.stage("features") as stage:
        stage.log_metric("num_features", 12)
    with pipeline.stage("training", after=["preprocessing", "features"]) as stage:
        stage.log_metric("accuracy", 0.9)
    pipeline.finish()
    whole = runlore.get_run("recommendation-full-pipeline")
    parts = [run for run in runlore.list_runs() if run.parent == whole.id]
    assert {run.name: run.metrics for run in parts} == {
        "preprocessing": {"rows_before": 100.0, "rows_after": 90.0},
        "features": {"num_features": 12.0},
        "training": {"accuracy": 0.9},
    }
    assert whole.status == "finished"
    assert set(whole.metrics) == {f"{run.name}.seconds" for run in parts}
    told = whole.context["pipeline"]["stages"]
    assert [one["after"] for one in told] == [
        [], ["preprocessing"], ["preprocessing", "features"]
    ]  # fmt: skip
    assert "recommendation-full-pipeline/pipeline.md" in files_in(increment)
    assert "s0 --> s1\n" in pipeline.to_mermaid()
    assert "| training | preprocessing, features | finished |" in pipeline.to_markdown()


def test_a_failed_stage_shows_in_the_whole_though_the_program_goes_on() -> None:
    with ExperimentPipeline("whole") as pipeline:
        with pytest.raises(ArithmeticError), pipeline.stage("features"):
            raise ArithmeticError("no variance")
        with pytest.raises(InvalidValue, match="'features', which it needs, failed"):
            pipeline.stage("training", after="features")
        with pytest.raises(InvalidValue, match="'training', which it needs, was refused"):
            pipeline.stage("report", after="training")
        with pytest.raises(InvalidValue, match="after 'loading', which there is not"):
            pipeline.stage("typo", after="loading")
    assert "| training | features | refused: features failed |" in pipeline.to_markdown()
    assert "| report | training | refused: training was refused |" in pipeline.to_markdown()
    assert "typo" not in pipeline.to_markdown()
    whole = runlore.get_run("whole")
    assert (whole.status, whole.reason) == ("failed", "failed stages: features")
    assert whole.notes[0].text == "The stage features failed: ArithmeticError: no variance"
    assert runlore.get_run("features").status == "failed"
    assert len(runlore.list_runs()) == 2


def test_a_stage_that_failed_can_be_tried_again() -> None:
    with ExperimentPipeline("whole") as pipeline:
        with pytest.raises(OSError, match="gone"), pipeline.stage("load"):
            raise OSError("gone")
        with pipeline.stage("load"):
            pass
        with pytest.raises(InvalidValue, match="already: it is finished"):
            pipeline.stage("load")
    assert runlore.get_run("whole").status == "finished"


def test_a_program_that_forgets_to_finish_a_failed_pipeline_has_it_failed() -> None:
    program = """
import runlore
pipeline = runlore.ExperimentPipeline("whole")
try:
    with pipeline.stage("features"):
        raise ValueError("odd")
except ValueError:
    pass
other = runlore.ExperimentPipeline("fine")
with other.stage("alone"):
    pass
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    assert runlore.get_run("whole").status == "failed"
    assert runlore.get_run("fine").status == "finished"


def run_once(source: Path, depth: int, *, made: list[int]) -> Any:
    with ExperimentPipeline("whole") as pipeline, pipeline.stage(
        "features", inputs=[source, np.arange(3)], params={"depth": depth}, skip_unchanged=True
    ) as stage:  # fmt: skip
        if not stage.is_skipped:
            made.append(depth)
            stage.keep(table={"rows": [depth, 2]})
        return stage.result("table")


def test_a_stage_is_skipped_while_its_inputs_are_unchanged(tmp_path: Path) -> None:
    source = tmp_path / "raw.csv"
    source.write_text("a,b\n")
    made: list[int] = []
    first = run_once(source, 1, made=made)
    assert run_once(source, 1, made=made) == run_once(source, 1, made=made) == first
    assert made == [1]
    skipped = ["skipped" in run.tags for run in runlore.list_runs() if run.name == "features"]
    assert sorted(skipped) == [False, True, True]
    run_once(source, 2, made=made)
    source.write_text("a,c\n")
    run_once(source, 1, made=made)
    assert made == [1, 2, 1]


def test_a_failed_stage_is_not_taken_for_one_that_was_done() -> None:
    for is_failing in (True, False):
        pipeline = ExperimentPipeline("whole")
        stage = pipeline.stage("features", inputs=1, skip_unchanged=True)
        assert not stage.is_skipped
        with pytest.raises(InvalidValue, match="isn't skipped"):
            stage.result("table")
        stage.__exit__(*((ValueError, ValueError(), None) if is_failing else (None, None, None)))
        pipeline.finish()
    pipeline = ExperimentPipeline("whole")
    with pipeline.stage("features", inputs=1, skip_unchanged=True) as stage:
        assert stage.is_skipped
        with pytest.raises(NotFound, match="kept no result 'table'"):
            stage.result("table")
    pipeline.finish()


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ({"a": "b", "b": "a"}, "wait for each other: a, b"),
        ({"a": None, "b": "a", "c": ["d"], "d": ["c"]}, "wait for each other: c, d"),
        ({"a": "a"}, "wait for each other: a"),
        ({"a": None, "b": "x"}, "after 'x', which there is not"),
    ],
)
def test_plans_that_can_never_end_are_refused(stages: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        ExperimentPipeline("whole", stages=stages)


def test_a_plan_is_kept_to() -> None:
    pipeline = ExperimentPipeline("whole", stages={"a": None, "b": "a"})
    with pytest.raises(InvalidValue, match="has no stage 'c'"):
        pipeline.stage("c")
    with pytest.raises(InvalidValue, match="'a', which it needs, hasn't begun"):
        pipeline.stage("b")
    with pipeline.stage("a"):
        pass
    assert [stage.status for stage in pipeline.stages] == ["finished", "waiting"]
    pipeline.finish()


def test_what_cannot_be_is_refused_before_anything_is_recorded(tmp_path: Path) -> None:
    pipeline = ExperimentPipeline("whole")
    with pytest.raises(InvalidValue, match="after 'loading', which there is not"):
        pipeline.stage("features", after="loading")
    with pytest.raises(InvalidValue, match="can't come after itself"):
        pipeline.stage("features", after="features")
    with pytest.raises(InvalidValue, match="but it has none"):
        pipeline.stage("features", skip_unchanged=True)
    with pytest.raises(InvalidValue, match="can't be read"):
        pipeline.stage("features", inputs=tmp_path / "missing.csv")
    with pytest.raises(InvalidType, match="can't be compared"):
        pipeline.stage("features", inputs=lambda: None)
    with pytest.raises(InvalidType, match="after= is"):
        pipeline.stage("features", after=3)  # type: ignore[arg-type]
    with ExperimentPipeline("other"):
        pass
    assert [run.name for run in runlore.list_runs()] == ["other"]


def test_names_cannot_break_out_of_the_picture() -> None:
    with ExperimentPipeline("whole") as pipeline, pipeline.stage('a"] --> x|\n'):
        pass
    assert '"] -->' not in pipeline.to_mermaid()
    assert "x\\|" in pipeline.to_markdown()
