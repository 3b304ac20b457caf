"""What the page at an address asks first: browsers are told, and ask while its script loads."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, quote_plus, unquote_to_bytes

from runlore.query.lists import split_names

if TYPE_CHECKING:
    from collections.abc import Iterable

_API = "/api/v1"
_EXPERIMENTS = f"{_API}/experiments?limit=50"
_TABLES = "tables=1000"
_PARTS = {"runs": "Run", "compare": "Compare"}  # pages with a script of their own
_OTHER_VIEWS = {"metric", "groups"}  # of an experiment
_OTHER_TABLES = {"by", "show", "parts"}
_FIELDS = [f"{_API}/runs/fields?group={group}&limit=200" for group in ("metrics", "params")]
_ROWS = 50  # as many as the page asks for at once
_MOST_CHARACTERS = 4000  # headers have their limits
_PLAIN = "!~*'()"  # beside letters and digits: what a script doesn't encode, either


def links_ahead(path: str, query: str, files: Iterable[str] = ()) -> str:
    """Give the `Link` header of the document at a path, percent-encoded as it was asked for.

    `files` are those that the page was built into. The addresses of answers are those that the
    page's script makes, letter by letter; where it makes another one, the answer to this one is
    thrown away.
    """
    asked = [f"{_API}/store"]
    chosen = parse_qs(query)
    first, name = [*path.strip("/").split("/"), ""][:2]
    name = quote(unquote_to_bytes(name), safe=_PLAIN)
    if first in {"", "experiments"} and not name and "q" not in chosen:
        asked.append(_EXPERIMENTS)
    elif first == "experiments" and name and not _OTHER_VIEWS & chosen.keys():
        asked.append(f"{_API}/experiments/{name}?{_TABLES}")
    elif first == "runs" and name:
        asked.append(f"{_API}/runs/{name}")
    elif first == "runs" and not _OTHER_TABLES & chosen.keys():
        asked += _table({key: values[0] for key, values in chosen.items()})
    links = [f"<{one}>; rel=preload; as=fetch; crossorigin=anonymous" for one in asked]
    if first == "compare" or (first == "runs" and name):
        begin = f"assets/{_PARTS[first]}-"
        links += [_link_of(file) for file in files if file.startswith(begin)]
    return ", ".join(links)


def _link_of(file: str) -> str:
    kind = "modulepreload" if file.endswith(".js") else "preload; as=style; crossorigin"
    return f"</{file}>; rel={kind}"


def _table(chosen: dict[str, str]) -> list[str]:
    """Give what the table of runs asks first: without chosen columns, which ones there are."""
    columns = chosen.get("cols")
    if columns is None:
        return _FIELDS
    asked = {
        "filter": chosen.get("q", ""),
        "order": ",".join(split_names(chosen.get("sort", ""))),
        "archived": "false",
        "deleted": "false",
        "parts": "true" if chosen.get("q") else "false",
        "columns": ",".join(split_names(columns)),
        "only_differing": "true" if chosen.get("diff") == "1" else "false",
        "offset": "0",
        "limit": str(_ROWS),
    }
    # As URLSearchParams writes it, which isn't quite as Python does.
    said = {name: quote_plus(value, safe="*").replace("~", "%7E") for name, value in asked.items()}
    query = "&".join(f"{name}={value}" for name, value in said.items() if value)
    return [f"{_API}/runs?{query}"] if len(query) <= _MOST_CHARACTERS else []
