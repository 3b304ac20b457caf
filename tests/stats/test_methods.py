from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from runlore import stats
from runlore.errors import MissingExtra
from runlore.stats.methods import Method
from tests.stats.figures import DEEP, FAR, WIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = [
    stats.describe(WIDE),
    stats.mean_interval(WIDE),
    stats.median_interval([*WIDE, *DEEP]),
    stats.bootstrap_interval([*WIDE, *DEEP]),
    stats.unpaired_difference(WIDE, DEEP),
    stats.paired_difference(WIDE, DEEP),
    stats.folds_difference(WIDE, DEEP),
    stats.several_differences({"wide": WIDE, "deep": DEEP}),
    stats.noise_floor(WIDE),
    stats.runs_needed(0.01, 0.01),
    stats.leader({"wide": WIDE, "far": FAR}, direction="max"),
]


def methods_in(value: Any) -> Iterator[Method]:
    """Find the methods that a result carries, at any depth."""
    if isinstance(value, Method):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from methods_in(one)


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_every_result_says_by_which_method_what_assumed_and_from_where(result: Any) -> None:
    found = list(methods_in(result))
    assert found
    for method in found:
        assert all(method)
        assert re.search(r"[A-Z]\w+ (18|19|20)\d\d", method.source)


@pytest.mark.parametrize(
    "call",
    [
        lambda: stats.describe(WIDE),
        lambda: stats.unpaired_difference(WIDE, DEEP),
        lambda: stats.unpaired_difference(WIDE, DEEP, test="permutation"),
        lambda: stats.runs_needed(0.01, 0.01),
        lambda: stats.noise_floor(WIDE),
        lambda: stats.leader({"wide": WIDE, "far": FAR}, direction="max"),
    ],
)
def test_without_scipy_the_error_names_what_to_install(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("scipy.stats", "scipy.special"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match="statistics needs the package 'scipy'") as caught:
        call()
    assert "pip install 'runlore[stats]'" in str(caught.value)


def test_one_value_is_described_without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("scipy.stats", "scipy.special"):
        monkeypatch.setitem(sys.modules, module, None)
    assert stats.describe([0.9]).mean == 0.9
    assert stats.holm([0.01, 0.04]) == [0.02, 0.04]


def test_importing_the_package_loads_no_scipy() -> None:
    code = "import runlore.stats, sys; print('scipy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
