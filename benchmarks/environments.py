"""A virtual environment of its own for each peer, made once and kept in the cache."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.places import CACHE, make_cache

if TYPE_CHECKING:
    from pathlib import Path

INSTALL_TIMEOUT_SECONDS = 1_200


class NotInstallableError(Exception):
    """The packages of a peer could not be installed; the message says which and why."""


@dataclass(frozen=True)
class Environment:
    """Where a peer's interpreter lies, and what it weighs."""

    python: Path
    package_count: int
    size_bytes: int


def environment_for(name: str, requirements: tuple[str, ...]) -> Environment:
    """Return the environment that holds `requirements`, making it if it isn't there.

    An environment that was left half-made is thrown away. Raises NotInstallableError.
    """
    make_cache()
    folder = CACHE / "peers" / "-".join((name, *requirements)).replace("==", "-").replace("/", "_")
    python = folder / "bin" / "python"
    frozen = folder / "installed.txt"
    if not frozen.exists():
        shutil.rmtree(folder, ignore_errors=True)
        print(f"installing {', '.join(requirements)} …", file=sys.stderr, flush=True)
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", *requirements])
        frozen.write_text(_run([str(python), "-m", "pip", "freeze"]))
    return Environment(
        python=python,
        package_count=len(frozen.read_text().splitlines()),
        size_bytes=_size_of_packages(folder),
    )


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise NotInstallableError(f"no end after {late.timeout} s: {' '.join(command)}") from late
    if done.returncode:
        last_lines = "\n".join(done.stderr.strip().splitlines()[-3:])
        raise NotInstallableError(f"{' '.join(command)}: {last_lines}")
    return done.stdout


def _size_of_packages(folder: Path) -> int:
    return sum(path.lstat().st_size for path in (folder / "lib").rglob("*") if path.is_file())
