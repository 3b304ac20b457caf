from __future__ import annotations

import pytest

from runlore.helper.seeds import SEED_NAMES, seed_like_params


@pytest.mark.parametrize(
    "key",
    [
        "seed",
        "SEED",
        "random_state",
        "model.random_state",
        "trainer.data.split_seed",
        "Torch_Seed",
        "np-seed",
        "PYTHONHASHSEED",
        "pipeline.forest__random_state",
    ],
)
def test_params_that_seed_random_numbers_are_picked(key: str) -> None:
    assert seed_like_params({key: 7, "lr": 0.1}) == {key: 7}


@pytest.mark.parametrize("key", ["lr", "seed.lr", "seedling", "n_seeds", "random", "state", ""])
def test_other_params_are_left(key: str) -> None:
    assert seed_like_params({key: 7}) == {}


def test_values_keep_their_type_and_order() -> None:
    params = {"b.seed": "7", "lr": 1, "a.seed": None, "rng_seed": [1, 2]}
    assert list(seed_like_params(params).items()) == [
        ("b.seed", "7"),
        ("a.seed", None),
        ("rng_seed", [1, 2]),
    ]


def test_the_list_holds_names_in_the_form_they_are_looked_up_in() -> None:
    assert {name.lower().replace("-", "_") for name in SEED_NAMES} == SEED_NAMES
    assert all(seed_like_params({name: 1}) for name in SEED_NAMES)
