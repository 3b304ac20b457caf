"""Print the files that a run put out, and what it used of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.cli.table import Column, Table
from runlore.cli.wording import size
from runlore.reading.lineage import versions_by_file
from runlore.records.ids import short

if TYPE_CHECKING:
    from runlore.cli.output import Output
    from runlore.reading.artifacts import ArtifactVersion
    from runlore.reading.run import StoredRun

_DIGITS_SHOWN = 12


def show_inputs(run: StoredRun, output: Output) -> bool:
    """Print what a run used, if it used anything."""
    inputs = run.inputs
    if not inputs:
        return False
    output.heading("Inputs")
    columns = [
        Column("artifact", least=16),
        Column("type"),
        Column("size", is_right=True),
        Column("from run", style="id", rank=1),
        Column("sha-256", rank=2, style="dim"),
    ]
    table = Table(columns)
    for used in inputs:
        table.add(
            used.spec,
            used.type or "",
            size(used.size_bytes),
            short(used.run_id or ""),
            "" if used.reference and not used.digest else _digest(used.digest, output),
        )
    output.table(table, indent=2)
    return True


def show_files(run: StoredRun, output: Output) -> bool:
    """Print the files of a run, each in its newest version, if it has any.

    The version is what `runlore artifact get` takes; of a file in a folder it is the folder's.
    """
    files = run.artifacts
    if not files:
        return False
    output.heading("Files")
    columns = [
        Column("name", least=16),
        Column("type"),
        Column("size", is_right=True),
        Column("version", rank=1),
        Column("sha-256", rank=2, style="dim"),
    ]
    versions = versions_by_file(run.id, run.outputs)
    table = Table(columns)
    for file in files:
        table.add(
            file.name,
            file.type or "",
            size(file.size_bytes),
            _version(versions.get(file.name)),
            _digest(file.digest, output),
        )
    output.table(table, indent=2)
    return True


def _version(version: ArtifactVersion | None) -> str:
    if version is None:
        return ""
    if version.is_pending:
        return "pending"
    return version.spec if version.is_folder else version.version or ""


def _digest(digest: str | None, output: Output) -> str:
    if digest is None:
        return "not hashed yet"
    return digest[:_DIGITS_SHOWN] if output.is_terminal else digest
