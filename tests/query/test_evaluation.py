from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from runlore.query.evaluation import evaluate
from runlore.query.fields import Field
from runlore.query.ordering import answer, order
from runlore.query.parser import parse, parse_order
from tests.query.stores import NOW, Cell, RunColumns

if TYPE_CHECKING:
    from tests.query.stores import Run

LOSS = Field("metric", "loss", "last")
SEED = Field("param", "seed")
LR = Field("param", "lr")
TEAM = Field("tag", "team")
TAGS = Field("tags", "")
STARTED = Field("attribute", "started")
ID = Field("attribute", "id")
DATASET = Field("dataset", "name")
NAN = float("nan")


def found(text: str, runs: list[Run]) -> list[int]:
    return np.flatnonzero(evaluate(parse(text).filter, RunColumns(runs), NOW)).tolist()


def test_a_missing_value_meets_no_comparison_and_not_turns_that_round() -> None:
    runs: list[Run] = [{LOSS: Cell(0.5)}, {}, {LOSS: Cell(1.5)}]
    assert found("metrics.loss > 1", runs) == [2]
    assert found("metrics.loss <= 1", runs) == [0]
    assert found("metrics.loss != 0.5", runs) == [2]
    assert found("metrics.loss not in (0.5)", runs) == [2]
    assert found("not (metrics.loss > 1)", runs) == [0, 1]
    assert found("metrics.loss is null", runs) == [1]
    assert found("metrics.loss is not null", runs) == [0, 2]


def test_nan_compares_with_nothing_but_is_nan() -> None:
    runs: list[Run] = [{LOSS: Cell(NAN)}, {LOSS: Cell(float("inf"))}, {}]
    assert found("metrics.loss > 0 or metrics.loss <= 0", runs) == [1]
    assert found("metrics.loss != 3", runs) == [1]
    assert found("metrics.loss is nan", runs) == [0]
    assert found("metrics.loss is not nan", runs) == [1]
    assert found("metrics.loss is not null", runs) == [0, 1]
    assert found("metrics.loss = inf", runs) == [1]


def test_params_match_by_what_was_written_and_by_their_value() -> None:
    runs: list[Run] = [{LR: Cell(0.001, "1e-3")}, {LR: Cell(0.001, "0.001")}, {LR: Cell(None, "x")}]
    for text in ("= 0.001", "= '0.001'", "= '1e-3'", "in ('0.001')", "<= '0.001'", "like '%1%'"):
        assert found(f"params.lr {text}", runs) == [0, 1]
    assert found("params.lr like '1e%'", runs) == [0]
    assert found("params.lr != 0.001", runs) == [2]
    assert found("params.lr > 'a'", runs) == [2]
    assert found("params.lr < 'a'", runs) == []
    assert found("params.lr < '0.01'", runs) == [0, 1]


def test_none_is_null_and_its_text() -> None:
    runs: list[Run] = [{LR: Cell(None, "None", is_null=True)}, {LR: Cell(None, "adam")}]
    assert found("params.lr is null", runs) == [0]
    assert found("params.lr = 'None'", runs) == [0]
    assert found("params.lr != 'x'", runs) == [1]


def test_integers_beyond_what_doubles_hold_compare_exactly() -> None:
    large = 2**53 + 1
    runs: list[Run] = [{SEED: Cell(large + more, str(large + more))} for more in (-1, 0, 1)]
    assert found(f"params.seed = {large}", runs) == [1]
    assert found(f"params.seed > {large}", runs) == [2]
    assert found(f"params.seed < {large}", runs) == [0]
    assert found(f"params.seed in ({large}, {large + 1})", runs) == [1, 2]
    assert found(f"params.seed != '{large}'", runs) == [0, 2]
    rows = np.array([2, 0, 1])
    assert order(parse_order(["params.seed"]), RunColumns(runs), rows).tolist() == [0, 1, 2]
    assert order(parse_order(["params.seed desc"]), RunColumns(runs), rows, 1).tolist() == [2]


def test_texts_with_units_compare_with_quantities_and_numbers_are_bytes_or_seconds() -> None:
    memory = Field("param", "mem")
    runs: list[Run] = [
        {memory: Cell(None, "8GiB")},
        {memory: Cell(None, "2 GB")},
        {memory: Cell(2.0**33, "8589934592")},
        {memory: Cell(None, "8h")},
    ]
    assert found("params.mem > 4GiB", runs) == [0, 2]
    assert found("params.mem = 8192MiB", runs) == [0, 2]
    assert found("params.mem < 9h", runs) == [3]


def test_values_of_tags_are_read_as_numbers() -> None:
    runs: list[Run] = [{TEAM: Cell(None, "10")}, {TEAM: Cell(None, "9")}, {TEAM: Cell()}]
    assert found("tags.team > 9", runs) == [0]
    assert found("tags.team != 9", runs) == [0]
    assert found("tags.team is not null", runs) == [0, 1, 2]


def test_of_tags_any_may_fit_and_a_negation_means_none() -> None:
    runs: list[Run] = [{TAGS: ["baseline", "res-1"]}, {TAGS: ["other"]}, {}]
    assert found('"baseline" in tags', runs) == [0]
    assert found('"baseline" not in tags', runs) == [1, 2]
    assert found("tags like 'res%'", runs) == [0]
    assert found("tags not like 'res%'", runs) == [1, 2]
    assert found("tags != 'other'", runs) == [0, 2]
    assert found("tags is null", runs) == [2]


def test_of_datasets_a_negation_means_another_one_as_in_mlflow() -> None:
    runs: list[Run] = [{DATASET: ["a"]}, {DATASET: ["a", "b"]}, {}]
    assert found("dataset.name = 'a'", runs) == [0, 1]
    assert found("dataset.name != 'a'", runs) == [1]
    assert found("dataset.name not in ('a')", runs) == [1]


def test_a_part_of_an_id_is_enough() -> None:
    runs: list[Run] = [{ID: Cell(None, "0123456789abcdef" * 2)}, {ID: Cell(None, "9" * 32)}]
    assert found("id = '0123'", runs) == [0]
    assert found("id = 'cdef'", runs) == [0]
    assert found("id in ('99999999', 'ffff')", runs) == [1]
    assert found("id = '012'", runs) == []


def test_a_moment_is_as_long_as_it_is_written() -> None:
    def at(hour: int, minute: int, second: float = 0, day: int = 21) -> Run:
        seconds = 1_795_219_200 + (day - 21) * 86_400 + hour * 3600 + minute * 60 + second
        return {STARTED: Cell(seconds * 1e6)}

    runs = [at(23, 59, day=20), at(0, 0), at(10, 30, 0.25), at(10, 30, 59), at(12, 29)]
    assert found("started = 2026-11-21", runs) == [1, 2, 3, 4]
    assert found("started <= 2026-11-20", runs) == [0]
    assert found("started > 2026-11-20", runs) == [1, 2, 3, 4]
    assert found("started >= today", runs) == [1, 2, 3, 4]
    assert found("started = yesterday", runs) == [0]
    assert found("started = '2026-11-21 10:30'", runs) == [2, 3]
    assert found("started = 2026-11-21T11:30:00+01:00", runs) == [2]
    assert found("started = 2026-11-21T10:30:00.2", runs) == [2]
    assert found("started > -2h", runs) == [2, 3, 4]
    assert found("started > -1h59m30s", runs) == [3, 4]
    assert found("started between 2026-11-20 and 2026-11-20", runs) == [0]
    assert found("started in (2026-11-20, 2026-11-21T12:29)", runs) == [0, 4]
    assert found("started in (2026-11-21, 2026-11-21T10:30)", runs) == [1, 2, 3, 4]
    assert found("started > 1795256999999", runs) == [2, 3, 4]


def test_without_a_now_times_are_seen_from_here() -> None:
    runs = RunColumns([{STARTED: Cell(0.0)}, {STARTED: Cell(4e15)}])
    for text in ("started > -1d", "started >= today", "started > 1990-01-01", "started > now"):
        assert evaluate(parse(text).filter, runs).tolist() == [False, True]


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "-900000w", "+900000w"])
def test_the_ends_of_time_are_before_or_after_everything(text: str) -> None:
    runs: list[Run] = [{STARTED: Cell(0.0)}]
    is_early = text[0] in "0-"
    assert found(f"started > {text}", runs) == ([0] if is_early else [])
    assert found(f"started < {text}", runs) == ([] if is_early else [0])


def test_an_order_puts_numbers_then_texts_then_nan_then_null() -> None:
    runs: list[Run] = [
        {},
        {LR: Cell(None, "nan")},
        {LR: Cell(None, "b")},
        {LR: Cell(2.0, "2")},
        {LR: Cell(None, "a")},
        {LR: Cell(None, "inf")},
        {LR: Cell(10.0, "10")},
    ]
    rows = np.arange(len(runs))
    columns = RunColumns(runs)
    assert order(parse_order(["params.lr"]), columns, rows).tolist() == [3, 6, 5, 4, 2, 1, 0]
    assert order(parse_order(["params.lr desc"]), columns, rows).tolist() == [2, 4, 5, 6, 3, 1, 0]


def test_an_answer_says_how_many_there_are_without_the_limit() -> None:
    runs: list[Run] = [{LOSS: Cell(float(value))} for value in (3, 1, 2, 9)]
    query = parse("metrics.loss < 5 order by metrics.loss limit 2")
    rows, total = answer(query, RunColumns(runs))
    assert (rows.tolist(), total) == ([1, 2], 3)


def test_patterns_after_a_selective_condition_answer_the_same() -> None:
    runs: list[Run] = [
        {
            LOSS: Cell(float(row)),
            LR: Cell(None, f"{row}GiB" if row % 2 else None),
            TAGS: [f"t{row}"],
        }
        for row in range(40)
    ]
    assert found("metrics.loss < 6 and params.lr like '_GiB'", runs) == [1, 3, 5]
    assert found("params.lr > 2GiB and metrics.loss < 6 and tags ~ '^t[1-4]'", runs) == [3]
    assert found("metrics.loss < 4 and not (tags like '%2' or params.lr ~ '^1')", runs) == [0, 3]
    assert found("metrics.loss < 0 and tags like '%'", runs) == []
    assert found("metrics.loss < 39 and tags not like 't%'", runs) == []
