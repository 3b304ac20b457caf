"""Check journals: every frame's checksum, and that each file continues the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.actions.checks.findings import UNFINISHED
from runlore.errors import FormatTooNew, JournalForked, RunloreError
from runlore.journal.folder import failure
from runlore.journal.frames import HEADER_SIZE
from runlore.segments.complete import journal_files
from runlore.segments.journals import header_of, read_journal
from runlore.segments.scan import scan

if TYPE_CHECKING:
    from runlore.actions.checks.findings import Checked
    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity
    from runlore.segments.complete import JournalFile

_REPAIR = "runlore doctor --repair"


def check_journals(
    store: StoreFolder,
    index: Index,
    sealed: set[tuple[str, int]],
    host: HostIdentity,
    checked: Checked,
) -> None:
    """Read every journal file; `sealed` names those that the manifest knows."""
    files = journal_files(store, host=host)
    positions = index.positions(sorted({file.actor for file in files}))
    previous: tuple[str, int, int] | None = None  # actor, number, last checksum
    for file in files:
        checked.count("journals")
        try:
            end = _check(file, previous, checked, is_sealed=(file.actor, file.number) in sealed)
        except FileNotFoundError:
            continue  # sealed and cleared away meanwhile
        except OSError as error:
            _unreadable(file, failure(error, file.path, "be read"), checked)
            end = None
        except RunloreError as error:
            _unreadable(file, error, checked)
            end = None
        previous = None if end is None else (file.actor, file.number, end)
        known = positions.get((file.actor, file.number))
        if known is not None and known.state == "forked":
            _forked(file, checked)
        if file.is_complete and (file.actor, file.number) not in sealed:
            checked.find(
                "journal-unsealed",
                file.path,
                "the journal is complete and not yet sealed into segments",
                f"nothing is lost; to seal it: {_REPAIR}",
                severity=UNFINISHED,
                is_mendable=True,
            )


def _check(
    file: JournalFile,
    previous: tuple[str, int, int] | None,
    checked: Checked,
    *,
    is_sealed: bool,
) -> int | None:
    """Check one file; returns the checksum of its close frame, None if it has none."""
    view = read_journal(file.path)
    found = scan(view, is_complete=file.is_complete)
    if found.gaps and not file.is_complete:
        again = scan(read_journal(file.path), is_complete=False)
        found.gaps[:] = [gap for gap in found.gaps if gap in again.gaps]
    checked.count("journal_bytes", found.end)
    for begin, stop in [] if is_sealed else found.gaps:  # sealed gaps are told of the segments
        checked.find(
            "journal-gap",
            f"{file.path}, bytes {begin} to {stop}",
            f"{stop - begin} bytes fail their checksums; all around them is read",
            "put an undamaged copy of the file in its place, if there is one; "
            f"else accept the gap and seal what is left: {_REPAIR}",
            is_mendable=file.is_complete,
        )
    header = header_of(view)
    is_next = previous is not None and previous[:2] == (file.actor, file.number - 1)
    crcs = (0, previous[2]) if previous is not None and is_next else ()
    if header is not None and crcs and header.previous_crc not in crcs:
        _forked(file, checked)
    return found.crc if found.is_closed and found.end > HEADER_SIZE else None


def _forked(file: JournalFile, checked: Checked) -> None:
    checked.find(
        "journal-forked",
        file.path,
        "the journal was continued in two different ways, as when an older copy is put back",
        "what was read before the fork stays; to keep the other records as well, copy the file "
        "to a store of its own, and start new runs instead of going on with a restored copy",
    )


def _unreadable(file: JournalFile, error: RunloreError, checked: Checked) -> None:
    kind = "journal-unreadable"
    if isinstance(error, FormatTooNew):
        kind = "journal-too-new"
    elif isinstance(error, JournalForked):
        kind = "journal-forked"
    checked.find(kind, file.path, error.message, error.hint or "keep a copy of the file")
