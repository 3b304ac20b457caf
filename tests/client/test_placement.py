from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.client.placement import placement
from runlore.errors import InvalidType, InvalidValue
from runlore.journal.host import HostIdentity

if TYPE_CHECKING:
    from runlore.client.placement import Placement

HOST = HostIdentity("host", "boot")
TWO_NODES = {
    "WORLD_SIZE": "16",
    "GROUP_WORLD_SIZE": "2",
    "LOCAL_WORLD_SIZE": "8",
    "TORCHELASTIC_RUN_ID": "none",
    "MASTER_ADDR": "node1",
    "MASTER_PORT": "29500",
}


def place(given: str | None = None, **environment: str) -> Placement:
    return placement(given, environment, HOST)


def ranks(**environment: str) -> tuple[Placement, Placement]:
    return place(None, RANK="0", **environment), place(None, RANK="1", **environment)


def test_a_process_on_its_own_is_a_run_of_its_own() -> None:
    assert place().run != place().run
    assert (place().rank, place().world_size, place().is_shared) == (0, 1, False)


def test_ranks_of_one_launcher_share_run_and_attempt() -> None:
    first, second = ranks(WORLD_SIZE="2")
    assert (first.run, first.attempt) == (second.run, second.attempt)
    assert (first.rank, second.rank) == (0, 1)


def test_a_restart_by_torchrun_is_another_attempt_of_a_named_run() -> None:
    first = place("nightly", WORLD_SIZE="2", RANK="0", TORCHELASTIC_RESTART_COUNT="0")
    again = place("nightly", WORLD_SIZE="2", RANK="0", TORCHELASTIC_RESTART_COUNT="1")
    assert first.run == again.run
    assert first.attempt != again.attempt


def test_a_given_id_goes_before_the_environment() -> None:
    assert place("mine", RUNLORE_RUN_ID="theirs").run == place("mine").run
    assert place(None, RUNLORE_RUN_ID="theirs").run == place("theirs").run


def test_ranks_on_several_nodes_without_a_common_name_are_refused_with_advice() -> None:
    with pytest.raises(InvalidValue, match="no common name") as refused:
        place(None, RANK="3", **TWO_NODES)
    assert "RUNLORE_RUN_ID" in (refused.value.hint or "")


def test_the_advice_for_several_nodes_works() -> None:
    first, second = ranks(RUNLORE_RUN_ID="big", **TWO_NODES)
    assert (first.run, first.attempt) == (second.run, second.attempt)
    named = TWO_NODES | {"TORCHELASTIC_RUN_ID": "big"}
    first, second = ranks(**named)
    assert (first.run, first.attempt) == (second.run, second.attempt)


def test_tasks_of_a_slurm_step_share_a_run() -> None:
    step = {"SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2"}
    first = place(None, SLURM_PROCID="0", **step)
    second = place(None, SLURM_PROCID="1", **step)
    assert (first.run, first.attempt) == (second.run, second.attempt)
    assert (second.rank, second.world_size) == (1, 2)


def test_the_next_slurm_step_and_a_requeued_job_are_other_runs() -> None:
    step = {"SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_NTASKS": "2", "SLURM_PROCID": "0"}
    run = place(None, **step).run
    assert place(None, **step | {"SLURM_STEP_ID": "1"}).run != run
    assert place(None, **step, SLURM_RESTART_COUNT="1").run != run


def test_commands_of_a_batch_script_are_runs_of_their_own() -> None:
    batch = {"SLURM_JOB_ID": "7", "SLURM_NTASKS": "4", "SLURM_PROCID": "0", "SLURM_LOCALID": "0"}
    assert place(None, **batch).run != place(None, **batch).run
    assert place(None, **batch).world_size == 1


def test_the_ranks_of_torchrun_in_a_batch_script_share_a_run() -> None:
    batch = {"SLURM_JOB_ID": "7", "SLURM_NTASKS": "1", "SLURM_PROCID": "0"}
    first, second = ranks(WORLD_SIZE="2", LOCAL_WORLD_SIZE="2", **batch)
    assert (first.run, first.rank, second.rank) == (second.run, 0, 1)


@pytest.mark.parametrize(("given", "error"), [("", InvalidValue), (3, InvalidType)])
def test_an_id_that_is_no_text_is_refused(given: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="the run's id"):
        place(given)
