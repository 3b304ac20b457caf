"""The page as one file."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import runlore
from runlore.errors import InvalidValue, RunNotFound, StoreError
from runlore.server import single_file
from runlore.server.exporting import export_page
from runlore.server.single_file import page_of_runs

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "</script><script>alert(1)</script><!-- \u2028 ' \" &"


@pytest.fixture
def runs(store_of_its_own: Path) -> list[str]:
    del store_of_its_own
    ids = []
    for seed in range(2):
        with runlore.start_run(
            f"{HOSTILE} {seed}", experiment=HOSTILE, params={"seed": seed, HOSTILE: HOSTILE}
        ) as run:
            for step in range(20):
                run.log({"loss": step / 2 + seed, HOSTILE: 1.0}, step=step)
        ids.append(run.id)
    return ids


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for what the page is built of, which tests in a browser use."""
    (tmp_path / "page.js").write_text('const end = "</script>";')
    (tmp_path / "page.css").write_text("b{color:red}")
    monkeypatch.setattr(single_file, "FOLDER", str(tmp_path))


def data_in(page: str) -> Any:
    (text,) = re.findall(r'<script type="application/json" id="runlore-data">(.*?)</script>', page)
    return json.loads(text)


def test_a_file_holds_runs_comparison_and_curves(runs: list[str]) -> None:
    data = data_in(page_of_runs(runs, title="two"))
    assert data["path"] == f"/compare?runs={','.join(runs)}"
    assert {row["id"] for row in data["table"]["rows"]} == set(runs)
    assert [run["id"] for run in data["answers"]["/compare"]["runs"]] == runs
    for x in ("step", "relative"):
        curves = gzip.decompress(base64.b64decode(data["curves"][x]))
        head = json.loads(curves[16 : 16 + int.from_bytes(curves[8:12], "little")])
        assert {(one["run"], one["label"]) for one in head["curves"]} >= {
            (run, label) for run in runs for label in ("loss", HOSTILE)
        }


def test_one_run_begins_at_its_own_page(runs: list[str]) -> None:
    data = data_in(page_of_runs(runs[:1]))
    assert data["path"] == f"/runs/{runs[0]}"
    assert data["answers"][f"/runs/{runs[0]}"]["line"]["id"] == runs[0]
    assert "/compare" not in data["answers"]


def test_nothing_that_was_recorded_leaves_its_place(runs: list[str]) -> None:
    page = page_of_runs(runs, title=HOSTILE)
    assert "<script>alert" not in page
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert "default-src &#x27;none&#x27;" in page


def test_no_path_of_this_machine_is_in_it(runs: list[str], store_of_its_own: Path) -> None:
    assert data_in(page_of_runs(runs))["answers"]["/store"]["path"] == ""
    assert str(store_of_its_own) not in json.dumps(data_in(page_of_runs(runs))["answers"]["/store"])


def test_too_many_runs_and_none_are_refused(runs: list[str]) -> None:
    with pytest.raises(InvalidValue, match="1 to 200 runs, not 0"):
        page_of_runs([])
    with pytest.raises(InvalidValue, match="not 201"):
        page_of_runs(runs[:1] * 201)


def test_a_checkout_without_the_built_page_says_so(
    runs: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_file, "FOLDER", str(tmp_path / "nothing"))
    with pytest.raises(StoreError) as error:
        page_of_runs(runs)
    assert error.value.hint == "build it there: make page"


def test_an_export_replaces_nothing_unless_told(
    runs: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out.html"
    done = export_page([runs[0]], output=str(path))
    assert (done.path, done.runs) == (str(path), 1)
    before = path.read_text(encoding="utf-8")
    with pytest.raises(InvalidValue, match="exists already"):
        export_page([], output=str(path))
    assert path.read_text(encoding="utf-8") == before
    export_page([], output=str(path), is_forced=True)
    assert len(data_in(path.read_text(encoding="utf-8"))["table"]["rows"]) == 2
    assert [file.name for file in tmp_path.glob("*.part")] == []
    export_page([runs[1]])
    assert data_in(capsys.readouterr().out)["path"] == f"/runs/{runs[1]}"
    with pytest.raises(RunNotFound):
        export_page(["nothing"])
    with pytest.raises(InvalidValue, match="is a folder"):
        export_page([], output=str(tmp_path), is_forced=True)


def test_notebooks_show_runs_in_a_frame_of_their_own(runs: list[str]) -> None:
    stored = runlore.list_runs()
    for shown in (stored, stored[0], runlore.compare_runs(*runs)):
        text = shown._repr_html_()
        assert text.startswith("<iframe ")
        assert 'sandbox="allow-scripts allow-downloads"' in text
        assert text.count("<") == 2  # the frame and its end: all else is escaped


def test_very_many_runs_are_a_table_in_notebooks(store_of_its_own: Path) -> None:
    del store_of_its_own
    for number in range(51):
        with runlore.start_run(f"<b>{number}", params={"number": number}) as run:
            run.log({"loss": number}, step=0)
    text = runlore.list_runs()._repr_html_()
    assert text.startswith("<table>")
    assert "&lt;b&gt;50" in text
    assert "<p>20 of 51 runs</p>" in text
