"""What `make` relies on before there is an environment: run as make runs it, without pip."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOOTSTRAP = ROOT / "tools" / "bootstrap.py"


def set_up(clone: Path, purpose: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up of a clone as make does."""
    command = [sys.executable, str(clone / "tools" / "bootstrap.py"), purpose]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def in_clone(clone: Path, statement: str) -> str:
    """Run a statement with a clone's own set-up imported; return what it prints."""
    script = f"import sys; sys.path.insert(0, 'tools'); import bootstrap; {statement}"
    command = [sys.executable, "-B", "-c", script]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Make a clone whose environment is there already, as the set-up itself would record it."""
    folder = tmp_path / "clone"
    (folder / "tools").mkdir(parents=True)
    for name in ("pyproject.toml", "tools/bootstrap.py", "tools/constraints.txt"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to("/bin/false")
    (folder / ".venv" / "pyvenv.cfg").write_text("version = 3.11.2\n")
    in_clone(folder, "bootstrap.Environment('.venv').record({'demo'})")
    return folder


def test_an_environment_that_is_up_to_date_is_left_alone(clone: Path) -> None:
    before = sorted(clone.rglob("*"))
    done = set_up(clone, "demo")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path for path in sorted(clone.rglob("*")) if path not in before] == []


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "tools/constraints.txt", "tools/bootstrap.py", ".venv/pyvenv.cfg"]
)
def test_a_change_that_could_matter_makes_the_stamp_stale(clone: Path, name: str) -> None:
    with (clone / name).open("a") as file:
        file.write("\n# changed\n")
    assert purposes(clone) == []


def test_a_clone_that_was_moved_needs_a_new_environment(clone: Path) -> None:
    assert purposes(clone) == ["demo"]
    moved = clone.rename(clone.with_name("moved"))
    assert purposes(moved) == []


def test_a_stamp_cut_short_counts_as_none(clone: Path) -> None:
    (clone / ".venv" / "runlore-setup.json").write_text('{"key":')
    assert purposes(clone) == []


def purposes(clone: Path) -> list[str]:
    """Ask a clone's own set-up what its environment serves now."""
    return list(
        ast.literal_eval(
            in_clone(clone, "print(bootstrap.Environment('.venv').installed_purposes())")
        )
    )


def test_a_purpose_that_there_is_not_is_refused() -> None:
    done = set_up(ROOT, "nonsense")
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")


def test_old_pythons_can_read_it_far_enough_to_say_what_is_missing() -> None:
    ast.parse(BOOTSTRAP.read_text(encoding="utf-8"), feature_version=(3, 7))


# For MLflow, tests install `mlflow-skinny`: the same client without its server and the page.
UNTESTED_EXTRAS = ("kaleido", "mlflow", "ray", "tensorboard", "torch")


def test_every_requirement_is_pinned() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = list(declared["project"]["dependencies"])
    for extra, requirements in declared["project"]["optional-dependencies"].items():
        wanted += [] if extra in UNTESTED_EXTRAS else requirements
    for group, requirements in declared["dependency-groups"].items():
        wanted += [] if group.startswith("wide-") else requirements
    names = {re.split(r"[<>=!~\[; ]", requirement)[0].lower() for requirement in wanted}
    lines = (ROOT / "tools" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.partition("==")[0] for line in lines}
    assert names - pinned == set(), "run `make lock`"


def test_the_record_of_an_environment_is_json_that_names_its_clone(clone: Path) -> None:
    stamp = json.loads((clone / ".venv" / "runlore-setup.json").read_text())
    assert stamp["root"] == str(clone)
    assert stamp["purposes"] == ["demo"]
