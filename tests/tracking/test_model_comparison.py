"""`runlore.compare_models`, with models and data of scikit-learn."""
# ruff: noqa: N803, N806 - X is what data is called where this is used

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, RidgeClassifier
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

import runlore
from runlore import compare_models
from runlore.errors import InvalidType, InvalidValue, NotFound, StoreNotFound
from runlore.reading.opening import list_runs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("increment")


class Unwilling(LogisticRegression):  # type: ignore[misc]
    def fit(self, X: Any, y: Any) -> Any:
        raise ValueError(f"will not fit {len(X)} rows of {len(y)}")


def cancer() -> tuple[Any, Any, Any, Any]:
    data = load_breast_cancer()
    X_train, X_test, y_train, y_test = train_test_split(data.data, data.target, random_state=0)
    return X_train, y_train, X_test, y_test


def diabetes() -> tuple[Any, Any, Any, Any]:
    data = load_diabetes()
    X_train, X_test, y_train, y_test = train_test_split(data.data, data.target, random_state=0)
    return X_train, y_train, X_test, y_test


def runs_in_store() -> int:
    try:
        return len(list_runs())
    except StoreNotFound:
        return 0


def test_each_model_is_a_run_and_the_numbers_are_those_of_scikit_learn(increment: Path) -> None:
    data = cancer()
    forest = RandomForestClassifier(10, random_state=0)
    found = compare_models({"forest": forest, "bayes": GaussianNB()}, *data, increment="0042")
    assert found.metrics == ("accuracy", "precision", "recall", "f1")
    trained = RandomForestClassifier(10, random_state=0).fit(data[0], data[1])
    rows = {row["experiment"]: row for row in found.to_dicts()}
    assert rows["forest"]["metrics.accuracy"] == trained.score(data[2], data[3])
    assert rows["bayes"]["training_seconds"] > 0
    whole = runlore.get_run(found.run)
    assert whole.label == "model-comparison"
    (forest_run,) = found.candidate("forest").runs
    assert forest_run.parent == whole.id
    assert forest_run.params["model"] == "RandomForestClassifier"
    assert forest_run.params["n_estimators"] == 10
    assert forest_run.params["average"] == "binary"
    assert not hasattr(forest, "estimators_")
    assert found.path == str(increment / "model-comparison" / "comparison.md")
    assert "| forest |" in (increment / "model-comparison" / "comparison.md").read_text()
    assert "| forest |" in (increment / "comparison.md").read_text()


def test_the_trained_models_come_back() -> None:
    def made() -> DummyClassifier:
        return DummyClassifier(strategy="uniform")

    data = cancer()
    found = compare_models({"bayes": GaussianNB, "dummy": made}, *data)
    assert found.best == "bayes"
    assert found.best_model.score(data[2], data[3]) > 0.9
    assert set(found.models) == {"bayes", "dummy"}


def test_several_seeds_make_a_spread_and_a_test() -> None:
    models = {
        "chance": DummyClassifier(strategy="stratified"),
        "piped": make_pipeline(StandardScaler(), RandomForestClassifier(5)),
    }
    found = compare_models(models, *cancer(), seeds=4)
    piped = found.candidate("piped")
    assert len(piped.runs) == 4
    assert [run.params["random_state"] for run in piped.runs] == [0, 1, 2, 3]
    assert piped.runs[1].params["randomforestclassifier__random_state"] == 1
    assert found.verdict is not None
    assert found.verdict.leader is not None
    assert found.verdict.leader.is_paired
    assert found.winner == "piped"
    assert models["piped"].get_params()["randomforestclassifier__random_state"] is None


def test_the_same_seed_trains_the_same_model() -> None:
    model = {"forest": RandomForestClassifier(5)}
    values = [
        compare_models(model, *cancer(), seeds=[7]).candidate("forest").values["accuracy"]
        for _ in range(2)
    ]
    assert values[0] == values[1]


def test_seeds_that_change_nothing_decide_nothing() -> None:
    models = {"ridge": RidgeClassifier(), "bayes": GaussianNB()}
    found = compare_models(models, *cancer(), seeds=3)
    assert found.winner is None
    assert found.candidate("bayes").values["accuracy"].keys() == {"0", "1", "2"}


def test_regressors_are_compared_by_their_own_metrics() -> None:
    X_train, y_train, X_test, y_test = diabetes()
    models = {"ridge": Ridge(), "tree": DecisionTreeRegressor(random_state=0)}
    found = compare_models(models, X_train, y_train, X_test, y_test)
    assert found.metrics == ("r2", "rmse", "mae")
    predicted = Ridge().fit(X_train, y_train).predict(X_test)
    (run,) = found.candidate("ridge").runs
    assert run.metrics["rmse"] == pytest.approx(float(np.sqrt(np.mean((predicted - y_test) ** 2))))
    assert found.verdicts["rmse"].best == "ridge"
    assert found.best == "ridge"


def test_many_classes_are_averaged_and_words_are_classes_too() -> None:
    data = load_iris()
    names = data.target_names[data.target]
    split = train_test_split(data.data, names, random_state=0)
    X_train, X_test, y_train, y_test = split
    found = compare_models({"bayes": GaussianNB()}, X_train, y_train, X_test, y_test)
    (run,) = found.candidate("bayes").runs
    assert run.params["average"] == "macro"
    two = names != "setosa"
    found = compare_models(
        {"bayes": GaussianNB()}, data.data[two], names[two], data.data[two], names[two]
    )
    assert 0.8 < found.candidate("bayes").values["precision"].popitem()[1] < 1


def test_scores_of_scikit_learn_and_functions_are_metrics() -> None:
    def rows_scored(model: Any, X: Any, y: Any) -> int:
        assert model is not None
        return len(X) + len(y)

    found = compare_models(
        {"bayes": GaussianNB(), "dummy": DummyClassifier()},
        *cancer(),
        metrics=["neg_log_loss", "roc_auc", rows_scored],
        by="roc_auc",
    )
    assert found.metrics == ("neg_log_loss", "roc_auc", "rows_scored")
    assert found.best == "bayes"
    assert found.verdicts["neg_log_loss"].direction == "max"
    assert found.verdicts["rows_scored"].standing == "unknown direction"
    named = compare_models(
        {"bayes": GaussianNB()}, *cancer(), metrics={"auc": "roc_auc", "n": rows_scored},
        directions={"n": "min"},
    )  # fmt: skip
    assert named.verdicts["n"].direction == "min"
    # What is known of a metric stays with the runs.
    again = runlore.compare_experiments(metrics=["neg_log_loss"], write=False)
    assert again.verdicts["neg_log_loss"].direction == "max"


def test_a_model_that_fails_is_a_failed_run_and_the_others_go_on() -> None:
    models = {"bad": Unwilling(), "bayes": GaussianNB()}
    found = compare_models(models, *cancer())
    assert found.best == "bayes"
    assert any("bad failed: ValueError: will not fit 426 rows" in note for note in found.notes)
    with pytest.raises(ValueError, match="will not fit"):
        compare_models(models, *cancer(), on_error="raise")
    with pytest.raises(InvalidValue, match="the model failed: ValueError: will"):
        compare_models({"bad": Unwilling()}, *cancer())
    assert [run.status for run in list_runs() if run.name == "model-comparison"] == [
        "failed", "failed", "finished"
    ]  # fmt: skip


def test_models_are_kept_when_asked_for() -> None:
    found = compare_models({"bayes": GaussianNB()}, *cancer(), save_models=True)
    (run,) = found.candidate("bayes").runs
    assert [file.name for file in run.artifacts] == ["model.pkl"]


def test_a_person_s_marks_in_a_mess_lose_no_models(
    increment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    increment.mkdir()
    (increment / "comparison.md").write_text("<!-- runlore:comparison end -->")
    found = compare_models({"bayes": GaussianNB()}, *cancer())
    assert found.best == "bayes"
    assert "the comparison of the increment isn't written anew" in capsys.readouterr().err


def test_two_comparisons_of_an_increment_stay_apart() -> None:
    for _ in range(2):
        compare_models({"bayes": GaussianNB()}, *cancer())
    names = [one.name for one in runlore.compare_experiments().candidates]
    assert names == ["exp-001-model-comparison/bayes", "exp-002-model-comparison/bayes"]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"metrics": ["acuracy"]}, InvalidValue, "there is no metric 'acuracy'"),
        ({"metrics": ["rmse"]}, InvalidValue, "'rmse' is no metric of classification"),
        ({"metrics": []}, InvalidValue, "no metric is given"),
        ({"metrics": 3}, InvalidType, "the metrics are"),
        ({"metrics": [3]}, InvalidType, "a metric is"),
        ({"seeds": 0}, InvalidValue, "seeds is 0"),
        ({"seeds": []}, InvalidValue, "no seed is given"),
        ({"seeds": [1, 1]}, InvalidValue, "a seed is given twice"),
        ({"seeds": ["x"]}, InvalidType, "a seed is"),
        ({"seeds": "abc"}, InvalidType, "seeds is"),
        ({"by": "f2"}, InvalidValue, "there is no metric 'f2'"),
        ({"directions": {"accuracy": "up"}}, InvalidValue, "direction of 'accuracy' is 'up'"),
        ({"on_error": "ignore"}, InvalidValue, "on_error is 'ignore'"),
        ({"confidence": 2}, InvalidValue, "confidence"),
        ({"increment": "0099"}, NotFound, "0099"),
        ({"models": {}}, InvalidValue, "there is no model"),
        ({"models": [GaussianNB()]}, InvalidType, "the models are"),
        ({"models": {"x": 3}}, InvalidType, "is not a model"),
        ({"models": {"a": GaussianNB(), "b": LinearRegression()}}, InvalidValue, "a regressor"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_recorded(
    arguments: dict[str, Any], error: type[Exception], words: str, increment: Path
) -> None:
    models = arguments.pop("models", {"bayes": GaussianNB()})
    with pytest.raises(error, match=words):
        compare_models(models, *cancer(), **arguments)
    assert runs_in_store() == 0
    assert not increment.exists()


def test_an_unknown_metric_is_answered_with_the_nearest() -> None:
    with pytest.raises(InvalidValue) as caught:
        compare_models({"bayes": GaussianNB()}, *cancer(), metrics="acuracy")
    assert "accuracy" in str(caught.value.hint)


def test_data_of_different_lengths_is_refused() -> None:
    X_train, y_train, X_test, y_test = cancer()
    with pytest.raises(InvalidValue, match="the test data has 143 rows and 142 targets"):
        compare_models({"bayes": GaussianNB()}, X_train, y_train, X_test, y_test[1:])
