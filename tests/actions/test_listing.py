"""Which metrics a list shows."""

from __future__ import annotations

from runlore.actions.listing import shared_metrics


def test_the_most_shared_metrics_come_first() -> None:
    runs = [["loss", "rare"], ["loss", "acc"], ["loss", "acc"], ["acc", "loss"]]
    assert shared_metrics(runs) == ["loss", "acc", "rare"]
    assert shared_metrics(runs, most=1) == ["loss"]


def test_a_context_comes_behind_and_times_come_last() -> None:
    runs = [["train_seconds", "loss[val]", "loss", "epoch", "system/cpu"]] * 3
    assert shared_metrics(runs, most=9) == [
        "loss",
        "loss[val]",
        "epoch",
        "train_seconds",
        "system/cpu",
    ]


def test_what_tells_how_good_a_run_is_comes_before_what_is_one_of_many() -> None:
    runs = [["layer0/m0", "layer1/m0", "norm", "loss", "head/loss", "accuracy[val]"]] * 3
    assert shared_metrics(runs, most=9) == [
        "loss",
        "accuracy[val]",
        "head/loss",
        "norm",
        "layer0/m0",
        "layer1/m0",
    ]


def test_one_run_more_does_not_change_the_order() -> None:
    runs = [["accuracy[test]", "test_f1"]] * 19 + [["accuracy[test]"]]
    assert shared_metrics(runs) == ["test_f1", "accuracy[test]"]


def test_no_runs_have_no_metrics() -> None:
    assert shared_metrics([]) == []
