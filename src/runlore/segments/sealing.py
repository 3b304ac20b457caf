"""Seal what is complete, and clear away what has been sealed; light to import when idle."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from time import monotonic, time
from typing import TYPE_CHECKING

from runlore.errors import (
    DamageError,
    JournalDamaged,
    JournalForked,
    ObjectsUnreachable,
    RunloreError,
)
from runlore.journal.folder import failure
from runlore.journal.frames import HEADER_SIZE, Header, unpack_u32
from runlore.journal.reader import Frame, Reader
from runlore.objects.choice import read_choice
from runlore.records.ids import new_id
from runlore.segments import manifest
from runlore.segments.clearing import clear_actor_folder, is_safe_to_remove, remove_journal
from runlore.segments.complete import actors, complete_files

if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity
    from runlore.segments.complete import JournalFile
    from runlore.segments.manifest import Entry

GRACE_SECONDS = 30.0
_CHECKSUM_BYTES = 4
_CLOCK_DOUBT = 86_400_000_000  # µs by which the clocks of two hosts may disagree


@dataclass(slots=True)
class SealReport:
    """What a round of sealing did.

    `sealed` holds (number in the manifest, entry); `remaining` counts complete files that the
    deadline left for the next round.
    """

    sealed: list[tuple[int, Entry]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    problems: list[RunloreError] = field(default_factory=list)
    remaining: int = 0


def seal_complete(
    store: StoreFolder,
    *,
    host: HostIdentity,
    deadline_seconds: float,
    grace_seconds: float = GRACE_SECONDS,
) -> SealReport:
    """Seal every complete journal file until `deadline_seconds` have passed.

    Journal files that were sealed longer than `grace_seconds` ago are removed, and so are the
    emptied folders of dead actors. What stands in the way of one file is reported and
    doesn't keep the others, but where the place of the segments doesn't answer, all wait.
    """
    deadline = monotonic() + deadline_seconds
    report = SealReport()
    is_reachable = True
    for file in complete_files(store, host=host):
        if monotonic() >= deadline or not is_reachable:
            report.remaining += 1
            continue
        try:
            _attend_to(file, store, grace_seconds, report)
        except (OSError, RunloreError) as error:
            if not os.path.exists(file.path):
                continue  # somebody else has sealed it and cleared it away
            if isinstance(error, OSError):
                error = failure(error, store.path, "seal a journal")
            report.problems.append(error)
            # The next file would wait as long for the same answer; all of them stay.
            is_reachable = not isinstance(error, ObjectsUnreachable)
    for actor in actors(store):
        clear_actor_folder(store, actor, host=host)
    if is_reachable:
        _go_on_moving(store, report)
    return report


def _go_on_moving(store: StoreFolder, report: SealReport) -> None:
    """Bring what was put elsewhere to where objects lie now, if that isn't the store's folder."""
    try:
        choice = read_choice(store)
        if choice.url is not None or choice.is_moving:
            from runlore.objects.moving import finish_move

            finish_move(store)
    except (OSError, RunloreError) as error:
        if isinstance(error, OSError):
            error = failure(error, store.path, "move its objects")
        report.problems.append(error)


def seal_file(journal_file: str, store: StoreFolder) -> tuple[int, Entry] | None:
    """Seal a complete journal file and enter it in the manifest, unless that was done.

    Raises:
        JournalForked: if the file is a continuation other than the one that was sealed.
        FormatTooNew, JournalDamaged, StoreError: as `runlore.segments.seal.seal`.
    """
    known = known_entry(journal_file, store)
    if known is not None and not has_grown(journal_file, known):
        return None
    from runlore.segments.seal import seal  # NumPy, which an idle helper does without

    entry = seal(journal_file, store).entry
    try:
        number = manifest.append(store, entry)
        _remember(journal_file, entry)
    except OSError as error:
        raise failure(error, store.path, "seal a journal") from error
    return number, entry


def known_entry(journal_file: str, store: StoreFolder) -> Entry | None:
    """Find the manifest entry of a journal file: beside it, else in the manifest."""
    try:
        with open(_mark_of(journal_file), "rb") as file:
            return manifest.Entry.from_json(file.read())
    except (FileNotFoundError, ValueError):
        pass
    with open(journal_file, "rb") as file:
        head = file.read(HEADER_SIZE)
    if len(head) < HEADER_SIZE:
        return None
    header = Header(head)
    folder, name = os.path.split(journal_file)
    since = header.created - _CLOCK_DOUBT if header.is_intact else 0
    number = int(name.removesuffix(".journal"))
    entry = manifest.find(store, os.path.basename(folder), number, since)
    if entry is not None:
        _remember(journal_file, entry)
    return entry


def has_grown(journal_file: str, entry: Entry) -> bool:
    """Tell whether a journal file holds frames behind those that were sealed.

    Raises:
        JournalForked: if it holds another checksum at their end.
        JournalDamaged: if it was cut before their end.
    """
    begin = max(0, entry.end - _CHECKSUM_BYTES)
    with open(journal_file, "rb") as file:
        file.seek(begin)
        tail = file.read()
    if entry.end == 0:
        return bool(tail.strip(b"\0"))
    if len(tail) < _CHECKSUM_BYTES or not tail.strip(b"\0"):
        raise JournalDamaged(
            f"the journal {journal_file} ends before byte {entry.end}, up to which it was sealed",
            hint="nothing is lost: what was sealed stays, and the file can be removed",
        )
    if unpack_u32(tail)[0] != entry.crc:
        raise JournalForked(
            f"the journal {journal_file} holds other records before byte {entry.end} than those "
            "that were sealed, as if an older copy had been put back and continued",
            hint="what was sealed stays; keep a copy of that file and see `runlore doctor`",
        )
    if not tail[_CHECKSUM_BYTES:].strip(b"\0"):
        return False
    behind = Reader(bytes(HEADER_SIZE) + tail, HEADER_SIZE + _CHECKSUM_BYTES)
    return any(isinstance(item, Frame) for item in behind)


def _attend_to(
    file: JournalFile, store: StoreFolder, grace_seconds: float, report: SealReport
) -> None:
    """Seal a complete file, or remove it if that was done long enough ago."""
    done = seal_file(file.path, store)
    if done is not None:
        report.sealed.append(done)
    entry = done[1] if done else known_entry(file.path, store)
    if entry is None or time() - entry.sealed / 1e6 < grace_seconds:
        return
    if not is_safe_to_remove(store, entry):
        report.problems.append(
            DamageError(
                f"a segment sealed from the journal {file.path} is missing or cut short",
                hint="`runlore doctor --repair` seals the journal, which was kept, again",
            )
        )
    elif remove_journal(store, file, lambda: not has_grown(file.path, entry)):
        report.removed.append(file.path)


def _mark_of(journal_file: str) -> str:
    return journal_file.removesuffix(".journal") + ".sealed"


def _remember(journal_file: str, entry: Entry) -> None:
    """Put a copy of the entry beside the journal, so that nobody searches the manifest for it."""
    temporary = os.path.join(os.path.dirname(journal_file), f"{new_id()}.tmp")
    with open(temporary, "xb") as copy:
        copy.write(entry.to_json())
    os.replace(temporary, _mark_of(journal_file))
