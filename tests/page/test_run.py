"""A run: what it was, and what it left behind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import runlore
from tests.page.axe import faults
from tests.page.looking import overflow_of
from tests.page.stores import HOSTILE, QUESTION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services.chromium import Watched


@pytest.fixture(scope="module")
def shown(made_store: Path) -> str:
    """Return the id of a run with media, files, a note and a console."""
    runs = runlore.search_runs("params.smoothing = 0.1 and params.seed = 0", store=made_store)
    return next(iter(runs)).id


@pytest.fixture(scope="module")
def failed(made_store: Path) -> str:
    return next(iter(runlore.search_runs('status = "failed"', store=made_store))).id


def test_a_page_whose_script_is_gone_says_so_and_how_to_go_on(
    watched: Watched, address: str, shown: str
) -> None:
    page = watched.page
    page.route(re.compile("/assets/Run-"), lambda route: route.abort())
    page.goto(f"{address}/runs/{shown}")
    expect(page.get_by_text("This part of the page could not be loaded")).to_be_visible()
    page.unroute(re.compile("/assets/Run-"))
    page.get_by_role("button", name="Load the page again").click()
    expect(page.get_by_role("region", name="Params")).to_contain_text("optimizer")


def test_its_overview_tells_what_with_what_and_how_it_ended(
    watched: Watched, address: str, shown: str
) -> None:
    page = watched.page
    page.goto(f"{address}/runs/{shown}")
    expect(page.get_by_text(QUESTION)).to_be_visible()
    expect(page.get_by_role("region", name="Params")).to_contain_text("optimizer")
    metrics = page.get_by_role("region", name="Metrics").get_by_role("row")
    expect(metrics.filter(has_text="val_acc")).to_contain_text("200")
    expect(page.get_by_role("region", name="Notes")).to_contain_text("looks fine so far")
    expect(page.get_by_role("region", name="Surroundings")).to_contain_text("python")


def test_a_failure_stands_first_in_its_own_words(
    watched: Watched, address: str, failed: str
) -> None:
    page = watched.page
    page.goto(f"{address}/runs/{failed}")
    failure = page.get_by_role("region", name="How it failed")
    expect(failure).to_contain_text("ValueError: the loss diverged <b>at once</b>")
    expect(failure).to_contain_text("Traceback")


def test_keys_lead_through_its_parts_and_to_the_next_run(
    watched: Watched, address: str, shown: str
) -> None:
    page = watched.page
    page.goto(f"{address}/runs/{shown}")
    parts = page.get_by_role("navigation", name="Parts of the run")
    expect(parts.get_by_role("link", name="Overview")).to_have_attribute("aria-current", "page")
    page.keyboard.press("2")
    page.wait_for_url(f"**/runs/{shown}/curves")
    beside = page.get_by_role("main").get_by_role("region", name="Params")
    expect(beside).to_contain_text("smoothing")
    expect(page.get_by_role("slider", name="loss: place in x")).to_be_visible()
    place = page.get_by_role("navigation", name="Where this run belongs")
    expect(place).to_contain_text("11 of 16")
    page.keyboard.press("j")
    expect(place).to_contain_text("12 of 16")
    page.keyboard.press("k")
    page.wait_for_url(f"**/runs/{shown}/curves")


def test_its_console_has_colours_and_is_searched(
    watched: Watched, address: str, shown: str
) -> None:
    page = watched.page
    page.goto(f"{address}/runs/{shown}/console")
    console = page.get_by_role("log", name="Console")
    expect(console).to_contain_text("step 299: all is well")
    search = page.get_by_role("searchbox", name="Search the console")
    search.fill("training")
    expect(page.get_by_text("1 line", exact=True)).to_be_visible()
    search.press("Enter")
    expect(console.locator("mark, [class*=mark], [class*=hit]").first).to_be_visible()
    assert "s=training" in page.url
    coloured = console.get_by_text("training", exact=False).first
    expect(coloured).not_to_contain_text("\x1b")


def test_images_are_leafed_through_by_step(watched: Watched, address: str, shown: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs/{shown}/media")
    expect(page.get_by_role("img", name="sample, step 100")).to_be_visible()
    slider = page.get_by_role("slider", name=re.compile("^Step of sample"))
    slider.press("ArrowLeft")
    expect(page.get_by_role("img", name="sample, step 0")).to_be_visible()
    assert "step=0" in page.url


def test_files_are_looked_into_and_pages_among_them_have_no_rights(
    watched: Watched, address: str, shown: str
) -> None:
    page = watched.page
    page.goto(f"{address}/runs/{shown}/artifacts")
    page.get_by_role("button", name=re.compile("^report.md")).click()
    expect(page.get_by_role("heading", name="Report", exact=True)).to_be_visible()
    assert "file=report.md" in page.url
    page.get_by_role("button", name=re.compile("^page.html")).click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("hello")).to_be_visible()
    rights = page.locator("iframe").get_attribute("sandbox") or ""
    assert "allow-same-origin" not in rights
    # Its script tried to reach the page around it, and couldn't.
    assert watched.errors
    assert all("Blocked a frame" in error for error in watched.errors)
    watched.errors.clear()


def test_an_unknown_run_is_said_to_be_one(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs/{'0' * 32}")
    expect(page.get_by_role("alert")).to_contain_text(re.compile("no run", re.IGNORECASE))
    page.get_by_role("link", name="To the runs").click()
    expect(page.get_by_role("grid", name="Runs")).to_be_visible()


def test_names_are_shown_and_never_run(watched: Watched, address: str, made_store: Path) -> None:
    hostile = next(run for run in runlore.list_runs(store=made_store) if run.name == HOSTILE)
    page = watched.page
    for part in ("", "/curves", "/artifacts"):
        page.goto(f"{address}/runs/{hostile.id}{part}")
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
        expect(page.get_by_role("main").get_by_text(HOSTILE).first).to_be_visible()


@pytest.mark.parametrize("part", ["", "/curves", "/console", "/media", "/artifacts"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits_a_telephone(
    watched: Watched, address: str, shown: str, part: str, scheme: str
) -> None:
    page = watched.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{address}/runs/{shown}{part}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("loading")).to_have_count(0)
    assert faults(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert overflow_of(page) == 0
