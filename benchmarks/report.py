"""The results as one Markdown page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.findings import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.findings import Finding, Results, Table

_HEADER = ("what", "Runlore", "beside it, in the same run", "ratio", "bar", "kept")
_INTRODUCTION = """\
# Benchmarks{about}

Made by `python -m benchmarks --write`; not edited by hand. The machine is shared, so the ratios
say more than the microseconds: each stands beside a physical limit, or another tracker, measured
in the same run and in turns with it, and is the median over rounds.
"""


def page(results: Results, machine: Sequence[str], about: str = "") -> str:
    """Return the whole page: machine, bars, peers, how each number was taken.

    `about` says what of, where it isn't of all.
    """
    parts = [_INTRODUCTION.format(about=f": {about}" if about else ""), _items(machine)]
    if results.findings:
        rows = [_row(finding) for finding in results.findings]
        parts += ["## Bars\n", _table(_HEADER, rows)]
    for table in results.tables:
        parts += [f"## {table.title}\n", _peer_table(table)]
    if results.skipped:
        parts += ["## Not measured\n", _items(results.skipped)]
    if results.findings:
        shapes = [f"**{finding.what}**: {finding.shape}" for finding in results.findings]
        parts += ["## How each was taken\n", _items(shapes)]
    return "\n".join(parts)


def verdicts(results: Results) -> list[str]:
    """Return one line a bar: pass or fail, what was found, what was promised."""
    return [
        f"{'pass' if finding.holds else 'FAIL'}  {finding.what}: "
        f"{amount(finding.judged, finding.bar.unit)} ({finding.bar})"
        for finding in results.findings
        if finding.bar is not None and finding.judged is not None
    ]


def _row(finding: Finding) -> tuple[str, ...]:
    return (
        finding.what,
        finding.figure,
        finding.beside,
        "" if finding.ratio is None else amount(finding.ratio, "x"),
        "" if finding.bar is None else str(finding.bar),
        {None: "", True: "yes", False: "**no**"}[finding.holds],
    )


def _peer_table(table: Table) -> str:
    notes = f"\n{_items(table.notes)}" if table.notes else ""
    return _table(table.header, table.rows) + notes


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _items(texts: Iterable[str]) -> str:
    return "".join(f"- {text}\n" for text in texts)
