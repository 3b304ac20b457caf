"""Find the runs that used files of runs which are to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.reading.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.interface import Index
    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader


def users_of(reader: StoreReader, runs: Sequence[str]) -> list[StoredRun]:
    """List the runs, other than `runs`, that used an artifact which goes with these.

    What another run has logged as well stays, so who used that isn't among them; nor is what
    lies in the trash.
    """
    going = set(runs)
    names = {output.name for run in runs for output in reader.index.outputs(run=run)}
    users = {user for name in names for user in _users_of_name(reader.index, name, going)}
    page = reader.ask(lambda index: index.list_runs(runs=sorted(users), is_deleted=False))
    return list(Runs(reader, page.runs, page.total)) if users else []


def _users_of_name(index: Index, name: str, going: set[str]) -> set[str]:
    outputs = index.outputs(name)
    others = [one for one in outputs if one.run not in going and not one.is_gone]
    kept = {one.digest for one in others if one.digest is not None}
    lost = [one for one in outputs if one.run in going and one.digest not in kept]
    ids = {one.id for one in lost}
    digests = {one.digest for one in lost if one.digest is not None}
    return {
        use.run
        for use in index.uses(name)
        if use.run not in going and (use.artifact in ids or use.digest in digests)
    }
