"""Name what an index answers. Times are microseconds UTC, runs and attempts 32 hex digits."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class RunRow(NamedTuple):
    """A run as listed; `status` and `error` are as stored, None where none was ever set.

    `name` is None where nobody gave one. `created` is None if no record of its start was read.
    """

    run: str
    name: str | None
    experiment: str | None
    project: str | None
    goal: str | None
    parent: str | None
    status: str | None
    error: dict[str, Any] | None
    reason: str | None
    created: int | None
    ended: int | None
    first_time: int | None
    last_time: int | None
    points: int
    is_deleted: bool
    is_purged: bool
    is_archived: bool
    moved_to: str | None  # the id of the store where it lives now
    colour: str | None  # `#rrggbb`, where somebody chose one


class RunPage(NamedTuple):
    """Some runs, and how many there are in all.

    Of a list that leaves parts out, `parts` says how many lie within each run, by id.
    """

    runs: list[RunRow]
    total: int
    parts: Mapping[str, int] = MappingProxyType({})


class Param(NamedTuple):
    """A param: its JSON value, its text as given, its number if it is one, when it was set."""

    key: str
    value: Any
    text: str
    number: float | None
    time: int


class Tag(NamedTuple):
    """A tag; `edits` are the ids of its standing additions, which a removal names."""

    tag: str
    value: str | None
    time: int
    edits: list[str]


class Note(NamedTuple):
    """A note and who wrote it."""

    text: str
    time: int
    edit: str
    actor: str


class MetricDefinition(NamedTuple):
    """What was said about a metric; None where nothing was."""

    name: str
    unit: str | None
    direction: str | None
    x: str | None


class Artifact(NamedTuple):
    """A file of an artifact; `digest` is None until it is stored as a blob.

    An input that names its source has the digest of another record's artifact, and no file.

    `artifact` is the name of the whole, `folder` the id of the folder logged in one call and
    `folder_files` how many files that had, None for a file logged alone.
    """

    id: str
    name: str
    is_current: bool
    direction: str
    type: str | None
    media_type: str | None
    size_bytes: int | None
    staged: str | None
    digest: str | None
    details: dict[str, Any]
    artifact: str
    folder: str | None
    folder_files: int | None
    description: str | None
    time: int
    attempt: str
    rank: int
    actor: str
    number: int
    sequence: int


class Media(NamedTuple):
    """Something to look at; `digest` is None until its file is stored, `data` if it is a file."""

    id: str
    name: str
    step: int | None
    context: str
    type: str
    media_type: str | None
    size_bytes: int | None
    staged: str | None
    digest: str | None
    data: Any
    details: dict[str, Any]
    time: int
    attempt: str
    rank: int
    actor: str
    number: int
    sequence: int


class Attempt(NamedTuple):
    """An attempt; points of those before it from `from_step` on are superseded."""

    attempt: str
    parent: str | None
    is_resumed: bool
    from_step: int | None
    started: int | None
    world_size: int | None


class Limits(NamedTuple):
    """Where an attempt's points are superseded: steps ≥ `step`, and unstepped ones ≥ `time`."""

    step: int | None
    time: int | None


class Part(NamedTuple):
    """A run's share of one journal file: in its segment if sealed, else in the journal."""

    run: str
    actor: str
    number: int
    is_sealed: bool
    size_bytes: int | None
    points: int
    first_time: int | None
    last_time: int | None


class WriterFacts(NamedTuple):
    """Who writes, or wrote, a run: one process as one rank of one attempt."""

    run: str
    actor: str
    attempt: str
    rank: int
    kind: str | None
    host: str | None
    host_id: str | None
    boot_id: str | None
    pid: int | None
    user: str | None
    version: str | None
    last_sign_of_life: int | None


class Position(NamedTuple):
    """How far a journal file is applied; `crc` is None before its first reading.

    States: open, closed (it ends in a close frame), sealing, sealed; forked, truncated, too-new.
    """

    position: int
    crc: int | None
    state: str
    points: int


class JournalRow(NamedTuple):
    """A journal file: how far it is applied, and what process it belongs to."""

    actor: str
    number: int
    position: int
    crc: int | None
    state: str
    points: int
    created: int | None
    last_sign_of_life: int | None
    kind: str | None
    host: str | None
    pid: int | None
    user: str | None
    serves: str | None


class Problem(NamedTuple):
    """Something that was not as it should be; `run` is None where it concerns no single run.

    Kinds: gap, fork, truncated, unreadable-record, segment-missing, segment-damaged,
    manifest-damaged, too-new, trouble; and objects-unreachable, which is never stored.
    `start` and `stop` are bytes of the journal file for gaps.
    """

    kind: str
    actor: str
    number: int
    start: int
    stop: int
    run: str | None
    time: int | None
    message: str
    lost_records: int


class RunFacts(NamedTuple):
    """Everything about one run but its points."""

    run: RunRow
    params: list[Param]
    param_changes: list[Param]
    tags: list[Tag]
    notes: list[Note]
    metrics: list[MetricDefinition]
    artifacts: list[Artifact]
    media: list[Media]
    context: dict[str, Any]
    attempts: list[Attempt]
    writers: list[WriterFacts]
    parts: list[Part]
    problems: list[Problem]


class Extent(NamedTuple):
    """Where an index lies, as it may be shown, and what it takes; `files` is 0 in a database."""

    place: str
    size_bytes: int
    files: int


class Totals(NamedTuple):
    """How much the index knows of; purged runs don't count."""

    runs: int
    points: int
    journals: int
    problems: int
