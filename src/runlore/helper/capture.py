"""Find out under what circumstances a training process runs: code, environment, machine."""

from __future__ import annotations

import getpass
import os
import platform
import socket
import sys
import time
from typing import TYPE_CHECKING, Any

from runlore.client.captures import CAPTURES
from runlore.helper.accelerators import accelerator_facts
from runlore.helper.attempt import attempt
from runlore.helper.code import code_facts
from runlore.helper.containers import container_facts
from runlore.helper.git import GitFacts, read_git
from runlore.helper.machine import machine_facts
from runlore.helper.packages import environment_facts, installed_packages
from runlore.helper.process import relative_to
from runlore.helper.redaction import mask_arguments
from runlore.helper.surroundings import cloud_facts, launcher_facts, scheduler_facts
from runlore.helper.variables import chosen_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from runlore.helper.process import ProcessFacts

DEADLINE_SECONDS = 20.0
OF_EVERY_RANK = frozenset({"command", "env", "machine"})
_GIT_SHARE = 0.4  # of the time; what it leaves over is for the others
_CODE_SHARE = 0.8


class _Gathering:
    """Facts by name; what can't be found out is None, and `notes` says why."""

    def __init__(self) -> None:
        self.facts: dict[str, object] = {}
        self.notes: dict[str, str] = {}

    def find(self, name: str, look: Callable[[], object], note: str | None = None) -> None:
        """Keep one fact, and a note where there is one."""
        self.facts[name], trouble = attempt(look)
        self.note(name, trouble or note)

    def find_several(self, name: str, look: Callable[[], Mapping[str, object]]) -> None:
        """Keep the facts that are found at once; `name` stands for them in the notes."""
        found, trouble = attempt(look)
        self.facts |= found or {}
        self.note(name, trouble)

    def note(self, name: str, text: str | None) -> None:
        """Say why a fact is missing, or what is missing of it."""
        if text:
            self.notes[name] = text


def capture_context(
    facts: ProcessFacts,
    captures: Collection[str] = CAPTURES,
    *,
    keep: Callable[[bytes], str],
    store: str = "",
    deadline_seconds: float = DEADLINE_SECONDS,
) -> dict[str, Any]:
    """Gather what is wanted of the context as JSON-able facts, in about `deadline_seconds`.

    What can't be found out is None, and `notes` says why, by the fact's name; it never keeps
    the others away, and nothing is raised. Secrets are masked (see `redaction`). `keep` makes a
    blob of bytes and returns its digest; nothing in the folder `store` is looked at.
    """
    begun = time.monotonic()
    gathering = _Gathering()
    if "env" in captures:
        gathering.find("env", lambda: chosen_variables(facts.environment))
    if "machine" in captures:
        _find_machine(gathering, facts)
    git = GitFacts()
    if not OF_EVERY_RANK.issuperset(captures):
        read, trouble = attempt(lambda: _read_git(facts, deadline_seconds * _GIT_SHARE))
        git = read or GitFacts(note=trouble)
    if "git" in captures:
        gathering.find("git", lambda: _git(git), git.note)
    if "command" in captures:
        gathering.find("argv", lambda: mask_arguments(facts.argv))
        gathering.find("script", lambda: _script(facts, git.root))
        gathering.facts |= {"cwd": facts.cwd, "pid": facts.pid}
    ends_at = begun + deadline_seconds * _CODE_SHARE
    code, notes = code_facts(facts, git, captures, keep=keep, store=store, ends_at=ends_at)
    gathering.facts |= code
    gathering.notes |= notes
    if "packages" in captures:
        _find_packages(gathering, facts, begun + deadline_seconds)
    return gathering.facts | ({"notes": gathering.notes} if gathering.facts else {})


def _find_machine(gathering: _Gathering, facts: ProcessFacts) -> None:
    gathering.find("host", socket.gethostname)
    gathering.find("user", _user)
    gathering.find_several("machine", lambda: machine_facts(facts.pid))
    gathering.find_several("gpus", lambda: accelerator_facts(facts.sys_path))
    gathering.find("container", lambda: container_facts(facts.pid, facts.environment))
    gathering.find("cloud", lambda: cloud_facts(facts.environment))
    gathering.find("scheduler", lambda: scheduler_facts(facts.environment))
    gathering.find("launcher", lambda: launcher_facts(facts.environment))


def _find_packages(gathering: _Gathering, facts: ProcessFacts, ends_at: float) -> None:
    gathering.find("python", lambda: _python(facts.executable))
    gathering.find("environment", lambda: environment_facts(facts.prefix))
    listed, trouble = attempt(
        lambda: installed_packages(facts.sys_path, cwd=facts.cwd, ends_at=ends_at)
    )
    gathering.facts["packages"] = listed.versions if listed else None
    gathering.facts["package_origins"] = listed.origins if listed else None
    gathering.note("packages", listed.note if listed else trouble)


def _python(executable: str) -> dict[str, object]:
    """Describe the interpreter: the helper's own, which the training process started it with."""
    is_same = os.path.realpath(executable) == os.path.realpath(sys.executable)
    return {
        "version": platform.python_version() if is_same else None,
        "implementation": platform.python_implementation() if is_same else None,
        "executable": executable,
    }


def _user() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):  # Windows; a container's user that has no name
        return getpass.getuser()


def _read_git(facts: ProcessFacts, timeout_seconds: float) -> GitFacts:
    """Ask for the repository one is in, else for the one in which the script lies."""
    mains = filter(None, (facts.main_path, facts.notebook))
    beside = [os.path.dirname(os.path.join(facts.cwd, path)) for path in mains]
    return read_git([facts.cwd, *beside], timeout_seconds=timeout_seconds)


def _git(git: GitFacts) -> dict[str, object] | None:
    if git.root is None:
        return None
    return {
        "commit": git.commit,
        "branch": git.branch,
        "is_dirty": git.is_dirty,
        "is_shallow": git.is_shallow,
        "repository": git.repository,
        "root": git.root,
        "remote_url": git.remote_url,
        "dirty_submodules": list(git.dirty_submodules),
    }


def _script(facts: ProcessFacts, root: str | None) -> str | None:
    """Name the script relative to the repository's root when inside, else by its full path."""
    if not facts.main_path:
        return None
    path = os.path.abspath(os.path.join(facts.cwd, facts.main_path))
    return relative_to(path, root) or path
