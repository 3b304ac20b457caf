from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from runlore.helper.capture import ProcessFacts, capture_context

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {
    "argv", "cpu_count", "cwd", "env", "git", "host", "packages", "pid", "platform", "python",
    "script", "user",
}  # fmt: skip


def _facts(cwd: Path, **changes: Any) -> ProcessFacts:
    values: dict[str, Any] = {
        "argv": ["train.py", "--lr", "1e-3"],
        "main_path": "train.py",
        "cwd": str(cwd),
        "sys_path": [],
        "executable": sys.executable,
        "pid": os.getpid(),
    }
    return ProcessFacts(**values | changes)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit; the settings of whoever runs the tests are kept out."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "train.py").write_text("print(1)\n")
    for arguments in (
        ["init", "-q", "-b", "trunk"],
        ["add", "."],
        ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", "Begin"],
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    return folder


def test_a_run_in_a_repository_is_captured_whole(project: Path) -> None:
    info = project / "lib" / "model-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: model\nVersion: 1.0\n")
    facts = _facts(
        project / "src",
        argv=["train.py", "--api-key=abc"],
        sys_path=["../lib"],
        env={"CUDA_VISIBLE_DEVICES": "0", "HF_TOKEN": "abc"},
    )
    context = capture_context(facts)
    assert set(context) == KEYS, "and no notes"
    assert context["argv"] == ["train.py", "--api-key=[masked sha256:ba7816bf8f01]"]
    assert context["env"] == {
        "CUDA_VISIBLE_DEVICES": "0",
        "HF_TOKEN": "[masked sha256:ba7816bf8f01]",
    }
    assert context["script"] == "src/train.py"
    assert context["packages"] == {"model": "1.0"}
    assert context["python"] == {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": sys.executable,
    }
    assert isinstance(context["git"], dict)
    assert context["git"]["branch"] == "trunk"
    assert context["git"]["repository"] == "project"
    assert context["git"]["is_dirty"] is False
    assert context["cwd"] == str(project / "src")
    assert context["pid"] == os.getpid()
    assert context["cpu_count"] == os.cpu_count()
    assert context["host"]
    assert context["user"]
    assert context["platform"]


def test_the_script_repository_counts_where_one_works_outside_of_any(
    project: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "scratch"
    elsewhere.mkdir()
    context = capture_context(_facts(elsewhere, main_path=str(project / "src/train.py")))
    assert context["script"] == "src/train.py"
    assert isinstance(context["git"], dict)
    assert "git_note" not in context


def test_a_script_outside_of_the_repository_keeps_its_full_path(
    project: Path, tmp_path: Path
) -> None:
    for outside in (tmp_path / "train.py", tmp_path / "project-two" / "train.py"):
        context = capture_context(_facts(project, main_path=str(outside)))
        assert context["script"] == str(outside)


def test_a_notebook_has_no_script(project: Path) -> None:
    assert capture_context(_facts(project, main_path=None))["script"] is None


def test_without_a_repository_everything_else_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    context = capture_context(_facts(tmp_path))
    assert set(context) == KEYS | {"git_note"}
    assert context["git"] is None
    assert context["git_note"] in {"not in a git repository", "git is not installed"}
    assert context["script"] == str(tmp_path / "train.py")


def test_a_deadline_in_the_past_still_gives_what_takes_no_time(project: Path) -> None:
    context = capture_context(_facts(project, sys_path=sys.path), deadline_seconds=0)
    assert context["git"] is None
    assert context["git_note"] == "git was asked no more: the time had run out"
    assert "the time had run out" in str(context["packages_note"])
    assert context["argv"] == ["train.py", "--lr", "1e-3"]
    assert context["host"]


def test_pieces_that_can_not_be_had_lose_no_others(tmp_path: Path) -> None:
    """Facts from a process that told nonsense, as an embedding program might."""
    facts = _facts(tmp_path, argv=None, sys_path=None, executable=None, env=None, main_path="a\0b")
    context = capture_context(facts)
    assert set(context) >= KEYS
    assert {name for name in KEYS if context[name] is None} >= {"argv", "env", "packages", "python"}
    for name in ("argv", "env", "packages", "python"):
        assert str(context[f"{name}_note"]).startswith("TypeError: ")
    assert context["host"]
    assert context["user"]


def test_a_working_directory_that_is_gone_loses_no_others(tmp_path: Path) -> None:
    context = capture_context(_facts(tmp_path / "gone"))
    assert context["git_note"] == "the working directory is gone"
    assert context["script"] == str(tmp_path / "gone" / "train.py")


def test_another_interpreter_is_not_taken_for_this_one(tmp_path: Path) -> None:
    python = capture_context(_facts(tmp_path, executable="/opt/other/python"))["python"]
    assert python == {"version": None, "implementation": None, "executable": "/opt/other/python"}


def test_what_is_captured_goes_through_json(project: Path) -> None:
    context = capture_context(_facts(project, argv=["träin.py", "\udcff"], sys_path=sys.path))
    assert json.loads(json.dumps(context)) == context
