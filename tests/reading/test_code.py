from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from runlore.blobs.opening import StoreBlobs
from runlore.errors import ArtifactNotFound, BlobDamaged
from runlore.helper.untracked import pack
from runlore.journal.folder import create_store
from runlore.reading.code import kept_diff, kept_files

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.journal.folder import StoreFolder


@pytest.fixture
def store(tmp_path: Path) -> StoreFolder:
    return create_store(str(tmp_path / "kept"))


def _kept(store: StoreFolder, content: bytes) -> dict[str, object]:
    return {"digest": StoreBlobs(store).put_bytes(content).digest}


def test_a_patch_comes_back_to_the_byte(store: StoreFolder) -> None:
    context = {"diff": _kept(store, b"+caf\xe9\r\n")}
    text = kept_diff(store.path, context)
    assert text is not None
    assert text.encode("utf-8", "surrogateescape") == b"+caf\xe9\r\n"


def test_no_changes_are_told_from_changes_that_nobody_knows(store: StoreFolder) -> None:
    assert kept_diff(store.path, {"diff": {"digest": None, "files": 0}}) == ""
    for context in ({}, {"diff": None}, {"diff": 3}):
        assert kept_diff(store.path, context) is None


def test_files_come_back_by_name(store: StoreFolder, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_text("x = 1\n")
    packed = pack(str(tmp_path), ["sub/a.py"], [("cells.py", "y")])
    context = {"untracked": _kept(store, packed.archive)}
    assert kept_files(store.path, context) == {"cells.py": b"y", "sub/a.py": b"x = 1\n"}


def test_no_files_are_none(store: StoreFolder) -> None:
    for context in ({}, {"untracked": None}, {"untracked": {"digest": None}}, {"untracked": "x"}):
        assert kept_files(store.path, context) == {}


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", 3])
def test_a_blob_that_is_gone_is_said(store: StoreFolder, digest: object) -> None:
    with pytest.raises(ArtifactNotFound, match="the diff was kept, but its file is not in"):
        kept_diff(store.path, {"diff": {"digest": digest}})


@pytest.mark.parametrize(
    "content",
    [
        b"not an archive",
        gzip.compress(b"not a tar", mtime=0),
        gzip.compress(b"x" * 600, mtime=0)[:-9],
    ],
)
def test_an_archive_that_is_none_is_said(store: StoreFolder, content: bytes) -> None:
    with pytest.raises(BlobDamaged, match="can't be read"):
        kept_files(store.path, {"untracked": _kept(store, content)})


def test_an_archive_that_claims_to_be_huge_is_not_unpacked(store: StoreFolder) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("bomb.py")
        member.size = 1 << 40
        archive.addfile(member, None)
    with pytest.raises(BlobDamaged, match="larger than it can be"):
        kept_files(store.path, {"untracked": _kept(store, buffer.getvalue())})
