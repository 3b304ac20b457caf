"""Every code block of README.md and docs/ runs, as a reader would run it in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.docs.blocks import (
    DATA_LANGUAGES,
    RUN_LANGUAGES,
    Block,
    blocks_of,
    commands_of,
    first_difference,
)

if TYPE_CHECKING:
    from tests.services.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
EXCEPTIONS = ROOT / "tests" / "architecture" / "exceptions.toml"
# Documents that run libraries which warn by themselves.
WITH_WARNINGS = ("docs/guides/mlflow.md",)
# The vectors in docs/formats/ have tests of their own; the command reference is generated.
ELSEWHERE = ("docs/formats/", "docs/_build/", "docs/reference/cli.md")


def documents() -> list[str]:
    """List the documents whose blocks are run, by their path in the repository."""
    paths = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")]
    paths += sorted((ROOT / "docs").rglob("*.md"))
    names = [path.relative_to(ROOT).as_posix() for path in paths if path.exists()]
    return [name for name in names if not name.startswith(ELSEWHERE)]


BLOCKS = {name: blocks_of(ROOT / name) for name in documents()}
RUN = [
    name
    for name, blocks in BLOCKS.items()
    if any(block.language in RUN_LANGUAGES and not block.reason_not_run for block in blocks)
]


@pytest.mark.parametrize("name", RUN)
def test_document_runs(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    bin_folder = str(Path(sys.executable).parent)
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("RUNLORE_")},
        "HOME": str(tmp_path),
        "PATH": bin_folder + os.pathsep + os.environ["PATH"],
        "COLUMNS": "120",
        "MPLBACKEND": "agg",
    }
    if name == "docs/guides/postgresql.md":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        server.execute("CREATE DATABASE lab ENCODING 'UTF8' TEMPLATE template0")
        environment |= {"PGHOST": str(server.folder), "PGUSER": "runlore"}
    folder = tmp_path / "project"
    folder.mkdir()
    strictly = [] if name in WITH_WARNINGS else ["-W", "error"]
    done = subprocess.run(
        [sys.executable, *strictly, str(ROOT / "tests/docs/run_document.py"), str(ROOT / name)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", BLOCKS)
def test_every_block_names_a_language_that_is_run_or_is_data(name: str) -> None:
    known = (*RUN_LANGUAGES, *DATA_LANGUAGES)
    unknown = [
        f"{name}:{block.line}: {block.language}"
        for block in BLOCKS[name]
        if block.language not in known
    ]
    assert unknown == []


@pytest.mark.parametrize("name", BLOCKS)
def test_data_blocks_parse(name: str) -> None:
    for block in BLOCKS[name]:
        if block.language == "json" and block.reason_not_run is None:
            json.loads(block.text)
        if block.language == "toml" and block.reason_not_run is None:
            tomllib.loads(block.text)


def test_blocks_that_are_not_run_are_the_listed_ones() -> None:
    listed = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))["blocks_not_run"]
    found = {name: sum(bool(block.reason_not_run) for block in BLOCKS[name]) for name in BLOCKS}
    # Equality, not inclusion: a block that runs again has to leave the list.
    assert {name: count for name, count in found.items() if count} == listed


def test_a_console_block_is_split_into_commands_and_what_they_print() -> None:
    block = Block("console", "$ a \\\n    b\none\n\ntwo\n$ c\n", 10, None, None)
    commands = [(command.text, command.line, command.printed) for command in commands_of(block)]
    assert commands == [("a b", 11, ("one", "", "two")), ("c", 16, ())]


@pytest.mark.parametrize(
    ("shown", "missing"),
    [
        (("one", "three"), None),
        (("one   two",), None),
        (("…", "three"), None),
        (("o…", "t…e"), None),
        (("one … four",), "one … four"),
        (("three", "one"), "one"),
        (("four",), "four"),
        (("run 0123abcd at 2026-11-21 10:00:00Z took 1.5s",), None),
        (("run 0123abcde at …",), "run 0123abcde at …"),
    ],
)
def test_shown_lines_are_looked_for_in_order(shown: tuple[str, ...], missing: str | None) -> None:
    printed = "one\n  one two\nthree\nrun cafe0001 at 2026-11-21 12:34:56Z took 3ms\n"
    assert first_difference(shown, printed) == missing


def test_a_failing_block_fails_its_document(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("```python\nfirst = 1\n```\n\n```python\nassert first == 2\n```\n")
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/docs/run_document.py"), str(document)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert 'page.md", line 6' in done.stderr


def test_the_guide_to_installing_names_every_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    guide = (ROOT / "docs" / "guides" / "installing.md").read_text(encoding="utf-8")
    rows = [line.partition("|")[2].partition("|")[0] for line in guide.splitlines() if "|" in line]
    named = {name.strip("` ") for row in rows for name in row.split(",")}
    assert set(project["optional-dependencies"]) <= named
