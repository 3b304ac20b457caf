"""Every route is denied unless it is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from runlore.journal.folder import create_store
from runlore.server.app import ROUTERS, create_app
from runlore.server.policy import ALLOWED, Right
from tests.server.conftest import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EDITS = ("POST", "PUT", "PATCH", "DELETE")
QUESTIONS = {"POST /api/v1/curves"}  # asked with a body, and change nothing


def routes() -> Iterator[str]:
    """List every route of the app by method and path."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute), f"{route} stands beside the policy"
            yield from (f"{method} {route.path}" for method in sorted(route.methods or ()))


def app_of(client: TestClient) -> FastAPI:
    assert isinstance(client.app, FastAPI)
    return client.app


def test_every_route_is_listed_and_every_listed_one_is_there() -> None:
    assert sorted(routes()) == sorted(ALLOWED)


def test_the_app_has_no_routes_but_those_of_its_routers(client: TestClient) -> None:
    assert len(app_of(client).routes) in (len(ROUTERS), len(list(routes())))


@pytest.mark.parametrize("name", ALLOWED)
def test_a_route_that_leaves_the_list_answers_403(
    name: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_store(str(store))
    monkeypatch.delitem(ALLOWED, name)
    method, path = name.split()
    with TestClient(create_app(store), base_url=ADDRESS) as client:
        json: dict[str, object] | None = {} if method == "POST" else None
        answer = client.request(method, path.replace("{path:path}", "runs"), json=json)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden"


def test_what_changes_something_asks_for_the_right_to_edit() -> None:
    for name, right in ALLOWED.items():
        is_edit = name.startswith(EDITS) and name not in QUESTIONS
        assert right is (Right.EDIT if is_edit else Right.READ), name


def test_a_route_that_nobody_listed_is_never_called(client: TestClient) -> None:
    router = APIRouter()

    @router.get("/api/v1/forgotten")
    def forgotten() -> str:
        pytest.fail("it was called")

    app = app_of(client)
    app.include_router(router)
    app.router.routes.insert(0, app.router.routes.pop())  # before what answers every path
    answer = client.get("/api/v1/forgotten")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden"
