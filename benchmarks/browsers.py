"""A headless Chromium that opens pages of a server and times what is drawn."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.processes import MeasurementFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WINDOW = {"width": 1440, "height": 900}
PATIENCE_MILLISECONDS = 60_000
CALM_MILLISECONDS = 400
QUIET_SECONDS = 1.0


class Looks(NamedTuple):
    """What rows and drawn charts are on a page: selectors."""

    rows: str = "[role=rowheader] a, li a.question"
    charts: str = "figure .uplot canvas"


OUR_LOOKS = Looks()

# Runs before anything of the page: notes when rows and charts are first drawn, and any chart last.
_WATCH = """
window.seenAt = { charts: 0 };
(() => {
    const clear = CanvasRenderingContext2D.prototype.clearRect;
    CanvasRenderingContext2D.prototype.clearRect = function (...box) {
        this.canvas.drawnAt = performance.now();
        return clear.apply(this, box);
    };
    const watch = now => {
        if (!seenAt.rows && document.querySelector(LOOKS.rows)) seenAt.rows = now;
        const charts = document.querySelectorAll(LOOKS.charts).length;
        if (charts > 0 && !seenAt.firstChart) seenAt.firstChart = now;
        if (charts > seenAt.charts) [seenAt.charts, seenAt.lastChart] = [charts, now];
        requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
})();
"""
# Notes when a text arrives in the page, by either way to ask for it.
_LISTEN = """
window.awaited = { text: null, is_here: false };
(() => {
    const look = text => {
        if (awaited.text !== null && text.includes(awaited.text)) awaited.is_here = true;
    };
    const ask = window.fetch;
    window.fetch = async (...all) => {
        const answer = await ask(...all);
        if (awaited.text !== null) answer.clone().text().then(look, () => {});
        return answer;
    };
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (...all) {
        this.addEventListener('load', () => {
            if (['', 'text'].includes(this.responseType)) look(this.responseText);
            else if (this.responseType === 'json') look(JSON.stringify(this.response));
        });
        return send.apply(this, all);
    };
})();
"""
_ANSWERS = "performance.getEntriesByType('resource').length"
_TRANSFER = """() => {
    const of = performance.getEntriesByType('resource');
    const sum = list => list.reduce((all, one) => all + one.transferSize, 0);
    const data = of.filter(one => one.name.includes('/api/'));
    const curves = data.filter(one => one.name.includes('/curves'));
    return {
        script_bytes: sum(of.filter(one => !data.includes(one)))
            + performance.getEntriesByType('navigation')[0].transferSize,
        data_bytes: sum(data),
        asked: Math.min(...curves.map(one => one.startTime), Number.MAX_VALUE),
    };
}"""
_SCROLL = """([across, frames]) => new Promise(done => {
    const box = document.querySelector('[role=grid]');
    const deltas = [];
    let last = performance.now();
    const step = now => {
        deltas.push(now - last);
        last = now;
        if (deltas.length > frames) {
            box.scrollTo(0, 0);
            return done(deltas.slice(2));
        }
        if (across) box.scrollLeft = (box.scrollLeft + 40) % (box.scrollWidth - box.clientWidth);
        else box.scrollTop += 260;
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
})"""
# Acts, and tells the milliseconds to the frame after what it looks at has changed; of the cross
# hair to the change itself, since frames, which come every 16.7 ms, would say nothing of it.
_CHANGE = """([action, look, text]) => new Promise(done => {
    const all = name => [...document.querySelectorAll(name)];
    const seen = {
        rows: () => all('[role=rowheader] a').map(one => one.href).join(),
        charts: () => visible.every(one => one.drawnAt > began) ? 'all drawn anew' : '',
        cross: () => document.querySelector('i.cross')?.style.transform ?? '',
    }[look];
    const input = document.querySelector('input[role=combobox]');
    const act = {
        sort: () => document.querySelectorAll('[role=columnheader] button')[Number(text)].click(),
        filter: () => {
            input.focus();
            input.value = text;
            input.dispatchEvent(new Event('input', { bubbles: true }));
            input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
        },
        zoom: () => {
            const query = new URLSearchParams(location.search);
            query.set('z', text);
            history.pushState(null, '', `?${query}`);
            dispatchEvent(new PopStateEvent('popstate'));
        },
        hover: () => {
            const over = document.querySelector('figure .u-over');
            const box = over.getBoundingClientRect();
            const place = {
                clientX: box.left + box.width * Number(text), clientY: box.top + box.height / 2,
                bubbles: true,
            };
            over.dispatchEvent(new MouseEvent('mouseenter', place));
            over.dispatchEvent(new MouseEvent('mousemove', place));
        },
    }[action];
    const isVisible = box => box.bottom > 0 && box.top < innerHeight && box.width > 0;
    const visible = all('figure .uplot canvas')
        .filter(one => isVisible(one.getBoundingClientRect()));
    let began = Infinity;
    const before = seen();
    if (look === 'cross') {
        const watcher = new MutationObserver(() => {
            if (seen() === before) return;
            watcher.disconnect();
            done(performance.now() - began);
        });
        watcher.observe(document.body, { subtree: true, childList: true, attributes: true });
    }
    began = performance.now();
    act();
    const wait = () => {
        if (performance.now() - began > 20000) return done(null);
        if (seen() !== before) return done(performance.now() - began);
        requestAnimationFrame(wait);
    };
    requestAnimationFrame(wait);
})"""


class Browser:
    """A browser that has seen nothing yet, and one page in it."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self._context = context
        self._address = address
        self._page: Page = context.new_page()
        self._page.set_default_timeout(PATIENCE_MILLISECONDS)
        self._received = [0.0]

    def watch_transfer(self) -> None:
        """Count from now on what comes over the wire, as `received_bytes` says."""

        def count(event: dict[str, float]) -> None:
            self._received[0] += event["encodedDataLength"]

        session = self._context.new_cdp_session(self._page)
        session.on("Network.loadingFinished", count)
        session.send("Network.enable")

    @property
    def received_bytes(self) -> float:
        """What came over the wire, compressed, with its heads, since `watch_transfer`."""
        return self._received[0]

    def open(self, path: str, charts: int) -> dict[str, float]:
        """Open a page; return when rows and charts were drawn, and the bytes that it took.

        Waits until at least so many charts are drawn, and no more come.
        """
        self._page.goto(self._address + path)
        last, since = -1.0, time.monotonic()
        end = since + PATIENCE_MILLISECONDS / 1e3
        while True:
            seen: dict[str, float] = self._page.evaluate("window.seenAt")
            is_there = seen["charts"] >= charts and (charts > 0 or "rows" in seen)
            if seen["charts"] != last:
                last, since = seen["charts"], time.monotonic()
            elif is_there and time.monotonic() - since > QUIET_SECONDS:
                break
            if time.monotonic() > end:
                raise MeasurementFailedError(f"{path}: not drawn after a minute: {seen}")
            time.sleep(0.05)
        return seen | self._page.evaluate(_TRANSFER)

    def remember(self, key: str, value: str) -> None:
        """Keep a setting in the storage of the pages that are opened from now on."""
        self._context.add_init_script(
            f"localStorage.setItem({json.dumps(key)}, {json.dumps(value)})"
        )

    def await_text(self, text: str) -> None:
        """Look out for a text in what arrives in the page."""
        self._page.evaluate("text => { window.awaited = { text, is_here: false } }", text)

    def has_arrived(self, patience_seconds: float) -> bool:
        """Wait until the text has arrived; say whether it has."""
        from playwright.sync_api import TimeoutError as LateError

        try:
            self._page.wait_for_function(
                "awaited.is_here", timeout=patience_seconds * 1e3, polling=10
            )
        except LateError:
            return False
        return True

    def open_tab(self, path: str) -> None:
        """Open one more tab, and leave it open."""
        tab = self._context.new_page()
        tab.goto(self._address + path)
        tab.locator("figure canvas").first.wait_for(timeout=PATIENCE_MILLISECONDS)

    def frames(self, *, across: bool, frames: int) -> list[float]:
        """Scroll the table in each frame; return the milliseconds of each."""
        deltas: list[float] = self._page.evaluate(_SCROLL, [across, frames])
        return deltas

    def change(self, action: str, look: str, text: str) -> float:
        """Do something; return the milliseconds to the frame in which it is seen."""
        found: float | None = self._page.evaluate(_CHANGE, [action, look, text])
        if found is None:
            raise MeasurementFailedError(f"{action} {text}: nothing changed within 20 seconds")
        self._wait_until_calm()  # what else it brings shouldn't count for the next
        return found

    def _wait_until_calm(self) -> None:
        """Wait until no more answers have come for a while."""
        count, end = -1, time.monotonic() + PATIENCE_MILLISECONDS / 1e3
        while count != (now := self._page.evaluate(_ANSWERS)) and time.monotonic() < end:
            count = now
            self._page.wait_for_timeout(CALM_MILLISECONDS)

    def wait_for_points(self, points: int) -> None:
        """Wait until a chart says that it shows so many points."""
        self._page.get_by_text(f"{points:,} points", exact=True).first.wait_for()


@contextmanager
def browser(port: int, looks: Looks = OUR_LOOKS) -> Iterator[Browser]:
    """Start Chromium with an empty profile. Raises MeasurementFailedError where there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError as missing:
        raise MeasurementFailedError("playwright is not installed") from missing
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise MeasurementFailedError("no Chromium on this machine")
    with sync_playwright() as playwright:
        options: dict[str, Any] = {"args": ["--no-sandbox", "--disable-gpu"]}
        running = playwright.chromium.launch(executable_path=program, **options)
        context = running.new_context(viewport=WINDOW)  # type: ignore[arg-type]
        context.add_init_script(f"const LOOKS = {json.dumps(looks._asdict())};{_WATCH}{_LISTEN}")
        try:
            yield Browser(context, f"http://127.0.0.1:{port}")
        finally:
            running.close()
