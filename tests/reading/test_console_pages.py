"""Consoles read page by page say what `StoredRun.console` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.errors import InvalidValue
from runlore.journal.folder import create_store
from runlore.reading.console_pages import ConsoleCache, Wanted, clean, read_page
from runlore.reading.store import open_reader
from runlore.testing.index_contract import ACTOR, ATTEMPT, RUN, T
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlore.reading.store import StoreReader


def log_console(
    journal: JournalComposer,
    first: int,
    lines: list[str],
    *,
    places: list[int],
    stream: str = "stdout",
    rank: int = 0,
    **fields: object,
) -> None:
    slot = journal.slot(RUN, ATTEMPT, rank)
    differences = [now - before for before, now in zip([0, *places], places, strict=False)]
    journal.event(
        slot, "console.logged", time=T + first, stream=stream, line=first, lines=len(lines),
        text="".join(f"{line}\n" for line in lines), places=differences, spool=places[-1] + 1,
        **fields,
    )  # fmt: skip


@pytest.fixture
def journal(tmp_path: Path) -> JournalComposer:
    return JournalComposer(create_store(str(tmp_path / "store")), ACTOR)


@pytest.fixture
def reader(tmp_path: Path, journal: JournalComposer) -> Iterator[StoreReader]:
    journal.event(
        journal.slot(RUN, ATTEMPT), "run.started", time=T,
        **dict.fromkeys(("name", "experiment", "project", "goal", "parent")),
    )  # fmt: skip
    with open_reader(tmp_path / "store", budget_seconds=None) as reader:
        yield reader


def texts(reader: StoreReader, wanted: Wanted, cache: ConsoleCache | None = None) -> list[str]:
    reader.catch_up(budget_seconds=None)
    page = read_page(reader, RUN, wanted, cache or ConsoleCache())
    return [line.text for line in page.lines]


def test_streams_stand_in_the_order_they_were_printed_in(
    journal: JournalComposer, reader: StoreReader
) -> None:
    log_console(journal, 0, ["a", "c", "e"], places=[10, 30, 50])
    log_console(journal, 0, ["b", "d"], places=[20, 40], stream="stderr")
    log_console(journal, 3, ["g"], places=[70])
    log_console(journal, 2, ["f", "h"], places=[60, 80], stream="stderr")
    log_console(journal, 0, ["other"], places=[10], rank=1)
    assert texts(reader, Wanted()) == list("abcdefgh")
    assert texts(reader, Wanted(stream="stderr")) == list("bdfh")
    assert texts(reader, Wanted(rank=1)) == ["other"]
    assert texts(reader, Wanted(rank=7)) == []


def test_pages_go_on_in_both_directions(journal: JournalComposer, reader: StoreReader) -> None:
    for start in (0, 10, 20):
        lines = [f"line {number}" for number in range(start, start + 10)]
        log_console(journal, start, lines, places=list(range(start, start + 10)))
    cache = ConsoleCache()
    reader.catch_up(budget_seconds=None)
    last = read_page(reader, RUN, Wanted(limit=4), cache)
    assert ([line.number for line in last.lines], last.total) == ([26, 27, 28, 29], 30)
    assert texts(reader, Wanted(before=26, limit=2), cache) == ["line 24", "line 25"]
    assert texts(reader, Wanted(after=8, limit=2), cache) == ["line 9", "line 10"]
    assert texts(reader, Wanted(after=-1, limit=1), cache) == ["line 0"]
    assert texts(reader, Wanted(after=29), cache) == []
    assert texts(reader, Wanted(limit=10, most_characters=15), cache) == ["line 28", "line 29"]
    assert texts(reader, Wanted(after=-1, most_characters=1), cache) == ["line 0"]


def test_search_finds_lines_whatever_their_case_and_colours(
    journal: JournalComposer, reader: StoreReader
) -> None:
    lines = [
        "Ärger İ",
        "\x1b[31mERR\x1b[0mOR one",
        "nothing",
        "\x1b]8;;http://x",
        "error error",
    ]
    log_console(journal, 0, lines, places=[1, 2, 3, 4, 5])
    log_console(journal, 5, ["İİ last error"], places=[6])
    reader.catch_up(budget_seconds=None)
    page = read_page(reader, RUN, Wanted(search="Error"), ConsoleCache())
    assert ([line.number for line in page.lines], page.matches, page.total) == ([1, 4, 5], 3, 6)
    assert texts(reader, Wanted(search="ärger")) == ["Ärger İ"]
    assert texts(reader, Wanted(search="Error", after=1, limit=1)) == ["error error"]
    assert texts(reader, Wanted(search="http://x")) == []
    assert texts(reader, Wanted(search=".*")) == []


def test_what_only_a_terminal_would_act_on_is_taken_out() -> None:
    assert clean("plain\ttext") == "plain\ttext"
    assert clean("\x1b[1;31mred\x1b[0m") == "\x1b[1;31mred\x1b[0m"
    assert clean("a\x1b[2Jb\x1b[10;10Hc\x1b]0;title\x07d\x1b]8;;http://x\x1b\\e\x1bcf") == "abcdef"
    assert clean("\x00\x07\x08x\x7f\x9b31my\x1b[?25l") == "x31my"
    assert clean("\x1b") == ""


def test_long_lines_are_cut_and_holes_are_said(
    journal: JournalComposer, reader: StoreReader
) -> None:
    log_console(journal, 0, ["x" * 5_000], places=[1])
    log_console(journal, 8, ["end"], places=[2], skipped_lines=7)
    reader.catch_up(budget_seconds=None)
    first, last = read_page(reader, RUN, Wanted(), ConsoleCache()).lines
    assert (len(first.text), first.is_cut, first.missing) == (4_000, True, 0)
    assert (last.number, last.is_cut, last.missing) == (1, False, 7)


def test_lines_that_were_recorded_twice_stand_once(
    journal: JournalComposer, reader: StoreReader
) -> None:
    log_console(journal, 0, ["a", "b"], places=[1, 2])
    log_console(journal, 1, ["b", "c"], places=[2, 3])
    assert texts(reader, Wanted()) == ["a", "b", "c"]


def test_the_cache_keeps_to_its_room_and_answers_the_same(
    journal: JournalComposer, reader: StoreReader
) -> None:
    for start in range(0, 50, 5):
        lines = [f"line {number}" for number in range(start, start + 5)]
        log_console(journal, start, lines, places=list(range(start, start + 5)))
    small, large = ConsoleCache(kept_bytes=1_000), ConsoleCache()
    for wanted in (Wanted(), Wanted(after=12, limit=7), Wanted(search="7"), Wanted()):
        assert texts(reader, wanted, small) == texts(reader, wanted, large)


def test_an_unknown_stream_is_refused(reader: StoreReader) -> None:
    with pytest.raises(InvalidValue, match="no stream"):
        texts(reader, Wanted(stream="stdin"))
