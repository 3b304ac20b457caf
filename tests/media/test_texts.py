from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.errors import InvalidType
from runlore.media.reading import read_object
from runlore.media.texts import encode_text
from runlore.media.writing import write_object

if TYPE_CHECKING:
    from pathlib import Path


def test_text_is_kept_in_utf8() -> None:
    encoded = encode_text("é 📈\r\n")
    assert encoded.payload == "é 📈\r\n".encode()
    assert (encoded.kind, encoded.media_type, encoded.extension) == ("text", "text/plain", ".txt")
    assert encode_text("é 📈\r\n".encode()) == encoded
    assert encode_text("# a", is_markdown=True).media_type == "text/markdown"
    assert encode_text("\ud800").payload == b"\\ud800"


@pytest.mark.parametrize("value", [3, None, b"\xff", ["a"]])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(InvalidType):
        encode_text(value)


class Report:
    def to_html(self) -> str:
        return "<p>é</p>"


class Notebook:
    def _repr_html_(self) -> str:
        return "<p>cell</p>"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("a.txt", "é\r\n", "é\r\n"),
        ("a.md", b"# title", "# title"),
        ("a.html", "<p>", "<p>"),
        ("a.html", Report(), "<p>é</p>"),
        ("a.html", Notebook(), "<p>cell</p>"),
        ("a.md", Report(), "<p>é</p>"),
    ],
)
def test_text_files(tmp_path: Path, name: str, value: object, expected: str) -> None:
    assert write_object(name, value, tmp_path / name).kind == "text"
    assert read_object(tmp_path / name) == expected


def test_a_frame_renders_itself(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"column": [1]})
    for name in ("a.html", "a.txt"):
        write_object(name, frame, tmp_path / name)
        assert "column" in (tmp_path / name).read_text()


@pytest.mark.parametrize("value", [3, {"a": 1}, Report])
def test_objects_that_render_nothing_are_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(InvalidType, match=r"can't be written as a \.txt file"):
        write_object("a.txt", value, tmp_path / "a.txt")
