from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.blobs.store import BlobStore
from runlore.errors import BlobDamaged

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = bytes(range(256)) * 10


def damaged_store(tmp_path: Path, content: bytes) -> tuple[BlobStore, str]:
    store = BlobStore(tmp_path)
    digest = store.put_bytes(CONTENT).digest
    store.path(digest).chmod(0o644)
    store.path(digest).write_bytes(content)
    return store, digest


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"!", b"", b"?" + CONTENT[1:]])
def test_reading_piece_by_piece_never_gives_all_of_a_damaged_blob(
    tmp_path: Path, content: bytes
) -> None:
    store, digest = damaged_store(tmp_path, content)
    got = bytearray()
    with store.open(digest) as file, pytest.raises(BlobDamaged):
        got.extend(itertools.chain.from_iterable(iter(lambda: file.read(100), b"")))
    assert len(got) < len(CONTENT)


def test_seeking_in_a_damaged_blob_raises_before_any_byte(tmp_path: Path) -> None:
    store, digest = damaged_store(tmp_path, CONTENT[:-1] + b"?")
    with store.open(digest) as file, pytest.raises(BlobDamaged):
        file.seek(-10, io.SEEK_END)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["read", "set", "current", "end"]), st.integers(0, 3_000))
    )
)
def test_it_reads_and_seeks_like_a_plain_file(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    store = BlobStore(tmp_path_factory.mktemp("store"))
    digest = store.put_bytes(CONTENT).digest
    with store.open(digest) as file, store.path(digest).open("rb") as plain:
        for what, number in steps:
            if what == "read":
                assert file.read(number) == plain.read(number)
            elif what == "set":
                assert file.seek(number) == plain.seek(number)
            elif what == "current":
                assert file.seek(number, io.SEEK_CUR) == plain.seek(number, io.SEEK_CUR)
            else:
                back = -min(number, len(CONTENT))
                assert file.seek(back, io.SEEK_END) == plain.seek(back, io.SEEK_END)
            assert file.tell() == plain.tell()


def test_numpy_reads_an_array_out_of_a_blob(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    store = BlobStore(tmp_path)
    buffer = io.BytesIO()
    np.savez(buffer, a=np.arange(5), b=np.ones(3))
    blob = store.put_bytes(buffer.getvalue())
    with store.open(blob.digest) as file, np.load(file) as arrays:
        assert arrays["a"].tolist() == [0, 1, 2, 3, 4]
