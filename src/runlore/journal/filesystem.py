"""Tell whether a path lies on a file system of this host alone.

Locks are trusted, and journals are written through a memory map, only where it does.
"""

from __future__ import annotations

import os
import sys

# Served by, or shared with, another host; also what a host shares with its virtual machines.
# fmt: off
_SHARED_TYPES = frozenset(
    (
        "9p", "acfs", "afs", "autofs", "beegfs", "ceph", "cifs", "coda", "cvfs", "davfs",
        "drvfs", "dvs", "fhgfs", "fuse", "gfs", "gfs2", "glusterfs", "gpfs", "lustre",
        "mfs", "ncp", "ncpfs", "nfs", "nfs3", "nfs4", "ocfs2", "orangefs", "osxfs", "panfs",
        "prl_fs", "pvfs2", "quobyte", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs",
        "vmhgfs", "webdav", "wekafs",
    )
)
# fmt: on
_ESCAPES = ((rb"\040", b" "), (rb"\011", b"\t"), (rb"\012", b"\n"), (rb"\134", b"\\"))
_POINT_FIELD = 4
_DARWIN_MNT_LOCAL = 0x1000


def is_local(path: str, *, mounts_path: str = "/proc/self/mountinfo") -> bool:
    """Say whether `path`, or the folder that it will be made in, is on a local file system.

    False also where that can't be found out. Every `fuse.…` type counts as shared: most are
    (sshfs, glusterfs, rclone), and taking a local one for shared costs only speed.
    """
    if sys.platform == "darwin":
        return _is_local_on_darwin(path)
    try:
        with open(mounts_path, "rb") as mounts:
            kind = _type_of_mount(os.fsencode(os.path.realpath(path)), mounts.read())
    except OSError:
        return False
    return kind is not None and kind not in _SHARED_TYPES and not kind.startswith("fuse.")


def _type_of_mount(path: bytes, mounts: bytes) -> str | None:
    """Find the type of the innermost mount above `path`; the last of equals covers the others."""
    longest = -1
    kind = None
    for line in mounts.splitlines():
        fields, separator, rest = line.partition(b" - ")
        parts = fields.split(b" ")
        if not separator or len(parts) <= _POINT_FIELD:
            continue
        point = parts[_POINT_FIELD]
        for escape, character in _ESCAPES:
            point = point.replace(escape, character)
        folder = point.rstrip(b"/")
        if len(folder) >= longest and (path == point or path.startswith(folder + b"/")):
            longest = len(folder)
            kind = rest.split(b" ", 1)[0].decode("ascii", "replace").lower()
    return kind


def _is_local_on_darwin(path: str) -> bool:
    """Ask `statfs` for the MNT_LOCAL flag, which lies at byte 64 of its answer."""
    import ctypes

    existing = os.path.realpath(path)
    while not os.path.exists(existing) and existing != os.path.dirname(existing):
        existing = os.path.dirname(existing)
    answer = ctypes.create_string_buffer(4096)
    library = ctypes.CDLL(None)
    # On Intel the plain name is the old call with 32-bit inode numbers.
    statfs = getattr(library, "statfs$INODE64", None) or library.statfs
    if statfs(os.fsencode(existing), answer) != 0:
        return False
    return bool(int.from_bytes(answer.raw[64:68], sys.byteorder) & _DARWIN_MNT_LOCAL)
