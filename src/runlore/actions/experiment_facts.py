"""What was run of an experiment: the plan as a grid, its code and data, what it is compared to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from runlore.compare.group_labels import natural
from runlore.compare.wording import listed
from runlore.index.columns_chosen import ChosenColumns
from runlore.reading.search_columns import STATUSES

if TYPE_CHECKING:
    from runlore.compare.group_results import GroupResults
    from runlore.compare.seed_groups import VariedKey
    from runlore.compare.verdict_tables import Judgement
    from runlore.index.columns import RunColumns
    from runlore.query.columns import Integers

_MOST_LINES = 100  # of a grid, either way
_MOST_CELLS = 4000
_MOST_LOOKED_AT = 5_000
_COMMIT_DIGITS = 7


@dataclass(frozen=True, slots=True)
class PlanCell:
    """A run by its place in a grid."""

    row: int
    column: int
    status: str
    run: str


@dataclass(frozen=True, slots=True)
class PlanGrid:
    """What was run: groups by seed, or one param by another; repeated runs share a cell."""

    rows: list[str]
    columns: list[str]
    row_keys: list[str]
    column_key: str
    cells: list[PlanCell]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is to be beaten, and who says so."""

    run: str | None
    group: str | None
    source: Literal["pinned", "tag", "name"]


def plan_of(results: GroupResults) -> PlanGrid | None:
    """Lay runs out as a grid; None where there is nothing to lay out."""
    groups = results.groups
    if len(groups.seed_texts) > 1:
        return _by_seed(results)
    settings = [one for one in groups.varied if not one.is_seed and one.key in groups.by]
    if len(settings) == 2 and len(groups.by) == 2 and not groups.is_by_name:
        return _by_params(results, *settings)
    return None


def _by_seed(results: GroupResults) -> PlanGrid:
    groups = results.groups
    order = sorted(range(len(groups.labels)), key=lambda one: _place(groups.keys[one]))
    rows = {group: row for row, group in enumerate(order[:_MOST_LINES])}
    columns = groups.seed_texts[:_MOST_LINES]
    cells = []
    for place, (group, seed) in enumerate(
        zip(groups.groups.tolist(), groups.seeds.tolist(), strict=True)
    ):
        if group in rows and seed < len(columns):
            cells.append(_cell(results, place, rows[group], seed))
    keys = [*(["name"] if groups.is_by_name else []), *groups.by]
    return PlanGrid(
        [groups.labels[group] for group in rows], columns, keys,
        ", ".join(groups.seed_keys), cells[: _MOST_CELLS][::-1],
    )  # fmt: skip


def _by_params(results: GroupResults, first: VariedKey, second: VariedKey) -> PlanGrid | None:
    rows, columns = (
        {text: place for place, text in enumerate(one.values)} for one in (first, second)
    )
    if max(len(rows), len(columns)) > _MOST_LINES:
        return None
    cells = []
    for place, group in enumerate(results.groups.groups.tolist()):
        key = results.groups.keys[group]
        row, column = rows.get(key.get(first.key, "")), columns.get(key.get(second.key, ""))
        if row is not None and column is not None:
            cells.append(_cell(results, place, row, column))
    return PlanGrid(
        [f"{first.key}={text}" for text in rows], list(columns), [first.key], second.key,
        cells[:_MOST_CELLS][::-1],
    )  # fmt: skip


def _cell(results: GroupResults, place: int, row: int, column: int) -> PlanCell:
    status = STATUSES[int(results.statuses[place])]
    return PlanCell(row, column, status, results.ids[place])


def _place(key: dict[str, str]) -> list[tuple[str, tuple[bool, float, str]]]:
    return [(name, natural(text)) for name, text in sorted(key.items())]


def baseline_of(
    results: GroupResults, judgement: Judgement | None, pinned: str | None
) -> Baseline | None:
    """Say what is to be beaten: the run that is pinned, else those tagged or named `baseline`."""
    labels, groups = results.groups.labels, results.groups.groups
    if pinned is not None:
        group = None
        if pinned in results.ids:
            group = labels[groups[results.ids.index(pinned)]]
        return Baseline(pinned, group, "pinned")
    places = np.flatnonzero(results.baselines)
    if not len(places):
        return None
    ranked = [] if judgement is None else [one.label for one in judgement.ranked if one.is_baseline]
    label = ranked[0] if ranked else labels[groups[places[0]]]
    own = [place for place in places.tolist() if labels[groups[place]] == label]
    source: Literal["tag", "name"] = "tag" if results.tagged[own].any() else "name"
    return Baseline(results.ids[own[0]] if len(own) == 1 else None, label, source)


def code_and_data(columns: RunColumns, rows: Integers) -> tuple[str | None, str | None]:
    """Say of which code runs are and on which data, of very many those of the newest ones."""
    chosen = ChosenColumns(columns, rows[:_MOST_LOOKED_AT])
    return _code_note(chosen), _data_note(chosen)


def _code_note(columns: RunColumns) -> str | None:
    commits = columns.texts("context", "git.commit")
    dirty = columns.texts("context", "git.is_dirty")
    is_known = commits.codes >= 0
    known = int(is_known.sum())
    if not known:
        return None
    names = [commits.entries.items[code] for code in np.unique(commits.codes[is_known]).tolist()]
    shown = [(one if isinstance(one, str) else one[1])[:_COMMIT_DIGITS] for one in names]
    is_yes = np.array([*(_is_true(one) for one in dirty.entries.items), False], np.bool_)
    changed = int((is_yes[dirty.codes] & is_known).sum())
    every = "all runs" if known == columns.count else f"{known} of {columns.count} runs"
    if len(shown) == 1:
        where = f"at {shown[0]}"
        if not changed:
            return f"code clean {where} in {every}"
        share = every if changed == known else f"{changed} of {known} runs"
        return f"code {where}, with uncommitted changes in {share}"
    said = f"{len(shown)} commits over {known} runs ({listed(shown, 3)})"
    return said + (f", uncommitted changes in {changed}" if changed else ", all clean")


def _is_true(entry: object) -> bool:
    text = entry if isinstance(entry, str) else entry[1] if isinstance(entry, tuple) else ""
    return str(text).lower() == "true"


def _data_note(columns: RunColumns) -> str | None:
    digests = columns.members("dataset", "digest")
    if not len(digests.rows):
        return None
    by_run: dict[int, set[int]] = {}
    for row, code in zip(digests.rows.tolist(), digests.codes.tolist(), strict=True):
        by_run.setdefault(row, set()).add(code)
    kinds = {frozenset(codes) for codes in by_run.values()}
    silent = columns.count - len(by_run)
    ending = f"; {silent} of {columns.count} runs don't say theirs" if silent else ""
    if len(kinds) == 1:
        every = "all runs" if not silent else f"{len(by_run)} runs"
        return f"same data in {every}{ending}"
    return f"data differs: {len(kinds)} kinds over {len(by_run)} runs{ending}"
