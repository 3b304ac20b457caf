from __future__ import annotations

import copy
import math
import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from runlore.errors import InvalidType, InvalidValue, TooLarge
from tests.journal.recorded import recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runlore.client.run import Run
    from runlore.errors import RunloreError

INT64 = 1 << 63

REFUSED: list[tuple[Callable[[Any], object], type[RunloreError], str]] = [
    (
        lambda run: run.log({"m": "0.5"}),
        InvalidType,
        (
            "metric 'm' is a str ('0.5'), not one number\n"
            "hint: log a number; text goes to log_param or log_note, arrays to log_histogram "
            "or save_artifact('name.npy', array)"
        ),
    ),
    (lambda run: run.log({"m": None}), InvalidType, "metric 'm' is a NoneType (None), not one"),
    (lambda run: run.log({"m": [1.0]}), InvalidType, "metric 'm' is a list ([1.0]), not one"),
    (lambda run: run.log({"m": 1 + 2j}), InvalidType, "metric 'm' is a complex ((1+2j)), not one"),
    (
        lambda run: run.log({"m": 10**400}),
        InvalidValue,
        (
            "metric 'm' is an int (1000000000000000000000000000000000000...), "
            "too large for a float64\nhint: log its logarithm, or keep it as text: "
            "run.log_param(name, str(value))"
        ),
    ),
    (
        lambda run: run.log({"m": 10**6000}),
        InvalidValue,
        "metric 'm' is an int (too long to show), too large for a float64",
    ),
    (
        lambda run: run.log({"m": np.zeros(3)}),
        InvalidType,
        "metric 'm' is an ndarray of shape (3,)",
    ),
    (
        lambda run: run.log({"m": np.zeros(0)}),
        InvalidType,
        "metric 'm' is an ndarray of shape (0,)",
    ),
    (lambda run: run.log({"m": np.complex64(1)}), InvalidType, "metric 'm' is a complex64 ("),
    (lambda run: run.log({"m": np.datetime64(1, "s")}), InvalidType, "metric 'm' is a datetime64"),
    (
        lambda run: run.log({"m": np.timedelta64(1, "s")}),
        InvalidType,
        "metric 'm' is a timedelta64 (",
    ),
    (lambda run: run.log({"m": np.array("x")}), InvalidType, "metric 'm' is an ndarray ("),
    (lambda run: run.log({"m": b"1"}), InvalidType, "metric 'm' is a bytes (b'1'), not one"),
    (lambda run: run.log({"ok": 1, "m": {}}), InvalidType, "metric 'm' is a dict ({}), not one"),
    (
        lambda run: run.log({1: 0.5}),
        InvalidType,
        "a metric's name is an int, not text: 1\nhint: give it as a string",
    ),
    (lambda run: run.log({"": 0.5}), InvalidValue, "a metric's name is empty\nhint: give it at"),
    (lambda run: run.log({"x" * 1025: 0.5}), TooLarge, "a metric's name has 1,025 characters: '"),
    (
        lambda run: run.log(0.5),
        InvalidType,
        "log takes a dict of metrics, not a float\nhint: run.log({'loss': 0.31}, step=7)",
    ),
    (
        lambda run: run.log({"m": 1}, step=1.5),
        InvalidType,
        (
            "the step is a float (1.5), not a whole number\n"
            "hint: give an int; to plot over something finer, log it as a metric and "
            "name it: run.define_metric('loss', x='epoch')"
        ),
    ),
    (lambda run: run.log({"m": 1}, step="1"), InvalidType, "the step is a str ('1'), not a whole"),
    (lambda run: run.log({"m": 1}, step=math.nan), InvalidType, "the step is a float (nan), not"),
    (
        lambda run: run.log({"m": 1}, step=np.zeros(2)),
        InvalidType,
        "the step is an ndarray of shape",
    ),
    (
        lambda run: run.log({"m": 1}, step=INT64),
        InvalidValue,
        "the step doesn't fit 64 bits: an int (9223372036854775808)\nhint: give a smaller one",
    ),
    (
        lambda run: run.log({"m": 1}, step=10**6000),
        InvalidValue,
        "the step doesn't fit 64 bits: an int",
    ),
    (
        lambda run: run.log({"m": 1}, time="now"),
        InvalidType,
        (
            "the time is a str ('now')\n"
            "hint: give seconds since 1970, as time.time() does, or a datetime"
        ),
    ),
    (
        lambda run: run.log({"m": 1}, time=datetime.now(UTC).date()),
        InvalidType,
        "the time is a date",
    ),
    (
        lambda run: run.log({"m": 1}, time=np.datetime64(1, "s")),
        InvalidType,
        "the time is a datetime64",
    ),
    (
        lambda run: run.log({"m": 1}, time=math.nan),
        InvalidValue,
        "the time is out of range: a float (nan)\nhint: give seconds since 1970",
    ),
    (lambda run: run.log({"m": 1}, time=1e300), InvalidValue, "the time is out of range: a float"),
    (
        lambda run: run.log({"m": 1}, time=10**6000),
        InvalidValue,
        "the time is out of range: an int",
    ),
    (lambda run: run.log({"m": 1}, time=datetime.min), InvalidValue, "the time is out of range: a"),  # noqa: DTZ901
    (
        lambda run: run.log({"m": 1}, context=5),
        InvalidType,
        "the context is an int (5)\nhint: give a word like 'val', or a dict like {'split': 'val'}",
    ),
    (
        lambda run: run.log({"m": 1}, context="x" * 1025),
        TooLarge,
        "the context has 1,025 characters",
    ),
    (
        lambda run: run.log_metric("m", "x"),
        InvalidType,
        "metric 'm' is a str ('x'), not one number",
    ),
    (
        lambda run: run.log_metrics({"a": 1, "m": "x"}),
        InvalidType,
        "metric 'm' is a str ('x'), not",
    ),
    (
        lambda run: run.define_metric("m", direction="up"),
        InvalidValue,
        "the direction of 'm' is 'up'\nhint: say 'min' or 'max'",
    ),
    (lambda run: run.define_metric(5), InvalidType, "a metric's name is an int, not text: 5"),
    (lambda run: run.define_metric("m", unit=5), InvalidType, "a unit is an int, not text: 5"),
    (lambda run: run.define_metric("m", x=""), InvalidValue, "a metric's name is empty"),
    (lambda run: run.log_param("", 1), InvalidValue, "a param's name is empty"),
    (
        lambda run: run.log_param("a", "x" * 100_000_000),
        TooLarge,
        "the value of param 'a' has 100,0",
    ),
    (
        lambda run: run.log_params({f"k{n}": "x" * (1 << 20) for n in range(100)}),
        TooLarge,
        (
            "the params of this call are over 16 MiB in all\n"
            "hint: keep large inputs as a file: run.save_artifact('config.json', values)"
        ),
    ),
    (lambda run: run.log_params(5), InvalidType, "params are an int, which has no names"),
    (lambda run: run.add_tag(5), InvalidType, "a tag is an int, not text: 5"),
    (lambda run: run.add_tags(["a", ""]), InvalidValue, "a tag is empty"),
    (
        lambda run: run.add_tags(5),
        InvalidType,
        "tags are an int (5)\nhint: give a list of strings: tags=['baseline']",
    ),
    (
        lambda run: run.add_tags({"a": "x" * (2 << 20)}),
        TooLarge,
        "a tag's value has 2,097,152 char",
    ),
    (lambda run: run.remove_tag(""), InvalidValue, "a tag is empty"),
    (lambda run: run.log_note(5), InvalidType, "a note is an int, not text: 5"),
    (lambda run: run.log_note("x" * (2 << 20)), TooLarge, "a note has 2,097,152 characters, more"),
    (
        lambda run: run.set_status("crashed"),
        InvalidValue,
        "there is no status 'crashed' to set\nhint: one of running, finished, failed, stopped",
    ),
    (lambda run: run.set_status("failed", 5), InvalidType, "a reason is an int, not text: 5"),
    (lambda run: run.finish("done"), InvalidValue, "there is no status 'done' to set"),
    (
        lambda run: run.finish("running"),
        InvalidValue,
        "a run that is over isn't running\nhint: one of finished, failed, stopped",
    ),
    (pickle.dumps, InvalidType, "a run can't be pickled or copied: <Run"),
    (copy.deepcopy, InvalidType, "a run can't be pickled or copied: <Run"),
]


@pytest.mark.parametrize(
    ("call", "error", "message"), REFUSED, ids=[message[:40] for _, _, message in REFUSED]
)
def test_what_is_refused_is_refused_in_words_and_writes_nothing(
    run: Run,
    store: Path,
    call: Callable[[Any], object],
    error: type[RunloreError],
    message: str,
) -> None:
    run.log({"m": 1.0}, step=1)
    run.log({"ok": 1.0, "m": 1.0})
    before = recorded(store, is_complete=False)
    for _ in range(2):
        with pytest.raises(error) as caught:
            call(run)
        assert str(caught.value).startswith(message)
        assert caught.value.hint
        # What the fast path stumbled over says nothing to the user.
        assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert recorded(store, is_complete=False) == before
    assert not run.is_finished
