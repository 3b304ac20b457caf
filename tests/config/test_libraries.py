"""Configurations of other libraries are params too: tested with the libraries themselves."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING, Any

import param
import pydantic
import pytest
from omegaconf import OmegaConf

import runlore

if TYPE_CHECKING:
    from pathlib import Path


@dataclasses.dataclass
class Optimizer:
    lr: float = 0.1
    name: str = "adam"


@dataclasses.dataclass
class Training:
    epochs: int = 3
    optimizer: Optimizer = dataclasses.field(default_factory=Optimizer)


class PydanticOptimizer(pydantic.BaseModel):
    lr: float = 0.1
    name: str = "adam"


class PydanticTraining(pydantic.BaseModel):
    epochs: int = 3
    optimizer: PydanticOptimizer = PydanticOptimizer()


class ParamOptimizer(param.Parameterized):
    lr = param.Number(default=0.1)
    name = param.String(default="adam")


class ParamTraining(param.Parameterized):
    epochs = param.Integer(default=3)
    optimizer = param.ClassSelector(class_=ParamOptimizer, default=ParamOptimizer())  # type: ignore[no-untyped-call]


PLAIN = {"epochs": 3, "optimizer": {"lr": 0.1, "name": "adam"}}


@pytest.mark.parametrize(
    "params",
    [
        Training(),
        PydanticTraining(),
        argparse.Namespace(**PLAIN),
        OmegaConf.create(PLAIN),
        OmegaConf.structured(Training),
        argparse.Namespace(epochs=3, optimizer=PydanticOptimizer()),
        {"epochs": 3, "optimizer": PydanticOptimizer()},
        {"epochs": 3, "optimizer": argparse.Namespace(lr=0.1, name="adam")},
    ],
    ids=lambda params: type(params).__name__,
)
def test_fields_become_dotted_params(params: Any) -> None:
    with runlore.start_run("configured", params=params):
        pass
    assert runlore.get_run("configured").params == {
        "epochs": 3, "optimizer.lr": 0.1, "optimizer.name": "adam",
    }  # fmt: skip


def test_any_param_object_gives_its_values() -> None:
    with runlore.start_run("configured", params=ParamTraining()):  # type: ignore[no-untyped-call]
        pass
    assert runlore.get_run("configured").params == {"epochs": 3, "optimizer.lr": 0.1}


def test_references_of_omegaconf_are_resolved() -> None:
    config = OmegaConf.create({"width": 8, "model": {"hidden": "${width}", "layers": [1, 2]}})
    OmegaConf.set_struct(config, True)
    with runlore.start_run("resolved", params=config):
        pass
    assert runlore.get_run("resolved").params == {
        "width": 8, "model.hidden": 8, "model.layers": [1, 2],
    }  # fmt: skip


def test_a_configuration_composed_by_hydra(tmp_path: Path) -> None:
    hydra = pytest.importorskip("hydra")
    (tmp_path / "optimizer").mkdir()
    (tmp_path / "config.yaml").write_text("defaults:\n  - optimizer: sgd\n  - _self_\nepochs: 3\n")
    (tmp_path / "optimizer" / "sgd.yaml").write_text("lr: 0.1\nname: sgd\n")
    with hydra.initialize_config_dir(str(tmp_path), version_base=None):
        config = hydra.compose("config", overrides=["optimizer.lr=0.5"])
    with runlore.start_run("composed", params=config):
        pass
    assert runlore.get_run("composed").params == {
        "epochs": 3, "optimizer.lr": 0.5, "optimizer.name": "sgd",
    }  # fmt: skip
