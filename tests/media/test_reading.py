from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from runlore.errors import ArtifactNotFound, InvalidValue
from runlore.media.reading import read_object
from runlore.media.writing import write_object

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["a.pkl", "a.pickle", "a.joblib"])
def test_a_pickle_is_read_only_when_trusted(tmp_path: Path, name: str) -> None:
    write_object(name, {"a": 1}, tmp_path / name)
    with pytest.raises(InvalidValue, match="can run any code") as caught:
        read_object(tmp_path / name)
    assert "trusted=True" in str(caught.value.hint)
    assert read_object(tmp_path / name, trusted=True) == {"a": 1}


def test_arrays_that_hide_a_pickle_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{}], object))
    np.savez(tmp_path / "a.npz", a=np.array([{}], object))
    for name in ("a.npy", "a.npz"):
        with pytest.raises(InvalidValue, match=f"can't be read as {name[1:]}"):
            read_object(tmp_path / name, trusted=True)


def test_a_yaml_that_makes_objects_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    (tmp_path / "a.yaml").write_text("!!python/object/apply:os.getcwd []")
    with pytest.raises(InvalidValue, match=r"can't be read as \.yaml"):
        read_object(tmp_path / "a.yaml", trusted=True)


def test_the_name_says_what_a_file_without_an_extension_is(tmp_path: Path) -> None:
    write_object("a.json", {"a": 1}, tmp_path / "cdef")
    assert read_object(tmp_path / "cdef", name="config/a.json") == {"a": 1}
    assert isinstance(read_object(tmp_path / "cdef"), bytes)


def test_damaged_and_missing_files_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(InvalidValue, match=r"can't be read as \.json"):
        read_object(tmp_path / "a.json")
    with pytest.raises(ArtifactNotFound, match="there is no file"):
        read_object(tmp_path / "missing.json")
