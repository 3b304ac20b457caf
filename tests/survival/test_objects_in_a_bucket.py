"""A store whose segments and blobs lie in a bucket answers as one that keeps them itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

import runlore
from runlore.actions.doctoring import examine
from runlore.actions.placing import move_objects, objects_place
from runlore.actions.usage import measure_usage
from runlore.blobs.opening import StoreBlobs
from runlore.blobs.trash import trash_of
from runlore.errors import InvalidValue, MissingExtra, ObjectsUnreachable
from runlore.journal.folder import open_store
from runlore.reading.store import open_reader
from runlore.segments.manifest import last_number
from tests.cli.stores import SOURCE, make_store, seal
from tests.services.s3 import bucket, s3_service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.services.s3 import Bucket
    from tests.survival.conftest import Command

__all__ = ["bucket", "s3_service"]  # fixtures

PATIENCE_SECONDS = 60.0
TRAIN = """
import sys
import runlore
with runlore.start_run("trained", store=sys.argv[1]) as run:
    for step in range(3000):
        run.log({"loss": 1.0 / (step + 1)}, step=step)
    with open(sys.argv[2], "wb") as file:
        file.write(b"weights" * 1000)
    run.log_artifact(sys.argv[2], name="model.bin")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    store = make_store(folder)
    seal(store)
    examine(str(store), is_to_repair=True)  # takes in the files
    seal(store)
    return store


@pytest.fixture
def store(made: Path, store_of_its_own: Path) -> Path:
    shutil.copytree(made, store_of_its_own)
    return store_of_its_own


@pytest.fixture
def moved(store: Path, bucket: Bucket) -> Path:
    """The same store, all of it in the bucket, without an index or anything in the cache."""
    move_objects(f"{bucket.url}/of this store", str(store), straggler_seconds=0)
    forget(store)
    return store


def forget(store: Path) -> None:
    """Remove the index, and what was read of the bucket."""
    for path in store.glob("index.db*"):
        path.unlink()
    shutil.rmtree(os.environ["XDG_CACHE_HOME"], ignore_errors=True)


def answers(store: Path) -> dict[str, Any]:
    """What can be asked of a store, but for where things are."""
    found: dict[str, Any] = {}
    for run in runlore.list_runs(store=store):
        series = {
            label: (
                None if one.step is None else one.step.tolist(),
                [str(value) for value in one.value.tolist()],
            )
            for label in run.series_names()
            for one in [run.series(label)]
        }
        files = {}
        for artifact in run.artifacts:
            with artifact.open() as file:
                files[artifact.name] = file.read()
        found[run.id] = (run.name, run.status, run.metrics, run.params, series, files)
    return found


def test_every_answer_is_the_same(made: Path, moved: Path) -> None:
    assert answers(moved) == answers(made)
    assert not list((moved / "runs").iterdir())


def test_the_index_is_rebuilt_from_the_bucket(made: Path, moved: Path) -> None:
    answers(moved)
    forget(moved)
    assert answers(moved) == answers(made)


def test_doctor_verifies_what_lies_in_the_bucket(moved: Path) -> None:
    found = examine(str(moved))
    assert found.findings == []
    assert found.counts["segments"] > 5
    assert found.counts["blobs"] == 1


def test_usage_is_that_of_the_bucket(made: Path, moved: Path, bucket: Bucket) -> None:
    def sizes(store: Path) -> dict[str, tuple[int, int]]:
        kinds = measure_usage(str(store)).kinds
        return {
            kind.kind: (kind.size_bytes, kind.files)
            for kind in kinds
            if kind.kind in {"segments", "blobs"}
        }

    assert sizes(moved) == sizes(made)
    (segments, *_) = measure_usage(str(moved)).kinds
    assert bucket.url in segments.what
    (first, *_) = measure_usage(str(moved)).runs
    assert first.segment_bytes > 0
    assert first.blob_bytes + first.shared_blob_bytes > 0


def test_while_the_bucket_does_not_answer_the_index_does(
    moved: Path, bucket: Bucket, made: Path
) -> None:
    runs = {run.id: run.metrics for run in runlore.list_runs(store=moved)}
    shutil.rmtree(os.environ["XDG_CACHE_HOME"])
    bucket.line.fault = "refuse"
    assert {run.id: run.metrics for run in runlore.list_runs(store=moved)} == runs
    run = runlore.get_run("first", store=moved)
    with pytest.raises(ObjectsUnreachable, match=bucket.name):
        run.series("loss")
    with pytest.raises(ObjectsUnreachable, match=bucket.name):
        run.artifact("model.bin").open()
    bucket.line.fault = None
    expected = runlore.get_run("first", store=made).series("loss")
    assert run.series("loss").value.tolist() == expected.value.tolist()


def test_an_index_that_lacks_segments_out_of_reach_says_so_and_reads_them_later(
    moved: Path, bucket: Bucket, made: Path
) -> None:
    bucket.line.fault = "refuse"
    with open_reader(str(moved)) as reader:
        assert not reader.freshness.is_current
        assert [problem.kind for problem in reader.freshness.problems] == ["objects-unreachable"]
        bucket.line.fault = None
        assert reader.catch_up(budget_seconds=None).is_current
        assert reader.freshness.problems == []
    assert answers(moved) == answers(made)


def test_doctor_says_that_the_bucket_does_not_answer(moved: Path, bucket: Bucket) -> None:
    answers(moved)
    bucket.line.fault = "refuse"
    found = examine(str(moved))
    assert [finding.kind for finding in found.findings] == ["objects-unreachable"]
    assert bucket.url in found.findings[0].where
    assert found.is_damaged
    mended = examine(str(moved), is_to_repair=True)
    assert [finding.kind for finding in mended.findings] == ["objects-unreachable"]
    place = objects_place(str(moved))
    assert place.segments is None
    assert bucket.name in str(place.unreachable)


def test_doctor_finds_what_went_missing_or_bad_in_the_bucket_and_mends_what_it_can(
    moved: Path,
) -> None:
    from runlore.objects.choice import places_of

    objects = places_of(open_store(str(moved))).current
    segments = sorted(found.key for found in objects.list("runs"))
    (blob,) = (found.key for found in objects.list("blobs"))
    objects.delete([segments[0]])
    objects.put(segments[1], b"not a segment" * 20)
    objects.put(blob, b"other content")
    found = examine(str(moved))
    kinds = {finding.kind for finding in found.findings}
    assert {"segment-missing", "segment-damaged", "blob-damaged"} <= kinds
    assert all(
        "s3://" in finding.where for finding in found.findings if "index" not in finding.kind
    )


def test_a_training_beside_its_helper_ends_up_in_the_bucket(
    tmp_path: Path, store_of_its_own: Path, bucket: Bucket
) -> None:
    move_objects(bucket.url, str(store_of_its_own))
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    subprocess.run(
        [sys.executable, "-c", TRAIN, str(store_of_its_own), str(tmp_path / "model.bin")],
        env=environment,
        check=True,
    )
    folder = open_store(str(store_of_its_own))
    eventually_nothing(lambda: 2 - last_number(folder))
    found = examine(str(store_of_its_own), is_to_repair=True)
    assert found.findings == []
    assert not os.listdir(folder.runs)
    assert not os.listdir(folder.blobs)
    forget(store_of_its_own)
    run = runlore.get_run("trained", store=store_of_its_own)
    assert len(run.series("loss")) == 3000
    with run.artifact("model.bin").open() as file:
        assert file.read() == b"weights" * 1000


def test_a_training_does_not_feel_a_bucket_that_is_away(
    tmp_path: Path, store_of_its_own: Path, bucket: Bucket
) -> None:
    move_objects(bucket.url, str(store_of_its_own))
    bucket.line.fault = "refuse"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    subprocess.run(
        [sys.executable, "-c", TRAIN, str(store_of_its_own), str(tmp_path / "model.bin")],
        env=environment,
        check=True,
    )
    run = runlore.get_run("trained", store=store_of_its_own)
    assert len(run.series("loss")) == 3000
    with run.artifact("model.bin").open() as file:
        assert file.read() == b"weights" * 1000
    assert last_number(open_store(str(store_of_its_own))) == 0
    bucket.line.fault = None
    eventually_nothing(lambda: examine(str(store_of_its_own), is_to_repair=True).findings)
    assert last_number(open_store(str(store_of_its_own))) > 0
    with runlore.get_run("trained", store=store_of_its_own).artifact("model.bin").open() as file:
        assert file.read() == b"weights" * 1000


def test_without_obstore_the_extra_is_named(moved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(moved)
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    monkeypatch.setenv("AWS_PROFILE", "another client is wanted")
    with pytest.raises(MissingExtra, match="obstore") as caught:
        runlore.get_run("first", store=moved).artifact("model.bin").open()
    assert "runlore[s3]" in str(caught.value.hint)
    assert len(runlore.list_runs(store=moved)) > 0


def test_the_command_line_shows_and_moves_them(store: Path, bucket: Bucket, cli: Command) -> None:
    shown = cli("objects", "--store", store)
    assert str(store) in shown.out
    moved = cli("objects", "--move-to", bucket.url, "--store", store, "--json")
    assert moved.code == 0
    assert moved.json["place"] == bucket.url
    assert bucket.url in cli("objects", "--store", store).out
    assert cli("objects", "--move-to", bucket.url, "--store", store, "--json").json["objects"] == 0
    bucket.line.fault = "refuse"
    unreachable = cli("objects", "--store", store)
    assert unreachable.code == 1
    assert bucket.name in unreachable.err
    failed = cli("objects", "--move-to", store, "--store", store)
    assert failed.code == 1
    assert json.loads((store / "objects.json").read_bytes())["url"] == bucket.url
    bucket.line.fault = None
    home = cli("objects", "--move-to", store, "--store", store)
    assert home.code == 0
    assert cli("objects", "--store", store, "--json").json["place"] == str(store)


def test_what_was_put_aside_as_unused_moves_along(store: Path, bucket: Bucket) -> None:
    folder = open_store(str(store))
    blob = StoreBlobs(folder).put_bytes(b"nobody uses it")
    found = StoreBlobs(folder).look(blob.digest)
    assert found is not None
    assert trash_of(folder).discard(found, 17)
    for place in (bucket.url, str(store)):
        move_objects(place, str(store), straggler_seconds=0)
        assert list(trash_of(folder).discarded()) == []
        assert StoreBlobs(folder).verify(blob.digest) == blob


def test_a_place_that_is_none_is_refused(store: Path) -> None:
    with pytest.raises(InvalidValue):
        move_objects("gs://bucket", str(store))
    with pytest.raises(InvalidValue):
        move_objects(str(store / "runs"), str(store))


def eventually_nothing(remaining: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while what := remaining():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
