from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlore.blobs.opening import StoreBlobs
from runlore.errors import ObjectsUnreachable
from runlore.helper.adopt import adopt_staged
from runlore.journal.folder import create_store
from runlore.journal.host import current_host
from runlore.journal.writer import Writer
from runlore.objects.moving import move
from runlore.records.ids import new_id
from tests.helper.training import records, waiting

if TYPE_CHECKING:
    from runlore.errors import RunloreError
    from runlore.journal.folder import StoreFolder
    from tests.services.s3 import Bucket

RUN = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"
ACTOR = "0192f0c1a2b30123456789abcdef0011"
NAME = f"{RUN}-1"
CONTENT = b"weights" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store(store_of_its_own: Path) -> StoreFolder:
    store = create_store(str(store_of_its_own))
    folder = Path(store.incoming, ACTOR)
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT)
    return store


@pytest.fixture
def writer(store: StoreFolder) -> Writer:
    return Writer(store, {"kind": "process"}, current_host(), on_trouble=print)


def adopt(store: StoreFolder, writer: Writer, *names: str) -> list[RunloreError]:
    slot = writer.declare_run(RUN, new_id(), 0)
    return adopt_staged(store, ACTOR, names, writer=writer, slot_of={RUN: slot}.__getitem__)


def blob(store: StoreFolder) -> Path:
    return Path(store.blobs, DIGEST[:2], DIGEST[2:])


def test_a_file_becomes_a_blob_with_a_record(store: StoreFolder, writer: Writer) -> None:
    assert adopt(store, writer, NAME) == []
    assert blob(store).read_bytes() == CONTENT
    assert waiting(store, ACTOR) == []
    (record,) = records(store, writer.actor, "staged.stored")
    assert record["run"] == RUN
    assert record["staged"] == f"{ACTOR}/{NAME}"
    assert (record["digest"], record["size_bytes"]) == (DIGEST, len(CONTENT))


def test_doing_it_again_after_a_kill_before_the_removal_is_harmless(
    store: StoreFolder, writer: Writer
) -> None:
    blob(store).parent.mkdir()
    os.link(Path(store.incoming, ACTOR, NAME), blob(store))
    assert adopt(store, writer, NAME) == []
    assert blob(store).read_bytes() == CONTENT
    assert waiting(store, ACTOR) == []


def test_a_file_that_somebody_else_has_taken_is_no_problem(
    store: StoreFolder, writer: Writer
) -> None:
    assert adopt(store, writer, NAME) == []
    assert adopt(store, writer, NAME, f"{RUN}-2") == []
    assert len(records(store, writer.actor, "staged.stored")) == 1


def test_what_stands_in_the_way_of_one_does_not_keep_the_others(
    store: StoreFolder, writer: Writer
) -> None:
    Path(store.incoming, ACTOR, f"{RUN}-0").mkdir()
    (problem,) = adopt(store, writer, f"{RUN}-0", NAME)
    assert "folder" in problem.message
    assert waiting(store, ACTOR) == [f"{RUN}-0"]


def test_while_the_record_waits_for_room_the_file_stays(
    store: StoreFolder, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    slot = writer.declare_run(RUN, new_id(), 0)
    writer.close()  # the next record needs a new file
    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", is_full)
        adopt_staged(store, ACTOR, [NAME], writer=writer, slot_of={RUN: slot}.__getitem__)
    assert waiting(store, ACTOR) == [NAME]
    assert blob(store).read_bytes() == CONTENT


def test_killed_after_the_upload_it_is_done_again_without_another(
    store: StoreFolder, writer: Writer, bucket: Bucket
) -> None:
    move(store, bucket.url)
    StoreBlobs(store).put_file(Path(store.incoming, ACTOR, NAME))
    count = bucket.line.count("PUT")
    assert adopt(store, writer, NAME) == []
    assert bucket.line.count("PUT") == count
    assert waiting(store, ACTOR) == []
    (record,) = records(store, writer.actor, "staged.stored")
    assert record["digest"] == DIGEST


def test_into_a_bucket_that_does_not_answer_files_wait_and_go_later(
    store: StoreFolder, writer: Writer, bucket: Bucket
) -> None:
    move(store, bucket.url)
    Path(store.incoming, ACTOR, f"{RUN}-2").write_bytes(b"second")
    bucket.line.fault = "refuse"
    (problem,) = adopt(store, writer, NAME, f"{RUN}-2")
    assert isinstance(problem, ObjectsUnreachable), "said once, and not asked for the second"
    assert waiting(store, ACTOR) == [NAME, f"{RUN}-2"]
    assert records(store, writer.actor, "staged.stored") == []
    bucket.line.fault = None
    assert adopt(store, writer, NAME, f"{RUN}-2") == []
    assert waiting(store, ACTOR) == []
    assert not blob(store).exists()
    assert StoreBlobs(store).verify(DIGEST).size_bytes == len(CONTENT)
    assert len(records(store, writer.actor, "staged.stored")) == 2
