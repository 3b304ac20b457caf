from __future__ import annotations

import pytest
from hypothesis import given

from runlore.stats.effects import cliffs_delta, hedges_g, paired_d, paired_dominance
from runlore.stats.samples import sample_of
from tests.stats.figures import scores


def test_hedges_g_worked_out_by_hand() -> None:
    effect = hedges_g(sample_of([3, 4, 5]), sample_of([1, 2, 3]))
    assert effect is not None
    # d = 2 / 1; the factor for four degrees of freedom is 0.7979 (Hedges 1981, table 1).
    assert effect.value == pytest.approx(2 * 0.7979, abs=1e-4)


def test_the_correction_is_near_the_usual_approximation() -> None:
    effect = hedges_g(sample_of(range(1, 11)), sample_of(range(11)))
    assert effect is not None
    spread = ((9 * 55 / 6 + 10 * 11) / 19) ** 0.5
    assert effect.value == pytest.approx(0.5 / spread * (1 - 3 / (4 * 19 - 1)), rel=1e-3)


def test_the_paired_effect_worked_out_by_hand() -> None:
    effect = paired_d(sample_of([1, 2, 3, 4, 5]))
    assert effect is not None
    assert effect.value == pytest.approx(3 / 2.5**0.5 * 0.7979, abs=1e-3)


def test_without_a_spread_there_is_no_standardized_effect() -> None:
    assert hedges_g(sample_of([1, 1, 1]), sample_of([2, 2, 2])) is None
    assert hedges_g(sample_of([1]), sample_of([2])) is None
    assert paired_d(sample_of([1, 1, 1])) is None
    assert paired_d(sample_of([1])) is None


@pytest.mark.parametrize("scale", [1e-250, 1.0, 1e250])
def test_effects_do_not_depend_on_the_unit(scale: float) -> None:
    first, second = [3.0, 4.0, 6.0], [1.0, 2.0, 3.0]
    scaled = [sample_of([one * scale for one in values]) for values in (first, second)]
    effect, reference = hedges_g(*scaled), hedges_g(sample_of(first), sample_of(second))
    assert effect is not None
    assert reference is not None
    assert effect.value == pytest.approx(reference.value)


@given(scores(least=1), scores(least=1))
def test_cliffs_delta_counts_who_beats_whom(first: list[float], second: list[float]) -> None:
    beats = sum((one > other) - (one < other) for one in first for other in second)
    effect = cliffs_delta(sample_of(first).values, sample_of(second).values)
    assert effect.value == pytest.approx(beats / len(first) / len(second))


def test_paired_dominance_counts_pairs() -> None:
    assert paired_dominance(sample_of([1, 1, -1, 0]).values).value == 0.25
