"""What is kept of something logged at a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

MediaKind = Literal["image", "figure", "table", "text", "histogram", "predictions", "audio"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedMedia:
    """A file's content in `payload`, or small JSON to stand in the record in `data`.

    `width` and `height` are pixels, `rows` and `columns` count a table's, `seconds` last a sound's.
    """

    kind: MediaKind
    media_type: str
    extension: str = ""
    payload: bytes | None = None
    data: dict[str, Any] | None = None
    width: int | None = None
    height: int | None = None
    rows: int | None = None
    columns: int | None = None
    seconds: float | None = None
