"""What holds for artifacts in every index: a part of `runlore.testing.index_contract`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.index.artifacts import folder_digest, versions_of_run
from runlore.index.catchup import catch_up
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder

_OTHER_ACTOR = "0192f0c1a2b30123456789abcdef0033"
_RUNS = [f"0192f0c1a2b4a1a2a3a4a5000000{number:04x}" for number in range(2)]
_ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"
_T = 1_700_000_000_000_000
_IDS = [f"{number:032x}" for number in range(1, 9)]
_DIGESTS = [f"{number:064x}" for number in range(1, 9)]


class ArtifactContract:
    """Tests of the questions about artifacts; the fixtures are those of the whole contract."""

    def test_a_folder_is_one_output_once_all_its_files_are_there(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = _begin(journal, _RUNS[0], "vision")
        folder = {"id": _IDS[7], "name": "data", "files": 2}
        _log(journal, slot, _IDS[0], "data/b", _T + 3, digest=_DIGESTS[1], folder=folder)
        assert _caught_up(index, store).outputs("data") == []
        _log(journal, slot, _IDS[1], "data/a", _T + 2, staged="there/1", folder=folder,
             details={"metadata": {"rows": 2}})  # fmt: skip
        journal.edit(slot, "artifact.described", time=_T + 4, artifact=_IDS[7], description="new")
        (found,) = _caught_up(index, store).outputs("data")
        assert (found.id, found.name, found.time, found.project) == (
            _IDS[7], "data", _T + 2, "vision",
        )  # fmt: skip
        assert [file.relative for file in found.files] == ["a", "b"]
        assert (found.digest, found.is_folder, found.description) == (None, True, "new")
        assert found.details == {"metadata": {"rows": 2}}
        journal.event(
            0, "staged.stored", time=_T + 5, staged="there/1", digest=_DIGESTS[0], size_bytes=3
        )
        (found,) = _caught_up(index, store).outputs("data")
        assert found.digest == folder_digest([("b", _DIGESTS[1]), ("a", _DIGESTS[0])])

    def test_outputs_come_by_time_and_id_whatever_order_they_were_read_in(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = _begin(journal, _RUNS[0], None)
        _log(journal, slot, _IDS[2], "m", _T + 9, digest=_DIGESTS[0])
        _caught_up(index, store)
        other = JournalComposer(store, _OTHER_ACTOR)
        late = _begin(other, _RUNS[1], None)
        _log(other, late, _IDS[1], "m", _T + 9, digest=_DIGESTS[1])
        _log(other, late, _IDS[3], "m", _T + 1, digest=_DIGESTS[2])
        _log(other, late, _IDS[4], "else", _T + 1, digest=_DIGESTS[2])
        found = _caught_up(index, store).outputs("m")
        assert [one.id for one in found] == [_IDS[3], _IDS[1], _IDS[2]]
        assert [one.id for one in index.outputs(run=_RUNS[0])] == [_IDS[2]]
        assert index.artifact_names() == [("else", 1), ("m", 3)]

    def test_of_a_purged_run_what_it_put_out_stays_known(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = _begin(journal, _RUNS[0], "vision")
        _log(journal, slot, _IDS[0], "m", _T + 1, digest=_DIGESTS[0])
        _log(journal, slot, _IDS[1], "m", _T + 2, staged="there/1")
        kept = versions_of_run(_caught_up(index, store), _RUNS[0])
        assert kept == [[_IDS[0], "vision", "m", _T + 1, _DIGESTS[0]]]
        journal.edit(0, "run.purged", time=_T + 3, run=_RUNS[0], artifacts=kept)
        (found,) = _caught_up(index, store).outputs("m")
        assert found[:6] == (_IDS[0], _RUNS[0], "vision", "m", _T + 1, _DIGESTS[0])
        assert found.is_gone
        assert index.artifact_names() == []
        # Somebody else purged it as well, and knew of more.
        more = [[_IDS[1], "vision", "m", _T + 2, _DIGESTS[1]]]
        other = JournalComposer(store, _OTHER_ACTOR)
        other.edit(0, "run.purged", time=_T + 9, run=_RUNS[0], artifacts=more)
        assert [one.id for one in _caught_up(index, store).outputs("m")] == _IDS[:2]
        index.reset()
        assert [one.id for one in _caught_up(index, store).outputs("m")] == _IDS[:2]

    def test_of_a_run_that_moved_away_what_it_put_out_stays_known_until_it_is_back(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = _begin(journal, _RUNS[0], None)
        _log(journal, slot, _IDS[0], "m", _T + 1, digest=_DIGESTS[0])
        kept = versions_of_run(_caught_up(index, store), _RUNS[0])
        journal.edit(0, "run.moved", time=_T + 3, run=_RUNS[0], to="f" * 32, artifacts=kept)
        (found,) = _caught_up(index, store).outputs("m")
        assert (found.id, found.digest, found.is_gone) == (_IDS[0], _DIGESTS[0], True)
        journal.edit(0, "run.moved", time=_T + 4, run=_RUNS[0], to=None)
        (found,) = _caught_up(index, store).outputs("m")
        assert (found.id, found.digest, found.is_gone) == (_IDS[0], _DIGESTS[0], False)

    def test_an_alias_means_what_was_said_last_of_it(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        for run, project in zip(_RUNS, ("vision", None), strict=True):
            _begin(journal, run, project)
        # The first says a project that its run hasn't got.
        journal.edit(0, "artifact.aliased", time=_T + 1, project="wrong", name="m", alias="best",
                     run=_RUNS[0], artifact=_IDS[0])  # fmt: skip
        journal.edit(0, "artifact.aliased", time=_T + 3, project="vision", name="m", alias="best",
                     run=_RUNS[0], artifact=_IDS[1])  # fmt: skip
        journal.edit(0, "artifact.aliased", time=_T + 2, project="vision", name="m", alias="best",
                     run=_RUNS[0], artifact=_IDS[2])  # fmt: skip
        journal.edit(0, "artifact.aliased", time=_T + 2, project=None, name="m", alias="best",
                     run=_RUNS[1], artifact=_IDS[3])  # fmt: skip
        journal.edit(0, "artifact.aliased", time=_T + 4, project=None, name="m", alias="best",
                     run=_RUNS[1], artifact=None)  # fmt: skip
        found = {one.project: one.artifact for one in _caught_up(index, store).aliases("m")}
        assert found == {"vision": _IDS[1], None: None}
        assert index.aliases("else") == []

    def test_uses_name_their_source(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = _begin(journal, _RUNS[0], None)
        source = {"source": {"run": _RUNS[1], "artifact": _IDS[5], "version": 0, "files": 1}}
        _log(journal, slot, _IDS[0], "m", _T + 2, direction="input", digest=_DIGESTS[0],
             details=source)  # fmt: skip
        _log(journal, slot, _IDS[1], "m", _T + 1, direction="input", staged="there/1")
        journal.event(
            0, "staged.stored", time=_T + 5, staged="there/1", digest=_DIGESTS[1], size_bytes=3
        )
        uses = _caught_up(index, store).uses("m")
        assert [(use.run, use.digest, use.artifact) for use in uses] == [
            (_RUNS[0], _DIGESTS[1], None),
            (_RUNS[0], _DIGESTS[0], _IDS[5]),
        ]
        assert index.outputs("m") == []


def _begin(journal: JournalComposer, run: str, project: str | None) -> int:
    slot = journal.slot(run, _ATTEMPT)
    journal.event(
        slot, "run.started", time=_T, name=None, experiment=None, project=project, goal=None,
        parent=None,
    )  # fmt: skip
    return slot


def _log(
    journal: JournalComposer, slot: int, identifier: str, name: str, time: int, **fields: Any
) -> None:
    plain = {"direction": "output", "type": "file", "media_type": None, "size_bytes": 3}
    whole = {"id": identifier, "name": name, "details": {}, **plain, **fields}
    journal.event(slot, "artifact.logged", time=time, **whole)


def _caught_up(index: Index, store: StoreFolder) -> Index:
    assert catch_up(index, store, budget_seconds=None).is_current
    return index
