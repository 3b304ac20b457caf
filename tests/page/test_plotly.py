"""Figures of plotly: drawn by plotly in a frame without rights, or what is simple of them here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

import runlore
from tests.page.conftest import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import FrameLocator, Page

    from tests.services.chromium import Watched

TITLE = "Loss <b>by step</b><img src=x onerror=\"parent.hacked = 'title'\">"


@pytest.fixture(scope="module")
def shown(made_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a run with figures; gives the address of its media."""
    assert made_store.exists()
    graphs: Any = pytest.importorskip("plotly.graph_objects")
    numpy: Any = pytest.importorskip("numpy")
    place = tmp_path_factory.mktemp("plotly") / "store"
    with runlore.start_run("figures", store=place) as run:
        for step in (0, 10):
            bars = graphs.Bar(x=["cat", "dog"], y=[1 + step, 2], name="counts")
            run.log_figure("bars", graphs.Figure(bars), step=step)
        line = graphs.Scatter(x=numpy.arange(50), y=numpy.arange(50) ** 0.5, name="loss")
        heat = graphs.Heatmap(z=numpy.eye(4), xaxis="x2", yaxis="y2")
        figure = graphs.Figure([line, heat], layout={"title": {"text": TITLE}, "height": 360})
        run.log_figure("both", figure, step=0)
        dots = graphs.Scattergl(x=[1, 2], y=[3, 4], mode="markers")
        run.log_figure("webgl", graphs.Figure(dots), step=0)
    with served(place) as address:
        yield f"{address}/runs/{run.id}/media"


def _frame(page: Page, name: str) -> FrameLocator:
    return page.frame_locator(f"iframe[title='{name}']")


def test_plotly_draws_them_in_a_frame_that_reaches_nothing(watched: Watched, shown: str) -> None:
    page = watched.page
    page.goto(shown)
    drawn = page.frame_locator("iframe[title^='Loss']")
    expect(drawn.locator(".scatterlayer path.js-line")).to_be_visible()
    expect(drawn.locator(".heatmaplayer image")).to_be_visible()
    expect(drawn.locator("text.gtitle")).to_contain_text("by step")
    expect(_frame(page, "webgl").locator(".gl-container")).to_be_attached()
    frame = page.locator("iframe[title^='Loss']").element_handle().content_frame()
    assert frame is not None
    assert frame.evaluate("window.origin") == "null"
    asked = "fetch('/api/v1/store').then(() => 'answered', () => 'refused')"
    assert frame.evaluate(asked) == "refused"
    assert (
        frame.evaluate("() => { try { return parent.document.title } catch { return '' } }") == ""
    )


def test_one_frame_draws_every_step(watched: Watched, shown: str) -> None:
    page = watched.page
    page.goto(f"{shown}?name=bars")
    bars = _frame(page, "bars").locator(".bars .point path")
    expect(bars).to_have_count(2)
    tops = "all => all.map(one => one.getBoundingClientRect().height)"
    page.wait_for_timeout(100)
    high = bars.evaluate_all(tops)
    assert high[0] > 4 * high[1]
    page.goto(f"{shown}?name=bars&step=0")
    expect(bars).to_have_count(2)
    low = bars.evaluate_all(tops)
    assert low[0] < low[1]


def test_without_plotly_lines_and_bars_are_drawn_and_the_rest_is_said(
    watched: Watched, shown: str
) -> None:
    page = watched.page
    page.route("**/api/v1/plotly", lambda route: route.fulfill(json={"version": None}))
    page.goto(shown)
    picture = page.get_by_role("img", name="Loss by step")
    expect(picture.locator("path")).to_have_count(1)
    said = page.get_by_text("A Plotly figure with heatmap, which isn't drawn here")
    expect(said).to_contain_text("pip install 'runlore[plots]'")
    expect(page.get_by_role("link", name="Download").first).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)
    page.goto(f"{shown}?name=bars")
    expect(page.locator("svg[role=img] rect")).to_have_count(2)
