"""Show how the code of two runs differs, as far as what was kept of it tells."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.actions.code_changes import MOST_CHARACTERS, CodeChanges, files_of
from runlore.actions.patches import between, between_texts
from runlore.compare.wording import listed
from runlore.errors import DamageError, NotFound
from runlore.helper.git_program import Git
from runlore.reading.code import kept_diff, kept_files
from runlore.reading.details import gone, is_gone
from runlore.records.ids import short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.reading.store import StoreReader

_GIT_SECONDS = 5.0
_MOST_FILES = 1_000
_MOST_UNTRACKED_BYTES = 200_000  # of one file
_STORE_FOLDER = ".runlore"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_OPTIONS = (
    "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--ignore-submodules=all",
    "--src-prefix=a/", "--dst-prefix=b/", "--no-relative",
)  # fmt: skip


class _Code(NamedTuple):
    """What was kept of a run's code; `patch` is None where it isn't known."""

    name: str
    commit: str | None
    patch: str | None
    is_dirty: bool
    untracked: dict[str, bytes]
    left_out: int


def differences_of_code(reader: StoreReader, first: str, second: str) -> CodeChanges:
    """Show what leads from the code of one run to that of another.

    Of runs on the same commit by their kept changes alone; between commits, by the repository
    that the store lies in, if it has them. `reason` says what isn't shown, and why.

    Raises:
        RunNotFound: if one of them is gone.
    """
    try:
        ours, theirs = (_code(reader, run) for run in (first, second))
    except (NotFound, DamageError) as error:
        if error.code == "run-not-found":
            raise
        return CodeChanges(None, reason=error.message)
    notes: list[str] = []
    text = _tracked(reader, ours, theirs, notes)
    others = _untracked(ours, theirs, notes)
    notes += [
        f"{one.left_out} files of {one.name} were too large or secret to be kept"
        for one in (ours, theirs)
        if one.left_out
    ]
    if text is None and not others:
        if ours.untracked and ours.untracked == theirs.untracked:
            return CodeChanges("", reason="; ".join(["the files that were kept are equal", *notes]))
        return CodeChanges(None, reason="; ".join(notes) or "no code was kept of these runs")
    whole = (text or "") + others
    shown = whole
    if len(whole) > MOST_CHARACTERS:
        shown = whole[: whole.rfind("\n", 0, MOST_CHARACTERS) + 1] or whole[:MOST_CHARACTERS]
    files = list(files_of(whole))
    return CodeChanges(
        shown, files[:_MOST_FILES],
        is_cut=len(shown) < len(whole) or len(files) > _MOST_FILES,
        reason="; ".join(notes) or None,
    )  # fmt: skip


def _code(reader: StoreReader, run: str) -> _Code:
    facts = reader.ask(lambda index: index.run_facts(run))
    if facts is None or is_gone(facts.run):
        raise gone(run, None if facts is None else facts.run)
    context, path = facts.context, reader.folder.path
    git = context.get("git")
    git = git if isinstance(git, dict) else {}
    commit = git.get("commit")
    known = isinstance(commit, str) and _COMMIT.fullmatch(commit) is not None
    is_dirty = bool(git.get("is_dirty"))
    patch = kept_diff(path, context)
    if patch is None and known and git.get("is_dirty") is False:
        patch = ""
    if patch is not None:
        patch = patch.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _Code(
        f"the run {short(run)}", str(commit) if known else None, patch, is_dirty,
        kept_files(path, context), _left_out(context),
    )  # fmt: skip


def _left_out(context: Mapping[str, Any]) -> int:
    counts = [
        fact.get("left_out_count")
        for name in ("diff", "untracked")
        if isinstance(fact := context.get(name), dict)
    ]
    return sum(count for count in counts if isinstance(count, int))


def _tracked(reader: StoreReader, ours: _Code, theirs: _Code, notes: list[str]) -> str | None:
    """Give the patch between what git knew of both; None where that can't be told."""
    unknown = [one.name for one in (ours, theirs) if one.commit is None]
    if unknown:
        notes.append(f"no commit is known of {listed(unknown)}")
        return None
    if ours.commit != theirs.commit:
        return _across_commits(reader, ours, theirs, notes)
    lacking = [one.name for one in (ours, theirs) if one.patch is None]
    if lacking:
        notes.append(f"the uncommitted changes of {listed(lacking)} weren't kept")
        return None
    text, hidden = between(ours.patch or "", theirs.patch or "")
    if hidden:
        notes.append(f"{listed(hidden)} differ, and can't be shown as text")
    if not text and not hidden:
        notes.append(f"both are at {(ours.commit or '')[:7]}, and what git knew is equal")
    return text


def _across_commits(
    reader: StoreReader, ours: _Code, theirs: _Code, notes: list[str]
) -> str | None:
    """Ask the repository that the store lies in for what lies between two commits."""
    folder = reader.folder.path.rstrip(os.sep)
    commits = f"{ours.commit}..{theirs.commit}"
    command = f"`git diff {(ours.commit or '')[:12]} {(theirs.commit or '')[:12]}`"
    text: str | None = None
    if os.path.basename(folder) == _STORE_FOLDER:
        git = Git(os.path.dirname(folder), time.monotonic() + _GIT_SECONDS)
        has_both = all(
            git.ask("cat-file", "-e", f"{one.commit}^{{commit}}") is not None
            for one in (ours, theirs)
        )
        if has_both:
            pieces = _limited(git, commits)
            text = None if git.notes else pieces
    if text is None:
        notes.append(
            "the runs are at different commits, and what lies between is in their repository "
            f"alone: {command}"
        )
        return None
    changed = [one.name for one in (ours, theirs) if one.is_dirty]
    if changed:
        notes.append(f"between the commits alone: {listed(changed)} had uncommitted changes, too")
    return text


def _limited(git: Git, commits: str) -> str:
    found = bytearray()
    for piece in git.read("diff", *_OPTIONS, commits, "--"):
        found += piece
        if len(found) > 4 * MOST_CHARACTERS:
            break
    return found.decode("utf-8", "replace")


def _untracked(ours: _Code, theirs: _Code, notes: list[str]) -> str:
    """Give the patch between the files that git didn't have, as far as they were kept."""
    texts, hidden = [], []
    for path in sorted({*ours.untracked, *theirs.untracked})[:_MOST_FILES]:
        before, after = ours.untracked.get(path), theirs.untracked.get(path)
        if before == after:
            continue
        text = None
        if all(one is None or _is_text(one) for one in (before, after)):
            text = between_texts(path, *(
                None if one is None else one.decode("utf-8", "replace") for one in (before, after)
            ))  # fmt: skip
        if text is None:
            hidden.append(path)
        else:
            texts.append(text)
    if hidden:
        notes.append(f"{listed(hidden)} differ, and can't be shown as text")
    return "".join(texts)


def _is_text(content: bytes) -> bool:
    return b"\0" not in content and len(content) <= _MOST_UNTRACKED_BYTES
