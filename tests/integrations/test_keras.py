"""`runlore.TensorBoardCallback`, and the event files that TensorBoard itself reads back."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import runlore
from runlore.errors import MissingExtra
from runlore.integrations import keras as callbacks

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.wide("torch")
@pytest.mark.filterwarnings("ignore")  # of Keras's and PyTorch's own
def test_a_training_of_keras_is_a_run_with_event_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    for module in [name for name in sys.modules if name.partition(".")[0] == "keras"]:
        del sys.modules[module]  # it has chosen another backend
    callback_class = importlib.reload(callbacks).TensorBoardCallback
    keras: Any = pytest.importorskip("keras")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".specweave/increments/0042-recommendation-model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)], name="small")
    model.compile(optimizer="adam", loss="mse")
    rows = np.ones((8, 3), "float32")
    callback = callback_class(increment="0042", log_dir="tensorboard")
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
