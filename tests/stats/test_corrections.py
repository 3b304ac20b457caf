from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import InvalidValue
from runlore.stats import benjamini_hochberg, holm
from runlore.stats.corrections import corrected

P_VALUES = [0.01, 0.04, 0.03, 0.005, 0.2]
ANY = st.lists(st.floats(0, 1), max_size=12)


def test_corrections_are_those_of_statsmodels() -> None:
    # statsmodels 0.15.0: multipletests(P_VALUES, method="holm"), (…, method="fdr_bh")
    assert holm(P_VALUES) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.2])
    assert benjamini_hochberg(P_VALUES) == pytest.approx([0.025, 0.05, 0.05, 0.025, 0.2])


@given(ANY)
def test_holm_lies_between_no_correction_and_bonferroni(p_values: list[float]) -> None:
    for plain, adjusted in zip(p_values, holm(p_values), strict=True):
        assert plain <= adjusted <= min(1.0, plain * len(p_values))


@given(ANY)
def test_holm_rejects_what_its_definition_rejects(p_values: list[float]) -> None:
    rejected = set()
    for number, place in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        if p_values[place] * (len(p_values) - number) > 0.05:
            break
        rejected.add(place)
    assert {place for place, p_value in enumerate(holm(p_values)) if p_value <= 0.05} == rejected


@given(ANY)
def test_the_false_discovery_rate_corrects_less_than_holm(p_values: list[float]) -> None:
    found = benjamini_hochberg(p_values)
    for plain, weaker, stronger in zip(p_values, found, holm(p_values), strict=True):
        assert plain - 1e-12 <= weaker <= stronger + 1e-12


def test_one_p_value_stays_as_it_is() -> None:
    assert holm([0.03]) == benjamini_hochberg([0.03]) == [0.03]


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan, math.inf])
def test_what_is_no_p_value_is_refused(wrong: float) -> None:
    with pytest.raises(InvalidValue, match="between 0 and 1, and not"):
        holm([0.5, wrong])
    with pytest.raises(InvalidValue, match="between 0 and 1, and not"):
        benjamini_hochberg([0.5, wrong])


def test_a_correction_says_what_it_is() -> None:
    assert corrected(P_VALUES, "none") == (P_VALUES, corrected([], "none")[1])
    assert corrected(P_VALUES, "holm")[1].source == "Holm 1979"
    with pytest.raises(InvalidValue, match="'bonferroni' is no correction"):
        corrected(P_VALUES, "bonferroni")  # type: ignore[arg-type]
