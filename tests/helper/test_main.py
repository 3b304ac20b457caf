from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

import runlore
from runlore.blobs.store import BlobStore
from runlore.segments import manifest
from tests.helper.training import (
    Training,
    frames_of,
    helpers_of,
    is_closed,
    records,
    records_by_helpers,
    runs,
    until,
    waiting,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.journal.folder import StoreFolder

pytestmark = pytest.mark.skipif(
    not hasattr(os, "posix_spawn"), reason="the helper is started with posix_spawn"
)


@pytest.fixture
def training(store_of_its_own: Path, tmp_path: Path) -> Iterator[Training]:
    with Training(store_of_its_own, tmp_path) as training:
        yield training


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sealed_runs(store: StoreFolder, actor: str) -> set[str]:
    return {
        segment.run
        for _, entry in manifest.read_from(store, 1)
        if entry.actor == actor
        for segment in entry.segments
    }


NO_RUN = "0" * 32  # whose segment holds what concerns the whole store, or a process


def has_context(training: Training) -> bool:
    return bool(records_by_helpers(training.store, training.actor, "context.captured"))


def test_each_run_gets_the_context_of_its_process(training: Training, tmp_path: Path) -> None:
    training.do("others = [runlore.start_run(store=sys.argv[1]) for _ in range(80)]")
    training.do("ids = [run.id] + [other.id for other in others]")
    training.do("open('ids', 'w').write(' '.join(ids))")
    ids = (tmp_path / "ids").read_text().split()

    until(lambda: has_context(training))
    assert len(records_by_helpers(training.store, training.actor, "context.captured")) == 1
    contexts = [runlore.get_run(run, store=training.store.path).context for run in ids]
    assert all(context == contexts[0] for context in contexts)
    facts = contexts[0]
    assert str(facts["script"]).endswith("train.py")
    assert facts["pid"] == training.process.pid
    assert facts["python"]["version"] == ".".join(map(str, sys.version_info[:3]))
    packages = facts["packages"]
    assert isinstance(packages, dict)
    assert "numpy" in packages
    assert facts["user"]
    assert facts["host"]


def test_a_given_file_becomes_a_blob_while_the_training_goes_on(
    training: Training, tmp_path: Path
) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(os.urandom(3 << 20))
    training.do(f"run.log_artifact({str(weights)!r})")
    until(lambda: not waiting(training.store, training.actor))
    (stored,) = records_by_helpers(training.store, training.actor, "staged.stored")
    (logged,) = records(training.store, training.actor, "artifact.logged")
    assert stored["staged"] == logged["staged"]
    assert stored["run"] == training.run
    assert (stored["digest"], stored["size_bytes"]) == (digest_of(weights), 3 << 20)
    assert BlobStore(training.store.path).verify(stored["digest"]).size_bytes == 3 << 20
    assert runs(training.helper_pid)


@pytest.mark.parametrize("ending", ["end", "kill"])
def test_it_ends_after_the_training_and_leaves_everything_sealed(
    training: Training, ending: str
) -> None:
    training.do("run.log({'loss': 0.5})")
    training.do("run.save_artifact('last.txt', 'given in the last moment')")
    getattr(training, ending)()
    training.waits_for_helper_to_end()
    store, actor = training.store, training.actor
    assert has_context(training)
    assert len(records_by_helpers(store, actor, "staged.stored")) == 1
    assert waiting(store, actor) == []
    (helper,) = helpers_of(store, actor)
    assert is_closed(store, helper)
    assert sealed_runs(store, actor) == {training.run}
    assert sealed_runs(store, helper) == {training.run, NO_RUN}
    left = {path.name for path in Path(store.actor(actor)).iterdir()}
    assert left == {"lock", "00000001.journal", "00000001.sealed"}


def test_a_full_journal_file_is_sealed_while_the_training_goes_on(training: Training) -> None:
    training.do("[run.log({'loss': 0.5}) for _ in range(220_000)]")
    until(lambda: any(entry.number == 1 for _, entry in manifest.read_from(training.store, 1)))
    assert runs(training.helper_pid)
    memory = psutil.Process(training.helper_pid).memory_info().rss
    assert memory < 60e6, "NumPy stayed outside"


def test_killing_it_loses_nothing(training: Training) -> None:
    until(lambda: has_context(training))
    os.kill(training.helper_pid, signal.SIGKILL)
    training.do("run.log({'loss': 0.5})")
    training.do("run.save_artifact('kept.txt', 'kept')")
    training.end()
    (logged,) = records(training.store, training.actor, "artifact.logged")
    assert waiting(training.store, training.actor) == [logged["staged"].partition("/")[2]]
    assert is_closed(training.store, training.actor)
    assert has_context(training)


def test_killed_at_any_moment_it_leaves_each_file_in_one_place_at_least(
    store_of_its_own: Path, tmp_path: Path
) -> None:
    moment = random.Random(0)
    for _ in range(4):
        with Training(store_of_its_own, tmp_path) as training:
            for number in range(12):
                training.do(f"run.save_artifact('{number}.txt', '{number}' * 100_000)")
                time.sleep(moment.random() / 20)
            os.kill(training.helper_pid, signal.SIGKILL)
            training.end()
            store, actor = training.store, training.actor
            stored = {
                record["staged"]: record["digest"]
                for record in records_by_helpers(store, actor, "staged.stored")
            }
            logged = [record["staged"] for record in records(store, actor, "artifact.logged")]
            assert len(logged) == 12
            for name in logged:
                if name not in stored:
                    assert Path(store.incoming, name).stat().st_size >= 100_000
                else:
                    BlobStore(store.path).verify(stored[name])


def test_it_holds_no_pipe_open(store_of_its_own: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with Training(store_of_its_own, tmp_path, pass_fds=(writing,)) as training:
        until(lambda: has_context(training))  # so it has got that far
        os.close(writing)
        os.kill(training.helper_pid, signal.SIGSTOP)  # so that its end closes nothing
        training.end()  # reads its output to the end, as `tee` does
        os.set_blocking(reading, False)  # it would otherwise wait for what nobody writes
        assert os.read(reading, 1) == b""
        os.close(reading)
        os.kill(training.helper_pid, signal.SIGCONT)
        training.waits_for_helper_to_end()


def test_a_pipeline_ends(store_of_its_own: Path, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text("import runlore\nwith runlore.start_run('x') as run:\n    print(run.id)\n")
    command = f"{sys.executable} {script} | tee {tmp_path / 'log'}"
    source = Path(__file__).parents[2] / "src"
    environment = os.environ | {"PYTHONPATH": str(source), "RUNLORE_STORE": str(store_of_its_own)}
    answer = subprocess.run(
        ["/bin/sh", "-c", command], env=environment, capture_output=True, check=True, timeout=60
    )
    assert (tmp_path / "log").read_bytes() == answer.stdout != b""


def test_it_ends_when_the_store_is_gone_and_does_not_bring_it_back(training: Training) -> None:
    until(lambda: has_context(training))
    shutil.rmtree(training.store.path)
    training.waits_for_helper_to_end()
    assert not Path(training.store.path).exists()
    assert training.process.poll() is None


def test_a_termination_ends_it_with_its_journal_complete(training: Training) -> None:
    until(lambda: has_context(training))
    os.kill(training.helper_pid, signal.SIGTERM)
    training.waits_for_helper_to_end()
    (helper,) = helpers_of(training.store, training.actor)
    assert is_closed(training.store, helper)
    training.do("run.log({'loss': 0.5})")


def test_signals_to_the_terminal_do_not_reach_it(training: Training) -> None:
    until(lambda: has_context(training))
    assert os.getsid(training.helper_pid) == training.helper_pid
    os.kill(training.helper_pid, signal.SIGINT)
    os.kill(training.helper_pid, signal.SIGHUP)
    training.do("run.save_artifact('after.txt', 'after')")
    until(lambda: not waiting(training.store, training.actor))


def test_its_own_failure_is_recorded_and_made_good_at_the_end(training: Training) -> None:
    blobs = Path(training.store.blobs)
    blobs.rmdir()
    blobs.write_text("in the way")
    training.do("run.save_artifact('given.txt', 'given')")

    def troubles() -> list[str]:
        found = records_by_helpers(training.store, training.actor, "trouble")
        return [record["message"] for record in found if record["what"] == "helper"]

    until(troubles)
    assert "incoming/" in troubles()[0]
    assert waiting(training.store, training.actor)
    blobs.unlink()
    training.end()
    training.waits_for_helper_to_end()
    assert waiting(training.store, training.actor) == []
    assert len(records_by_helpers(training.store, training.actor, "staged.stored")) == 1


def test_a_process_without_a_run_gets_no_second_journal(
    store_of_its_own: Path, tmp_path: Path
) -> None:
    script = (
        "import sys\n"
        "from runlore.client.recorder import recorder_for\n"
        "recorder = recorder_for(sys.argv[1])\n"
        "print(recorder.helper_pid, recorder.writer.actor, flush=True)\n"
        "sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(store_of_its_own)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
    )
    assert process.stdout is not None
    pid, actor = process.stdout.readline().split()
    process.communicate()
    until(lambda: not runs(int(pid)))
    journals = store_of_its_own / "journals"
    assert [path.name for path in journals.iterdir()] == [actor]


def test_its_journal_shows_a_heartbeat_at_once(training: Training) -> None:
    until(lambda: helpers_of(training.store, training.actor))
    (helper,) = helpers_of(training.store, training.actor)
    kinds = [frame.kind for frame in frames_of(training.store, helper)]
    assert 6 in kinds
