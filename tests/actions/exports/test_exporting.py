"""What is exported holds all that was recorded, exactly."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import TYPE_CHECKING, Any

import pyarrow.parquet
import pytest

import runlore
from runlore.actions.doctoring import examine
from runlore.actions.exports.exporting import export
from runlore.errors import InvalidValue, RunNotFound, StoreFull
from tests.cli.stores import HOSTILE, RUNS, run_python

if TYPE_CHECKING:
    from pathlib import Path

VALUES = [0.1, 1 / 3, 1e300, -0.0, math.nan, math.inf, -math.inf, 5e-324, 2.0**53 + 2]


@pytest.fixture
def filled(store: Path) -> Path:
    """A store with odd numbers, odd names, a run without anything, and files."""
    params = {"lr": "1e-3", "big": 2**60, "evil": "=HYPERLINK(1)", "nested": {"a": [1, None]}}
    with runlore.start_run("numbers", params=params, tags={"owner": "ada"}, store=store) as run:
        for step, value in enumerate(VALUES):
            run.log({"x": value}, step=step)
        run.log({"x": 1.0})
        run.log({"y": 2.0}, step=0, context="val")
        run.log_note('two "lines"\r\nand, a comma')
        for place in (1, 2):
            path = store.parent / "model.bin"
            path.write_bytes(b"weights" * place)
            run.log_artifact(path)
    with runlore.start_run(HOSTILE, experiment=HOSTILE, store=store) as run:
        run.log({HOSTILE: 1.5}, step=0, context=HOSTILE)
    with runlore.start_run("empty", store=store):
        pass
    return store


def exported(store: Path, what: str, form: str, *selections: str, **options: Any) -> Any:
    """Export a table into a file and read it with a reader of another make."""
    path = store.parent / f"{what}-{len(selections)}.{form}"
    export(selections, what=what, form=form, output=str(path), is_forced=True, store=str(store),
           **options)  # fmt: skip
    if form == "parquet":
        return pyarrow.parquet.read_table(path).to_pylist()
    text = path.read_bytes().decode()
    if form == "json":
        return json.loads(text)
    if form == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def same(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or one.hex() == other.hex()


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "parquet"])
def test_points_come_back_bit_by_bit(filled: Path, form: str) -> None:
    rows = [row for row in exported(filled, "points", form, "numbers") if row["name"] == "x"]
    stepped = [row for row in rows if row["step"] not in (None, "")]
    assert [int(row["step"]) for row in stepped] == list(range(len(VALUES)))
    found = [float(row["value"]) for row in stepped]
    assert all(map(same, found, VALUES))
    assert len(rows) == len(VALUES) + 1
    series = runlore.get_run("numbers", store=filled).series("x")
    first = rows[0]["time"]
    if form == "parquet":
        assert round(first.timestamp() * 1e6) == series.time[0]
    else:
        assert first.endswith("Z")


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "parquet"])
def test_runs_have_a_column_for_each_param_and_metric(filled: Path, form: str) -> None:
    rows = {row["name"]: row for row in exported(filled, "runs", form)}
    assert rows.keys() == {"numbers", HOSTILE.replace("\0", ""), "empty"}
    numbers = rows["numbers"]
    as_text = form in ("csv", "parquet")
    assert numbers["params.lr"] == "1e-3"
    assert numbers["params.big"] == (str(2**60) if as_text else 2**60)
    assert float(numbers["metrics.y[val]"]) == 2.0
    nothing = "" if form == "csv" else None
    assert rows["empty"].get("params.lr", nothing) == nothing
    assert numbers["experiment"] == nothing


def test_texts_come_back_as_they_were(filled: Path) -> None:
    for form in ("csv", "json", "jsonl", "parquet"):
        (note,) = exported(filled, "notes", form, "numbers")
        assert note["text"] == 'two "lines"\r\nand, a comma'
        (tag,) = exported(filled, "tags", form, "numbers")
        assert (tag["tag"], tag["value"]) == ("owner", "ada")


def test_texts_that_a_spreadsheet_would_run_are_told_and_guarded_on_request(filled: Path) -> None:
    plain = exported(filled, "params", "csv", "numbers")
    guarded = exported(filled, "params", "csv", "numbers", is_guarded=True)
    said = {row["key"]: row["text"] for row in plain}, {row["key"]: row["text"] for row in guarded}
    assert said[0]["evil"] == "=HYPERLINK(1)"
    assert said[1]["evil"] == "'=HYPERLINK(1)"
    assert said[0]["lr"] == said[1]["lr"]
    told = export(["numbers"], what="params", output=io.StringIO(), store=str(filled))
    assert told.formulas == 1


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_everything_goes_into_a_folder_with_its_files(filled: Path, form: str) -> None:
    folder = filled.parent / "out"
    done = export([], what="all", form=form, output=str(folder), has_files=True, store=str(filled))
    assert (done.runs, done.files, done.missing_files) == (3, 2, 0)
    about = json.loads((folder / "export.json").read_text(encoding="utf-8"))
    assert about["rows"] == done.rows
    assert done.rows["points"] == len(VALUES) + 3
    if form == "parquet":
        rows = pyarrow.parquet.read_table(folder / "artifacts.parquet").to_pylist()
    else:
        with open(folder / "artifacts.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    contents = sorted((folder / row["path"]).read_bytes() for row in rows)
    assert contents == [b"weights", b"weightsweights"]


def test_names_of_files_stay_within_the_export(filled: Path) -> None:
    from runlore.actions.exports.files import Files
    from runlore.journal.folder import open_store
    from runlore.testing.journals import JournalComposer

    folder = open_store(str(filled))
    journal = JournalComposer(folder, "0192f0c1a2b30123456789abcdef0011")
    slot = journal.slot("0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa", "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb")
    for number, name in enumerate(("../../evil", "/etc/passwd", "..", "a/./b", "C:\\x", "x" * 900)):
        journal.event(
            slot, "artifact.logged", time=number, id=f"{number:032x}", name=name, type="file",
            direction="output", media_type=None, size_bytes=1, digest="0" * 64, details={},
        )  # fmt: skip
    run = runlore.get_run("a7a8a9aa", store=filled)
    files = Files(str(filled.parent / "out"), has_files=True)
    for file in run.artifact_versions:
        path = files._path(run, file)
        assert path.startswith(f"files/{run.id}/")
        assert not {"", ".", ".."} & set(path.split("/"))
        assert max(len(part.encode()) for part in path.split("/")) < 255
    done = export(["a7a8a9aa"], what="all", output=str(filled.parent / "out"), has_files=True,
                  store=str(filled))  # fmt: skip
    assert done.missing_files == 6


def test_nothing_is_overwritten_unless_it_is_an_earlier_export(filled: Path) -> None:
    path = filled.parent / "runs.csv"
    path.write_text("mine")
    with pytest.raises(InvalidValue, match="exists already"):
        export([], output=str(path), store=str(filled))
    folder = filled.parent / "folder"
    folder.mkdir()
    (folder / "mine").write_text("mine")
    with pytest.raises(InvalidValue, match="left alone"):
        export([], what="all", output=str(folder), is_forced=True, store=str(filled))
    assert (folder / "mine").read_text() == path.read_text() == "mine"
    export([], output=str(path), is_forced=True, store=str(filled))
    assert path.read_text(encoding="utf-8").startswith("id,label,")


def test_an_export_that_fails_leaves_nothing_behind(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runlore.reading.run import StoredRun

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(StoredRun, "series", broken)
    before = set(filled.parent.iterdir())
    for what, output in (("points", "points.csv"), ("all", "out")):
        with pytest.raises(StoreFull):
            export([], what=what, output=str(filled.parent / output), store=str(filled))
    assert set(filled.parent.iterdir()) == before


def test_wrong_wishes_are_refused(filled: Path) -> None:
    for named in ({"what": "curves"}, {"form": "xlsx"}, {"has_files": True}, {"what": "all"}):
        with pytest.raises(InvalidValue):
            export([], output=io.StringIO(), store=str(filled), **named)
    with pytest.raises(RunNotFound):
        export(["nothing"], output=io.StringIO(), store=str(filled))


def test_a_replaced_point_is_there_and_marked(store: Path) -> None:
    for first in (0, 2):
        with runlore.start_run("r", id="r", resume=first > 0, from_step=first or None,
                               store=store) as run:  # fmt: skip
            for step in range(first, 4):
                run.log({"loss": float(first)}, step=step)
    rows = exported(store, "points", "jsonl")
    assert [row["is_superseded"] for row in rows].count(True) == 2
    assert len(rows) == 6


@pytest.mark.parametrize("is_sealed", [False, True])
def test_series_of_which_every_point_was_replaced_are_among_the_points(
    store_of_its_own: Path, is_sealed: bool
) -> None:
    store = store_of_its_own
    run = runlore.start_run("resumed", store=str(store))
    run.log({"given up": 1.0}, step=0)
    run.log({"given up": 2.0}, step=1, context="val")
    run.finish()
    with runlore.start_run(id=run.id, resume=True, from_step=0, store=str(store)) as again:
        again.log({"loss": 0.5}, step=0)
    if is_sealed:
        examine(str(store), is_to_repair=True)
    rows = exported(store, "points", "jsonl")
    assert [(row["name"], row["context"], row["is_superseded"]) for row in rows] == [
        ("given up", None, True),
        ("given up", "val", True),
        ("loss", None, False),
    ]


def test_what_processes_have_left_is_sealed_before_points_are_read(store_of_its_own: Path) -> None:
    store = store_of_its_own
    run_python(RUNS, str(store), str(store.parent))
    assert not list(store.glob("runs/*/*.segment"))
    assert exported(store, "points", "jsonl", "first")
    assert list(store.glob("runs/*/*.segment"))
