"""All versions of one name in one project."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from runlore.errors import Ambiguous, ArtifactNotFound, RunloreError
from runlore.helper.adopt import adopt_staged
from runlore.journal.filesystem import is_local
from runlore.journal.liveness import DEAD, holder
from runlore.media.names import LATEST, is_alias
from runlore.reading.artifact_versions import count_versions, latest_of
from runlore.reading.artifacts import ArtifactVersion
from runlore.reading.contents import staged_path

if TYPE_CHECKING:
    from runlore.index.artifact_rows import Alias, Output
    from runlore.reading.store import StoreReader
    from runlore.reading.version_facts import MakeRuns

_NUMBER = re.compile(r"[vV]([0-9]{1,18})")
_MOST_LISTED = 8


def collections_of(
    reader: StoreReader, name: str | None, make_runs: MakeRuns
) -> dict[tuple[str | None, str], Collection]:
    """Gather the artifacts of a name, or all, by (project, name)."""
    outputs: dict[tuple[str | None, str], list[Output]] = {}
    for output in reader.ask(lambda index: index.outputs(name)):
        outputs.setdefault((output.project, output.name), []).append(output)
    aliases: dict[tuple[str | None, str], list[Alias]] = {}
    for alias in reader.ask(lambda index: index.aliases(name)):
        if alias.artifact is not None and is_alias(alias.alias):
            aliases.setdefault((alias.project, alias.name), []).append(alias)
    return {
        key: Collection(reader, *key, found, aliases.get(key, []), make_runs)
        for key, found in outputs.items()
    }


class Collection:
    """The versions of one name in one project; `outputs` by (time, id), `aliases` that stand."""

    def __init__(
        self,
        reader: StoreReader,
        project: str | None,
        name: str,
        outputs: list[Output],
        aliases: list[Alias],
        make_runs: MakeRuns,
    ) -> None:
        self.project = project
        self.name = name
        self._reader = reader
        self._outputs = outputs
        self._aliases = aliases
        self._make_runs = make_runs

    def versions(self) -> list[ArtifactVersion]:
        """Count the versions, each with its aliases, in the order they were first logged."""
        counted = count_versions(self._outputs, self._is_waiting)
        latest = latest_of(counted, self._is_waiting)
        named: dict[tuple[str | None, str | None], list[str]] = {}
        for alias in self._aliases:
            named.setdefault((alias.run, alias.artifact), []).append(alias.alias)
        found = []
        for version in counted:
            names = [LATEST] if version is latest else []
            if named:
                aliases = {
                    alias for one in version.outputs for alias in named.get((one.run, one.id), ())
                }
                names += sorted(aliases)
            found.append(ArtifactVersion(self._reader, version, names, self._make_runs))
        return found

    def version(self, wanted: str) -> ArtifactVersion:
        """Return the version that is `v3`, `@` and digits of its digest, or an alias.

        "" stands for the latest.

        Raises:
            ArtifactNotFound: if there is none, with those that there are.
            Ambiguous: if several digests begin so.
        """
        versions = self.versions()
        number = _NUMBER.fullmatch(wanted)
        if wanted.startswith("@"):
            found = [one for one in versions if (one.digest or "").startswith(wanted[1:])]
        elif number is not None:
            found = [one for one in versions if one.number == int(number[1])]
        else:
            found = [one for one in versions if (wanted or LATEST) in one.aliases]
        if len(found) > 1:
            raise Ambiguous(
                f"{len(found)} versions of {self.name!r} have a digest that begins with "
                f"{wanted[1:]}: " + ", ".join(one.spec for one in found),
                hint="give more digits, or the number",
            )
        if not found:
            raise self._not_found(wanted, versions)
        return found[0]

    def adopt_waiting(self) -> bool:
        """Hash the files that dead processes and their helpers left; tell if there were any.

        In a store that can't be written they stay as they are, and can be read.
        """
        waiting: dict[str, list[str]] = {}
        for output in self._outputs:
            if output.digest is None and self._is_waiting(output):
                for file in output.files:
                    if file.digest is None and file.staged is not None:
                        actor, _, name = file.staged.partition("/")
                        waiting.setdefault(actor, []).append(name)
        left = {actor: names for actor, names in waiting.items() if self._is_left(actor)}
        if not left:
            return False
        from runlore.editing.shell_recorder import ShellRecorder

        store = self._reader.folder
        try:
            recorder = ShellRecorder(store.path)
            try:
                for actor, names in left.items():
                    adopt_staged(store, actor, names, writer=recorder.writer, slot_of=lambda _: 0)
            finally:
                recorder.close()
        except (RunloreError, OSError):
            return False
        self._reader.catch_up()
        return True

    def _is_left(self, actor: str) -> bool:
        """Whether nobody is there to hash what a process gave: its helper, or else itself."""
        rows = self._reader.ask(lambda index: index.journals())
        helpers = {row.actor for row in rows if row.serves == actor}
        return all(self._is_dead(each) for each in helpers or {actor})

    def _is_dead(self, actor: str) -> bool:
        folder = self._reader.folder
        if not os.path.exists(folder.actor(actor)):  # they are cleared away of dead actors only
            return True
        life = holder(
            folder.lock(actor), host=self._reader.host, is_on_local_disk=is_local(folder.path)
        )
        return life == DEAD

    def _is_waiting(self, output: Output) -> bool:
        """Whether what isn't hashed of it is there to be hashed."""
        return not output.is_gone and all(
            file.digest is not None
            or (file.staged is not None and staged_path(self._reader.folder, file.staged))
            for file in output.files
        )

    def _not_found(self, wanted: str, versions: list[ArtifactVersion]) -> ArtifactNotFound:
        present = [one for one in versions if one.is_shown]
        if not present:
            return ArtifactNotFound(
                f"all versions of the artifact {self.name!r} went with their runs",
                hint="runs in the trash can be restored: runlore ls --deleted",
            )
        numbers = [one.version for one in present if one.version is not None]
        shown = [f"{numbers[0]} to {numbers[-1]}"] if len(numbers) > _MOST_LISTED else numbers
        pending = len(present) - len(numbers)
        parts = [str(one) for one in shown]
        parts += [alias for one in present for alias in one.aliases][:_MOST_LISTED]
        if pending:
            parts.append(f"{pending} that {'is' if pending == 1 else 'are'} being hashed")
        what = f"a digest that begins with {wanted[1:]}" if wanted.startswith("@") else repr(wanted)
        return ArtifactNotFound(
            f"the artifact {self.name!r} has no version {what}", hint="it has " + ", ".join(parts)
        )
