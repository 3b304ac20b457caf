"""The page as one file with its data: it opens without a network and without a server."""

from __future__ import annotations

import base64
import gzip
import html
import json
import os
import time
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidValue, StoreError
from runlore.server.inside import Inside

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "single")
MOST_RUNS = 200  # as many as can be compared
_API = "/api/v1"
BUCKETS = 1000
_MOST_BUCKETS_IN_ALL = 400_000  # 60 bytes each, in base64 80
_MOST_CURVES = 2000
_MOST_COLUMNS = 200
_X = ("step", "relative")
# Nothing is fetched from anywhere, whatever the data say.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; worker-src 'none'; base-uri 'none'; form-action 'none'"
)
_FILE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript; nothing is fetched from anywhere.</noscript>
<script type="application/json" id="runlore-data">{data}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def page_of_runs(
    runs: Sequence[str], *, store: str | None = None, title: str = "Runs", buckets: int = BUCKETS
) -> str:
    """Return a page that compares runs, or shows the only one, as one HTML file.

    `runs` are ids. It holds their params, metrics, what the data say of their groups, and curves
    in `buckets` that keep every extreme, fewer where there are very many curves; files, media
    and consoles stay in the store.

    Raises:
        InvalidValue: if there are none, or more than 200.
        RunNotFound: if one isn't there.
        StoreError: if the store can't be read, or the page isn't built.
    """
    if not 1 <= len(runs) <= MOST_RUNS:
        raise InvalidValue(
            f"a page holds 1 to {MOST_RUNS} runs, not {len(runs):,}",
            hint="choose fewer: a SELECTION may be a filter, such as 'metrics.val_acc > 0.9'",
        )
    with Inside(store) as inside:
        return _written(title, data_of_runs(inside, list(runs), buckets))


def data_of_runs(inside: Inside, runs: list[str], buckets: int) -> dict[str, Any]:
    """Collect what the page asks about runs: see `Embedded` in the page's `embedded.ts`."""
    ids = ",".join(runs)
    answers: dict[str, Any] = {
        "/store": inside.get(f"{_API}/store"),
        "/views": {"items": []},
        "/metrics": inside.get(f"{_API}/metrics", {"runs": ids, "limit": 1000}),
        "/runs/fields": inside.get(f"{_API}/runs/fields", {"limit": 1000}),
    }
    answers["/store"]["path"] = ""  # a folder of this machine is nobody else's business
    if len(runs) > 1:
        answers["/compare"] = inside.get(f"{_API}/compare", {"runs": ids})
    for run in runs if len(runs) == 1 or buckets >= BUCKETS else []:
        answers[f"/runs/{run}"] = inside.get(f"{_API}/runs/{run}")
        answers[f"/runs/{run}/lineage"] = inside.get(f"{_API}/runs/{run}/lineage")
        answers[f"/runs/{run}/metrics"] = inside.get(f"{_API}/runs/{run}/metrics", {"limit": 1000})
    names = [one["name"] for one in answers["/runs/fields"]["items"]][:_MOST_COLUMNS]
    answers["/runs/fields"]["next"] = None
    table = inside.get(
        f"{_API}/runs",
        {"ids": ids, "columns": ",".join(names), "limit": MOST_RUNS, "archived": "any"},
    )
    return {
        "version": 1,
        "written_ms": time.time_ns() // 1_000_000,
        "path": f"/compare?runs={ids}" if len(runs) > 1 else f"/runs/{runs[0]}",
        "answers": answers,
        "table": table,
        "curves": _curves(inside, runs, answers["/metrics"]["items"], buckets),
    }


def _curves(
    inside: Inside, runs: list[str], metrics: list[dict[str, Any]], buckets: int
) -> dict[str, str]:
    wanted = [{"run": run, "label": one["label"]} for one in metrics for run in runs]
    wanted = wanted[:_MOST_CURVES]
    if not wanted:
        return {}
    buckets = max(50, min(buckets, _MOST_BUCKETS_IN_ALL // len(wanted)))
    found = {}
    for x in _X:
        question = {"x": x, "buckets": buckets, "columns": ["min", "max", "mean"], "curves": wanted}
        packed = gzip.compress(inside.post(f"{_API}/curves", question), 6, mtime=0)
        found[x] = base64.b64encode(packed).decode()
    return found


def _written(title: str, data: dict[str, Any]) -> str:
    """Put data and the built page into one file; nothing in the data can end its element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _FILE.format(
        policy=html.escape(_POLICY),
        title=html.escape(title),
        style=_part("page.css").replace("</", "<\\/"),
        script=_part("page.js").replace("</script", "<\\/script"),
        data=text.replace("<", "\\u003c"),
    )


def _part(name: str) -> str:
    try:
        with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        raise StoreError(
            "the page is not built in this checkout",
            hint="build it there: make page",
        ) from None
