from __future__ import annotations

import pytest

from runlore.index.rows import MetricDefinition
from runlore.reading.directions import direction_of


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("loss", "min"),
        ("train/loss", "min"),
        ("val_RMSE", "min"),
        ("test.error", "min"),
        ("accuracy", "max"),
        ("top1_acc", "max"),
        ("f1", "max"),
        ("precision", "max"),
        ("macro recall", "max"),
        ("neg_log_loss", "max"),
        ("neg_root_mean_squared_error", "max"),
        ("r2", "max"),
        ("roc auc", "max"),
        ("loss_scale", None),
        ("error_count", None),
        ("learning_rate", None),
        ("glossy", None),
        ("", None),
        ("…", None),
    ],
)
def test_only_names_that_leave_no_doubt_have_a_direction(name: str, direction: str | None) -> None:
    assert direction_of(name, []) == direction


def test_what_was_said_goes_before_the_name() -> None:
    said = MetricDefinition("loss", None, "max", None)
    silent = MetricDefinition("loss", "nats", None, None)
    assert direction_of("loss", [silent, said]) == "max"
    assert direction_of("reward", [MetricDefinition("reward", None, "max", None)]) == "max"
    assert direction_of("other", [said]) is None
