"""Find out from the launcher which run, attempt and rank this process is."""

from __future__ import annotations

import os

from runlore.errors import InvalidValue
from runlore.records import limits
from runlore.records.ids import id_from_text, is_id, new_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.journal.host import HostIdentity


class Placement:
    """Which run this process belongs to: `run`, `attempt`, `rank`, `world_size`.

    `is_shared` says that other processes (ranks, earlier attempts) may know the run, too.
    """

    __slots__ = ("attempt", "is_shared", "local_rank", "rank", "run", "world_size")

    def __init__(
        self,
        run: str,
        attempt: str,
        rank: int,
        world_size: int,
        *,
        is_shared: bool,
        local_rank: int,
    ) -> None:
        """Hold what was found."""
        self.run = run
        self.attempt = attempt
        self.rank = rank
        self.world_size = world_size
        self.is_shared = is_shared
        self.local_rank = local_rank


def run_id(text: str) -> str:
    """Return the identifier for an id given by a user: as it is, or derived from any text."""
    text = limits.name(text, "the run's id")
    lowered = text.lower()
    return lowered if is_id(lowered) else id_from_text("run\0" + text)


def placement(given: str | None, environment: Mapping[str, str], host: HostIdentity) -> Placement:
    """Say which run, attempt and rank this process is.

    The run is the one given, else that of RUNLORE_RUN_ID, else derived from Slurm's job, step
    and restart, torchrun's run id, or, with several ranks on one node, the launcher's process.
    Slurm's variables count only in a step, which `srun` makes: what a batch script starts by
    itself has them too, with the job's number of tasks, and is one process.

    Raises:
        InvalidValue: for several ranks on several nodes with no common name.
    """
    if environment.get("SLURM_JOB_ID") and not environment.get("SLURM_STEP_ID"):
        environment = {key: environment[key] for key in environment if key[:6] != "SLURM_"}
    rank = _integer(environment, "RUNLORE_RANK", "RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK")
    size = _integer(
        environment,
        "RUNLORE_WORLD_SIZE",
        "WORLD_SIZE",
        "SLURM_STEP_NUM_TASKS",
        "SLURM_NTASKS",
        "OMPI_COMM_WORLD_SIZE",
    )
    local = _integer(environment, "LOCAL_RANK", "SLURM_LOCALID", "OMPI_COMM_WORLD_LOCAL_RANK")
    world_size = max(size or 1, 1)
    if rank is None or world_size == 1:
        rank = rank or 0
    job = environment.get("RUNLORE_RUN_ID", "")
    is_named = given is not None or bool(job)
    launch = "" if world_size == 1 else _launch(environment, host, world_size, is_named=is_named)
    if given is not None:
        run, is_shared = run_id(given), True
    elif job:
        run, is_shared = run_id(job), True
    elif launch:
        run, is_shared = id_from_text("launch\0" + launch), True
    else:
        run, is_shared = new_id(), False
    attempt = environment.get("RUNLORE_ATTEMPT", "") or (launch and f"{run}\0{launch}")
    return Placement(
        run,
        id_from_text("attempt\0" + attempt) if attempt else new_id(),
        rank,
        world_size,
        is_shared=is_shared,
        local_rank=rank if local is None else local,
    )


def _launch(
    environment: Mapping[str, str], host: HostIdentity, world_size: int, *, is_named: bool
) -> str:
    """Return words that all ranks of this launch share and no other launch has.

    On several nodes without a scheduler only the address of their meeting is left: enough to
    tell the attempts of a named run apart, too little to name one.
    """
    restart = environment.get("TORCHELASTIC_RESTART_COUNT", "0")
    if environment.get("SLURM_JOB_ID"):
        job_step = f"{environment['SLURM_JOB_ID']}.{environment['SLURM_STEP_ID']}"
        return f"slurm {job_step} {environment.get('SLURM_RESTART_COUNT', '0')} {restart}"
    elastic = environment.get("TORCHELASTIC_RUN_ID", "none")
    if elastic != "none":
        return f"torchrun {elastic} {restart}"
    nodes = _integer(environment, "GROUP_WORLD_SIZE", "SLURM_NNODES") or 1
    local_size = _integer(environment, "LOCAL_WORLD_SIZE")
    if nodes > 1 or (local_size is not None and local_size < world_size):
        if is_named:
            meeting = f"{environment.get('MASTER_ADDR', '')}:{environment.get('MASTER_PORT', '')}"
            return f"nodes {meeting} {restart}"
        raise InvalidValue(
            f"{world_size} ranks on several nodes have no common name for their run",
            hint="set RUNLORE_RUN_ID to the same text on every rank, or torchrun's --rdzv-id",
        )
    from runlore.journal.host import process_start_ticks

    launcher = os.getppid()
    started = process_start_ticks(launcher) or 0
    return f"local {launcher} {started} {host.boot_id} {restart}"


def _integer(environment: Mapping[str, str], *names: str) -> int | None:
    for name in names:
        try:
            return int(environment.get(name, ""))
        except ValueError:
            pass  # not set, or no number
    return None
