"""What a run took in, and what it put out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.errors import ArtifactNotFound
from runlore.reading.artifact_collections import collections_of
from runlore.reading.facts import moment

if TYPE_CHECKING:
    from datetime import datetime

    from runlore.index.rows import Artifact, RunFacts
    from runlore.reading.artifacts import ArtifactVersion
    from runlore.reading.store import StoreReader
    from runlore.reading.version_facts import MakeRuns


class ArtifactInput:
    """An artifact that a run used, as was recorded then."""

    def __init__(self, reader: StoreReader, row: Artifact, make_runs: MakeRuns) -> None:
        """Show a record of a run; `make_runs` makes runs of their rows."""
        self._reader = reader
        self._make_runs = make_runs
        self._row = row
        self._digest: str | None = None
        source = row.details.get("source")
        self._source: dict[str, Any] = source if isinstance(source, dict) else {}

    def __repr__(self) -> str:
        return f"<ArtifactInput {self.spec!r}>"

    @property
    def name(self) -> str:
        """The name of the artifact."""
        return self._row.name

    @property
    def version(self) -> str | None:
        """Its version then, like `v3`; None where it had none yet."""
        number = self._source.get("version")
        return f"v{number}" if isinstance(number, int) else None

    @property
    def digest(self) -> str | None:
        """The SHA-256 of what was used, whatever its version is called now.

        None while that wasn't hashed yet.
        """
        if self._row.digest is None and self._digest is None and self.run_id is not None:
            outputs = self._reader.ask(lambda index: index.outputs(run=self.run_id))
            self._digest = next((one.digest for one in outputs if one.id == self.artifact_id), None)
        return self._row.digest or self._digest

    @property
    def reference(self) -> str | None:
        """What refers to data that lies elsewhere: `s3://bucket/data`, `dvc:a3b8c9d`."""
        reference = self._row.details.get("reference")
        address = reference.get("url") if isinstance(reference, dict) else None
        return address if isinstance(address, str) else None

    @property
    def spec(self) -> str:
        """What names it: `model.pt:v3`, or with the first digits of its digest.

        Of data that lies elsewhere, what refers to it.
        """
        if self.reference is not None:
            return self.reference
        if self.version is not None:
            return f"{self.name}:{self.version}"
        return f"{self.name}@{self.digest[:12]}" if self.digest is not None else self.name

    @property
    def type(self) -> str | None:
        """What it is, like model or dataset."""
        return self._row.type

    @property
    def size_bytes(self) -> int | None:
        """The size of all its files together."""
        return self._row.size_bytes

    @property
    def run_id(self) -> str | None:
        """The id of the run that put it out, where that was recorded."""
        found = self._source.get("run")
        return found if isinstance(found, str) else None

    @property
    def artifact_id(self) -> str | None:
        """The id of the record that put it out."""
        found = self._source.get("artifact")
        return found if isinstance(found, str) else None

    @property
    def used(self) -> datetime | None:
        """When it was first used."""
        return moment(self._row.time)

    @property
    def artifact(self) -> ArtifactVersion:
        """The version as it is counted now, with its content.

        Raises:
            ArtifactNotFound: if nothing with this content is left of that name, or it lies
                elsewhere.
        """
        for collection in collections_of(self._reader, self.name, self._make_runs).values():
            for version in collection.versions():
                if self.artifact_id in version.ids or (
                    self.digest is not None and version.digest == self.digest
                ):
                    return version
        if self.reference is not None:
            raise ArtifactNotFound(
                f"{self.reference} is data that lies elsewhere, and was never in the store",
                hint="fetch it from there",
            )
        raise ArtifactNotFound(
            f"nothing is known any more of the artifact {self.spec} in {self._reader.folder.path}",
            hint="its runs were purged, or are in another store",
        )


def inputs_of(reader: StoreReader, facts: RunFacts, make_runs: MakeRuns) -> list[ArtifactInput]:
    """List what a run used, oldest first, each content of a name once."""
    rows = sorted(
        (row for row in facts.artifacts if row.direction == "input"),
        key=lambda row: (row.time, row.id),
    )
    found: dict[tuple[str, object], ArtifactInput] = {}
    for row in rows:
        one = ArtifactInput(reader, row, make_runs)
        found.setdefault((row.name, one.digest or one.artifact_id or row.id), one)
    return list(found.values())


def outputs_of(reader: StoreReader, run: str, make_runs: MakeRuns) -> list[ArtifactVersion]:
    """List the versions that a run logged, by name and age."""
    own = reader.ask(lambda index: index.outputs(run=run))
    ids = {one.id for one in own}
    found = []
    for project, name in sorted({(one.project, one.name) for one in own}, key=lambda key: key[1]):
        versions = collections_of(reader, name, make_runs)[project, name].versions()
        found += [version for version in versions if not ids.isdisjoint(version.ids)]
    return found


def versions_by_file(run: str, outputs: list[ArtifactVersion]) -> dict[str, ArtifactVersion]:
    """Return for each file among a run's `outputs` the version it belongs to, the last logged."""
    found = {}
    for version in sorted(outputs, key=lambda one: one.last_logged_by(run)):
        for file in version.files:
            found[f"{version.name}/{file}" if version.is_folder else version.name] = version
    return found
