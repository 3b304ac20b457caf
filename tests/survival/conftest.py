"""Processes to kill, and the command line called as a user would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pytest

from runlore.cli.main import main
from tests.survival.forks import Forks

if TYPE_CHECKING:
    from collections.abc import Iterator


class Answer(NamedTuple):
    """What a command printed, and its exit status."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Command(Protocol):
    """The command line, in this process."""

    def __call__(self, *arguments: object) -> Answer: ...


@pytest.fixture(scope="module")
def shared_forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    folder = tmp_path_factory.mktemp("forks")
    folder.chmod(0o777)
    with Forks(folder) as forks:
        yield forks


@pytest.fixture
def forks(shared_forks: Forks) -> Iterator[Forks]:
    """Processes at a fork's price; what still runs at the end of the test is killed."""
    yield shared_forks
    shared_forks.end_all()


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Command:
    def call(*arguments: object) -> Answer:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        code = ended.value.code
        return Answer(code if isinstance(code, int) else 0, captured.out, captured.err)

    return call
