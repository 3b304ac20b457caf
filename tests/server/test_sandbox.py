"""A user's HTML runs in a real browser with another origin's rights, whichever way it is opened."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import uvicorn

import runlore
from runlore.reading.store import open_reader
from runlore.server.app import create_app
from runlore.server.serving import listen
from tests.services.chromium import Watched, browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "%2e%2e report?#<b>.html"
ATTACK = """<body>begun<script>
const said = [];
const attempt = async (name, action) => {
  try { said.push(name + ": " + JSON.stringify(await action() ?? "done")); }
  catch (error) { said.push(name + ": refused"); }
};
(async () => {
  const store = "ADDRESS/api/v1/store";
  await attempt("fetch", async () => (await fetch(store)).text());
  await attempt("blind fetch", async () => (await fetch(store, {mode: "no-cors"})).type);
  await attempt("edit", async () => (await fetch("ADDRESS/api/v1/edits/tag", {
    method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({runs: ["RUN"], added: ["stolen"]})})).status);
  try { navigator.sendBeacon("ADDRESS/api/v1/edits/tag", "{}"); } catch (error) {}
  await attempt("parent", () => parent === window ? (() => { throw 0; })() : parent.secret);
  await attempt("top", () => { if (top !== window) top.location = "about:blank"; else throw 0; });
  await attempt("storage", () => localStorage.length);
  await attempt("cookie", () => document.cookie);
  await attempt("socket", () => new Promise((good, bad) => {
    const socket = new WebSocket("ADDRESS".replace("http", "ws"));
    socket.onopen = good; socket.onerror = bad; }));
  await attempt("image", () => new Promise((good, bad) => {
    const image = new Image(); image.onload = good; image.onerror = bad; image.src = store; }));
  await attempt("script", () => new Promise((good, bad) => {
    const script = document.createElement("script");
    script.onload = good; script.onerror = bad; script.src = store;
    document.body.append(script); }));
  document.body.innerHTML = "<p id=origin>" + window.origin + "</p><pre id=said></pre>";
  document.getElementById("said").textContent = said.join("\\n");
})();
</script></body>"""
REFUSED = ["fetch", "blind fetch", "edit", "parent", "top", "storage", "cookie", "socket", "image",
           "script"]  # fmt: skip


@pytest.fixture
def address(store: Path) -> Iterator[str]:
    """Serve the test's store on a real socket."""
    runlore.start_run(experiment="e", store=store).finish()
    with listen(0) as listener:
        config = uvicorn.Config(create_app(store), log_config=None, lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def test_html_of_users_cannot_reach_the_server_or_the_page(address: str, store: Path) -> None:
    with runlore.start_run(experiment="e", store=store) as run:
        run.save_artifact(NAME, ATTACK.replace("ADDRESS", address).replace("RUN", run.id))
        run.save_artifact("plot.svg", f"<svg xmlns='http://www.w3.org/2000/svg'>{ATTACK}</svg>")
    url = f"{address}/api/v1/runs/{run.id}/files/{quote(NAME, safe='')}"
    with browser() as context:
        watched = Watched(context.new_page())
        page = watched.page
        page.goto(f"{address}/api/v1/store")
        page.evaluate("window.secret = 'the secret of the page'")
        page.evaluate(
            "url => { const frame = document.createElement('iframe');"
            " frame.src = url; document.body.append(frame); }",
            url,
        )
        framed = page.frame_locator("iframe")
        framed.locator("#said").wait_for(state="attached")
        assert framed.locator("#origin").inner_text() == "null"
        said = framed.locator("#said").text_content()
        assert said == "\n".join(f"{name}: refused" for name in REFUSED)
        assert page.url == f"{address}/api/v1/store"
        # Opened by itself, it is no more than that.
        page.goto(url)
        page.locator("#said").wait_for(state="attached")
        assert page.locator("#origin").inner_text() == "null"
        assert page.locator("#said").text_content() == said
        page.goto(f"{address}/api/v1/runs/{run.id}/files/plot.svg")
        page.wait_for_timeout(200)
        assert page.locator("#said").count() == 0
        assert watched.strangers == []
    with open_reader(store, budget_seconds=None) as reader:
        assert reader.ask(lambda index: index.tags([run.id])) == {}
