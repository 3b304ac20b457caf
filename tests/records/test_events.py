from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from runlore.records import events
from runlore.records.ids import is_id

if TYPE_CHECKING:
    import pytest

ACTOR = "a" * 32


def test_a_record_has_kind_time_and_what_belongs_to_it() -> None:
    record = json.loads(events.event("note", 5, text="µ", more=None))
    assert record == {"kind": "note", "time": 5, "text": "µ", "more": None}


def test_a_record_without_a_time_is_of_now() -> None:
    before = events.now()
    time = json.loads(events.event("note"))["time"]
    assert before <= time <= events.now()


def test_an_edit_has_an_id_of_its_own_a_clock_and_its_actor() -> None:
    clock = events.Clock()
    first, second = (json.loads(events.edit("tag.added", ACTOR, clock, tag="a")) for _ in range(2))
    assert is_id(first["id"])
    assert first["id"] != second["id"]
    assert first["clock"] < second["clock"]
    assert first["time"] == first["clock"][0]
    assert first["actor"] == ACTOR


def test_an_edit_keeps_the_id_it_is_given() -> None:
    record = events.edit("tag.added", ACTOR, events.Clock(), id="b" * 32)
    assert json.loads(record)["id"] == "b" * 32


class TestClock:
    @given(st.lists(st.integers(0, 2**50), min_size=1, max_size=30))
    def test_it_goes_forward_whatever_the_wall_clock_does(self, wall: list[int]) -> None:
        clock = events.Clock()
        times = iter(wall)
        original = events.now
        events.now = lambda: next(times)
        try:
            ticks = [clock.tick() for _ in wall]
        finally:
            events.now = original
        assert all(earlier < later for earlier, later in pairwise(ticks))
        assert all(tick[0] >= time for tick, time in zip(ticks, wall, strict=True))

    def test_it_passes_every_time_it_has_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(events, "now", lambda: 100)
        clock = events.Clock()
        assert clock.tick() == [100, 0]
        clock.see([900, 4])
        assert clock.tick() == [900, 5]
        clock.see([20, 8])
        assert clock.tick() == [900, 6]
