"""`runlore log`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.actions.logging import Additions, Logged

_BATCH_BYTES = 1 << 20
# "\b" tells Click to leave the lines of a paragraph as they are.
_HELP = """\
Log from a shell: params, metrics, notes, tags, files.

\b
  run=$(runlore log --new baseline --param lr=1e-3)
  runlore log $run loss=0.31 accuracy=0.9 --step 7
  runlore log $run --note "looks good" --file model.bin --status finished

--param, --note, --tag, --untag and --file can be given several times. Everything is checked
before anything is written. Lines read with --stdin may also hold "time" (seconds since 1970)
and "context"; they are logged as they come.
"""


@click.command("log", help=_HELP)
@click.argument("words", metavar="[RUN] [METRIC=VALUE]...", nargs=-1)
@click.option("--new", is_flag=True, help="Start a run and print its id; the first word names it.")
@click.option("--experiment", metavar="NAME", help="With --new: the experiment of the run.")
@click.option("--project", metavar="NAME", help="With --new: the project of the run.")
@click.option("--goal", metavar="TEXT", help="With --new: what the run is to show.")
@click.option("--step", type=int, metavar="N", help="The step of the metrics.")
@click.option("--context", metavar="WORD", help="Tells series of one name apart: train, val.")
@click.option("--param", "params", multiple=True, metavar="KEY=VALUE", help="A param.")
@click.option("--note", "notes", multiple=True, metavar="TEXT", help="A note.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag.")
@click.option("--untag", "untags", multiple=True, metavar="TAG", help="A tag to remove.")
@click.option("--file", "files", multiple=True, metavar="PATH", help="A file or folder to keep.")
@click.option(
    "--status",
    type=click.Choice(["running", "finished", "failed", "stopped"]),
    help="The status to set.",
)
@click.option("--stdin", is_flag=True, help='Read lines like {"loss": 0.3, "step": 7}.')
@store_and_json
def command(
    *,
    words: tuple[str, ...],
    new: bool,
    experiment: str | None,
    project: str | None,
    goal: str | None,
    stdin: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Log to a run, or to a new one."""
    from runlore.actions.logging import log_from_shell, start_from_shell

    run, pairs = _first_word(words, is_new=new)
    if not new and (experiment or project or goal):
        raise click.UsageError("--experiment, --project and --goal go with --new")
    additions = _checked(pairs, given)
    if new:
        logged = start_from_shell(
            run, additions, experiment=experiment, project=project, goal=goal, store=chosen_store()
        )
    elif run is None:
        raise click.UsageError("say which run to log to, or --new")
    elif _is_empty(additions) and not stdin:
        raise click.UsageError("say what to log: METRIC=VALUE, --param, --note, --tag, --file, …")
    else:
        logged = log_from_shell(run, additions, store=chosen_store())
    points = logged.points + (_log_lines(logged.run) if stdin else 0)
    _tell(logged, points, as_json=as_json)


def _first_word(words: tuple[str, ...], *, is_new: bool) -> tuple[str | None, tuple[str, ...]]:
    """Part the run's name from the metrics; a new run needs none."""
    if words and (not is_new or "=" not in words[0]):
        return words[0], words[1:]
    return None, words


def _checked(pairs: tuple[str, ...], given: dict[str, Any]) -> Additions:
    from runlore.actions import logging

    point = logging.checked_point(pairs, step=given["step"], context=given["context"])
    if not pairs and (given["step"] is not None or given["context"]):
        raise click.UsageError("--step and --context go with METRIC=VALUE")
    return logging.Additions(
        points=[point] if point.metrics else [],
        params=logging.checked_params(given["params"]),
        notes=logging.checked_texts(given["notes"], "a note"),
        tags=logging.checked_tags(given["tags"]),
        removed_tags=logging.checked_tags(given["untags"]),
        files=logging.checked_files(given["files"]),
        status=given["status"],
    )


def _is_empty(additions: Additions) -> bool:
    return not (
        additions.points
        or additions.params
        or additions.notes
        or additions.tags
        or additions.removed_tags
        or additions.files
        or additions.status
    )


def _log_lines(run: str) -> int:
    """Log what comes on standard input, each time all that has come so far."""
    from runlore.actions.logging import find_target, log_points, point_of_line
    from runlore.errors import UsageError

    target = find_target(run, store=chosen_store())
    count = number = 0
    for lines in _batches():
        points = []
        failed: UsageError | None = None
        for line in lines:
            number += 1
            try:
                point = point_of_line(line, number)
            except UsageError as error:
                failed = error
                break
            if point is not None and point.metrics:
                points.append(point)
                count += len(point.metrics)
        if points:
            log_points(target, points)
        if failed is not None:
            before = f"; the {number - 1} lines before it were logged" if number > 1 else ""
            raise type(failed)(f"{failed.message}{before}", hint=failed.hint)
    return count


def _batches() -> Iterator[list[str]]:
    """Read standard input as it comes, in whole lines."""
    rest = b""
    descriptor = sys.stdin.fileno()
    while chunk := os.read(descriptor, _BATCH_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        if lines:
            yield [line.decode("utf-8", "replace") for line in lines]
    if rest:
        yield [rest.decode("utf-8", "replace")]


def _tell(logged: Logged, points: int, *, as_json: bool) -> None:
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json(
            {
                "run": logged.run,
                "is_new": logged.is_new,
                "points": points,
                "params": logged.params,
                "notes": logged.notes,
                "tags": logged.tags,
                "files": logged.files,
                "status": logged.status,
            }
        )
    elif logged.is_new:
        sys.stdout.write(f"{logged.run}\n")
