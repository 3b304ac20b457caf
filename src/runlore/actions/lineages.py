"""Trace what led to a run and what came of it: runs, and the artifacts between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from runlore.actions.run_lines import lines_of
from runlore.reading.artifact_collections import collections_of
from runlore.reading.details import Details
from runlore.reading.run import StoredRun, stored_runs
from runlore.reading.search_columns import newest_first, shown_runs
from runlore.reading.selection import find_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlore.actions.run_lines import RunLine
    from runlore.index.artifact_rows import Use
    from runlore.index.columns import RunColumns
    from runlore.reading.artifacts import ArtifactVersion
    from runlore.reading.lineage import ArtifactInput
    from runlore.reading.store import StoreReader

STEPS = 2
MOST_NODES = 600

Relation = Literal["made", "used", "part"]


@dataclass(frozen=True)
class LineageArtifact:
    """A version of an artifact; `maker` is a run that has its files, where one is known."""

    name: str
    version: int | None
    type: str | None
    maker: str | None


@dataclass(frozen=True)
class LineageNode:
    """A run or an artifact, `layer` places behind the run that was asked for.

    Layers of runs are even, those of artifacts odd; below 0 is what led to it.
    """

    id: str
    layer: int
    run: RunLine | None = None
    artifact: LineageArtifact | None = None


@dataclass(frozen=True)
class LineageEdge:
    """A run made an artifact; an artifact was used by a run; a run has another as its part."""

    source: str
    target: str
    relation: Relation


@dataclass(frozen=True)
class LineageGraph:
    """What hangs together with a run; `has_more` if there were too many to gather."""

    run: str
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    has_more: bool


def trace_lineage(reader: StoreReader, selection: str, *, steps: int = STEPS) -> LineageGraph:
    """Gather what led to a run and what came of it, so many steps from run to run each way.

    What lies in the trash is among what led to it, and not among what came of it.

    Raises:
        RunNotFound, Ambiguous: if `selection` names no run, or several.
    """
    row = find_row(reader, selection)
    trace = _Trace(reader, row.run)
    above = below = [row.run]
    for step in range(steps):
        above = trace.go_up(above, -2 * step)
    for step in range(steps):
        below = trace.go_down(below, 2 * step)
    return trace.graph()


@dataclass
class _Name:
    """All versions of the artifacts of one name, and what used them."""

    reader: StoreReader
    name: str

    @cached_property
    def versions(self) -> list[ArtifactVersion]:
        found = collections_of(self.reader, self.name, stored_runs).values()
        return [version for one in found for version in one.versions()]

    @cached_property
    def uses(self) -> list[Use]:
        return self.reader.ask(lambda index: index.uses(self.name))

    def version_of(self, taken: ArtifactInput) -> ArtifactVersion | None:
        by_id = (one for one in self.versions if taken.artifact_id in one.ids)
        same = (one for one in self.versions if taken.digest and one.digest == taken.digest)
        return next(by_id, None) or next(same, None)


@dataclass
class _Trace:
    reader: StoreReader
    run: str
    layers: dict[str, int] = field(default_factory=dict)  # of runs, by id
    artifacts: dict[str, LineageNode] = field(default_factory=dict)
    edges: dict[tuple[str, str], LineageEdge] = field(default_factory=dict)
    names: dict[str, _Name] = field(default_factory=dict)
    has_more: bool = False

    def __post_init__(self) -> None:
        self.layers[self.run] = 0

    def go_up(self, runs: Sequence[str], layer: int) -> list[str]:
        """Add what runs took in, who made it, and what they are parts of; returns new runs."""
        before = set(self.layers)
        for run in self._stored(runs):
            if run.parent is not None and self._add_run(run.parent, layer - 2):
                self._join(run.parent, run.id, "part")
            for taken in run.inputs:
                version = self._name(taken.name).version_of(taken)
                maker = taken.run_id or (None if version is None else version.run_id)
                key = _key(version) if version is not None else _key_of_input(taken)
                number = taken.version or (None if version is None else version.version)
                name = taken.reference or taken.name
                artifact = LineageArtifact(name, _number(number), taken.type, maker)
                if not self._add_artifact(key, artifact, layer - 1):
                    continue
                self._join(key, run.id, "used")
                if maker is not None and self._add_run(maker, layer - 2):
                    self._join(maker, key, "made")
        return [run for run in self.layers if run not in before]

    def go_down(self, runs: Sequence[str], layer: int) -> list[str]:
        """Add what runs put out, who used it, and their parts; returns new runs."""
        before = set(self.layers)
        for run in runs:
            for version in self._outputs(run):
                artifact = LineageArtifact(version.name, version.number, version.type, run)
                key = _key(version)
                if not self._add_artifact(key, artifact, layer + 1):
                    continue
                self._join(run, key, "made")
                for user in self._users(version):
                    if self._add_run(user, layer + 2):
                        self._join(key, user, "used")
        for parent, part in self._parts(runs):
            if self._add_run(part, layer + 2):
                self._join(parent, part, "part")
        return [run for run in self.layers if run not in before]

    def graph(self) -> LineageGraph:
        """Put it together; runs that are gone are left out, with what hangs on them alone."""
        lines = {line.id: line for line in lines_of(self.reader, list(self.layers))}
        runs = [
            LineageNode(run, layer, run=lines[run])
            for run, layer in self.layers.items()
            if run in lines
        ]
        known = {one.id for one in runs} | self.artifacts.keys()
        edges = [one for one in self.edges.values() if {one.source, one.target} <= known]
        joined = {end for one in edges for end in (one.source, one.target)}
        artifacts = [one for key, one in self.artifacts.items() if key in joined]
        return LineageGraph(self.run, [*runs, *artifacts], edges, self.has_more)

    def _stored(self, runs: Sequence[str]) -> list[StoredRun]:
        rows = self.reader.ask(lambda index: index.get_runs(runs))
        found = [rows[run] for run in runs if run in rows]
        loaded = Details(self.reader, found)
        return [StoredRun(row, loaded) for row in found]

    def _outputs(self, run: str) -> Iterable[ArtifactVersion]:
        own = self.reader.ask(lambda index: index.outputs(run=run))
        ids = {one.id for one in own}
        for name in sorted({one.name for one in own}):
            for version in self._name(name).versions:
                if not ids.isdisjoint(version.ids):
                    yield version

    def _users(self, version: ArtifactVersion) -> list[str]:
        own = set(version.ids)
        uses = self._name(version.name).uses
        found = (
            use.run
            for use in uses
            if use.artifact in own or (use.digest is not None and use.digest == version.digest)
        )
        runs = list(dict.fromkeys(found))
        rows = self.reader.ask(lambda index: index.get_runs(runs))
        return [run for run in runs if run in rows and not rows[run].is_deleted]

    def _parts(self, runs: Sequence[str]) -> list[tuple[str, str]]:
        """Name the parts of runs, newest first, each behind what it is a part of."""

        def read(columns: RunColumns) -> list[tuple[str, str]]:
            newest = newest_first(columns)
            newest = newest[shown_runs(columns)[newest]]
            parents = columns.texts("attribute", "parent")
            place = {text: code for code, text in enumerate(parents.entries.items)}
            codes = [place[run] for run in runs if run in place]
            parts = newest[np.isin(parents.codes[newest], codes)][: MOST_NODES + 1]
            ids = columns.ids.ids[parts].astype("U32").tolist()
            items = parents.entries.items
            return [(items[code], run) for code, run in zip(parents.codes[parts], ids, strict=True)]

        return self.reader.ask(lambda index: index.ask_columns(read))

    def _name(self, name: str) -> _Name:
        return self.names.setdefault(name, _Name(self.reader, name))

    def _add_run(self, run: str, layer: int) -> bool:
        if run not in self.layers and self._has_room():
            self.layers[run] = layer
        return run in self.layers

    def _add_artifact(self, key: str, artifact: LineageArtifact, layer: int) -> bool:
        if key not in self.artifacts and self._has_room():
            self.artifacts[key] = LineageNode(key, layer, artifact=artifact)
        return key in self.artifacts

    def _has_room(self) -> bool:
        has_room = len(self.layers) + len(self.artifacts) < MOST_NODES
        self.has_more |= not has_room
        return has_room

    def _join(self, source: str, target: str, relation: Relation) -> None:
        self.edges.setdefault((source, target), LineageEdge(source, target, relation))


def _key(version: ArtifactVersion) -> str:
    return f"artifact {version.ids[0]}"


def _key_of_input(taken: ArtifactInput) -> str:
    """Name something whose version isn't known: what lies elsewhere, or went with its run."""
    return f"artifact {taken.reference or taken.name} {taken.digest or taken.artifact_id or ''}"


def _number(version: str | None) -> int | None:
    return int(version[1:]) if version else None
