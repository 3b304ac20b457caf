"""Export runs: one table into a file or a stream, or everything into a folder."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from runlore.actions.changing import chosen
from runlore.actions.exports.contents import TABLES, TEXT_PARAMS, batches, write_runs
from runlore.actions.exports.files import Files
from runlore.actions.exports.tables import FORMATS, open_table, stream_table, takes_bytes, writing
from runlore.actions.increments import complete_open_increments
from runlore.actions.quiet import without_warnings
from runlore.errors import InvalidValue, StoreError
from runlore.objects.faults import write_fault
from runlore.reading.runs import Runs
from runlore.reading.store import open_reader
from runlore.records.ids import new_id
from runlore.segments.sealing import seal_complete

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.actions.exports.tables import Column, TableWriter
    from runlore.reading.store import StoreReader

RUNS, POINTS, EVERYTHING = "runs", "points", "all"
WHATS = (RUNS, *TABLES, EVERYTHING)
_ABOUT = "export.json"
_FORMAT = 1
_SEAL_SECONDS = 3600.0


@dataclass
class Exported:
    """What was exported: how many runs, rows by table, and files; and where to.

    `formulas` counts texts in CSV that a spreadsheet would run as formulas; `missing_files` are
    recorded, but not in the store.
    """

    path: str | None
    runs: int
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    missing_files: int = 0
    formulas: int = 0


@without_warnings
def export(
    selections: Sequence[str],
    *,
    what: str = RUNS,
    form: str = "csv",
    output: str | TextIO,
    has_files: bool = False,
    is_guarded: bool = False,
    is_forced: bool = False,
    store: str | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> Exported:
    """Export the runs that selections name, or all that aren't in the trash.

    `what` is one of WHATS, `form` one of `tables.FORMATS`. One table goes to the file `output`
    or to a stream; `all` of them, and with `has_files` the files, into a folder. What is at
    `output` already is replaced only if that is forced. The export is there as a whole or not.

    Raises:
        InvalidValue: for what can't be exported so, or would overwrite something.
        RunNotFound, Ambiguous: if a selection names no run, or a name several.
        MissingExtra: if Parquet is wanted and pyarrow isn't installed.
        StoreError: if the store can't be read, or the export not be written.
    """
    _check(what, form, output, has_files=has_files, is_forced=is_forced)
    on_step("reading what was recorded")
    complete_open_increments()
    reader = open_reader(store, budget_seconds=None)
    if what in (POINTS, EVERYTHING):
        _seal(reader)
    runs = _runs(reader, selections)
    make = _Export(form, on_step, is_guarded=is_guarded)
    found = Exported(None if not isinstance(output, str) else os.path.abspath(output), len(runs))
    if not isinstance(output, str):
        make.table(what, runs, lambda columns: stream_table(output, columns, form,
                                                            is_guarded=is_guarded))  # fmt: skip
    else:
        try:
            if what == EVERYTHING:
                make.folder(os.path.abspath(output), reader, runs, has_files=has_files)
            else:
                make.file(what, runs, os.path.abspath(output))
        except OSError as error:
            raise write_fault(error, output) from error
    found.rows, found.formulas = make.rows, make.formulas
    if make.files is not None:
        found.files, found.missing_files = make.files.count, make.files.missing
    return found


class _Export:
    """An export in the making."""

    def __init__(self, form: str, on_step: Callable[[str], None], *, is_guarded: bool) -> None:
        self.rows: dict[str, int] = {}
        self.formulas = 0
        self.files: Files | None = None
        self._form = form
        self._is_guarded = is_guarded
        self._on_step = on_step

    def table(
        self, what: str, runs: Runs, begin: Callable[[Sequence[Column]], TableWriter]
    ) -> None:
        """Write one table."""
        self._on_step(f"writing {what}")
        if what == RUNS:
            self.formulas += write_runs(runs, begin, has_text_params=self._form in TEXT_PARAMS)
            self.rows[what] = len(runs)
            return
        table = TABLES[what]
        count = 0
        with writing(begin(table.columns)) as writer:
            for some in batches(runs):
                for run in some:
                    for row in table.rows(run):
                        writer.write(row)
                        count += 1
        self.rows[what] = count
        self.formulas += writer.formulas

    def file(self, what: str, runs: Runs, path: str) -> None:
        """Write one table into a file, which is there when it is whole."""
        temporary = f"{path}.{new_id()}.part"
        try:
            self.table(what, runs, lambda columns: self._begin(temporary, columns))
            os.replace(temporary, path)
        finally:
            if os.path.exists(temporary):
                os.unlink(temporary)

    def folder(self, path: str, reader: StoreReader, runs: Runs, *, has_files: bool) -> None:
        """Write everything into a folder, which is there when it is whole."""
        temporary = f"{path}.{new_id()}.part"
        os.makedirs(temporary)
        try:
            for what in (RUNS, *TABLES):
                where = os.path.join(temporary, f"{what}.{self._form}")
                self.table(what, runs, lambda columns, where=where: self._begin(where, columns))  # type: ignore[misc]
            self._on_step("writing files")
            self.files = Files(temporary, has_files=has_files)
            for what in ("artifacts", "media"):
                where = os.path.join(temporary, f"{what}.{self._form}")
                self.rows[what] = self.files.write(
                    what,
                    runs,
                    lambda columns, where=where: self._begin(where, columns),  # type: ignore[misc]
                )
            about: dict[str, Any] = {
                "format": _FORMAT,
                "store": reader.folder.store_id,
                "runs": len(runs),
                "rows": self.rows,
                "files": self.files.count,
            }
            with open(os.path.join(temporary, _ABOUT), "w", encoding="utf-8") as file:
                json.dump(about, file, indent=2)
            if os.path.isdir(path):
                old = f"{temporary}.old"
                os.rename(path, old)
                os.rename(temporary, path)
                shutil.rmtree(old)
            else:
                os.rename(temporary, path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def _begin(self, path: str, columns: Sequence[Column]) -> TableWriter:
        return open_table(path, columns, self._form, is_guarded=self._is_guarded)


def _check(what: str, form: str, output: str | TextIO, *, has_files: bool, is_forced: bool) -> None:
    """Refuse what can't be, before anything is read."""
    if what not in WHATS or form not in FORMATS:
        raise InvalidValue(
            f"{what!r} can't be exported as {form!r}",
            hint=f"one of {', '.join(WHATS)}, as {', '.join(FORMATS)}",
        )
    if has_files and what != EVERYTHING:
        raise InvalidValue(
            f"a table of {what} holds no files", hint="all of the store does: --what all"
        )
    if not isinstance(output, str):
        if what == EVERYTHING:
            raise InvalidValue(
                "several tables can't be printed as one", hint="name a folder: -o FOLDER"
            )
        if form == "parquet" and not takes_bytes(output):
            raise InvalidValue("Parquet can't be printed", hint="name a file: -o FILE")
        return
    if not os.path.lexists(output):
        return
    if not is_forced:
        raise InvalidValue(f"{output!r} exists already", hint="another name, or --force")
    is_earlier = os.path.isfile(os.path.join(output, _ABOUT)) or (
        os.path.isdir(output) and not os.listdir(output)
    )
    if os.path.isdir(output) != (what == EVERYTHING) or (what == EVERYTHING and not is_earlier):
        raise InvalidValue(
            f"{output!r} is no earlier export of that kind, and is left alone",
            hint="choose another name",
        )


def _seal(reader: StoreReader) -> None:
    """Seal what processes have left, where that can be: of a journal of many runs each is slow."""
    with suppress(StoreError):
        seal_complete(reader.folder, host=reader.host, deadline_seconds=_SEAL_SECONDS)
        reader.catch_up(budget_seconds=None)


def _runs(reader: StoreReader, selections: Sequence[str]) -> Runs:
    if selections:
        return chosen(reader, selections)
    page = reader.ask(lambda index: index.list_runs())
    return Runs(reader, page.runs, page.total)
