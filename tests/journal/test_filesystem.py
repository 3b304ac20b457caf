from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from runlore.journal.filesystem import is_local

if TYPE_CHECKING:
    from pathlib import Path

READS_MOUNTS = pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no such file")
MOUNTS = """\
22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:22 / /home rw,relatime - nfs4 server:/home rw
24 22 0:23 / /home/ada/fast rw,relatime master:3 propagate_from:2 - xfs /dev/sdb1 rw
25 22 0:24 / /with\\040space rw - cifs //server/share rw
26 22 0:25 / /auto rw - autofs systemd-1 rw
27 22 0:26 / /auto rw - btrfs /dev/sdc1 rw
28 22 0:27 / /covered rw - ext4 /dev/sdd1 rw
29 22 0:28 / /covered rw - lustre mgs:/scratch rw
30 22 0:29 / /remote rw - fuse.sshfs ada@host: rw
31 22 0:30 / /disk rw - fuseblk /dev/sde1 rw
a line that is none
"""


@pytest.fixture
def mounts_path(tmp_path: Path) -> str:
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTS)
    return str(path)


@READS_MOUNTS
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", True),
        ("/srv/store", True),
        ("/home", False),
        ("/home/ada/store", False),
        ("/home/ada/fast", True),
        ("/home/ada/fast/store", True),
        ("/home/ada/faster/store", False),
        ("/homework/store", True),
        ("/with space/store", False),
        ("/auto/store", True),
        ("/covered/store", False),
        ("/remote/store", False),
        ("/disk/store", True),
    ],
)
def test_the_innermost_and_latest_mount_decides(
    path: str, expected: bool, mounts_path: str
) -> None:
    assert is_local(path, mounts_path=mounts_path) is expected


@READS_MOUNTS
def test_a_link_is_followed_to_where_it_leads(tmp_path: Path, mounts_path: str) -> None:
    link = tmp_path / "link"
    link.symlink_to("/home/ada")
    assert not is_local(str(link / "store"), mounts_path=mounts_path)


@READS_MOUNTS
def test_without_a_list_of_mounts_nothing_counts_as_local(tmp_path: Path) -> None:
    assert not is_local("/", mounts_path=str(tmp_path / "missing"))


@READS_MOUNTS
def test_an_empty_list_of_mounts_makes_nothing_local(tmp_path: Path) -> None:
    empty = tmp_path / "mountinfo"
    empty.write_text("")
    assert not is_local("/", mounts_path=str(empty))


def test_memory_of_this_machine_is_local() -> None:
    assert is_local("/dev/shm/not-made-yet")
