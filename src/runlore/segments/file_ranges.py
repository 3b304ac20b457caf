"""A file read in parts as if it were bytes in memory, without a map of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import FileIO

_PREAD = getattr(os, "pread", None)  # half as many calls, where the system has it


class FileReplacedError(Exception):
    """Another file has taken the place of the one that was read before."""


class FileRanges:
    """The bytes of a file: has a length, and slices of step 1 give memory views.

    A map would count as memory of the process page by page, for as long as it stands. The file
    is open from the first slice until `release`, and opened anew by the next slice. Of one
    thread at a time.
    """

    def __init__(self, path: str) -> None:
        """Open a file.

        Raises:
            FileNotFoundError: if there is none.
        """
        self.path = path
        self._file: FileIO | None = open(path, "rb", buffering=0)  # noqa: SIM115 - see `release`
        self._identity = _identity(self._file)

    def __len__(self) -> int:
        return self._identity[2]

    def __getitem__(self, part: slice) -> memoryview:
        begin, end, _ = part.indices(len(self))
        file = self._opened()
        if _PREAD is not None:
            return memoryview(_PREAD(file.fileno(), max(0, end - begin), begin))
        file.seek(begin)
        return memoryview(file.read(max(0, end - begin)))

    def release(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def check(self) -> None:
        """Open the file if it isn't.

        Raises:
            FileReplacedError: if it isn't the one that was opened first.
            FileNotFoundError: if it is gone.
        """
        self._opened()

    def _opened(self) -> FileIO:
        if self._file is None:
            file = open(self.path, "rb", buffering=0)  # noqa: SIM115 - closed by `release`
            if _identity(file) != self._identity:
                file.close()
                raise FileReplacedError(self.path)
            self._file = file
        return self._file


def _identity(file: FileIO) -> tuple[int, int, int]:
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino, status.st_size
