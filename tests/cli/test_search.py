"""`runlore search`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runlore.actions.searching import complete_filter
from tests.cli.stores import HOSTILE, HOSTILE_SHOWN, run_python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("store")


def test_what_the_filter_asks_about_stands_first(cli: Command) -> None:
    answer = cli("search", "metrics.accuracy >= 0.8 and params.seed is not null")
    lines = answer.out.splitlines()
    assert answer.code == 0
    assert lines[0].split()[:5] == ["name", "id", "accuracy", "seed", "status"]
    assert [line.split()[0] for line in lines[1:]] == ["seed=1", "seed=0"]
    assert answer.err == "2 runs found\n"


def test_order_and_limit_and_columns(cli: Command) -> None:
    answer = cli("search", "order by metrics.accuracy desc", "--limit", "1",
                 "--columns", "metrics.accuracy.points,tags")  # fmt: skip
    assert answer.out.split() == ["name", "id", "accuracy.points", "tags", *answer.out.split()[4:]]
    assert len(answer.out.splitlines()) == 2
    assert answer.err == "6 runs found, 1 shown; more: --limit N\n"
    assert "seed=1" in cli("search", "--order-by", "metrics.accuracy desc", "--limit", "1").out


def test_a_column_that_no_run_has_is_noted(cli: Command) -> None:
    answer = cli("search", "--columns", "params.sede,metrics.accuracy,context.nothing")
    assert answer.err.splitlines()[1:] == [
        "note: no run has the param 'sede'; did you mean 'seed'?",
        "note: no run has the fact of the context 'nothing'",
    ]
    assert "note" not in cli("search", "--columns", "params.seed,tags").err


def test_columns_that_would_share_a_title_have_their_prefix(cli: Command, store: Path) -> None:
    program = """
import sys
import runlore
with runlore.start_run("same", params={"loss": "mse", "a,b": 1}, store=sys.argv[1]) as run:
    run.log({"loss": 0.5})
"""
    run_python(program, str(store))
    columns = 'name,params.loss,metrics.loss,metrics.loss.min,dataset.name,params."a,b"'
    head = cli("search", 'name = "same"', "--columns", columns).out.splitlines()[0].split()
    assert head == ["name", "id", "run.name", "params.loss", "metrics.loss", "loss.min",
                    "dataset.name", "a,b"]  # fmt: skip


def test_a_column_that_is_no_name_is_shown_as_it_was_typed(cli: Command) -> None:
    answer = cli("search", "--columns", "lr desc")
    assert answer.code == 2
    assert answer.err.splitlines()[:3] == [
        "error: 'desc' is not expected here",
        "  lr desc",
        "     ^",
    ]


def test_counts_and_ids_stand_alone(cli: Command) -> None:
    assert cli("search", "status = finished", "--count") == (0, "4\n", "")
    answer = cli("search", "status = crashed", "--ids")
    assert len(answer.out.strip()) == 32
    assert answer.err == ""


def test_nothing_found_is_no_error(cli: Command) -> None:
    answer = cli("search", "metrics.acuracy > 0")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == (
        "no runs found\nnote: no run has the metric 'acuracy'; did you mean 'accuracy'?\n"
    )
    assert cli("search", "metrics.accuracy > 7", "--count").out == "0\n"


def test_an_error_points_at_the_spot(cli: Command) -> None:
    answer = cli("search", "metrics.accuracy > 0 andd x")
    assert answer.code == 2
    assert answer.err.splitlines()[:3] == [
        "error: 'andd' is not expected here",
        "  metrics.accuracy > 0 andd x",
        "                       ^",
    ]
    found = json.loads(cli("search", "stats = 1", "--json").out)
    assert found["error"]["code"] == "query"


def test_json_has_runs_total_and_notes(cli: Command) -> None:
    found = json.loads(cli("search", f'name = "{HOSTILE[:4]}"', "--json").out)
    assert (found["runs"], found["total"], found["notes"]) == ([], 0, [])
    found = json.loads(cli("search", "experiment = seeds", "--json").out)
    assert found["total"] == len(found["runs"]) == 2
    assert found["runs"][0]["params"] == {"lr": 0.1, "seed": 1}
    assert found["freshness"]["is_current"] is True


def test_names_cannot_act_on_the_terminal(cli: Command) -> None:
    answer = cli("search", "metrics.accuracy is null", "--columns", "name,experiment")
    assert HOSTILE_SHOWN in answer.out
    assert "\x1b" not in answer.out


def test_groups_are_shown_with_mean_and_deviation(cli: Command) -> None:
    answer = cli("search", "experiment = seeds", "--group-by", "all-but-seed")
    lines = answer.out.splitlines()
    assert lines[0].split() == ["lr", "n", "accuracy"]
    assert lines[1].split() == ["0.1", "2", "0.850000", "±", "0.071"]
    assert answer.err == "1 group found\nleft out: seed\n"
    found = json.loads(cli("search", "--group-by", "lr", "--metrics", "accuracy", "--json").out)
    assert found["total"] == 3
    assert found["groups"][1]["metrics"]["accuracy"]["n"] == 2
    assert len(found["groups"][1]["runs"]) == 2


def test_nothing_to_group_is_no_error(cli: Command) -> None:
    arguments = ("metrics.accuracy > 7", "--group-by", "lr", "--metrics", "accuracy")
    answer = cli("search", *arguments, "--order-by", "metrics.accuracy desc")
    assert answer == (0, "", "no groups found\n")
    assert cli("search", "metrics.accuracy > 7", "--group-by", "all-but-seed", "--count")[:2] == (
        0,
        "0\n",
    )


def test_an_experiment_that_no_run_has_is_noted(cli: Command) -> None:
    note = "note: no run has the experiment 'seed'; did you mean 'seeds'?\n"
    assert cli("search", "--experiment", "seed").err == f"no runs found\n{note}"
    answer = cli("search", "--experiment", "seed", "--group-by", "lr")
    assert answer == (0, "", f"no groups found\n{note}")
    assert cli("search", "lr > 99", "--experiment", "seeds").err == "no runs found\n"


@pytest.mark.parametrize("option", [("--ids",), ("--columns", "lr")])
def test_groups_have_neither_ids_nor_columns(cli: Command, option: tuple[str, ...]) -> None:
    answer = cli("search", "--group-by", "lr", *option)
    assert (answer.code, answer.out) == (2, "")
    assert "don't go with --group-by" in answer.err


def test_deviations_stand_below_each_other_and_the_metric_of_the_order_first(
    cli: Command, store: Path
) -> None:
    program = """
import sys
import runlore
for name, lr, values in (("a", 1, (0.1, 0.1004)), ("b", 2, (0.2, 0.3)), ("c", 3, (0.5,))):
    for value in values:
        with runlore.start_run(name, experiment="even", params={"lr": lr}, store=sys.argv[1]) as r:
            r.log({"loss": value, "xyz": value})
"""
    run_python(program, str(store))
    answer = cli("search", "experiment = even", "--group-by", "lr", "--order-by", "metrics.xyz")
    assert [line.rstrip() for line in answer.out.splitlines()] == [
        "lr  n                 xyz                loss",
        " 1  2  0.100200 ± 0.00028  0.100200 ± 0.00028",
        " 2  2  0.250000 ± 0.071    0.250000 ± 0.071",
        " 3  1  0.500000            0.500000",
    ]


def test_groups_can_be_ordered_counted_and_limited(cli: Command) -> None:
    answer = cli("search", "--group-by", "lr", "--order-by", "n desc", "--limit", "1")
    assert answer.out.splitlines()[1].split()[:2] == ["–", "3"]
    assert answer.err == "3 groups found, 1 shown; more: --limit N\n"
    assert cli("search", "--group-by", "lr", "--count").out == "3\n"
    assert cli("search", "--group-by", "lrr").err.startswith(
        "error: none of the 6 runs has a param"
    )
    assert cli("search", "--metrics", "accuracy").code == 2


def test_archived_runs_are_listed_when_asked_for(cli: Command) -> None:
    cli("archive", "first")
    assert cli("search", "--count").out == "5\n"
    assert cli("search", "--archived", "--count").out == "1\n"
    assert "first" in cli("ls", "--archived").out
    assert "first" not in cli("ls").out


def test_filters_are_completed_with_the_names_of_the_store(store: Path) -> None:
    texts = [one.text for one in complete_filter("metrics.accu", str(store))]
    assert texts[0] == "metrics.accuracy"
    assert "'seeds'" in [one.text for one in complete_filter("experiment = s", str(store))] or (
        '"seeds"' in [one.text for one in complete_filter("experiment = s", str(store))]
    )
    assert complete_filter("x", str(store / "nowhere")) == []
