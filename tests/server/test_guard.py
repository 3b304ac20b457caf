"""What other sites could make a browser send is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

ADDRESS = "http://127.0.0.1:7474"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7474",
        "localhost.evil.example",
        "127.0.0.1.evil.example:7474",
        "127.0.0.1@evil.example",
        "evil.example#localhost",
        "localhost/evil",
        "localhost:port",
        "0.0.0.0:7474",
        "[::2]:7474",
        "[::1",
        "",
    ],
)
def test_a_name_that_is_not_of_loopback_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/api/v1/store", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.json()["error"]["code"] == "wrong-host"


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:7474", "LocalHost:7474", "127.0.0.1:9000", "[::1]:7474"]
)
def test_names_of_loopback_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/api/v1/store", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:7474", "http://127.0.0.1:8080", ""]
)
def test_what_changes_something_must_come_from_the_page_itself(
    client: TestClient, origin: str
) -> None:
    answer = client.post("/api/v1/store", json={}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "foreign-origin"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_browser_that_says_that_it_comes_from_elsewhere_is_refused(
    client: TestClient, site: str
) -> None:
    for method in ("GET", "POST"):
        answer = client.request(method, "/api/v1/store", headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403


def test_the_page_and_programs_may_change_something(client: TestClient) -> None:
    for headers in ({}, {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}):
        assert client.post("/api/v1/store", json={}, headers=headers).status_code == 405


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
def test_what_changes_something_must_be_json(client: TestClient, kind: str) -> None:
    answer = client.post("/api/v1/store", content="{}", headers={"Content-Type": kind})
    assert answer.status_code == 415


def test_a_body_without_end_is_not_read(client: TestClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": str(1 << 40)}
    assert client.post("/api/v1/store", content=b"{}", headers=headers).status_code == 413


def test_no_answer_lets_other_origins_read_it(client: TestClient) -> None:
    answer = client.options(
        "/api/v1/store",
        headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "GET"},
    )
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.headers["x-content-type-options"] == "nosniff"
