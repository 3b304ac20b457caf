from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from runlore.errors import InvalidType, InvalidValue
from runlore.media.models import describe_model, save_model
from runlore.media.reading import read_object
from tests.libraries import library

if TYPE_CHECKING:
    from pathlib import Path

X = np.array([[0.0], [1.0], [2.0], [3.0]])
Y = np.array([0, 0, 1, 1])


def test_a_scikit_learn_model_is_pickled_and_described(tmp_path: Path) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    model = linear_model.LogisticRegression(C=0.5).fit(X, Y)
    written, description = save_model(model, tmp_path)
    assert written.path == tmp_path / "model.pkl"
    assert (written.kind, written.size_bytes) == ("model", written.path.stat().st_size)
    assert description["class"] == "sklearn.linear_model._logistic.LogisticRegression"
    assert description["library"] == "sklearn"
    assert description["library_version"] == pytest.importorskip("sklearn").__version__
    assert description["params"]["C"] == 0.5
    assert description["format"] == "pickle"
    back: Any = read_object(written.path, trusted=True)
    assert back.predict(X).tolist() == Y.tolist()


def test_a_pipeline_has_flat_params_that_are_strict_json() -> None:
    pipeline = pytest.importorskip("sklearn.pipeline")
    impute = pytest.importorskip("sklearn.impute")
    ensemble = pytest.importorskip("sklearn.ensemble")
    model = pipeline.make_pipeline(
        impute.SimpleImputer(missing_values=math.nan), ensemble.RandomForestClassifier(max_depth=3)
    )
    params = describe_model(model)["params"]
    assert params["randomforestclassifier.max_depth"] == 3
    assert params["randomforestclassifier"] == "RandomForestClassifier"
    assert params["simpleimputer.missing_values"] == "nan"
    json.dumps(params, allow_nan=False)


class Odd:
    def get_params(self) -> dict[str, object]:
        raise RuntimeError("not yet fitted")


class Plain:
    def __init__(self) -> None:
        self.weights = [1, 2]


class Wide:
    def get_params(self) -> dict[str, object]:
        return {
            "kind": int,
            "long": "x" * 9_000,
            "many": list(range(9_000)),
            "it": object(),
            "a": (1,),
        }


def test_any_object_can_be_a_model(tmp_path: Path) -> None:
    written, description = save_model(Plain(), tmp_path / "own.pkl")
    assert written.path.name == "own.pkl"
    assert "params" not in description
    _, description = save_model(Odd(), tmp_path)
    assert description["params_error"] == "RuntimeError: not yet fitted"


def test_params_that_are_no_json_are_text_and_short() -> None:
    params = describe_model(Wide())["params"]
    assert params["kind"] == "builtins.int"
    assert params["a"] == [1]
    assert all(len(str(value)) <= 500 for value in params.values())
    json.dumps(params, allow_nan=False)


def test_the_extension_of_a_file_decides(tmp_path: Path) -> None:
    pytest.importorskip("joblib")
    written, description = save_model(Plain(), tmp_path / "m.joblib")
    assert (written.media_type, description["format"]) == ("application/x-joblib", "joblib")
    written, _ = save_model(Plain(), tmp_path / "without")
    assert written.path == tmp_path / "without"
    with pytest.raises(InvalidValue, match=r"a Plain can't be saved as '\.onnx'") as caught:
        save_model(Plain(), tmp_path / "m.onnx")
    assert caught.value.hint == "use one of .pkl, .joblib"


@pytest.mark.parametrize("value", [None, Plain, "model.pkl"])
def test_what_is_no_model_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(InvalidType, match="is not a model"):
        save_model(value, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_xgboost_models_are_kept_in_its_own_format(tmp_path: Path) -> None:
    xgboost = pytest.importorskip("xgboost", reason="xgboost is not installed here")
    model = xgboost.XGBClassifier(n_estimators=2, max_depth=2).fit(X, Y)
    written, description = save_model(model, tmp_path)
    assert (written.path.name, description["format"]) == ("model.ubj", "xgboost")
    assert description["params"]["max_depth"] == 2
    json.dumps(description, allow_nan=False)
    back = xgboost.XGBClassifier()
    back.load_model(written.path)
    assert back.predict(X).tolist() == model.predict(X).tolist()
    assert save_model(model.get_booster(), tmp_path)[0].path.name == "model.ubj"


def test_lightgbm_boosters_are_kept_in_its_own_format(tmp_path: Path) -> None:
    lightgbm = library("lightgbm")
    model = lightgbm.LGBMClassifier(n_estimators=2, min_child_samples=1, verbose=-1).fit(X, Y)
    written, description = save_model(model.booster_, tmp_path)
    assert (written.path.name, description["format"]) == ("model.txt", "lightgbm")
    back = lightgbm.Booster(model_file=written.path)
    assert back.predict(X).tolist() == model.booster_.predict(X).tolist()
    assert save_model(model, tmp_path)[0].path.name == "model.pkl"


@pytest.mark.wide("torch")
def test_torch_modules_are_kept_as_their_state(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    model = torch.nn.Linear(2, 1)
    written, description = save_model(model, tmp_path)
    assert (written.path.name, description["format"]) == ("model.pt", "torch-state-dict")
    assert description["class"] == "torch.nn.modules.linear.Linear"
    state: Any = read_object(written.path)
    assert state["weight"].tolist() == model.weight.tolist()
    written, description = save_model(model, tmp_path / "whole.pth")
    assert description["format"] == "torch"
    with pytest.raises(InvalidValue, match=r"can't be read as \.pth"):
        read_object(written.path)
    assert isinstance(read_object(written.path, trusted=True), torch.nn.Linear)


@pytest.mark.wide("torch")
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own
def test_keras_models_are_kept_in_its_own_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras", reason="keras is not installed here")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    written, description = save_model(model, tmp_path)
    assert (written.path.name, description["format"]) == ("model.keras", "keras")
    back = keras.saving.load_model(written.path)
    assert back.predict(X.repeat(2, 1), verbose=0).shape == (4, 1)
