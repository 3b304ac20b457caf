from __future__ import annotations

import re
from pathlib import Path

import pytest

from runlore.query.fields import ATTRIBUTES, STATISTICS
from runlore.query.parser import parse
from runlore.query.printing import format_query
from runlore.query.values import UNITS

DOCUMENT = (Path(__file__).parents[2] / "docs/reference/filters.md").read_text(encoding="utf-8")
EXAMPLES = DOCUMENT.split("## Examples")[1].split("```")[1].splitlines()[1:]


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_can_be_read(text: str) -> None:
    assert parse(format_query(parse(text))) == parse(text)


def test_everything_that_can_be_asked_is_documented() -> None:
    named = set(re.findall(r"`([\w.µ]+)`", DOCUMENT))
    aliases = {alias for known in ATTRIBUTES.values() for alias in known.aliases}
    assert {*ATTRIBUTES, *aliases, *STATISTICS} - named == set()
    assert set(UNITS) - named - {"µs", "KB"} == set()


def test_attributes_and_statistics_are_all_that_is_documented() -> None:
    section = DOCUMENT.split("### Attributes")[1].split("## How")[0]
    known = {*ATTRIBUTES, *(alias for one in ATTRIBUTES.values() for alias in one.aliases)}
    columns = [row.split("|") for row in section.splitlines() if row.startswith("| `")]
    named = {name for cells in columns for name in re.findall(r"`(\w+)`", cells[1] + cells[3])}
    assert named == known
