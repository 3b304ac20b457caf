"""Predictions of classes at a step, as a confusion matrix and curves over thresholds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.errors import InvalidType, InvalidValue, TooFew, TooLarge, a_kind
from runlore.media.arrays import to_array
from runlore.media.encoded import EncodedMedia

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[Any]
    Floats = npt.NDArray[Any]

MAX_LABELS = 200
_POINTS = 200  # of a curve, about
_DIGITS = 6
_HALF = 0.5
_HINT = "pass one label or class number for each sample, in arrays of the same length"


def encode_predictions(
    truth: object,
    scores: object = None,
    *,
    predicted: object = None,
    labels: object = None,
) -> EncodedMedia:
    """Sum up how classes were predicted: what was taken for what, and how well scores tell.

    Args:
        truth: the class of each sample: its label, or its number from 0.
        scores: of each sample one for each class (rows of them), or of two classes one score for
            the second; the greater the likelier. Samples with a score that isn't finite are left
            out and counted.
        predicted: the class given to each sample; by default that of the greatest score, of two
            classes with one score the second from 0.5 on.
        labels: the names of the classes in order; by default those that occur, sorted.

    Raises:
        UsageError: if these don't fit together, or there are over 200 classes.
    """
    samples = _samples(truth, scores, predicted, labels)
    data = {
        "labels": samples.labels,
        "n": samples.total,
        "left_out": samples.total - len(samples.true),
        "confusion": _confusion(samples.true, samples.chosen, len(samples.labels)),
        "curves": _curves(samples.true, samples.scores, samples.labels),
    }
    payload = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return EncodedMedia(
        kind="predictions",
        media_type="application/json",
        extension=".predictions.json",
        payload=payload.encode(errors="backslashreplace"),
        rows=samples.total,
        columns=len(samples.labels),
    )


class _Samples(NamedTuple):
    """Samples whose scores are finite, of `total` in all: their classes as places in `labels`."""

    labels: list[str]
    total: int
    true: Integers
    chosen: Integers
    scores: Floats | None


def _samples(truth: object, scores: object, predicted: object, labels: object) -> _Samples:
    import numpy as np

    if scores is None and predicted is None:
        raise InvalidValue("there are neither scores nor predicted classes", hint=_HINT)
    values = None if scores is None else _scores(scores)
    items = _items(truth, "the truth")
    given = None if predicted is None else _items(predicted, "the predicted classes")
    names, places = _places(labels, [*items, *(given or ())], values)
    for what, found in (("scores", values), ("predicted classes", given)):
        if found is not None and len(found) != len(items):
            raise InvalidValue(
                f"there are {len(items):,} samples and {len(found):,} {what}", hint=_HINT
            )
    if not items:
        raise TooFew("there are no samples", hint=_HINT)
    true = np.array([places[one] for one in items], np.int64)
    if given is not None:
        chosen = np.array([places[one] for one in given], np.int64)
    else:
        chosen = _predicted(values)
    if values is None:
        return _Samples(names, len(true), true, chosen, None)
    is_finite = np.isfinite(values).reshape(len(true), -1).all(axis=1)
    return _Samples(names, len(true), true[is_finite], chosen[is_finite], values[is_finite])


def _scores(scores: object) -> Floats:
    import numpy as np

    array = to_array(scores)
    if array.dtype.kind not in "biuf" or array.ndim not in (1, 2):
        raise InvalidType(
            f"scores are numbers in one or two dimensions, not {array.dtype} in {array.ndim}",
            hint=_HINT,
        )
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    return array.astype(np.float64)


def _items(values: object, what: str) -> list[str | int]:
    """Return classes as labels or numbers."""
    if hasattr(values, "to_list") or _holds_objects(values):
        values = list(values)  # type: ignore[call-overload]
    if isinstance(values, list | tuple) and all(isinstance(one, str) for one in values):
        return list(values)
    array = to_array(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise InvalidType(f"{what} are in {array.ndim} dimensions, not in one", hint=_HINT)
    if array.dtype.kind == "f" and (array == array.round()).all():
        array = array.astype("int64")
    if array.dtype.kind not in "biuU":
        raise InvalidType(f"{what} are {array.dtype}, not labels or whole numbers", hint=_HINT)
    kind: Any = str if array.dtype.kind == "U" else int
    return [kind(one) for one in array.tolist()]


def _holds_objects(values: object) -> bool:
    """Say whether it is an array of Python objects, as texts often are."""
    return getattr(getattr(values, "dtype", None), "kind", None) == "O"


def _places(
    labels: object, items: list[str | int], scores: Floats | None
) -> tuple[list[str], dict[str | int, int]]:
    """Return the names of the classes, and the place of each class by what stands for it."""
    known = dict.fromkeys(items)
    if labels is not None:
        if isinstance(labels, str) or not hasattr(labels, "__iter__"):
            raise InvalidType(f"labels are {a_kind(labels)}", hint="give a list of names")
        names = [str(one) for one in labels]
    elif all(isinstance(one, int) for one in known):
        width = 2 if scores is None or scores.ndim == 1 else scores.shape[1]
        numbers = [int(one) for one in known]
        names = [str(one) for one in range(max([width, *(one + 1 for one in numbers)]))]
    else:
        names = sorted(str(one) for one in known)
    if len(names) > MAX_LABELS:
        raise TooLarge(
            f"there are {len(names):,} classes, and {MAX_LABELS} is the most",
            hint="take rare ones together, or log_table what was taken for what",
        )
    wanted = None if scores is None else 2 if scores.ndim == 1 else scores.shape[1]
    if wanted is not None and len(names) != wanted:
        raise InvalidValue(
            f"scores are for {wanted} classes, and there are {len(names)}",
            hint="name all classes in the order of the scores: labels=[…]",
        )
    if len(set(names)) != len(names):
        raise InvalidValue("two classes have the same label", hint="give each its own")
    places: dict[str | int, int] = {name: at for at, name in enumerate(names)}
    places |= {at: at for at in range(len(names))}
    for one in known:
        if one not in places:
            raise InvalidValue(f"{one!r} is none of the classes", hint=f"they are {names[:10]}")
    return names, places


def _predicted(scores: Floats | None) -> Integers:
    import numpy as np

    assert scores is not None  # noqa: S101 - checked first
    if scores.ndim == 1:
        return (scores >= _HALF).astype(np.int64)
    found: Integers = np.nan_to_num(scores, nan=-np.inf).argmax(axis=1)
    return found


def _confusion(true: Integers, chosen: Integers, count: int) -> list[list[int]]:
    import numpy as np

    flat = np.bincount(true * count + chosen, minlength=count * count)
    rows: list[list[int]] = flat.reshape(count, count).tolist()
    return rows


def _curves(true: Integers, scores: Floats | None, names: list[str]) -> list[dict[str, Any]]:
    """Compute the curves of each class against all others; of two classes, of the second."""
    if scores is None:
        return []
    if scores.ndim == 1:
        return [_curve(true == 1, scores, names[1])]
    if len(names) == 2:
        return [_curve(true == 1, scores[:, 1], names[1])]
    return [_curve(true == at, scores[:, at], name) for at, name in enumerate(names)]


def _curve(is_positive: Integers, scores: Floats, label: str) -> dict[str, Any]:
    """Compute ROC and precision over recall at each score that occurs.

    Source: Fawcett, An introduction to ROC analysis (2006). The area is the trapezoids', the
    average precision the sum of precision times the gain in recall, without interpolation.
    """
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    hits, ranked = is_positive[order], scores[order]
    last = np.arange(len(ranked))[-1:]
    ends = np.concatenate([np.flatnonzero(np.diff(ranked)), last])
    true_hits = np.cumsum(hits)[ends].astype(np.float64)
    false_hits = ends + 1 - true_hits
    positives, negatives = int(is_positive.sum()), int((~is_positive).sum())
    curve: dict[str, Any] = {
        "label": label, "positives": positives, "negatives": negatives,
        "area": None, "average_precision": None, "roc": None, "precision_recall": None,
    }  # fmt: skip
    if positives and negatives:
        x = np.concatenate([[0.0], false_hits / negatives])
        y = np.concatenate([[0.0], true_hits / positives])
        curve["area"] = float(np.sum(np.diff(x) * (y[1:] + y[:-1])) / 2)
        at = _along(x + y)
        curve["roc"] = {
            "false_positive_rate": _rounded(x[at]),
            "true_positive_rate": _rounded(y[at]),
            "threshold": [None if one == 0 else float(ranked[ends[one - 1]]) for one in at],
        }
    if positives:
        precision, recall = true_hits / (ends + 1), true_hits / positives
        gains = np.diff(np.concatenate([[0.0], recall]))
        curve["average_precision"] = float(np.sum(gains * precision))
        at = _with_extremes(recall, precision)
        curve["precision_recall"] = {
            "recall": _rounded(recall[at]),
            "precision": _rounded(precision[at]),
            "threshold": [float(ranked[ends[one]]) for one in at],
        }
    return curve


def _along(distance: Floats) -> list[int]:
    """Choose places on a curve that only rises, no further apart than a part of its length."""
    import numpy as np

    if len(distance) <= _POINTS:
        return list(range(len(distance)))
    grid = np.linspace(distance[0], distance[-1], _POINTS)
    found: list[int] = np.unique(np.searchsorted(distance, grid)).tolist()
    return found


def _with_extremes(x: Floats, y: Floats) -> list[int]:
    """Choose places so that in each stretch of x the first, last, least and greatest are kept."""
    import numpy as np

    if len(x) <= _POINTS:
        return list(range(len(x)))
    edges = np.searchsorted(x, np.linspace(0, 1, _POINTS // 4 + 1)[1:], side="right")
    chosen: set[int] = set()
    start = 0
    for end in (*edges.tolist(), len(x)):
        if end > start:
            part = y[start:end]
            chosen |= {start, end - 1, start + int(part.argmin()), start + int(part.argmax())}
            start = end
    return sorted(chosen)


def _rounded(values: Floats) -> list[float]:
    found: list[float] = values.round(_DIGITS).tolist()
    return found
