"""Show what of a run's code was not committed: the diff by its files, and what git didn't have."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlore.errors import DamageError, NotFound
from runlore.reading.code import kept_diff, kept_files
from runlore.reading.details import gone, is_gone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runlore.reading.store import StoreReader

MOST_CHARACTERS = 1_000_000
_MOST_FILES = 1_000
_MOST_UNTRACKED_BYTES = 100_000  # of one file
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")


@dataclass(frozen=True)
class ChangedFile:
    """A file of a diff, and how many lines it gained and lost."""

    path: str
    added: int
    removed: int


@dataclass(frozen=True)
class UntrackedFile:
    """A file that git didn't have; `text` is None for one that is no text, or too large."""

    path: str
    size_bytes: int
    text: str | None


@dataclass(frozen=True)
class CodeChanges:
    """What was not committed; `text` is None where that isn't known, and `reason` says why."""

    text: str | None
    files: list[ChangedFile] = field(default_factory=list)
    untracked: list[UntrackedFile] = field(default_factory=list)
    is_cut: bool = False
    reason: str | None = None


def changes_of_run(reader: StoreReader, run: str) -> CodeChanges:
    """Show the uncommitted changes of a run's code as they were kept.

    Raises:
        RunNotFound: if it is gone.
    """
    facts = reader.ask(lambda index: index.run_facts(run))
    if facts is None or is_gone(facts.run):
        raise gone(run, None if facts is None else facts.run)
    try:
        text = kept_diff(reader.folder.path, facts.context)
        untracked = kept_files(reader.folder.path, facts.context)
    except (NotFound, DamageError) as error:
        return CodeChanges(None, reason=error.message)
    if text is None and not untracked:
        return CodeChanges(None, reason=_reason(facts.context))
    whole = (text or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    shown = whole
    if len(whole) > MOST_CHARACTERS:
        shown = whole[: whole.rfind("\n", 0, MOST_CHARACTERS) + 1] or whole[:MOST_CHARACTERS]
    files = list(files_of(whole))
    others, is_short = _untracked(untracked, MOST_CHARACTERS - len(shown))
    is_cut = len(shown) < len(whole) or len(files) > _MOST_FILES or is_short
    return CodeChanges(
        None if text is None else shown, files[:_MOST_FILES], others, is_cut=is_cut,
        reason=_reason(facts.context) if text is None else None,
    )  # fmt: skip


def files_of(diff: str) -> Iterator[ChangedFile]:
    """Name the files of a diff as git writes it, each with the lines it gained and lost."""
    path, added, removed = None, 0, 0
    old_left = new_left = 0  # of the hunk, so that a line `--- x` in it is no header
    for line in diff.split("\n"):
        if old_left or new_left:
            mark = line[:1]
            added += mark == "+"
            removed += mark == "-"
            old_left -= mark in ("-", " ", "")
            new_left -= mark in ("+", " ", "")
            old_left, new_left = max(0, old_left), max(0, new_left)
            continue
        if line.startswith("diff --git "):
            if path is not None:
                yield ChangedFile(path, added, removed)
            path, added, removed = _named(line), 0, 0
        elif line.startswith(("--- ", "+++ ")):
            found = _unquoted(line[4:])
            if found != "/dev/null":
                path = found[2:]
        elif line.startswith("rename to "):
            path = _unquoted(line.removeprefix("rename to "))
        elif hunk := _HUNK.match(line):
            old_left, new_left = (1 if count is None else int(count) for count in hunk.groups())
    if path is not None:
        yield ChangedFile(path, added, removed)


def _named(line: str) -> str:
    """Take the name from `diff --git a/name b/name`, both the same but for renames."""
    names = line.removeprefix("diff --git ")
    if names.startswith('"'):
        return _unquoted(names[: names.find('" ') + 1])[2:]
    return names[2 : len(names) // 2]


def _unquoted(name: str) -> str:
    """Read a name as git writes it: in quotes with escapes where it isn't plain."""
    name = name.removesuffix("\t")
    if not (name.startswith('"') and name.endswith('"') and len(name) > 1):
        return name
    try:
        inner = codecs.escape_decode(name[1:-1].encode())[0]
    except ValueError:
        return name
    found: str = inner.decode("utf-8", "replace")
    return found


def _untracked(
    files: Mapping[str, bytes], most_characters: int
) -> tuple[list[UntrackedFile], bool]:
    found: list[UntrackedFile] = []
    room = most_characters
    for path in sorted(files)[:_MOST_FILES]:
        text = _text(files[path]) if len(files[path]) <= _MOST_UNTRACKED_BYTES else None
        if text is not None and len(text) > room:
            text = None
        room -= len(text or "")
        found.append(UntrackedFile(path, len(files[path]), text))
    return found, len(files) > len(found)


def _text(data: bytes) -> str | None:
    if b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _reason(context: Mapping[str, object]) -> str:
    notes = context.get("notes")
    for fact in ("diff", "code", "git"):
        said = notes.get(fact) if isinstance(notes, dict) else None
        if isinstance(said, str):
            return said
    return "nothing was kept of changes to the code"
