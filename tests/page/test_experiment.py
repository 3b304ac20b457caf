"""An experiment: what the data say, its groups over seeds, and the curves beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import runlore
from tests.page.axe import faults
from tests.page.looking import clipboard_of, drag, overflow_of, picture_of, point_at, rested
from tests.page.stores import QUESTION

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.services.chromium import Watched

PLACE = "/experiments/smoothing"
CHARTS = 3


def _chart(page: Page, title: str) -> Locator:
    """Return the chart of a metric, once it is drawn."""
    plot = page.get_by_role("slider", name=f"{title}: place in x")
    expect(plot.locator("canvas").first).to_be_visible()
    return page.get_by_role("figure").filter(has=plot)


def _open(watched: Watched, address: str, query: str = "") -> Page:
    page = watched.page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{address}{PLACE}{query}")
    for title in ("val_acc", "loss", "train/grad_norm"):
        _chart(page, title)
    return page


def test_its_first_screen_says_who_leads_and_how_sure_that_is(
    watched: Watched, address: str
) -> None:
    page = _open(watched, address)
    assert page.title() == f"{QUESTION} · Runlore"
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    main = page.get_by_role("main")
    expect(main).to_contain_text("smoothing=0.1 leads on val_acc")
    expect(main).to_contain_text(re.compile("0.7797 ± 0.0015.*5 seeds each"))
    expect(main).to_contain_text(re.compile("95 % interval"))
    page.get_by_role("button", name="Why").click()
    expect(main).to_contain_text(re.compile("Holm|t-test|Welch"))
    plan = page.get_by_role("figure", name="The plan")
    expect(plan.get_by_role("link")).to_have_count(16)
    expect(plan).to_contain_text("4 not run")


def test_what_it_asks_first_was_asked_before_its_script_ran(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    asked = page.evaluate(
        "performance.getEntriesByType('resource').map(one => [one.name, one.initiatorType])"
    )
    first = [[path.removeprefix(address), how] for path, how in asked if "/api/" in path]
    view = ["/api/v1/experiments/smoothing?tables=1000", "link"]
    assert [one for one in first if "/experiments/" in one[0]] == [view]
    assert not [one for one in first if re.search("/(groups|runs)[?]", one[0])]


def test_hidden_runs_go_with_the_address(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    eye = page.get_by_role("button", name=re.compile("^Draw ")).first
    eye.click()
    expect(eye).to_have_attribute("aria-pressed", "false")
    expect(page).to_have_url(re.compile("hide=[0-9a-f]{8}"))
    page.reload()
    expect(page.get_by_role("button", name="1 hidden: show")).to_be_visible()
    page.get_by_role("button", name="1 hidden: show").click()
    expect(page).not_to_have_url(re.compile("hide="))


def test_an_undecided_experiment_says_so(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/experiments/widths")
    expect(page.get_by_role("main")).to_contain_text("within noise")


def test_groups_show_their_seeds(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    table = page.get_by_role("treegrid")
    group = table.get_by_role("row").filter(has_text=re.compile("smoothing=0.1 ?n 5"))
    expect(group).to_contain_text("0.7797")
    expect(group.get_by_role("img")).to_have_accessible_name(re.compile("95 % interval"))
    runs = table.get_by_role("row").filter(has=page.get_by_role("button", name=re.compile("^Draw")))
    expect(runs).to_have_count(16)
    group.get_by_role("button", name="Close smoothing=0.1").click()
    expect(runs).to_have_count(11)
    assert "turned=" in page.url


def test_charts_hide_neither_spikes_nor_what_is_not_a_number(
    watched: Watched, address: str
) -> None:
    page = _open(watched, address)
    loss = _chart(page, "loss")
    expect(loss).to_contain_text("2 NaN at 60, 61")
    expect(loss).to_contain_text("16 runs · 3,001 points")
    loss.get_by_role("slider").press("t")
    expect(page.get_by_role("region", name="loss as a table")).to_contain_text("9.5")


def test_dragging_zooms_all_charts_and_there_is_a_way_back(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    loss, accuracy = _chart(page, "loss"), _chart(page, "val_acc")
    drag(page, loss, 0.3, 0.6)
    expect(loss).to_contain_text(re.compile(r"[\d,]+ of 3,001 points"))
    expect(accuracy).to_contain_text(re.compile(r"[\d,]+ of 3,015 points"))
    assert "z=step" in page.url
    address_of_zoom = page.url
    plot = loss.get_by_role("slider")
    plot.locator(".u-over").dblclick()
    expect(loss).to_contain_text("16 runs · 3,001 points")
    page.go_back()
    expect(loss).to_contain_text(re.compile(r"[\d,]+ of 3,001 points"))
    page.go_back()
    expect(loss).to_contain_text("16 runs · 3,001 points")
    page.goto(address_of_zoom)
    expect(_chart(page, "loss")).to_contain_text(re.compile(r"[\d,]+ of 3,001 points"))


def test_one_crosshair_stands_in_every_chart(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    expect(page.locator("i.cross")).to_have_count(0)
    point_at(page, _chart(page, "loss"), 0.5, 0.5)
    expect(page.locator("i.cross")).to_have_count(CHARTS)


def test_who_is_pointed_at_lights_up_in_the_charts(watched: Watched, address: str) -> None:
    page = _open(watched, address, "?band=runs")
    overlay = _chart(page, "loss").get_by_role("slider").locator("canvas").last
    before = rested(lambda: picture_of(overlay))
    page.get_by_role("treegrid").get_by_role("link", name="diverged").hover()
    page.get_by_role("treegrid").get_by_role("link").first.hover()
    after = rested(lambda: picture_of(overlay), unlike=before)
    assert after != before


def test_the_tooltip_has_the_nearest_first_and_exact_values(watched: Watched, address: str) -> None:
    page = _open(watched, address, "?band=runs")
    loss = _chart(page, "loss")
    slider = loss.get_by_role("slider")
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    tooltip = loss.locator(".tooltip")
    expect(tooltip).to_contain_text("step 2")
    expect(tooltip).to_contain_text("exactly")
    expect(tooltip).to_contain_text("and 8 more")
    slider.press("Escape")
    expect(tooltip).to_be_hidden()


def test_a_group_as_baseline_is_what_charts_and_tables_hold_others_against(
    watched: Watched, address: str, made_store: Path
) -> None:
    # All five seeds without smoothing are tagged `baseline`: no run of them is one alone.
    page = _open(watched, address)
    chart = _chart(page, "val_acc")
    point_at(page, chart, 0.95, 0.2)
    differences = chart.locator("td.difference")
    expect(differences.filter(has_text="baseline")).to_have_count(1)
    expect(differences.filter(has_text="+")).not_to_have_count(0)
    page = _open(watched, address, "?band=runs")
    point_at(page, chart, 0.95, 0.2)
    expect(differences.filter(has_text=re.compile("[+−]"))).not_to_have_count(0)

    # A run of another group differs from the mean of the five.
    page.goto(f"{address}{PLACE}?list=runs&cols=metrics.val_acc")
    grid = page.get_by_role("grid", name="Runs")
    found = runlore.search_runs("experiment = 'smoothing' and status = finished", store=made_store)
    last = {run.id: run.metrics["val_acc"] for run in found}
    held = [last[run.id] for run in found if "baseline" in run.tags]
    best = max(last, key=lambda run: last[run])
    name = grid.get_by_role("row").filter(has=page.locator(f"a[href*='{best}']"))
    row = grid.locator(f"[aria-rowindex='{name.get_attribute('aria-rowindex')}']").last
    expect(row).to_contain_text("+")
    (said,) = re.findall(r"\+([\d.]+)", row.inner_text())
    assert float(said) == pytest.approx(last[best] - sum(held) / len(held), rel=0.06)


def test_smoothing_is_said_and_keeps_what_was_measured(watched: Watched, address: str) -> None:
    page = _open(watched, address, "?band=runs&sm=0.9")
    loss = _chart(page, "loss")
    point_at(page, loss, 0.5, 0.5)
    tooltip = loss.locator(".tooltip")
    expect(tooltip).to_contain_text("smoothed")
    expect(tooltip).to_contain_text("raw")
    expect(page.get_by_role("slider", name="smoothing")).to_have_attribute("aria-valuetext", "0.9")


def test_x_is_step_time_or_a_metric(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    points = "16 runs · 3,001 points"
    page.get_by_role("group", name="x of all charts").get_by_text("time", exact=True).click()
    expect(_chart(page, "loss")).to_contain_text(points)
    assert "x=relative" in page.url
    page.get_by_role("combobox", name="a metric as x").select_option("metric:val_acc")
    expect(_chart(page, "loss")).to_contain_text("15 runs · 3,000 points")


def test_log_axes_count_what_they_cannot_show(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    page.get_by_role("button", name="log y").click()
    expect(_chart(page, "val_acc")).to_contain_text(re.compile("points? ≤ 0 not on a log axis"))
    assert "ly=*" in page.url


def test_a_robust_range_counts_what_sticks_out(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    page.get_by_role("button", name="no outliers").click()
    expect(_chart(page, "loss")).to_contain_text(re.compile("[1-9][0-9,]* points? outside"))


def test_groups_are_drawn_as_means_with_a_band(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    accuracy = _chart(page, "val_acc")
    canvas = accuracy.get_by_role("slider").locator("canvas").first
    seen = rested(lambda: picture_of(canvas))
    ways = page.get_by_role("group", name="runs or groups")
    for band in ("ci", "range", "runs"):
        if band == "runs":
            ways.get_by_text("runs", exact=True).click()
        else:
            page.get_by_role("combobox", name="band around the mean").select_option(band)
        now = rested(lambda: picture_of(canvas), unlike=seen)
        assert now != seen
        seen = now
        assert f"band={band}" in page.url
    ways.get_by_text("mean", exact=True).click()
    point_at(page, accuracy, 0.5, 0.3)
    expect(accuracy.locator(".tooltip")).to_contain_text("n 5")


def test_charts_are_found_by_regex(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    search = page.get_by_role("searchbox", name="charts whose name matches")
    search.fill("grad|acc$")
    expect(page.get_by_role("slider", name="loss: place in x")).not_to_be_attached()
    expect(page.get_by_text("2 of 3")).to_be_visible()
    search.fill("grad(")
    expect(search).to_have_attribute("aria-invalid", "true")
    expect(search).to_have_value("grad(")


def test_charts_work_by_keyboard_alone(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    slider = page.get_by_role("slider", name="loss: place in x")
    slider.focus()
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^step .*: "))
    slider.press("+")
    page.wait_for_url("**z=step**")
    slider.press("0")
    page.wait_for_url(lambda url: "z=" not in url)
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert "full=" in page.url
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    expect(dialog).to_contain_text("full screen")


def test_a_chart_is_taken_along(watched: Watched, address: str) -> None:
    page = _open(watched, address)
    for form, expected in {"Python": "runlore", "CSV": "x_first", "Markdown": "| "}.items():
        page.get_by_role("button", name="loss: more").click()
        page.get_by_role("menuitem", name=f"Copy as {form}").click()
        expect(page.get_by_role("status").filter(has_text=form).first).to_be_visible()
        assert expected in clipboard_of(page)
        page.get_by_role("button", name="Dismiss").first.click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(watched: Watched, address: str, scheme: str) -> None:
    watched.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert faults(_open(watched, address)) == []


def test_it_fits_a_telephone(watched: Watched, address: str) -> None:
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{address}{PLACE}")
    expect(page.get_by_role("treegrid")).to_be_visible()
    assert overflow_of(page) == 0
