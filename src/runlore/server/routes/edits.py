"""Changes made on the page: each is a record, and answers what undoes it."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from fastapi import APIRouter

from runlore.actions import presenting, run_edits, shelving
from runlore.server.models import edits as models
from runlore.server.models.edits import Done, SavedView, SavedViews, UndoRequest
from runlore.server.reader import Shared

if TYPE_CHECKING:
    from runlore.actions.undoable import Edited

router = APIRouter()
_EDITS = "/api/v1/edits"


def _done(shared: Shared, edited: Edited) -> Done:
    """Answer an edit, once it can be read."""
    shared.current(after=monotonic())
    undo = edited.undo
    request = None
    if undo is not None:
        request = UndoRequest(method="POST", path=f"{_EDITS}/{undo.edit}", body=undo.fields)
    return Done(message=edited.message, runs=edited.runs, undo=request, made=edited.made)


@router.post("/api/v1/edits/tag")
def tag(shared: Shared, body: models.TagEdit) -> Done:
    """Add tags to runs, and remove others."""
    reader = shared.current()
    return _done(shared, run_edits.edit_tags(reader, body.runs, body.added, body.removed))


@router.post("/api/v1/edits/tags")
def tags(shared: Shared, body: models.TagsEdit) -> Done:
    """Change the tags of each of some runs, as what undoes a change of tags does."""
    changes = {one.run: (one.added, one.removed) for one in body.changes}
    return _done(shared, run_edits.set_tags(shared.current(), changes))


@router.post("/api/v1/edits/rename")
def rename(shared: Shared, body: models.RenameEdit) -> Done:
    """Name a run."""
    return _done(shared, run_edits.rename_run(shared.current(), body.run, body.name))


@router.post("/api/v1/edits/note")
def note(shared: Shared, body: models.NoteEdit) -> Done:
    """Add a note to a run."""
    reader = shared.current()
    return _done(shared, run_edits.note_run(reader, body.run, body.text, time=body.time_us))


@router.post("/api/v1/edits/remove-note")
def remove_note(shared: Shared, body: models.NoteRemoval) -> Done:
    """Take a note of a run away."""
    return _done(shared, run_edits.unnote_run(shared.current(), body.run, body.note))


@router.post("/api/v1/edits/colour")
def colour(shared: Shared, body: models.ColourEdit) -> Done:
    """Give runs a colour, or leave it to the page again."""
    colours = dict.fromkeys(body.runs, body.colour)
    return _done(shared, run_edits.colour_runs(shared.current(), colours))


@router.post("/api/v1/edits/colours")
def colours(shared: Shared, body: models.ColoursEdit) -> Done:
    """Give each of some runs a colour, as what undoes a change of colours does."""
    return _done(shared, run_edits.colour_runs(shared.current(), body.colours))


@router.post("/api/v1/edits/archive")
def archive(shared: Shared, body: models.ShelvingEdit) -> Done:
    """Hide runs from lists, and the runs within them."""
    reader = shared.current()
    return _done(shared, shelving.shelve(reader, body.runs, has_parts=body.has_parts))


@router.post("/api/v1/edits/unarchive")
def unarchive(shared: Shared, body: models.ShelvingEdit) -> Done:
    """Show archived runs in lists again, and the runs within them."""
    reader = shared.current()
    return _done(
        shared, shelving.shelve(reader, body.runs, is_undone=True, has_parts=body.has_parts)
    )


@router.post("/api/v1/edits/trash")
def trash(shared: Shared, body: models.TrashEdit) -> Done:
    """Move runs to the trash, and the runs within them."""
    reader, is_forced = shared.current(), body.is_forced
    return _done(
        shared, shelving.trash(reader, body.runs, is_forced=is_forced, has_parts=body.has_parts)
    )


@router.post("/api/v1/edits/restore")
def restore(shared: Shared, body: models.ShelvingEdit) -> Done:
    """Take runs out of the trash, and the runs within them."""
    reader = shared.current()
    return _done(shared, shelving.untrash(reader, body.runs, has_parts=body.has_parts))


@router.post("/api/v1/edits/metric")
def metric(shared: Shared, body: models.MetricEdit) -> Done:
    """Say how a metric is called and read."""
    said = body.model_dump(include=body.model_fields_set - {"experiment", "name"})
    reader = shared.current()
    return _done(shared, presenting.describe_metric(reader, body.experiment, body.name, said))


@router.post("/api/v1/edits/baseline")
def baseline(shared: Shared, body: models.BaselineEdit) -> Done:
    """Pin the run that others of an experiment are held against."""
    return _done(shared, presenting.pin_baseline(shared.current(), body.experiment, body.run))


@router.post("/api/v1/edits/view")
def view(shared: Shared, body: models.ViewEdit) -> Done:
    """Save a view, or change one."""
    place = (body.page, body.experiment, body.query)
    reader = shared.current()
    edited = presenting.save_view(reader, body.id, body.name, *place, time=body.time_us)
    return _done(shared, edited)


@router.post("/api/v1/edits/remove-view")
def remove_view(shared: Shared, body: models.ViewRemoval) -> Done:
    """Take a saved view away."""
    return _done(shared, presenting.remove_view(shared.current(), body.id))


@router.get("/api/v1/views")
def views(shared: Shared, page: str | None = None, experiment: str | None = None) -> SavedViews:
    """List the saved views, oldest first."""
    reader = shared.current()
    found = presenting.list_views(reader, page=page, experiment=experiment)
    users = reader.ask(lambda index: index.users([one.actor for one in found]))
    items = [
        SavedView(
            id=one.id,
            name=one.name,
            page=one.page,
            experiment=one.experiment,
            query=one.query,
            at_ms=one.time // 1000,
            author=users.get(one.actor, ""),
        )
        for one in found
    ]
    return SavedViews(items=items)
