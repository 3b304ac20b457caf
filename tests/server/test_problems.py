"""Every error has one shape, and says nothing of our insides."""

from __future__ import annotations

import errno
import logging
from typing import TYPE_CHECKING

import pytest

from runlore import errors
from runlore.server.problems import problem_of, utf16_length

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

FIELDS = {"code", "message", "hint", "span", "suggestion"}


def every_error() -> list[type[errors.RunloreError]]:
    found = list[type[errors.RunloreError]]()
    waiting = [errors.RunloreError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return found


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api", "/api/v1/../v2/x"])
def test_an_unknown_route_is_said_in_the_shape(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert set(answer.json()["error"]) == FIELDS


def test_a_wrong_method_is_said_with_those_that_there_are(client: TestClient) -> None:
    answer = client.post("/api/v1/store", json={})
    assert answer.status_code == 405
    assert set(answer.json()["error"]) == FIELDS
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_of_ours_has_its_status(kind: type[errors.RunloreError]) -> None:
    error = kind.__new__(kind)
    errors.RunloreError.__init__(error, "it broke", hint="mend it")
    error.__dict__.update(reason="it broke", text="", position=0)
    answer = problem_of(error)
    is_ours = issubclass(kind, errors.DamageError) or kind is errors.RunloreError
    assert (answer.status_code == 500) == is_ours
    assert bytes(answer.body).count(b'"message":"it broke","hint":"mend it"') == 1


def test_an_unforeseen_error_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "runlore.server"):
        answer = problem_of(KeyError("the secret of /etc/shadow"))
    assert answer.status_code == 500
    assert b"secret" not in bytes(answer.body)
    assert caplog.records[0].exc_info is not None


def test_a_full_disk_is_said_as_such() -> None:
    assert problem_of(OSError(errno.ENOSPC, "no space left")).status_code == 507


def test_utf16_units_are_what_browsers_count() -> None:
    assert utf16_length("a𝛼b") == 4
