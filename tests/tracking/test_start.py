"""`runlore.start_run`, as a user calls it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

import runlore
from runlore.errors import InvalidType

if TYPE_CHECKING:
    from pathlib import Path


def refusal(**arguments: Any) -> str:
    with pytest.raises(InvalidType) as caught:
        runlore.start_run(**arguments)
    return str(caught.value)


@pytest.mark.parametrize("value", ["allow", "must", 1, None])
def test_resume_is_true_or_false(store_of_its_own: Path, value: object) -> None:
    said = refusal(id="r", resume=value)
    assert said.startswith("resume is a")
    assert said.endswith("not True or False\nhint: say resume=True or resume=False")
    assert not store_of_its_own.exists()


def test_arguments_of_other_trackers_are_answered_with_the_one_that_is_meant(
    store_of_its_own: Path,
) -> None:
    assert refusal(config={"lr": 1}) == (
        "start_run has no argument 'config'\nhint: it is called params: params=…"
    )
    assert refusal(project="p", group="g").endswith("hint: it is called experiment: experiment=…")
    with pytest.raises(TypeError, match="unexpected keyword argument 'nonsense'"):
        runlore.start_run(nonsense=1)  # type: ignore[call-arg]
    assert not store_of_its_own.exists()


def test_every_argument_that_is_meant_exists_and_none_of_those_refused() -> None:
    from runlore.tracking.start import _IN_OTHER_TRACKERS

    known = inspect.signature(runlore.start_run).parameters.keys()
    assert known >= set(_IN_OTHER_TRACKERS.values())
    assert not known & _IN_OTHER_TRACKERS.keys()
