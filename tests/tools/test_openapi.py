"""The tracked description of the API is that of the routes, and what breaks users is seen."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from openapi import DOCUMENT, HEAD, TYPES, describe, digest_of
from openapi_breaks import breaks

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
KNOWN: dict[str, Any] = {
    "paths": {
        "/runs": {
            "get": {
                "parameters": [
                    {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 9}},
                    {"in": "query", "name": "order", "schema": {"enum": ["asc", "desc"]}},
                ],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/x/schemas/Body"}}}
                },
                "responses": {
                    "200": {
                        "content": {"application/json": {"schema": {"$ref": "#/x/schemas/Table"}}}
                    }
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Body": {"type": "object", "properties": {"x": {"type": "string"}}},
            "Table": {
                "type": "object",
                "required": ["total"],
                "properties": {
                    "total": {"type": "integer"},
                    "parent": {"anyOf": [{"$ref": "#/x/schemas/Table"}, {"type": "null"}]},
                },
            },
        }
    },
}


def table(new: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = new["components"]["schemas"]["Table"]
    return found


def parameters(new: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = new["paths"]["/runs"]["get"]["parameters"]
    return found


def test_the_tracked_description_is_that_of_the_routes() -> None:
    assert Path(DOCUMENT).read_text(encoding="utf-8") == describe(), "run `make openapi`"


def test_the_types_of_the_page_are_made_from_it() -> None:
    first, _, _ = Path(TYPES).read_text(encoding="utf-8").partition("\n")
    text = Path(DOCUMENT).read_text(encoding="utf-8")
    assert first == HEAD + digest_of(text), "run `make openapi`"


def test_nothing_breaks_where_nothing_changes() -> None:
    assert breaks(KNOWN, copy.deepcopy(KNOWN)) == []
    tracked = json.loads(Path(DOCUMENT).read_text(encoding="utf-8"))
    assert breaks(tracked, tracked) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda new: new["paths"].clear(), ["GET /runs is gone"]),
        (lambda new: parameters(new).pop(), ["GET /runs: the parameter 'order' is gone"]),
        (
            lambda new: parameters(new)[0].update(required=True),
            ["GET /runs: the parameter 'limit' is required"],
        ),
        (
            lambda new: parameters(new)[0]["schema"].update(maximum=5),
            ["GET /runs: the parameter 'limit' has the bound maximum 5"],
        ),
        (
            lambda new: parameters(new)[1]["schema"].update(enum=["asc"]),
            ["GET /runs: the parameter 'order' doesn't take 'desc'"],
        ),
        (
            lambda new: table(new)["properties"].pop("total"),
            ["GET /runs: the answer.total is gone"],
        ),
        (lambda new: table(new)["required"].clear(), ["GET /runs: the answer.total may be absent"]),
        (
            lambda new: table(new)["properties"].update(
                total={"anyOf": [{"type": "integer"}, {"type": "null"}]}
            ),
            ["GET /runs: the answer.total may be null"],
        ),
        (
            lambda new: new["components"]["schemas"]["Body"].update(required=["x"]),
            ["GET /runs: the body.x is required"],
        ),
    ],
)
def test_what_breaks_users_is_named(
    change: Callable[[dict[str, Any]], object], said: list[str]
) -> None:
    new = copy.deepcopy(KNOWN)
    change(new)
    assert breaks(KNOWN, new) == said


def test_what_is_added_breaks_nobody() -> None:
    new = copy.deepcopy(KNOWN)
    new["paths"]["/more"] = {"get": {}}
    parameters(new).append({"in": "query", "name": "more", "schema": {"type": "string"}})
    parameters(new)[0]["schema"]["maximum"] = 100
    table(new)["properties"]["more"] = {"type": "string"}
    assert breaks(KNOWN, new) == []


def test_a_breaking_change_is_not_written_unless_it_is_meant(tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    known = json.loads(Path(DOCUMENT).read_text(encoding="utf-8"))
    known["paths"]["/api/v1/gone"] = {"get": {}}
    document.write_text(json.dumps(known))
    script = (
        "import sys; sys.path.insert(0, 'tools'); import openapi; "
        f"openapi.DOCUMENT = {str(document)!r}; sys.exit(openapi.main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "GET /api/v1/gone is gone" in done.stderr
    assert json.loads(document.read_text()) == known
