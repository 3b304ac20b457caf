"""Names in one text, separated by commas."""

from __future__ import annotations

import pytest

from runlore.query.lists import split_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        (" , ,", []),
        ("a, b ,c", ["a", "b", "c"]),
        ("params.`a,b`, metrics.loss desc", ["params.`a,b`", "metrics.loss desc"]),
        ("loss[a,b], x", ["loss[a,b]", "x"]),
        ("`a``,b`, c", ["`a``,b`", "c"]),
        ("'a,b', \"c,d\"", ["'a,b'", '"c,d"']),
        ("`never closed, x", ["`never closed, x"]),
        ("a], b[", ["a]", "b["]),
    ],
)
def test_commas_separate_but_within_quotes_and_brackets(text: str, names: list[str]) -> None:
    assert split_names(text) == names
