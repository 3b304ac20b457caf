from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from typing import TYPE_CHECKING

import pytest

from runlore.helper.packages import environment_facts, installed_packages

if TYPE_CHECKING:
    from pathlib import Path


def _install(folder: Path, name: str, version: str, *, headers: str | None = None) -> None:
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    if headers is None:
        headers = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (info / "METADATA").write_text(headers + "\nName: not-this\nVersion: 0\n", encoding="utf-8")


def _list(*sys_path: str, cwd: str = "/", seconds: float = 60) -> tuple[dict[str, str], str | None]:
    found = installed_packages(sys_path, cwd=cwd, ends_at=time.monotonic() + seconds)
    return found.versions, found.note


def _origin(folder: Path, direct_url: str | None, installer: str | None = "pip\n") -> object:
    """Install a package as told by `direct_url.json`, and say where it came from."""
    _install(folder, "model", "1.0")
    info = folder / "model-1.0.dist-info"
    if direct_url is not None:
        (info / "direct_url.json").write_text(direct_url)
    if installer is not None:
        (info / "INSTALLER").write_text(installer)
    found = installed_packages([str(folder)], cwd="/", ends_at=time.monotonic() + 60)
    return found.origins.get("model")


def test_the_packages_are_those_of_the_given_path_and_no_others(tmp_path: Path) -> None:
    _install(tmp_path, "Some-Model", "1.2.3")
    _install(tmp_path, "data", "0.1")
    assert _list(str(tmp_path)) == ({"data": "0.1", "Some-Model": "1.2.3"}, None)


def test_the_first_of_two_versions_is_the_one_imported(tmp_path: Path) -> None:
    _install(tmp_path / "first", "some-model", "2.0")
    _install(tmp_path / "second", "Some.Model", "1.0")
    assert _list(str(tmp_path / "first"), str(tmp_path / "second"))[0] == {"some-model": "2.0"}


def test_an_empty_entry_means_the_working_directory(tmp_path: Path) -> None:
    _install(tmp_path, "model", "1.0")
    _install(tmp_path / "lib", "data", "0.1")
    assert _list("", "lib", cwd=str(tmp_path))[0] == {"data": "0.1", "model": "1.0"}


def test_old_egg_info_is_read_too(tmp_path: Path) -> None:
    info = tmp_path / "old.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Name: old\nVersion: 0.9\n", encoding="utf-8")
    assert _list(str(tmp_path)) == ({"old": "0.9"}, None)


def test_a_damaged_package_loses_no_other(tmp_path: Path) -> None:
    _install(tmp_path, "good", "1.0")
    _install(tmp_path, "nameless", "1.0", headers="Version: 1.0\n")
    (tmp_path / "empty-1.0.dist-info").mkdir()
    binary = tmp_path / "binary-1.0.dist-info"
    binary.mkdir()
    (binary / "METADATA").write_bytes(b"\xff\xfe\x00")
    assert _list(str(tmp_path)) == ({"good": "1.0"}, "3 packages could not be read")


def test_paths_that_are_none_are_passed_over(tmp_path: Path) -> None:
    _install(tmp_path, "good", "1.0")
    a_file = tmp_path / "file"
    a_file.write_text("")
    entries = (str(tmp_path / "missing"), str(a_file), "nul\0", str(tmp_path))
    packages, _ = _list(*entries)
    assert packages == {"good": "1.0"}


def test_a_list_cut_short_says_so(tmp_path: Path) -> None:
    for number in range(5):
        _install(tmp_path, f"package-{number}", "1.0")
    packages, note = _list(str(tmp_path), seconds=-1)
    assert len(packages) == 1
    assert note == "the list ends after 1 packages: the time had run out"


def test_it_finds_in_this_environment_what_the_standard_way_finds() -> None:
    packages, note = _list(*sys.path)
    assert note is None
    assert packages["pytest"] == importlib.metadata.version("pytest")
    standard = {
        distribution.metadata["Name"] for distribution in importlib.metadata.distributions()
    }
    assert set(packages) == standard


@pytest.mark.parametrize(
    ("direct_url", "expected"),
    [
        (None, None),
        (
            {"url": "file:///home/ada/model", "dir_info": {"editable": True}},
            {"kind": "editable", "url": "file:///home/ada/model"},
        ),
        (
            {"url": "file:///home/ada/model", "dir_info": {}},
            {"kind": "folder", "url": "file:///home/ada/model"},
        ),
        (
            {
                "url": "https://ada:secret@example.org/model.git",
                "vcs_info": {"vcs": "git", "commit_id": "5011d18", "requested_revision": "main"},
                "subdirectory": "python",
            },
            {
                "kind": "git",
                "url": "https://example.org/model.git",
                "commit": "5011d18",
                "revision": "main",
                "subdirectory": "python",
            },
        ),
        (
            {"url": "https://example.org/m.whl", "archive_info": {"hash": "sha256=ab"}},
            {"kind": "archive", "url": "https://example.org/m.whl", "hash": "sha256=ab"},
        ),
        ({"link": "x"}, {"kind": "unknown"}),
        ([], {"kind": "unknown"}),
    ],
)
def test_what_came_from_no_index_has_an_origin(
    tmp_path: Path, direct_url: object, expected: object
) -> None:
    text = None if direct_url is None else json.dumps(direct_url)
    assert _origin(tmp_path, text) == expected


def test_what_conda_installed_says_so(tmp_path: Path) -> None:
    assert _origin(tmp_path, None, "conda\n") == {"kind": "conda"}


def test_an_environment_tells_of_which_kind_it_is(tmp_path: Path) -> None:
    assert environment_facts(str(tmp_path)) == {"kind": "system", "path": str(tmp_path)}
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.1\n")
    facts = environment_facts(str(tmp_path))
    assert facts == {"kind": "venv", "path": str(tmp_path), "base": "/usr/bin"}
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\nuv = 0.5.1\n")
    assert environment_facts(str(tmp_path))["kind"] == "uv"
    assert environment_facts(str(tmp_path))["uv_version"] == "0.5.1"


def test_of_conda_all_packages_are_told(tmp_path: Path) -> None:
    records = tmp_path / "conda-meta"
    records.mkdir()
    for name in ("libblas-3.9.0-20_openblas.json", "python-3.12.1-h_0.json", "history"):
        (records / name).write_text("{}")
    assert environment_facts(str(tmp_path)) == {
        "kind": "conda",
        "path": str(tmp_path),
        "packages": {"libblas": "3.9.0=20_openblas", "python": "3.12.1=h_0"},
    }
