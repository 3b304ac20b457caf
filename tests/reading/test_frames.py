"""What gives rows gives data frames of them."""

from __future__ import annotations

from typing import Any

import pytest

from runlore.reading.frames import Rows


class Scores(Rows):
    def to_dicts(self) -> list[dict[str, Any]]:
        return [
            {"metrics.loss": 0.5, "label": "a", "params.lr": 1, "ids": ["x"]},
            {"metrics.loss": None, "label": "b", "params.lr": "auto", "ids": []},
        ]


def test_rows_become_frames_of_each_library_with_params_before_metrics() -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    names = ["label", "ids", "params.lr", "metrics.loss"]
    frame = Scores().to_pandas()
    assert list(frame.columns) == names
    assert frame["params.lr"].tolist() == [1, "auto"]
    polars = Scores().to_polars()
    assert polars.columns == names
    assert polars["params.lr"].to_list() == ["1", "auto"]
    table = Scores().to_arrow()
    assert table.column_names == names
    assert table["metrics.loss"].to_pylist() == [0.5, None]


def test_a_class_that_gives_no_rows_has_no_frames() -> None:
    with pytest.raises(NotImplementedError):
        Rows().to_pandas()
