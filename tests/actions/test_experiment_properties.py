"""Whatever changes, what is kept of experiments says the same as a new look at them."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runlore.actions import experiment_cards
from runlore.actions.experiment_cards import list_experiments
from runlore.actions.experiments import WantedView, show_experiment
from runlore.actions.side_by_side import compare_side_by_side
from runlore.compare import group_results
from runlore.journal.folder import create_store
from runlore.reading.store import StoreReader
from runlore.testing.journals import JournalComposer
from tests.reading import searched

if TYPE_CHECKING:
    from runlore.actions.experiment_outlines import ExperimentCard

ACTOR = "0192f0c1a2b30123456789abcdef0011"
rounds = st.lists(
    st.lists(
        st.one_of(
            searched.edits,
            st.tuples(st.just("param"), searched.places, st.just("seed"), st.integers(0, 2)),
        ),
        min_size=1, max_size=15,
    ),
    min_size=1, max_size=3,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rounds)
def test_kept_cards_are_those_of_a_new_look(changes: list[list[tuple[Any, ...]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = create_store(folder)
        writer = searched.Writer(JournalComposer(store, ACTOR))
        with StoreReader(store) as reader:
            for edits in changes:
                for edit in edits:
                    writer.write(edit)
                reader.catch_up(budget_seconds=None)
                _check(reader)


def _check(reader: StoreReader) -> None:
    cards = list_experiments(reader, budget_seconds=60).cards
    experiment_cards._kept.pop(reader, None)
    assert repr(list_experiments(reader, budget_seconds=60).cards) == repr(cards)
    whole = group_results.MOST_ALONE
    experiment_cards._kept.pop(reader, None)
    try:
        group_results.MOST_ALONE = -1  # from the columns of all runs
        assert repr(list_experiments(reader, budget_seconds=60).cards) == repr(cards)
    finally:
        group_results.MOST_ALONE = whole
    listed = reader.index.list_runs(is_archived=False).runs
    assert sum(card.runs for card in cards) == len(listed)
    for card in cards:
        _check_view(reader, card)
    for first, second in pairwise(listed):
        found = compare_side_by_side(reader, [first.run, second.run])
        assert [line.id for line in found.runs] == [first.run, second.run]


def _check_view(reader: StoreReader, card: ExperimentCard) -> None:
    view = show_experiment(reader, WantedView(card.name))
    assert repr(view.card) == repr(card)
    if view.verdict is None:
        return
    shown = view.verdict.groups
    assert len({group.label for group in shown}) == len(shown)
    means = [group.mean for group in shown if group.mean is not None]
    assert means == sorted(means, reverse=view.verdict.direction == "max")
    assert sum(group.is_leader for group in shown) == bool(means)
    assert sum(group.n + group.not_finite for group in shown) <= card.runs
