"""A run that was resumed is one line, and its joints are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import runlore
from tests.page.conftest import served
from tests.page.looking import point_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.services.chromium import Watched

JOINT, END = 100, 200
# How high the colour of a run stands, in pixels of the screen, in each column of a chart.
_HEIGHTS = """chart => {
    const canvas = chart.querySelector("canvas");
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const ratio = width / canvas.getBoundingClientRect().width;
    return Array.from({ length: width }, (_, x) => {
        let [top, bottom] = [-1, -1];
        for (let y = 0; y < height; y++) {
            const [r, g, b, a] = data.slice((y * width + x) * 4, (y * width + x) * 4 + 4);
            if (a < 100 || Math.max(r, g, b) - Math.min(r, g, b) < 40) continue;
            if (top < 0) top = y;
            bottom = y;
        }
        return top < 0 ? 0 : (bottom - top + 1) / ratio;
    });
}"""


@pytest.fixture(scope="module")
def shown(made_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Serve a level run that was resumed from an earlier step, and one beside it."""
    assert made_store.exists()
    store = tmp_path_factory.mktemp("resumed") / "store"
    with runlore.start_run("resumed", experiment="e", store=store) as run:
        for step in range(JOINT + 30):  # what comes after the joint is superseded
            run.log({"loss": 1.0 if step < JOINT else 9.0}, step=step)
    with runlore.start_run(id=run.id, resume=True, from_step=JOINT, store=store) as again:
        for step in range(JOINT, END):
            again.log({"loss": 1.0}, step=step)
    with runlore.start_run("whole", experiment="e", store=store) as whole:
        for step in range(END):
            whole.log({"loss": 2.0}, step=step)
    with served(store) as address:
        yield address, run.id


def _heights(chart: Locator) -> list[float]:
    chart.page.wait_for_timeout(200)
    found: list[float] = chart.evaluate(_HEIGHTS)
    return found


def test_it_is_one_line_with_the_joint_marked(watched: Watched, shown: tuple[str, str]) -> None:
    page, (address, run) = watched.page, shown
    page.goto(f"{address}/runs/{run}/curves")
    chart = page.get_by_role("figure").filter(has_text="loss")
    expect(chart).to_contain_text(f"{END} points · resumed at {JOINT}")
    heights = _heights(chart)
    drawn = [place for place, height in enumerate(heights) if height > 0]
    tall = [place for place in drawn if heights[place] > 12]
    level = [place for place in drawn if heights[place] <= 6]
    assert len(drawn) == drawn[-1] - drawn[0] + 1  # no gap
    middle = (drawn[0] + drawn[-1]) / 2
    assert tall
    assert all(abs(place - middle) < len(drawn) * 0.05 for place in tall)  # nothing else stands out
    assert len(level) > 0.9 * len(drawn)
    point_at(page, chart, JOINT / (END - 1), 0.5)
    expect(chart).to_contain_text("resumed here")
    point_at(page, chart, 0.2, 0.5)
    expect(chart).not_to_contain_text("resumed here")


def test_zoomed_past_the_joint_nothing_is_said_of_it(
    watched: Watched, shown: tuple[str, str]
) -> None:
    page, (address, run) = watched.page, shown
    page.goto(f"{address}/runs/{run}/curves?z=step~{JOINT + 20}..{JOINT + 60}")
    chart = page.get_by_role("figure").filter(has_text="loss")
    expect(chart).to_contain_text("of 200 points")
    expect(chart).not_to_contain_text("resumed")
    assert max(_heights(chart)) < 12


def test_among_others_it_is_counted(watched: Watched, shown: tuple[str, str]) -> None:
    page, (address, _) = watched.page, shown
    page.goto(f"{address}/experiments/e")
    chart = page.get_by_role("figure").filter(has_text="loss").last
    expect(chart).to_contain_text("2 runs · 400 points · 1 resumed")
