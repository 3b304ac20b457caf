"""Answer which artifacts runs have put out and taken in, for versions to be counted from."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from runlore.index.artifact_rows import Alias, Output, OutputFile, Use

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlore.index.interface import Index

_DIGEST = "COALESCE(t.digest, stored.digest)"
_SIZE = "COALESCE(t.size_bytes, stored.size_bytes)"
_COLUMNS = (
    "runs.run, runs.project, runs.is_deleted, runs.moved_to, t.id, t.name, t.artifact, t.folder, "
    f"t.folder_files, t.time, t.type, t.media_type, {_SIZE}, t.staged, {_DIGEST}, t.details, "
    "registers.value"
)
_FROM = (
    "FROM artifacts AS t JOIN runs ON runs.id = t.run LEFT JOIN stored ON stored.staged = t.staged "
    "LEFT JOIN registers ON registers.run = t.run "
    "AND registers.what = 'description of ' || COALESCE(t.folder, t.id)"
)


class ArtifactQueries(ABC):
    """The questions about artifacts, over any engine that runs a statement with `?` marks."""

    @abstractmethod
    def _rows(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement that reads."""

    def outputs(self, name: str | None = None, *, run: str | None = None) -> list[Output]:
        """Give the artifacts of a name, of a run, or all, by (time, id)."""
        conditions, arguments = ["t.direction = 'output'"], list[object]()
        for column, value in (("t.artifact", name), ("runs.run", run)):
            if value is not None:
                conditions.append(f"{column} = ?")
                arguments.append(value)
        rows = self._rows(f"SELECT {_COLUMNS} {_FROM} WHERE {' AND '.join(conditions)}", arguments)
        found = {(one.run, one.id): one for one in self._purged_outputs(name, run)}
        found |= {(one.run, one.id): one for one in _whole(rows)}
        return sorted(found.values(), key=lambda one: (one.time, one.id, one.run))

    def artifact_names(self) -> list[tuple[str, int]]:
        """Name the artifacts that runs have put out, with how many records each has; sorted."""
        return [
            (name, count)
            for name, count in self._rows(
                "SELECT artifact, COUNT(*) FROM artifacts WHERE direction = 'output' "
                "GROUP BY artifact ORDER BY artifact"
            )
        ]

    def aliases(self, name: str | None = None) -> list[Alias]:
        """Give the aliases of a name, or all, those taken away too; the latest comes last.

        Each is of the project of its run, where that is known.
        """
        where, arguments = ("", []) if name is None else ("WHERE aliases.name = ?", [name])
        rows = self._rows(
            "SELECT aliases.project, aliases.name, aliases.alias, aliases.run, aliases.artifact, "
            "aliases.time, runs.run, runs.project FROM aliases "
            f"LEFT JOIN runs ON runs.run = aliases.run AND runs.is_purged = 0 {where} "
            "ORDER BY aliases.stamp",
            arguments,
        )
        latest: dict[tuple[str | None, str, str], Alias] = {}
        for project, of, alias, run, artifact, time, known, project_of_run in rows:
            place = project_of_run if known is not None else project or None
            latest[place, of, alias] = Alias(place, of, alias, run, artifact, time)
        return list(latest.values())

    def uses(self, name: str) -> list[Use]:
        """Give the records of runs that took an artifact of a name in, oldest first."""
        rows = self._rows(
            f"SELECT t.id, runs.run, t.artifact, {_DIGEST}, t.details, t.time FROM artifacts AS t "
            "JOIN runs ON runs.id = t.run LEFT JOIN stored ON stored.staged = t.staged "
            "WHERE t.artifact = ? AND t.direction = 'input' AND runs.moved_to IS NULL "
            "ORDER BY t.time, t.id",
            [name],
        )
        return [Use._make((*row[:4], _source_of(row[4]), row[5])) for row in rows]

    def _purged_outputs(self, name: str | None, run: str | None) -> list[Output]:
        conditions, arguments = ["digest IS NOT NULL"], list[object]()
        for column, value in (("name", name), ("run", run)):
            if value is not None:
                conditions.append(f"{column} = ?")
                arguments.append(value)
        rows = self._rows(
            "SELECT id, run, project, name, time, digest FROM purged_versions "
            f"WHERE {' AND '.join(conditions)}",
            arguments,
        )
        nothing: tuple[object, ...] = ((), False, None, None, {}, None, True, True)
        return [Output._make((*row, *nothing)) for row in rows]


def versions_of_run(index: Index, run: str) -> list[list[Any]]:
    """List what stays known of a run's artifacts when it goes, purged or moved away.

    `[id, project, name, time, digest]` of each that has a digest: the field `artifacts` of
    `run.purged` and `run.moved`.
    """
    return [
        [one.id, one.project, one.name, one.time, one.digest]
        for one in index.outputs(run=run)
        if one.digest is not None
    ]


def folder_digest(files: Iterable[tuple[str, str]]) -> str:
    """Sum up a folder from (name in it, digest) of its files: what `sha256sum` prints, hashed."""
    found = sha256()
    for name, digest in sorted(files, key=lambda file: file[0].encode()):
        found.update(f"{digest}  {name}\n".encode())
    return found.hexdigest()


def _whole(rows: Iterable[tuple[Any, ...]]) -> list[Output]:
    """Make artifacts of rows (columns as in `_COLUMNS`); incomplete folders are left out."""
    found = []
    folders: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for row in rows:
        if row[7] is None:
            found.append(_output(row[4], row, (OutputFile(row[5], row[5], *row[12:15]),), row[14]))
        else:
            folders.setdefault((row[0], row[7]), []).append(row)
    for (_, identifier), of_one in folders.items():
        folder = _folder(identifier, of_one)
        if folder is not None:
            found.append(folder)
    return found


def _folder(identifier: str, rows: list[tuple[Any, ...]]) -> Output | None:
    """Make a folder of the rows of its files, None if some are missing."""
    # Of records that name a file twice, the earlier one holds.
    rows = sorted(rows, key=lambda row: (row[5].encode(), row[9], row[4]))
    rows = [row for at, row in enumerate(rows) if at == 0 or row[5] != rows[at - 1][5]]
    if len(rows) != rows[0][8]:
        return None
    prefix = f"{rows[0][6]}/"
    files = tuple(OutputFile(row[5], row[5].removeprefix(prefix), *row[12:15]) for row in rows)
    hashed = [(file.relative, file.digest) for file in files if file.digest is not None]
    digest = folder_digest(hashed) if len(hashed) == len(files) else None
    whole = _output(identifier, rows[0], files, digest)
    kind = "folder" if whole.type == "file" else whole.type
    time = min(row[9] for row in rows)
    return whole._replace(time=time, is_folder=True, type=kind, media_type=None)


def _output(
    identifier: str, row: tuple[Any, ...], files: tuple[OutputFile, ...], digest: str | None
) -> Output:
    run, project, is_deleted, moved_to = row[:4]
    details, description = row[15:]
    return Output(
        identifier,
        run,
        project,
        row[6],
        row[9],
        digest,
        files,
        is_folder=False,
        type=row[10],
        media_type=row[11],
        details={} if details == "{}" else json.loads(details),
        description=None if description is None else json.loads(description),
        is_deleted=bool(is_deleted),
        is_gone=moved_to is not None,
    )


def _source_of(details: str) -> str | None:
    """Read from an input's details which artifact it is, None where they don't say."""
    source = json.loads(details).get("source")
    found = source.get("artifact") if isinstance(source, dict) else None
    return found if isinstance(found, str) else None
