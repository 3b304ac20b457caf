"""Stores to look at, and the command line called as a user would."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

from runlore.cli.main import main
from tests.cli.stores import make_store, seal

if TYPE_CHECKING:
    from pathlib import Path


class Answer(NamedTuple):
    """What a command printed, and its exit status."""

    code: int
    out: str
    err: str


class Command(Protocol):
    """The command line, in this process."""

    def __call__(self, *arguments: str) -> Answer: ...


@pytest.fixture(scope="session")
def made_stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("made")
    fresh = make_store(folder)
    sealed = folder / "sealed"
    shutil.copytree(fresh, sealed)
    seal(sealed)
    return {"fresh": fresh, "sealed": sealed}


@pytest.fixture
def store(made_stores: dict[str, Path], store_of_its_own: Path) -> Path:
    """A store of six runs, sealed and cleared up but for files that wait."""
    shutil.copytree(made_stores["sealed"], store_of_its_own)
    return store_of_its_own


@pytest.fixture
def fresh_store(made_stores: dict[str, Path], store_of_its_own: Path) -> Path:
    """The same store, nothing of it sealed yet."""
    shutil.copytree(made_stores["fresh"], store_of_its_own)
    return store_of_its_own


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Command:
    def call(*arguments: str) -> Answer:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capfd.readouterr()
        code = ended.value.code
        return Answer(code if isinstance(code, int) else 0, captured.out, captured.err)

    return call
