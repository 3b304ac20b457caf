"""What lies between two patches of one commit, held against git, which has the files."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from runlore.actions.patches import between, between_texts, read_patch

if TYPE_CHECKING:
    from pathlib import Path

_CONFIG = ("-c", "user.name=n", "-c", "user.email=e@x", "-c", "core.autocrlf=false")
_BASE = {
    "long.py": "".join(f"line {number}\n" for number in range(60)),
    "short.py": "one\ntwo\nthree\n",
    "kept.py": "same\n",
}


def git(folder: Path, *arguments: str, text: str | None = None) -> str:
    done = subprocess.run(
        ["git", *_CONFIG, *arguments],
        cwd=folder, capture_output=True, text=True, input=text, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    write(tmp_path, _BASE)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "base")
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for path in folder.iterdir():
        if path.name != ".git":
            path.unlink()
    for name, content in files.items():
        (folder / name).write_text(content)


def patch_to(folder: Path, files: dict[str, str]) -> str:
    write(folder, files)
    git(folder, "add", "-A")
    patch = git(folder, "diff", "--cached", "--no-renames", "--binary", "HEAD")
    git(folder, "reset", "-q", "--hard", "HEAD")
    return patch


def changed(seed: int) -> dict[str, str]:
    """Change some lines, and sometimes whole files, at random."""
    chance = random.Random(seed)
    lines = _BASE["long.py"].splitlines(keepends=True)
    for _ in range(chance.randint(0, 4)):
        place = chance.randrange(len(lines))
        what = chance.choice(("change", "remove", "add"))
        if what == "change":
            lines[place] = f"changed {chance.randint(0, 2)}\n"
        elif what == "remove":
            del lines[place]
        else:
            lines[place:place] = [f"added {number}\n" for number in range(chance.randint(1, 9))]
    files = {"long.py": "".join(lines), "kept.py": "same\n"}
    if chance.random() < 0.7:
        files["short.py"] = chance.choice((_BASE["short.py"], "one\ntwo and\nthree\n", "none\n"))
    if chance.random() < 0.4:
        files["new.py"] = chance.choice(("new\n", "new\nand more\n"))
    return files


@pytest.mark.parametrize("seed", range(25))
def test_the_patch_leads_from_one_state_to_the_other(repository: Path, seed: int) -> None:
    first, second = changed(seed), changed(seed + 1000)
    patches = [patch_to(repository, files) for files in (first, second)]
    text, hidden = between(*patches)
    assert not hidden
    write(repository, first)
    if text:
        git(repository, "apply", "--unidiff-zero", "-", text=text)
    found = {path.name: path.read_text() for path in repository.iterdir() if path.name != ".git"}
    assert found == second


def test_equal_states_have_nothing_between_them(repository: Path) -> None:
    patch = patch_to(repository, changed(3))
    assert between(patch, patch) == ("", [])


def test_what_is_no_text_is_named_where_it_cannot_be_shown(repository: Path) -> None:
    write(repository, _BASE)
    (repository / "data.bin").write_bytes(b"\0\1" * 50)
    git(repository, "add", "-A")
    patch = git(repository, "diff", "--cached", "--binary", "HEAD")
    assert not read_patch(patch)["data.bin"].is_text
    assert between(patch, "") == ("", ["data.bin"])
    assert "GIT binary patch" in between("", patch)[0]


def test_names_that_are_no_plain_text_are_read(repository: Path) -> None:
    write(repository, {**_BASE, 'a "b" ü\t.py': "x\n"})
    git(repository, "add", "-A")
    patch = git(repository, "diff", "--cached", "HEAD")
    assert list(read_patch(patch)) == ['a "b" ü\t.py']


def test_a_file_that_is_there_once_comes_or_goes_as_a_whole() -> None:
    text = between_texts("notes.py", None, "a\nb\n")
    assert text is not None
    assert text.endswith("--- /dev/null\n+++ b/notes.py\n@@ -0,0 +1,2 @@\n+a\n+b\n")
    assert between_texts("notes.py", "x\n" * 30_000, None) is None
