"""Export runs as a page: one HTML file that opens anywhere."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from runlore.actions.changing import chosen
from runlore.actions.exports.exporting import RUNS, Exported
from runlore.actions.quiet import without_warnings
from runlore.errors import InvalidValue
from runlore.objects.faults import write_fault
from runlore.reading.opening import find_runs
from runlore.reading.store import open_reader
from runlore.records.ids import new_id
from runlore.server.single_file import page_of_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NAMED = 3


@without_warnings
def export_page(
    selections: Sequence[str],
    *,
    output: str | None = None,
    is_forced: bool = False,
    store: str | None = None,
) -> Exported:
    """Write the page of the runs that selections name, or of all; without `output`, print it.

    What is at `output` already is replaced only if that is forced.

    Raises:
        InvalidValue: if there are no runs, or too many, or it would overwrite something.
        RunNotFound, Ambiguous: if a selection names no run, or a name several.
        StoreError: if the store can't be read, or the file not be written.
    """
    if output is not None and os.path.lexists(output):
        if not is_forced:
            raise InvalidValue(f"{output!r} exists already", hint="another name, or --force")
        if os.path.isdir(output):
            raise InvalidValue(f"{output!r} is a folder", hint="choose another name")
    reader = open_reader(store, budget_seconds=None)
    try:
        runs = list(chosen(reader, selections) if selections else find_runs(reader))
        names = dict.fromkeys(run.experiment for run in runs if run.experiment)
        title = runs[0].label if len(runs) == 1 else ", ".join(list(names)[:_MOST_NAMED])
        place = reader.folder.path
    finally:
        reader.close()
    page = page_of_runs([run.id for run in runs], store=place, title=title or "Runs")
    if output is None:
        sys.stdout.write(page)
        return Exported(None, len(runs), {RUNS: len(runs)})
    _write(page, os.path.abspath(output))
    return Exported(os.path.abspath(output), len(runs), {RUNS: len(runs)})


def _write(text: str, path: str) -> None:
    """Write a file that is there when it is whole."""
    temporary = f"{path}.{new_id()}.part"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError as error:
        raise write_fault(error, path) from error
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
