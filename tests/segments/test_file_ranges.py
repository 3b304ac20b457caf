from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runlore.segments.file_ranges import FileRanges, FileReplacedError

if TYPE_CHECKING:
    from pathlib import Path


def test_slices_are_those_of_the_bytes(tmp_path: Path) -> None:
    content = bytes(range(200))
    (tmp_path / "file").write_bytes(content)
    ranges = FileRanges(str(tmp_path / "file"))
    assert len(ranges) == 200
    for part in (slice(3, 9), slice(-5, None), slice(150, 900), slice(9, 3)):
        assert bytes(ranges[part]) == content[part]
    ranges.release()
    assert bytes(ranges[1:3]) == content[1:3]
    ranges.release()


def test_a_file_that_took_its_place_is_not_taken_for_it(tmp_path: Path) -> None:
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_bytes(b"one")
    ranges = FileRanges(str(path))
    ranges.release()
    other.write_bytes(b"two")
    os.replace(other, path)
    with pytest.raises(FileReplacedError):
        ranges.check()
    path.unlink()
    with pytest.raises(FileNotFoundError):
        ranges.check()
