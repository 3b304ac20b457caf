"""Browsers are told what a page asks first; the page's own tests say that it is used."""

from __future__ import annotations

import re

import pytest

from runlore.server.ahead import links_ahead


def asked_of(path: str, query: str = "") -> list[str]:
    header = links_ahead(path, query)
    ending = "; rel=preload; as=fetch; crossorigin=anonymous"
    assert header.count(ending) == header.count("<")
    return re.findall("<([^>]*)>", header)[1:]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/", ["/api/v1/experiments?limit=50"]),
        ("/experiments", ["/api/v1/experiments?limit=50"]),
        ("/experiments/a%2Fb%20c", ["/api/v1/experiments/a%2Fb%20c?tables=1000"]),
        ("/experiments/-..", ["/api/v1/experiments/-..?tables=1000"]),
        ("/runs/0192f0c1/curves", ["/api/v1/runs/0192f0c1"]),
        (
            "/runs",
            [f"/api/v1/runs/fields?group={name}&limit=200" for name in ("metrics", "params")],
        ),
        ("/compare", []),
        ("/assets/gone", []),
    ],
)
def test_what_a_page_asks_first_depends_on_its_address(path: str, asked: list[str]) -> None:
    assert asked_of(path) == asked
    assert links_ahead(path, "").startswith("</api/v1/store>")


def test_views_that_ask_for_something_else_are_left_alone() -> None:
    assert asked_of("/experiments/a", "metric=loss") == []
    assert asked_of("/experiments/a", "groups=lr") == []
    assert asked_of("/", "q=lr") == []
    assert asked_of("/experiments/a", "s=0.6") == ["/api/v1/experiments/a?tables=1000"]


def test_pages_with_a_script_of_their_own_have_it_loaded_beside_the_first() -> None:
    files = ["assets/Compare-3.js", "assets/Run-1.css", "assets/Run-2.js", "assets/index-4.js"]
    links = links_ahead("/runs/0192f0c1", "", files).split(", ")[2:]
    assert links == ["</assets/Run-1.css>; rel=preload; as=style; crossorigin",
                     "</assets/Run-2.js>; rel=modulepreload"]  # fmt: skip
    assert "Compare-3.js" in links_ahead("/compare", "runs=a,b", files)
    assert "assets" not in links_ahead("/runs", "", files)
    assert "assets" not in links_ahead("/experiments/a", "", files)


def test_a_table_asks_for_its_first_rows_as_its_address_says() -> None:
    query = "cols=metrics.loss,params.`a+b`&q=tags+has+%22x%22&sort=metrics.loss+desc&fix=2"
    (asked,) = asked_of("/runs", query)
    assert asked == (
        "/api/v1/runs?filter=tags+has+%22x%22&order=metrics.loss+desc&archived=false&deleted=false"
        "&parts=true&columns=metrics.loss%2Cparams.%60a+b%60&only_differing=false&offset=0&limit=50"
    )
    assert asked_of("/runs", "cols=lr&by=lr") == asked_of("/runs", "cols=lr&show=all") == []
    assert asked_of("/runs", f"cols={'x' * 10_000}") == []


def test_no_address_gets_out_of_its_brackets() -> None:
    hostile = "/runs/x>; rel=preload; as=fetch, <https://elsewhere.example/y"
    (asked,) = asked_of(hostile)
    assert asked == "/api/v1/runs/x%3E%3B%20rel%3Dpreload%3B%20as%3Dfetch%2C%20%3Chttps%3A"
