"""`runlore.TensorBoardCallback`, and the event files that TensorBoard itself reads back."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import runlore
from runlore.errors import MissingExtra
from runlore.integrations import keras as callbacks
from tests.docs.blocks import blocks_of

GUIDE = Path(__file__).parents[2] / "docs/guides/tensorboard.md"


def read_back(folder: Path) -> dict[str, list[tuple[int, float]]]:
    accumulating = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="tensorboard isn't installed",
    )
    read = accumulating.EventAccumulator(str(folder))
    read.Reload()
    return {
        tag: [(event.step, round(event.value, 6)) for event in read.Scalars(tag)]
        for tag in read.Tags()["scalars"]
    }


def test_tensorboard_reads_what_an_event_file_was_given(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="tensorboard isn't installed")
    from runlore.integrations.event_files import EventFile

    file = EventFile(str(tmp_path / "train"))
    file.add({"epoch_loss": 0.5, "epoch_accuracy": 0.25}, 0)
    file.add({"epoch_loss": 0.125}, 1)
    file.close()
    assert read_back(tmp_path / "train") == {
        "epoch_loss": [(0, 0.5), (1, 0.125)],
        "epoch_accuracy": [(0, 0.25)],
    }


def test_without_keras_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "_missing", ModuleNotFoundError("gone", name="keras"))
    with pytest.raises(MissingExtra, match="'keras'") as caught:
        runlore.TensorBoardCallback()
    assert "runlore[tensorboard]" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("missing", "there", "hint"),
    [
        ("tensorflow", (), "pip install tensorflow, or pip install jax and set KERAS_BACKEND=jax"),
        ("jax.numpy", ("torch",), "pip install jax, or set KERAS_BACKEND=torch before Keras"),
    ],
)
def test_without_what_keras_computes_with_it_is_said_how_to_have_it(
    monkeypatch: pytest.MonkeyPatch, missing: str, there: tuple[str, ...], hint: str
) -> None:
    monkeypatch.setattr(callbacks, "_missing", ModuleNotFoundError("gone", name=missing))
    monkeypatch.setattr(callbacks, "is_installed", there.__contains__)
    with pytest.raises(MissingExtra, match=f"'{missing.partition('.')[0]}'") as caught:
        runlore.TensorBoardCallback()
    assert str(caught.value.hint).startswith(hint)


@pytest.fixture
def keras(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, increment_here: Path
) -> Any:
    """Keras, computing with the framework of these tests, and the callback made for it."""
    assert increment_here.is_dir()
    monkeypatch.setenv("KERAS_BACKEND", request.config.getoption("--framework") or "torch")
    for module in [name for name in sys.modules if name.partition(".")[0] == "keras"]:
        del sys.modules[module]  # it has chosen another backend
    found = pytest.importorskip("keras")
    monkeypatch.setattr(
        runlore, "TensorBoardCallback", importlib.reload(callbacks).TensorBoardCallback
    )
    return found


@pytest.fixture
def increment_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / ".specweave/increments/0042-recommendation-model"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return folder


WRITTEN = """
from runlore import TensorBoardCallback

model.fit(
    X_train,
    y_train,
    callbacks=[
        TensorBoardCallback(
            increment="0042",
            log_dir=".specweave/increments/0042.../tensorboard",
        )
    ],
)
"""


@pytest.mark.wide("torch", "jax")
@pytest.mark.filterwarnings("ignore")  # of Keras's and its backend's own
def test_a_shortened_folder_is_the_increments(keras: Any, increment_here: Path) -> None:
    rows = np.ones((8, 3), "float32")
    exec(WRITTEN, {"model": small(keras), "X_train": rows, "y_train": rows[:, :1]})
    assert os.listdir(increment_here.parent) == [increment_here.name]
    (label,) = os.listdir(increment_here / "tensorboard")
    assert read_back(increment_here / "tensorboard" / label / "train")["epoch_loss"]
    assert runlore.get_run("small").experiment == increment_here.name


@pytest.mark.wide("torch", "jax")
@pytest.mark.filterwarnings("ignore")
def test_the_guide_runs(keras: Any, increment_here: Path) -> None:
    assert keras.__version__
    for block in blocks_of(GUIDE):
        if block.language == "python":
            exec(compile(block.text, str(GUIDE), "exec"), {})
    run = runlore.get_run("dense-64")
    assert {"accuracy", "val_accuracy", "loss", "val_loss"} <= run.metrics.keys()
    (label,) = os.listdir(increment_here / "tensorboard")
    assert os.listdir(increment_here / "tensorboard" / label / "validation")


def small(keras: Any) -> Any:
    layers = [keras.layers.Input((3,)), keras.layers.Dense(1)]
    model = keras.Sequential(layers, name="small")
    model.compile(optimizer="adam", loss="mse")
    return model


@pytest.mark.wide("torch", "jax")
@pytest.mark.filterwarnings("ignore")
def test_a_training_of_keras_is_a_run_with_event_files(
    keras: Any, tmp_path: Path, increment_here: Path
) -> None:
    assert increment_here.is_dir()
    model = small(keras)
    rows = np.ones((8, 3), "float32")
    callback = runlore.TensorBoardCallback(increment="0042", log_dir="tensorboard")
    history = model.fit(
        rows, rows[:, :1], epochs=2, validation_split=0.5, verbose=0, callbacks=[callback]
    )
    run = runlore.get_run("small")
    assert run.status == "finished"
    assert run.series("loss").value.tolist() == pytest.approx(history.history["loss"])
    assert run.params["optimizer"] == "Adam"
    (label,) = os.listdir(tmp_path / "tensorboard")
    for part, key in (("train", "loss"), ("validation", "val_loss")):
        found = read_back(tmp_path / "tensorboard" / label / part)["epoch_loss"]
        assert [value for _, value in found] == pytest.approx(history.history[key], abs=1e-5)
