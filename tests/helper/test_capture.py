from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from runlore.client.captures import CAPTURES
from runlore.helper.capture import capture_context
from runlore.helper.process import ProcessFacts

if TYPE_CHECKING:
    from pathlib import Path

KEYS_OF = {
    "command": {"argv", "cwd", "pid", "script"},
    "git": {"git"},
    "diff": {"diff"},
    "untracked": {"untracked"},
    "packages": {"environment", "package_origins", "packages", "python"},
    "env": {"env"},
    "machine": {
        "cloud", "container", "cpu", "cuda", "gpus", "host", "launcher", "memory_bytes", "os",
        "scheduler", "user",
    },
    "load": set(),
    "console": set(),
}  # fmt: skip
KEYS = {"notes"}.union(*KEYS_OF.values())


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


def _capture(facts: ProcessFacts, **options: Any) -> dict[str, Any]:
    return capture_context(facts, keep=lambda content: f"{len(content)} bytes", **options)


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
        environment={"CUDA_VISIBLE_DEVICES": "0", "HF_TOKEN": "abc", "EDITOR": "vi"},
    )
    context = _capture(facts)
    assert set(context) == KEYS
    assert context["notes"] == {}
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
    assert context["cpu"]["logical"] == os.cpu_count()
    assert context["host"]
    assert context["user"]
    assert context["os"]["system"] == platform.system()


def test_the_script_repository_counts_where_one_works_outside_of_any(
    project: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "scratch"
    elsewhere.mkdir()
    context = _capture(_facts(elsewhere, main_path=str(project / "src/train.py")))
    assert context["script"] == "src/train.py"
    assert isinstance(context["git"], dict)
    assert context["notes"] == {}


def test_a_script_outside_of_the_repository_keeps_its_full_path(
    project: Path, tmp_path: Path
) -> None:
    for outside in (tmp_path / "train.py", tmp_path / "project-two" / "train.py"):
        context = _capture(_facts(project, main_path=str(outside)))
        assert context["script"] == str(outside)


def test_a_notebook_has_no_script(project: Path) -> None:
    assert _capture(_facts(project, main_path=None))["script"] is None


def test_without_a_repository_everything_else_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    context = _capture(_facts(tmp_path))
    assert set(context) == KEYS
    assert context["git"] is None
    assert context["notes"]["git"] in {"not in a git repository", "git is not installed"}
    assert context["script"] == str(tmp_path / "train.py")


def test_a_deadline_in_the_past_still_gives_what_takes_no_time(project: Path) -> None:
    context = _capture(_facts(project, sys_path=sys.path), deadline_seconds=0)
    assert context["git"] is None
    assert context["notes"]["git"] == "git was asked no more: the time had run out"
    assert "the time had run out" in context["notes"]["packages"]
    assert context["argv"] == ["train.py", "--lr", "1e-3"]
    assert context["host"]


def test_pieces_that_can_not_be_had_lose_no_others(tmp_path: Path) -> None:
    """Facts from a process that told nonsense, as an embedding program might."""
    nothing = dict.fromkeys(("argv", "sys_path", "executable", "environment", "prefix", "cells"))
    facts = _facts(tmp_path, main_path="a\0b", **nothing)
    context = _capture(facts)
    assert set(context) >= {"argv", "env", "packages", "python", "git", "script"}
    for name in ("argv", "env", "packages", "python"):
        assert context[name] is None
        assert context["notes"][name].startswith("TypeError: ")
    assert context["host"]
    assert context["user"]


def test_a_working_directory_that_is_gone_loses_no_others(tmp_path: Path) -> None:
    context = _capture(_facts(tmp_path / "gone"))
    assert context["notes"]["git"] == "the working directory is gone"
    assert context["script"] == str(tmp_path / "gone" / "train.py")


def test_another_interpreter_is_not_taken_for_this_one(tmp_path: Path) -> None:
    python = _capture(_facts(tmp_path, executable="/opt/other/python"))["python"]
    assert python == {"version": None, "implementation": None, "executable": "/opt/other/python"}


def test_what_is_captured_goes_through_json(project: Path) -> None:
    context = _capture(_facts(project, argv=["träin.py", "\udcff"], sys_path=sys.path))
    assert json.loads(json.dumps(context)) == context


@pytest.mark.parametrize("unwanted", CAPTURES)
def test_each_is_one_name_away_from_off(project: Path, unwanted: str) -> None:
    captures = set(CAPTURES) - {unwanted}
    assert set(_capture(_facts(project), captures=captures)) == KEYS - KEYS_OF[unwanted]


@pytest.mark.parametrize("wanted", CAPTURES)
def test_each_can_be_had_alone(project: Path, wanted: str) -> None:
    expected = KEYS_OF[wanted] | {"notes"} if KEYS_OF[wanted] else set()
    assert set(_capture(_facts(project), captures={wanted})) == expected


def test_changes_and_untracked_files_become_blobs(project: Path) -> None:
    (project / "src" / "train.py").write_text("print(2)\nAPI_KEY = 'x7Kq2LmZ9vB4nR6tYw3s'\n")
    (project / "model.py").write_text("x = 1\n")
    (project / ".env").write_text("A=1\n")
    kept: list[bytes] = []

    def keep(content: bytes) -> str:
        kept.append(content)
        return str(len(kept))

    context = capture_context(_facts(project / "src"), keep=keep)
    assert [context["diff"]["digest"], context["untracked"]["digest"]] == ["1", "2"]
    assert b"\n+print(2)\n+API_KEY = '[masked sha256:" in kept[0]
    assert context["diff"]["insertions"] == 2
    assert context["diff"]["deletions"] == 1
    assert len(context["diff"]["masked"]) == 1
    assert context["untracked"]["files"] == [["model.py", 6]]
    assert context["untracked"]["left_out"] == [[".env", "a file of secrets"]]


def test_code_that_can_not_be_kept_loses_nothing_else(project: Path) -> None:
    (project / "src" / "train.py").write_text("print(2)\n")
    (project / "model.py").write_text("x = 1\n")

    def keep(_content: bytes) -> str:
        raise OSError(28, "No space left on device")

    context = capture_context(_facts(project), keep=keep)
    assert (context["diff"], context["untracked"]) == (None, None)
    for name in ("diff", "untracked"):
        assert context["notes"][name] == "OSError: [Errno 28] No space left on device"
    assert context["git"]["is_dirty"] is True
    assert context["packages"] == {}
