"""Tables laid out."""

from __future__ import annotations

from runlore.cli.table import Cell, Column, Table
from runlore.cli.text import cells


def text_of(line: list[Cell]) -> str:
    return "".join(cell.text for cell in line)


def made() -> Table:
    table = Table(
        [
            Column("name", least=10),
            Column("id"),
            Column("loss", is_right=True, rank=1),
            Column("tags", rank=2, least=4),
        ]
    )
    table.add("a very long name of a run indeed", "0123abcd", "0.25", "baseline")
    table.add("short", Cell("89ef4567", "id"), "10", "")
    return table


def test_without_a_width_nothing_is_shortened() -> None:
    lines = [text_of(line) for line in made().lines()]
    assert lines[1] == "a very long name of a run indeed  0123abcd  0.25  baseline"
    assert lines[2].rstrip() == "short                             89ef4567    10"


def test_names_are_shortened_before_columns_are_left_out() -> None:
    table = made()
    lines = [text_of(line) for line in table.lines(50)]
    assert all(cells(line) <= 50 for line in lines)
    assert "baseline" in lines[1]
    assert "…" in lines[1]
    assert table.left_out(50) == []


def test_columns_of_the_highest_rank_go_first() -> None:
    assert made().left_out(30) == ["tags"]
    assert made().left_out(23) == ["loss", "tags"]
    assert all(cells(text_of(line)) <= 23 for line in made().lines(23))


def test_a_narrow_column_stays_where_a_wide_one_of_more_weight_has_no_room() -> None:
    table = Table([Column("id"), Column("a title of twenty one", rank=1), Column("x", rank=2)])
    table.add("0123abcd", "", "1")
    assert table.left_out(40) == []
    assert table.left_out(33) == ["x"]
    assert table.left_out(30) == ["a title of twenty one"]
    assert [text_of(line) for line in table.lines(30)] == ["id        x", "0123abcd  1"]


def test_the_text_of_a_wrapped_column_goes_on_below() -> None:
    table = Table([Column("note", least=8, is_wrapped=True), Column("id"), Column("n", rank=1)])
    table.add("one two three four", "0123abcd", "1")
    assert [text_of(line) for line in table.lines(24, header=False)] == [
        "one two      0123abcd  1",
        "three four             ",
    ]
    assert text_of(table.lines(header=False)[0]) == "one two three four  0123abcd  1"


def test_columns_of_one_title_are_named_once_where_there_is_no_room() -> None:
    table = Table([Column("id"), Column("at", rank=1), Column("at", rank=2)])
    table.add("0123abcd", "7", "8")
    assert table.left_out(9) == ["at"]


def test_a_cell_keeps_its_style_and_is_made_visible() -> None:
    table = Table([Column("x", style="dim")])
    table.add("a\x1bb")
    table.add(Cell("\n", "id"))
    assert [line[0] for line in table.lines(header=False)] == [
        Cell("a\\x1bb", "dim"),
        Cell("\\n", "id"),
    ]


def test_wide_characters_are_aligned_by_cells() -> None:
    table = Table([Column("a"), Column("b")])
    table.add("日本", "x")
    table.add("abcd", "y")
    assert [text_of(line) for line in table.lines(header=False)] == ["日本  x", "abcd  y"]
