"""Run one measurement in a process of its own, so that memory and imports don't leak.

The parent names a function as `module:name`; the child calls it with keyword
arguments that travel as JSON and writes what it returns, as JSON, to a file (the
streams belong to whatever is being measured). This module is also the child's
program, and imports nothing that a peer's environment might not have.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT_SECONDS = 600.0


class MeasurementFailedError(Exception):
    """A measurement's process ended without a result; the message ends with its last line."""


def measure(
    function: str,
    /,
    *,
    python: Path | None = None,
    working_folder: Path = ROOT,
    environment: dict[str, str] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    **arguments: Any,
) -> Any:
    """Call `module:name` in a fresh interpreter in `working_folder` and return what it returns.

    A child that kills itself on purpose returns None. Raises MeasurementFailedError.
    """
    interpreter = str(python or sys.executable)
    with tempfile.TemporaryDirectory() as letters:
        answer = Path(letters) / "answer.json"
        output = Path(letters) / "output.txt"
        command = [interpreter, "-m", __name__, function, json.dumps(arguments), str(answer)]
        with output.open("wb") as stream:
            try:
                done = subprocess.run(
                    command,
                    cwd=working_folder,
                    env={**child_environment(), **(environment or {})},
                    stdin=subprocess.DEVNULL,
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    timeout=timeout_seconds,
                    check=False,
                )
            except subprocess.TimeoutExpired as late:
                raise MeasurementFailedError(
                    f"{function}: no end after {late.timeout:.0f} s"
                ) from late
        if answer.exists():
            return json.loads(answer.read_text())
        if done.returncode == -9:
            return None
        raise _failure(function, done.returncode, output.read_text(errors="replace"))


def run_python(*arguments: str) -> str:
    """Run a bare interpreter, with this checkout to import, and return what it prints.

    Raises MeasurementFailedError if it ends with an error.
    """
    done = subprocess.run(
        [sys.executable, *arguments],
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise _failure("a bare interpreter", done.returncode, done.stderr)
    return done.stdout


def _failure(what: str, status: int, output: str) -> MeasurementFailedError:
    """Show the end of the output, and return an error that carries its last line."""
    last_words = output.strip() or "no output"
    print(last_words[-2_000:], file=sys.stderr, flush=True)
    return MeasurementFailedError(f"{what} ended with {status}: {last_words.splitlines()[-1]}")


def child_environment() -> dict[str, str]:
    """Return this environment with the checkout, benchmarks and source, on the module path.

    Byte code is always kept: without it every start would be compiled anew.
    """
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
        "PYTHONDONTWRITEBYTECODE": "",
    }


def _answer() -> None:
    module_name, _, function_name = sys.argv[1].partition(":")
    function = getattr(importlib.import_module(module_name), function_name)
    result = function(**json.loads(sys.argv[2]))
    answer = Path(sys.argv[3])
    unfinished = answer.with_suffix(".part")
    unfinished.write_text(json.dumps(result))
    unfinished.rename(answer)


if __name__ == "__main__":
    _answer()
