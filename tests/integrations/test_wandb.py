"""The real client of W&B, offline, beside Runlore."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import runlore
from runlore import configure_wandb
from runlore import wandb as wrapped
from runlore.errors import NotFound
from tests.integrations.trackers import wandb  # noqa: F401 - a fixture
from tests.tracking.conftest import increment, nothing_left_open, repository  # noqa: F401 - fixtures

# Libraries of others warn as they like.
pytestmark = pytest.mark.filterwarnings("ignore")
ROOT = Path(__file__).parents[2]


def only_run() -> Any:
    (found,) = runlore.list_runs()
    return found


def test_everything_lands_in_both(wandb: Any, increment: Path, tmp_path: Path) -> None:  # noqa: F811
    configure_wandb(increment="0042")
    (tmp_path / "model.pkl").write_bytes(b"a model")
    run = wandb.init(
        name="xgboost-v1",
        config={"lr": 0.1, "opt": {"name": "adam"}},
        tags=["baseline"],
        group="sweep",
        notes="a first try",
    )
    assert run.project == "0042-recommendation-model"
    run.log({"auc": 0.87})
    run.log_model("model.pkl")
    run.config.update({"epochs": 3})
    wandb.config.seed = 7
    run.summary["best"] = 0.9
    run.tags = ("baseline", "good")
    run.name = "renamed"
    run.define_metric("loss", summary="min")
    run.alert("title", "text")
    run.finish()
    ours = only_run()
    assert (ours.name, ours.status) == ("renamed", "finished")
    assert ours.experiment == "0042-recommendation-model"
    assert ours.params == {"lr": 0.1, "opt.name": "adam", "epochs": 3, "seed": 7}
    assert ours.metrics == {"auc": 0.87, "best": 0.9}
    assert {"baseline", "good"} <= set(ours.tags)
    assert ours.tag_values["group"] == "sweep"
    assert [note.text for note in ours.notes] == ["a first try"]
    assert [file.name for file in ours.artifacts] == ["model.pkl"]
    assert ours.context["wandb"]["id"] == run.id
    assert (increment / "xgboost-v1" / "model.pkl").read_bytes() == b"a model"
    assert [*(tmp_path / "wandb").glob("offline-run-*/*.wandb")] != []


def test_steps_are_those_of_wandb_and_earlier_ones_are_kept(wandb: Any) -> None:  # noqa: F811
    configure_wandb()
    with wandb.init(name="steps"):
        wandb.log({"loss": 1.0}, commit=False)
        wandb.log({"accuracy": 0.1, "val": {"loss": 2.0}})
        wandb.log({"loss": 0.5})
        wandb.log({"loss": 0.25}, step=10)
        wandb.log({"loss": 9.0}, step=5)
    ours = only_run()
    series = ours.series("loss")
    assert series.step is not None
    assert [*zip(series.step.tolist(), series.value.tolist(), strict=True)] == [
        (0, 1.0), (1, 0.5), (5, 9.0), (10, 0.25)
    ]  # fmt: skip
    assert ours.series("val.loss").step is not None
    assert ours.metrics == {"loss": 0.25, "accuracy": 0.1, "val.loss": 2.0}


def test_what_wandb_draws_becomes_media_and_files(wandb: Any, tmp_path: Path) -> None:  # noqa: F811
    import numpy as np

    configure_wandb()
    (tmp_path / "rows.csv").write_text("a,b\n")
    with wandb.init(name="media") as run:
        run.log(
            {
                "image": wandb.Image(np.zeros((8, 8, 3), dtype="uint8"), caption="dark"),
                "table": wandb.Table(columns=["a", "b"], data=[[1, "x"], [2, "y"]]),
                "weights": wandb.Histogram([1.0, 2.0, 3.0, 3.0]),
                "sample": "Once upon a time",
                "page": wandb.Html("<b>bold</b>"),
                "raw": np.arange(10.0),
                "nothing": None,
                "loss": np.float32(0.5),
            }
        )
        artifact = wandb.Artifact("rows", "dataset")
        artifact.add_file(str(tmp_path / "rows.csv"))
        artifact.add_reference("https://example.org/rows", checksum=False)
        run.log_artifact(artifact)
        run.save("rows.csv")
    ours = only_run()
    assert {item.name for item in ours.media} == {"image", "table", "weights", "sample", "raw"}
    assert ours.metrics == {"loss": 0.5}
    assert {file.name for file in ours.artifacts} == {
        "media/page-0.html", "rows/rows.csv", "rows.csv"
    }  # fmt: skip
    assert ours.context["reference rows/rows"]["address"] == "https://example.org/rows"


def test_a_run_ends_as_its_block_and_as_its_exit_code_say(wandb: Any) -> None:  # noqa: F811
    configure_wandb()

    def train() -> None:
        with wandb.init(name="block") as run:
            run.log({"loss": 1.0})
            raise MemoryError("no room")

    with pytest.raises(MemoryError):
        train()
    block = runlore.get_run("block")
    assert block.status == "failed"
    assert block.error is not None
    assert block.error["message"] == "no room"
    wandb.init(name="code")
    wandb.finish(exit_code=3)
    code = runlore.get_run("code")
    assert (code.status, code.reason) == ("failed", "exit code 3")


def test_the_wrapper_takes_an_increment_and_is_wandb_otherwise(
    wandb: Any,  # noqa: F811
    increment: Path,  # noqa: F811
) -> None:
    with pytest.raises(NotFound, match="answers to '0043'"):
        wrapped.init(increment="0043", name="xgboost")
    assert wandb.run is None
    run = wrapped.init(increment="0042", name="xgboost", project="mine")
    wrapped.log({"auc": 0.5})
    assert (run.project, wrapped.run) == ("mine", run)
    wrapped.finish()
    assert (increment / "xgboost" / "metrics.json").is_file()
    assert only_run().metrics == {"auc": 0.5}


def test_a_bare_run_of_wandb_is_left_alone(wandb: Any, store_of_its_own: Path) -> None:  # noqa: F811
    with wandb.init(name="bare") as run:
        run.log({"auc": 0.5})
    assert not store_of_its_own.exists()


def test_a_resumed_run_is_one_run(wandb: Any) -> None:  # noqa: F811
    for loss in (1.0, 0.5):
        with wrapped.init(name="long", id="abc123", resume="allow"):
            wandb.log({"loss": loss})
    ours = only_run()
    assert len(ours.attempts) == 2
    assert ours.series("loss").value.tolist() == [1.0, 0.5]


def test_a_disabled_run_is_kept_here(wandb: Any) -> None:  # noqa: F811
    run = wrapped.init(name="off", mode="disabled", config={"lr": 0.1})
    wandb.log({"loss": 1.0})
    run.config.depth = 3
    run.summary["best"] = 0.5
    run.finish()
    ours = only_run()
    assert (ours.status, ours.params) == ("finished", {"lr": 0.1, "depth": 3})
    assert ours.metrics == {"loss": 1.0, "best": 0.5}


def test_what_wandb_refuses_is_refused(wandb: Any) -> None:  # noqa: F811
    with wrapped.init(name="a", config={"lr": 0.1}) as run:
        with pytest.raises(wandb.sdk.wandb_config.config_util.ConfigError):
            run.config.lr = 0.2
        with pytest.raises(TypeError):
            run.log([1, 2])


KILLED = """
import os
import psutil
from runlore import wandb

run = wandb.init(name="a")
run.log({"loss": 1.0})
for process in psutil.Process().children():
    if "wandb" in process.name():
        process.kill()
        process.wait()
for loss in (0.5, 0.25):
    run.log({"loss": loss})
run.config.update({"depth": 3})
run.summary["best"] = 0.25
run.finish()
os._exit(0)  # what W&B itself does at the end of a process doesn't stand it
"""


def test_a_service_that_dies_loses_nothing_here(wandb: Any) -> None:  # noqa: F811
    assert wandb.__version__
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "runlore: W&B failed: " in done.stderr
    ours = only_run()
    assert ours.status == "finished"
    assert ours.series("loss").value.tolist() == [1.0, 0.5, 0.25]
    assert (ours.params, ours.metrics["best"]) == ({"depth": 3}, 0.25)


def test_a_server_that_doesnt_answer_leaves_the_run_offline(
    wandb: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WANDB_MODE", "online")
    monkeypatch.setenv("WANDB_API_KEY", "a" * 40)
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    run = wrapped.init(name="a", settings=wandb.Settings(init_timeout=1))
    run.log({"loss": 1.0})
    assert run.offline
    run.finish()
    assert "W&B can't begin a run: " in capsys.readouterr().err
    assert only_run().metrics == {"loss": 1.0}
