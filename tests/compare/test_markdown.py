from __future__ import annotations

import pytest

from runlore.compare.markdown import escaped, markdown_table, number


def test_numbers_stand_to_the_right() -> None:
    assert markdown_table(["a", "b|c"], [False, True], [["x", "1"]]) == (
        "| a | b\\|c |\n| --- | ---: |\n| x | 1 |\n"
    )


@pytest.mark.parametrize(
    ("text", "written"), [("a\nb", "a b"), ("*a*", "\\*a\\*"), ("<b>", "\\<b\\>"), ("é", "é")]
)
def test_a_text_is_never_markdown(text: str, written: str) -> None:
    assert escaped(text) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(1 / 3, "0.333333"), (1e9, "1e+09"), (float("nan"), "NaN"), (float("-inf"), "-∞")],
)
def test_numbers_have_six_digits(value: float, written: str) -> None:
    assert number(value) == written
