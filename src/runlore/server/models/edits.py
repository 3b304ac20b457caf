"""What is asked to be changed, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from runlore.server.models.base import Answer, Question

MOST_RUNS = 10_000
MOST_SHELVED = 100_000  # with their parts
MOST_TAGS = 100
_MOST_TIME = 1 << 62

Run = Annotated[str, Field(min_length=1, max_length=1024)]
Runs = Annotated[list[Run], Field(min_length=1, max_length=MOST_RUNS)]
Tags = Annotated[list[str], Field(max_length=MOST_TAGS)]
Time = Annotated[int, Field(ge=0, le=_MOST_TIME)]
Direction = Literal["min", "max"]


class RunsMeant(Question):
    """Some runs, by ids, short ids or names."""

    runs: Runs


class ShelvingEdit(Question):
    """Runs by ids, short ids or names, for the archive, the trash, or out of these.

    The runs within them go along; what undoes an edit says `has_parts: false` and names each.
    """

    runs: Annotated[list[Run], Field(min_length=1, max_length=MOST_SHELVED)]
    has_parts: bool = True


class TrashEdit(ShelvingEdit):
    """Runs for the trash; `is_forced` also takes those that are running."""

    is_forced: bool = False


class TagEdit(RunsMeant):
    """Tags to be added to runs, and to be removed."""

    added: Tags = Field(default_factory=list)
    removed: Tags = Field(default_factory=list)


class TagsOfRun(Question):
    """Tags of one run to be added, with their values, and to be removed."""

    run: Run
    added: dict[str, str | None] = Field(default_factory=dict, max_length=2 * MOST_TAGS)
    removed: list[str] = Field(default_factory=list, max_length=2 * MOST_TAGS)


class TagsEdit(Question):
    """Tags to be changed differently of each run."""

    changes: Annotated[list[TagsOfRun], Field(min_length=1, max_length=MOST_RUNS)]


class RenameEdit(Question):
    """A run and its new name; null takes its name away."""

    run: Run
    name: str | None


class NoteEdit(Question):
    """A note for a run; `time_us` is given where a removal is undone."""

    run: Run
    text: str
    time_us: Time | None = None


class NoteRemoval(Question):
    """A note of a run, by its id."""

    run: Run
    note: Annotated[str, Field(min_length=1, max_length=64)]


class ColourEdit(RunsMeant):
    """One colour, `#rrggbb`, for some runs; null leaves it to the page."""

    colour: str | None


class ColoursEdit(Question):
    """A colour for each of some runs."""

    colours: Annotated[dict[Run, str | None], Field(min_length=1, max_length=MOST_RUNS)]


class MetricEdit(Question):
    """What is said of a metric: fields that are left out stay, null takes back."""

    experiment: str | None
    name: str
    alias: str | None = None
    unit: str | None = None
    direction: Direction | None = None


class BaselineEdit(Question):
    """The run to hold an experiment against; null for none."""

    experiment: str | None
    run: Run | None


class ViewEdit(Question):
    """A view to be saved; `id` is that of one to be changed."""

    id: str | None = None
    name: str
    page: Literal["runs", "experiment", "compare", "run"]
    experiment: str | None
    query: str
    time_us: Time | None = None


class ViewRemoval(Question):
    """A saved view, by its id."""

    id: Annotated[str, Field(min_length=1, max_length=64)]


class UndoRequest(Answer):
    """The request that undoes an edit."""

    method: Literal["POST"]
    path: str
    body: dict[str, Any]


class Done(Answer):
    """What an edit came to; `made` is the id of the note or view that it added."""

    message: str
    runs: list[str]
    undo: UndoRequest | None
    made: str | None


class SavedView(Answer):
    """A view that was saved."""

    id: str
    name: str
    page: str
    experiment: str | None
    query: str
    at_ms: int
    author: str


class SavedViews(Answer):
    """The views that were saved, oldest first."""

    items: list[SavedView]
