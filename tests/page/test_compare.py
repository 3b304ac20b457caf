"""Runs beside each other."""

from __future__ import annotations

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
