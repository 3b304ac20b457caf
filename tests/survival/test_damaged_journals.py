"""Journals of the real client cut and flipped at sampled bytes: all outside the damage is there."""

from __future__ import annotations

import os
import random
import shutil
import struct
from typing import TYPE_CHECKING, NamedTuple

import pytest

import runlore
from runlore.errors import RunNotFound
from runlore.journal.folder import open_store
from runlore.journal.frames import EVENT, HEADER_SIZE, POINTS
from runlore.journal.host import current_host
from runlore.journal.reader import Frame, Reader
from runlore.segments.sealing import seal_complete
from tests.survival.answers import forget_index

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.reading.run import StoredRun
    from tests.survival.conftest import Command
    from tests.survival.forks import Forks

pytestmark = pytest.mark.usefixtures("index_kind")

POINTS_LOGGED = 60
WRITER = """
import sys
import runlore
with runlore.start_run("whole", id=sys.argv[2], params={"lr": "1e-3"}, store=sys.argv[1]) as run:
    for step in range(60):
        run.log({"loss": step / 2}, step=step)
        if step % 10 == 0:
            run.log_note(f"note {step}")
"""
RUN = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"


class Source(NamedTuple):
    """An undamaged store, its one journal file, and where in it each point and note stands."""

    store: Path
    journal: str
    content: bytes
    points: dict[int, Frame]
    notes: dict[str, Frame]
    frames: list[Frame]


@pytest.fixture(scope="module")
def source(shared_forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Source:
    store = tmp_path_factory.mktemp("source") / "store"
    shared_forks.run(WRITER, store, RUN)
    (journal,) = store.glob("journals/*/*.journal")
    content = journal.read_bytes()
    frames = [item for item in Reader(content, is_complete=True) if isinstance(item, Frame)]
    points = {
        struct.unpack_from("<q", frame.body, 8)[0]: frame
        for frame in frames
        if frame.kind == POINTS
    }
    notes = {
        f"note {step}": frame
        for step in range(0, POINTS_LOGGED, 10)
        for frame in frames
        if frame.kind == EVENT and f'"note {step}"'.encode() in bytes(frame.body)
    }
    assert (len(points), len(notes)) == (POINTS_LOGGED, 6)
    return Source(store, str(journal.relative_to(store)), content, points, notes, frames)


def damaged(source: Source, content: bytes, folder: Path, *, is_sealed: bool) -> Path:
    """Make a store like the source's but for the content of the journal."""
    store = folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(source.store, store)
    if "RUNLORE_INDEX" in os.environ:  # where a copy is the same store
        forget_index(store)
    (store / source.journal).write_bytes(content)
    if is_sealed:
        for _ in (1, 2):  # the second time, what the first one has sealed is cleared away
            seal_complete(
                open_store(str(store)), host=current_host(), deadline_seconds=60, grace_seconds=0
            )
        assert not (store / source.journal).exists()
    return store


def read(store: Path) -> tuple[StoredRun, dict[int, float], list[str]]:
    """Read the run: its points by step, and its notes."""
    run = runlore.get_run(RUN, store=store)
    if "loss" not in run.series_names():
        return run, {}, [note.text for note in run.notes]
    series = run.series("loss")
    assert series.step is not None
    points = dict(zip(series.step.tolist(), series.value.tolist(), strict=True))
    assert len(points) == len(series), "something is there twice"
    assert all(value == step / 2 for step, value in points.items())
    return run, points, [note.text for note in run.notes]


def sampled(source: Source, count: int) -> list[int]:
    """Choose bytes of the journal: some anywhere, the edges and middles of some frames."""
    chosen = random.Random(0)
    places = set(chosen.sample(range(HEADER_SIZE, len(source.content)), count))
    for frame in chosen.sample(source.frames, count // 3):
        end = frame.position + len(frame.body) + 16
        places |= {frame.position, frame.position + 5, end - 8, end - 4, end - 1}
    return sorted(places)


@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_flipped_bit_costs_one_record_and_is_reported(
    source: Source, tmp_path: Path, is_sealed: bool
) -> None:
    chosen = random.Random(1)
    for place in [0, 8, 40, 63, *sampled(source, 15)]:
        content = bytearray(source.content)
        content[place] ^= 1 << chosen.randrange(8)
        store = damaged(source, bytes(content), tmp_path, is_sealed=is_sealed)
        run, points, notes = read(store)
        hit = next(
            (frame for frame in source.frames
             if frame.position <= place < frame.position + len(frame.body) + 16),
            None,
        )  # fmt: skip
        lost = {step for step, frame in source.points.items() if frame is hit}
        assert set(points) == set(range(POINTS_LOGGED)) - lost, place
        assert set(notes) == {text for text, frame in source.notes.items() if frame is not hit}
        assert len(notes) == len(set(notes))
        gaps = [problem for problem in run.problems if problem.kind == "gap"]
        assert [problem.start <= place < problem.stop for problem in gaps] == [True], place


@pytest.mark.parametrize("is_sealed", [False, True])
def test_of_a_journal_that_was_cut_all_before_is_read(
    source: Source, tmp_path: Path, is_sealed: bool
) -> None:
    ends = {frame.position + len(frame.body) + 16 for frame in source.frames}
    begun = next(frame.position for frame in source.frames if frame.kind == EVENT)
    for place in sampled(source, 15):
        store = damaged(source, source.content[:place], tmp_path, is_sealed=is_sealed)
        if place < begun + 400:  # the run may not be known yet
            try:
                read(store)
            except RunNotFound:
                continue
        run, points, notes = read(store)
        before = {frame.position for frame in source.frames
                  if frame.position + len(frame.body) + 16 <= place}  # fmt: skip
        assert set(points) == {
            step for step, frame in source.points.items() if frame.position in before
        }
        assert notes == [text for text, frame in source.notes.items() if frame.position in before]
        assert run.status == "crashed"
        gaps = [problem for problem in run.problems if problem.kind == "gap"]
        last = max(end for end in ends if end <= place)
        assert [problem.start for problem in gaps] == ([] if place == last else [last])
        assert all(problem.stop <= place for problem in gaps)


def test_the_doctor_names_the_damage_and_mends_what_it_can(
    source: Source, tmp_path: Path, cli: Command
) -> None:
    place = source.points[30].position + 20
    content = bytearray(source.content)
    content[place] ^= 16
    store = damaged(source, bytes(content), tmp_path, is_sealed=False)
    found = cli("--store", store, "doctor", "--json")
    assert found.code == 1
    (damage,) = [one for one in found.json["findings"] if one["severity"] == "damage"]
    assert damage["kind"] == "journal-gap"
    assert source.journal in damage["where"]
    assert cli("--store", store, "doctor", "--repair").code == 0
    _, points, _ = read(store)
    assert set(points) == set(range(POINTS_LOGGED)) - {30}
    again = cli("--store", store, "doctor", "--json").json
    assert not again["is_damaged"]
    assert "known" in {one["severity"] for one in again["findings"]}


def test_nothing_but_the_beginning_of_a_header_is_no_run_and_no_failure(
    source: Source, tmp_path: Path, cli: Command
) -> None:
    for size in (0, 1, 63):
        store = damaged(source, source.content[:size], tmp_path, is_sealed=False)
        assert list(runlore.list_runs(store=store)) == []
        assert cli("--store", store, "doctor").code == (1 if size else 0)


def test_a_journal_of_noise_harms_no_other(source: Source, tmp_path: Path, forks: Forks) -> None:
    noise = random.Random(0).randbytes(100_000)
    store = damaged(source, noise, tmp_path, is_sealed=False)
    forks.run(WRITER, store, RUN[::-1])
    run = runlore.get_run(RUN[::-1], store=store)
    assert len(run.series("loss")) == POINTS_LOGGED
    assert run.problems == []
    (listed,) = runlore.list_runs(store=store)
    assert max(gap.stop for gap in listed.freshness.problems) == len(noise)
    assert os.path.getsize(store / source.journal) == len(noise)
