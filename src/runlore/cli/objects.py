"""`runlore objects`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from runlore.actions.placing import ObjectsMove, ObjectsPlace
    from runlore.cli.output import Output


@click.command("objects")
@click.option(
    "--move-to",
    metavar="PLACE",
    help="Move them to a bucket (s3://bucket/prefix) or a folder; the store's own: home.",
)
@store_and_json
def command(*, move_to: str | None, as_json: bool) -> int:
    """Show where segments and blobs lie, or move them to a bucket.

    Credentials, endpoint and region of a bucket come from the environment: AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL. A move copies, reads each copy back,
    switches, and then removes what it copied. It may be stopped at any time and done again;
    training goes on meanwhile. The exit status is 1 if the place doesn't answer.
    """
    from runlore.cli.output import Output

    if move_to is not None:
        moved = _move(move_to)
        if as_json:
            _print_json(_move_report(moved))
        else:
            _show_move(moved, Output())
        return 0
    from runlore.actions.placing import objects_place

    found = objects_place(chosen_store())
    if as_json:
        _print_json(_place_report(found))
    else:
        _show_place(found, Output())
    return 1 if found.unreachable else 0


def _move(place: str) -> ObjectsMove:
    from runlore.actions.placing import move_objects
    from runlore.cli.progress import steps
    from runlore.cli.wording import size

    with steps() as on_step:

        def on_progress(done: int, total: int, size_bytes: int) -> None:
            on_step(f"copied {done:,} of {total:,}, {size(size_bytes)}")

        return move_objects(place, chosen_store(), on_progress=on_progress)


def _show_move(moved: ObjectsMove, output: Output) -> None:
    from runlore.cli.text import visible
    from runlore.cli.wording import count, size

    what = f"{count(moved.objects, 'object')}, {size(moved.size_bytes)}"
    if moved.place == moved.previous:
        output.line(f"the objects lie at {visible(moved.place)} already")
        return
    output.line(f"moved {what} to {visible(moved.place)}")
    if not moved.is_over:
        output.line(
            f"for ten minutes {visible(moved.previous)} is read as well, for what is on its way "
            "there; whoever seals then ends the move"
        )


def _show_place(found: ObjectsPlace, output: Output) -> None:
    from runlore.cli.output import talk
    from runlore.cli.text import visible
    from runlore.cli.wording import count, size

    output.line(f"segments and blobs lie at {visible(found.place)}")
    if found.previous is not None:
        output.line(f"moving from {visible(found.previous)}, which is read as well")
    if found.unreachable is not None:
        talk(found.unreachable)
        return
    output.line(f"{count(found.segments or 0, 'segment')}, {size(found.segment_bytes or 0)}")
    output.line(f"{count(found.blobs or 0, 'blob')}, {size(found.blob_bytes or 0)}")


def _print_json(report: dict[str, Any]) -> None:
    from runlore.cli.jsonable import print_json

    print_json(report)


def _place_report(found: ObjectsPlace) -> dict[str, Any]:
    return {
        "store": found.store,
        "place": found.place,
        "previous": found.previous,
        "segments": found.segments,
        "segment_bytes": found.segment_bytes,
        "blobs": found.blobs,
        "blob_bytes": found.blob_bytes,
        "unreachable": found.unreachable,
    }


def _move_report(moved: ObjectsMove) -> dict[str, Any]:
    return {
        "store": moved.store,
        "place": moved.place,
        "previous": moved.previous,
        "objects": moved.objects,
        "size_bytes": moved.size_bytes,
        "is_over": moved.is_over,
    }
