"""docs/reference/json.md says what `--json` prints: every key, and the type of each value."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from runlore.cli.main import COMMANDS

if TYPE_CHECKING:
    from tests.cli.conftest import Command

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "json.md"
# Keys whose values are keyed by what users log, or by what could be found out.
FREE = {
    "metadata",
    "params",
    "metrics",
    "tag_values",
    "param_texts",
    "context",
    "shared_params",
    "best",
}
ASKED = {
    "runlore show nothing --json": ["show", "nothing", "--json"],
    "runlore watch --json": ["watch", "--json"],
    "runlore ls --json": ["ls", "--json"],
    "runlore search --json": ["search", "--json"],
    "runlore search --group-by lr --json": ["search", "--group-by", "lr", "--json"],
    "runlore show RUN --json": ["show", "first", "--json"],
    "runlore artifact ls --json": ["artifact", "ls", "--json"],
    "runlore artifact verify --json": ["artifact", "verify", "--json"],
    "runlore compare --json": ["compare", "--experiment", "seeds", "--json"],
    "runlore log --json": ["log", "--new", "x", "a=1", "--json"],
    "runlore doctor --json": ["doctor", "--json"],
    "runlore du --json": ["du", "--json"],
    "runlore objects --json": ["objects", "--json"],
    "runlore archive --json": ["archive", "first", "--json"],
    "runlore rename --json": ["rename", "first", "other", "--json"],
    "runlore tag --json": ["tag", "first", "--add", "x", "--json"],
    "runlore note list --json": ["note", "list", "first", "--json"],
    "runlore rm --json": ["rm", "first", "--json"],
    "runlore restore --json": ["restore", "first", "--json"],
    "runlore purge --json": ["purge", "--now", "--yes", "--json"],
    "runlore gc --json": ["gc", "--json"],
    "runlore copy --json": ["copy", "first", "--to", "{folder}/other", "--json"],
    "runlore move --json": ["move", "broken", "--to", "{folder}/other", "--json"],
    "runlore export --json": ["export", "--output", "{folder}/runs.csv", "--json"],
    "runlore config list --json": ["config", "list", "--json"],
    "runlore completion bash --json": ["completion", "bash", "--json"],
}
EXAMPLE = re.compile(
    r"`(runlore [^`]*--json)`(?:(?!^## ).)*?```json\n(.*?)```", re.DOTALL | re.MULTILINE
)


def examples() -> dict[str, Any]:
    text = PAGE.read_text(encoding="utf-8")
    return {title: json.loads(block) for title, block in EXAMPLE.findall(text)}


def differences(example: Any, real: Any, place: str = "") -> list[str]:
    """Name the places where two answers don't have the same keys and types."""
    if example is None or real is None:
        return []
    if isinstance(example, dict) and isinstance(real, dict):
        if place.rpartition(".")[2] in FREE:
            return []
        found = [f"{place}.{key}" for key in sorted(example.keys() ^ real.keys())]
        for key in example.keys() & real.keys():
            found += differences(example[key], real[key], f"{place}.{key}")
        return found
    if isinstance(example, list) and isinstance(real, list):
        return differences(example[0], real[0], f"{place}[]") if example and real else []
    is_number = isinstance(example, int | float) and isinstance(real, int | float)
    return [] if is_number or type(example) is type(real) else [place]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("title", ASKED)
def test_an_example_has_the_keys_and_types_of_the_real_answer(
    title: str, cli: Command, tmp_path: Path
) -> None:
    if title.startswith(("runlore restore", "runlore purge")):
        cli("rm", "first")
    real = json.loads(cli(*(word.format(folder=tmp_path) for word in ASKED[title])).out)
    if title.startswith(("runlore ls", "runlore watch")):  # the run that the example shows
        real["runs"] = [run for run in real["runs"] if run["name"] == "first"]
    assert differences(examples()[title], real) == []


@pytest.mark.usefixtures("store")
def test_the_lines_of_tail_are_those_of_the_page(cli: Command) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    wanted = [json.loads(line) for line in shown.splitlines()]
    real = [json.loads(line) for line in cli("tail", "broken", "--json").out.splitlines()]
    assert [line["type"] for line in real] == ["run", "step", "end"]
    assert differences(wanted[0], real[0]) == []
    assert differences(wanted[1], real[1]) == []
    assert differences(wanted[2], real[2]) == []


def test_every_command_has_a_section() -> None:
    sections = set(
        re.findall(r"^## `runlore (\w+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert sections == COMMANDS.keys() - {"list"}


@pytest.mark.usefixtures("store")
def test_times_are_iso_8601_in_utc(cli: Command) -> None:
    created = json.loads(cli("show", "first", "--json").out)["created"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", created)
    assert datetime.fromisoformat(created).utcoffset() is not None


def test_a_difference_is_found() -> None:
    assert differences({"a": [{"b": 1}]}, {"a": [{"b": "1", "c": 2}]}) == [".a[].c", ".a[].b"]
    assert differences({"params": {"x": 1}}, {"params": {"y": ""}}) == []
