"""Write docs/reference/openapi.json from the routes, and the page's types from that.

    python tools/openapi.py [--breaking]

A change that breaks who uses the API (a route, parameter or field that goes, something newly
required, a narrower type) is refused unless `--breaking` says that it is meant.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from typing import Any

import build_page
from openapi_breaks import breaks
from runlore.journal.folder import create_store
from runlore.server.app import create_app

DOCUMENT = os.path.join(build_page.ROOT, "docs", "reference", "openapi.json")
TYPES = os.path.join(build_page.WEB, "src", "lib", "api", "schema.d.ts")
HEAD = "// Made by tools/openapi.py from docs/reference/openapi.json, sha256 "


def describe() -> str:
    """Describe the API as it is, as text."""
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "store")
        create_store(place)
        described = create_app(place).openapi()
    return json.dumps(described, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def digest_of(text: str) -> str:
    """Name a description in the head of the types that are made from it."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_types(text: str) -> None:
    """Make the types of the page.

    Raises:
        PageError: if Node, or what npm fetches, can't be had.
    """
    node = build_page.find_node()
    build_page.install_modules(node)
    status, output = build_page.run_npm(
        node, "exec", "--silent", "--", "openapi-typescript", DOCUMENT, "--output", TYPES
    )
    if status != 0:
        raise build_page.PageError("the types could not be made:\n" + output)
    with open(TYPES, encoding="utf-8") as file:
        made = file.read()
    with open(TYPES, "w", encoding="utf-8") as file:
        file.write(HEAD + digest_of(text) + "\n" + made)


def main() -> int:
    """Write both files; return the exit status."""
    text = describe()
    try:
        with open(DOCUMENT, encoding="utf-8") as file:
            known: dict[str, Any] = json.load(file)
    except FileNotFoundError:
        known = {}
    broken = breaks(known, json.loads(text))
    if broken and "--breaking" not in sys.argv[1:]:
        print("openapi: these changes break who uses the API:", file=sys.stderr)
        print("".join(f"  {line}\n" for line in broken), end="", file=sys.stderr)
        print("openapi: if they are meant, say --breaking", file=sys.stderr)
        return 1
    with open(DOCUMENT, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        write_types(text)
    except build_page.PageError as error:
        print(f"openapi: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
