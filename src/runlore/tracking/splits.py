"""Which rows a model is fitted on and which it is tested on, fold by fold."""
# ruff: noqa: N803 - X is what data is called where this is used

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.errors import InvalidType, InvalidValue, RunloreError
from runlore.tracking.estimators import require_sklearn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlore.client.run import Run
    from runlore.reading.run import StoredRun

    Split = tuple[NDArray[np.intp], NDArray[np.intp]]

ARTIFACT = "splits.npz"


def splits_of(cv: Any, X: Any, y: Any, groups: Any, *, is_classifier: bool) -> list[Split]:
    """Split the rows as `cv` says: a number of folds, a splitter, or pairs of indices.

    Classes are spread evenly over the folds of a classifier, as scikit-learn does it.

    Raises:
        InvalidValue: if the data can't be split like that.
    """
    selection = require_sklearn("cross-validation")
    count = row_count(X)
    try:
        splitter = selection.check_cv(cv, y, classifier=is_classifier)
        found = [
            (np.asarray(train), np.asarray(test)) for train, test in splitter.split(X, y, groups)
        ]
    except Exception as error:
        raise InvalidValue(
            f"cv={cv!r:.60} can't split the {count} rows: {error}",
            hint="give a number of folds, a splitter of scikit-learn, or pairs of indices",
        ) from error
    if not found:
        raise InvalidValue(f"cv={cv!r:.60} makes no fold", hint="give 2 folds or more")
    for fold, (train, test) in enumerate(found):
        if not len(train) or not len(test):
            raise InvalidValue(f"fold {fold} of cv={cv!r:.60} has no rows to fit or to test on")
    return found


def cv_param(cv: Any, count: int) -> int | str:
    """Say which folds were asked for: how many, by which splitter, or that they were given."""
    if isinstance(cv, int | np.integer):
        return int(cv)
    if hasattr(cv, "split"):
        return str(cv)[:500]
    return f"{count} given folds"


def keep_splits(run: Run, splits: list[Split]) -> None:
    """Keep the indices of the folds as an artifact: `train_0`, `test_0` and so on."""
    arrays = {}
    for fold, (train, test) in enumerate(splits):
        arrays[f"train_{fold}"] = train
        arrays[f"test_{fold}"] = test
    run.save_artifact(ARTIFACT, arrays, description="the rows of each fold, by their positions")


def kept_splits(run: StoredRun) -> list[Split] | None:
    """Read the folds that a run kept; None if it kept none."""
    try:
        with run.artifact(ARTIFACT).open() as file, np.load(file) as arrays:
            count = len(arrays.files) // 2
            return [(arrays[f"train_{fold}"], arrays[f"test_{fold}"]) for fold in range(count)]
    except (RunloreError, OSError, ValueError, KeyError):
        return None


def row_count(X: Any) -> int:
    """Count the rows of an array, a table or a list.

    Raises:
        InvalidType: if it has none to count.
    """
    shape = getattr(X, "shape", None)
    try:
        return int(shape[0]) if shape else len(X)
    except TypeError:
        raise InvalidType(
            "the data has no rows that can be counted", hint="give an array, a table or a list"
        ) from None


def check_lengths(X: Any, y: Any, what: str) -> None:
    """Raise `InvalidValue` if there isn't a target for each row."""
    if y is not None and row_count(X) != row_count(y):
        raise InvalidValue(
            f"{what} has {row_count(X)} rows and {row_count(y)} targets",
            hint="give one target for each row",
        )


def rows(values: Any, positions: NDArray[np.intp]) -> Any:
    """Take some rows by their positions, of whatever kind the data is."""
    if values is None:
        return None
    if hasattr(values, "iloc"):
        return values.iloc[positions]
    if hasattr(values, "shape"):
        return values[positions]
    return [values[position] for position in positions]
