"""The page is one document for every address, and opens no file but its own."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from runlore.server.assets import FOLDER, Bundle

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI
    from fastapi.testclient import TestClient

SCRIPT = "export const page = 'x';\n" * 100


@pytest.fixture
def page(tmp_path: Path, client: TestClient) -> Path:
    """Serve a small page in place of the one that is built."""
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Runlore</title>")
    (folder / "assets" / "index-1a2b.js").write_text(SCRIPT)
    (folder / "icon.svg").write_text("<svg/>")
    app: FastAPI = client.app  # type: ignore[assignment]
    app.state.bundle = Bundle(str(folder))
    return folder


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("path", ["/", "/runs", "/experiments/a%2Fb", "/index.html", "/a/../b.js"])
def test_every_address_of_the_page_gives_the_document(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.text.startswith("<!doctype html>")
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
    assert "connect-src 'self'" in policy


@pytest.mark.usefixtures("page")
def test_files_with_a_hash_in_their_names_are_kept_for_good(client: TestClient) -> None:
    answer = client.get("/assets/index-1a2b.js")
    assert answer.text == SCRIPT
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/icon.svg").headers["cache-control"] == "public, max-age=86400"


@pytest.mark.usefixtures("page")
def test_what_can_be_compressed_is(client: TestClient) -> None:
    with client.stream("GET", "/assets/index-1a2b.js") as answer:
        raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw).decode() == SCRIPT
    plain = client.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.usefixtures("page")
def test_what_is_known_already_is_not_sent_again(client: TestClient) -> None:
    tag = client.get("/").headers["etag"]
    answer = client.get("/", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "path", ["/assets/nothing.js", "/assets/../../../store.json", "/api/nothing", "/api"]
)
def test_a_file_that_there_is_not(client: TestClient, path: str) -> None:
    answer = client.get(path)
    if not path.startswith("/assets/.."):
        assert answer.status_code == 404
    assert "format" not in answer.text


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "assets/../../secret.txt", "."])
def test_no_name_leads_out_of_the_folder(page: Path, name: str) -> None:
    (page.parent / "secret.txt").write_text("secret")
    assert Bundle(str(page)).find(name) is None


def test_a_page_that_was_built_anew_is_served(client: TestClient, page: Path) -> None:
    assert "Runlore" in client.get("/").text
    (page / "index.html").write_text("<!doctype html><title>newer</title>")
    (page / "assets" / "index-3c4d.js").write_text(SCRIPT)
    assert "newer" in client.get("/").text
    assert client.get("/assets/index-3c4d.js").status_code == 200


def test_where_no_page_is_built_a_line_says_how(client: TestClient, tmp_path: Path) -> None:
    app: FastAPI = client.app  # type: ignore[assignment]
    app.state.bundle = Bundle(str(tmp_path / "nowhere"))
    answer = client.get("/runs")
    assert answer.status_code == 503
    assert "make page" in answer.text


def test_the_built_page_is_small_enough_and_has_no_inline_script() -> None:
    bundle = Bundle(FOLDER)
    document = bundle.find("index.html")
    if document is None:
        pytest.skip("the page isn't built here: make page")
    assert b"<script>" not in document.content
    assert b"<style" not in document.content
    sizes = [len(one.packed or one.content) for one in bundle.assets()]
    assert sum(sizes) <= 350_000
