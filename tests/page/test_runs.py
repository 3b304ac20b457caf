"""The table of runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import runlore
from tests.page.axe import faults
from tests.page.conftest import served
from tests.page.looking import clipboard_of, overflow_of, swatch_of
from tests.page.stores import HOSTILE

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.services.chromium import Watched

RUNS = 23


def _table(page: Page, runs: int = RUNS) -> Locator:
    """Wait until the table tells of so many runs."""
    grid = page.get_by_role("grid", name="Runs")
    expect(grid).to_have_attribute("aria-rowcount", str(runs + 1))
    return grid


def test_it_shows_all_runs_with_what_was_measured(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs")
    grid = _table(page)
    assert page.title() == "Runs · Runlore"
    for title in ("experiment", "loss", "val_acc"):
        expect(grid.get_by_role("columnheader", name=title, exact=True)).to_be_attached()
    expect(grid.get_by_role("link", name="diverged")).to_be_visible()


def test_a_filter_is_completed_and_stands_in_the_address(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs")
    _table(page)
    page.keyboard.press("/")
    page.keyboard.type("params.smoo")
    expect(page.get_by_role("option", name="smoothing")).to_be_visible()
    page.keyboard.press("Tab")
    bar = page.get_by_role("combobox", name="Filter runs")
    expect(bar).to_have_value(re.compile("params.smoothing"))
    bar.fill("params.smoothing = 0.1")
    page.keyboard.press("Enter")
    _table(page, 5)
    assert "q=params.smoothing" in page.url
    page.reload()
    _table(page, 5)
    page.go_back()
    _table(page)


def test_what_is_typed_right_after_a_completion_stays_and_sending_closes_the_list(
    watched: Watched, address: str
) -> None:
    page = watched.page
    page.goto(f"{address}/runs")
    _table(page)
    page.keyboard.press("/")
    page.keyboard.type("params.smoo")
    expect(page.get_by_role("option", name="smoothing")).to_be_visible()
    page.keyboard.press("Tab")
    bar = page.get_by_role("combobox", name="Filter runs")
    expect(bar).to_have_value("params.smoothing ")
    page.keyboard.type("= 0.1")
    expect(bar).to_have_value("params.smoothing = 0.1")
    page.keyboard.press("Enter")
    _table(page, 5)
    expect(page.get_by_role("listbox", name="Completions")).to_be_hidden()
    expect(bar).to_have_value("params.smoothing = 0.1")


def test_a_broken_filter_is_marked_where_it_breaks_and_kept(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs")
    _table(page)
    bar = page.get_by_role("combobox", name="Filter runs")
    bar.fill("metrics.loss >> 3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("metrics.loss >> 3")
    expect(page.get_by_role("alert").locator("mark")).not_to_be_empty()
    expect(bar).to_have_value("metrics.loss >> 3")
    bar.fill("metrics.loss > 3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_hidden()
    _table(page, 1)


def test_a_filter_that_fits_nothing_says_so(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs?q=params.smoothing+%3E+5")
    expect(page.get_by_text("No run fits this filter")).to_be_visible()
    page.get_by_role("button", name="Take the filter away").click()
    _table(page)


def test_a_click_sorts_and_the_address_says_by_what(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs?q=experiment+%3D+%22smoothing%22")
    grid = _table(page, 16)
    head = grid.get_by_role("columnheader", name="val_acc")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(grid.locator("[aria-rowindex='2']").last).to_contain_text("0.7809")
    assert "sort=metrics.val_acc" in page.url
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    page.reload()
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_columns_are_found_added_and_pinned(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs")
    grid = _table(page)
    page.get_by_role("button", name="columns", exact=True).click()
    page.get_by_role("searchbox", name="Search columns").fill("grad")
    page.get_by_role("button", name="train/grad_norm: min", exact=True).click()
    page.get_by_role("button", name=re.compile("^pin .*grad_norm")).last.click()
    page.keyboard.press("Escape")
    expect(grid.get_by_role("columnheader", name=re.compile("grad_norm min"))).to_be_visible()
    assert "cols=" in page.url
    assert "fix=1" in page.url


def test_equal_params_are_hidden_where_one_asks(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs?q=params.smoothing+%3D+0.1&cols=params.seed,params.optimizer")
    grid = _table(page, 5)
    seeds = grid.get_by_role("columnheader", name="seed", exact=True)
    optimizers = grid.get_by_role("columnheader", name="optimizer", exact=True)
    expect(optimizers).to_be_attached()
    page.get_by_role("button", name="only what differs").click()
    expect(optimizers).not_to_be_attached()
    expect(seeds).to_be_attached()
    page.get_by_role("button", name="only what differs").click()
    expect(optimizers).to_be_attached()


def test_groups_over_seeds_open_to_their_runs(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs?q=experiment+%3D+%22smoothing%22")
    _table(page, 16)
    page.get_by_role("button", name="no groups").click()
    page.get_by_role("radio", name="all params but the seed").click()
    grid = page.get_by_role("grid", name="Groups of runs")
    expect(grid).to_have_attribute("aria-rowcount", "5")
    group = grid.get_by_role("rowheader").filter(has_text="smoothing=0.1").first
    expect(group).to_contain_text("5")
    group.get_by_role("button").first.click()
    expect(grid).to_have_attribute("aria-rowcount", "10")


def test_keys_choose_runs_and_compare_them(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs?q=params.smoothing+%3D+0.1")
    _table(page, 5)
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    chosen = page.get_by_role("toolbar", name="Chosen runs")
    expect(chosen).to_contain_text("2 runs chosen")
    chosen.get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile(r"/compare\?runs=[0-9a-f]{32}(,|%2C)[0-9a-f]{32}"))
    page.go_back()
    _table(page, 5)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/runs/[0-9a-f]{32}$"))


def test_a_run_has_its_colour_wherever_it_is_met(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs")
    _table(page)
    colour = swatch_of(page, "diverged")
    page.goto(f"{address}/runs?q=status+%3D+%22failed%22")
    _table(page, 1)
    assert swatch_of(page, "diverged") == colour


def test_runs_are_held_against_a_baseline(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs?q=params.smoothing+%3D+0.1")
    grid = _table(page, 5)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.get_by_role("toolbar", name="Chosen runs").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Hold all runs against it").click()
    expect(page.get_by_text(re.compile("^against"))).to_be_visible()
    expect(grid).to_contain_text(re.compile(r"[+−]0\.\d"))
    assert "base=" in page.url


def test_what_is_seen_is_copied(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs?q=params.smoothing+%3D+0.1")
    _table(page, 5)
    for form, expected in {
        "Python": "params.smoothing = 0.1",
        "CSV": "seed",
        "Markdown": "| seed",
    }.items():
        page.get_by_role("button", name="copy", exact=True).click()
        page.get_by_role("menuitem", name=f"Copy as {form}").click()
        expect(page.get_by_text(re.compile(f"^Copied.*{form}"))).to_be_visible()
        assert expected in clipboard_of(page)


def test_names_are_shown_and_never_run(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/runs")
    grid = _table(page)
    expect(grid.get_by_role("link", name=HOSTILE)).to_be_attached()
    page.get_by_role("button", name="columns", exact=True).click()
    page.get_by_role("searchbox", name="Search columns").fill("onerror")
    expect(page.get_by_text(HOSTILE).first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(watched: Watched, address: str, scheme: str) -> None:
    page = watched.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{address}/runs")
    _table(page)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar", name="Chosen runs")).to_be_visible()
    assert faults(page) == []


def test_it_fits_a_telephone(watched: Watched, address: str) -> None:
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{address}/runs")
    _table(page)
    assert overflow_of(page) == 0


def test_parts_of_runs_are_counted_until_they_are_asked_for(
    watched: Watched, tmp_path: Path, made_store: Path
) -> None:
    assert made_store.exists()  # the page is built
    store = tmp_path / "store"
    with runlore.start_run("whole", store=store) as whole:
        for number in range(3):
            with runlore.start_run(f"part {number}", parent=whole, store=store):
                pass
    with served(store) as address:
        page = watched.page
        page.goto(f"{address}/runs")
        grid = _table(page, 1)
        parts = page.get_by_role("button", name="parts of runs")
        parts.click()
        _table(page, 4)
        assert "parts=1" in page.url
        page.reload()
        _table(page, 4)
        parts.click()
        _table(page, 1)
        grid.get_by_role("button", name="+ 3 runs").click()
        _table(page, 3)
        expect(grid.get_by_role("link", name="part 2")).to_be_visible()
        assert "q=parent" in page.url
        page.goto("about:blank")


def test_its_first_rows_are_asked_for_before_its_script_runs(
    watched: Watched, address: str
) -> None:
    page = watched.page
    query = "cols=metrics.loss,params.`smoothing`&sort=params.smoothing+desc,metrics.loss"
    page.goto(f"{address}/runs?{query}&q=not+name+=+%22a~*b%22")
    _table(page)
    asked = page.evaluate(
        "performance.getEntriesByType('resource').map(one => [one.name, one.initiatorType])"
    )
    assert [how for path, how in asked if "/api/v1/runs?" in path] == ["link"]
    page.goto(f"{address}/runs")
    _table(page)
    asked = page.evaluate(
        "performance.getEntriesByType('resource').map(one => [one.name, one.initiatorType])"
    )
    assert [how for path, how in asked if "/api/v1/runs/fields" in path] == ["link", "link"]
