"""Runs side by side, and the code of two of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from runlore.actions.code_differences import differences_of_code
from runlore.actions.importances import importances_between
from runlore.actions.side_by_side import MOST_ROWS, compare_side_by_side
from runlore.actions.undoable import row_meant, rows_meant
from runlore.errors import InvalidValue
from runlore.query.lists import split_names
from runlore.server.lines import shaped_line
from runlore.server.models.comparisons import (
    Compare,
    ComparedData,
    ComparedMetric,
    ComparedTexts,
    Importance,
)
from runlore.server.models.files import ChangedFile, Diff, UntrackedFile
from runlore.server.models.verdicts import Verdict
from runlore.server.pages import answer, fitting_answer
from runlore.server.reader import Shared

if TYPE_CHECKING:
    from runlore.reading.store import StoreReader

router = APIRouter()

Ids = Annotated[str, Query(max_length=16 * 1024, description="Ids, separated by commas.")]


@router.get("/api/v1/compare", response_model=Compare)
def compare_runs(
    shared: Shared,
    *,
    runs: Ids,
    baseline: Annotated[str | None, Query(max_length=64, description="One of them.")] = None,
    importance: Annotated[
        bool, Query(description="Estimate how much params matter, which takes a second or two.")
    ] = True,
) -> Response:
    """Compare 2 to 200 runs: what differs, what the data say of their groups, which params matter.

    Of very long texts, only as many rows are given as there is room for.
    """
    reader = shared.current()
    to_beat = None if not baseline else row_meant(reader, baseline).run
    found = compare_side_by_side(reader, _ids(reader, runs), baseline=to_beat)
    important, note = importances_between(found) if importance else (None, None)
    params, context = (
        [ComparedTexts(**asdict(one)) for one in texts] for texts in (found.params, found.context)
    )
    metrics = [ComparedMetric(**asdict(one)) for one in found.metrics]
    verdict = None
    if found.verdict is not None:
        verdict = Verdict.model_validate(found.verdict, from_attributes=True)

    def make(count: int) -> Compare:
        cut = verdict
        if verdict is not None:
            cut = verdict.model_copy(update={"groups": verdict.groups[:count]})
        return Compare(
            runs=[shaped_line(line) for line in found.runs],
            params=params[:count],
            context=context[:count],
            metrics=metrics[:count],
            data=[ComparedData(**asdict(one)) for one in found.data[:count]],
            verdict=cut,
            importance=None if important is None else [
                Importance(**asdict(one)) for one in important[:count]
            ],
            importance_note=note,
        )  # fmt: skip

    return fitting_answer(MOST_ROWS, make)


@router.get("/api/v1/compare/code", response_model=Diff)
def compare_code(shared: Shared, *, runs: Ids) -> Response:
    """Show what leads from the code of one run to that of another, as far as it was kept."""
    reader = shared.current()
    ids = _ids(reader, runs)
    if len(ids) != 2:
        raise InvalidValue(f"{len(ids)} runs were given", hint="the code of two is compared")
    found = differences_of_code(reader, *ids)
    return answer(
        Diff(
            text=found.text,
            files=[ChangedFile(**asdict(one)) for one in found.files],
            untracked=[UntrackedFile(**asdict(one)) for one in found.untracked],
            is_cut=found.is_cut,
            reason=found.reason,
        )
    )


def _ids(reader: StoreReader, runs: str) -> list[str]:
    """Read the runs that are meant, each once."""
    return [row.run for row in rows_meant(reader, split_names(runs))]
