"""What tests ask of a page again and again."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.sync_api import TimeoutError as Late

from tests.services.chromium import MOST_MILLISECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page


_OVERFLOW = (
    "Math.max(document.documentElement.scrollWidth, document.querySelector('main').scrollWidth)"
    " - innerWidth"
)


def overflow_of(page: Page) -> int:
    """Return by how many pixels the page is wider than its window, once it has settled."""
    with suppress(Late):
        page.wait_for_function(f"{_OVERFLOW} <= 0")
    width: int = page.evaluate(_OVERFLOW)
    return max(0, width)


def clipboard_of(page: Page) -> str:
    """Return the text that was copied."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def swatch_of(page: Page, run: str) -> str:
    """Return the colour that stands beside the name of a run."""
    link = page.get_by_role("link", name=run, exact=True).first
    colour: str = link.evaluate(
        """link => {
            const near = link.closest('[role=row], [role=rowheader], tr, li') ?? link.parentElement;
            return [...near.querySelectorAll('i, span')]
                .map(one => getComputedStyle(one).backgroundColor)
                .find(colour => colour !== 'rgba(0, 0, 0, 0)');
        }"""
    )
    return colour


def picture_of(canvas: Locator) -> str:
    """Return what is drawn on a canvas, to see whether it changed."""
    drawn: str = canvas.evaluate("canvas => canvas.toDataURL()")
    return drawn


def point_at(page: Page, chart: Locator, across: float, down: float) -> None:
    """Move the pointer to a place of the plot, told as shares of its size."""
    plot = chart.locator(".u-over").first
    plot.hover()
    left, top = _place_in(chart, across, down)
    page.mouse.move(left - 2, top)
    page.mouse.move(left, top)


def drag(page: Page, chart: Locator, begin: float, end: float) -> None:
    """Drag across the plot, from one share of its width to another."""
    page.mouse.move(*_place_in(chart, begin, 0.5))
    page.mouse.down()
    page.mouse.move(*_place_in(chart, (begin + end) / 2, 0.5))
    page.mouse.move(*_place_in(chart, end, 0.5))
    page.mouse.up()


def _place_in(chart: Locator, across: float, down: float) -> tuple[float, float]:
    plot = chart.locator(".u-over").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def rested(look: Callable[[], str], unlike: str | None = None) -> str:
    """Look until what is seen stays the same, and is not what it was; give up in time."""
    end = time.monotonic() + MOST_MILLISECONDS / 1000
    last = look()
    while time.monotonic() < end:
        time.sleep(0.2)
        now = look()
        if now == last != unlike:
            return now
        last = now
    return last
