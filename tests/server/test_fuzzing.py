"""The API, fuzzed from its own description: nothing that is asked makes the server fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings

from runlore.journal.folder import create_store
from runlore.server.app import create_app
from runlore.server.policy import ALLOWED
from tests.server.conftest import ADDRESS, log_run

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = 12
EVERY_RUN = "/api/v1/runs?archived=any&deleted=any&order=id"
# Streams that never end are tested by themselves; the page isn't part of the description.
LEFT_OUT = {"GET /api/v1/openapi.json", "GET /{path:path}", "GET /api/v1/events"}
ROUTES = sorted(name.replace(":path}", "}") for name in ALLOWED.keys() - LEFT_OUT)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Ask the application of a store with some runs; what fails in it is raised here."""
    place: Path = tmp_path_factory.mktemp("fuzzed") / "store"
    create_store(str(place))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLORE_HELPER", "off")
        for number in range(3):
            log_run(place, f"run{number}", params={"lr": 10.0**-number, "model": "tree"})
    return TestClient(create_app(place), base_url=ADDRESS, raise_server_exceptions=False)


def make_real(given_values: object, runs: list[str]) -> None:
    """Let about half of what is asked be about runs and metrics that there are."""
    if not isinstance(given_values, dict) or len(str(given_values)) % 2:
        return
    real = {"run": runs[0], "name": "digits", "label": "loss", "experiment": "digits"}
    for key in given_values.keys() & real.keys():
        given_values[key] = real[key]
    if "runs" in given_values:
        is_list = isinstance(given_values["runs"], list)
        given_values["runs"] = runs if is_list else ",".join(runs)


@pytest.mark.parametrize("name", ROUTES)
def test_whatever_is_asked_is_answered_as_described(name: str, client: TestClient) -> None:
    app: Any = client.app
    described = schemathesis.openapi.from_dict(app.openapi())
    method, path = name.split()
    operation = described[path][method]
    runs = [row["id"] for row in client.get(EVERY_RUN).json()["rows"]]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        for given_values in (case.path_parameters, case.query, case.body):
            make_real(given_values, runs)
        made = case.as_transport_kwargs(base_url=ADDRESS)
        headers = {**(made.get("headers") or {}), "Content-Type": "application/json"}
        answer = client.request(
            made["method"],
            made["url"],
            params=made.get("params"),
            json=made.get("json"),
            headers={key: value for key, value in headers.items() if key.lower() != "accept"},
        )
        assert answer.status_code < 500 or answer.status_code == 501, (made, answer.text)
        if answer.status_code >= 400:
            assert set(answer.json()) == {"error"}, answer.text
        elif answer.headers["content-type"].startswith("application/json"):
            json.loads(answer.content, parse_constant=pytest.fail)

    ask()
