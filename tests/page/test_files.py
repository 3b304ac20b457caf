"""A page in one file, and pages of very many names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

import runlore
from runlore.server.exporting import export_page
from tests.page.conftest import served

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services.chromium import Watched

METRICS = 10_000


def test_an_exported_page_needs_no_network(
    watched: Watched, made_store: Path, tmp_path: Path
) -> None:
    page = watched.page
    target = tmp_path / "out.html"
    export_page(['experiment = "smoothing"'], output=str(target), store=str(made_store))
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "console", lambda message: said.append(message.text) if message.type == "error" else None
    )
    page.goto(target.as_uri())
    watched.strangers.clear()  # the file itself
    expect(page.get_by_text("a snapshot")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("val_acc")
    page.get_by_role("main").get_by_text("Curves", exact=True).click()
    expect(page.locator("canvas").first).to_be_visible()
    assert [one for one in asked if not one.startswith(("data:", "blob:"))] == [target.as_uri()]
    assert said == []


def test_the_file_of_one_run_tells_what_it_holds_and_what_it_does_not(
    watched: Watched, made_store: Path, tmp_path: Path
) -> None:
    page = watched.page
    target = tmp_path / "one.html"
    (run,) = runlore.search_runs("params.smoothing = 0.1 and params.seed = 0", store=made_store)
    export_page([run.id], output=str(target), store=str(made_store))
    page.goto(target.as_uri())
    watched.strangers.clear()  # the file itself
    main, alerts = page.get_by_role("main"), page.get_by_role("alert")
    expect(main.get_by_role("region", name="Params")).to_contain_text("smoothing")
    expect(main.get_by_role("region", name="Metrics")).to_contain_text("val_acc")
    expect(main.get_by_role("region", name="Notes")).to_contain_text("looks fine so far")
    expect(main.get_by_role("region", name="Lineage")).to_contain_text("report.md")
    expect(alerts).to_have_count(0)
    parts = page.get_by_role("navigation", name="Parts of the run")
    expect(parts.get_by_role("link")).to_have_count(2)
    expect(parts).to_contain_text("not in this file")
    page.keyboard.press("2")
    expect(page.get_by_role("slider", name="loss: place in x")).to_be_visible()
    expect(alerts).to_have_count(0)
    for part in ("media", "system", "console", "artifacts", "code"):
        page.goto(f"{target.as_uri()}#/runs/{run.id}/{part}")
        expect(main).to_contain_text(f"The {part} of a run")
        expect(main).to_contain_text("not in this file")
    for place in ("experiments/smoothing", "experiments", f"runs/{'0' * 32}"):
        page.goto(f"{target.as_uri()}#/{place}")
        expect(main).to_contain_text(re.compile("not in this file", re.IGNORECASE))
    page.goto(f"{target.as_uri()}#/runs")
    expect(page.get_by_role("grid", name="Runs")).to_have_attribute("aria-rowcount", "2")
    expect(alerts).to_have_count(0)


def test_a_comparison_in_one_file_shows_no_error_on_any_part(
    watched: Watched, made_store: Path, tmp_path: Path
) -> None:
    page = watched.page
    target = tmp_path / "out.html"
    export_page(["params.seed <= 1"], output=str(target), store=str(made_store))
    page.goto(target.as_uri())
    watched.strangers.clear()
    parts = page.get_by_role("main").get_by_role("navigation").first.get_by_role("link")
    expect(parts.first).to_be_visible()
    for part in parts.all():
        part.click()
        expect(part).to_have_attribute("aria-current", "page")
        page.wait_for_timeout(300)
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.get_by_role("main")).not_to_contain_text("ot in this file")


def test_a_notebook_shows_a_run_and_runs_without_an_error(
    watched: Watched, made_store: Path, tmp_path: Path
) -> None:
    page = watched.page
    runs = runlore.search_runs("params.smoothing = 0.1 and params.seed <= 1", store=made_store)
    one, few = next(iter(runs))._repr_html_(), runs._repr_html_()
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!doctype html><meta charset=utf-8>{one}{few}", encoding="utf-8")
    page.goto(notebook.as_uri())
    watched.strangers.clear()
    single, several = page.frame_locator("iframe >> nth=0"), page.frame_locator("iframe >> nth=1")
    expect(single.get_by_role("region", name="Metrics")).to_contain_text("val_acc")
    single.get_by_role("link", name="Curves").click()
    expect(single.get_by_role("slider", name="loss: place in x")).to_be_visible()
    expect(several.get_by_role("heading", name="Compare 2 runs")).to_be_visible()
    several.locator("main a[href^='#/runs/']").first.click()
    expect(several.get_by_text("This run's own page is not in this file")).to_be_visible()
    for frame in (single, several):
        expect(frame.get_by_role("alert")).to_have_count(0)


def test_ten_thousand_names_stay_usable(watched: Watched, made_store: Path, tmp_path: Path) -> None:
    assert made_store.exists()  # the page is built
    store = tmp_path / "store"
    with runlore.start_run("wide", store=store) as run:
        for step in range(2):
            run.log({f"layer_{i // 100:03}/weight_{i % 100:02}": i * step for i in range(METRICS)},
                    step=step)  # fmt: skip
    page = watched.page
    with served(store) as address:
        page.goto(f"{address}/runs/{run.id}/curves")
        expect(page.get_by_role("button", name="layer_000 100", exact=True)).to_be_visible()
        assert page.get_by_role("figure").count() < 60
        page.get_by_role("searchbox", name="charts whose name matches").fill("_099/.*_4[27]$")
        expect(page.get_by_text("2 of 10000")).to_be_visible()
        expect(page.get_by_role("figure")).to_have_count(2)
