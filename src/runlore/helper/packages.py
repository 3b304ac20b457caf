"""List the packages that a process could import, and where those not from an index came from."""

from __future__ import annotations

import json
import os
import re
import time
from importlib import metadata
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.helper.redaction import strip_credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Origin = dict[str, str]


class Packages(NamedTuple):
    """Versions and origins by name, sorted; `note` says in words what is missing.

    An origin is there for what was not installed from an index under its name and version: its
    `kind` is `editable`, `folder`, `archive`, a version control system's (`git`), or `conda`, with
    `url` and, where there is one, `commit` or `hash`.
    """

    versions: dict[str, str]
    origins: dict[str, Origin]
    note: str | None


class _Package(NamedTuple):
    name: str
    version: str
    origin: Origin | None


def installed_packages(sys_path: Iterable[str], *, cwd: str, ends_at: float) -> Packages:
    """Read the metadata on another process's `sys.path`.

    The first of two of one name wins, as in an import. Stops when `time.monotonic()` reaches
    `ends_at`.
    """
    found: dict[str, _Package] = {}
    unreadable = 0
    note = None
    for package in _packages(sys_path, cwd):
        if package is None:
            unreadable += 1
        else:
            found.setdefault(re.sub(r"[-_.]+", "-", package.name).lower(), package)
        if time.monotonic() >= ends_at:
            note = f"the list ends after {len(found)} packages: the time had run out"
            break
    if note is None and unreadable:
        note = f"{unreadable} packages could not be read"
    packages = [package for _, package in sorted(found.items())]
    origins = {package.name: package.origin for package in packages if package.origin}
    return Packages({package.name: package.version for package in packages}, origins, note)


def environment_facts(sys_prefix: str) -> dict[str, Any]:
    """Return the `kind` of environment that an interpreter lies in: conda, uv, venv or system.

    For conda, `packages` are all that it has installed there, those of other languages too, as
    `version=build` by name.
    """
    facts: dict[str, Any] = {"kind": "system", "path": sys_prefix}
    settings = _settings_of_venv(sys_prefix)
    if settings is not None:
        facts["kind"] = "uv" if "uv" in settings else "venv"
        facts["base"] = settings.get("home")
        if "uv" in settings:
            facts["uv_version"] = settings["uv"]
    records = os.path.join(sys_prefix, "conda-meta")
    if os.path.isdir(records):
        facts["kind"] = "conda"
        facts["packages"] = dict(sorted(_conda_packages(records)))
    return facts


def _packages(sys_path: Iterable[str], cwd: str) -> Iterator[_Package | None]:
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
                yield _package(distribution)
            except Exception:  # noqa: BLE001 - nor does a damaged package
                yield None


def _package(distribution: metadata.Distribution) -> _Package | None:
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
    return _Package(headers["name"], headers["version"], _origin(distribution))


def _origin(distribution: metadata.Distribution) -> Origin | None:
    """Read `direct_url.json`, which installers write for what comes from no index (PEP 610)."""
    text = distribution.read_text("direct_url.json")
    if not text:
        installer = (distribution.read_text("INSTALLER") or "").strip()
        return {"kind": "conda"} if installer == "conda" else None
    try:
        found = json.loads(text)
        url = str(found["url"])
    except (ValueError, KeyError, TypeError):
        return {"kind": "unknown"}
    origin = {"kind": "archive", "url": strip_credentials(url)}
    version_control = found.get("vcs_info")
    folder, archive = found.get("dir_info"), found.get("archive_info")
    if isinstance(version_control, dict):
        origin["kind"] = str(version_control.get("vcs") or "git")
        for key, source in (("commit", "commit_id"), ("revision", "requested_revision")):
            if version_control.get(source):
                origin[key] = str(version_control[source])
    elif isinstance(folder, dict):
        origin["kind"] = "editable" if folder.get("editable") else "folder"
    elif isinstance(archive, dict) and archive.get("hash"):
        origin["hash"] = str(archive["hash"])
    if found.get("subdirectory"):
        origin["subdirectory"] = str(found["subdirectory"])
    return origin


def _settings_of_venv(prefix: str) -> dict[str, str] | None:
    try:
        with open(os.path.join(prefix, "pyvenv.cfg"), encoding="utf-8", errors="replace") as file:
            pairs = [line.partition("=") for line in file.read(1 << 16).splitlines()]
    except OSError:
        return None
    return {key.strip().lower(): value.strip() for key, equals, value in pairs if equals}


def _conda_packages(folder: str) -> Iterator[tuple[str, str]]:
    """Read the names of the records, `name-version-build.json`."""
    for entry in os.listdir(folder):
        parts = entry.removesuffix(".json").rsplit("-", 2)
        if entry.endswith(".json") and len(parts) == 3:
            yield parts[0], f"{parts[1]}={parts[2]}"
