from __future__ import annotations

import pytest

from runlore.query.patterns import like, refusal_of, regex


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        ("res%", "resnet", True),
        ("res%", "Resnet", False),
        ("%net", "resnet", True),
        ("%s%e%", "resnet", True),
        ("%e%s%e%s%", "resnet", False),
        ("a%a", "a", False),
        ("a_c", "abc", True),
        ("a_c", "a\nc", True),
        ("a_", "a\U0001f600", True),
        ("_", "", False),
        ("%_x", "x", False),
        ("%", "", True),
        ("", "", True),
        ("", "a", False),
        ("50\\%", "50%", True),
        ("50\\%", "50x", False),
        ("a\\_%", "a_b", True),
        ("a\\_%", "axb", False),
        ("a.c", "abc", False),
        ("a.%_", "a.cd", True),
        ("C:\\dir", "C:\\dir", True),
    ],
)
def test_like(pattern: str, text: str, is_match: bool) -> None:
    assert like(pattern)(text) is is_match


def test_ilike_takes_either_case() -> None:
    assert like("RES_et%", ignores_case=True)("resnET-50")
    assert like("ÄB%", ignores_case=True)("äbc")


def test_a_regular_expression_is_looked_for_anywhere() -> None:
    assert regex("v[0-9]+$")("run-v12")
    assert not regex("^v")("run-v12")
    assert regex("(?i)É")("café")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(x*y*z*){1,100}$", "a.*a.*a.*a.*a.*b"])
def test_patterns_that_hang_other_engines_answer(pattern: str) -> None:
    assert refusal_of(pattern) is None
    assert regex(pattern)("a" * 50_000 + "!") is regex(pattern)("a" * 10 + "!")


def test_like_with_many_gaps_answers_for_a_long_text() -> None:
    assert not like("%a" * 200 + "%b")("a" * 100_000)
    assert not like("%a_" * 200 + "%b")("a" * 100_000)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(?=a)", "invalid perl operator: (?="),
        (r"(a)\1", "invalid escape sequence: \\1"),
        ("[", "missing ]: ["),
        ("((a{1,1000}){1,1000}){1,1000}", "invalid repetition size"),
        ("a" * 1001, "it has 1,001 characters"),
    ],
)
def test_what_the_engine_refuses_is_said(pattern: str, reason: str) -> None:
    refusal = refusal_of(pattern)
    assert refusal is not None
    assert reason in refusal[0]
