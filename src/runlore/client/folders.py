"""Take the files of a folder as they are now, all of them or none."""

from __future__ import annotations

import os

from runlore.errors import InvalidValue
from runlore.media.names import artifact_name
from runlore.objects.faults import read_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_LOOKS = 3
_MOST_LEFT_OUT = 100


class TakenFile:
    """A file that was taken over: its name in the folder, and the name and path in `incoming/`."""

    __slots__ = ("is_taken_away", "path", "relative", "source", "staged")

    def __init__(self, relative: str, source: str, staged: str, path: str) -> None:
        """Hold what was taken; `is_taken_away` if the source is to be removed."""
        self.relative = relative
        self.source = source
        self.staged = staged
        self.path = path
        self.is_taken_away = False


class TakenFolder:
    """The files of a folder, sorted by name, and the names of what is there and no file."""

    __slots__ = ("files", "left_out")

    def __init__(self, files: list[TakenFile], left_out: list[str]) -> None:
        """Hold what was taken."""
        self.files = files
        self.left_out = left_out[:_MOST_LEFT_OUT]

    def remove_sources(self) -> list[OSError]:
        """Remove the files that were to be moved; returns what stood in the way."""
        problems = []
        for file in self.files:
            if file.is_taken_away:
                try:
                    os.unlink(file.source)
                except FileNotFoundError:
                    pass
                except OSError as error:
                    problems.append(error)
        return problems


def take_folder(
    folder: str, name: str, stage: Callable[[], tuple[str, str]], *, move: bool
) -> TakenFolder:
    """Take each file below `folder`, which becomes the artifact `name`, to a place from `stage`.

    Files that come or go meanwhile are taken or left as the last of a few looks finds them.
    After an error nothing is left of it. `move` only prepares the removal of the sources.

    Raises:
        InvalidValue: if there is no file, one can't be read, or may not be called so.
        OSError, StoreError: if there is no room for them.
    """
    taken: dict[str, TakenFile] = {}
    found, left_out = look_into(folder, name)
    try:
        for look in range(_MOST_LOOKS):
            missing = [relative for relative in found if relative not in taken]
            for relative in missing:
                artifact_name(f"{name}/{relative}")
            for relative in missing:
                file = TakenFile(relative, found[relative], *stage())
                if _take(file, move=move):
                    taken[relative] = file
            if look + 1 < _MOST_LOOKS:
                found, left_out = files_below(folder)
            if found.keys() == taken.keys():
                break
        for relative in taken.keys() - found.keys():
            _remove(taken.pop(relative).path)
        if not taken:
            raise _empty(folder)
    except BaseException:
        for file in taken.values():
            _remove(file.path)
        raise
    return TakenFolder([taken[relative] for relative in sorted(taken, key=_as_bytes)], left_out)


def look_into(folder: str, name: str) -> tuple[dict[str, str], list[str]]:
    """Find the files below a folder, as `files_below`, that is to become the artifact `name`.

    Raises:
        InvalidValue: if there are none, one may not be called so, or it is a store.
    """
    if _is_store(folder):
        raise InvalidValue(f"the folder {folder} is a store", hint="give one that holds your files")
    found, left_out = files_below(folder)
    for relative in found:
        artifact_name(f"{name}/{relative}")
    if not found:
        raise _empty(folder)
    return found, left_out


def files_below(folder: str) -> tuple[dict[str, str], list[str]]:
    """Find the files below a folder: their paths by names in it, and the names of what is no file.

    Links are followed, but not to a folder that they lie in. A store is passed over.
    """
    found: dict[str, str] = {}
    left_out: list[str] = []
    waiting: list[tuple[str, str, tuple[object, ...]]] = [("", folder, (_identity(folder),))]
    while waiting:
        prefix, place, above = waiting.pop()
        try:
            names = sorted(os.listdir(place))
        except OSError as error:
            if prefix and not os.path.lexists(place):
                continue  # gone since it was listed
            raise read_fault(error, place) from error
        for name in names:
            path, relative = os.path.join(place, name), prefix + name
            if os.path.isfile(path):
                found[relative] = path
            elif not os.path.isdir(path):
                if os.path.lexists(path):
                    left_out.append(relative)
            elif (identity := _identity(path)) in above:
                left_out.append(relative)
            elif not _is_store(path):
                waiting.append((f"{relative}/", path, (*above, identity)))
    return found, sorted(left_out)


def _take(file: TakenFile, *, move: bool) -> bool:
    """Put a file's content at its place; False if it is gone."""
    from runlore.blobs.snapshot import snapshot

    if move and _link(file):
        return True
    try:
        snapshot(file.source, file.path)
    except InvalidValue:
        if os.path.lexists(file.source):
            raise
        return False
    file.is_taken_away = move
    return True


def _link(file: TakenFile) -> bool:
    """Give a file that has but one name a second one; False where only a copy will do."""
    from stat import S_ISREG

    try:
        status = os.lstat(file.source)
        if not S_ISREG(status.st_mode) or status.st_nlink != 1:
            return False
        os.link(file.source, file.path)
    except OSError:
        return False
    file.is_taken_away = True
    return True


def _empty(folder: str) -> InvalidValue:
    return InvalidValue(
        f"the folder {folder} holds no files", hint="log it once there is something in it"
    )


def _remove(path: str) -> None:
    try:  # noqa: SIM105 - contextlib costs the import budget
        os.unlink(path)
    except OSError:
        pass  # it is in nobody's way: no record names it


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_store(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "store.json")) and os.path.isdir(
        os.path.join(folder, "journals")
    )


def _as_bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")
