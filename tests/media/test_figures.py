from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from runlore.errors import InvalidType, MissingExtra
from runlore.media.figures import encode_figure, matplotlib_figure
from runlore.media.libraries import is_installed
from runlore.media.writing import write_object

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF", ".html": b"<!DOCTYPE html>"}


@pytest.fixture
def figure() -> Any:
    figure = pytest.importorskip("matplotlib.figure").Figure(figsize=(3, 2), dpi=50)
    figure.subplots().plot([1, 3, 2])
    return figure


@pytest.fixture
def plotly_figure() -> Any:
    return pytest.importorskip("plotly.graph_objects").Figure(
        data=[{"type": "scatter", "y": [1, 3, 2]}], layout={"width": 300}
    )


@pytest.mark.parametrize("extension", MAGIC)
def test_a_matplotlib_figure_becomes_the_same_file_each_time(
    figure: Any, tmp_path: Path, extension: str
) -> None:
    written = write_object(f"a{extension}", figure, tmp_path / f"a{extension}")
    assert written.kind == "figure"
    content = written.path.read_bytes()
    assert content.startswith(MAGIC[extension])
    write_object(f"b{extension}", figure, tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == content


def test_a_figure_at_a_step_has_its_own_size(figure: Any) -> None:
    encoded = encode_figure(figure)
    assert (encoded.kind, encoded.media_type) == ("figure", "image/png")
    assert (encoded.width, encoded.height) == (150, 100)
    assert encode_figure(figure.axes[0]) == encoded


def test_pyplot_and_what_holds_a_figure_are_taken(figure: Any) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    assert matplotlib_figure(pyplot) is None
    current = pyplot.figure()
    try:
        assert matplotlib_figure(pyplot) is current
    finally:
        pyplot.close(current)

    class Grid:
        def __init__(self) -> None:
            self.figure_ = figure

    assert matplotlib_figure(Grid()) is figure


def test_a_display_of_scikit_learn_is_a_figure() -> None:
    pytest.importorskip("matplotlib")
    metrics = pytest.importorskip("sklearn.metrics")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("agg")
    display = metrics.ConfusionMatrixDisplay.from_predictions([0, 1, 1], [0, 1, 0])
    try:
        assert encode_figure(display).width
    finally:
        pyplot.close("all")


def test_a_plotly_figure_is_kept_as_plotly_reads_it(plotly_figure: Any, tmp_path: Path) -> None:
    encoded = encode_figure(plotly_figure)
    assert encoded.payload is not None
    assert json.loads(encoded.payload)["data"][0]["y"] == [1, 3, 2]
    assert (encoded.extension, encoded.width, encoded.height) == (".plotly.json", 300, None)
    written = write_object("a.html", plotly_figure, tmp_path / "a.html")
    page = written.path.read_text()
    assert written.kind == "figure"
    assert 'id="figure"' in page
    assert "<script src" not in page, "it must open offline"


def test_drawing_a_plotly_figure_without_kaleido_says_so(
    plotly_figure: Any, tmp_path: Path
) -> None:
    if is_installed("kaleido"):
        pytest.skip("kaleido is installed here")
    with pytest.raises(MissingExtra, match=r"drawing a plotly figure as \.png needs .*'kaleido'"):
        write_object("a.png", plotly_figure, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_other_objects_are_refused() -> None:
    with pytest.raises(InvalidType, match="an ndarray is not a figure") as caught:
        encode_figure(np.zeros((2, 2)))
    assert "log_image" in str(caught.value.hint)
