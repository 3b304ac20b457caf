"""What a run begun later gets of a context that was captured again."""

from __future__ import annotations

from runlore.helper.contexts import _changed_facts
from runlore.records.events import event


def captured(**facts: object) -> bytes:
    return event("context.captured", None, facts=facts)


def test_nothing_where_nothing_has_changed() -> None:
    assert _changed_facts(captured(a=1, b={"c": 2}), captured(b={"c": 2}, a=1)) == {}


def test_what_has_changed_came_or_went() -> None:
    before = captured(same=1, commit="a", gone=True)
    after = captured(same=1, commit="b", new=[1])
    assert _changed_facts(before, after) == {"commit": "b", "gone": None, "new": [1]}
