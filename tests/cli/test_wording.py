"""Numbers, times and sizes in words."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from runlore.cli.wording import (
    ago,
    called_as,
    count,
    duration,
    moment,
    number,
    numbers,
    size,
    spark_line,
)

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (7.0, "7"),
        (-3.0, "-3"),
        (0.5, "0.5000"),
        (1234.5678, "1235"),
        (70663.1, "70663"),
        (4.49e9 + 0.5, "4.490e+09"),
        (1.25e-7, "1.250e-07"),
        (1e300, "1.000e+300"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
        (5e-324, "4.941e-324"),
    ],
)
def test_numbers_are_told_in_four_digits(value: float, shown: str) -> None:
    assert number(value, 4) == shown


def test_a_column_is_whole_only_if_all_of_it_is() -> None:
    assert numbers([1.0, 2.0, None, math.nan], 4) == ["1", "2", "", "NaN"]
    assert numbers([1.0, 0.25], 4) == ["1.000", "0.2500"]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, ""),
        (0.0166, "17ms"),
        (0.4, "0.4s"),
        (9.96, "10s"),
        (59.7, "1m00s"),
        (200, "3m20s"),
        (7500, "2h05m"),
        (273_600, "3d04h"),
        (-2.0, "-2.0s"),
    ],
)
def test_durations(seconds: float | None, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(1, "just now"), (30, "30s ago"), (90, "1m ago"), (7200, "2h ago"), (200_000, "2d ago")],
)
def test_how_long_ago(seconds: int, shown: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == shown


def test_far_times_are_dates() -> None:
    assert ago(NOW - timedelta(days=90), NOW).startswith("2026-08-2")
    assert ago(NOW + timedelta(days=1), NOW).startswith("2026-11-2")
    assert ago(None, NOW) == ""
    assert moment(NOW) == "2026-11-21 12:00:00Z"


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [(None, ""), (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5 << 20, "5.0 MiB"),
     (123 << 20, "123 MiB"), (1 << 50, "1024 TiB")],
)  # fmt: skip
def test_sizes(size_bytes: int | None, shown: str) -> None:
    assert size(size_bytes) == shown


def test_counts_have_plurals() -> None:
    assert count(1, "run") == "1 run"
    assert count(1000, "run") == "1,000 runs"
    assert count(2, "entry") == "2 entries"


def test_a_spark_line_shows_extremes_and_what_is_not_finite() -> None:
    assert spark_line([0, 1, 2, 3]) == "▁▃▆█"
    assert spark_line([1, math.nan, 1]) == "▁╳▁"
    assert spark_line([math.nan]) == ""
    assert spark_line([-1.7e308, 0, 1.7e308]) == "▁▅█"


def test_the_program_is_called_by_its_name_only_where_that_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "runlore"
    program.parent.mkdir()
    program.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert called_as(str(program)) == "bin/runlore"
    monkeypatch.setenv("PATH", str(program.parent))
    assert called_as(str(program)) == "runlore"
    assert called_as(str(tmp_path / "other.py")) == "runlore"
