"""Ask git about a folder without changing it, waiting long, or raising."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from runlore.helper.redaction import mask_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# No monitor, hook, pager or download that the repository configures is begun, and no lock is
# taken for a mere look. Its filters are run, as by any `git status`: without them, files of
# git-lfs or nbstripout would all seem changed.
_OPTIONS = (
    "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "core.quotePath=false", "-c", "protocol.allow=never",
)  # fmt: skip
_SETTINGS = {
    "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C",
}  # fmt: skip
# Set in a git hook, these would speak of another repository than the folder's.
_FOREIGN_VARIABLES = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_EXTERNAL_DIFF",
        "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE",
    }
)  # fmt: skip
NO_REPOSITORY = "not in a git repository"
_KNOWN_REFUSALS = {
    "not a git repository": NO_REPOSITORY,
    "dubious ownership": (
        "git refuses this repository because it belongs to another user; "
        "`git config --global --add safe.directory <folder>` allows it"
    ),
    "must be run in a work tree": "the folder is inside a git repository but in no work tree",
}
_CHUNK_BYTES = 1 << 16


class Git:
    """Asks git in one folder until `ends_at` (monotonic); what went wrong gathers in `notes`."""

    def __init__(self, folder: str, ends_at: float) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self.ends_at = ends_at

    @property
    def note(self) -> str | None:
        """What went wrong, in words; None if nothing did."""
        return "; ".join(dict.fromkeys(self.notes)) or None

    def ask(self, *arguments: str, empty_code: int = 0) -> str | None:
        """Return the answer without its last newline, "" for `empty_code`, None if it failed."""
        seconds_left = self._seconds_left()
        if not seconds_left:
            return None
        try:
            code, answer, error = _run(arguments, self.folder, seconds_left)
        except subprocess.TimeoutExpired:
            self.notes.append(f"`git {arguments[0]}` took longer than {seconds_left:.1f} s")
        except OSError as failure:
            self.notes.append(f"git could not be run: {failure.strerror}")
        else:
            if code == 0:
                return answer.removesuffix("\n")
            if code == empty_code:
                return ""
            self.notes.append(_explain(arguments[0], code, error))
        return None

    def read(self, *arguments: str) -> Iterator[bytes]:
        """Yield a long answer piece by piece; git is ended when one stops listening.

        A failure is told in `notes`, after what had come until then.
        """
        seconds_left = self._seconds_left()
        if not seconds_left:
            return
        with tempfile.TemporaryFile() as errors:  # as many warnings as there are files
            try:
                process = _start(arguments, self.folder, errors.fileno())
            except OSError as failure:
                self.notes.append(f"git could not be run: {failure.strerror}")
                return
            is_over = False
            try:
                for piece in _pieces(process, self.ends_at):
                    if piece is None:
                        took = f"`git {arguments[0]}` took longer than {seconds_left:.1f} s"
                        self.notes.append(took)
                        return
                    yield piece
                is_over = True
            finally:
                if not is_over:
                    _end(process)
                with process:
                    pass
            if process.returncode != 0:
                errors.seek(0)
                error = os.fsdecode(errors.read(_CHUNK_BYTES))
                self.notes.append(_explain(arguments[0], process.returncode, error))

    def _seconds_left(self) -> float:
        seconds_left = self.ends_at - time.monotonic()
        if seconds_left <= 0:
            self.notes.append("git was asked no more: the time had run out")
            return 0.0
        if not _is_installed():
            self.notes.append("git is not installed")
            return 0.0
        return seconds_left


def _is_installed() -> bool:
    path = shutil.which("git")
    if sys.platform == "darwin" and path == "/usr/bin/git":
        # Without the developer tools this is a stub that opens a window when run.
        return subprocess.call(["xcode-select", "-p"], stdout=subprocess.DEVNULL) == 0
    return path is not None


def _start(
    arguments: Sequence[str], folder: str, errors: int = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if k not in _FOREIGN_VARIABLES}
    return subprocess.Popen(
        ["git", *_OPTIONS, *arguments],
        cwd=folder,
        env=environment | _SETTINGS,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
    )


def _run(arguments: Sequence[str], folder: str, timeout_seconds: float) -> tuple[int, str, str]:
    with _start(arguments, folder) as process:
        try:
            answer, error = process.communicate(timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            raise
    return process.returncode, os.fsdecode(answer), os.fsdecode(error)


def _pieces(process: subprocess.Popen[bytes], ends_at: float) -> Iterator[bytes | None]:
    """Yield what it writes, and None when the time is over."""
    assert process.stdout is not None  # noqa: S101 - it was asked for as a pipe
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, ends_at - time.monotonic())):
                yield None
                return
            piece = os.read(process.stdout.fileno(), _CHUNK_BYTES)
            if not piece:
                return
            yield piece


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and its own children (filters, submodules), which would keep the pipes open."""
    with suppress(ProcessLookupError):  # it was faster
        os.killpg(process.pid, signal.SIGKILL)


def _explain(command: str, code: int, error: str) -> str:
    for phrase, meaning in _KNOWN_REFUSALS.items():
        if phrase in error:
            return meaning
    first_line = mask_text(error.strip().partition("\n")[0])[:200]
    return f"`git {command}` failed ({code}): {first_line}"
