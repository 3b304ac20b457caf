"""Suggest what may be meant while a command is typed: fast, from the index as it is."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from runlore.errors import RunloreError
from runlore.index.open import index_path
from runlore.journal.folder import open_store
from runlore.journal.location import locate_store
from runlore.reading.runs import Runs
from runlore.reading.store import StoreReader
from runlore.settings.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.reading.run import StoredRun

_MOST_LOOKED_AT = 500
_MOST_SUGGESTED = 50
_PREFIXES = ("experiment:", "increment:")
_PLAIN = re.compile(r"[\w.,%@/+-]+")  # what no shell takes for anything but a word


class Suggested(NamedTuple):
    """A word that may be meant, and what it stands for."""

    text: str
    what: str


def suggest_runs(
    incomplete: str, *, is_deleted: bool = False, store: str | None = None
) -> list[Suggested]:
    """Suggest runs whose name or id begins so; by id where a shell would break the name up.

    Nothing is read in for it, and nothing written. Where no index is, nothing is suggested.
    """
    try:
        with _reader(store) as reader:
            page = reader.ask(
                lambda index: index.list_runs(is_deleted=is_deleted, limit=_MOST_LOOKED_AT)
            )
            rows = {row.run: row for row in page.runs}
            if incomplete and incomplete.isalnum():
                found = reader.ask(lambda index: index.find_runs(incomplete, limit=20))
                rows |= {row.run: row for row in found if row.is_deleted == is_deleted}
            runs = Runs(reader, list(rows.values()), len(rows))
            return list(_matching(runs, incomplete))[:_MOST_SUGGESTED]
    except (RunloreError, OSError):
        return []


def suggest_experiments(incomplete: str, *, store: str | None = None) -> list[Suggested]:
    """Suggest experiments whose names begin so."""
    try:
        with _reader(store) as reader:
            page = reader.ask(lambda index: index.list_runs(limit=_MOST_LOOKED_AT))
            names = {row.experiment for row in page.runs if row.experiment is not None}
            return [
                Suggested(name, "experiment")
                for name in sorted(names)
                if name.startswith(incomplete) and _PLAIN.fullmatch(name)
            ]
    except (RunloreError, OSError):
        return []


def _reader(store: str | None) -> StoreReader:
    """Open a store as it was last read.

    Raises:
        FileNotFoundError: if there is no index yet.
    """
    folder = open_store(locate_store(store))
    if load_settings(folder.path).index is None and not os.path.exists(
        index_path(folder, os.environ)
    ):
        raise FileNotFoundError(folder.index)
    return StoreReader(folder)


def _matching(runs: Runs, incomplete: str) -> Iterator[Suggested]:
    seen = set()
    for run in runs:
        label = run.label
        word = label if _PLAIN.fullmatch(label) else run.short_id
        is_meant = word.startswith(incomplete) or label.startswith(incomplete)
        if not is_meant and incomplete:
            word = next(
                (text for text in (run.short_id, run.id) if text.startswith(incomplete)), ""
            )
        if word and word not in seen:
            seen.add(word)
            yield Suggested(word, _said(run, word))
    for prefix in _PREFIXES:
        if incomplete and prefix.startswith(incomplete):
            yield Suggested(prefix, "all of one")


def _said(run: StoredRun, word: str) -> str:
    parts = [run.label if word != run.label else run.short_id, run.experiment or ""]
    return " ".join("".join(c if c.isprintable() else " " for c in part) for part in parts).strip()
