"""A report in a file that people write in as well."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import InvalidValue, StoreReadOnly
from runlore.tracking.report_file import replaced, write_report

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_file_has_the_report_between_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "comparison.md"
    write_report(str(path), "comparison", "# One\n")
    lines = path.read_text().splitlines()
    assert lines[0].startswith("<!-- runlore:comparison begin")
    assert lines[2] == "# One"
    assert lines[-1] == "<!-- runlore:comparison end -->"
    assert os.listdir(tmp_path) == ["comparison.md"]


def test_what_people_wrote_around_it_stays_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "comparison.md"
    write_report(str(path), "comparison", "# One")
    path.write_bytes("Über uns\r\n\n".encode() + path.read_bytes() + b"\nWe chose b.\n")
    write_report(str(path), "comparison", "# Two")
    after = path.read_bytes()
    assert after.startswith("Über uns\r\n\n<!-- runlore".encode())
    assert after.endswith(b"end -->\n\nWe chose b.\n")
    assert b"# Two" in after
    assert b"# One" not in after


def test_a_file_without_marks_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "comparison.md"
    path.write_text("my own words")
    write_report(str(path), "comparison", "# One")
    assert path.read_text().startswith("my own words\n\n<!-- runlore")


@given(before=st.text(), behind=st.text(), report=st.text())
def test_any_text_around_any_report_survives(before: str, behind: str, report: str) -> None:
    whole = before + replaced("", "comparison", report, "c.md") + behind
    again = replaced(whole, "comparison", "# Another", "c.md")
    assert again.startswith(before + "<!-- runlore:comparison begin")
    assert again.endswith(behind)
    assert again.count("<!-- runlore:comparison") == 2


@pytest.mark.parametrize(
    "damaged",
    [
        "<!-- runlore:comparison begin: x -->\n",
        "<!-- runlore:comparison end -->",
        "<!-- runlore:comparison end -->\n<!-- runlore:comparison begin -->",
        "<!-- runlore:comparison begin --><!-- runlore:comparison end -->" * 2,
    ],
)
def test_marks_that_are_no_pair_are_refused_and_nothing_is_lost(
    damaged: str, tmp_path: Path
) -> None:
    path = tmp_path / "comparison.md"
    path.write_text(damaged)
    with pytest.raises(InvalidValue, match="aren't one pair"):
        write_report(str(path), "comparison", "# One")
    assert path.read_text() == damaged
    assert os.listdir(tmp_path) == ["comparison.md"]


def test_two_reports_of_different_names_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "all.md"
    write_report(str(path), "baselines", "# B")
    write_report(str(path), "comparison", "# C")
    write_report(str(path), "baselines", "# B2")
    assert "# C" in path.read_text()
    assert "# B2" in path.read_text()


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    real = tmp_path / "real.md"
    real.write_text("mine\n")
    real.chmod(0o640)
    link = tmp_path / "comparison.md"
    link.symlink_to(real)
    write_report(str(link), "comparison", "# One")
    assert link.is_symlink()
    assert "# One" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_what_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "comparison.md"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidValue, match="isn't text in UTF-8"):
        write_report(str(path), "comparison", "# One")
    assert path.read_bytes() == b"\xff\xfe\x00"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "comparison.md"
    path.mkdir()
    with pytest.raises(StoreReadOnly, match=r"comparison\.md can't be written"):
        write_report(str(path), "comparison", "# One")
