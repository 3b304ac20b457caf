"""Log from a shell: start a run, or add metrics, params, notes, tags, files and a status to one."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runlore.client import values
from runlore.client.start import default_project
from runlore.editing.shell_recorder import shell_run
from runlore.errors import InvalidType, InvalidValue
from runlore.journal.location import locate_store
from runlore.media.names import artifact_name
from runlore.records import limits
from runlore.records.events import STATUSES
from runlore.records.ids import new_id
from runlore.records.params import record_of
from runlore.records.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runlore.client.run import Run

_RESERVED = ("step", "time", "context")
_WORDS = {"true": True, "false": False, "null": None}
_NAMED_NUMBERS = ("NaN", "Infinity", "-Infinity")


@dataclass(frozen=True)
class Point:
    """Metrics logged together."""

    metrics: Mapping[str, float]
    step: int | None = None
    time: float | None = None
    context: str | None = None


@dataclass(frozen=True)
class Additions:
    """What one command adds to a run; the functions below make checked ones."""

    points: Sequence[Point] = ()
    params: Mapping[str, list[object]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    tags: Sequence[str] = ()
    removed_tags: Sequence[str] = ()
    files: Sequence[str] = ()
    status: str | None = None


@dataclass(frozen=True)
class Logged:
    """What was written: to which run, and how many points, params, notes, tags and files."""

    run: str
    is_new: bool
    points: int
    params: int
    notes: int
    tags: int
    files: int
    status: str | None


def start_from_shell(
    name: str | None,
    additions: Additions,
    *,
    experiment: str | None = None,
    project: str | None = None,
    goal: str | None = None,
    store: str | None = None,
) -> Logged:
    """Start a run that stays open, and log to it.

    Raises:
        UsageError: for what can't be recorded; nothing has been written then.
        StoreError: if the store can't be made or written.
    """
    name = None if name is None else limits.name(name, "the run's name")
    experiment = None if experiment is None else limits.name(experiment, "the experiment")
    project = None if project is None else limits.name(project, "the project")
    goal = None if goal is None else limits.text(goal, "the goal")
    path = locate_store(store)
    identifier = new_id()
    with shell_run(path, identifier, None, name) as run:
        run.record(
            "run.started",
            name=name,
            experiment=experiment,
            project=project or default_project(path),
            goal=goal,
            parent=None,
        )
        run.record(
            "attempt.started",
            resumed=False,
            from_step=None,
            parent_attempt=None,
            rank=0,
            world_size=1,
        )
        _write(run, additions)
    return _logged(identifier, additions, is_new=True)


def log_from_shell(selection: str, additions: Additions, *, store: str | None = None) -> Logged:
    """Log to a run that exists, as its newest attempt.

    Raises:
        RunNotFound, Ambiguous: if `selection` names no run, or several.
        StoreError: if the store can't be read or written.
    """
    target = find_target(selection, store=store)
    with shell_run(target.path, target.run, target.attempt, None) as run:
        _write(run, additions)
    return _logged(target.run, additions, is_new=False)


@dataclass(frozen=True)
class Target:
    """The run to write to: the store's folder, the run and its newest attempt."""

    path: str
    run: str
    attempt: str | None


def find_target(selection: str, *, store: str | None = None) -> Target:
    """Find the run that a command is to log to."""
    from runlore.reading.opening import get_run

    path = locate_store(store)
    run = get_run(selection, store=path)
    attempt = run.attempts[-1].attempt if run.attempts else None
    return Target(path, run.id, attempt)


def log_points(target: Target, points: Sequence[Point]) -> None:
    """Log a batch of points to a run."""
    with shell_run(target.path, target.run, target.attempt, None) as run:
        _write(run, Additions(points=points))


def checked_point(
    pairs: Iterable[str], *, step: int | None = None, context: str | None = None
) -> Point:
    """Read `loss=0.31 accuracy=0.9`.

    Raises:
        InvalidValue: for what isn't a name and a number.
    """
    metrics: dict[str, float] = {}
    for pair in pairs:
        name, sign, text = pair.rpartition("=")
        if not sign or not name:
            raise InvalidValue(
                f"{pair!r} is not a metric and its value", hint="write it like loss=0.31"
            )
        try:
            value = float(text)
        except ValueError:
            raise InvalidValue(
                f"metric {name!r} is {text!r}, not a number",
                hint=f"log text as a param: --param {name}=…, or as a note: --note …",
            ) from None
        metrics[limits.name(name, "a metric's name")] = value
    return Point(metrics, values.step_of(step), None, values.context_of(context) or None)


def checked_params(pairs: Iterable[str]) -> dict[str, list[object]]:
    """Read `lr=1e-3`: (value, text as given, number), where the text is a number or true."""
    params: dict[str, list[object]] = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign or not key:
            raise InvalidValue(
                f"{pair!r} is not a param and its value", hint="write it like --param lr=1e-3"
            )
        key = limits.name(key, "a param's name")
        _, shown, number = record_of(key, text)
        params[key] = [_value_of(clean(text), number), shown, number]
    return params


def checked_files(paths: Iterable[str]) -> list[str]:
    """Make sure that each path is a file or folder that can be kept.

    Raises:
        InvalidValue: if one isn't.
    """
    checked = []
    for path in paths:
        full = os.path.abspath(os.path.expanduser(path))
        if not (os.path.isfile(full) or os.path.isdir(full)):
            raise InvalidValue(
                f"there is no file {path!r}", hint="give the path of one that exists"
            )
        if not os.access(full, os.R_OK):
            raise InvalidValue(f"the file {path!r} can't be read", hint="see who may: ls -l")
        artifact_name(os.path.basename(full))
        checked.append(full)
    return checked


def checked_texts(texts: Iterable[str], what: str) -> list[str]:
    """Check notes."""
    return [limits.text(text, what) for text in texts]


def checked_tags(tags: Iterable[str]) -> list[str]:
    """Check tags; `key=value` stays one tag."""
    return [limits.name(tag, "a tag") for tag in tags]


def checked_status(status: str | None) -> str | None:
    """Check a status that can be set."""
    if status is not None and status not in STATUSES:
        raise InvalidValue(f"there is no status {status!r}", hint="one of " + ", ".join(STATUSES))
    return status


def point_of_line(line: str, number: int) -> Point | None:
    """Read a line like `{"loss": 0.3, "step": 7}`; None for an empty one.

    Raises:
        InvalidValue, InvalidType: naming the line, for anything else.
    """
    if not line.strip():
        return None
    try:
        found = json.loads(line)
    except ValueError as error:
        raise InvalidValue(
            f"line {number} is not JSON: {error}", hint='write lines like {"loss": 0.3, "step": 7}'
        ) from None
    if not isinstance(found, dict):
        raise InvalidType(
            f"line {number} is not an object",
            hint='write lines like {"loss": 0.3, "step": 7}',
        )
    try:
        time = found.get("time")
        if time is not None:
            values.time_of(time)
        return Point(
            {
                limits.name(name, "a metric's name"): _number_of(name, value)
                for name, value in found.items()
                if name not in _RESERVED
            },
            values.step_of(found.get("step")),
            time,
            values.context_of(found.get("context")) or None,
        )
    except (InvalidValue, InvalidType) as error:
        raise type(error)(f"line {number}: {error.message}", hint=error.hint) from None


def _number_of(name: str, value: Any) -> float:
    if value in _NAMED_NUMBERS and isinstance(value, str):
        return float(value)
    return values.number_of(name, value)


def _value_of(text: str, number: object) -> object:
    """Return what a param's text means, as far as JSON has a word for it."""
    if text in _WORDS:
        return _WORDS[text]
    if isinstance(number, float) and math.isfinite(number):
        return int(text) if text.lstrip("+-").isdecimal() and text.isascii() else number
    return text


def _write(run: Run, additions: Additions) -> None:
    if additions.params:
        run.record("params", values=additions.params)
    if additions.tags:
        run.add_tags(additions.tags)
    for tag in additions.removed_tags:
        run.remove_tag(tag)
    for point in additions.points:
        if point.metrics:
            run.log(point.metrics, point.step, time=point.time, context=point.context)
    for note in additions.notes:
        run.log_note(note)
    for path in additions.files:
        run.log_artifact(path)
    if additions.status is not None:
        run.set_status(additions.status)


def _logged(run: str, additions: Additions, *, is_new: bool) -> Logged:
    return Logged(
        run=run,
        is_new=is_new,
        points=sum(len(point.metrics) for point in additions.points),
        params=len(additions.params),
        notes=len(additions.notes),
        tags=len(additions.tags) + len(additions.removed_tags),
        files=len(additions.files),
        status=additions.status,
    )
