from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runlore.errors import InvalidType, InvalidValue, StoreError, StoreFull
from runlore.media.reading import read_object
from runlore.media.writing import write_object


def nothing_left(folder: Path) -> bool:
    return list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "kind", "media_type"),
    [
        ("a.pkl", {"a": (1, 2)}, "data", "application/x-pickle"),
        ("A.PICKLE", b"bytes", "data", "application/x-pickle"),
        ("run.sh", "echo", "text", "application/x-sh"),
        ("notes", "text", "text", "text/plain"),
        ("a.tar.gz", b"\x1f\x8b", "file", "application/octet-stream"),
        ("a.toml", "x = 1", "text", "text/plain"),
        ("folder.d/a.py", "x = 1", "text", "text/x-python"),
        ("a.unknown", b"\0", "file", "application/octet-stream"),
    ],
)
def test_the_extension_decides(
    tmp_path: Path, name: str, value: object, kind: str, media_type: str
) -> None:
    path = tmp_path / "object"
    written = write_object(name, value, path)
    assert written.path == path
    assert written.size_bytes == path.stat().st_size
    if name != "run.sh":
        assert (written.kind, written.media_type) == (kind, media_type)
    assert [entry.name for entry in tmp_path.iterdir()] == ["object"]


@pytest.mark.parametrize("extension", [".pkl", ".joblib"])
def test_a_fitted_model_is_a_model(tmp_path: Path, extension: str) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    model = linear_model.LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
    path = tmp_path / f"model{extension}"
    assert write_object(path.name, model, path).kind == "model"
    back: Any = read_object(path, trusted=True)
    assert back.predict([[3.0]]) == pytest.approx([6.0])


def test_an_older_file_is_replaced_and_only_when_all_went_well(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_object("a.json", [1], path)
    with pytest.raises(InvalidType):
        write_object("a.json", [object()], path)
    assert read_object(path) == [1]
    write_object("a.json", [2], path)
    assert read_object(path) == [2]
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


def test_an_error_names_the_type_the_extension_and_what_it_takes(tmp_path: Path) -> None:
    with pytest.raises(InvalidType) as caught:
        write_object("plots/a.webp", {"a": 1}, tmp_path / "a.webp")
    assert caught.value.message == "'plots/a.webp': a dict can't be written as a .webp file"
    assert caught.value.hint == (
        "a .webp file takes a PIL image, or an array (height, width[, 3 or 4]) of uint8 or floats "
        "from 0 to 1; .pkl takes any object, log_artifact takes files"
    )
    with pytest.raises(InvalidType, match="a file without an extension"):
        write_object("notes", 3, tmp_path / "notes")
    assert nothing_left(tmp_path)


def test_what_cannot_be_pickled_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(InvalidType, match=r"a function can't be written as a \.pkl file: .*lambda"):
        write_object("a.pkl", lambda: 1, tmp_path / "a.pkl")
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("name", ["a.pkl", "a.onnx", "a.parquet", "a.png", "a.npy", "a.html"])
def test_the_path_of_a_file_is_not_its_content(tmp_path: Path, name: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x")
    for value in (str(source), source):
        with pytest.raises(InvalidType, match="is the path of a file, not its content") as caught:
            write_object(name, value, tmp_path / name)
        assert caught.value.hint == "use log_artifact(path) to keep a file"
    assert [entry.name for entry in tmp_path.iterdir()] == ["source"]


def test_a_text_may_be_the_name_of_a_file(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.touch()
    for name in ("a.txt", "a.md", "a.json", "notes"):
        write_object(name, str(source), tmp_path / name)
    assert (tmp_path / "a.txt").read_text() == str(source)


def test_bytes_that_are_such_a_file_already_are_kept(tmp_path: Path) -> None:
    write_object("a.npy", np.ones(2), tmp_path / "a.npy")
    content = (tmp_path / "a.npy").read_bytes()
    write_object("b.npy", content, tmp_path / "b.npy")
    assert (tmp_path / "b.npy").read_bytes() == content
    with pytest.raises(InvalidType, match=r"a bytes can't be written as a \.png file"):
        write_object("b.png", content, tmp_path / "b.png")


def test_bytes_in_a_pickle_are_an_object(tmp_path: Path) -> None:
    write_object("a.pkl", b"abc", tmp_path / "a.pkl")
    assert pickle.loads((tmp_path / "a.pkl").read_bytes()) == b"abc"


def test_a_destination_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="is a folder"):
        write_object("a.txt", "x", tmp_path)
    with pytest.raises(StoreError, match="can't be written: No such file or directory"):
        write_object("a.txt", "x", tmp_path / "missing" / "a.txt")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def to_a_full_disk(path: Path, name: str) -> Path:
        link = path.parent / name
        os.symlink("/dev/full", link)
        return link

    monkeypatch.setattr(Path, "with_name", to_a_full_disk)
    with pytest.raises(StoreFull, match="no room left"):
        write_object("a.txt", "x", tmp_path / "a.txt")
    assert nothing_left(tmp_path)


@pytest.mark.wide("torch")
def test_torch_values_come_back_from_pt(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    written = write_object("a.pt", {"w": torch.ones(2)}, tmp_path / "a.pt")
    assert written.kind == "model"
    back: Any = read_object(tmp_path / "a.pt")
    assert back["w"].tolist() == [1.0, 1.0]
