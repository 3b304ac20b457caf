"""What a field is edited with: a Panel widget fit for its type, with values in and out.

A control shows what it is told to, also when the configuration refuses that, so that whoever
typed it can mend it.
"""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import panel as pn
import param

from runlore.config.editor.style import FLAG, INPUT, SLIDER
from runlore.config.plain import from_text, to_plain
from runlore.config.powers import PowerOfTwo

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDE_RANGE = 1000  # from this ratio of its bounds on, a slider moves through magnitudes
_SLIDER_STEPS = 400
_MOST_POWERS = 21


_WIDE: dict[str, Any] = {"sizing_mode": "stretch_width", "stylesheets": [INPUT]}


class Control:
    """One or more widgets that show and give one value."""

    def __init__(self, parameter: Any, widget: Any) -> None:
        self.parameter = parameter
        self.widget = widget
        self.view: Any = widget

    def read(self) -> Any:
        """Return the value that is shown."""
        return self.widget.value

    def show(self, value: Any) -> None:
        """Show a value."""
        self.widget.value = value

    def watch(self, changed: Callable[[], None]) -> None:
        """Call a function whenever a person has changed what is shown."""
        self.widget.param.watch(lambda _: changed(), "value")

    def set_disabled(self, is_disabled: bool) -> None:  # noqa: FBT001 - says what it sets
        """Grey the control out, or bring it back."""
        self.widget.disabled = is_disabled


class TextControl(Control):
    """A line of text, read as the field's type: what can't be read goes on as text."""

    def __init__(self, parameter: Any) -> None:
        super().__init__(parameter, pn.widgets.TextInput(**_WIDE))

    def read(self) -> Any:
        """Return the value that the text means."""
        text = self.widget.value
        if not isinstance(self.parameter, param.String):
            text = text.strip()
            if not text and self.parameter.allow_None:
                return None
        return from_text(self.parameter, text)

    def show(self, value: Any) -> None:
        """Show a value as text that reads back as the same."""
        self.widget.value = _text(self.parameter, value)


class SliderControl(TextControl):
    """A number between two bounds: typed, or moved to, through magnitudes if they are far apart."""

    def __init__(self, parameter: Any, low: float, high: float) -> None:
        super().__init__(parameter)
        self.low, self.high = low, high
        self.is_logarithmic = low > 0 and high / low >= _WIDE_RANGE
        self.slider = pn.widgets.IntSlider(
            start=0,
            end=self._steps(),
            show_value=False,
            tooltips=False,
            sizing_mode="stretch_width",
            margin=(0, 18, 4, 18),
            stylesheets=[SLIDER],
        )
        self.slider.param.watch(self._slid, "value")
        self.view = pn.Column(self.widget, self.slider, sizing_mode="stretch_width")
        self._is_following = False

    def show(self, value: Any) -> None:
        """Show a value, and move the slider where it can go."""
        super().show(value)
        self._follow(value)

    def watch(self, changed: Callable[[], None]) -> None:
        """Call a function when the text changes, which the slider writes too."""

        def text_changed() -> None:
            self._follow(self.read())
            changed()

        super().watch(text_changed)

    def set_disabled(self, is_disabled: bool) -> None:  # noqa: FBT001
        """Grey both out."""
        super().set_disabled(is_disabled)
        self.slider.disabled = is_disabled

    def _steps(self) -> int:
        width = self.high - self.low
        if not self.is_logarithmic and isinstance(self.parameter, param.Integer):
            return int(min(width, _SLIDER_STEPS * 25))
        return _SLIDER_STEPS

    def _slid(self, event: Any) -> None:
        if not self._is_following:
            self.widget.value = _text(self.parameter, self._at(event.new / self.slider.end))

    def _at(self, share: float) -> float:
        """Return the value at a share of the way, with three digits that count."""
        if self.is_logarithmic:
            value = self.low * (self.high / self.low) ** share
        else:
            value = self.low + (self.high - self.low) * share
        value = min(max(float(f"{value:.3g}"), self.low), self.high)
        if isinstance(self.parameter, param.Integer):
            exact = self.low + round((self.high - self.low) * share)
            return round(value) if self.is_logarithmic else int(exact)
        return value

    def _follow(self, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            return
        within = min(max(value, self.low), self.high)
        if self.is_logarithmic:
            share = math.log(within / self.low) / math.log(self.high / self.low)
        else:
            share = (within - self.low) / (self.high - self.low)
        self._is_following = True
        self.slider.value = round(share * self.slider.end)
        self._is_following = False


class ChoiceControl(Control):
    """One of several values."""

    def __init__(self, parameter: Any, choices: dict[str, Any]) -> None:
        super().__init__(parameter, pn.widgets.Select(options=choices, **_WIDE))

    def show(self, value: Any) -> None:
        """Show a value, adding it to the choices where it isn't one."""
        if value not in self.widget.options.values():
            self.widget.options = {**self.widget.options, str(value): value}
        self.widget.value = value


class DateControl(Control):
    """A day, or a moment."""

    def read(self) -> Any:
        """Return the day or moment as the field has it."""
        return self.widget.value

    def show(self, value: Any) -> None:
        """Show a day or moment; a text that isn't one is left out."""
        self.widget.value = value if isinstance(value, date | datetime) else None


def control_for(parameter: Any) -> Control:
    """Return the control that fits a field."""
    if isinstance(parameter, PowerOfTwo):
        return ChoiceControl(parameter, _optional(parameter, parameter.powers(_MOST_POWERS)))
    if isinstance(parameter, param.Boolean) and not parameter.allow_None:
        return Control(
            parameter, pn.widgets.Checkbox(label="on", margin=(6, 10), stylesheets=[FLAG])
        )
    if isinstance(parameter, param.Boolean):
        return ChoiceControl(parameter, {"not said": None, "yes": True, "no": False})
    if isinstance(parameter, param.ListSelector):
        options = {str(one): one for one in parameter.objects}
        return Control(parameter, pn.widgets.MultiChoice(options=options, **_WIDE))
    if isinstance(parameter, param.Selector) and parameter.objects:
        named = {str(name): one for name, one in (parameter.names or {}).items()}
        return ChoiceControl(parameter, named or _optional(parameter, parameter.objects))
    if isinstance(parameter, param.CalendarDate):
        return DateControl(parameter, pn.widgets.DatePicker(**_WIDE))
    if isinstance(parameter, param.Date):
        return DateControl(parameter, pn.widgets.DatetimePicker(**_WIDE))
    if isinstance(parameter, param.Color):
        return Control(parameter, pn.widgets.ColorPicker())
    low, high = _usual_bounds(parameter)
    if isinstance(parameter, param.Number) and low is not None and high is not None and low < high:
        return SliderControl(parameter, low, high)
    return TextControl(parameter)


def _optional(parameter: Any, choices: Any) -> dict[str, Any]:
    none = {"none": None} if parameter.allow_None else {}
    return {**none, **{str(choice): choice for choice in choices if choice is not None}}


def _usual_bounds(parameter: Any) -> tuple[Any, Any]:
    """Return where a number usually lies: its soft bounds, else its bounds."""
    hard = getattr(parameter, "bounds", None) or (None, None)
    soft = getattr(parameter, "softbounds", None) or (None, None)
    return tuple(one if one is not None else other for one, other in zip(soft, hard, strict=True))


def _text(parameter: Any, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        plain = to_plain(parameter, value)
    except ValueError:
        return str(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
