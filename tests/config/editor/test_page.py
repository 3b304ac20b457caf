"""The pages in a real browser."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

import runlore
from runlore.config import MLExperiment
from tests.services.chromium import Watched, browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60.0


def environment() -> dict[str, str]:
    paths = os.pathsep.join(path for path in sys.path if path)
    return {**os.environ, "PYTHONPATH": paths, "PYTHONWARNINGS": "default"}


@contextmanager
def served(*command: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", *command],
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_SECONDS)


def field(page: Page, name: str, kind: str = "input") -> Locator:
    return page.locator(f".field-{name} {kind}").first


def enter(page: Page, name: str, text: str) -> None:
    field(page, name).fill(text)
    field(page, name).press("Enter")


def rows(page: Page) -> list[str]:
    return page.locator(".tabulator-row").all_inner_texts()


def test_a_configuration_is_edited_in_a_browser(store_of_its_own: Path, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    command = ("runlore", "config", "edit", "runlore.config:MLExperiment", "--no-browser", "--json")
    with served(*command, "--file", str(file)) as process, browser() as context:
        assert process.stdout is not None
        watched = Watched(context.new_page())
        page = watched.page
        page.goto(json.loads(process.stdout.readline())["address"])
        assert field(page, "patience").is_disabled()

        enter(page, "learning_rate", "0.01")
        page.get_by_role("cell", name="0.01", exact=True).wait_for()
        field(page, "batch_size", "select").select_option("128")
        page.get_by_text("batch_size 32 → 128").wait_for()
        enter(page, "epochs", "-4")
        page.get_by_role("alert").get_by_text("must be at least 1, not -4").wait_for()
        assert field(page, "epochs").input_value() == "-4"

        page.get_by_text("Start a run with this").click()
        page.get_by_text("is open and follows your edits").wait_for()
        enter(page, "epochs", "25")
        page.get_by_text("epochs 10 → 25").wait_for()
        assert page.get_by_role("alert").count() == 0
        field(page, "early_stopping").click()
        page.get_by_text("early_stopping False → True").wait_for()
        assert field(page, "patience").is_enabled()
        page.get_by_text("Finish the run").click()
        page.get_by_text("has ended").wait_for()

        page.get_by_role("button", name="Undo").click()
        page.get_by_text("early_stopping True → False").wait_for()
        assert len(rows(page)) == 5
        assert "batch_size" in rows(page)[-2]
        page.get_by_role("columnheader", name="Change").click()
        page.locator(".tabulator-row").first.get_by_text("batch_size").wait_for()
        page.get_by_text("Save to config.yaml").click()
        page.get_by_text("Saved to config.yaml").wait_for()
        page.get_by_text("Reset to defaults").click()
        page.get_by_text("all as by default").wait_for()
        assert watched.errors == []
        assert watched.strangers == []
    assert MLExperiment.load(file).diff() == {
        "learning_rate": {"old": 0.001, "new": 0.01},
        "batch_size": {"old": 32, "new": 128},
        "epochs": {"old": 10, "new": 25},
    }
    (run,) = runlore.list_runs(store=store_of_its_own)
    assert (run.status, run.params["epochs"], run.params["early_stopping"]) == (
        "finished", 25, True,
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def wait_until_served(address: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_the_example_is_served_by_panel() -> None:
    port = free_port()
    address = f"http://localhost:{port}/app"
    app = ROOT / "examples" / "ml_experiment" / "app.py"
    with served("panel", "serve", str(app), "--port", str(port)), browser() as context:
        wait_until_served(address)
        page = context.new_page()
        page.goto(address)
        page.get_by_label("Patience").wait_for()
        assert page.get_by_label("Patience").is_disabled()
        page.locator("input[type=checkbox]").first.check()
        page.get_by_text("early_stopping: False → True").wait_for()
        assert page.get_by_label("Patience").is_enabled()
        page.get_by_label("Epochs").fill("0")
        page.get_by_label("Epochs").press("Enter")
        page.get_by_text("must be at least 1, not 0").wait_for()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("nowhere_to_be_found:X", "there is no module 'nowhere_to_be_found'"),
        ("runlore.config.experiment:MLExperimen", "has no 'MLExperimen'"),
        ("runlore", "doesn't say which class of which module"),
        ("json:dumps", "an editor needs a Param class, or an object of one, and not a function"),
        ("absent.py:X", "there is no file 'absent.py'"),
    ],
)
def test_a_target_that_is_no_configuration_is_refused(target: str, message: str) -> None:
    from runlore.actions.editing_config import serve_editor
    from runlore.errors import RunloreError

    with pytest.raises(RunloreError, match=message):
        serve_editor(target)


def test_a_file_that_does_not_fit_is_refused_and_one_that_does_is_loaded(tmp_path: Path) -> None:
    from runlore.config.editor.serving import configuration_at
    from runlore.errors import InvalidConfig

    app = ROOT / "examples" / "ml_experiment" / "app.py"
    file = tmp_path / "config.toml"
    file.write_text("epochs = 3\n")
    found: Any = configuration_at(f"{app}:MLExperiment", str(file))
    assert found.epochs == 3
    assert configuration_at("runlore.config:MLExperiment", str(tmp_path / "new.toml")).diff() == {}
    file.write_text("epochs = 0\n")
    with pytest.raises(InvalidConfig, match="epochs must be at least 1"):
        configuration_at("runlore.config:MLExperiment", str(file))


def test_a_port_in_use_is_said() -> None:
    from runlore.actions.editing_config import serve_editor
    from runlore.errors import InvalidValue

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InvalidValue, match=f"port {port} can't be used"):
            serve_editor("runlore.config:MLExperiment", port=port)
