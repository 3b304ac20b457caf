from __future__ import annotations

import pytest

from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import part_report, part_title
from benchmarks.report import page, verdicts


def finding(judged: float, bar: Bar | None) -> Finding:
    return Finding(
        what="a call",
        figure="3 µs",
        beside="a write: 1 µs",
        ratio=3.0,
        shape="seed 0, 1,000 calls",
        judged=judged,
        bar=bar,
    )


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (3.14159, "x", "3.14x"),
        (0.0, "MB", "0 MB"),
        (0.01234, "µs", "0.0123 µs"),
        (1234567.8, "points/s", "1,234,568 points/s"),
    ],
)
def test_amounts_have_three_digits_or_whole_thousands(number: float, unit: str, text: str) -> None:
    assert amount(number, unit) == text


@pytest.mark.parametrize(
    ("judged", "bar", "verdict"),
    [
        (4.0, Bar(4, "x"), "pass  a call: 4x (≤ 4x)"),
        (4.1, Bar(4, "x"), "FAIL  a call: 4.1x (≤ 4x)"),
        (8.0, Bar(8, "x", at_least=True), "pass  a call: 8x (≥ 8x)"),
        (7.9, Bar(8, "x", at_least=True), "FAIL  a call: 7.9x (≥ 8x)"),
    ],
)
def test_a_verdict_says_what_was_found_and_promised(judged: float, bar: Bar, verdict: str) -> None:
    assert verdicts(Results([finding(judged, bar)])) == [verdict]


def test_a_finding_without_a_bar_is_not_judged() -> None:
    assert verdicts(Results([finding(4.0, None)])) == []


def test_the_page_shows_bars_shapes_and_what_was_not_measured() -> None:
    results = Results([finding(5.0, Bar(4, "x"))], skipped=["Aim: no network"])
    text = page(results, ["date: today"])
    assert "| a call | 3 µs | a write: 1 µs | 3x | ≤ 4x | **no** |" in text
    assert "- **a call**: seed 0, 1,000 calls" in text
    assert "- Aim: no network" in text
    assert "- date: today" in text


def test_a_page_of_some_groups_says_which() -> None:
    of_two, of_the_page = ["sweeps", "command_line"], ["page_server", "page_peers"]
    text = page(Results(), [], part_title(of_two))
    assert text.startswith("# Benchmarks: sweeps, command line\n")
    assert page(Results(), [], part_title(of_the_page)).startswith("# Benchmarks: the page\n")
    assert part_report(of_two).name == "benchmarks-sweeps-command-line.md"
    assert part_report(of_the_page).name == "benchmarks-page.md"
    assert page(Results(), []).startswith("# Benchmarks\n")
