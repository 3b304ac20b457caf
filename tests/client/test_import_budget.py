"""What a training process loads: nothing on import, and little up to the first point."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.client.scripts import run_script

HEAVY = {
    "collections", "contextlib", "dataclasses", "datetime", "enum", "functools", "json",
    "logging", "pathlib", "re", "shutil", "signal", "socket", "subprocess", "tempfile",
    "threading", "traceback", "typing", "uuid",
    "click", "numpy", "pcodec", "psutil", "rich",
}  # fmt: skip
LAYERS = {"client", "errors", "journal", "records", "settings", "tracking"}


def loaded(code: str) -> set[str]:
    """Run code in an interpreter of its own and return the modules that it loaded."""
    # What the interpreter loads by itself, for a .pth file of the environment, is no cost of ours.
    whole = f"import sys; before = set(sys.modules)\n{code}\nprint(*set(sys.modules) - before)"
    found = subprocess.run(
        [sys.executable, "-c", whole],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stderr == ""
    return set(found.stdout.split())


def test_importing_the_package_loads_nothing_else() -> None:
    assert loaded("import runlore") - {"__future__"} <= {"runlore"}


def test_starting_a_run_and_logging_load_only_a_little() -> None:
    code = """
run = runlore.start_run("budget", params={"lr": 0.1, "inner": {"a": [1]}}, tags=["a"])
run.log({"loss": 0.5}, step=1)
run.log({"loss": 0.5, "accuracy": 0.5})
run.log_note("a note")
"""
    found = loaded("import runlore" + code)
    assert not found & HEAVY
    ours = {name for name in found if name.startswith("runlore.")}
    assert {name.split(".")[1] for name in ours} <= LAYERS
    assert "runlore.client.run" in ours


def test_ending_a_run_loads_nothing_more() -> None:
    code = "import runlore\nwith runlore.start_run(params={'lr': 1}) as run:\n    run.log({'m': 1})"
    assert not loaded(code) & HEAVY


def test_the_public_names_are_listed_before_they_are_loaded() -> None:
    code = """
    import json
    print(json.dumps([sorted(set(runlore.__all__) - set(dir(runlore))), len(runlore.__all__)]))
    """
    _, out, _ = run_script(code)
    missing, count = json.loads(out)
    assert missing == []
    assert count >= 4
