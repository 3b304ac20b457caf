from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runlore.client.captures import (
    CAPTURES,
    VARIABLE,
    from_names_text,
    names_text,
    wanted_captures,
)
from runlore.client.start import open_run
from runlore.errors import InvalidType, InvalidValue

if TYPE_CHECKING:
    from pathlib import Path

ALL = frozenset(CAPTURES)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, ALL),
        (True, ALL),
        (False, frozenset()),
        ({}, ALL),
        ({"diff": False}, ALL - {"diff"}),
        ({"diff": False, "git": True}, ALL - {"diff"}),
        ([], frozenset()),
        (("git", "packages"), {"git", "packages"}),
        ({"git"}, {"git"}),
    ],
)
def test_the_argument_says_what_is_wanted(given: Any, expected: object) -> None:
    assert wanted_captures(given, {}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ALL),
        ("on", ALL),
        ("1", ALL),
        ("off", frozenset()),
        ("OFF", frozenset()),
        ("0", frozenset()),
        ("git, packages", {"git", "packages"}),
        ("-diff,-console", ALL - {"diff", "console"}),
        ("git,diff,-diff", {"git"}),
    ],
)
def test_so_does_the_variable(text: str, expected: object) -> None:
    assert wanted_captures(None, {VARIABLE: text}) == expected


def test_what_one_of_the_two_turns_off_the_other_can_not_turn_on() -> None:
    assert wanted_captures(True, {VARIABLE: "off"}) == frozenset()
    assert wanted_captures(["git", "diff"], {VARIABLE: "-diff"}) == {"git"}


@pytest.mark.parametrize(
    ("given", "variable", "message"),
    [
        (["gti"], "", "capture knows nothing named 'gti'"),
        ({"gti": False}, "", "capture knows nothing named 'gti'"),
        ([3], "", "capture knows nothing named 3"),
        (None, "gti", "RUNLORE_CAPTURE knows nothing named 'gti'"),
        (None, "-gti", "RUNLORE_CAPTURE knows nothing named 'gti'"),
    ],
)
def test_an_unknown_name_is_refused_with_those_that_there_are(
    given: Any, variable: str, message: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        wanted_captures(given, {VARIABLE: variable})
    assert caught.value.message == message
    assert caught.value.hint == (
        "one of command, git, diff, untracked, packages, env, machine, load, console"
    )


@pytest.mark.parametrize("given", ["diff", b"diff", 1, 0.5, {"diff": "no"}, {"diff": None}])
def test_other_types_are_refused(given: Any) -> None:
    with pytest.raises(InvalidType):
        wanted_captures(given, {})


def test_nothing_is_written_where_the_choice_is_refused(store_of_its_own: Path) -> None:
    with pytest.raises(InvalidValue):
        open_run(capture=["everything"], store=store_of_its_own)
    assert not store_of_its_own.exists()


@pytest.mark.parametrize("names", [ALL, frozenset(), frozenset({"git", "diff"})])
def test_the_helper_reads_what_the_process_wrote(names: frozenset[str]) -> None:
    text = names_text(names)
    assert len(text.split()) == 1
    assert from_names_text(text) == names


def test_a_name_of_a_later_release_is_passed_over() -> None:
    assert from_names_text("git,smell") == {"git"}
