"""Give each run of an increment a number and a folder of its own, whoever starts one beside it.

Both are claimed by making a file or a folder that must not be there yet, which one process
alone can do. Numbers are never given out again.
"""

from __future__ import annotations

import os

from runlore.client.increments import CLAIMS, number_text
from runlore.records.text import encode_json
from runlore.tracking.reserved import REPORTS, RESERVED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST_CHARACTERS = 100
_MOST_BYTES = 200
_HARMLESS = frozenset(" .-_+=,@()[]~")


class Claim:
    """What a run was given: `number` (None for a run within another), and its `folder`."""

    __slots__ = ("folder", "number")

    def __init__(self, folder: str, number: int | None) -> None:
        """Hold what was claimed; `folder` is a path."""
        self.folder = folder
        self.number = number


def folder_name(name: str) -> str:
    """Turn any name into one that a folder may have everywhere, the same if it is harmless.

    What isn't a letter, a digit or one of a few signs becomes `_`; the result never begins with
    a dot, nor leaves the folder it is made in.
    """
    kept = "".join(
        character if character.isalnum() or character in _HARMLESS else "_"
        for character in name[:_MOST_CHARACTERS]
    ).strip(" .")
    while len(kept.encode()) > _MOST_BYTES:
        kept = kept[:-1]
    if not kept.strip("_"):
        return "unnamed"
    stem = kept.partition(".")[0].lower()
    is_taken = stem in RESERVED or kept.lower() in REPORTS
    return f"_{kept}" if is_taken or kept[0] == "-" else kept


def claim(experiments: str, name: str | None, run: str) -> Claim:
    """Claim the next number and a folder in the results of an increment.

    A run without a name has its number for one. The folder of a repeated name has the next
    free number behind it: `xgboost-2`.

    Raises:
        OSError: if they can't be made.
    """
    claims = os.path.join(experiments, CLAIMS)
    os.makedirs(claims, exist_ok=True)
    number = _last_number(claims) + 1
    while True:
        place = os.path.join(claims, f"{number:03d}.json")
        try:
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            number += 1
            continue
        break
    try:
        folder = _make_folder(experiments, folder_name(name or number_text(number)))
        fields = {"run": run, "number": number, "folder": os.path.basename(folder)}
        os.write(descriptor, encode_json(fields) + b"\n")
    finally:
        os.close(descriptor)
    return Claim(folder, number)


def claim_within(parent_folder: str, name: str | None, run: str) -> Claim:
    """Claim a folder for a run that is a part of another one, in that one's folder."""
    runs = os.path.join(parent_folder, "runs")
    os.makedirs(runs, exist_ok=True)
    return Claim(_make_folder(runs, folder_name(name or run[-8:])), None)


def marks(experiments: str) -> list[str]:
    """Name the marks of the runs whose folders aren't complete, as paths."""
    claims = os.path.join(experiments, CLAIMS)
    try:
        names = os.listdir(claims)
    except OSError:
        return []
    return [os.path.join(claims, name) for name in sorted(names) if name.endswith(".open")]


def fields_of(place: str) -> dict[str, Any] | None:
    """Read a mark: `run`, `folder`, `store` and `actor`; None if it is being written or gone."""
    import json

    try:
        with open(place, encoding="utf-8") as file:
            fields = json.load(file)
    except (OSError, ValueError):
        return None
    is_whole = isinstance(fields, dict) and {"run", "folder", "store", "actor"} <= fields.keys()
    return fields if is_whole else None


def folder_in(experiments: str, relative: str) -> str | None:
    """Return the folder that a mark or a claim names, None if it isn't in the results."""
    top = os.path.realpath(experiments)
    place = os.path.realpath(os.path.join(top, relative))
    return place if os.path.commonpath([top, place]) == top != place else None


def claimed(experiments: str) -> list[dict[str, Any]]:
    """Return what was claimed so far: `run`, `number` and `folder` of each, by number."""
    import json

    claims = os.path.join(experiments, CLAIMS)
    found = []
    for number in sorted(_numbers(claims)):
        try:
            with open(os.path.join(claims, f"{number:03d}.json"), encoding="utf-8") as file:
                fields = json.load(file)
        except (OSError, ValueError):
            continue  # claimed this moment, or by one that died of it
        if isinstance(fields, dict) and isinstance(fields.get("folder"), str):
            found.append(fields)
    return found


def claim_of(experiments: str, run: str) -> Claim | None:
    """Return what a run claimed before, when it was started the first time."""
    for fields in claimed(experiments):
        if fields.get("run") == run and folder_in(experiments, fields["folder"]) is not None:
            return Claim(os.path.join(experiments, fields["folder"]), fields["number"])
    return None


def _make_folder(parent: str, name: str) -> str:
    folder = os.path.join(parent, name)
    repeat = 1
    while True:
        try:
            os.mkdir(folder)
        except FileExistsError:
            repeat = max(repeat, _last_repeat(parent, name)) + 1
            folder = os.path.join(parent, f"{name}-{repeat}")
        else:
            return folder


def _last_repeat(parent: str, name: str) -> int:
    """Return the greatest number behind a name among the folders that are there."""
    start = f"{name}-"
    ends = [found[len(start) :] for found in os.listdir(parent) if found.startswith(start)]
    return max((int(end) for end in ends if end.isascii() and end.isdecimal()), default=1)


def _last_number(claims: str) -> int:
    return max(_numbers(claims), default=0)


def _numbers(claims: str) -> list[int]:
    try:
        names = os.listdir(claims)
    except FileNotFoundError:
        return []
    stems = [name[:-5] for name in names if name.endswith(".json")]
    return [int(stem) for stem in stems if stem.isascii() and stem.isdecimal()]
