"""`runlore doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlore.cli.options import chosen_store, store_and_json
from runlore.cli.wording import count, size

if TYPE_CHECKING:
    from runlore.actions.checks.findings import Finding
    from runlore.actions.doctoring import Examination
    from runlore.cli.output import Output

_MOST_PLACES = 10  # of findings that are alike
_STYLES = {"damage": "damage", "unfinished": "problem", "known": "dim"}


@click.command("doctor")
@click.option(
    "--repair",
    is_flag=True,
    help="Mend what can be mended: seal, take in files, write manifest entries again, clear away.",
)
@click.option("--rebuild-index", is_flag=True, help="Throw the index away and build it anew.")
@store_and_json
def command(*, repair: bool, rebuild_index: bool, as_json: bool) -> int:
    """Check the store, mend what can be mended.

    Verifies every journal, segment and file by its checksum, the manifest against the
    segments, and the index against one rebuilt from the files. Nothing is changed without
    --repair or --rebuild-index. The exit status is 1 if something is damaged and was not repaired.
    """
    from runlore.actions.doctoring import examine
    from runlore.cli.output import Output, talk
    from runlore.cli.progress import steps

    with steps() as on_step:
        found = examine(
            chosen_store(),
            is_to_repair=repair,
            is_to_rebuild_index=rebuild_index,
            on_step=on_step,
        )
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json(_report(found))
    else:
        _show(found, Output())
        if not repair and any(finding.is_mendable for finding in found.findings):
            talk("to mend what can be mended: runlore doctor --repair")
    return 1 if found.is_damaged else 0


def _show(found: Examination, output: Output) -> None:
    from runlore.cli.table import Cell
    from runlore.cli.text import visible

    output.line(visible(found.store))
    for what, amount, size_bytes in _counted(found.counts):
        output.line(f"  {count(amount, what)}", Cell(f"  {size(size_bytes)}", "dim"))
    for line in found.done:
        output.line(Cell("  did: ", "good"), visible(line))
    for alike in _grouped(found.mended):
        what = visible(alike[0].what) + (f" ({len(alike):,} times)" if len(alike) > 1 else "")
        output.line(Cell("  mended: ", "good"), what)
    for alike in _grouped(found.findings):
        first = alike[0]
        output.line()
        output.line(Cell(f"{first.severity}: ", _STYLES[first.severity]), visible(first.what))
        for finding in alike[:_MOST_PLACES]:
            output.line("  where: ", visible(finding.where))
        if len(alike) > _MOST_PLACES:
            output.line(f"         and {len(alike) - _MOST_PLACES:,} more: --json has them all")
        output.line("  do:    ", visible(first.todo))
    output.line()
    output.line(_verdict(found))


def _grouped(findings: list[Finding]) -> list[list[Finding]]:
    """Put findings that differ in their place alone together, the severest first."""
    groups: dict[tuple[int, str, str], list[Finding]] = {}
    for finding in findings:
        key = (list(_STYLES).index(finding.severity), finding.what, finding.todo)
        groups.setdefault(key, []).append(finding)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]


def _verdict(found: Examination) -> Any:
    from runlore.cli.table import Cell

    damages = sum(finding.severity == "damage" for finding in found.findings)
    if damages:
        return Cell(f"{count(damages, 'damage')} found", "damage")
    if found.findings:
        return Cell("no damage; see above for what is left to do or was lost before", "good")
    return Cell("everything is as it should be", "good")


def _counted(counts: dict[str, int]) -> list[tuple[str, int, int | None]]:
    rows = [
        ("journal", counts.get("journals", 0), counts.get("journal_bytes", 0)),
        ("segment", counts.get("segments", 0), counts.get("segment_bytes", 0)),
        ("manifest entry", counts.get("manifest_entries", 0), None),
        ("blob", counts.get("blobs", 0), counts.get("blob_bytes", 0)),
        ("waiting file", counts.get("waiting_files", 0), None),
        ("indexed run", counts.get("indexed_runs", 0), None),
        ("point", counts.get("points", 0), None),
    ]
    return [row for row in rows if row[1] or row[0] != "waiting file"]


def _report(found: Examination) -> dict[str, Any]:
    return {
        "store": found.store,
        "is_damaged": found.is_damaged,
        "counts": found.counts,
        "findings": [_finding(finding) for finding in found.findings],
        "mended": [_finding(finding) for finding in found.mended],
        "done": found.done,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "where": finding.where,
        "what": finding.what,
        "todo": finding.todo,
        "is_mendable": finding.is_mendable,
        "run": finding.run,
    }
