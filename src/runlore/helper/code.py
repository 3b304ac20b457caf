"""Keep the code of a run as far as no commit holds it: the changes, and what git doesn't have."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runlore.helper.attempt import attempt
from runlore.helper.diff import Diff, read_diff
from runlore.helper.git_program import Git
from runlore.helper.process import relative_to
from runlore.helper.source_files import read_source
from runlore.helper.untracked import pack, sources_beside, untracked_sources

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from runlore.helper.git import GitFacts
    from runlore.helper.process import ProcessFacts
    from runlore.helper.untracked import Pack

_MOST_NAMED = 200
_CELL = "# %%\n"
_INSTALLED = ("site-packages", "dist-packages")


def code_facts(
    facts: ProcessFacts,
    git: GitFacts,
    captures: Collection[str],
    *,
    keep: Callable[[bytes], str],
    store: str,
    ends_at: float,
) -> tuple[dict[str, object], dict[str, str]]:
    """Return the facts `diff` and `untracked` as far as they are wanted, and notes on them."""
    found: dict[str, object] = {}
    notes: dict[str, str] = {}

    def find(name: str, asked: Git, look: Callable[[], object]) -> None:
        found[name], trouble = attempt(look)
        note = "; ".join(filter(None, (trouble, asked.note)))
        if note:
            notes[name] = note

    if "diff" in captures:
        of_diff = Git(git.root or "", ends_at)
        find("diff", of_diff, lambda: _diff(of_diff, git, keep))
    if "untracked" in captures:
        of_files = Git(git.root or "", ends_at)
        find("untracked", of_files, lambda: _untracked(of_files, facts, git, store, keep))
    return found, notes


def _diff(asked: Git, git: GitFacts, keep: Callable[[bytes], str]) -> dict[str, object] | None:
    if not git.root:
        return None
    if git.commit is None and not git.is_empty:
        asked.notes.append("the commit is not known")
        return None
    if git.is_dirty is False and git.commit is not None:
        diff: Diff | None = Diff(git.commit)
    else:
        diff = read_diff(asked, git.commit)
    if diff is None:
        return None
    return {
        "base": diff.base,
        "files": diff.files,
        "insertions": diff.insertions,
        "deletions": diff.deletions,
        **_blob(diff.patch, "text/x-diff", keep),
        **_shortened(diff.left_out),
        "masked": diff.masked,
    }


def _untracked(
    asked: Git, facts: ProcessFacts, git: GitFacts, store: str, keep: Callable[[bytes], str]
) -> dict[str, object]:
    """Pack what git has not; without git, the script and what lies beside it."""
    texts = [("cells.py", _CELL + f"\n{_CELL}".join(facts.cells))] if facts.cells else []
    names: list[str] = []
    folder = git.root or facts.cwd
    if git.root:
        names = untracked_sources(asked, store) or []
    for main in filter(None, (facts.main_path, facts.notebook)):
        path = os.path.abspath(os.path.join(facts.cwd, main))
        if not os.path.isfile(path) or any(part in path.split(os.sep) for part in _INSTALLED):
            continue
        if not git.root:
            folder = os.path.dirname(path)
            names = sources_beside(path)
            continue
        relative = relative_to(path, git.root)
        if relative is None:
            content, _ = read_source(path)
            if content is not None:
                text = content.decode("utf-8", "surrogateescape")
                texts.append((f"outside/{os.path.basename(path)}", text))
        elif relative not in names and asked.ask("ls-files", "--", f":(literal){relative}") == "":
            names.append(relative)  # ignored, but it is what was run
    packed = pack(folder, names, texts)
    return {
        "folder": folder,
        **_described(packed),
        **_blob(packed.archive, "application/gzip", keep),
    }


def _described(packed: Pack) -> dict[str, object]:
    return {
        "files": [list(file) for file in packed.files],
        **_shortened(packed.left_out),
        "masked": packed.masked,
    }


def _shortened(left_out: Sequence[tuple[str, str]]) -> dict[str, object]:
    named = [list(pair) for pair in left_out[:_MOST_NAMED]]
    return {"left_out": named, "left_out_count": len(left_out)}


def _blob(content: bytes, media_type: str, keep: Callable[[bytes], str]) -> dict[str, object]:
    if not content:
        return {"digest": None, "size_bytes": 0, "media_type": media_type}
    return {"digest": keep(content), "size_bytes": len(content), "media_type": media_type}
