"""Write a comparison of experiments in Markdown, and as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.compare.markdown import escaped, markdown_table, number
from runlore.compare.reasons import headline_of, lead_text, notes_of, reasons_of
from runlore.compare.wording import listed, seconds_text, title_of, value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.compare.candidates import Candidate
    from runlore.compare.findings import Findings

_DIRECTIONS = {"max": "more", "min": "less", None: "?"}


def markdown_of(found: Findings) -> str:
    """Write the table, which is best and why, the best of each metric, and what was left out."""
    parts = [f"# {escaped(found.title)}\n", _table(found)]
    parts += [f"## {escaped(headline_of(found))}\n", _bullets(list(reasons_of(found)))]
    if len(found.metrics) > 1:
        parts += ["## By metric\n", _by_metric(found)]
    notes = notes_of(found)
    if notes:
        parts += ["## Not counted, not known\n", _bullets(notes)]
    method = _method(found)
    if method:
        parts.append(f"{escaped(method)}\n")
    return "\n".join(parts)


def text_of(found: Findings) -> str:
    """Write the table in aligned text, which is best, and why."""
    header, is_right = heading_of(found)
    rows = [cells_of(found, one) for one in found.candidates]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, is_right, strict=True)
        ).rstrip()
        for row in [header, *rows]
    ]
    lines += ["", headline_of(found), *(f"- {reason}" for reason in reasons_of(found))]
    lines += [f"note: {note}" for note in notes_of(found)]
    return "\n".join(lines) + "\n"


def heading_of(found: Findings) -> tuple[list[str], list[bool]]:
    """Give the titles of the columns, and which of them stand to the right."""
    has_statuses, has_counts = _extra_columns(found)
    header = ["Experiment"] + ["Status"] * has_statuses + ["Runs"] * has_counts
    is_right = [False] + [False] * has_statuses + [True] * has_counts
    header += [*map(title_of, found.metrics), "Training Time"]
    is_right += [True] * (len(found.metrics) + 1)
    return header, is_right


def cells_of(found: Findings, one: Candidate, *, has_stars: bool = True) -> list[str]:
    """Write the row of a candidate in plain text, best values with a star."""
    has_statuses, has_counts = _extra_columns(found)
    cells = [one.name] + [one.status] * has_statuses + [str(len(one.runs))] * has_counts
    for label in found.metrics:
        text = _value(found, one, label)
        is_best = has_stars and one.name in found.verdicts[label].tied
        cells.append(f"{text}*" if is_best else text)
    return [*cells, seconds_text(one.seconds)]


def _extra_columns(found: Findings) -> tuple[bool, bool]:
    """Tell whether statuses and counts of runs say anything."""
    has_statuses = any(one.others for one in found.candidates)
    has_counts = any(len(one.runs) > 1 for one in found.candidates)
    return has_statuses, has_counts


def _table(found: Findings) -> str:
    header, is_right = heading_of(found)
    rows = []
    for one in found.candidates:
        cells = [escaped(cell) for cell in cells_of(found, one, has_stars=False)]
        first = len(header) - len(found.metrics) - 1
        for at, label in enumerate(found.metrics, first):
            if one.name in found.verdicts[label].tied:
                cells[at] = f"**{cells[at]}**"
        rows.append(cells)
    return markdown_table(header, is_right, rows)


def _value(found: Findings, one: Candidate, label: str) -> str:
    described = found.verdicts[label].descriptions.get(one.name)
    if described is not None:
        return value_text(described.mean, described.std)
    values = list(one.values.get(label, {}).values())
    return number(values[0]) if values else ""


def _by_metric(found: Findings) -> str:
    rows = []
    for label in found.metrics:
        verdict = found.verdicts[label]
        best = listed(verdict.tied)
        described = verdict.descriptions.get(verdict.best or "")
        rows.append([
            escaped(title_of(label)),
            _DIRECTIONS[verdict.direction],
            escaped(best),
            value_text(described.mean, described.std) if described and best else "",
            escaped(lead_text(verdict)) if len(verdict.tied) == 1 else "",
            verdict.standing,
        ])  # fmt: skip
    header = ["Metric", "Better", "Best", "Value", "Lead", "Verdict"]
    return markdown_table(header, [False, False, False, True, False, False], rows)


def _bullets(lines: Sequence[str]) -> str:
    return "".join(f"- {escaped(line)}\n" for line in lines)


def _method(found: Findings) -> str:
    """Say how it was tested, if it was."""
    verdict = found.verdict
    tested = verdict.leader.rivals if verdict is not None and verdict.leader is not None else ()
    for rival in tested:
        if rival.difference is not None:
            return (
                f"The test is: {rival.difference.test.name}, at {found.confidence * 100:g} %, "
                "corrected for the number of comparisons (Holm). A winner is clear where the best "
                "is ahead of every other by more than chance does."
            )
    return ""
