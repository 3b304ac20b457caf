from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import runlore
from runlore.blobs.store import BlobStore
from runlore.errors import ArtifactNotFound, BlobDamaged, InvalidValue
from tests.reading.recording import settle

if TYPE_CHECKING:
    from runlore.client.run import Run
    from runlore.reading.run import StoredRun


def store_files(store: Path, run: Run, found: StoredRun) -> None:
    """Do what the helper does: make blobs of the staged files, say so, remove them."""
    for file in (*found.artifact_versions, *found.media):
        if file._row.staged is not None:
            path = store / "incoming" / file._row.staged
            blob = BlobStore(store).put_file(path)
            run.record(
                "staged.stored",
                staged=file._row.staged,
                digest=blob.digest,
                size_bytes=blob.size_bytes,
            )
            path.unlink()


def test_an_artifact_is_read_where_it_was_staged_and_then_as_a_blob(
    store: Path, tmp_path: Path
) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    with runlore.start_run("it", store=store) as run:
        run.log_artifact(tmp_path / "model.bin", kind="model")
        found = runlore.get_run("it", store=store)
        (file,) = found.artifacts
        assert (file.name, file.type, file.version) == ("model.bin", "model", 1)
        assert (file.size_bytes, file.digest, file.direction) == (7, None, "output")
        assert file.path().startswith(str(store / "incoming"))
        with file.open() as staged:
            assert staged.read() == b"weights"
        store_files(store, run, found)
    # The same object finds it where it is now.
    assert file.path().startswith(str(store / "blobs"))
    assert file.digest == hashlib.sha256(b"weights").hexdigest()
    with file.open() as blob:
        assert blob.read() == b"weights"
    assert file.read() == b"weights"
    settle(store)
    assert runlore.get_run("it", store=store).artifact("model.bin").read() == b"weights"


def test_an_artifact_is_downloaded_staged_or_stored(store: Path, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    with runlore.start_run("it", store=store) as run:
        run.log_artifact(tmp_path / "model.bin", name="deep/model.bin")
        found = runlore.get_run("it", store=store)
        (file,) = found.artifacts
        path = file.download(tmp_path / "staged")
        assert path == str(tmp_path / "staged" / "deep" / "model.bin")
        store_files(store, run, found)
    assert (tmp_path / "staged" / "deep" / "model.bin").read_bytes() == b"weights"
    for one in (file, runlore.get_run("it", store=store).artifact("deep/model.bin")):
        one.download(tmp_path / "stored")
        target = tmp_path / "stored" / "deep" / "model.bin"
        assert target.read_bytes() == b"weights"
        target.write_bytes(b"other")
        with pytest.raises(InvalidValue, match="not what is to be written"):
            one.download(tmp_path / "stored")
        one.download(tmp_path / "stored", overwrite=True)
        assert target.read_bytes() == b"weights"


def test_versions_of_a_name_are_counted_and_the_newest_is_current(store: Path) -> None:
    with runlore.start_run("it", store=store) as run:
        for number in range(3):
            run.save_artifact("state.json", {"number": number})
        run.save_artifact("other.json", [])
    found = runlore.get_run("it", store=store)
    assert [(file.name, file.version) for file in found.artifacts] == [
        ("other.json", 1),
        ("state.json", 3),
    ]
    assert found.artifact("state.json").read() == {"number": 2}
    assert found.artifact("state.json", version=1).read() == {"number": 0}
    assert [file.version for file in found.artifact_versions] == [1, 1, 2, 3]


def test_a_pickle_is_read_only_when_trusted(store: Path) -> None:
    with runlore.start_run("it", store=store) as run:
        run.save_artifact("object.pkl", {"a": 1})
    file = runlore.get_run("it", store=store).artifact("object.pkl")
    with pytest.raises(InvalidValue, match="pickle"):
        file.read()
    assert file.read(trusted=True) == {"a": 1}


def test_a_damaged_blob_is_not_handed_out(store: Path) -> None:
    with runlore.start_run("it", store=store) as run:
        run.save_artifact("text.txt", "content")
        found = runlore.get_run("it", store=store)
        store_files(store, run, found)
    file = found.refresh().artifact("text.txt")
    path = store / "blobs" / str(file.digest)[:2] / str(file.digest)[2:]
    path.chmod(0o644)
    path.write_bytes(b"CONTENT")
    message = r"the artifact 'text\.txt' is not what was logged"
    with file.open() as blob, pytest.raises(BlobDamaged, match=message):
        blob.read()
    with pytest.raises(BlobDamaged, match=message):
        file.read()


def test_a_damaged_blob_is_not_downloaded(store: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    with runlore.start_run("it", store=store) as run:
        run.log_artifact(tmp_path / "a.txt")
        found = runlore.get_run("it", store=store)
        store_files(store, run, found)
    file = runlore.get_run("it", store=store).artifact("a.txt")
    blob = Path(file.path())
    blob.chmod(0o644)
    blob.write_text("rubb")
    with pytest.raises(BlobDamaged):
        file.download(tmp_path / "out")
    assert not (tmp_path / "out" / "a.txt").exists()


def test_a_file_that_is_gone_is_said_to_be(store: Path) -> None:
    with runlore.start_run("it", store=store) as run:
        run.save_artifact("text.txt", "content")
    file = runlore.get_run("it", store=store).artifact("text.txt")
    for staged in store.glob("incoming/*/*"):
        staged.unlink()
    with pytest.raises(ArtifactNotFound, match=r"'text\.txt' is recorded, but its file is not"):
        file.path()


@pytest.mark.parametrize(
    "staged", ["../../secret", "{actor}/../../../secret", "{actor}/", "x/y", "{actor}/{run}-1/../x"]
)
def test_a_record_can_name_no_file_outside_of_the_store(
    store: Path, tmp_path: Path, staged: str
) -> None:
    (tmp_path / "secret").write_text("secret")
    with runlore.start_run("it", store=store) as run:
        actor = run._writer.actor
        (store / "incoming" / actor).mkdir(exist_ok=True)
        run.record(
            "artifact.logged", id="0" * 32, direction="output", name="innocent", type="file",
            media_type=None, size_bytes=6, details={},
            staged=staged.format(actor=actor, run=run.id),
        )  # fmt: skip
    (file,) = runlore.get_run("it", store=store).artifacts
    with pytest.raises(ArtifactNotFound):
        file.path()


def test_media_come_back_as_what_they_are(store: Path) -> None:
    pixels = np.zeros((2, 3, 3), np.uint8)
    with runlore.start_run("it", store=store) as run:
        run.log_text("sample", "grüezi", 1)
        run.log_table("table", [{"a": 1, "b": math.nan}, {"a": 2**60, "b": None}], 2, context="val")
        run.log_histogram("weights", [0.0, 1.0, 1.0], 3, bins=2)
        run.log_image("picture", pixels)
    media = {item.name: item for item in runlore.get_run("it", store=store).media}
    assert media["sample"].read() == "grüezi"
    assert (media["sample"].step, media["sample"].type) == (1, "text")
    table = media["table"].read()
    assert isinstance(table, dict)
    assert table["columns"] == ["a", "b"]
    assert table["rows"][1] == [2**60, None]
    assert math.isnan(table["rows"][0][1]) or table["rows"][0][1] is None
    assert media["table"].context == "val"
    histogram = media["weights"].read()
    assert isinstance(histogram, dict)
    assert histogram["counts"] == [1, 2]
    assert media["picture"].step is None
    assert media["picture"].media_type == "image/png"
    with media["picture"].open() as image:
        assert image.read(4) == b"\x89PNG"
    assert repr(media["sample"]) == "<MediaItem text 'sample' at step 1>"
