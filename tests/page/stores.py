"""A store as a small team has it: seeds, a winner, a failure, hostile names, things to look at."""

from __future__ import annotations

import math
import random
import sys
from typing import TYPE_CHECKING

import numpy as np

import runlore
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.segments.sealing import seal_complete

if TYPE_CHECKING:
    from pathlib import Path

QUESTION = "Does label smoothing help a small network?"
HOSTILE = "<img src=x onerror=\"window.hacked='name'\"> & 'quoted' \u202e日本"
SMOOTHINGS = (0.0, 0.1, 0.2)
SEEDS = 5
STEPS = 200


def make_store(place: Path) -> None:
    """Record seeds of three smoothings, a failed run, an experiment that nothing decides."""
    noise = random.Random(7)
    for smoothing in SMOOTHINGS:
        for seed in range(SEEDS):
            _train(place, smoothing, seed, noise)
    _fail(place)
    for seed in range(3):
        for width in (16, 32):
            params = {"width": width, "seed": seed}
            with runlore.start_run(
                experiment="widths", goal="Does width matter?", params=params, store=place
            ) as run:
                run.log({"accuracy": 0.9 + noise.gauss(0, 0.01)}, step=0)
    _be_hostile(place)
    seal_complete(open_store(str(place)), host=current_host(), deadline_seconds=60)


def _train(place: Path, smoothing: float, seed: int, noise: random.Random) -> None:
    params = {"smoothing": smoothing, "seed": seed, "epochs": 10, "optimizer": "adam"}
    tags = ["baseline"] if smoothing == 0.0 else []
    with runlore.start_run(
        experiment="smoothing", goal=QUESTION, params=params, tags=tags, store=place
    ) as run:
        run.define_metric("val_acc", direction="max")
        run.define_metric("loss", direction="min")
        best = 0.76 + (0.02 if smoothing == 0.1 else 0.0) + noise.gauss(0, 0.002)
        for step in range(STEPS):
            share = 1 - math.exp(-step / 40)
            loss = 3 * math.exp(-step / 50) + 0.4 + noise.gauss(0, 0.02)
            if smoothing == 0.2 and seed == 3 and step == 120:
                loss = 9.5  # a spike that no chart may lose
            if smoothing == 0.2 and seed == 4 and step in (60, 61):
                loss = math.nan
            run.log({"loss": loss, "train/grad_norm": 1 + noise.random()}, step=step)
            run.log({"val_acc": best * share + noise.gauss(0, 0.002)}, step=step)
        run.log({"val_acc": best}, step=STEPS)
        if seed == 0:
            _show(run, smoothing)


def _show(run: runlore.Run, smoothing: float) -> None:
    """Save what pages show beside curves."""
    sys.stdout.write(f"\x1b[32mtraining\x1b[0m with smoothing {smoothing}\n")
    sys.stdout.writelines(f"step {line}: all is well\n" for line in range(300))
    run.log_note("looks fine so far")
    pixels = (np.linspace(0, 255, 64 * 64).reshape(64, 64) * (1 - smoothing)).astype(np.uint8)
    for step in (0, 100):
        run.log_image("sample", pixels, step=step)
    run.save_artifact("report.md", "# Report\n\nAll **good**.\n")
    run.save_artifact("page.html", "<script>parent.hacked = 'file'; window.own = 1</script>hello")


def _fail(place: Path) -> None:
    try:
        with runlore.start_run(
            "diverged", experiment="smoothing", goal=QUESTION, store=place,
            params={"smoothing": 0.9, "seed": 0, "epochs": 10, "optimizer": "sgd"},
        ) as run:  # fmt: skip
            run.log({"loss": 8.0}, step=0)
            raise ValueError("the loss diverged <b>at once</b>")
    except ValueError:
        pass


def _be_hostile(place: Path) -> None:
    with runlore.start_run(
        HOSTILE, experiment=HOSTILE, params={HOSTILE: HOSTILE}, tags=[HOSTILE], store=place
    ) as run:
        for step in range(3):
            run.log({HOSTILE: step}, step=step)
        run.log_note(HOSTILE)
        run.save_artifact(f"{HOSTILE.replace('/', '')}.txt", HOSTILE)
