"""`runlore.AutoTracker`, as a user decorates with it."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

import runlore
from runlore import AutoTracker
from runlore.errors import InvalidType, InvalidValue, NotFound
from tests.tracking.conftest import files_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator
    from pathlib import Path

X, Y = load_iris(return_X_y=True)

pytestmark = pytest.mark.usefixtures("nothing_left_open")


class Scores(NamedTuple):
    precision: float
    recall: float


@dataclass
class Fitted:
    model: Any
    loss: float


def test_arguments_are_params_and_what_is_returned_metrics_and_models(increment: Path) -> None:
    tracker = AutoTracker(increment="0042")

    @tracker.track(name="xgboost-auto")
    def train_model(data: Any, depth: int = 3, **options: Any) -> Any:
        model = DecisionTreeClassifier(max_depth=depth, **options).fit(data, Y)
        score = model.score(data, Y)
        return model, score

    model, score = train_model(X, min_samples_leaf=2)
    run = runlore.get_run("xgboost-auto")
    assert run.metrics == {"score": score}
    assert run.params["data"] == "float64 ndarray of shape (150, 4)"
    assert (run.params["depth"], run.params["min_samples_leaf"]) == (3, 2)
    assert run.params["model.max_depth"] == model.max_depth == 3
    assert run.params["model.class"] == "DecisionTreeClassifier"
    assert [file.name for file in run.artifacts] == ["model.pkl"]
    assert run.context["increment"]["name"] == "0042-recommendation-model"
    assert "xgboost-auto/model.pkl" in files_in(increment)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"accuracy": 0.5, "by": {"class": 1}}, {"accuracy": 0.5, "by.class": 1.0}),
        (Scores(0.25, 0.75), {"precision": 0.25, "recall": 0.75}),
        (Fitted("none", 0.125), {"loss": 0.125}),
        (np.float32(0.5), {"result": 0.5}),
        (True, {"result": 1.0}),
        ("text", {}),
        (None, {}),
        (np.zeros(5), {}),
    ],
)
def test_numbers_are_called_as_the_result_calls_them(
    result: object, expected: dict[str, float]
) -> None:
    def gives(result: object) -> object:
        return [result][0]

    tracked = AutoTracker().track(gives)
    assert tracked(result) is result
    assert runlore.get_run("gives").metrics == expected


def test_places_that_two_returns_name_differently_have_no_name() -> None:
    @AutoTracker().track
    def measure(is_short: bool) -> tuple[float, float]:
        loss, gain, accuracy = 1.0, 2.0, 3.0
        if is_short:
            return loss, gain
        return loss, float(accuracy)

    measure(False)
    assert runlore.get_run("measure").metrics == {"loss": 1.0, "result_1": 3.0}


def test_the_function_stays_what_it_was() -> None:
    class Trainer:
        @AutoTracker().track(name="method")
        def fit(self, rate: float = 0.1) -> float:
            """Fit."""
            return rate

        @AutoTracker().track(name="static")
        @staticmethod
        def score(value: float) -> float:
            return value

    assert Trainer.fit.__doc__ == "Fit."
    assert list(inspect.signature(Trainer.fit).parameters) == ["self", "rate"]
    assert Trainer().fit(rate=0.5) == 0.5
    assert Trainer.score(2.0) == 2.0
    assert runlore.get_run("method").params == {"rate": 0.5}
    assert runlore.get_run("static").metrics == {"value": 2.0}


def test_an_exception_is_kept_and_goes_on() -> None:
    @AutoTracker().track
    def breaks(depth: int) -> None:
        raise ArithmeticError(f"at depth {depth}")

    with pytest.raises(ArithmeticError, match="at depth 7"):
        breaks(7)
    run = runlore.get_run("breaks")
    assert run.status == "failed"
    assert run.error is not None
    assert run.error["type"] == "ArithmeticError"


def test_arguments_that_do_not_fit_leave_no_run() -> None:
    @AutoTracker().track
    def takes_one(only: int) -> int:
        return only

    takes_one(1)
    with pytest.raises(TypeError, match="missing a required argument"):
        takes_one()  # type: ignore[call-arg]
    assert len(runlore.list_runs()) == 1


def test_coroutines_end_their_runs_when_they_are_through() -> None:
    @AutoTracker().track
    async def train(rate: float) -> float:
        await asyncio.sleep(0)
        (loss,) = (rate * 2,)
        return loss

    async def both() -> list[float]:
        return list(await asyncio.gather(train(0.1), train(0.2)))

    assert inspect.iscoroutinefunction(train)
    assert asyncio.run(both()) == [0.2, 0.4]
    runs = runlore.list_runs()
    assert {run.params["rate"]: run.metrics["loss"] for run in runs} == {0.1: 0.2, 0.2: 0.4}
    assert {run.parent for run in runs} == {None}


def test_a_generator_logs_what_it_yields_step_by_step() -> None:
    @AutoTracker().track
    def epochs(count: int) -> Generator[dict[str, float], int, float]:
        for epoch in range(count):
            got = yield {"loss": 1.0 / (epoch + 1)}
            assert got == epoch
        return 7.0

    stream = epochs(3)
    next(stream)
    sent = [stream.send(0), stream.send(1)]
    assert sent == [{"loss": 0.5}, {"loss": 1 / 3}]
    with pytest.raises(StopIteration):
        stream.send(2)
    run = runlore.get_run("epochs")
    assert run.series("loss").value.tolist() == [1.0, 0.5, 1 / 3]
    assert (run.metrics["result"], run.status) == (7.0, "finished")


def test_a_generator_that_is_left_early_is_stopped() -> None:
    @AutoTracker().track
    def endless() -> Iterator[float]:
        loss = 1.0
        while True:
            yield loss

    stream = endless()
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    run = runlore.get_run("endless")
    assert (run.status, run.metrics) == ("stopped", {"loss": 1.0})


def test_an_async_generator_is_tracked_too() -> None:
    @AutoTracker().track
    async def epochs(count: int) -> AsyncIterator[float]:
        for loss in range(count):
            yield loss

    async def all_of_it() -> list[float]:
        return [loss async for loss in epochs(3)]

    assert asyncio.run(all_of_it()) == [0, 1, 2]
    run = runlore.get_run("epochs")
    assert run.series("loss").value.tolist() == [0.0, 1.0, 2.0]
    assert run.status == "finished"


def test_calls_within_calls_are_parts_and_recursion_is_one_run() -> None:
    tracker = AutoTracker()

    @tracker.track
    def inner(depth: int) -> int:
        return depth if depth == 0 else inner(depth - 1)

    @tracker.track
    def outer() -> int:
        return inner(5)

    outer()
    assert len(runlore.list_runs()) == 2
    assert runlore.get_run("inner").parent == runlore.get_run("outer").id


def test_a_model_that_cannot_be_pickled_costs_only_itself(
    capsys: pytest.CaptureFixture[str],
) -> None:
    @AutoTracker().track
    def train() -> tuple[Any, float]:
        model = DecisionTreeClassifier()
        model.callback = lambda: None
        score = 0.5
        return model, score

    train()
    run = runlore.get_run("train")
    assert (run.metrics, run.status) == ({"score": 0.5}, "finished")
    assert "the model 'model' could not be kept" in run.notes[0].text
    assert "could not be kept" in capsys.readouterr().err


def test_large_and_hostile_arguments_are_described() -> None:
    class Hostile:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError(name)

    @AutoTracker().track(ignore="password")
    def train(**options: object) -> None:
        pass

    train(many=list(range(1000)), text="x" * 5000, odd=Hostile(), raw=bytes(9), password="secret")
    params = runlore.get_run("train").params
    assert params["many"] == "list of 1000 items"
    assert params["text"].endswith("… (5000 characters)")
    assert params["odd"].startswith("<")
    assert params["raw"] == "9 bytes"
    assert "password" not in params


def test_arguments_that_are_secrets_by_name_or_form_are_masked() -> None:
    @AutoTracker().track(name="secret")
    def train(password: str, config: dict[str, str], pad_token: str = "<pad>") -> None:
        del password, config, pad_token

    train("hunter2", {"api_key": "abcdefgh12345678", "url": "postgres://ada:pw12@host/db"})
    params = runlore.get_run("secret").params
    assert params["pad_token"] == "<pad>"
    assert params["password"].startswith("[masked sha256:")
    assert params["config.api_key"].startswith("[masked sha256:")
    assert "pw12" not in params["config.url"]


def test_what_cannot_be_is_refused_when_it_is_said(increment: Path) -> None:
    with pytest.raises(NotFound, match="0099"):
        AutoTracker(increment="0099")
    with pytest.raises(InvalidType, match="not the class Fitted"):
        AutoTracker().track(Fitted)
    with pytest.raises(InvalidType, match="decorates functions"):
        AutoTracker().track(3)  # type: ignore[call-overload]
    with pytest.raises(InvalidValue, match="no argument 'secret'"):
        AutoTracker().track(ignore=["secret"])(lambda value: value)
    assert not increment.exists()
