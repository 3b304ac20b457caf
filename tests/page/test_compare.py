"""Runs beside each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import runlore
from tests.page.axe import faults
from tests.page.looking import overflow_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services.chromium import Watched


@pytest.fixture(scope="module")
def place(made_store: Path) -> str:
    """Return the path of a comparison of two seeds of two smoothings."""
    runs = runlore.search_runs(
        "params.seed <= 1 and params.smoothing <= 0.1 order by params.seed", store=made_store
    )
    return f"/compare?runs={','.join(run.id for run in runs)}"


def test_only_what_differs_is_shown_until_one_asks(
    watched: Watched, address: str, place: str
) -> None:
    page = watched.page
    page.goto(address + place)
    expect(page.get_by_role("heading", name="Compare 4 runs")).to_be_visible()
    main = page.get_by_role("main")
    expect(main).to_contain_text("smoothing")
    optimizer = main.get_by_text("optimizer", exact=True)
    expect(optimizer).to_have_count(0)
    page.get_by_role("button", name="Only what differs").click()
    expect(optimizer.first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits_a_telephone(
    watched: Watched, address: str, place: str, scheme: str
) -> None:
    page = watched.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(address + place)
    expect(page.get_by_role("button", name="Only what differs")).to_be_visible()
    assert faults(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert overflow_of(page) == 0


def test_brushes_of_parallel_coordinates_filter_the_table(
    watched: Watched, address: str, made_store: Path
) -> None:
    page = watched.page
    runs = runlore.search_runs("experiment = 'smoothing' and status = finished", store=made_store)
    address += f"/compare?runs={','.join(run.id for run in runs)}&tab=parallel"
    page.goto(f"{address}&axes=params.smoothing,metrics.val_acc")
    table = page.get_by_role("region", name="Runs that pass")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(15)

    # With the hand: the middle of the first axis holds the runs with 0.1 of 0, 0.1 and 0.2.
    axis = page.locator(".field i").first.bounding_box()
    assert axis is not None
    x = axis["x"] + axis["width"] / 2
    page.mouse.move(x, axis["y"] + axis["height"] * 0.7)
    page.mouse.down()
    page.mouse.move(x, axis["y"] + axis["height"] * 0.5)
    page.mouse.move(x, axis["y"] + axis["height"] * 0.3)
    page.mouse.up()
    expect(rows).to_have_count(5)
    expect(table).to_contain_text("5 runs pass")
    for cell in rows.locator("td:nth-of-type(1)").all():
        expect(cell).to_have_text("0.1")
    page.get_by_role("button", name="Go on with these 5").wait_for()
    page.reload()  # the brush stands in the address
    expect(rows).to_have_count(5)

    # With keys: to the least of the second axis's best, and away again.
    accuracy = page.get_by_role("button", name=re.compile("^val_acc|metrics.val_acc"))
    accuracy.focus()
    page.keyboard.press("ArrowUp")
    both = int(table.locator("th").first.inner_text().split()[0])
    assert both <= 5
    page.keyboard.press("Escape")
    expect(rows).to_have_count(5)
    page.get_by_role("button", name=re.compile("smoothing: 0")).focus()
    page.keyboard.press("Escape")
    expect(rows).to_have_count(15)
    page.mouse.click(x, axis["y"] + 5)
    expect(rows).to_have_count(15)
