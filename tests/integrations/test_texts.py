"""Texts that were values before another tracker wrote them as text."""

from __future__ import annotations

import pytest

from runlore.integrations.texts import typed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("100", 100),
        ("-3", -3),
        ("0.1", 0.1),
        ("1e-05", 1e-05),
        ("True", True),
        ("None", None),
        ("1e-3", "1e-3"),
        ("007", "007"),
        ("1_000", "1_000"),
        (" 1", " 1"),
        ("adam", "adam"),
        ("", ""),
    ],
)
def test_a_text_is_a_value_only_where_that_writes_itself_so(text: str, value: object) -> None:
    assert typed(text) == value
    assert type(typed(text)) is type(value)
