"""The manifest: one small numbered entry per sealed journal file (docs/formats/store.md)."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

from runlore.errors import DamageError
from runlore.records.ids import new_id

if TYPE_CHECKING:
    from runlore.errors import RunloreError
    from runlore.journal.folder import StoreFolder

_CHECK = b',"check":'  # the last key: crc32 of all before its comma


@dataclass(frozen=True, slots=True)
class SealedSegment:
    """A segment that a journal file was sealed into; `crc` is that of its footer."""

    run: str
    size_bytes: int
    crc: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What was sealed of journal file `number` of an actor: all up to byte `end`.

    `crc` is the stored checksum before `end`, `previous_crc` the one that the header gives for
    the file before. `sealed` is a time in microseconds. A `partial` entry names segments of some
    runs alone, brought from another store.
    """

    actor: str
    number: int
    end: int
    crc: int
    previous_crc: int
    closed: bool
    sealed: int
    segments: tuple[SealedSegment, ...]
    gaps: tuple[tuple[int, int], ...]
    heartbeat: tuple[int, int] | None = None
    partial: bool = False

    def to_json(self) -> bytes:
        """Compose the entry as it is stored."""
        fields = asdict(self)
        if not self.partial:
            del fields["partial"]
        text = json.dumps(fields, separators=(",", ":")).encode()
        return text[:-1] + _CHECK + str(crc32(text[:-1])).encode() + b"}"

    @classmethod
    def from_json(cls, data: bytes) -> Entry:
        """Read an entry as it is stored; ValueError if it isn't one."""
        text, _, check = data.rpartition(_CHECK)
        try:
            if check.rstrip(b"}") != str(crc32(text)).encode():
                raise ValueError("it fails its checksum")
            return cls._from_fields(json.loads(data))
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"not an entry of a manifest: {error!r}") from error

    @classmethod
    def _from_fields(cls, fields: dict[str, Any]) -> Entry:
        heartbeat = fields.get("heartbeat")
        return cls(
            actor=str(fields["actor"]),
            number=int(fields["number"]),
            end=int(fields["end"]),
            crc=int(fields["crc"]),
            previous_crc=int(fields["previous_crc"]),
            closed=bool(fields["closed"]),
            sealed=int(fields["sealed"]),
            segments=tuple(
                SealedSegment(str(one["run"]), int(one["size_bytes"]), int(one["crc"]))
                for one in fields["segments"]
            ),
            gaps=tuple((int(begin), int(end)) for begin, end in fields["gaps"]),
            heartbeat=(int(heartbeat[0]), int(heartbeat[1])) if heartbeat else None,
            partial=bool(fields.get("partial")),
        )


def append(store: StoreFolder, entry: Entry) -> int:
    """Add an entry under the next free number and return that."""
    os.makedirs(store.manifest, exist_ok=True)
    temporary = os.path.join(store.manifest, f"{new_id()}.tmp")
    try:
        write_synced(temporary, entry.to_json())
        number = last_number(store) + 1
        while not _claim(temporary, path_of(store, number)):
            number += 1
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
    sync_folder(store.manifest)
    return number


def read_from(
    store: StoreFolder, number: int, problems: list[RunloreError] | None = None
) -> list[tuple[int, Entry]]:
    """Read the entries from `number` (≥ 1) on.

    Raises:
        DamageError: for an entry that can't be read; with `problems`, it is added there
            and passed over.
    """
    entries: list[tuple[int, Entry]] = []
    while True:
        content = _read(path_of(store, number))
        if content is None:
            return entries
        try:
            entries.append((number, Entry.from_json(content)))
        except ValueError as error:
            if not os.path.exists(path_of(store, number + 1)):
                return entries  # perhaps still being written, where links don't exist
            problem = DamageError(
                f"the manifest entry {path_of(store, number)} can't be read: {error}",
                hint="`runlore doctor --repair` writes it again from the segments",
            )
            if problems is None:
                raise problem from error
            problems.append(problem)
        number += 1


def last_number(store: StoreFolder) -> int:
    """Find the greatest number that is taken, 0 for none, by doubling and halving."""
    taken, free = 0, 1
    while os.path.exists(path_of(store, free)):
        taken, free = free, 2 * free
    while free - taken > 1:
        middle = (taken + free) // 2
        if os.path.exists(path_of(store, middle)):
            taken = middle
        else:
            free = middle
    return taken


def find(store: StoreFolder, actor: str, number: int, since: int) -> Entry | None:
    """Search backwards for the entry of a journal file among those sealed after `since` (µs).

    Of several, the one that reaches farthest is returned.
    """
    found: Entry | None = None
    for at in range(last_number(store), 0, -1):
        content = _read(path_of(store, at))
        try:
            entry = Entry.from_json(content or b"")
        except ValueError:
            continue
        if entry.sealed < since:
            break
        is_of_file = (entry.actor, entry.number) == (actor, number) and not entry.partial
        if is_of_file and (found is None or entry.end > found.end):
            found = entry
    return found


def path_of(store: StoreFolder, number: int) -> str:
    """Name the file of an entry."""
    return os.path.join(store.manifest, f"{number:012}.json")


def write_synced(path: str, content: bytes) -> None:
    """Write a new file and wait until it is on the device."""
    with open(path, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: str) -> None:
    """Wait until the names in a folder are on the device."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some file systems can't sync a folder
    finally:
        os.close(descriptor)


def _claim(temporary: str, path: str) -> bool:
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:
        return _claim_without_links(temporary, path)
    return True


def _claim_without_links(temporary: str, path: str) -> bool:
    with open(temporary, "rb") as file:
        content = file.read()
    try:
        write_synced(path, content)
    except FileExistsError:
        return False
    return True


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
