"""Files of runs: what was logged to look at, artifacts, previews, uncommitted code."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from runlore.actions import run_files
from runlore.actions.code_changes import changes_of_run
from runlore.actions.undoable import row_meant
from runlore.media.table_heads import plain_cell
from runlore.server.models.files import (
    ArtifactItem,
    ArtifactPage,
    ChangedFile,
    Diff,
    MediaItem,
    MediaNameInfo,
    MediaPage,
    Preview,
    PreviewCell,
    UntrackedFile,
)
from runlore.server.pages import (
    CursorText,
    Limit,
    answer,
    fitting_answer,
    next_offset,
    read_offset,
)
from runlore.server.reader import Shared
from runlore.server.served_files import serve

if TYPE_CHECKING:
    from runlore.actions.run_files import FileLine
    from runlore.index.rows import Media
    from runlore.reading.store import StoreReader

router = APIRouter()
_MOST_NAMES = 5_000
Name = Annotated[str, Query(max_length=4096)]
Id = Annotated[str, Query(max_length=64)]


@router.get("/api/v1/runs/{run}/media", response_model=MediaPage)
def list_media(
    shared: Shared,
    run: str,
    *,
    name: Name | None = None,
    search: Name | None = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Response:
    """List what a run has logged to look at, by name and step."""
    reader = shared.current()
    row = row_meant(reader, run)
    start = read_offset("media", cursor)
    found = run_files.list_media(
        reader, row.run, name=name, search=search, limit=limit, offset=start
    )
    names = [
        MediaNameInfo(
            name=one.name,
            type=one.type,
            count=one.items,
            first_step=one.first_step,
            last_step=one.last_step,
        )
        for one in found.names[:_MOST_NAMES]
    ]
    items = [_media_item(reader, row.run, one) for one in found.items]

    def page(count: int) -> MediaPage:
        following = next_offset("media", start + count, found.total)
        return MediaPage(names=names, items=items[:count], total=found.total, next=following)

    return fitting_answer(len(items), page)


@router.get("/api/v1/runs/{run}/media/{item}", response_class=Response)
def read_media(
    request: Request, shared: Shared, run: str, item: str, *, download: bool = False
) -> Response:
    """Give the bytes of something that a run has logged to look at."""
    reader = shared.current()
    file = run_files.find_media(reader, row_meant(reader, run).run, item)
    return serve(request, file, is_download=download)


@router.get("/api/v1/runs/{run}/artifacts", response_model=ArtifactPage)
def list_artifacts(
    shared: Shared, run: str, *, limit: Limit = 100, cursor: CursorText = None
) -> Response:
    """List the files of a run: what it put out, the newest versions first, and what it took in."""
    reader = shared.current()
    row = row_meant(reader, run)
    start = read_offset("artifacts", cursor)
    found = run_files.list_files(reader, row.run, limit=limit, offset=start)
    items = [_artifact_item(row.run, one) for one in found.files]

    def page(count: int) -> ArtifactPage:
        return ArtifactPage(
            items=items[:count],
            total=found.total,
            total_bytes=found.total_bytes,
            next=next_offset("artifacts", start + count, found.total),
        )

    return fitting_answer(len(items), page)


@router.get("/api/v1/runs/{run}/preview", response_model=Preview)
def preview(shared: Shared, run: str, path: Name, id: Id | None = None) -> Response:  # noqa: A002
    """Look into a file of a run."""
    reader = shared.current()
    found, size_bytes = run_files.preview_file(reader, row_meant(reader, run).run, path, id)
    cells = None
    if found.cells is not None:
        cells = [PreviewCell(kind=one.kind, text=one.text, image=one.image) for one in found.cells]
    rows = found.rows
    shaped = None if rows is None else [[_cell(cell) for cell in row] for row in rows]

    def cut(count: int) -> Preview:
        return Preview(
            kind=found.kind,
            text=found.text,
            language=found.language,
            columns=found.columns,
            rows=None if shaped is None else shaped[:count],
            total_rows=found.total_rows,
            cells=None if cells is None else cells[:count],
            is_cut=found.is_cut or count < len(shaped or cells or ()),
            size_bytes=size_bytes,
            reason=found.reason,
        )

    return fitting_answer(len(shaped or cells or ()), cut)


@router.get("/api/v1/runs/{run}/files/{path:path}", response_class=Response)
def read_file(
    request: Request,
    shared: Shared,
    run: str,
    path: str,
    id: Id | None = None,  # noqa: A002
    *,
    download: bool = False,
) -> Response:
    """Give the bytes of a file of a run."""
    reader = shared.current()
    file = run_files.find_file(reader, row_meant(reader, run).run, path, id)
    return serve(request, file, is_download=download)


@router.get("/api/v1/runs/{run}/diff", response_model=Diff)
def read_diff(shared: Shared, run: str) -> Response:
    """Show the changes of a run's code that weren't committed."""
    reader = shared.current()
    found = changes_of_run(reader, row_meant(reader, run).run)
    return answer(
        Diff(
            text=found.text,
            files=[ChangedFile(**asdict(one)) for one in found.files],
            untracked=[UntrackedFile(**asdict(one)) for one in found.untracked],
            is_cut=found.is_cut,
            reason=found.reason,
        )
    )


def _cell(value: object) -> bool | int | float | str | None:
    plain = plain_cell(value)
    return plain if isinstance(plain, bool | int | float | str) else None


def _media_item(reader: StoreReader, run: str, row: Media) -> MediaItem:
    caption = row.details.get("caption")
    return MediaItem(
        id=row.id,
        name=row.name,
        step=row.step,
        context=row.context,
        type=row.type,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        url=None if row.data is not None else f"/api/v1/runs/{run}/media/{quote(row.id, safe='')}",
        data=row.data,
        caption=caption if isinstance(caption, str) else None,
        at_ms=row.time // 1000,
        is_ready=run_files.is_media_ready(reader, row),
    )


def _artifact_item(run: str, line: FileLine) -> ArtifactItem:
    row = line.row
    address = f"/api/v1/runs/{run}/files/{quote(row.name, safe='')}"
    return ArtifactItem(
        id=row.id,
        path=row.name,
        artifact=row.artifact,
        version=line.version,
        aliases=line.aliases,
        type=row.type,
        direction="input" if row.direction == "input" else "output",
        size_bytes=row.size_bytes,
        media_type=row.media_type,
        digest=row.digest,
        at_ms=row.time // 1000,
        description=row.description,
        is_current=row.is_current,
        is_ready=line.is_ready,
        url=f"{address}?id={quote(row.id, safe='')}",
    )
