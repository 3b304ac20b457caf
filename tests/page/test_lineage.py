"""The lineage of a run as a graph, and the list behind it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import runlore
from tests.page.axe import faults
from tests.page.conftest import served
from tests.page.looking import overflow_of
from tests.page.stores import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from tests.services.chromium import Watched

PARTS = 12


@pytest.fixture(scope="module")
def runs(made_store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Record data → a run with parts, which makes a model that others use; names lead to ids."""
    assert made_store.exists()
    place = tmp_path_factory.mktemp("lineage") / "store"
    found = {"store": str(place)}
    with runlore.start_run("collect", store=place) as run:
        run.save_artifact("reviews.txt", "good, bad")
    found["collect"] = run.id
    with runlore.start_run("sweep", store=place) as sweep:
        sweep.use_artifact("reviews.txt")
        sweep.save_artifact("model.json", {"weights": [1, 2]})
        for seed in range(PARTS):
            runlore.start_run(f"seed {seed}", parent=sweep.id, store=place).finish()
    found["sweep"] = sweep.id
    with runlore.start_run(HOSTILE, store=place) as run:
        run.use_artifact("model.json")
    with runlore.start_run("alone", store=place) as run:
        found["alone"] = run.id
    return found


@pytest.fixture(scope="module")
def own(runs: dict[str, str], made_store: Path) -> Iterator[str]:
    assert made_store.exists()
    with served(Path(runs["store"])) as found:
        yield found


def _lineage(page: Page) -> Locator:
    found = page.get_by_role("region", name="Lineage")
    expect(found.get_by_role("group", name=re.compile("^Lineage:"))).to_be_visible()
    return found


def _left_of(one: Locator, other: Locator) -> bool:
    boxes = one.bounding_box(), other.bounding_box()
    assert boxes[0] is not None
    assert boxes[1] is not None
    return boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"]


def test_it_reads_from_left_to_right_and_leads_on(
    watched: Watched, own: str, runs: dict[str, str]
) -> None:
    page = watched.page
    page.goto(f"{own}/runs/{runs['sweep']}")
    graph = _lineage(page)
    here = graph.locator("[aria-current]")
    data = graph.get_by_role("link", name=re.compile("reviews.txt"))
    user = graph.get_by_role("link", name=re.compile("<img"))
    collect = graph.get_by_role("link", name=re.compile("collect"))
    expect(here).to_contain_text("sweep")
    assert _left_of(collect, data)
    assert _left_of(data, here)
    assert _left_of(here, user)
    assert faults(page) == []
    collect.click()
    page.wait_for_url(f"**/runs/{runs['collect']}")
    expect(_lineage(page).locator("[aria-current]")).to_contain_text("collect")
    graph.get_by_role("link", name=re.compile("reviews.txt")).click()
    page.wait_for_url(f"**/runs/{runs['collect']}/artifacts?file=reviews.txt")


def test_many_parts_are_one_node_that_opens_by_key_and_stays_open_in_the_address(
    watched: Watched, own: str, runs: dict[str, str]
) -> None:
    page = watched.page
    page.goto(f"{own}/runs/{runs['sweep']}")
    graph = _lineage(page)
    fold = graph.get_by_role("button", name=f"{PARTS} parts")
    expect(fold).to_have_attribute("aria-expanded", "false")
    parts = graph.get_by_role("link", name=re.compile("seed"))
    expect(parts).to_have_count(0)
    fold.focus()
    page.keyboard.press("Enter")
    expect(parts).to_have_count(PARTS)
    page.reload()
    expect(parts).to_have_count(PARTS)
    page.keyboard.press("Escape")
    parts.first.focus()
    page.keyboard.press("Enter")
    part = _lineage(page)
    expect(part.get_by_role("link", name=re.compile("sweep"))).to_be_visible()


def test_a_list_stands_behind_it(watched: Watched, own: str, runs: dict[str, str]) -> None:
    page = watched.page
    page.goto(f"{own}/runs/{runs['sweep']}")
    graph = _lineage(page)
    graph.get_by_role("button", name="list").click()
    expect(graph.get_by_role("group", name=re.compile("^Lineage:"))).to_have_count(0)
    expect(graph).to_contain_text("took in")
    expect(graph).to_contain_text("reviews.txt")
    assert "lin=list" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_run_stands_in_the_middle(
    watched: Watched, own: str, runs: dict[str, str], scheme: str
) -> None:
    page = watched.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{own}/runs/{runs['sweep']}")
    here = _lineage(page).locator("[aria-current]")
    here.scroll_into_view_if_needed()
    box = here.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert overflow_of(page) == 0
    assert faults(page) == []


def test_a_run_alone_has_none(watched: Watched, own: str, runs: dict[str, str]) -> None:
    page = watched.page
    page.goto(f"{own}/runs/{runs['alone']}")
    expect(page.get_by_role("region", name="Notes")).to_be_visible()
    expect(page.get_by_role("region", name="Lineage")).to_have_count(0)
