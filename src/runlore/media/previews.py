"""Look into a file: as much of it as a page shows, and nothing in it that could run.

What a preview holds is text, cells of tables, and images as data; whatever the file claims to be,
the reader decides by its name and its bytes what to show, and reads no more than it needs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from runlore.media.formats import extension_of
from runlore.media.notebooks import notebook_cells
from runlore.media.table_heads import csv_head, json_lines_head, parquet_head

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.media.notebooks import NotebookCell
    from runlore.media.table_heads import TableHead

PreviewKind = Literal[
    "image", "table", "json", "markdown", "code", "notebook", "text", "html", "audio", "video",
    "none",
]  # fmt: skip
MOST_TEXT_BYTES = 400_000
MOST_NOTEBOOK_BYTES = 16 << 20

_LANGUAGES = {
    ".py": "python", ".pyi": "python", ".r": "r", ".jl": "julia", ".sh": "bash", ".bash": "bash",
    ".js": "javascript", ".ts": "typescript", ".c": "c", ".h": "c", ".cpp": "cpp", ".cu": "cpp",
    ".java": "java", ".go": "go", ".rs": "rust", ".sql": "sql", ".toml": "toml", ".ini": "ini",
    ".cfg": "ini", ".yaml": "yaml", ".yml": "yaml", ".css": "css", ".xml": "xml", ".diff": "diff",
    ".patch": "diff", ".tex": "latex", ".lua": "lua", ".scala": "scala", ".proto": "proto",
}  # fmt: skip
_IMAGES = frozenset((".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg", ".bmp", ".avif"))
_AUDIO = frozenset((".wav", ".mp3", ".ogg", ".oga", ".flac", ".m4a", ".opus"))
_VIDEO = frozenset((".mp4", ".webm", ".mov", ".ogv"))
_SHOWN_BY_BROWSERS: dict[str, PreviewKind] = {
    **dict.fromkeys(_IMAGES, "image"),
    **dict.fromkeys(_AUDIO, "audio"),
    **dict.fromkeys(_VIDEO, "video"),
    ".html": "html",
    ".htm": "html",
}
_TABLES: dict[str, Callable[[str], TableHead]] = {
    ".csv": lambda path: csv_head(path, ","),
    ".tsv": lambda path: csv_head(path, "\t"),
    ".jsonl": json_lines_head,
    ".ndjson": json_lines_head,
    ".parquet": parquet_head,
}


@dataclass(frozen=True)
class Preview:
    """What can be shown of a file; of kind `none`, `reason` says why there is nothing."""

    kind: PreviewKind
    text: str | None = None
    language: str | None = None
    columns: list[str] | None = None
    rows: list[list[object]] | None = None
    total_rows: int | None = None
    cells: list[NotebookCell] | None = None
    is_cut: bool = False
    reason: str | None = None


def preview_of(path: str, name: str, size_bytes: int) -> Preview:
    """Look into the file at `path`, which is called `name`."""
    extension = extension_of(name)
    shown = _SHOWN_BY_BROWSERS.get(extension)
    if shown is not None:
        return Preview(shown)
    if size_bytes == 0:
        return Preview("none", reason="the file is empty")
    try:
        if extension in _TABLES:
            return _table(_TABLES[extension](path))
        if extension == ".ipynb" and size_bytes <= MOST_NOTEBOOK_BYTES:
            cells, is_cut = notebook_cells(path)
            return Preview("notebook", cells=cells, is_cut=is_cut)
    except ImportError as error:
        return Preview("none", reason=str(error).partition("\n")[0])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OSError):
        pass  # it isn't what it is called: shown as the text that it may be
    return _text(path, extension, size_bytes)


def _table(head: TableHead) -> Preview:
    return Preview(
        "table", columns=head.columns, rows=head.rows, total_rows=head.total_rows,
        is_cut=head.is_cut,
    )  # fmt: skip


def _text(path: str, extension: str, size_bytes: int) -> Preview:
    with open(path, "rb") as file:
        data = file.read(MOST_TEXT_BYTES)
    is_cut = size_bytes > len(data)
    text = _decoded(data, is_cut=is_cut)
    if text is None:
        return Preview("none", reason="it holds bytes that are no text")
    if extension in (".md", ".markdown"):
        return Preview("markdown", text=text, is_cut=is_cut)
    if extension in _LANGUAGES:
        return Preview("code", text=text, language=_LANGUAGES[extension], is_cut=is_cut)
    if extension == ".json" and not is_cut and _is_json(text):
        return Preview("json", text=text)
    return Preview("text", text=text, is_cut=is_cut)


def _decoded(data: bytes, *, is_cut: bool) -> str | None:
    """Decode UTF-8, of which the last character may be cut; None for what is no text."""
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if is_cut and error.start >= len(data) - 3:
            return data[: error.start].decode("utf-8-sig")
        return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
