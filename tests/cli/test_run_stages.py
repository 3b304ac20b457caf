from __future__ import annotations

from typing import TYPE_CHECKING

import runlore
from runlore.cli.run_stages import stages_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


def test_a_pipeline_is_shown_with_its_stages(cli: Command, tmp_path: Path) -> None:
    place = str(tmp_path / "pipelines")
    pipeline = runlore.ExperimentPipeline("whole", store=place)
    with pipeline.stage("clean") as stage:
        stage.log_metric("rows", 3)
    try:
        with pipeline.stage("train", after="clean"):
            raise ValueError("bad")
    except ValueError:
        pass
    pipeline.finish()
    shown = cli("--store", place, "show", "whole", "--stages").out.splitlines()
    assert shown[1:3][0] == "Stages"
    assert [line.split()[0] for line in shown[3:]] == ["clean", "train"]
    assert shown[-1].split()[2:3] == ["failed"]
    assert shown[-1].endswith("ValueError: bad")
    assert "Stages" in cli("--store", place, "show", "whole").out


def test_other_runs_and_odd_facts_have_none() -> None:
    for context in ({}, {"pipeline": None}, {"pipeline": {"stages": "x"}}, {"pipeline": 3}):
        assert stages_of(context) is None
    assert stages_of({"pipeline": {"stages": [{"name": "a"}, 3]}}) is not None
