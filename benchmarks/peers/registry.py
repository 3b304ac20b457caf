"""Which trackers are measured, in the order of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.peers.aim_local import Aim
from benchmarks.peers.bare_write import BareWrite
from benchmarks.peers.mlflow_sqlite import Mlflow
from benchmarks.peers.runlore_itself import Runlore
from benchmarks.peers.swanlab_offline import SwanLab
from benchmarks.peers.tensorboardx_files import TensorboardX
from benchmarks.peers.trackio_local import Trackio
from benchmarks.peers.wandb_offline import Wandb

if TYPE_CHECKING:
    from benchmarks.peers.driver import Driver

FLOOR: type[Driver] = BareWrite
OURS: type[Driver] = Runlore
PEERS: tuple[type[Driver], ...] = (Trackio, SwanLab, TensorboardX, Aim, Wandb, Mlflow)
_BY_NAME = {driver.name: driver for driver in (FLOOR, OURS, *PEERS)}


def driver_named(name: str) -> Driver:
    """Return a new driver of that name."""
    return _BY_NAME[name]()
