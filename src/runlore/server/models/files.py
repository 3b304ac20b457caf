"""What a run has logged to look at, its files, and what can be seen of them."""

from __future__ import annotations

from typing import Any, Literal

from runlore.server.models.base import Answer, Cell


class MediaNameInfo(Answer):
    """A name under which something was logged to look at."""

    name: str
    type: str
    count: int
    first_step: int | None
    last_step: int | None


class MediaItem(Answer):
    """Something to look at; `data` stands for itself, else `url` gives the bytes."""

    id: str
    name: str
    step: int | None
    context: str
    type: str
    media_type: str | None
    size_bytes: int | None
    url: str | None
    data: Any
    caption: str | None
    at_ms: int
    is_ready: bool


class MediaPage(Answer):
    """Some of what was logged to look at, by name and step."""

    names: list[MediaNameInfo]
    items: list[MediaItem]
    total: int
    next: str | None


class ArtifactItem(Answer):
    """A file of an artifact."""

    id: str
    path: str
    artifact: str
    version: int | None
    aliases: list[str]
    type: str | None
    direction: Literal["output", "input"]
    size_bytes: int | None
    media_type: str | None
    digest: str | None
    at_ms: int
    description: str | None
    is_current: bool
    is_ready: bool
    url: str


class ArtifactPage(Answer):
    """Some files of a run."""

    items: list[ArtifactItem]
    total: int
    total_bytes: int
    next: str | None


class PreviewCell(Answer):
    """A cell of a notebook, or what one put out; `image` is a PNG in base64."""

    kind: Literal["markdown", "code", "output"]
    text: str
    image: str | None


class Preview(Answer):
    """What can be shown of a file; `reason` says why there is nothing."""

    kind: Literal[
        "image", "table", "json", "markdown", "code", "notebook", "text", "html", "audio",
        "video", "none",
    ]  # fmt: skip
    text: str | None
    language: str | None
    columns: list[str] | None
    rows: list[list[Cell]] | None
    total_rows: int | None
    cells: list[PreviewCell] | None
    is_cut: bool
    size_bytes: int
    reason: str | None


class ChangedFile(Answer):
    """A file of a diff."""

    path: str
    added: int
    removed: int


class UntrackedFile(Answer):
    """A file that git didn't have."""

    path: str
    size_bytes: int
    text: str | None


class Diff(Answer):
    """Changes of code; `text` is null where they aren't known, and `reason` says why."""

    text: str | None
    files: list[ChangedFile]
    untracked: list[UntrackedFile]
    is_cut: bool
    reason: str | None


class ConsoleLine(Answer):
    """A line of a console; `missing` lines weren't kept before it."""

    number: int
    at_ms: int | None
    stream: Literal["stdout", "stderr"]
    rank: int
    text: str
    is_cut: bool
    missing: int


class ConsolePage(Answer):
    """Some lines of a console, numbered from 0 among all of the rank.

    `first` and `last` are numbers to go on from, also where there are no lines.
    """

    lines: list[ConsoleLine]
    total: int
    matches: int | None
    first: int
    last: int
    is_live: bool


class PlotlyDrawing(Answer):
    """The version of plotly that draws figures; null where none is installed."""

    version: str | None
