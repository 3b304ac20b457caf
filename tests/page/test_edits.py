"""What the page changes: each change is said, recorded, and can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import runlore
from tests.page.conftest import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.services.chromium import Watched


@pytest.fixture
def store(tmp_path: Path, made_store: Path) -> Path:
    """A store of its own; with `made_store` only because the page must be built."""
    assert made_store.exists()
    place = tmp_path / "store"
    with runlore.start_run("first", experiment="edits", params={"lr": 0.1}, store=place) as run:
        run.log({"loss": 1.0}, step=0)
        run.log({"loss": 0.5}, step=1)
    return place


@pytest.fixture
def own(store: Path) -> Iterator[str]:
    with served(store) as found:
        yield found


def _undo(page: Page) -> None:
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_text("Undone").last).to_be_visible()


def test_changes_are_said_and_undone(watched: Watched, own: str, store: Path) -> None:
    page = watched.page
    (run,) = runlore.list_runs(store=store)
    page.goto(f"{own}/runs/{run.id}")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("first")

    page.keyboard.press("e")
    page.get_by_role("textbox", name="Name of the run").fill("second")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("second")
    _undo(page)
    expect(heading).to_have_text("first")

    page.keyboard.press("t")
    page.get_by_role("combobox", name="Tag to add").fill("paper")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove the tag paper")).to_be_visible()
    assert "paper" in runlore.get_run(run.id, store=store).tags
    _undo(page)
    expect(page.get_by_role("button", name="Remove the tag paper")).to_have_count(0)

    page.get_by_role("textbox", name="A new note").fill("<b>fine</b> *so far*")
    page.keyboard.press("Control+Enter")
    notes = page.get_by_role("region", name="Notes").get_by_role("article")
    expect(notes).to_contain_text("<b>fine</b> so far")
    _undo(page)
    expect(notes).to_have_count(0)

    page.get_by_role("button", name="What can be done with this run").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(page.get_by_text("This run is in the trash")).to_be_visible()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("This run is in the trash")).to_have_count(0)
    assert [one.id for one in runlore.list_runs(store=store)] == [run.id]


def test_what_was_typed_is_never_lost(watched: Watched, own: str, store: Path) -> None:
    page = watched.page
    (run,) = runlore.list_runs(store=store)
    page.route("**/api/v1/edits/**", lambda route: route.abort())
    page.goto(f"{own}/runs/{run.id}")
    note = page.get_by_role("textbox", name="A new note")
    note.fill("long thought")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_text("Not done").first).to_be_visible()
    expect(note).to_have_value("long thought")
    page.keyboard.press("Escape")
    note.blur()
    page.keyboard.press("e")
    name = page.get_by_role("textbox", name="Name of the run")
    name.fill("a better name")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not done")).to_have_count(2)
    expect(name).to_have_value("a better name")


def test_a_view_is_saved_under_a_name(watched: Watched, own: str) -> None:
    page = watched.page
    page.goto(f"{own}/runs?q=params.lr+%3D+0.1")
    page.get_by_role("button", name="views", exact=True).click()
    page.get_by_role("textbox", name="Name of the view").fill("slow ones")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="view: slow ones", exact=True)).to_be_visible()
    page.goto(f"{own}/runs")
    page.get_by_role("button", name="views", exact=True).click()
    page.get_by_role("link", name="slow ones").click()
    expect(page.get_by_role("combobox", name="Filter runs")).to_have_value("params.lr = 0.1")
