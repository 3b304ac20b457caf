"""Take the uncommitted changes of a repository as a patch that can be applied again."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlore.helper.redaction import mask_hashes, mask_text
from runlore.helper.source_files import is_secret_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runlore.helper.git_program import Git

MOST_BYTES = 5_000_000
MOST_FILE_BYTES = 1_000_000
_MOST_EXCLUDED = 500
_LARGE_SOURCE_BYTES = 20_000_000  # git would compress all of it only for us to leave it out
_OPTIONS = (
    "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--binary", "--full-index",
    "--submodule=short", "--ignore-submodules=dirty", "--src-prefix=a/", "--dst-prefix=b/",
    "--no-relative", "-O/dev/null", "--unified=3", "--inter-hunk-context=0",
    "--ws-error-highlight=none",
)  # fmt: skip
_BEGIN = b"diff --git "
_ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13}
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")


@dataclass(slots=True)
class Diff:
    """A patch against the commit `base`; `left_out` pairs paths with why they are missing.

    `masked` holds the hashes of what was masked in added lines.
    """

    base: str
    patch: bytes = b""
    files: int = 0
    insertions: int = 0
    deletions: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)


def read_diff(git: Git, commit: str | None) -> Diff | None:
    """Compare the files that git knows with `commit`, None where there is no commit yet.

    Staged and unstaged changes are taken together. What is too large, or a file of secrets, is
    left out by name; the rest is whole files, so that the patch can be applied. `git.folder`
    has to be the root. Returns None if git failed; `git.notes` says why.
    """
    base = commit or git.ask("hash-object", "-t", "tree", "/dev/null")
    if not base:
        return None
    diff = Diff(base)
    troubles = len(git.notes)
    excluded = _unwanted(git, base, diff)
    if len(git.notes) > troubles:
        return None
    paths = [f":(exclude,top,literal){path}" for path in excluded[:_MOST_EXCLUDED]]
    sections = _sections(git.read("diff", *_OPTIONS, base, "--", ".", *paths))
    kept = _kept([section for section in sections if section.path not in excluded], diff)
    if len(git.notes) > troubles and kept:
        diff.left_out.append((kept.pop().path, "git was ended while it told of it"))
    masked = [_masked(section.content or b"", diff) for section in kept]
    diff.patch = b"".join(masked)
    diff.files = len(masked)
    diff.masked = mask_hashes(diff.patch.decode("ascii", "replace"))
    return diff


def _kept(sections: Iterable[_Section], diff: Diff) -> list[_Section]:
    """Take as many files as there is room for; `diff` is told of the others."""
    kept: list[_Section] = []
    size = 0
    for section in sections:
        if section.content is None:
            reason = f"its changes take more than {MOST_FILE_BYTES:,} bytes"
            diff.left_out.append((section.path, reason))
        elif size + len(section.content) > MOST_BYTES:
            diff.left_out.append((section.path, f"the diff is full at {MOST_BYTES:,} bytes"))
        else:
            size += len(section.content)
            kept.append(section)
    return kept


def _unwanted(git: Git, base: str, diff: Diff) -> list[str]:
    """List the changed files that are not to be read at all; `diff` is told why."""
    options = ("--name-only", "--no-renames", "--no-ext-diff", "--ignore-submodules=all", "-z")
    names = b"".join(git.read("diff", *options, base, "--"))
    unwanted = []
    for raw in names.split(b"\0"):
        path = os.fsdecode(raw)
        if not path:
            continue
        reason = ""
        if is_secret_file(path):
            reason = "a file of secrets"
        else:
            try:
                is_large = os.lstat(os.path.join(git.folder, path)).st_size > _LARGE_SOURCE_BYTES
            except OSError:
                is_large = False  # deleted
            reason = f"larger than {_LARGE_SOURCE_BYTES:,} bytes" if is_large else ""
        if reason:
            unwanted.append(path)
            diff.left_out.append((path, reason))
    return unwanted


@dataclass(slots=True)
class _Section:
    """What a patch says of one file; None if that is too much."""

    path: str
    content: bytes | None


def _sections(pieces: Iterable[bytes]) -> Iterator[_Section]:
    """Cut a patch into files, holding no more than one of them."""
    lines: list[bytes] = []
    path = ""
    size = 0
    for line in _lines(pieces):
        if line.startswith(_BEGIN):
            if path:
                yield _Section(path, b"".join(lines) if size <= MOST_FILE_BYTES else None)
            path, size = _path_of(line), 0
            lines.clear()
        size += len(line)
        if size <= MOST_FILE_BYTES:
            lines.append(line)
    if path:
        yield _Section(path, b"".join(lines) if size <= MOST_FILE_BYTES else None)


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines with their ends; of a line longer than a file may be, only its beginning."""
    rest = b""
    for piece in pieces:
        first, *others = (rest + piece).split(b"\n")
        for line in others:
            yield first + b"\n"
            first = line
        rest = first
        if len(rest) > MOST_FILE_BYTES + len(piece):
            rest = rest[: MOST_FILE_BYTES + 1]
    if rest:
        yield rest


def _path_of(line: bytes) -> str:
    """Read the path from `diff --git a/PATH b/PATH`; without renames both are the same."""
    both = line[len(_BEGIN) :].rstrip(b"\n")
    half = both[: (len(both) - 1) // 2]
    if half.startswith(b'"'):
        half = _ESCAPE.sub(_unescaped, half[1:-1])
    return os.fsdecode(half[2:])


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    return bytes([int(code, 8) if code.isdigit() else _ESCAPES.get(code, code[0])])


def _masked(section: bytes, diff: Diff) -> bytes:
    """Mask secrets in added lines, several in a row together, and count the lines."""
    lines = section.decode("utf-8", "surrogateescape").split("\n")
    start = next((place for place, line in enumerate(lines) if line.startswith("@@ ")), len(lines))
    done = lines[:start]
    added: list[str] = []
    for line in lines[start:]:
        if line.startswith("+"):
            added.append(line[1:])
            continue
        done += _masked_lines(added)
        diff.insertions += len(added)
        diff.deletions += line.startswith("-")
        added = []
        done.append(line)
    diff.insertions += len(added)
    done += _masked_lines(added)
    return "\n".join(done).encode("utf-8", "surrogateescape")


def _masked_lines(added: list[str]) -> list[str]:
    if not added:
        return []
    return [f"+{line}" for line in mask_text("\n".join(added)).split("\n")]
