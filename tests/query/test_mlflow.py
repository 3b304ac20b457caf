"""Filters as MLflow's clients send them; the expected rows are what MLflow 3.17 answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from runlore.query.evaluation import evaluate
from runlore.query.fields import Field
from runlore.query.ordering import order
from runlore.query.parser import parse, parse_order
from tests.query.stores import Cell, RunColumns

if TYPE_CHECKING:
    from tests.query.stores import Run


def run(
    number: int,
    status: str,
    name: str,
    metrics: dict[str, float],
    params: dict[str, str],
    tags: dict[str, str],
    datasets: list[tuple[str, str, str]],
    end: float | None,
) -> Run:
    """Make a run started at 1700000000000 ms and a second later for each number after 1."""
    started = 1_700_000_000_000 + (number - 1) * 1000
    made: Run = {
        Field("attribute", "id"): Cell(text=f"{number:032x}"),
        Field("attribute", "status"): Cell(text=status),
        Field("attribute", "name"): Cell(text=name),
        Field("attribute", "user"): Cell(text="anna"),
        # MLflow keeps milliseconds; the microseconds here must not show.
        Field("attribute", "started"): Cell(started * 1000 + 371),
    }
    if end is not None:
        made[Field("attribute", "ended")] = Cell(end * 1000 + 2)
    made |= {Field("metric", key, "last"): Cell(value) for key, value in metrics.items()}
    for key, text in params.items():
        is_number = text[:1].isdigit()
        made[Field("param", key)] = Cell(float(text) if is_number else None, text)
    made |= {Field("tag", key): Cell(text=text) for key, text in tags.items()}
    for place, part in enumerate(("name", "digest", "context")):
        made[Field("dataset", part)] = [dataset[place] for dataset in datasets]
    return made


FIRST, SECOND = ("d1", "h1", "train"), ("d2", "h2", "test")
END = 1_700_000_005_000
METRICS = {"acc": 0.9, "val/acc": 0.5, "a b": 2.0}
TAGS = {"team": "x", "mlflow.note": "n"}
RUNS = [
    run(1, "finished", "alpha", METRICS, {"lr": "0.1", "model": "ResNet"}, TAGS, [FIRST], END),
    run(2, "failed", "beta", {"acc": 0.95}, {"lr": "1e-3"}, {"team": "y"}, [FIRST, SECOND], END),
    run(3, "running", "alpha2", {"acc": float("inf")}, {"model": "resnet_50"}, {}, [], None),
    run(4, "stopped", "x%y", {"val/acc": -1.0}, {"model": ""}, {"team": ""}, [], 1_700_000_003_001),
]
ID = "0000000000000000000000000000000"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("metrics.acc > 0.9", [1, 2]),
        ("metrics.acc >= 0.9 and params.lr = '0.1'", [0]),
        ('metrics."val/acc" < 0.7', [0, 3]),
        ("metrics.`val/acc` < 0.7", [0, 3]),
        ('metrics."a b" > 1', [0]),
        ("metric.acc != 0.9", [1, 2]),
        ("params.model LIKE 'res%'", [2]),
        ("params.model ILIKE 'res%'", [0, 2]),
        ("param.model != 'ResNet'", [2, 3]),
        ('parameters.lr = "0.1"', [0]),
        ("params.model = ''", [3]),
        ("params.lr IS NULL", [2, 3]),
        ("tags.team IS NOT NULL", [0, 1, 3]),
        ("tags.team = 'x'", [0]),
        ("tag.team != 'x'", [1, 3]),
        ("tags.\"mlflow.note\" = 'n'", [0]),
        ("tags.team LIKE '%'", [0, 1, 3]),
        ("attributes.status = 'FINISHED'", [0]),
        ("attribute.status != 'FINISHED'", [1, 2, 3]),
        ("status = 'FAILED'", [1]),
        ("attr.status = 'KILLED'", [3]),
        ("run.status = 'RUNNING'", [2]),
        ("status = 'SCHEDULED'", []),
        ("run_name = 'alpha'", [0]),
        ("attributes.run_name LIKE 'alpha%'", [0, 2]),
        ("attributes.`run name` = 'alpha'", [0]),
        ("attributes.\"Run name\" ILIKE 'ALPHA%'", [0, 2]),
        ("start_time > 1700000001000", [2, 3]),
        ("start_time >= 1700000001000", [1, 2, 3]),
        ("start_time <= 1700000001000", [0, 1]),
        ("start_time = 1700000001000", [1]),
        ("start_time != 1700000001000", [0, 2, 3]),
        ("created < 1700000002000", [0, 1]),
        ("end_time > 0", [0, 1, 3]),
        ("end_time < 1700000005000", [3]),
        (f"run_id = '{ID}2'", [1]),
        (f"run_id IN ('{ID}2','{ID}4')", [1, 3]),
        (f"run_id NOT IN ('{ID}2')", [0, 2, 3]),
        ("user_id = 'anna'", [0, 1, 2, 3]),
        ("dataset.name = 'd1'", [0, 1]),
        ("dataset.name != 'd1'", [1]),
        ("datasets.digest LIKE 'h%'", [0, 1]),
        ("dataset.context IN ('test')", [1]),
        ("dataset.name NOT IN ('d1')", [1]),
        ("metrics.acc > -1 and metrics.acc < 1e10 AND status = 'FINISHED'", [0]),
    ],
)
def test_filters_of_mlflow_mean_here_what_they_mean_there(text: str, rows: list[int]) -> None:
    found = evaluate(parse(text).filter, RunColumns(RUNS))
    assert np.flatnonzero(found).tolist() == rows


@pytest.mark.parametrize(
    ("key", "rows"),
    [
        ("metrics.acc DESC", [2, 1, 0, 3]),
        ("metrics.acc", [0, 1, 2, 3]),
        ("tags.team DESC", [1, 0, 3, 2]),
        ("attributes.start_time DESC", [3, 2, 1, 0]),
        ("metrics.`val/acc` ASC", [3, 0, 2, 1]),
        ('metrics."a b" desc', [0, 3, 2, 1]),
        ("attributes.run_name", [0, 2, 1, 3]),
    ],
)
def test_orders_of_mlflow_put_missing_values_last(key: str, rows: list[int]) -> None:
    newest_first = np.array([3, 2, 1, 0])
    assert order(parse_order([key]), RunColumns(RUNS), newest_first).tolist() == rows
