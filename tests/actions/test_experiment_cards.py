"""Experiments as a list: the latest first, each with its verdict, computed anew when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.actions import experiment_cards
from runlore.actions.experiment_cards import list_experiments
from runlore.actions.experiments import WantedView, show_experiment
from runlore.editing.editor import Editor
from runlore.reading.store import open_reader
from tests.actions.recorded_experiments import (
    SMALL,
    WIDE,
    reader_of,
    record,
    record_group,
    record_three,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_each_says_its_question_its_leader_and_how_that_stands(store: Path) -> None:
    record(store, {"lr": 1}, {"accuracy": 0.5}, experiment=None)
    record_three(store)
    with reader_of(store) as reader:
        found = list_experiments(reader, budget_seconds=60)
    assert found.total == 2
    card, without = found.cards
    assert (card.name, card.question, card.state) == ("width", "How wide?", "open")
    assert (card.runs, card.statuses) == (15, {"finished": 15})
    assert (card.metric, card.direction) == ("accuracy", "max")
    assert card.leader is not None
    assert (card.leader.label, card.leader.n) == ("model=wide", 5)
    assert card.verdict is not None
    assert card.verdict.standing == "noise"
    assert card.verdict.text == (
        "model=wide is ahead on accuracy by 0.0106 (1.2 %) over model=deep, within the noise "
        "(p = 0.16, 5 seeds each)"
    )
    assert card.sparkline[0] == pytest.approx(WIDE[0])
    assert card.sparkline[-1] == pytest.approx(SMALL[4])
    assert card.first_ms is not None
    assert card.last_ms is not None
    assert card.last_ms >= card.first_ms
    assert without.name == ""
    assert without.verdict is not None
    assert without.verdict.standing == "alone"


def test_a_card_says_what_the_experiment_itself_says(store: Path) -> None:
    record_three(store)
    with reader_of(store) as reader:
        card = list_experiments(reader, budget_seconds=60).cards[0]
        assert show_experiment(reader, WantedView("width")).card == card


def test_they_can_be_searched_filtered_and_paged(store: Path) -> None:
    for name in ("first", "second", "third"):
        record(store, {"lr": 1}, {"accuracy": 0.5}, experiment=name, goal=f"Is {name} BEST?")
    run = runlore.start_run(experiment="live", store=store)
    with open_reader(store, budget_seconds=None) as reader:
        assert [one.name for one in list_experiments(reader, search="best").cards] == [
            "third", "second", "first",
        ]  # fmt: skip
        assert [one.name for one in list_experiments(reader, search="SECO").cards] == ["second"]
        running = list_experiments(reader, state="running")
        assert [one.name for one in running.cards] == ["live"]
        assert running.cards[0].verdict is not None
        assert running.cards[0].verdict.text == "no run has logged a metric"
        page = list_experiments(reader, limit=2, offset=1)
        assert ([one.name for one in page.cards], page.total) == (["third", "second"], 4)
    run.finish()


def test_only_what_changed_is_computed_anew(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record_group(store, {"model": "wide"}, WIDE, experiment="one")
    record_group(store, {"model": "wide"}, WIDE, experiment="two")
    computed: list[str] = []
    real = experiment_cards.material_of

    def counted(*arguments: object, **options: object) -> object:
        computed.append(arguments[2].card.name)  # type: ignore[attr-defined]
        return real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(experiment_cards, "material_of", counted)
    with reader_of(store) as reader:
        first = list_experiments(reader, budget_seconds=60)
        assert sorted(computed) == ["one", "two"]
        assert list_experiments(reader, budget_seconds=60) == first
        assert len(computed) == 2
        record_group(store, {"model": "small"}, SMALL, experiment="two")
        reader.catch_up(budget_seconds=None)
        cards = {one.name: one for one in list_experiments(reader, budget_seconds=60).cards}
        assert computed[2:] == ["two"]
        assert cards["two"].verdict is not None
        assert cards["two"].verdict.standing == "clear"
        with Editor(str(store)) as editor:
            editor.describe_metric("one", "accuracy", {"direction": "min"})
        reader.catch_up(budget_seconds=None)
        cards = {one.name: one for one in list_experiments(reader, budget_seconds=60).cards}
        assert cards["one"].direction == "min"


def test_an_empty_store_has_none(store: Path) -> None:
    run = runlore.start_run(experiment="gone", store=store)
    run.finish()
    reader_of(store).close()
    runlore.get_run(run.id, store=store).delete()
    with reader_of(store) as reader:
        assert list_experiments(reader, budget_seconds=60).cards == []


def test_what_takes_too_long_comes_the_next_time(store: Path) -> None:
    for name in ("first", "second", "third"):
        record(store, {"lr": 1}, {"accuracy": 0.5}, experiment=name)
    with reader_of(store) as reader:
        for known in (1, 2, 3):
            cards = list_experiments(reader, budget_seconds=0).cards
            assert [card.verdict is not None for card in cards] == [
                place < known for place in range(3)
            ]
            assert [card.runs for card in cards] == [1, 1, 1]
