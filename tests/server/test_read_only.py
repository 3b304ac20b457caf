"""A store that can't be written is shown, and edits say why they can't be made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.server.conftest import log_run
from tests.survival.strangers import BECOME_A_STRANGER, let_strangers_in, needs_root

if TYPE_CHECKING:
    from pathlib import Path

# What is imported when it is first needed, a stranger may not be able to read any more.
IMPORT_ALL = """
import sys, tempfile
import fastapi.testclient, anyio._backends._asyncio, h11, httpx
from runlore.journal.folder import create_store
from runlore.server.app import create_app
own = tempfile.mkdtemp() + "/store"
create_store(own)
with fastapi.testclient.TestClient(create_app(own), base_url="http://127.0.0.1:7474") as client:
    for kind in ("tag", "note", "trash"):
        client.post("/api/v1/edits/" + kind, json={"runs": ["a"], "run": "a", "text": "x"})
    view = {"name": "v", "page": "runs", "experiment": None, "query": ""}
    assert client.post("/api/v1/edits/view", json=view).status_code == 200
    client.get("/api/v1/views")
"""
SCRIPT = (
    IMPORT_ALL
    + BECOME_A_STRANGER
    + """
import json
from fastapi.testclient import TestClient
from runlore.server.app import create_app
with TestClient(create_app(sys.argv[1]), base_url="http://127.0.0.1:7474") as client:
    edits = [
        ("tag", {"runs": ["a"], "added": ["x"]}),
        ("note", {"run": "a", "text": "x"}),
        ("view", {"name": "v", "page": "runs", "experiment": None, "query": ""}),
        ("trash", {"runs": ["a"]}),
    ]
    said = [client.post("/api/v1/edits/" + kind, json=body) for kind, body in edits]
    shown = client.get("/api/v1/views")
    print(json.dumps({
        "edits": [[one.status_code, one.json()["error"]] for one in said],
        "views": [shown.status_code, shown.json()],
    }))
"""
)


@needs_root
def test_edits_of_a_store_that_cannot_be_written_say_so(store: Path, tmp_path: Path) -> None:
    log_run(store, "a")
    let_strangers_in(tmp_path)
    (tmp_path / "cache").mkdir(mode=0o777)
    os.chmod(tmp_path / "cache", 0o777)
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(store)],
        env={**os.environ, "PYTHONPATH": paths, "XDG_CACHE_HOME": str(tmp_path / "cache"),
             "HOME": str(tmp_path / "cache")},
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    for status, error in answer["edits"]:
        assert status == 403
        assert error["code"] in ("store-read-only", "store-refused")
        assert error["hint"]
    assert answer["views"] == [200, {"items": []}]
