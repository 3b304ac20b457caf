from __future__ import annotations

import re
from typing import TYPE_CHECKING

import runlore

if TYPE_CHECKING:
    from pathlib import Path


def test_runs_that_tie_are_all_marked(store: Path) -> None:
    for name, loss in (("a", 0.25), ("b", 0.5), ("c", 0.25)):
        with runlore.start_run(name, store=store) as run:
            run.log({"loss": loss}, 0)
    found = runlore.compare_runs("a", "b", "c", store=store)
    assert found.best_current == {"loss": 0.25}
    assert found.best == {"loss": found.rows[0].id}
    rows = found.to_markdown().splitlines()[2:]
    assert [row.rsplit("|", 2)[1].strip() for row in rows] == ["**0.25**", "0.5", "**0.25**"]


def test_a_table_in_markdown_marks_the_best_and_keeps_its_columns(store: Path) -> None:
    for name, loss, note in (("a|b", 0.25, "x\ny"), ("*c*", float("nan"), "z|")):
        with runlore.start_run(name, params={"note": note}, store=store) as run:
            run.log({"loss": loss}, 0)
    with runlore.start_run("d", params={"note": "`q`"}, store=store) as run:
        run.log({"loss": 0.5}, 0)
    found = runlore.compare_runs("a|b", "*c*", "d", store=store)
    table = found.to_markdown()
    assert found._repr_markdown_() == table
    ids = {run.name: run.short_id for run in runlore.list_runs(store=store)}
    assert re.sub(r"\d+\.\d s", "TIME", table) == (
        "| run | id | status | duration | note | loss |\n"
        "| --- | --- | --- | ---: | --- | ---: |\n"
        rf"| a\|b | {ids['a|b']} | finished | TIME | x y | **0.25** |"
        "\n"
        rf"| \*c\* | {ids['*c*']} | finished | TIME | z\| | NaN |"
        "\n"
        rf"| d | {ids['d']} | finished | TIME | \`q\` | 0.5 |"
        "\n"
    )
