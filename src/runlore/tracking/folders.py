"""Write a run as plain files: params.json, metrics.json, metrics.csv, metadata.yaml, artifacts.

Each file is written beside its place and then put there, so that whoever looks finds it whole.
"""

from __future__ import annotations

import os

from runlore.blobs.snapshot import snapshot
from runlore.client.increments import SERIES_TAG, number_in_tag
from runlore.records.text import encode_json
from runlore.tracking import reserved
from runlore.tracking.yaml_text import yaml_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlore.tracking.kept import Point

_LINE_BREAKS = ("\r", "\n", '"', ",")


def write_params(folder: str, params: dict[str, object]) -> None:
    """Write the params as one JSON object, with their dotted keys."""
    _write(folder, reserved.PARAMS, _object(params))


def write_metrics(folder: str, points: Iterable[Point]) -> None:
    """Write all points as CSV, and the last value of each metric as a JSON object.

    The last one is, as everywhere, the one of the greatest step, then time; of the last with
    and the last without a step the one of the later time.
    """
    last: dict[str, dict[bool, tuple[tuple[int, int, int], float]]] = {}
    lines = ["metric,context,step,time,value\n"]
    for name, context, step, time, value in points:
        shown = "" if step is None else step
        lines.append(f"{_cell(name)},{_cell(context)},{shown},{moment_text(time)},{value!r}\n")
        label = f"{name}[{context}]" if context else name
        latest = last.setdefault(label, {})
        place = (0, 0) if step is None else (step, time)
        if step is None or True not in latest or place >= latest[True][0][:2]:
            latest[step is not None] = ((*place, time), value)
    _write(folder, reserved.SERIES, "".join(lines))
    _write(
        folder, reserved.METRICS, _object({label: _latest(both) for label, both in last.items()})
    )


def _latest(both: dict[bool, tuple[tuple[int, int, int], float]]) -> float:
    """Choose between the last point with a step (True) and the last one without."""
    with_step, without = both.get(True), both.get(False)
    if with_step is None or (without is not None and without[0][2] > with_step[0][2]):
        assert without is not None  # noqa: S101 - a metric has a point
        return without[1]
    return with_step[1]


def metadata_of(
    *,
    started: int | None,
    ended: int | None,
    notes: Iterable[tuple[int, str]],
    error: dict[str, object] | None,
    tags: dict[str, str | None],
    **facts: object,
) -> dict[str, object]:
    """Put what is known of a run in the order in which `metadata.yaml` says it.

    Times are in microseconds. What nobody said is left out, the tags of ours are spoken of
    by what they mean.
    """
    said = {tag: tags[tag] for tag in sorted(tags) if not is_own_tag(tag)}
    found: dict[str, object] = {
        "name": facts.pop("name"),
        "number": facts.pop("number"),
        "run": facts.pop("run"),
        "description": facts.pop("description"),
        "status": facts.pop("status"),
        "reason": facts.pop("reason"),
        "error": None if error is None else {"type": error["type"], "message": error["message"]},
        "started": None if started is None else moment_text(started),
        "ended": None if ended is None else moment_text(ended),
        "duration_seconds": None
        if started is None or ended is None
        else round((ended - started) / 1e6, 6),
        "tags": [tag if value is None else {tag: value} for tag, value in said.items()],
        "series": tags.get(SERIES_TAG),
        "notes": [{"time": moment_text(time), "text": text} for time, text in notes],
        **facts,
    }
    return {key: value for key, value in found.items() if value not in (None, [], {})}


def is_own_tag(tag: str) -> bool:
    """Tell whether a tag is how Runlore itself notes the number or the series of a run."""
    return tag == SERIES_TAG or number_in_tag(tag) is not None


def write_metadata(folder: str, metadata: dict[str, object]) -> None:
    """Write who, when, how it ended, and where it came from."""
    _write(folder, reserved.METADATA, yaml_of(metadata))


def write_artifact(folder: str, name: str, source: str) -> None:
    """Copy a file into the folder under an artifact's name, in place of an earlier one.

    Names of ours, like `params.json`, go into a folder of their own.
    """
    place = os.path.join(folder, artifact_place(name))
    os.makedirs(os.path.dirname(place), exist_ok=True)
    new = f"{place}.{os.getpid()}.new"
    if os.path.lexists(new):
        os.unlink(new)
    try:
        snapshot(source, new)
        os.replace(new, place)
    except OSError:
        _remove(new)
        raise


def artifact_place(name: str) -> str:
    """Return where in a run's folder an artifact lies.

    Raises:
        InvalidValue: if artifacts may not be called so.
    """
    from runlore.media.names import artifact_name

    first = artifact_name(name).partition("/")[0].lower()
    if first in reserved.OWN_NAMES:
        name = f"{reserved.ARTIFACTS}/{name}"
    return name.replace("/", os.sep)


def moment_text(microseconds: int) -> str:
    """Write a time as ISO 8601 in UTC."""
    from time import gmtime, strftime

    try:
        seconds = strftime("%Y-%m-%dT%H:%M:%S", gmtime(microseconds // 1_000_000))
    except (OverflowError, OSError, ValueError):
        return str(microseconds)  # before or after what calendars hold
    return f"{seconds}.{microseconds % 1_000_000:06d}Z"


def _object(values: dict[str, object]) -> str:
    """Write a JSON object, a line for each key; NaN and infinities as texts, JSON has none."""
    lines = [
        f"  {encode_json(key).decode()}: {encode_json(_finite(values[key])).decode()}"
        for key in sorted(values)
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n" if lines else "{}\n"


def _finite(value: object) -> object:
    if isinstance(value, float) and value - value != 0:
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"  # noqa: PLR0124
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return value


def _cell(text: str) -> str:
    if any(sign in text for sign in _LINE_BREAKS):
        return '"' + text.replace('"', '""') + '"'
    return text


def _write(folder: str, name: str, text: str) -> None:
    place = os.path.join(folder, name)
    new = f"{place}.{os.getpid()}.new"
    try:
        with open(new, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(new, place)
    except OSError:
        _remove(new)
        raise


def _remove(path: str) -> None:
    if os.path.lexists(path):
        os.unlink(path)
