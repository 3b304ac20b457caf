"""Confusion matrices and curves agree with scikit-learn's, and keep to their size."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runlore.errors import InvalidType, InvalidValue, TooFew, TooLarge
from runlore.media.predictions import encode_predictions

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "media.md"


def encoded(*arguments: Any, **options: Any) -> dict[str, Any]:
    media = encode_predictions(*arguments, **options)
    assert media.payload is not None
    found: dict[str, Any] = json.loads(media.payload)
    return found


def test_the_documented_example_is_what_is_written() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").partition("## Predictions")[2]
    (block,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    truth = ["cat", "dog", "cat", "dog", "cat"]
    scores = [0.1, 0.9, 0.4, 0.3, float("nan")]
    assert encoded(truth, scores) == json.loads(block)


@pytest.mark.parametrize("size", [7, 5_000])
def test_curves_of_two_classes_agree_with_scikit_learn(size: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(size)
    truth = random.integers(0, 2, size)
    truth[:2] = 0, 1
    scores = (truth * 0.3 + random.normal(size=size)).round(2)  # with ties
    found = encoded(truth, scores)
    (curve,) = found["curves"]
    assert curve["area"] == pytest.approx(metrics.roc_auc_score(truth, scores))
    precise = metrics.average_precision_score(truth, scores)
    assert curve["average_precision"] == pytest.approx(precise)
    assert found["confusion"] == metrics.confusion_matrix(truth, scores >= 0.5).tolist()
    x, y, thresholds = metrics.roc_curve(truth, scores, drop_intermediate=False)
    known = {
        (round(float(a), 6), round(float(b), 6)): float(c)
        for a, b, c in zip(x, y, thresholds, strict=True)
    }
    roc = curve["roc"]
    places = zip(roc["false_positive_rate"], roc["true_positive_rate"], strict=True)
    for place, threshold in zip(places, roc["threshold"], strict=True):
        assert known[place] == (float("inf") if threshold is None else threshold)


def test_of_many_samples_the_curves_are_thinned_and_keep_their_extremes() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 2, 200_000)
    scores = truth + random.normal(size=200_000)
    scores[np.flatnonzero(truth == 0)[0]] = 100.0  # the best score is wrong: precision 0 there
    (curve,) = encoded(truth, scores)["curves"]
    recall, precision = (
        np.array(curve["precision_recall"][key]) for key in ("recall", "precision")
    )
    assert len(recall) <= 210
    assert precision[0] == 0
    assert (np.diff(recall) >= 0).all()
    roc = curve["roc"]
    length = np.array(roc["false_positive_rate"]) + np.array(roc["true_positive_rate"])
    assert len(length) <= 200
    assert np.diff(length).max() < 0.011
    assert (roc["false_positive_rate"][-1], roc["true_positive_rate"][-1]) == (1, 1)


def test_of_several_classes_each_has_its_curve() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(1)
    names = ["a", "b", "c"]
    truth = random.integers(0, 3, 300)
    scores = np.eye(3)[truth] + random.normal(size=(300, 3))
    found = encoded([names[one] for one in truth], scores.tolist(), labels=names)
    assert found["labels"] == names
    assert found["confusion"] == metrics.confusion_matrix(truth, scores.argmax(axis=1)).tolist()
    for at, curve in enumerate(found["curves"]):
        assert curve["label"] == names[at]
        assert curve["area"] == pytest.approx(metrics.roc_auc_score(truth == at, scores[:, at]))


def test_classes_alone_have_no_curves() -> None:
    found = encoded(["x", "y", "x"], predicted=["x", "x", "z"])
    assert found["labels"] == ["x", "y", "z"]
    assert found["confusion"] == [[1, 0, 1], [1, 0, 0], [0, 0, 0]]
    assert found["curves"] == []
    objects = np.array(["x", "y"], dtype=object)
    assert encoded(objects, predicted=objects)["confusion"] == [[1, 0], [0, 1]]
    assert encoded([True, False], predicted=[1.0, 1.0])["confusion"] == [[0, 1], [0, 1]]
    assert encoded([2], predicted=[0], labels=list("abc"))["confusion"][2] == [1, 0, 0]


def test_where_a_class_is_missing_its_curves_are_not_defined() -> None:
    (curve,) = encoded([1, 1], [0.5, 0.7])["curves"]
    assert (curve["area"], curve["roc"], curve["average_precision"]) == (None, None, 1.0)
    (curve,) = encoded([0, 0], [0.5, float("inf")])["curves"]
    assert (curve["negatives"], curve["precision_recall"]) == (1, None)
    (curve,) = encoded([0, 1], [float("nan")] * 2)["curves"]
    assert (curve["positives"], curve["roc"]) == (0, None)


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        (([0, 1],), {}, InvalidValue),
        (([0, 1], [0.5]), {}, InvalidValue),
        (([], []), {}, TooFew),
        (([0, 1],), {"predicted": [0]}, InvalidValue),
        (([0, 3], [0.1, 0.2]), {}, InvalidValue),
        (([0, -1], [0.1, 0.2]), {}, InvalidValue),
        (([0.5, 1], [0.1, 0.2]), {}, InvalidType),
        (([[0, 1], [1, 0]], [0.1, 0.2]), {}, InvalidType),
        (([0, 1], ["a", "b"]), {}, InvalidType),
        (([0, 1], [0.1, 0.2]), {"labels": "ab"}, InvalidType),
        (([0, 1], [0.1, 0.2]), {"labels": ["a", "a"]}, InvalidValue),
        (([0, 1], [0.1, 0.2]), {"labels": ["a", "b", "c"]}, InvalidValue),
        ((["q"],), {"predicted": ["a"], "labels": ["a", "b"]}, InvalidValue),
        ((list(range(300)),), {"predicted": list(range(300))}, TooLarge),
    ],
)
def test_what_does_not_fit_together_is_refused(
    arguments: tuple[object, ...], options: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        encoded(*arguments, **options)
