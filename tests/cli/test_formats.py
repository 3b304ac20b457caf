"""`--format` of list, compare, show and export."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("store")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_list_writes_the_table_that_export_writes(cli: Command) -> None:
    listed = rows_of(cli("list", "--experiment", "seeds", "--format", "csv").out)
    exported = rows_of(cli("export", "experiment:seeds", "--format", "csv").out)
    by_id = {row["id"]: row for row in exported}
    assert listed
    assert all(by_id[row["id"]] == row for row in listed)
    lines = cli("ls", "--limit", "1", "--format", "jsonl").out.splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["id"]
    assert cli("ls", "--limit", "2", "--format", "md").out.count("\n") == 4
    of_first = cli("export", "first", "--format", "md").out
    assert "| adam |" in of_first  # as it was given, not as JSON
    assert "| false |" in of_first


def test_nothing_listed_is_a_table_without_rows(cli: Command) -> None:
    assert cli("ls", "nothing", "--format", "jsonl").out == ""
    header = cli("ls", "nothing", "--format", "csv").out
    assert header.startswith("id,label,name")
    assert header.count("\n") == 1


@pytest.mark.parametrize("command", ["list", "compare", "show"])
def test_json_is_what_the_option_json_prints(cli: Command, command: str) -> None:
    named = ["first"] if command != "list" else []
    assert cli(command, *named, "--format", "json") == cli(command, *named, "--json")


def test_compare_writes_a_row_for_each_run(cli: Command) -> None:
    rows = rows_of(cli("compare", "seed=0", "seed=1", "--format", "csv").out)
    assert [row["params.seed"] for row in rows] == ["0", "1"]
    assert [row["metrics.accuracy"] for row in rows] == ["0.8", "0.9"]
    asked = cli("compare", "seed=0", "seed=1", "--format", "md")
    assert asked == cli("compare", "seed=0", "seed=1", "--markdown")


def test_show_writes_a_row_for_each_fact(cli: Command) -> None:
    rows = rows_of(cli("show", "first", "--format", "csv").out)
    assert {"section": "params", "name": "lr", "value": "0.001"} in rows
    assert {"section": "run", "name": "status", "value": "finished"} in rows
    assert {"run", "params", "metrics", "tags"} <= {row["section"] for row in rows}
    assert "None" not in {row["value"] for row in rows}
    params = rows_of(cli("show", "first", "--params", "--format", "csv").out)
    assert {row["section"] for row in params} == {"params"}
    assert cli("show", "first", "--params", "--format", "md").out.startswith("| section | name |")


def test_two_formats_at_once_are_wrong_use(cli: Command) -> None:
    for asked in (
        ("ls", "--json", "--format", "csv"),
        ("compare", "--markdown", "--json"),
        ("show", "first", "--json", "--format", "md"),
    ):
        answer = cli(*asked)
        assert answer.code == 2
        assert "one format at a time" in answer.out + answer.err


def test_parquet_goes_to_a_file_or_a_pipe(store: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for place, asked in enumerate((["ls"], ["compare", "seed=0", "seed=1"], ["show", "first"],
                                   ["export"])):  # fmt: skip
        path = tmp_path / f"{place}.parquet"
        with path.open("wb") as file:
            subprocess.run(
                [sys.executable, "-m", "runlore", "--store", str(store), *asked,
                 "--format", "parquet"],
                stdout=file, check=True,
            )  # fmt: skip
        assert parquet.read_table(path).num_rows >= 2


def test_texts_that_spreadsheets_run_are_told_of(cli: Command) -> None:
    import runlore

    with runlore.start_run("=HYPERLINK(1)", experiment="formulas"):
        pass
    answer = cli("ls", "formulas", "--format", "csv")
    assert "texts begin as formulas do" in answer.err
    assert "--guard" in answer.err
