"""`runlore log`, in this process and from a real shell."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.stores import SOURCE, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

PROGRAM = "from runlore.cli.main import main; main()"


def shown(cli: Command, run: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cli("show", run, "--json").out)
    return found


def shell(*arguments: str, store: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, "log", *arguments],
        env=environment(RUNLORE_STORE=str(store)),
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_is_started_logged_to_and_ended(cli: Command, tmp_path: Path) -> None:
    model = tmp_path / "model.bin"
    model.write_bytes(b"weights")
    started = cli("log", "--new", "baseline", "--experiment", "e", "--param", "lr=1e-3")
    assert started.code == 0
    run = started.out.strip()
    assert len(run) == 32
    assert cli("log", run, "loss=0.31", "acc=0.9", "--step", "7", "--context", "val").out == ""
    cli("log", "baseline", "--note", "looks good", "--tag", "a", "--tag", "b", "--file", str(model))
    cli("log", run, "--untag", "a", "--param", "flag=true", "--param", "text=a=b")
    cli("log", run[-8:], "--status", "finished")
    found = shown(cli, run)
    assert found["status"] == "finished"
    assert found["experiment"] == "e"
    assert found["params"] == {"flag": True, "lr": 0.001, "text": "a=b"}
    assert found["param_texts"]["lr"] == "1e-3"
    assert found["metrics"] == {"acc[val]": 0.9, "loss[val]": 0.31}
    assert found["series"][0]["last_step"] == 7
    assert found["tags"] == ["b"]
    assert [note["text"] for note in found["notes"]] == ["looks good"]
    assert found["artifacts"][0]["digest"] is not None
    assert len(found["attempts"]) == 1
    assert cli("doctor").code == 0


def test_a_file_is_a_blob_when_the_command_ends(
    cli: Command, tmp_path: Path, store_of_its_own: Path
) -> None:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(name)
    run = cli("log", "--new", "--file", str(tmp_path / "one.txt")).out.strip()
    cli("log", run, "--file", str(tmp_path / "two.txt"))
    digests = {file["name"]: file["digest"] for file in shown(cli, run)["artifacts"]}
    assert digests.keys() == {"one.txt", "two.txt"}
    for digest in digests.values():
        assert (store_of_its_own / "blobs" / digest[:2] / digest[2:]).is_file()
    assert not [path for path in (store_of_its_own / "incoming").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "arguments",
    [
        ["good=1", "bad=abc"],
        ["good=1", "bad"],
        ["good=1", "--param", "noequals"],
        ["good=1", "--file", "there-is-none"],
        ["good=1", "--tag", ""],
        ["good=1", "--step", str(1 << 63)],
        ["=1"],
        [],
        ["--step", "3"],
    ],
)
def test_nothing_is_written_when_something_is_wrong(cli: Command, arguments: list[str]) -> None:
    run = cli("log", "--new", "x").out.strip()
    answer = cli("log", run, *arguments)
    assert answer.code == 2
    assert answer.err.startswith("error: ")
    assert "hint: " in answer.err
    found = shown(cli, run)
    assert (found["metrics"], found["params"], found["tags"]) == ({}, {}, [])


def test_numbers_that_json_lacks_can_be_logged(cli: Command) -> None:
    run = cli("log", "--new", "a=nan", "b=-inf", "c=1e400").out.strip()
    metrics = shown(cli, run)["metrics"]
    assert metrics == {"a": "NaN", "b": "-Infinity", "c": "Infinity"}


def test_a_run_that_does_not_exist_is_not_made(cli: Command, store: Path) -> None:
    assert cli("log", "nothing", "loss=1").code == 1
    assert len(cli("ls", "--all").out.splitlines()) == 7
    assert cli("log", "nothing", "loss=1", "--store", str(store.parent / "new")).code == 1
    assert not (store.parent / "new").exists()


def test_lines_are_read_from_standard_input(cli: Command, store_of_its_own: Path) -> None:
    run = cli("log", "--new", "x").out.strip()
    lines = [json.dumps({"loss": step / 10, "step": step}) for step in range(5)]
    lines += ["", '{"loss": "NaN", "step": 5, "context": "val", "time": 1700000000.5}']
    done = shell(run, "--stdin", store=store_of_its_own, text="\n".join(lines))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    series = {(one["name"], one["context"]): one for one in shown(cli, run)["series"]}
    assert series["loss", None]["count"] == 5
    assert series["loss", None]["last_step"] == 4
    assert series["loss", "val"]["nan"] == 1


def test_a_wrong_line_is_named_and_those_before_it_are_kept(
    cli: Command, store_of_its_own: Path
) -> None:
    run = cli("log", "--new", "x").out.strip()
    text = '{"loss": 1}\n{"loss": "high"}\n{"loss": 3}\n'
    done = shell(run, "--stdin", store=store_of_its_own, text=text)
    assert done.returncode == 2
    assert "line 2" in done.stderr
    assert "the 1 lines before it were logged" in done.stderr
    assert shown(cli, run)["series"][0]["count"] == 1


def test_many_commands_at_once_wait_for_each_other_and_lose_nothing(
    cli: Command, store_of_its_own: Path
) -> None:
    run = cli("log", "--new", "x").out.strip()

    def log(number: int) -> int:
        return shell(run, f"loss={number}", "--step", str(number),
                     store=store_of_its_own).returncode  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(log, range(12))) == {0}
    (series,) = shown(cli, run)["series"]
    assert series["count"] == 12
    assert series["last_step"] == 11
    assert cli("doctor").code == 0


@pytest.mark.parametrize("room_bytes", [0, 300, 900, 1400])
def test_what_has_no_room_is_an_error_and_no_id_is_printed(
    store_of_its_own: Path, room_bytes: int
) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, room_bytes))

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "log", "--new", "x", "loss=1", "--note", "n" * 1000],
        env=environment(RUNLORE_STORE=str(store_of_its_own)),
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_shell_script_works_as_the_help_shows_it(store_of_its_own: Path, tmp_path: Path) -> None:
    script = f"""
        set -e
        runlore() {{ "{sys.executable}" -c "{PROGRAM}" "$@"; }}
        run=$(runlore log --new baseline --param lr=1e-3)
        for step in 1 2; do runlore log $run loss=0.$step --step $step; done
        runlore log $run --note "looks good" --status finished
        runlore ls
    """
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=environment(RUNLORE_STORE=str(store_of_its_own), PYTHONPATH=str(SOURCE)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "finished" in done.stdout
    assert done.stdout.splitlines()[1].startswith("baseline")
