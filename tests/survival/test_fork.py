from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.journal.host import current_host
from runlore.journal.liveness import holder
from tests.client.scripts import run_script, start_script
from tests.journal.recorded import recorded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journal.recorded import Recorded

pytestmark = pytest.mark.usefixtures("index_kind")


@pytest.fixture(autouse=True)
def _no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNLORE_HELPER", "off")


def actors(found: Recorded) -> dict[str, list[int | None]]:
    """Return the steps that each actor has written."""
    steps: dict[str, list[int | None]] = {}
    for point in found.points:
        steps.setdefault(point.place[0], []).append(point.step)
    return steps


def test_a_forked_child_logs_as_an_actor_of_its_own(store_of_its_own: Path) -> None:
    code = """
    run = runlore.start_run("forked")
    for step in range(1000):
        run.log({"m": step}, step)
    child = os.fork()
    first = 2000 if child == 0 else 1000
    for step in range(first, first + 1000):
        run.log({"m": step}, step)
    run.log_note("child" if child == 0 else "parent")
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    run.finish()
    """
    assert run_script(code) == (0, "", "")
    found = recorded(store_of_its_own)
    assert (found.gaps, found.unnamed) == ([], [])
    assert sorted(actors(found).values(), key=len) == [
        list(range(2000, 3000)),
        list(range(2000)),
    ]
    assert len({fact["pid"] for fact in found.facts}) == 2
    assert {event["run"] for event in found.events} == {found.points[0].run}
    assert sorted(note["text"] for note in found.of_kind("note.added")) == ["child", "parent"]
    assert found.statuses() == ["finished"]


def test_a_child_that_leaves_the_block_doesnt_end_the_run(store_of_its_own: Path) -> None:
    code = """
    with runlore.start_run("forked") as run:
        child = os.fork()
        if child == 0:
            run.log({"m": 1}, 1)
            raise ValueError("in the child")
        os.waitpid(child, 0)
        run.log({"m": 2}, 2)
    """
    status, _, err = run_script(code)
    assert status == 0
    assert "in the child" in err
    found = recorded(store_of_its_own)
    assert found.statuses() == ["finished"]
    assert sorted(found.series("m")) == [(1, 1.0), (2, 2.0)]
    assert len(found.closed) == 2


def test_a_run_that_a_child_starts_is_ended_by_it(store_of_its_own: Path) -> None:
    code = """
    runlore.start_run("parent")
    for number in range(2):
        child = os.fork()
        if child == 0:
            with runlore.start_run(f"child {number}") as run:
                run.log({"m": 1}, 1)
            os._exit(0)
        os.waitpid(child, 0)
    """
    assert run_script(code) == (0, "", "")
    found = recorded(store_of_its_own)
    names = {event["run"]: event["name"] for event in found.of_kind("run.started")}
    ends = {names[event["run"]]: event["status"] for event in found.of_kind("status.set")}
    assert ends == dict.fromkeys(("parent", "child 0", "child 1"), "finished")


def test_a_child_that_outlives_its_parent_goes_on_and_the_parent_reads_as_dead(
    store_of_its_own: Path,
) -> None:
    code = """
    run = runlore.start_run("forked")
    run.log({"m": 0}, 0)
    if os.fork():
        os.kill(os.getpid(), signal.SIGKILL)
    run.log({"m": 1}, 1)
    print("logged", flush=True)
    sys.stdin.readline()
    run.log({"m": 2}, 2)
    print("done", flush=True)
    os._exit(0)
    """
    with start_script(code) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "logged\n"
        process.wait(timeout=30)
        found = recorded(store_of_its_own, is_complete=False)
        (parent,) = (actor for actor, steps in actors(found).items() if steps == [0])
        (child,) = (actor for actor, steps in actors(found).items() if steps == [1])
        journals = store_of_its_own / "journals"
        assert holder(str(journals / parent / "lock"), host=current_host()) == "dead"
        assert holder(str(journals / child / "lock"), host=current_host()) == "alive"
        process.stdin.write("on\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n"
    assert sorted(actors(recorded(store_of_its_own)).values()) == [[0], [1, 2]]


def test_forks_in_the_middle_of_other_threads_appends_lose_nothing(
    store_of_its_own: Path,
) -> None:
    code = """
    import threading, warnings
    warnings.simplefilter("ignore")  # that forks and threads don't mix
    sys.setswitchinterval(1e-5)
    run = runlore.start_run("forked")
    is_over = False
    counts = [0] * 4

    def log(number):
        while not is_over:
            run.log({f"thread{number}": counts[number]}, counts[number])
            counts[number] += 1

    threads = [threading.Thread(target=log, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    children = []
    for number in range(30):
        child = os.fork()
        if child == 0:
            for step in range(20):
                run.log({"child": number}, step)
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 30
    is_over = True
    for thread in threads:
        thread.join()
    print(*counts)
    """
    status, out, err = run_script(code)
    assert (status, err) == (0, "")
    found = recorded(store_of_its_own)
    assert (found.gaps, found.unnamed) == ([], [])
    for number, count in enumerate(map(int, out.split())):
        assert [step for step, _ in found.series(f"thread{number}")] == list(range(count))
    for number in range(30):
        steps = [step for step, value in found.series("child") if value == number]
        assert steps == list(range(20))
