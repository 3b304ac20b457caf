"""Count the versions of artifacts (docs/formats/records.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runlore.index.artifact_rows import Output


@dataclass
class CountedVersion:
    """A content that a name has had: by which runs, oldest first.

    `number` is None while files of it, or of one logged before it, aren't hashed yet.
    """

    number: int | None
    outputs: list[Output] = field(default_factory=list)

    @property
    def output(self) -> Output:
        """The first that can still be had, else the first of all."""
        standing = [one for one in self.outputs if not one.is_gone]
        return next((one for one in standing if not one.is_deleted), (standing or self.outputs)[0])

    @property
    def is_gone(self) -> bool:
        """Whether it went with all the runs that had it."""
        return all(one.is_gone for one in self.outputs)

    @property
    def is_shown(self) -> bool:
        """Whether a run has it that is neither in the trash nor gone."""
        return any(not (one.is_gone or one.is_deleted) for one in self.outputs)


def count_versions(
    outputs: Iterable[Output], is_waiting: Callable[[Output], bool]
) -> list[CountedVersion]:
    """Count the versions among the outputs of one name and project, given by (time, id).

    `is_waiting` says whether one without a digest may still be hashed. They come in the order
    they were first logged in.
    """
    by_digest: dict[str, CountedVersion] = {}
    versions: list[CountedVersion] = []
    count = 0
    is_settled = True
    for output in outputs:
        known = None if output.digest is None else by_digest.get(output.digest)
        if known is not None:
            known.outputs.append(output)
            continue
        if output.digest is None:
            is_settled = is_settled and not is_waiting(output)
        version = CountedVersion(None, [output])
        versions.append(version)
        if output.digest is not None:
            by_digest[output.digest] = version
            if is_settled:
                version.number = count
                count += 1
    return versions


def latest_of(
    versions: Iterable[CountedVersion], is_waiting: Callable[[Output], bool]
) -> CountedVersion | None:
    """Return the version that was logged last and can be had; None if there is none."""
    candidates = [
        (one.time, one.id, version)
        for version in versions
        for one in version.outputs
        if not (one.is_gone or one.is_deleted) and (one.digest is not None or is_waiting(one))
    ]
    return max(candidates, key=lambda found: found[:2])[2] if candidates else None
