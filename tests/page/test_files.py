"""A page in one file, and pages of very many names."""

from __future__ import annotations

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
