"""List the packages that a process could import."""

from __future__ import annotations

import os
import re
import time
from importlib import metadata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def installed_packages(
    sys_path: Iterable[str], *, cwd: str, ends_at: float
) -> tuple[dict[str, str], str | None]:
    """Read name → version from the metadata on another process's `sys.path`, sorted by name.

    The first of two wins, as in an import. Stops when `time.monotonic()` reaches `ends_at`;
    the second answer says in words what is missing, or is None.
    """
    found: dict[str, tuple[str, str]] = {}
    unreadable = 0
    note = None
    for package in _packages(sys_path, cwd):
        if package is None:
            unreadable += 1
        else:
            found.setdefault(re.sub(r"[-_.]+", "-", package[0]).lower(), package)
        if time.monotonic() >= ends_at:
            note = f"the list ends after {len(found)} packages: the time had run out"
            break
    if note is None and unreadable:
        note = f"{unreadable} packages could not be read"
    return {name: version for _, (name, version) in sorted(found.items())}, note


def _packages(sys_path: Iterable[str], cwd: str) -> Iterator[tuple[str, str] | None]:
    for entry in sys_path:
        distributions = iter(metadata.distributions(path=[os.path.join(cwd, entry)]))
        while True:
            try:
                distribution = next(distributions)
            except StopIteration:
                break
            except Exception:  # noqa: BLE001 - a folder that can't be listed hides no other
                yield None
                break
            try:
                yield _name_and_version(distribution)
            except Exception:  # noqa: BLE001 - nor does a damaged package
                yield None


def _name_and_version(distribution: metadata.Distribution) -> tuple[str, str] | None:
    """Read the two header lines alone: parsing the descriptions below takes ten times as long."""
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    headers: dict[str, str] = {}
    for line in text.splitlines():
        if not line:
            break
        name, _, value = line.partition(":")
        headers.setdefault(name.lower(), value.strip())
    if not headers.get("name") or not headers.get("version"):
        return None
    return headers["name"], headers["version"]
