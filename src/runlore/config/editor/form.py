"""The fields of a configuration with their controls, and what was entered but refused."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import panel as pn

from runlore.config.checking import problem_with
from runlore.config.conditions import condition_of, described, is_met
from runlore.config.editor.controls import control_for
from runlore.config.editor.style import FIELD, TEXT
from runlore.config.fields import fields_of
from runlore.errors import InvalidConfig

if TYPE_CHECKING:
    from runlore.config.editor.controls import Control
    from runlore.config.tracked import TrackedConfig


class Field:
    """A field's label, explanation, control, and the place for what is wrong with it."""

    def __init__(self, parameter: Any) -> None:
        self.name: str = parameter.name
        self.condition = condition_of(parameter)
        self.control: Control = control_for(parameter)
        self.is_fixed = bool(parameter.constant or parameter.readonly)
        self.control.set_disabled(self.is_fixed)
        self._label = html.escape(parameter.label or parameter.name)
        self._about = html.escape(" ".join((parameter.doc or "").split()))
        self.heading = pn.pane.HTML(
            self._heading_text(),
            sizing_mode="stretch_width",
            margin=(0, 10),
            stylesheets=[TEXT],
        )
        self.problem = pn.pane.HTML(
            "",
            visible=False,
            sizing_mode="stretch_width",
            margin=(0, 10),
            stylesheets=[TEXT],
        )
        self.view = pn.Column(
            self.heading,
            self.control.view,
            self.problem,
            sizing_mode="stretch_width",
            css_classes=["field", f"field-{self.name}"],
            stylesheets=[FIELD],
        )

    def complain(self, reason: str | None) -> None:
        """Say under the control what is wrong, or nothing."""
        self.problem.object = f'<span role="alert">{html.escape(reason)}</span>' if reason else ""
        self.problem.visible = reason is not None
        self._mark("is-wrong", is_marked=reason is not None)

    def grey_out(self, values: dict[str, Any]) -> None:
        """Disable the control while the field's condition is false."""
        if self.condition is None:
            return
        is_off = not is_met(self.condition, values)
        self.control.set_disabled(is_off or self.is_fixed)
        self._mark("is-off", is_marked=is_off)
        note = f"Counts only while {described(self.condition)}." if is_off else ""
        self.heading.object = self._heading_text(note)

    def _heading_text(self, note: str = "") -> str:
        about = f"{self._about} <span class='field-note'>{html.escape(note)}</span>"
        return f"<div class='field-label'>{self._label}</div><div class='field-about'>{about}</div>"

    def _mark(self, name: str, *, is_marked: bool) -> None:
        classes = [one for one in self.view.css_classes if one != name]
        self.view.css_classes = [*classes, name] if is_marked else classes


class Form:
    """All fields of a configuration, kept in step with it.

    What is refused stays shown at its field, with the reason, and is tried again together with
    the next change: early stopping can be turned on and its patience corrected in either order.
    """

    def __init__(self, config: TrackedConfig, *, who: str | None = None) -> None:
        self.config = config
        self.who = who
        self.pending: dict[str, Any] = {}
        self._refused: dict[str, str] = {}  # by the class's own watchers, who can't be asked again
        self._is_showing = False
        parameters = fields_of(type(config))
        self.fields = {
            name: Field(config.param[name])
            for name, parameter in parameters.items()
            if parameter.precedence is None or parameter.precedence >= 0
        }
        for name, field in self.fields.items():
            field.control.watch(lambda name=name: self.entered(name))  # type: ignore[misc]
        config.param.watch(lambda *_: self.refresh(), list(parameters))
        self.view = pn.Column(
            *(field.view for field in self.fields.values()), sizing_mode="stretch_width"
        )
        self.refresh()

    def entered(self, name: str) -> None:
        """Take what a person has entered in one field, or say at the field why not."""
        if self._is_showing:
            return
        value = self.fields[name].control.read()
        self.pending[name] = value
        self._refused = {}
        problems = self._problems_of(self.pending)
        if problems and len(self.pending) > 1 and not self._problems_of({name: value}):
            del self.pending[name]
        elif not problems:
            self.pending.clear()
        self.refresh()

    def forget_pending(self) -> None:
        """Drop what was refused, as undo and reset do."""
        self.pending.clear()
        self.refresh()

    def refresh(self) -> None:
        """Show what the configuration holds, and at each field what is pending there."""
        self._is_showing = True
        try:
            held = {name: getattr(self.config, name) for name in fields_of(type(self.config))}
            for name, field in self.fields.items():
                if name not in self.pending:
                    field.control.show(held[name])
            wanted = {**held, **self._sound_pending(held)}
            for field in self.fields.values():
                field.grey_out(wanted)
        finally:
            self._is_showing = False
        self._complain()

    def _problems_of(self, changes: dict[str, Any]) -> dict[str, str]:
        """Make changes and return nothing, or what stands against them."""
        try:
            self.config.update(changes, who=self.who)
        except InvalidConfig as error:
            return error.problems
        except (TypeError, ValueError) as error:  # of the class's own watchers
            self._refused = dict.fromkeys(changes, str(error))
            return self._refused
        return {}

    def _complain(self) -> None:
        problems = self._reasons() if self.pending else {}
        others = [self.fields[name].name for name in problems if name in self.fields]
        for name, field in self.fields.items():
            reason = problems.get(name)
            if reason is None and name in self.pending:
                waits = " and ".join(others) or "the others"
                reason = problems.get("check()") or f"not taken over yet: see {waits}"
            field.complain(reason)

    def _reasons(self) -> dict[str, str]:
        from runlore.config.checking import check

        values = {name: getattr(self.config, name) for name in fields_of(type(self.config))}
        try:
            check(self.config, self.pending, values)
            self.config.check({**values, **self.pending})
        except InvalidConfig as error:
            return error.problems
        except (TypeError, ValueError) as error:
            return {"check()": str(error)}
        return self._refused

    def _sound_pending(self, held: dict[str, Any]) -> dict[str, Any]:
        """Return what is pending and fits its own field, for conditions to look at."""
        parameters = fields_of(type(self.config))
        return {
            name: value
            for name, value in self.pending.items()
            if problem_with(parameters[name], {**held, name: value}) is None
        }
