"""The consoles of runs."""

from __future__ import annotations

from time import monotonic
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from runlore.actions.undoable import row_meant
from runlore.reading.console_pages import ConsoleCache, Wanted, read_page
from runlore.reading.run import stored_runs
from runlore.server.models.files import ConsoleLine, ConsolePage
from runlore.server.pages import Limit, answer
from runlore.server.reader import Shared

router = APIRouter()
Line = Annotated[int, Query(ge=-1, le=1 << 40)]


@router.get("/api/v1/runs/{run}/console", response_model=ConsolePage)
def read_console(
    request: Request,
    shared: Shared,
    run: str,
    *,
    stream: Literal["stdout", "stderr"] | None = None,
    rank: Annotated[int | None, Query(ge=0, le=1 << 31)] = None,
    after: Line | None = None,
    before: Line | None = None,
    search: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Limit = 500,
) -> Response:
    """Give lines behind `after`, or before `before`, else the last ones that a run has printed."""
    cache: ConsoleCache = request.app.state.consoles
    reader = shared.current()
    row = row_meant(reader, run)
    wanted = Wanted(stream, rank, after, before, search, limit)
    page = read_page(reader, row.run, wanted, cache, lambda: shared.current(after=monotonic()))
    lines = [
        ConsoleLine(
            number=one.number,
            at_ms=None if one.time is None else one.time // 1000,
            stream="stderr" if one.stream == "stderr" else "stdout",
            rank=one.rank,
            text=one.text,
            is_cut=one.is_cut,
            missing=one.missing,
        )
        for one in page.lines
    ]
    (stored,) = stored_runs(reader, [row])
    rest = page.total - 1 if after is None else after
    return answer(
        ConsolePage(
            lines=lines,
            total=page.total,
            matches=page.matches,
            first=lines[0].number if lines else max(0, before or 0),
            last=lines[-1].number if lines else rest,
            is_live=stored.status in ("running", "unknown"),
        )
    )
