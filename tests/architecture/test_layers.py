"""Imports point down, siblings have no cycles, the recording layers stand alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def lint_imports(folder: Path, path: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter's command as a person would, on the package found under `path`."""
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", script, "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(path), "COLUMNS": "200"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_imports_keep_the_contract() -> None:
    done = lint_imports(ROOT, ROOT / "src")
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_import_that_points_up_breaks_the_contract(tmp_path: Path) -> None:
    package = tmp_path / "src" / "runlore"
    for layer in ("cli", "records", "journal", "client"):
        (package / layer).mkdir(parents=True)
        (package / layer / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "errors.py").touch()
    (package / "records" / "values.py").write_text("import numpy\nimport runlore.cli\n")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    done = lint_imports(tmp_path, tmp_path / "src")
    assert done.returncode != 0
    assert "runlore.records is not allowed to import runlore.cli" in done.stdout
    assert "runlore.records is not allowed to import numpy" in done.stdout


def test_every_third_party_dependency_is_forbidden_to_the_recording_layers() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = declared["tool"]["importlinter"]["contracts"]
    (contract,) = (entry for entry in contracts if entry["id"] == "standard-library-only")
    import_names = {
        "google-re2": "re2",
        "nvidia-ml-py": "pynvml",
        "pillow": "PIL",
        "psycopg[binary]": "psycopg",
        "pyyaml": "yaml",
        "scikit-learn": "sklearn",
        "tomli-w": "tomli_w",
    }
    requirements = list(declared["project"]["dependencies"])
    for extra in declared["project"]["optional-dependencies"].values():
        requirements += extra
    names = {requirement.split(">=")[0] for requirement in requirements}
    assert {import_names.get(name, name) for name in names} == set(contract["forbidden_modules"])
