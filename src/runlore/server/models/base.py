"""What all answers and questions have in common."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

# A number; one that isn't finite travels as a text, which JSON has no number for.
Num = float | Literal["NaN", "Infinity", "-Infinity"]
Cell = bool | int | float | str | None
Status = Literal["running", "finished", "failed", "stopped", "crashed", "unknown"]


class Answer(BaseModel):
    """Something that the server says."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_serialization_defaults_required=True,
        ser_json_inf_nan="strings",
    )


class Question(BaseModel):
    """Something that is put to the server; fields that it doesn't know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Freshness(Answer):
    """How far behind the store an answer is; `cursor` is the moment it was given at."""

    is_current: bool
    behind_points: int
    cursor: str
    problems: int
