"""Runs of one process that want different things captured, with real helpers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import runlore
from runlore.blobs.opening import StoreBlobs
from runlore.journal.folder import open_store
from tests.helper.repositories import commit_all, git
from tests.helper.training import SOURCE_FOLDER, until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not hasattr(os, "posix_spawn") or shutil.which("git") is None,
    reason="the helper is started with posix_spawn, and asks git",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "trunk")
    (folder / "train.py").write_text("")
    commit_all(folder)
    (folder / "model.py").write_text("layers = 3\n")
    return folder


def _train(project: Path, store: Path, code: str, **environment: str) -> None:
    (project / "train.py").write_text(f"import runlore\n{code}")
    subprocess.run(
        [sys.executable, "train.py", "--token=x7Kq2LmZ9vB4"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(SOURCE_FOLDER), "RUNLORE_STORE": str(store)}
        | environment,
        check=True,
        timeout=60,
    )


def _context(store: Path, name: str, key: str) -> dict[str, Any]:
    """Return the context of a run once it has said anything on `key`."""
    run = runlore.get_run(name, store=store)
    until(lambda: key in run.refresh().context)
    return run.context


def test_all_is_captured_and_can_be_read(project: Path, store_of_its_own: Path) -> None:
    _train(project, store_of_its_own, "runlore.start_run('one').finish()\n")
    context = _context(store_of_its_own, "one", "untracked")
    assert context["argv"][-1].startswith("--token=[masked sha256:")
    run = runlore.get_run("one", store=store_of_its_own)
    assert run.diff is not None
    assert "+runlore.start_run('one').finish()" in run.diff
    assert run.untracked == {"model.py": b"layers = 3\n"}


def test_runs_of_one_process_have_what_each_of_them_wants(
    project: Path, store_of_its_own: Path
) -> None:
    code = """
runs = [runlore.start_run(f"{name}", capture=capture) for name, capture in [
    ("nothing", False), ("all", True), ("git", ["git"]), ("no-diff", {"diff": False}),
]]
for run in runs:
    run.finish()
"""
    _train(project, store_of_its_own, code)
    assert _context(store_of_its_own, "all", "packages")["diff"]["files"] == 1
    git_alone = _context(store_of_its_own, "git", "git")
    assert {key for key, value in git_alone.items() if value is not None} == {"git", "notes"}
    without_diff = _context(store_of_its_own, "no-diff", "packages")
    assert without_diff.get("diff") is None
    assert without_diff["git"]["is_dirty"] is True
    nothing = runlore.get_run("nothing", store=store_of_its_own).context
    assert [value for value in nothing.values() if value is not None] == []


def test_what_the_first_run_wants_is_not_forced_on_the_next(
    project: Path, store_of_its_own: Path
) -> None:
    code = """
runlore.start_run("all").finish()
runlore.start_run("nothing", capture=False).finish()
"""
    _train(project, store_of_its_own, code)
    assert _context(store_of_its_own, "all", "packages")["host"]
    run = runlore.get_run("nothing", store=store_of_its_own)
    until(lambda: run.refresh().context.get("host", "") is None)
    assert [value for value in run.context.values() if value is not None] == []


def test_the_variable_turns_it_off_for_all(project: Path, store_of_its_own: Path) -> None:
    code = "runlore.start_run('one', capture=True).finish()\n"
    _train(project, store_of_its_own, code, RUNLORE_CAPTURE="-diff,-untracked")
    context = _context(store_of_its_own, "one", "packages")
    assert "diff" not in context
    assert list(StoreBlobs(open_store(str(store_of_its_own))).list()) == []


def test_ranks_behind_the_first_tell_only_what_is_their_own(
    project: Path, store_of_its_own: Path
) -> None:
    code = "runlore.start_run('one').finish()\n"
    for rank in ("0", "1"):
        variables = {"RUNLORE_RUN_ID": "both", "RANK": rank, "WORLD_SIZE": "2"}
        _train(project, store_of_its_own, code, **variables)
    _context(store_of_its_own, "one", "packages")
    context = _context(store_of_its_own, "one", "rank 1")
    assert context["env"]["RANK"] == "0"
    assert context["rank 1"]["env"]["RANK"] == "1"
    assert context["rank 1"]["host"] == context["host"]
    assert "packages" not in context["rank 1"]
    assert "diff" not in context["rank 1"]
