"""What the page at an address asks first: browsers are told, and ask while its script loads."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, unquote_to_bytes

_API = "/api/v1"
_EXPERIMENTS = f"{_API}/experiments?limit=50"
_TABLES = "tables=1000"
_OTHER_VIEWS = {"metric", "groups"}  # of an experiment
_PLAIN = "!~*'()"  # beside letters and digits: what a script doesn't encode, either


def links_ahead(path: str, query: str) -> str:
    """Give the `Link` header of the document at a path, percent-encoded as it was asked for.

    The addresses are those that the page's script makes, letter by letter; where it makes
    another one, the answer to this one is thrown away.
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
    return ", ".join(f"<{one}>; rel=preload; as=fetch; crossorigin=anonymous" for one in asked)
