"""Many artifacts at once, and references to data elsewhere."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import matplotlib as mpl
import pandas as pd
import pytest

import runlore
from runlore import track_artifacts, track_experiment
from runlore.errors import ArtifactNotFound, InvalidType, InvalidValue
from tests.tracking.conftest import files_in

if TYPE_CHECKING:
    from pathlib import Path

mpl.use("agg")


def test_models_plots_data_and_environments_are_saved_at_once(increment: Path) -> None:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([0, 1], [1, 0])
    saved = increment.parent / "saved.bin"
    saved.write_bytes(b"bytes")
    with track_experiment("xgboost-v1") as exp:
        track_artifacts(
            exp,
            {
                "preprocessor.pkl": {"mean": 0.5},
                "plots/roc_curve.png": figure,
                "feature_importance.csv": pd.DataFrame({"name": ["a"], "importance": [0.5]}),
                "requirements.txt": ["numpy==2.0", "pandas==2.2"],
                "conda_env.yaml": {"name": "study", "dependencies": ["python=3.11"]},
                "saved.bin": saved,
            },
        )
    plt.close(figure)
    folder = increment / "xgboost-v1"
    assert (folder / "requirements.txt").read_text() == "numpy==2.0\npandas==2.2\n"
    assert (folder / "conda_env.yaml").read_text() == (
        "name: study\ndependencies:\n- python=3.11\n"
    )
    assert pickle.loads((folder / "preprocessor.pkl").read_bytes()) == {"mean": 0.5}
    assert (folder / "plots" / "roc_curve.png").read_bytes()[:4] == b"\x89PNG"
    assert (folder / "saved.bin").read_bytes() == b"bytes"
    types = {file.name: file.type for file in runlore.get_run(exp.id).artifacts}
    assert types["plots/roc_curve.png"] == "figure"
    assert types["feature_importance.csv"] == "table"


def test_if_one_cant_be_written_none_is_kept(increment: Path) -> None:
    with track_experiment("a") as exp:
        with pytest.raises(InvalidType, match=r"'b\.csv'"):
            track_artifacts(exp, {"a.txt": "text", "b.csv": lambda: None})
        with pytest.raises(InvalidValue, match=r"'\.\./c\.txt' can't be an artifact's name"):
            track_artifacts(exp, {"a.txt": "text", "../c.txt": "text"})
        with pytest.raises(InvalidValue, match="there is no file"):
            track_artifacts(exp, {"a.txt": "text", "d": increment / "nothing"})
        with pytest.raises(InvalidType, match="the artifacts are a list"):
            track_artifacts(exp, ["a.txt"])  # type: ignore[arg-type]
        with pytest.raises(InvalidType, match="the run is a str"):
            track_artifacts("a", {})  # type: ignore[arg-type]
    assert runlore.get_run(exp.id).artifacts == []
    assert "a.txt" not in files_in(exp.folder)


def test_references_to_data_are_kept_as_params_and_inputs(increment: Path) -> None:
    with track_experiment("xgboost-v1", data_commit="dvc:0123abc") as exp:
        exp.log_param("data_url", "s3://bucket/data/v2024-01")
        exp.log_param("data_version", "2024-01")
        exp.use_reference("labels", "gs://other-bucket/labels.csv", digest="AB" * 32)
    run = runlore.get_run(exp.id)
    assert run.params["data_commit"] == "dvc:0123abc"
    assert {used.name: used.spec for used in run.inputs} == {
        "data_commit": "dvc:0123abc",
        "data_url": "s3://bucket/data/v2024-01",
        "labels": "gs://other-bucket/labels.csv",
    }
    assert [used.digest for used in run.inputs if used.name == "labels"] == ["ab" * 32]
    with pytest.raises(ArtifactNotFound, match="lies elsewhere"):
        _ = run.inputs[0].artifact
    assert "data_url" in (increment / "xgboost-v1" / "metadata.yaml").read_text()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("dvc:", "names no data"),
        ("dvc:data/train.csv@", "names no commit"),
        ("s3://", "names no data"),
        ("s3:///data", "names no bucket"),
        ("s3://b/data", "no bucket can be called 'b'"),
        ("s3://bucket/a file", "names no data"),
        ("s3://key:word@bucket/data", "holds a password"),
        ("https://host/data?X-Amz-Signature=abc", "holds a password or a signature"),
        ("ftp://host/data", "'ftp' is no place that is known"),
        ("a3b8c9d", "names no data"),
        ("file:///no/such/file", "there is no file /no/such/file"),
    ],
)
def test_what_cant_be_a_reference_is_refused(
    increment: Path, store_of_its_own: Path, address: str, said: str
) -> None:
    with pytest.raises(InvalidValue, match=said):
        track_experiment("a", data_url=address)
    assert not store_of_its_own.exists()
    assert not increment.exists()


def test_a_wrong_reference_among_the_params_is_refused_before_anything_is_written(
    increment: Path, store_of_its_own: Path
) -> None:
    with pytest.raises(InvalidValue, match=r"in\.data_url is 's3:///x'"):
        track_experiment("a", params={"in": {"data_url": "s3:///x"}})
    assert not store_of_its_own.exists()
    exp = track_experiment("a", params={"data_format": "csv: quoted", "url": "s3:///x"})
    with pytest.raises(InvalidValue):
        exp.log_params({"lr": 1, "data_commit": "dvc:"})
    assert runlore.get_run(exp.id).params == {"data_format": "csv: quoted", "url": "s3:///x"}
    assert exp.folder == str(increment / "a")
