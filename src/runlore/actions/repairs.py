"""Mend what `doctor` found: nothing is thrown away but what can be made again."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from runlore.actions.checks.files import left_spools, leftovers, waiting_files
from runlore.actions.checks.manifest import entry_numbers, read_entries
from runlore.actions.checks.segments import segment_files
from runlore.editing.shell_recorder import ShellRecorder
from runlore.errors import RunloreError
from runlore.helper.adopt import adopt_staged
from runlore.helper.console import record_printed
from runlore.helper.spool import read_spools, runs_in
from runlore.index.catchup import catch_up
from runlore.journal.liveness import ALIVE, holder
from runlore.reading.console_records import where_to_resume
from runlore.records.events import now
from runlore.segments import manifest
from runlore.segments.manifest import Entry, SealedSegment
from runlore.segments.seal import seal
from runlore.segments.sealing import GRACE_SECONDS, seal_complete

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.actions.checks.files import KeptFile
    from runlore.actions.checks.findings import Finding
    from runlore.actions.checks.segments import SegmentFile
    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity

_WITHOUT_DEADLINE_SECONDS = 1e9


def repair(
    store: StoreFolder,
    index: Index,
    findings: list[Finding],
    files: list[KeptFile],
    host: HostIdentity,
    *,
    grace_seconds: float = GRACE_SECONDS,
) -> list[str]:
    """Mend what can be mended; says in words what was done.

    Raises:
        StoreError: if the store can't be written.
    """
    kinds = {finding.kind for finding in findings}
    done: list[str] = []
    if "file-waiting" in kinds:
        done += adopt_waiting(store, index, files, host)
    if "console-waiting" in kinds:
        done += _record_consoles(store, index, host)
    if kinds & {"segment-damaged", "segment-missing"}:
        done += _seal_again(store, findings)
    report = seal_complete(
        store,
        host=host,
        deadline_seconds=_WITHOUT_DEADLINE_SECONDS,
        grace_seconds=grace_seconds,
    )
    done += [f"sealed file {entry.number} of {entry.actor}" for _, entry in report.sealed]
    done += [f"removed {path}, which is sealed" for path in report.removed]
    done += [f"could not seal: {problem.message}" for problem in report.problems]
    is_out_of_reach = "objects-unreachable" in kinds
    rewritten = [] if is_out_of_reach else _mend_manifest(store)
    done += rewritten
    done += _remove_leftovers(store, findings)
    if rewritten or kinds & {"index-differs", "segment-damaged", "segment-missing"}:
        done.append(rebuild_index(store, index))
    else:
        catch_up(index, store, budget_seconds=None)
    return done


def rebuild_index(store: StoreFolder, index: Index) -> str:
    """Throw the index away and build it from the files."""
    index.reset()
    catch_up(index, store, budget_seconds=None)
    totals = index.totals()
    return f"rebuilt the index: {totals.runs:,} runs, {totals.points:,} points"


def adopt_waiting(
    store: StoreFolder, index: Index, files: list[KeptFile], host: HostIdentity
) -> list[str]:
    """Take in the files that processes which are dead have given."""
    named = {file.staged for file in files}
    waiting: dict[str, list[str]] = {}
    for actor, name, _ in waiting_files(store):
        if f"{actor}/{name}" in named and holder(store.lock(actor), host=host) != ALIVE:
            waiting.setdefault(actor, []).append(name)
    recorder = ShellRecorder(store.path)
    done = []
    try:
        for actor, names in waiting.items():
            problems = adopt_staged(
                store,
                actor,
                names,
                writer=recorder.writer,
                slot_of=lambda run: _slot(recorder, index, run),
            )
            done.append(f"took in {len(names) - len(problems)} files that {actor} had given")
            done += [f"could not take in a file: {problem.message}" for problem in problems]
            with suppress(OSError):
                os.rmdir(os.path.join(store.incoming, actor))
    finally:
        recorder.close()
    return done


def _record_consoles(store: StoreFolder, index: Index, host: HostIdentity) -> list[str]:
    """Record what processes have printed that were killed together with their helpers."""
    recorder = ShellRecorder(store.path)
    done = []
    try:
        for actor in left_spools(store, host):
            frames = read_spools(store.actor(actor))
            resumed: dict[tuple[str, str], tuple[int, int]] = {}
            for run in runs_in(frames):
                resumed |= where_to_resume(run, index.console(run)).get(actor, {})
            record_printed(store, actor, frames, resumed, writer=recorder.writer)
            done.append(f"recorded what {actor} had printed")
    finally:
        recorder.close()
    return done


def _slot(recorder: ShellRecorder, index: Index, run: str) -> int:
    facts = index.run_facts(run)
    if facts is None or not facts.attempts:
        return 0
    return recorder.writer.declare_run(run, facts.attempts[-1].attempt, 0)


def _seal_again(store: StoreFolder, findings: list[Finding]) -> list[str]:
    """Seal the journals, still there, of segments that are damaged or missing."""
    done = []
    for finding in findings:
        if finding.kind not in ("segment-damaged", "segment-missing") or not finding.is_mendable:
            continue
        actor, _, stem = os.path.basename(finding.where).removesuffix(".segment").partition("-")
        path = store.journal(actor, int(stem))
        # In a bucket sealing replaces what is damaged; there is nothing to put aside by name.
        is_aside = finding.kind == "segment-damaged" and os.path.exists(finding.where)
        if is_aside:
            os.replace(finding.where, f"{finding.where}.damaged")
        try:
            seal(path, store)
        except (RunloreError, OSError):
            if is_aside:
                os.replace(f"{finding.where}.damaged", finding.where)
            raise
        if is_aside:
            os.unlink(f"{finding.where}.damaged")
        done.append(f"sealed {path} again")
    return done


def _mend_manifest(store: StoreFolder) -> list[str]:
    """Write entries that are missing or damaged from the segments, and number without gaps."""
    entries, _ = read_entries(store)
    last = max(entry_numbers(store), default=0)
    holes = sorted(set(range(1, last + 1)) - set(entries))
    known = {(entry.actor, entry.number) for entry in entries.values()}
    done = []
    for entry in _entries_of_segments(store, known):
        if holes:
            number = holes.pop(0)
            _put(store, number, entry)
        else:
            number = manifest.append(store, entry)
        done.append(f"wrote entry {number} of the manifest again")
    for number in holes:  # nothing is left to say there; a repeated entry changes nothing
        if entries:
            _put(store, number, next(iter(entries.values())))
            done.append(f"filled the missing entry {number} of the manifest")
    return done


def _put(store: StoreFolder, number: int, entry: Entry) -> None:
    path = manifest.path_of(store, number)
    temporary = f"{path}.{os.getpid()}.tmp"
    manifest.write_synced(temporary, entry.to_json())
    os.replace(temporary, path)
    manifest.sync_folder(store.manifest)


def _entries_of_segments(store: StoreFolder, known: set[tuple[str, int]]) -> Iterator[Entry]:
    """Compose the entries of sealed journal files that no entry names."""
    groups: dict[tuple[str, int], list[SegmentFile]] = {}
    for file in segment_files(store):
        if (file.actor, file.number) not in known:
            groups.setdefault((file.actor, file.number), []).append(file)
    for (actor, number), files in sorted(groups.items(), key=lambda group: group[0]):
        sealed, source, gaps, heartbeat = [], None, [], None
        for file in files:
            try:
                with file.open() as segment:
                    sealed.append(SealedSegment(segment.run, segment.size_bytes, segment.crc))
                    if source is None or segment.end > source["end"]:
                        source, gaps = segment.footer["source"], segment.gaps
                        heartbeat = segment.heartbeat
            except RunloreError:
                continue  # it is among the findings
        if source is not None:
            yield Entry(
                actor=actor,
                number=number,
                end=source["end"],
                crc=source["crc"],
                previous_crc=source.get("previous_crc", 0),
                closed=bool(source["closed"]),
                sealed=now(),
                segments=tuple(sealed),
                gaps=tuple((begin, end) for begin, end in gaps),
                heartbeat=heartbeat,
            )


def _remove_leftovers(store: StoreFolder, findings: list[Finding]) -> list[str]:
    stale = {finding.where for finding in findings if finding.kind == "leftover"}
    stale |= set(leftovers(store))
    removed = 0
    for path in sorted(stale):
        with suppress(OSError):
            os.unlink(path)
            removed += 1
    return [f"removed {removed} temporary files"] if removed else []
