"""The history of a configuration as a sortable table, and its current values."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import pandas as pd
import panel as pn

from runlore.config.conditions import condition_of, is_met
from runlore.config.editor.style import OVERVIEW, TABLE, TEXT
from runlore.config.fields import fields_of, shown

if TYPE_CHECKING:
    from runlore.config.tracked import TrackedConfig

_COLUMNS = ["no", "time", "action", "change", "who"]
_TITLES = {"no": "#", "time": "Time (UTC)", "action": "Action", "change": "Change", "who": "Who"}
_WIDTHS = {"no": 56, "time": 176, "action": 100, "who": 110}
_MOST_CHARACTERS = 60


class HistoryTable:
    """A row for each change, the newest first; a click on a heading sorts by it."""

    def __init__(self, config: TrackedConfig) -> None:
        self.config = config
        self.table = pn.widgets.Tabulator(
            self._rows(),
            titles=_TITLES,
            widths=_WIDTHS,
            layout="fit_columns",
            show_index=False,
            disabled=True,
            selectable=False,
            pagination="local",
            page_size=10,
            sorters=[{"field": "no", "dir": "desc"}],
            header_filters=False,
            sizing_mode="stretch_width",
            stylesheets=[TABLE],
        )
        self.empty = pn.pane.HTML(
            '<p class="quiet">No changes yet: edit a field, and it appears here.</p>',
            sizing_mode="stretch_width",
            stylesheets=[TEXT],
        )
        self.view = pn.Column(self.empty, self.table, sizing_mode="stretch_width")
        config.param.watch(lambda _: self.refresh(), "history")
        self.refresh()

    def refresh(self) -> None:
        """Show the history as it is now."""
        self.table.value = self._rows()
        self.table.visible = bool(self.config.history)
        self.empty.visible = not self.config.history

    def _rows(self) -> pd.DataFrame:
        rows = [
            (
                number,
                entry["timestamp"][:19].replace("T", " "),
                entry["action"],
                described_changes(entry["changed"]),
                entry["who"],
            )
            for number, entry in enumerate(self.config.history, 1)
        ]
        return pd.DataFrame(rows, columns=_COLUMNS)


class Overview:
    """What the configuration holds now, with what differs from the defaults marked."""

    def __init__(self, config: TrackedConfig) -> None:
        self.config = config
        self.view = pn.pane.HTML("", sizing_mode="stretch_width", stylesheets=[TEXT, OVERVIEW])
        config.param.watch(lambda *_: self.refresh(), [*fields_of(type(config)), "history"])
        self.refresh()

    def refresh(self) -> None:
        """Show the values as they are now."""
        values = self.config.get_config()
        changed = self.config.diff()
        rows = [self._row(name, value, changed) for name, value in values.items()]
        count = len(changed)
        differs = f"{count} differ{'s' if count == 1 else ''} from the defaults"
        note = differs if changed else "all as by default"
        self.view.object = f"<table>{''.join(rows)}</table><p class='quiet'>{note}</p>"

    def _row(self, name: str, value: object, changed: dict[str, Any]) -> str:
        field = fields_of(type(self.config))[name]
        is_off = not is_met(condition_of(field), self.config.get_config())
        classes = " ".join(
            [*(["is-changed"] if name in changed else []), *(["is-off"] if is_off else [])]
        )
        default = f"default {_short(changed[name]['old'])}" if name in changed else ""
        cells = [
            f"<th scope='row'>{html.escape(name)}</th>",
            f"<td class='value'>{html.escape(_short(value))}</td>",
            f"<td class='default'>{html.escape(default)}</td>",
        ]
        return f"<tr class='{classes}'>{''.join(cells)}</tr>"


def described_changes(changed: dict[str, dict[str, object]]) -> str:
    """Say changes in a line: "epochs 10 → 20, patience 5 → 3"."""
    return ", ".join(
        f"{name} {_short(sides['old'])} → {_short(sides['new'])}" for name, sides in changed.items()
    )


def _short(value: object) -> str:
    text = str(shown(value))
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"
