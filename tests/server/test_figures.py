"""Frames that draw figures of plotly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.media.plotly_program import plotly_program
from runlore.server.routes import figures
from tests.server.test_runs import error, get

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


def test_the_frame_holds_plotly_and_may_reach_nothing(client: TestClient) -> None:
    pytest.importorskip("plotly")
    program = plotly_program()
    assert program is not None
    assert get(client, "plotly") == {"version": program.version}
    found = client.get("/api/v1/plotly/frame")
    assert program.script in found.text
    policy = found.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'")
    assert "same-origin" not in policy
    assert "connect-src" not in policy
    again = client.get("/api/v1/plotly/frame", headers={"If-None-Match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_without_plotly_that_is_said(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "plotly_program", lambda: None)
    assert get(client, "plotly") == {"version": None}
    status, said = error(client, "plotly/frame")
    assert (status, "runlore[plots]" in said["hint"]) == (501, True)
