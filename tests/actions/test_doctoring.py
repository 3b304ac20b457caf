"""Every kind of damage is found, named and, where it can be, mended."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlore.actions.doctoring import examine
from runlore.index.open import open_index
from runlore.journal.folder import open_store
from tests.cli.stores import make_store, run_python, seal

if TYPE_CHECKING:
    from runlore.actions.checks.findings import Finding
    from runlore.actions.doctoring import Examination


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("made")
    fresh = make_store(folder)
    sealed, whole = folder / "sealed", folder / "whole"
    shutil.copytree(fresh, sealed)
    seal(sealed)
    shutil.copytree(sealed, whole)
    examine(str(whole), is_to_repair=True)
    return {"fresh": fresh, "sealed": sealed, "whole": whole}


@pytest.fixture
def fresh(made: dict[str, Path], tmp_path: Path) -> Path:
    """Journals alone."""
    return Path(shutil.copytree(made["fresh"], tmp_path / "store"))


@pytest.fixture
def whole(made: dict[str, Path], tmp_path: Path) -> Path:
    """Sealed, with all files taken in: nothing is to be found."""
    return Path(shutil.copytree(made["whole"], tmp_path / "store"))


def kinds(found: Examination) -> list[str]:
    return sorted(finding.kind for finding in found.findings)


def only(found: Examination) -> Finding:
    (finding,) = found.findings
    assert finding.what
    assert finding.todo
    return finding


def flip(path: Path, at: int) -> None:
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


def journal_of(store: Path) -> Path:
    return max((store / "journals").rglob("*.journal"), key=lambda path: path.stat().st_size)


def segment_of(store: Path) -> Path:
    return max((store / "runs").rglob("*.segment"), key=lambda path: path.stat().st_size)


def test_a_whole_store_has_nothing_to_find(whole: Path) -> None:
    found = examine(str(whole))
    assert found.findings == []
    assert not found.is_damaged
    assert found.counts["segments"] > 5
    assert found.counts["blobs"] == 1
    assert found.counts["points"] == 70


def test_examining_changes_nothing(fresh: Path) -> None:
    examine(str(fresh))  # makes the index
    before = {path: path.stat().st_mtime_ns for path in fresh.rglob("*") if path.is_file()
              and not path.name.startswith("index.db")}  # fmt: skip
    examine(str(fresh))
    after = {path: path.stat().st_mtime_ns for path in before}
    assert before == after


def test_complete_journals_wait_to_be_sealed_and_are(fresh: Path) -> None:
    found = examine(str(fresh))
    assert kinds(found) == ["file-waiting"] * 3 + ["journal-unsealed"] * 2
    assert not found.is_damaged
    repaired = examine(str(fresh), is_to_repair=True)
    assert repaired.findings == []
    assert len(repaired.mended) == 5
    assert any(line.startswith("sealed file 1 of") for line in repaired.done)


def test_a_flipped_bit_in_a_journal_is_a_gap_and_sealed_as_one(fresh: Path) -> None:
    journal = journal_of(fresh)
    flip(journal, journal.stat().st_size // 2)
    found = examine(str(fresh))
    (gap,) = (finding for finding in found.findings if finding.kind == "journal-gap")
    assert found.is_damaged
    assert str(journal) in gap.where
    assert ", bytes " in gap.where
    repaired = examine(str(fresh), is_to_repair=True)
    assert not repaired.is_damaged
    assert kinds(repaired) == ["sealed-gap"]
    assert kinds(examine(str(fresh))) == ["sealed-gap"]


def test_a_journal_that_does_not_continue_the_one_before_is_a_fork(fresh: Path) -> None:
    from runlore.journal.frames import pack_header

    journal = journal_of(fresh)
    actor = bytes.fromhex(journal.parent.name)
    created = 1_700_000_000_000_000
    (journal.parent / "00000002.journal").write_bytes(pack_header(actor, 2, created, 12345))
    assert "journal-forked" in kinds(examine(str(fresh)))


def test_a_damaged_segment_is_found_and_left_where_it_is(whole: Path) -> None:
    segment = segment_of(whole)
    flip(segment, 100)
    found = examine(str(whole), is_to_repair=True)
    finding = only(found)
    assert (finding.kind, finding.severity) == ("segment-damaged", "damage")
    assert finding.where == str(segment)
    assert finding.run == segment.parent.name
    assert not finding.is_mendable


def test_a_damaged_segment_is_sealed_again_while_its_journal_is_there(fresh: Path) -> None:
    from runlore.journal.host import current_host
    from runlore.segments.sealing import seal_complete

    store = open_store(str(fresh))
    seal_complete(store, host=current_host(), deadline_seconds=60, grace_seconds=1e6)
    segment = segment_of(fresh)
    whole = segment.read_bytes()
    flip(segment, 100)
    found = examine(str(fresh))
    (finding,) = (finding for finding in found.findings if finding.severity == "damage")
    assert finding.kind == "segment-damaged"
    assert finding.is_mendable
    assert not examine(str(fresh), is_to_repair=True).is_damaged
    assert segment.read_bytes() == whole


def test_a_missing_segment_is_found_and_sealed_again_from_its_journal(fresh: Path) -> None:
    from runlore.journal.host import current_host
    from runlore.segments.sealing import seal_complete

    store = open_store(str(fresh))
    seal_complete(store, host=current_host(), deadline_seconds=60, grace_seconds=1e6)
    segment = segment_of(fresh)
    content = segment.read_bytes()
    segment.unlink()
    assert "segment-missing" in kinds(examine(str(fresh)))
    assert not examine(str(fresh), is_to_repair=True).is_damaged
    assert segment.read_bytes() == content


def test_a_missing_segment_without_a_journal_is_lost_and_said(whole: Path) -> None:
    segment = segment_of(whole)
    segment.unlink()
    finding = next(one for one in examine(str(whole)).findings if one.kind == "segment-missing")
    assert finding.where == str(segment)
    assert not finding.is_mendable


@pytest.mark.parametrize("harm", ["remove", "damage"])
def test_a_manifest_entry_is_written_again_from_the_segments(whole: Path, harm: str) -> None:
    entry = whole / "manifest" / "000000000001.json"
    content = entry.read_bytes()
    if harm == "remove":
        entry.unlink()
    else:
        entry.chmod(0o644)
        entry.write_bytes(content[: len(content) // 2])
    (whole / "index.db").unlink()
    found = examine(str(whole))
    assert found.is_damaged
    assert f"manifest-entry-{'missing' if harm == 'remove' else 'damaged'}" in kinds(found)
    repaired = examine(str(whole), is_to_repair=True)
    assert repaired.findings == []
    assert repaired.counts["indexed_runs"] == 6
    assert repaired.counts["points"] == 70


def test_the_last_entry_lost_leaves_segments_that_nobody_reads(whole: Path) -> None:
    last = max((whole / "manifest").glob("*.json"))
    last.unlink()
    (whole / "index.db").unlink()
    assert "segment-unlisted" in kinds(examine(str(whole)))
    assert examine(str(whole), is_to_repair=True).findings == []


def test_a_damaged_blob_is_found(whole: Path) -> None:
    blob = next(path for path in (whole / "blobs").rglob("*") if path.is_file())
    flip(blob, 10)
    assert only(examine(str(whole), is_to_repair=True)).kind == "blob-damaged"


def test_a_blob_that_is_gone_is_missed_by_each_run_that_kept_it(whole: Path) -> None:
    next(path for path in (whole / "blobs").rglob("*") if path.is_file()).unlink()
    found = examine(str(whole))
    assert set(kinds(found)) == {"file-missing"}
    assert len({finding.run for finding in found.findings}) == 3


def test_leftovers_are_removed_once_they_are_old(whole: Path) -> None:
    old, young = whole / "manifest" / "a.tmp", whole / "manifest" / "b.tmp"
    for path in (old, young):
        path.write_bytes(b"")
    long_ago = time.time() - 100_000
    os.utime(old, (long_ago, long_ago))
    assert only(examine(str(whole))).kind == "leftover"
    assert examine(str(whole), is_to_repair=True).findings == []
    assert not old.exists()
    assert young.exists()


def test_an_index_that_answers_otherwise_is_rebuilt(whole: Path) -> None:
    index = open_index(open_store(str(whole)))
    with index.transaction(timeout_seconds=1) as transaction:
        (row,) = transaction.select("runs", "id", name="first")
        transaction.delete("params", run=row[0])
    index.close()
    finding = only(examine(str(whole)))
    assert finding.kind == "index-differs"
    assert examine(str(whole), is_to_repair=True).findings == []


def test_a_run_that_is_being_written_is_no_finding(whole: Path) -> None:
    program = """
import sys
import runlore
from runlore.actions.doctoring import examine
run = runlore.start_run("live", store=sys.argv[1])
run.log({"loss": 1.0}, step=0)
print([finding.kind for finding in examine(sys.argv[1]).findings])
"""
    assert run_python(program, str(whole)) == "[]\n"
