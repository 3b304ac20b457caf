"""The metric that chooses, where nobody names one."""

from __future__ import annotations

import pytest

from runlore.compare.choosing import most_telling


@pytest.mark.parametrize(
    ("counts", "chosen"),
    [
        ({"loss": 16, "val_acc": 15, "val_loss": 15}, "val_acc"),
        ({"accuracy": 9, "accuracy[test]": 9, "accuracy[train]": 9}, "accuracy[test]"),
        ({"train/loss": 9, "loss": 9}, "loss"),
        ({"train/loss": 9}, "train/loss"),
        ({"accuracy": 20, "test_accuracy": 1}, "accuracy"),
        ({"acc": 3, "f1": 5}, "f1"),
        ({"val/calibration/error": 9, "val_acc": 9}, "val_acc"),
        ({"val/calibration/error": 9, "val/acc": 9}, "val/acc"),
        ({"latest_error": 5, "value_error": 5, "error": 6}, "error"),
        ({}, None),
    ],
)
def test_held_out_data_tell_more_than_what_was_trained_on(
    counts: dict[str, int], chosen: str | None
) -> None:
    assert most_telling(list(counts), counts) == chosen


def test_what_somebody_has_said_the_direction_of_comes_first() -> None:
    counts = {"top5_accuracy": 9, "score": 4, "loss": 9, "val_loss": 9}
    assert most_telling(list(counts)[:3], counts, said={"loss"}) == "loss"
    assert most_telling(list(counts)[:3], counts, said={"score"}) == "top5_accuracy"
    assert most_telling(list(counts), counts, said={"loss"}) == "val_loss"
