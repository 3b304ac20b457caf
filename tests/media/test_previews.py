"""What a file is shown as, and that nothing in it can run or take much room."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from runlore.media import previews
from runlore.media.png import encode_png
from runlore.media.previews import preview_of
from runlore.media.table_heads import MOST_CHARACTERS, MOST_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.media.previews import Preview

HOSTILE = "<script>alert(1)</script>"


def look(tmp_path: Path, name: str, content: bytes | str) -> Preview:
    path = tmp_path / "content"
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(data)
    return preview_of(str(path), name, len(data))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.PNG", "image"),
        ("plots/a.svg", "image"),
        ("a.wav", "audio"),
        ("a.mp4", "video"),
        ("report.html", "html"),
    ],
)
def test_what_browsers_show_is_named_and_not_read(tmp_path: Path, name: str, kind: str) -> None:
    shown = look(tmp_path, name, HOSTILE)
    assert (shown.kind, shown.text) == (kind, None)


@pytest.mark.parametrize(
    ("name", "content", "kind", "language"),
    [
        ("a.md", "# Title " + HOSTILE, "markdown", None),
        ("train.py", "print(1)\n", "code", "python"),
        ("a.json", '{"a": "<b>"}', "json", None),
        ("broken.json", '{"a": ', "text", None),
        ("deep.json", "[" * 100_000, "text", None),
        ("notes", "\ufeffcafé", "text", None),
        ("empty.csv", "\n", "text", None),
        ("not.ipynb", '{"cells": 3}', "text", None),
        ("not.parquet", "no columns here", "text", None),
    ],
)
def test_texts_are_shown_as_they_are(
    tmp_path: Path, name: str, content: str, kind: str, language: str | None
) -> None:
    shown = look(tmp_path, name, content)
    assert (shown.kind, shown.text, shown.language) == (kind, content.lstrip("\ufeff"), language)


@pytest.mark.parametrize("name", ["model.pkl", "a.csv", "a.parquet", "a.ipynb", "a.jsonl", "a.md"])
@pytest.mark.parametrize("content", [b"\x80\x04\x95\0binary", b"PAR1\xff\xfe", b"\xff\xfe\xfd"])
def test_bytes_that_are_no_text_are_not_shown(tmp_path: Path, name: str, content: bytes) -> None:
    shown = look(tmp_path, name, content)
    assert (shown.kind, shown.text) == ("none", None)
    assert shown.reason


def test_of_a_long_text_the_beginning_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "MOST_TEXT_BYTES", 10)
    shown = look(tmp_path, "a.txt", "123456789é and more")
    assert (shown.kind, shown.text, shown.is_cut) == ("text", "123456789", True)


def test_an_empty_file_is_said_to_be(tmp_path: Path) -> None:
    assert look(tmp_path, "a.csv", b"").reason == "the file is empty"


def test_the_head_of_a_csv_keeps_its_texts(tmp_path: Path) -> None:
    rows = "".join(f'{number},"1e-3, {HOSTILE}"\n' for number in range(MOST_ROWS + 5))
    shown = look(tmp_path, "a.csv", "n,text\n" + rows + "9,8,7\n")
    assert shown.kind == "table"
    assert shown.columns == ["n", "text"]
    assert shown.rows is not None
    assert shown.rows[3] == ["3", f"1e-3, {HOSTILE}"]
    assert (len(shown.rows), shown.total_rows, shown.is_cut) == (MOST_ROWS, None, True)
    small = look(tmp_path, "a.tsv", "a\tb\n1\n2\t3\t4\n")
    assert (small.columns, small.total_rows) == (["a", "b", "column 3"], 2)
    assert small.rows == [["1", None, None], ["2", "3", "4"]]


def test_the_head_of_json_lines_has_a_column_for_each_key(tmp_path: Path) -> None:
    lines = '{"a": 1, "b": {"c": [1, 2]}}\n\n{"a": NaN, "d": "' + "x" * 900 + '", "e": 1e400}\n'
    shown = look(tmp_path, "a.jsonl", lines)
    assert (shown.columns, shown.total_rows) == (["a", "b", "d", "e"], 2)
    assert shown.rows is not None
    assert shown.rows[0] == [1, '{"c": [1, 2]}', None, None]
    assert isinstance(shown.rows[1][2], str)
    assert len(shown.rows[1][2]) == MOST_CHARACTERS
    assert look(tmp_path, "a.jsonl", "1\n2\n").kind == "text"


def test_the_head_of_a_parquet_file_is_read(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"n": range(1000), "big": [2**60] * 1000, "raw": [b"\xff"] * 1000})
    parquet.write_table(table, tmp_path / "t.parquet")
    shown = look(tmp_path, "t.parquet", (tmp_path / "t.parquet").read_bytes())
    assert (shown.columns, shown.total_rows, shown.is_cut) == (["n", "big", "raw"], 1000, True)
    assert shown.rows is not None
    assert shown.rows[7] == [7, str(2**60), "b'\\xff'"]
    parquet.write_table(table.slice(0, 0), tmp_path / "t.parquet")
    shown = look(tmp_path, "t.parquet", (tmp_path / "t.parquet").read_bytes())
    assert (shown.rows, shown.total_rows) == ([], 0)


def test_of_a_notebook_texts_and_png_images_are_left(tmp_path: Path) -> None:
    png = base64.b64encode(encode_png(np.zeros((2, 2, 3), np.uint8))).decode()
    outputs = [
        {"output_type": "stream", "text": ["one\n", "two"]},
        {"output_type": "display_data", "data": {"text/html": HOSTILE, "text/plain": "plain"}},
        {"output_type": "display_data", "data": {"image/png": png, "text/plain": "<Figure>"}},
        {"output_type": "display_data", "data": {"image/png": "PHNjcmlwdD4=", "text/html": "x"}},
        {"output_type": "display_data", "data": {"image/svg+xml": f"<svg>{HOSTILE}</svg>"}},
        {"output_type": "display_data", "data": {"application/javascript": "alert(1)"}},
        {"output_type": "error", "traceback": ["\x1b[31mValueError\x1b[0m", 3]},
        "nonsense",
    ]
    notebook = {
        "cells": [
            {"cell_type": "markdown", "source": ["# T\n", HOSTILE]},
            {"cell_type": "code", "source": "x", "outputs": outputs},
            {"cell_type": "code", "source": {"no": "text"}, "outputs": 3},
        ]
    }
    shown = look(tmp_path, "a.ipynb", json.dumps(notebook))
    assert shown.kind == "notebook"
    assert shown.cells is not None
    assert [tuple(cell) for cell in shown.cells] == [
        ("markdown", "# T\n" + HOSTILE, None),
        ("code", "x", None),
        ("output", "one\ntwo", None),
        ("output", "plain", None),
        ("output", "", png),
        ("output", "\x1b[31mValueError\x1b[0m", None),
        ("code", "", None),
    ]
