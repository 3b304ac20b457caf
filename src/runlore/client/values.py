"""Turn what a user logs into numbers and names, or refuse it in words."""

from __future__ import annotations

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.records import limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_INT64 = 1 << 63


def number_of(name: str, value: Any) -> float:
    """Return a metric's value as a double: Python, NumPy, torch or JAX numbers of one element.

    Raises:
        InvalidType: for anything else.
        InvalidValue: for a number that is too large for a double.
    """
    if not isinstance(value, str | bytes) and value is not None:
        try:
            return float(value.item() if hasattr(value, "item") else value)
        except (TypeError, ValueError, RuntimeError):
            pass
        except OverflowError:
            raise InvalidValue(
                f"metric {name!r} is {_described(value)}, too large for a float64",
                hint="log its logarithm, or keep it as text: run.log_param(name, str(value))",
            ) from None
    raise InvalidType(
        f"metric {name!r} is {_described(value)}, not one number",
        hint="log a number; text goes to log_param or log_note, arrays to log_histogram "
        "or save_artifact('name.npy', array)",
    )


def claim_of(value: Any, what: str) -> bool:
    """Return what is to be True or False, Python's or NumPy's.

    Raises:
        InvalidType: for anything else, though it may count as true.
    """
    claim = value.item() if hasattr(value, "item") else value
    if not isinstance(claim, bool):
        raise InvalidType(
            f"{what} is {_described(value)}, not True or False",
            hint=f"say {what}=True or {what}=False",
        )
    return claim


def step_of(step: Any) -> int | None:
    """Return a step as a 64-bit integer, None for none.

    Raises:
        InvalidType: if it isn't a whole number.
        InvalidValue: if it doesn't fit 64 bits.
    """
    if step is None:
        return None
    try:
        whole = step.__index__() if hasattr(step, "__index__") else int(step.item())
    except (AttributeError, TypeError, ValueError, RuntimeError):
        whole = int(step) if isinstance(step, float) and step.is_integer() else None
    if whole is None:
        raise InvalidType(
            f"the step is {_described(step)}, not a whole number",
            hint="give an int; to plot over something finer, log it as a metric and "
            "name it: run.define_metric('loss', x='epoch')",
        )
    if not -_INT64 <= whole < _INT64:
        raise InvalidValue(
            f"the step doesn't fit 64 bits: {_described(whole)}", hint="give a smaller one"
        )
    return int(whole)


def time_of(time: Any) -> int:
    """Return a time in microseconds: given in seconds since 1970 or as a datetime.

    Raises:
        InvalidType: for anything else.
        InvalidValue: if it doesn't fit 64 bits of microseconds.
    """
    microseconds = None
    try:
        timestamp = getattr(time, "timestamp", None)
        seconds = timestamp() if callable(timestamp) else time
        if isinstance(seconds, int):
            microseconds = seconds * 1_000_000
        elif not isinstance(seconds, str | bytes) and hasattr(seconds, "__float__"):
            microseconds = round(float(seconds) * 1_000_000)
    except TypeError:
        pass
    except (ValueError, OverflowError, OSError):  # not finite, or a datetime before the year 1
        microseconds = _INT64
    if microseconds is None:
        raise InvalidType(
            f"the time is {_described(time)}",
            hint="give seconds since 1970, as time.time() does, or a datetime",
        )
    if not -_INT64 <= microseconds < _INT64:
        raise InvalidValue(
            f"the time is out of range: {_described(time)}", hint="give seconds since 1970"
        )
    return microseconds


def context_of(context: Any) -> str:
    """Return a context as text: `val`, or `fold=1,split=val` from a mapping; "" for none."""
    if context is None or context == "":
        return ""
    if isinstance(context, str):
        return limits.name(context, "the context")
    if hasattr(context, "keys"):
        pairs = sorted((str(key), str(context[key])) for key in context)
        if not pairs:
            return ""
        return limits.name(",".join(f"{key}={value}" for key, value in pairs), "the context")
    raise InvalidType(
        f"the context is {_described(context)}",
        hint="give a word like 'val', or a dict like {'split': 'val'}",
    )


def tags_of(tags: Any) -> dict[str, str | None]:
    """Return tags as name -> value or None: from a list, a set, one string or a mapping."""
    if tags is None:
        return {}
    if isinstance(tags, str):
        tags = (tags,)
    if hasattr(tags, "keys"):
        return {
            limits.name(tag, "a tag"): None
            if tags[tag] is None
            else limits.text(str(tags[tag]), "a tag's value")
            for tag in tags
        }
    try:
        return {limits.name(tag, "a tag"): None for tag in tags}
    except TypeError as error:
        if isinstance(error, InvalidType):
            raise
        raise InvalidType(
            f"tags are {_described(tags)}", hint="give a list of strings: tags=['baseline']"
        ) from None


def _described(value: object) -> str:
    kind = a_kind(value)
    shape = getattr(value, "shape", None)
    if shape:
        return f"{kind} of shape {tuple(shape)}"
    try:
        shown = repr(value)
    except ValueError:  # an int of thousands of digits
        shown = "too long to show"
    return f"{kind} ({shown if len(shown) <= 40 else shown[:37] + '...'})"
