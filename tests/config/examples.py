"""Configuration classes that the tests share."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import param

from runlore.config import Integer, Number, Selector, String, TrackedConfig

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_deep(values: Mapping[str, object]) -> bool:
    return bool(values["layers"] and len(values["layers"]) > 2)  # type: ignore[arg-type]


class Everything(TrackedConfig):
    """A field of each type."""

    rate = param.Number(default=0.1, bounds=(0, 1), inclusive_bounds=(False, True), doc="A rate.")
    count = param.Integer(default=None, bounds=(1, None), allow_None=True)
    title = param.String(default="a: b", regex=r"^[a-z].*$")
    is_fast = param.Boolean(default=True)
    optimizer: Any = param.Selector(default="adam", objects=["adam", "sgd"])
    activation: Any = param.Selector(default=max, objects={"largest": max, "smallest": min})
    parts = param.ListSelector(default=["a"], objects=["a", "b", "c"])
    layers = param.List(default=[64, 32], item_type=int)
    sizes = param.NumericTuple(default=(1, 2))
    span = param.Range(default=(0.1, 0.9), bounds=(0, 1))
    options = param.Dict(default={"a": [1]})
    day = param.CalendarDate(default=datetime.date(2026, 11, 21))
    moment = param.Date(default=datetime.datetime(2026, 11, 21, 12, 30))  # noqa: DTZ001
    momentum = Number(default=0.0, bounds=(0, 1), validated_when={"optimizer": ["sgd"]})
    dropout = Number(default=0.0, bounds=(0, 1), validated_when=is_deep)
    norm = Selector(default="batch", objects=["batch", "layer"], validated_when="is_fast")
    prefix = String(default="x", regex="^x", validated_when="is_fast")
    warmup = Integer(default=0, bounds=(0, 9), validated_when={"is_fast": True})
    press = param.Action(default=print)
    _hidden = param.Number(default=1)


class Bounds(TrackedConfig):
    """Two fields that depend on each other."""

    low = param.Number(default=0.0)
    high = param.Number(default=1.0)

    def check(self, values: Mapping[str, Any]) -> None:
        if values["low"] > values["high"]:
            raise ValueError(f"low {values['low']} is above high {values['high']}")
