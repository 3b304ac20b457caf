"""Name what an index answers about artifacts. Times are microseconds UTC."""

from __future__ import annotations

from typing import Any, NamedTuple


class OutputFile(NamedTuple):
    """A file of an artifact; `name` is the record's, `relative` within the folder if it is one."""

    name: str
    relative: str
    size_bytes: int | None
    staged: str | None
    digest: str | None


class Output(NamedTuple):
    """An artifact as one run put it out: a file, or a folder of which all files are there.

    `digest` is None until all files are hashed. Of one that went with its run, purged or moved,
    nothing but run, project, name, time and digest is known, and `is_gone`.
    """

    id: str
    run: str
    project: str | None
    name: str
    time: int
    digest: str | None
    files: tuple[OutputFile, ...]
    is_folder: bool
    type: str | None
    media_type: str | None
    details: dict[str, Any]
    description: str | None
    is_deleted: bool
    is_gone: bool


class Alias(NamedTuple):
    """What an alias of a name stands for; `artifact` is None where it was taken away."""

    project: str | None
    name: str
    alias: str
    run: str | None
    artifact: str | None
    time: int


class Use(NamedTuple):
    """An artifact as a run took it in; `artifact` is the id, None where no source was named."""

    id: str
    run: str
    name: str
    digest: str | None
    artifact: str | None
    time: int
