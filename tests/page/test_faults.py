"""What goes wrong while one looks: said in place, in words, and nothing that was typed is lost."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

import runlore
from tests.page.conftest import served
from tests.survival.mounts import fill, small_disk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Locator, Page

    from tests.services.chromium import Watched

NOBODY = "0" * 31 + "1"
MIB = 1 << 20


def _record(place: Path, name: str = "first") -> str:
    with runlore.start_run(name, experiment="faults", params={"lr": 0.1}, store=place) as run:
        run.log({"loss": 1.0}, step=0)
        run.log({"loss": 0.5}, step=1)
    return run.id


@pytest.fixture
def store(tmp_path: Path, made_store: Path) -> Path:
    """A store of its own; with `made_store` only because the page must be built."""
    assert made_store.exists()
    place = tmp_path / "store"
    _record(place)
    return place


@pytest.fixture
def run(store: Path) -> str:
    (found,) = runlore.list_runs(store=store)
    return found.id


@pytest.fixture
def own(store: Path) -> Iterator[str]:
    with served(store) as found:
        yield found


def _is_live(page: Page) -> None:
    expect(page.get_by_role("button", name=re.compile("live$"))).to_be_visible()


def _type_note(page: Page, text: str) -> Locator:
    """Type a note, and leave it unsaved."""
    note = page.get_by_role("textbox", name="A new note")
    note.fill(text)
    return note


def _save_note(page: Page) -> None:
    page.get_by_role("button", name="Add the note").click()


def _notes(page: Page) -> Locator:
    return page.get_by_role("region", name="Notes").get_by_role("article")


@pytest.mark.parametrize("part", ["", "/curves", "/console", "/artifacts"])
def test_an_unknown_run_is_said_to_be_unknown(watched: Watched, own: str, part: str) -> None:
    page = watched.page
    page.goto(f"{own}/runs/{NOBODY}{part}")
    said = page.get_by_role("main")
    expect(said.get_by_role("alert")).to_contain_text(NOBODY[-8:])
    expect(said.get_by_role("alert")).to_contain_text(re.compile("no run"))
    said.get_by_role("link", name="To the runs").click()
    expect(page.get_by_role("link", name="first")).to_be_visible()


def test_unknown_experiments_and_unknown_runs_to_compare_are_said(
    watched: Watched, own: str, run: str
) -> None:
    page = watched.page
    page.goto(f"{own}/experiments/nothing-like-it")
    expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("nothing-like-it")
    page.goto(f"{own}/compare?runs={run},{NOBODY}")
    expect(page.get_by_role("main")).to_contain_text(NOBODY[-8:])
    page.goto(f"{own}/nowhere")
    expect(page.get_by_role("main")).to_contain_text("There is no page /nowhere")


def test_a_run_deleted_meanwhile_can_be_restored_where_one_reads_it(
    watched: Watched, own: str, run: str, store: Path
) -> None:
    page = watched.page
    page.goto(f"{own}/runs/{run}")
    note = _type_note(page, "half a thought")
    _is_live(page)
    runlore.get_run(run, store=store).delete()
    expect(page.get_by_text("This run is in the trash")).to_be_visible()
    expect(note).to_have_value("half a thought")
    page.goto(f"{own}/runs/{run}/curves")
    expect(page.get_by_role("slider", name="loss: place in x")).to_be_visible()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("This run is in the trash")).to_have_count(0)
    assert [one.id for one in runlore.list_runs(store=store)] == [run]


@pytest.mark.parametrize(
    ("broken", "spot"),
    [
        ("metrics.loss >> 3", "> 3"),
        ("params.lr = 0.1 and", " "),
        ("metrics.loss > 3 or or", "or"),
        ("🙂 = 1", "🙂"),
    ],
)
def test_a_caret_stands_under_the_spot_where_a_filter_breaks(
    watched: Watched, own: str, broken: str, spot: str
) -> None:
    page = watched.page
    page.goto(f"{own}/runs")
    expect(page.get_by_role("link", name="first")).to_be_visible()
    bar = page.get_by_role("combobox", name="Filter runs")
    bar.fill(broken)
    bar.press("Enter")
    said = page.get_by_role("alert")
    mark = said.locator("mark")
    expect(mark).to_be_visible()
    assert spot[:1] in (mark.text_content() or "")
    caret = mark.evaluate("one => getComputedStyle(one, '::after').content")
    assert set(caret.strip('"')) == {"^"}
    before = said.locator("pre").evaluate("one => one.firstChild.textContent")
    assert broken.startswith(before)
    expect(bar).to_have_value(broken)
    expect(page.get_by_role("link", name="first")).to_be_visible()  # what was shown stays
    bar.fill("params.lr = 0.1")
    bar.press("Enter")
    expect(said).to_be_hidden()


def test_a_store_moved_away_and_back_takes_no_word_with_it(
    watched: Watched, own: str, run: str, store: Path
) -> None:
    page = watched.page
    page.goto(f"{own}/runs/{run}")
    _is_live(page)
    note = _type_note(page, "typed before it went")
    hidden = store.with_name("elsewhere")
    store.rename(hidden)
    expect(page.get_by_role("alert").first).to_contain_text(str(store))
    expect(page.get_by_role("heading", level=1)).to_have_text("first")
    _save_note(page)
    expect(page.get_by_text("Not done").first).to_be_visible()
    expect(note).to_have_value("typed before it went")
    page.get_by_role("link", name="Experiments", exact=True).click()
    expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("store")
    page.go_back()
    hidden.rename(store)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("first")
    expect(note).to_have_value("typed before it went")
    _save_note(page)
    expect(_notes(page)).to_contain_text("typed before it went")


def test_a_page_opened_while_the_store_is_away_fills_when_it_is_back(
    watched: Watched, own: str, run: str, store: Path
) -> None:
    page = watched.page
    page.goto(f"{own}/runs/{run}")
    expect(page.get_by_role("heading", level=1)).to_have_text("first")
    hidden = store.with_name("elsewhere")
    store.rename(hidden)
    expect(page.get_by_role("alert").first).to_be_visible()
    for path in ("/", "/experiments/faults", "/runs", f"/runs/{run}"):
        page.goto(f"{own}{path}")
        expect(page.get_by_role("alert").first).to_contain_text("store")
    hidden.rename(store)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("first")


def test_a_killed_server_started_again_has_lost_nothing(
    watched: Watched, store: Path, run: str
) -> None:
    page = watched.page
    other = page.context.new_page()
    with served(store, ending=signal.SIGKILL) as address:
        port = urlsplit(address).port
        page.goto(f"{address}/runs/{run}")
        other.goto(f"{address}/runs")
        expect(other.get_by_role("link", name="first")).to_be_visible()
        bar = other.get_by_role("combobox", name="Filter runs")
        bar.fill("params.lr > ")
        note = _type_note(page, "typed before it died")
        _is_live(page)
        _is_live(other)
    for one in (page, other):
        expect(one.get_by_role("button", name=re.compile("not connected$"))).to_be_visible()
    _save_note(page)
    expect(page.get_by_text("Not done: the server doesn't answer")).to_be_visible()
    page.get_by_role("link", name="Console").click()
    runlore.get_run(run, store=store).add_tag("meanwhile")
    _record(store, "second")
    with served(store, port):
        _is_live(page)
        expect(page.get_by_role("button", name="Remove the tag meanwhile")).to_be_visible()
        expect(page.get_by_role("main").get_by_role("alert")).to_have_count(0)
        newcomer = other.get_by_role("link", name="second")
        expect(newcomer.or_(other.get_by_role("button", name="1 new run"))).to_be_visible()
        expect(bar).to_have_value("params.lr > ")
        page.get_by_role("link", name="Overview").click()
        expect(note).to_have_value("typed before it died")
        _save_note(page)
        expect(_notes(page)).to_contain_text("typed before it died")
        other.close()


def test_a_note_waits_until_a_full_disk_has_room(
    watched: Watched, made_store: Path, tmp_path: Path
) -> None:
    assert made_store.exists()
    page = watched.page
    with small_disk(tmp_path / "disk", 16 * MIB) as disk:
        run = _record(disk / "store")
        with served(disk / "store") as address:
            page.goto(f"{address}/runs/{run}")
            _is_live(page)
            note = _type_note(page, "found no room")
            ballast = fill(disk)
            expect(page.get_by_role("alert").first).to_contain_text(re.compile("full|room"))
            _save_note(page)
            failed = page.get_by_text("Not done").first
            expect(failed).to_contain_text(re.compile("full|no room|No space"))
            expect(note).to_have_value("found no room")
            expect(_notes(page)).to_have_count(0)
            page.get_by_role("link", name="Curves").click()
            expect(page.get_by_role("slider", name="loss: place in x")).to_be_visible()
            page.get_by_role("link", name="Overview").click()
            ballast.unlink()
            expect(page.get_by_role("alert")).to_have_count(0)
            expect(note).to_have_value("found no room")
            _save_note(page)
            expect(_notes(page)).to_contain_text("found no room")
        (kept,) = runlore.list_runs(store=disk / "store")
        assert [one.text for one in kept.notes] == ["found no room"]


def test_a_seventh_tab_of_a_browser_stalls_as_little_as_the_first(
    chromium: BrowserContext, own: str, store: Path
) -> None:
    tabs = [chromium.new_page() for _ in range(8)]
    try:
        for tab in tabs:
            tab.goto(f"{own}/runs")
            expect(tab.get_by_role("link", name="first")).to_be_visible()
            _is_live(tab)
        _record(store, "second")
        for tab in tabs:
            newcomer = tab.get_by_role("link", name="second")
            expect(newcomer.or_(tab.get_by_role("button", name="1 new run"))).to_be_visible()
    finally:
        for tab in tabs:
            tab.close()
