"""Hooks that are called when runs begin and end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

import runlore
from runlore import add_hook, remove_hook, track_experiment
from runlore.errors import InvalidType
from runlore.tracking import hooks
from tests.client.scripts import run_script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Keeper:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def on_run_start(self, run: runlore.TrackedRun) -> None:
        self.told.append(("start", run.label))

    def on_run_end(self, run: runlore.TrackedRun, status: str) -> None:
        assert run.folder is not None
        self.told.append(("end", run.label, status))
        run.log_note("seen by the keeper")


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    keeper = Keeper()
    add_hook(keeper)
    yield keeper
    remove_hook(keeper)


def test_a_hook_is_told_of_the_start_and_the_end(increment: Path, keeper: Keeper) -> None:
    with track_experiment("good"):
        pass
    with pytest.raises(ValueError, match="bad"), track_experiment("bad"):
        raise ValueError("bad")
    assert keeper.told == [
        ("start", "exp-001-good"), ("end", "exp-001-good", "finished"),
        ("start", "exp-002-bad"), ("end", "exp-002-bad", "failed"),
    ]  # fmt: skip
    assert [note.text for note in runlore.get_run("exp-002").notes] == ["seen by the keeper"]
    assert "seen by the keeper" in (increment / "good" / "metadata.yaml").read_text()


def test_a_hook_that_fails_breaks_nothing_and_is_kept_in_the_run(
    increment: Path, keeper: Keeper, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def on_run_start(self, run: object) -> None:
            sys.exit(f"no {type(run).__name__}")

    broken = Broken()
    add_hook(broken)
    try:
        for _ in range(2):
            with track_experiment("a") as exp:
                exp.log({"loss": 1.0})
    finally:
        remove_hook(broken)
    said = capsys.readouterr().err
    assert said.count("the hook Broken failed in on_run_start: SystemExit: no TrackedRun") == 1
    stored = runlore.get_run(exp.id)
    assert (stored.status, stored.metrics) == ("finished", {"loss": 1.0})
    assert "the hook Broken failed in on_run_start" in str(stored.problems[0].message)
    assert len(keeper.told) == 4
    assert increment.is_dir()


def test_a_hook_that_tracks_is_not_told_of_its_own_runs(increment: Path) -> None:
    class Nested:
        def on_run_start(self, run: object) -> None:
            with track_experiment("within"):
                assert run is not None

    nested = Nested()
    add_hook(nested)
    try:
        with track_experiment("outer"):
            pass
    finally:
        remove_hook(nested)
    assert len(list(increment.glob("within*"))) == 1


def test_what_is_no_hook_is_refused() -> None:
    with pytest.raises(InvalidType, match="none of on_run_start, on_run_end, on_comparison"):
        add_hook("a string")


def test_hooks_of_installed_packages_are_found(increment: Path, tmp_path: Path) -> None:
    packages = tmp_path / "packages"
    about = packages / "orchestrator-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: orchestrator\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        f"[{hooks.GROUP}]\ngood = orchestrator:Hook\nbroken = nowhere:Hook\n"
    )
    (packages / "orchestrator.py").write_text(
        "class Hook:\n    def on_run_end(self, run, status):\n        print(run.label, status)\n"
    )
    code = f"""
    sys.path.insert(0, {str(packages)!r})
    with runlore.track_experiment("a"):
        pass
    """
    status, out, err = run_script(code)
    assert (status, out) == (0, "exp-001-a finished\n")
    assert "the hook 'broken' can't be loaded: ModuleNotFoundError" in err
    assert increment.is_dir()
