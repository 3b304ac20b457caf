"""Pick out the params that seed random numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SEED_NAMES = frozenset(
    {
        # whole names
        "seed", "seeds", "random_state", "random_seed", "rng_seed", "prng_seed", "manual_seed",
        "seed_everything", "pythonhashseed", "rng",
        # one library's
        "python_seed", "np_seed", "numpy_seed", "torch_seed", "cuda_seed", "tf_seed", "jax_seed",
        "pl_seed", "hf_seed", "sklearn_seed", "optuna_seed", "hash_seed",
        # one purpose's
        "global_seed", "base_seed", "master_seed", "run_seed", "init_seed", "weight_seed",
        "model_seed", "data_seed", "dataset_seed", "dataloader_seed", "split_seed", "fold_seed",
        "cv_seed", "shuffle_seed", "sampler_seed", "sampling_seed", "augmentation_seed",
        "noise_seed", "dropout_seed", "env_seed", "train_seed", "training_seed", "val_seed",
        "eval_seed", "test_seed",
        # LightGBM
        "bagging_seed", "feature_fraction_seed", "data_random_seed", "extra_seed", "drop_seed",
        "objective_seed",
    }
)  # fmt: skip


def seed_like_params(params: Mapping[str, object]) -> dict[str, object]:
    """Pick the params whose last part is a name in SEED_NAMES, values as they are.

    Parts are separated by dots, or by the double underscore of scikit-learn's pipelines
    (`forest__random_state`); upper and lower case and `-` for `_` make no difference.
    """
    return {key: value for key, value in params.items() if _last_part(key) in SEED_NAMES}


def _last_part(key: str) -> str:
    return re.split(r"\.|__", key)[-1].lower().replace("-", "_")
