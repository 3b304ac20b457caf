"""Pack the source files that git doesn't have, so that no code of a run is lost."""

from __future__ import annotations

import gzip
import io
import os
import re
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlore.client.increments import CLAIMS, METADATA
from runlore.helper.redaction import mask_hashes, mask_text
from runlore.helper.source_files import is_secret_file, is_source, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runlore.helper.git_program import Git

MOST_BYTES = 10_000_000
_MOST_FILES = 1000
_MOST_LIST_BYTES = 8_000_000
# Folders of runs are those with a `metadata.yaml`; people may keep code beside them.
_EXPERIMENTS = r"(?:.*/)?\.specweave/increments/[^/]+/experiments"
_RUN_FILE = re.compile(rf"(?P<run>{_EXPERIMENTS}/[^/]+)/{re.escape(METADATA)}", re.DOTALL)
_RESULT = re.compile(
    rf"{_EXPERIMENTS}/(?:{re.escape(CLAIMS)}/.*|(?:comparison|baselines)\.md)", re.DOTALL
)
_MOST_BESIDE = 50  # more files than that beside a script make it no project of its own


@dataclass(slots=True)
class Pack:
    """Files as a `.tar.gz`; the same files make the same bytes, whenever and by whomever.

    `files` pairs names with sizes, `left_out` names with reasons; `masked` holds the hashes of
    what was masked in them.
    """

    archive: bytes = b""
    files: list[tuple[str, int]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)


def untracked_sources(git: Git, store: str) -> list[str] | None:
    """List what git neither has nor ignores and looks like code or secrets; None if it failed.

    `git.folder` has to be the root; what lies in the folder `store` is passed over, and so is
    what is kept as plain files of the runs of an increment.
    """
    before = len(git.notes)
    found = bytearray()
    for piece in git.read("ls-files", "--others", "--exclude-standard", "--full-name", "-z"):
        found += piece
        if len(found) > _MOST_LIST_BYTES:
            git.notes.append("so many files are untracked that not all were looked at")
            break
    else:
        if len(git.notes) > before:
            return None
    names = [os.fsdecode(raw) for raw in bytes(found).split(b"\0")[:-1]]
    is_result = _results_among(names)
    inside = os.path.relpath(store, git.folder).replace(os.sep, "/") + "/" if store else "/"
    return [
        name
        for name in names
        if (is_source(name) or is_secret_file(name))
        and not name.endswith("/")
        and not name.startswith(inside)
        and not is_result(name)
    ]


def _results_among(names: Iterable[str]) -> Callable[[str], bool]:
    """Return what tells the plain files of runs in increments, which earlier runs have left."""
    runs = tuple({
        f"{found['run']}/" for name in names if (found := _RUN_FILE.fullmatch(name)) is not None
    })  # fmt: skip

    def is_result(name: str) -> bool:
        return name.startswith(runs) or _RESULT.fullmatch(name) is not None

    return is_result


def sources_beside(script: str) -> list[str]:
    """Name a script and the Python files in its folder, where it lies in a folder of its own."""
    folder, name = os.path.split(script)
    try:
        names = sorted(entry for entry in os.listdir(folder) if entry.endswith(".py"))
    except OSError:
        names = []
    is_common = os.path.realpath(folder) in map(
        os.path.realpath,
        (os.path.expanduser("~"), "/", "/tmp", "/root", "/home"),  # noqa: S108
    )
    if is_common or len(names) > _MOST_BESIDE:
        names = []
    return [name, *(other for other in names if other != name)]


def pack(folder: str, names: Sequence[str], texts: Iterable[tuple[str, str]] = ()) -> Pack:
    """Pack the files `names` of a folder, and `texts` given as pairs of name and content.

    Files of secrets are left out whole, and secrets within the others are masked.
    """
    packed = Pack()
    members: dict[str, tuple[bytes, bool]] = {}
    for name, text in texts:
        members[name] = (_masked(text.encode("utf-8", "surrogateescape")), False)
    size = sum(len(content) for content, _ in members.values())
    for name in names:
        content, reason = None, "a file of secrets"
        path = os.path.join(folder, name)
        if not is_secret_file(name):
            content, reason = read_source(path)
        if content is not None and size + len(content) > MOST_BYTES:
            content, reason = None, f"there is room for {MOST_BYTES:,} bytes"
        if content is not None and len(members) >= _MOST_FILES:
            content, reason = None, f"there is room for {_MOST_FILES:,} files"
        if content is None:
            packed.left_out.append((name, reason))
        else:
            size += len(content)
            members[name] = (_masked(content), os.access(path, os.X_OK))
    packed.files = [(name, len(members[name][0])) for name in sorted(members)]
    if members:
        packed.archive = _archive(members)
    packed.masked = list(
        dict.fromkeys(
            one for name, _ in packed.files for one in mask_hashes(_text(members[name][0]))
        )
    )
    return packed


def _archive(members: dict[str, tuple[bytes, bool]]) -> bytes:
    """Write members by name, with no time, owner or name of the machine in them."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(filename="", fileobj=buffer, mode="wb", mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name in sorted(members):
            content, is_executable = members[name]
            member = tarfile.TarInfo(name.encode("utf-8", "replace").decode())
            member.size = len(content)
            member.mode = 0o755 if is_executable else 0o644
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _masked(content: bytes) -> bytes:
    return mask_text(_text(content)).encode("utf-8", "surrogateescape")


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
