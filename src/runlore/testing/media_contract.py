"""The part of an index's contract that is about what runs log to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.index.catchup import catch_up

if TYPE_CHECKING:
    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder
    from runlore.testing.journals import JournalComposer

_T = 1_700_000_000_000_000
_ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"
_RUNS = [f"0192f0c1a2b4a1a2a3a4a5a6a7a8a9{digits}" for digits in ("aa", "bb")]
_HOSTILE = "e\n'; --\"🙂"


class MediaContract:
    """What every index answers about media."""

    def test_media_are_named_and_given_in_parts_by_name_and_step(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot, other = (journal.slot(run, _ATTEMPT) for run in _RUNS)
        for step in (2, 0, 1):
            _log(journal, slot, f"b{step}", "b", step, data={"n": step})
        _log(journal, slot, "b-unstepped", "b", None, staged="actor/file")
        _log(journal, slot, "h", _HOSTILE, 5, type="image", digest="ab" * 32)
        _log(journal, other, "else", "b", 9)
        journal.event(
            slot, "staged.stored", time=_T, staged="actor/file", digest="cd" * 32, size_bytes=7
        )
        assert catch_up(index, store, budget_seconds=None).is_current
        assert [tuple(one) for one in index.media_names(_RUNS[0])] == [
            ("b", "text", 4, 0, 2),
            (_HOSTILE, "image", 1, 5, 5),
        ]
        whole = [one.id for one in index.media(_RUNS[0], limit=100)]
        assert whole == ["b-unstepped", "b0", "b1", "b2", "h"]
        assert [one.id for one in index.media(_RUNS[0], limit=2, offset=3)] == whole[3:]
        (found,) = index.media(_RUNS[0], names=[_HOSTILE, "none"], limit=9)
        assert (found.name, found.digest, found.data) == (_HOSTILE, "ab" * 32, None)
        assert index.media(_RUNS[0], names=[], limit=9) == []
        stored = index.media_item(_RUNS[0], "b-unstepped")
        assert stored is not None
        assert (stored.digest, stored.size_bytes, stored.step) == ("cd" * 32, 7, None)
        assert index.media_item(_RUNS[1], "b-unstepped") is None
        facts = index.run_facts(_RUNS[0])
        assert facts is not None
        assert facts.media == index.media(_RUNS[0], limit=100)


def _log(
    journal: JournalComposer, slot: int, item: str, name: str, step: int | None, **fields: object
) -> None:
    shared: dict[str, object] = {"context": "", "media_type": None, "details": {}}
    known = {"id": item, "name": name, "step": step, "type": "text", **shared, **fields}
    journal.event(slot, "media.logged", time=_T, **known)
