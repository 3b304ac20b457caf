from __future__ import annotations

import math

import pytest

from runlore.compare.wording import (
    listed,
    percent_text,
    place_of,
    seconds_text,
    title_of,
    value_text,
)


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("accuracy", "Accuracy"),
        ("f1", "F1"),
        ("roc_auc", "ROC AUC"),
        ("val_f1", "Val F1"),
        ("loss[val]", "loss[val]"),
        ("train/loss", "train/loss"),
        ("Accuracy", "Accuracy"),
    ],
)
def test_plain_labels_become_headings_and_others_stay(label: str, title: str) -> None:
    assert title_of(label) == title


def test_metrics_of_training_come_last_and_known_ones_first() -> None:
    labels = ["accuracy[train]", "zeta", "f1", "accuracy[val]", "accuracy", "train_loss"]
    assert sorted(labels, key=place_of) == [
        "accuracy", "accuracy[val]", "f1", "zeta", "accuracy[train]", "train_loss"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (math.nan, ""), (0.0001, "<1ms"), (0.034, "34ms"), (2.08, "2.1s"), (320, "320s")],
)
def test_times_are_short(seconds: float | None, text: str) -> None:
    assert seconds_text(seconds) == text


def test_a_percentage_is_given_only_of_what_has_one() -> None:
    assert percent_text(0.08, 0.18) == "44 %"
    assert percent_text(-0.1, 0.5) == "20 %"
    assert percent_text(0.1, 0.0) == ""
    assert percent_text(0.1, -0.4) == ""
    assert percent_text(math.inf, 1.0) == ""
    assert percent_text(0.884, 0.092) == "961 %"
    assert percent_text(1.0, 1e-9) == ""


def test_values_have_their_spread_behind_them() -> None:
    assert value_text(0.87) == "0.87"
    assert value_text(0.904, 0.0031623) == "0.904 ± 0.0032"


def test_lists_read_as_sentences() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(list("abcdefg")) == "a, b, c, d, e and 2 more"
