from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from runlore.errors import InvalidType, InvalidValue, RunloreError, StoreReadOnly
from tests.journal.recorded import recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runlore.client.run import Run


def records(store: Path, kind: str) -> list[dict[str, Any]]:
    return recorded(store, is_complete=False).of_kind(kind)


def staged(store: Path, record: dict[str, Any]) -> bytes:
    name: str = record["staged"]
    return (store / "incoming" / name).read_bytes()


class TestArtifacts:
    def test_a_file_is_taken_as_it_is_in_the_call(
        self, run: Run, store: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "checkpoint.bin"
        path.write_bytes(b"first")
        run.log_artifact(path)
        path.write_bytes(b"second")
        run.log_artifact(str(path), "named.bin", kind="model")
        path.unlink()
        first, second = records(store, "artifact.logged")
        assert [first[key] for key in ("name", "type", "size_bytes", "direction")] == [
            "checkpoint.bin", "file", 5, "output",
        ]  # fmt: skip
        assert [second[key] for key in ("name", "type", "size_bytes")] == ["named.bin", "model", 6]
        assert (staged(store, first), staged(store, second)) == (b"first", b"second")

    def test_a_file_can_be_moved(self, run: Run, store: Path, tmp_path: Path) -> None:
        path = tmp_path / "large.bin"
        path.write_bytes(b"content")
        run.log_artifact(path, move=True)
        assert not path.exists()
        (record,) = records(store, "artifact.logged")
        assert staged(store, record) == b"content"

    def test_each_file_of_a_folder_is_taken(self, run: Run, store: Path, tmp_path: Path) -> None:
        folder = tmp_path / "model"
        (folder / "deep").mkdir(parents=True)
        (folder / "a.bin").write_bytes(b"a")
        (folder / "deep" / "b.bin").write_bytes(b"b")
        run.log_artifact(folder)
        run.log_artifact(f"{folder}/", "again")
        names = [record["name"] for record in records(store, "artifact.logged")]
        assert names == ["model/a.bin", "model/deep/b.bin", "again/a.bin", "again/deep/b.bin"]

    def test_a_store_in_a_folder_is_left_out(self, run: Run, store: Path) -> None:
        (store.parent / "beside.txt").write_text("kept")
        run.log_artifact(store.parent, "all")
        names = [record["name"] for record in records(store, "artifact.logged")]
        assert "all/beside.txt" in names
        assert not [name for name in names if "journal" in name]

    def test_objects_are_kept_by_the_extension_of_the_name(self, run: Run, store: Path) -> None:
        run.save_artifact("values.npy", np.arange(3))
        run.save_artifact("config.json", {"lr": 0.1})
        run.save_artifact("notes.txt", "µ")
        array, config, notes = records(store, "artifact.logged")
        assert staged(store, array).startswith(b"\x93NUMPY")
        assert staged(store, config).strip().startswith(b"{")
        assert staged(store, notes) == "µ".encode()

    def test_names_lead_nowhere(self, run: Run, store: Path, tmp_path: Path) -> None:
        path = tmp_path / "a.bin"
        path.write_bytes(b"a")
        before = sorted(tmp_path.rglob("*"))
        for name in ("../x", "/x", "a/../../x"):
            with pytest.raises(InvalidValue):
                run.log_artifact(path, name)
        assert sorted(tmp_path.rglob("*")) == before
        assert records(store, "artifact.logged") == []


class TestMedia:
    def test_what_can_be_looked_at_is_kept_at_its_step(self, run: Run, store: Path) -> None:
        run.log_image("sample", np.zeros((4, 5, 3)), 1, context="val", caption="nothing")
        run.log_table("table", [{"a": 1}, {"a": 2}], 2)
        run.log_text("text", "hello", 3)
        run.log_histogram("weights", np.arange(100.0), 4, bins=8)
        logged = records(store, "media.logged")
        assert [(each["name"], each["type"], each["step"]) for each in logged] == [
            ("sample", "image", 1), ("table", "table", 2), ("text", "text", 3),
            ("weights", "histogram", 4),
        ]  # fmt: skip
        assert logged[0]["context"] == "val"
        assert logged[0]["details"]["caption"] == "nothing"
        assert (logged[0]["details"]["width"], logged[0]["details"]["height"]) == (5, 4)
        assert staged(store, logged[0]).startswith(b"\x89PNG")
        assert all("staged" in each or "data" in each for each in logged)


REFUSED: list[tuple[Callable[[Any], object], type[RunloreError], str]] = [
    (lambda run: run.log_artifact("/no/such"), InvalidValue, "there is no file /no/such\nhint:"),
    (lambda run: run.log_artifact("a\0b"), InvalidValue, "there is no file"),
    (lambda run: run.log_artifact(os.devnull), InvalidValue, "/dev/null is a device, not a file\n"),
    (
        lambda run: run.log_artifact(__file__, move=3),
        InvalidType,
        "move is an int (3), not True or False\nhint: say move=True or move=False",
    ),
    (lambda run: run.log_artifact(5), InvalidType, "the path is an int: 5\nhint: give the path of"),
    (lambda run: run.log_artifact(__file__, 5), InvalidType, "an artifact's name is an int, not"),
    (lambda run: run.log_artifact(__file__, kind=5), InvalidType, "a kind is an int, not text: 5"),
    (lambda run: run.save_artifact("x.txt", "", kind=5), InvalidType, "a kind is an int, not text"),
    (lambda run: run.save_artifact(5, "text"), InvalidType, "an artifact's name is an int, not"),
    (lambda run: run.save_model({}, 5), InvalidType, "an artifact's name is an int, not text: 5"),
    (
        lambda run: run.log_image("x", np.zeros((1, 1)), caption=5),
        InvalidType,
        "a caption is an int, not text: 5",
    ),
    (lambda run: run.save_artifact("", 1), InvalidValue, "'' can't be an artifact's name: it is"),
    (lambda run: run.save_artifact("x.nope", 1), RunloreError, ""),
    (lambda run: run.log_image("x", "no image"), RunloreError, ""),
    (lambda run: run.log_text("", "text"), InvalidValue, "a name is empty\nhint: give it at least"),
    (lambda run: run.log_text("x", "text", 1.5), InvalidType, "the step is a float (1.5), not a"),
    (lambda run: run.log_text("x", "text", context=5), InvalidType, "the context is an int (5)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_what_is_refused_leaves_nothing_behind(
    run: Run,
    store: Path,
    call: Callable[[Any], object],
    error: type[RunloreError],
    message: str,
) -> None:
    before = recorded(store, is_complete=False)
    with pytest.raises(error) as caught:
        call(run)
    assert str(caught.value).startswith(message)
    assert recorded(store, is_complete=False) == before
    assert [path for path in (store / "incoming").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EIO, "Input/output error"), StoreReadOnly("'incoming' can't be written")],
    ids=["system", "store"],
)
def test_a_store_that_fails_is_said_and_counted_and_training_goes_on(
    run: Run,
    store: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr("runlore.blobs.snapshot.snapshot", fail)
    path = tmp_path / "a.bin"
    path.write_bytes(b"a")
    run.log_artifact(path)
    assert capsys.readouterr().err.startswith("runlore: the artifact 'a.bin' could not be kept: ")
    (trouble,) = records(store, "trouble")
    assert (trouble["what"], trouble["lost_records"]) == ("file", 1)
    assert records(store, "artifact.logged") == []
