from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from runlore.client import ending
from runlore.client.start import open_run
from tests.client.scripts import run_script, start_script
from tests.journal.recorded import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.journal.recorded import Recorded

LOOP = """
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever these tests were started with
run = runlore.start_run("loop")
step = 0
print("ready", flush=True)
while True:
    run.log({"m": step}, step)
    step += 1
"""


def outcome(store: Path) -> list[tuple[Any, ...]]:
    """Return (status, type of the error, reason) for each status that was recorded."""
    return [
        (record["status"], (record["error"] or {}).get("type"), record["reason"])
        for record in recorded(store).of_kind("status.set")
    ]


def check_steps(found: Recorded) -> None:
    """Check that every point up to the last is there, and nothing twice."""
    steps = [step for step, _ in found.series("m")]
    assert steps == list(range(len(steps)))
    assert found.gaps == []


class Failure(Exception):
    """One whose text can't be had."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class TestLeavingTheBlock:
    def test_as_planned_the_run_is_finished(self, store: Path) -> None:
        with open_run() as run:
            run.log({"m": 1.0})
        assert outcome(store) == [("finished", None, None)]

    def test_a_status_set_before_the_end_of_the_block_is_followed_by_its_end(
        self, store: Path
    ) -> None:
        with open_run() as run:
            run.finish("stopped", "early")
        assert outcome(store) == [("stopped", None, "early")]

    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            (ValueError("loss is nan"), ("failed", "ValueError", None)),
            (Failure(), ("failed", "Failure", None)),
            (KeyboardInterrupt(), ("stopped", None, "Ctrl-C")),
            (SystemExit(), ("finished", None, None)),
            (SystemExit(0), ("finished", None, None)),
            (SystemExit(1), ("failed", "SystemExit", None)),
            (SystemExit("bad config"), ("failed", "SystemExit", None)),
            (SystemExit(129), ("stopped", None, "exit 129")),
            (SystemExit(130), ("stopped", None, "exit 130")),
            (SystemExit(143), ("stopped", None, "exit 143")),
            (GeneratorExit(), ("stopped", None, "cancelled")),
            (MemoryError(), ("failed", "MemoryError", None)),
        ],
        ids=repr,
    )
    def test_by_an_exception_the_run_ends_as_it_says(
        self, store: Path, error: BaseException, expected: tuple[Any, ...]
    ) -> None:
        with pytest.raises(type(error)), open_run():
            raise error
        assert outcome(store) == [expected]

    def test_the_exception_is_kept_with_its_traceback(self, store: Path) -> None:
        def train() -> None:
            raise ValueError("loss is nan\0\ud800") from KeyError("cause")

        with pytest.raises(ValueError, match="loss is nan"), open_run():
            train()
        (record,) = recorded(store).of_kind("status.set")
        assert record["error"]["message"] == "loss is nan␀\ufffd"
        assert "in train" in record["error"]["traceback"]
        assert "KeyError: 'cause'" in record["error"]["traceback"]

    def test_an_endless_message_is_cut(self, store: Path) -> None:
        with pytest.raises(ValueError, match="x"), open_run():
            raise ValueError("\x01x" * 10_000_000)
        (record,) = recorded(store).of_kind("status.set")
        assert len(record["error"]["message"]) == 200_000

    def test_closing_a_generator_stops_the_run_in_it(self, store: Path) -> None:
        def training() -> Iterator[int]:
            with open_run() as run:
                for step in range(100):
                    run.log({"m": step}, step)
                    yield step

        steps = training()
        assert next(steps) == 0
        steps.close()  # type: ignore[attr-defined]
        assert outcome(store) == [("stopped", None, "cancelled")]

    def test_notes_can_be_added_behind_it(self, store: Path) -> None:
        run = open_run()
        try:
            with run:
                raise ValueError
        except ValueError:
            run.log_note("diverged")
        assert recorded(store).kinds()[-2:] == ["status.set", "note.added"]


class TestTheEndOfTheProcess:
    @pytest.mark.parametrize(
        ("code", "status", "expected"),
        [
            ("", 0, ("finished", None, None)),
            ("raise ValueError('bad')", 1, ("failed", "ValueError", None)),
            ("sys.exit()", 0, ("finished", None, None)),
            ("sys.exit(3)", 3, ("failed", "SystemExit", None)),
            ("sys.exit(143)", 143, ("stopped", None, "exit 143")),
            ("raise KeyboardInterrupt", -signal.SIGINT, ("stopped", None, "Ctrl-C")),
            ("run.finish('stopped', 'enough'); 1 / 0", 1, ("stopped", None, "enough")),
            (
                "os.kill(os.getpid(), signal.SIGTERM); time.sleep(9)",
                -signal.SIGTERM,
                ("stopped", None, "SIGTERM"),
            ),
            (
                "sys.ps1 = '>'; sys.excepthook(KeyError, KeyError(), None)",
                0,
                ("finished", None, None),
            ),
        ],
        ids=[
            "plain",
            "error",
            "exit",
            "exit 3",
            "exit 143",
            "interrupt",
            "finished before",
            "terminated",
            "at a prompt",
        ],
    )
    def test_it_is_recorded_without_a_block(
        self, store: Path, code: str, status: int, expected: tuple[Any, ...]
    ) -> None:
        script = "run = runlore.start_run()\nrun.log({'m': 0}, 0)\n" + code
        found, out, err = run_script(script)
        assert (found, out) == (status, "")
        assert "runlore" not in err
        assert outcome(store) == [expected]
        recording = recorded(store)
        check_steps(recording)
        assert recording.closed == ["00000001.journal"]

    def test_a_sudden_end_records_nothing_and_loses_nothing(self, store: Path) -> None:
        script = "run = runlore.start_run()\nrun.log({'m': 0}, 0)\nos._exit(3)"
        assert run_script(script)[0] == 3
        assert outcome(store) == []
        assert recorded(store).series("m") == [(0, 0.0)]

    def test_several_open_runs_end_together(self, store: Path) -> None:
        run_script("a = runlore.start_run(); b = runlore.start_run(); b.finish(); 1 / 0")
        assert [status for status, _, _ in outcome(store)] == ["finished", "failed"]


class TestSignals:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
    def test_a_tight_loop_that_is_ended_says_so_and_loses_nothing(
        self, store: Path, number: signal.Signals
    ) -> None:
        for _ in range(3):
            with start_script(LOOP, stderr=subprocess.DEVNULL) as process:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
                time.sleep(0.05)
                process.send_signal(number)
                assert process.wait(timeout=30) == -number
        reason = "Ctrl-C" if number == signal.SIGINT else number.name
        assert outcome(store) == [("stopped", None, reason)] * 3
        found = recorded(store)
        assert found.gaps == []
        for actor in {point.place[0] for point in found.points}:
            steps = [point.step for point in found.points if point.place[0] == actor]
            assert steps == list(range(len(steps)))

    def test_a_process_that_sleeps_is_ended_at_once(self, store: Path) -> None:
        script = "runlore.start_run()\nprint('ready', flush=True)\ntime.sleep(60)"
        with start_script(script) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.terminate()
            assert process.wait(timeout=30) == -signal.SIGTERM
        assert outcome(store) == [("stopped", None, "SIGTERM")]

    def test_a_signal_that_is_to_be_ignored_stays_so(self, store: Path) -> None:
        script = """
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
        run = runlore.start_run()
        os.kill(os.getpid(), signal.SIGHUP)
        run.log({"m": 0}, 0)
        """
        assert run_script(script)[0] == 0
        assert outcome(store) == [("finished", None, None)]

    @pytest.mark.parametrize("is_before", [True, False])
    def test_a_handler_of_the_users_own_is_left_alone(self, store: Path, is_before: bool) -> None:
        handler = "signal.signal(signal.SIGTERM, lambda *_: print('mine', flush=True))\n"
        start = "run = runlore.start_run()\n"
        script = handler + start if is_before else start + handler
        script += "os.kill(os.getpid(), signal.SIGTERM)\nrun.log({'m': 0}, 0)\n"
        assert run_script(script) == (0, "mine\n", "")
        assert outcome(store) == [("finished", None, None)]

    def test_a_handler_that_exits_ends_the_block(self, store: Path) -> None:
        script = """
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        with runlore.start_run() as run:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(9)
        """
        assert run_script(script)[0] == 143
        assert outcome(store) == [("stopped", None, "exit 143")]

    def test_a_run_started_in_a_thread_is_watched_once_the_main_thread_starts_one(
        self, store: Path
    ) -> None:
        script = """
        import threading
        thread = threading.Thread(target=runlore.start_run)
        thread.start()
        thread.join()
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
        runlore.start_run()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(9)
        """
        assert run_script(script)[0] == -signal.SIGTERM
        assert outcome(store) == [("stopped", None, "SIGTERM")] * 2


class TestWorkers:
    WORKER = """
    import multiprocessing

    def work(number):
        run = runlore.start_run(f"worker {number}")
        run.log({"m": 0}, 0)
        if number == 1:
            raise ValueError("bad")

    if __name__ == "__main__":
        context = multiprocessing.get_context(METHOD)
        parent = runlore.start_run("parent")
        workers = [context.Process(target=work, args=(number,)) for number in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        print([worker.exitcode for worker in workers])
        parent.log({"m": 0}, 0)
    """

    @pytest.mark.parametrize("method", ["fork", "spawn"])
    def test_runs_of_worker_processes_end_with_them(
        self, store: Path, tmp_path: Path, method: str
    ) -> None:
        code = self.WORKER.replace("METHOD", repr(method))
        status, out, _ = run_script(code, path=tmp_path / "train.py")
        assert (status, out) == (0, "[0, 1, 0]\n")
        found = recorded(store)
        names = {event["run"]: event["name"] for event in found.of_kind("run.started")}
        ends = {names[record["run"]]: record["status"] for record in found.of_kind("status.set")}
        finished = dict.fromkeys(("parent", "worker 0", "worker 2"), "finished")
        assert ends == finished | {"worker 1": "failed"}
        assert len(found.points) == 4
        assert len({point.place[0] for point in found.points}) == 4
        assert found.gaps == []


def test_what_ends_a_cancelled_task_is_told_apart_by_its_name() -> None:
    from asyncio import CancelledError

    assert ending.described(CancelledError()) == ("stopped", None, "cancelled")
