"""The list of experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.page.axe import faults
from tests.page.stores import HOSTILE, QUESTION

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.services.chromium import Watched


def test_each_is_a_question_with_how_its_answer_stands(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(address)
    row = page.get_by_role("listitem").filter(has_text=QUESTION)
    expect(row).to_contain_text("smoothing=0.1")
    expect(row).to_contain_text("clear lead")
    expect(row).to_contain_text("n 5")
    expect(row).to_contain_text("16 runs")
    expect(row).to_contain_text("1 failed")
    undecided = page.get_by_role("listitem").filter(has_text="Does width matter?")
    expect(undecided).to_contain_text("within noise")
    assert page.title() == "Experiments · Runlore"


def test_verdicts_that_take_longer_than_the_list_come_after_it(
    watched: Watched, address: str
) -> None:
    page = watched.page
    answers: list[dict[str, Any]] = []

    def without_verdicts(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        if not answers:
            for item in body["items"]:
                item["verdict"] = None
        answers.append(body)
        route.fulfill(response=response, json=body)

    page.route("**/api/v1/experiments?*", without_verdicts)
    page.goto(address)
    row = page.get_by_role("listitem").filter(has_text=QUESTION)
    expect(row).to_contain_text("clear lead")
    expect(row).not_to_contain_text("comparing its runs")
    assert len(answers) == 2


def test_what_is_searched_for_stands_in_the_address(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(address)
    expect(page.get_by_role("listitem")).to_have_count(3)
    page.keyboard.press("/")
    page.keyboard.type("smoothing")
    expect(page.get_by_role("listitem")).to_have_count(1)
    assert page.url.endswith("?q=smoothing")
    page.reload()
    expect(page.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("searchbox").fill("nothing like it")
    expect(page.get_by_text("No experiment has “nothing like it”")).to_be_visible()


def test_keys_lead_to_an_experiment_and_back(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(address)
    expect(page.get_by_role("listitem")).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/experiments/*")
    page.go_back()
    expect(page.get_by_role("listitem")).to_have_count(3)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next experiment")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_names_are_shown_and_never_run(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(address)
    expect(page.get_by_role("link", name=HOSTILE)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(watched: Watched, address: str, scheme: str) -> None:
    page = watched.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(address)
    expect(page.get_by_role("listitem")).to_have_count(3)
    assert faults(page) == []


def test_it_fits_a_telephone(watched: Watched, address: str) -> None:
    page = watched.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address)
    expect(page.get_by_role("listitem")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('main').scrollWidth") <= 390
