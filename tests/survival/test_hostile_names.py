"""Any text as a name of anything, and ten thousand metrics: kept as given, shown harmlessly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.errors import TooLarge
from tests.survival.answers import answers, forget_index, read_up

if TYPE_CHECKING:
    from pathlib import Path

    from tests.survival.conftest import Answer, Command
    from tests.survival.forks import Forks

pytestmark = pytest.mark.usefixtures("index_kind")

HOSTILE = [
    "two\nlines\r\n\tand a tab",
    "🎉 日本語 \u202egnirts",
    "'; DROP TABLE runs; --",
    'a "quoted" %s {0} $HOME `ls` <b>&amp;',
    "../../../etc/passwd",
    "/etc/passwd",
    "..",
    "C:\\CON",
    "\x1b[31mred\x1b[2J\x07",
    "-rf",
    "--help",
    "a[b]",
    "100%",
    "  spaces  ",
    "=SUM(A1)",
    "é" * 1024,
    "NaN",
    "lr=0.1",
]
METRICS = 10_000
# Prints the names that no artifact may have, for it becomes a file again one day.
WRITER = """
import json, sys
import runlore
from runlore.errors import UsageError
refused = []
for number, name in enumerate(json.loads(sys.argv[2])):
    with runlore.start_run(
        name, experiment=name, project=name, params={name: name}, tags={name: name},
        goal=name, store=sys.argv[1],
    ) as run:
        run.log({name: number, "shared": number}, step=1, context=name)
        run.log({name: number + 0.5}, step=1)
        run.define_metric(name, unit=name, direction="min")
        run.log_note(name)
        try:
            run.save_artifact(f"{name[:1000]}.json", {name: name})
        except UsageError:
            refused.append(name)
        run.log_text(name, name, step=1)
    run.set_status("finished", name)
print(json.dumps(refused))
"""
WIDE = """
import json, sys
import runlore
store, names = sys.argv[1], json.loads(sys.argv[2])
with runlore.start_run("wide", store=store) as run:
    for step in range(3):
        run.log({name: step + place for place, name in enumerate(names)}, step=step)
    for place, name in enumerate(names):
        run.log({name: place - 1.0}, step=3)
with runlore.start_run("wide too", store=store) as run:
    run.log(dict.fromkeys(names, 1.0), step=0)
"""


def can_be_a_path(name: str) -> bool:
    """Tell whether an artifact may have that name, with an extension behind it."""
    return not (
        any(ord(character) < 32 for character in name)
        or "\\" in name
        or name.startswith(("/", ".."))
    )


@pytest.fixture(scope="module")
def hostile(shared_forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store whose every name is hostile, one run for each of them."""
    store = tmp_path_factory.mktemp("hostile") / "store"
    refused = shared_forks.run(WRITER, store, json.dumps(HOSTILE))
    assert json.loads(refused) == [name for name in HOSTILE if not can_be_a_path(name)]
    return store


def printable(answer: Answer) -> Answer:
    """Check that nothing of what was printed can act on a terminal."""
    for text in (answer.out, answer.err):
        assert not [character for character in text if character != "\n" and ord(character) < 32]
        assert "\u202e" not in text
        assert "\x7f" not in text
    return answer


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_run_with_a_hostile_name_is_kept_as_given(hostile: Path, number: int) -> None:
    name = HOSTILE[number]
    run = runlore.get_run(name, store=hostile)
    assert (run.name, run.experiment, run.project, run.goal) == (name, name, name, name)
    assert run.params == {name: name}
    assert run.tag_values == {name: name}
    assert [note.text for note in run.notes] == [name]
    assert run.reason == name
    assert run.series(name, context=name).value.tolist() == [number]
    assert run.series(name).value.tolist() == [number + 0.5]
    assert run.metrics[name] == number + 0.5
    assert run.metric_definitions[name].unit == name
    if can_be_a_path(name):
        assert run.artifact(f"{name[:1000]}.json").read() == {name: name}
    assert [item.name for item in run.media] == [name]
    assert [one.id for one in runlore.list_runs(name, store=hostile)] == [run.id]
    assert [one.id for one in runlore.list_runs(project=name, store=hostile)] == [run.id]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_commands_show_a_hostile_name_harmlessly(hostile: Path, cli: Command, number: int) -> None:
    name = HOSTILE[number]
    (run,) = runlore.list_runs(name, store=hostile)
    page = printable(cli("--store", hostile, "show", run.short_id))
    assert page.code == 0
    shown = cli("--store", hostile, "show", "--json", "--", name)
    assert shown.code == 0
    assert (shown.json["name"], shown.json["id"]) == (name, run.id)
    assert shown.json["params"] == {name: name}
    assert shown.json["notes"][0]["text"] == name
    other = runlore.get_run(HOSTILE[number - 1], store=hostile)
    assert printable(cli("--store", hostile, "compare", run.id, other.id)).code == 0
    compared = cli("--store", hostile, "compare", run.id, other.id, "--json")
    assert [one["name"] for one in compared.json["runs"]] == [name, HOSTILE[number - 1]]
    listed = cli("--store", hostile, "ls", "--experiment", name, "--json").json
    assert [one["label"] for one in listed["runs"]] == [name]
    tailed = printable(cli("--store", hostile, "tail", run.id))
    assert tailed.code == 0


def test_a_list_of_hostile_names_has_a_line_for_each(hostile: Path, cli: Command) -> None:
    answer = printable(cli("--store", hostile, "ls"))
    assert len(answer.out.splitlines()) == len(HOSTILE) + 1
    assert printable(cli("--store", hostile, "du")).code == 0
    assert printable(cli("--store", hostile, "doctor")).code == 0
    missing = printable(cli("--store", hostile, "show", "\x1b[31m' OR 1 --"))
    assert missing.code == 1
    assert missing.err.startswith("error: ")
    assert len(missing.err.splitlines()) == 2
    no_filter = printable(cli("--store", hostile, "show", "\x1b[31m' OR 1=1 --"))
    assert no_filter.code == 2
    assert "has no meaning here" in no_filter.err


def test_no_name_becomes_a_path(hostile: Path) -> None:
    inside = {path.name for path in hostile.rglob("*")}
    assert not [name for name in inside if "passwd" in name or "DROP" in name or "🎉" in name]
    assert {path.name for path in hostile.parent.iterdir()} == {"store"}


def test_hostile_names_outlive_the_index_and_sealing(hostile: Path, cli: Command) -> None:
    known = answers(hostile)
    assert len(known) == len(HOSTILE)
    forget_index(hostile)
    assert answers(hostile) == known
    assert cli("--store", hostile, "doctor", "--repair").code == 0
    assert len(list(hostile.glob("runs/*/*.segment"))) == len(HOSTILE)
    assert answers(hostile) == known


def test_ten_thousand_metrics_are_logged_listed_and_shown(
    forks: Forks, tmp_path: Path, cli: Command
) -> None:
    store = tmp_path / "store"
    names = [f"layer{number // 100}/weight_{number}.norm" for number in range(METRICS)]
    forks.run(WIDE, store, json.dumps(names))
    read_up(store)
    stored = runlore.get_run("wide", store=store)
    assert stored.series_names() == sorted(names)
    assert stored.metrics == {name: place - 1.0 for place, name in enumerate(names)}
    for place in (0, 1, METRICS // 2, METRICS - 1):
        series = stored.series(names[place])
        assert series.value.tolist() == [place, place + 1, place + 2, place - 1]
    assert cli("--store", store, "ls").code == 0
    assert len(cli("--store", store, "ls", "--json").json["runs"][0]["metrics"]) == METRICS
    page = cli("--store", store, "show", "wide")
    assert page.code == 0
    assert "10,000" in page.out or len(page.out.splitlines()) > METRICS
    assert len(cli("--store", store, "show", "wide", "--json").json["series"]) == METRICS
    assert cli("--store", store, "compare", "wide", "wide too").code == 0
    assert cli("--store", store, "doctor", "--repair").code == 0
    assert list(store.glob("runs/*/*.segment"))
    forget_index(store)
    read_up(store)
    again = runlore.get_run("wide", store=store)
    assert again.all_summaries == stored.all_summaries
    for place in (0, METRICS - 1):
        assert again.series(names[place]).value.tolist() == [place, place + 1, place + 2, place - 1]


def test_a_hundred_megabytes_of_params_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    store = tmp_path / "store"
    huge = {f"p{number}": "x" * 1_000_000 for number in range(100)}
    with pytest.raises(TooLarge, match="16"):
        runlore.start_run("huge", params=huge, store=store)
    assert not store.exists()
    with runlore.start_run("small", store=store) as run:
        with pytest.raises(TooLarge):
            run.log_params(huge)
        with pytest.raises(TooLarge):
            run.log_param("one", "x" * 100_000_000)
        run.log_params({f"p{number}": "x" * 1_000_000 for number in range(7)})
    read_up(store)
    stored = runlore.get_run("small", store=store)
    assert len(stored.params) == 7
    assert len(runlore.list_runs(store=store)) == 1
