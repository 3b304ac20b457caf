"""Configurations from the options of a command line."""

from __future__ import annotations

import argparse
from difflib import get_close_matches
from typing import Any, NoReturn

import param

from runlore.config.conditions import condition_of, described
from runlore.config.fields import default_of, fields_of
from runlore.config.files import load
from runlore.config.plain import from_text
from runlore.errors import InvalidConfig, RunloreError

_MOST_CHOICES = 60


class _Parser(argparse.ArgumentParser):
    """Raises what argparse would end the program with."""

    def error(self, message: str) -> NoReturn:
        raise InvalidConfig(message, hint="--help lists the options")


def from_arguments(cls: Any, arguments: list[str] | None) -> Any:
    """Make a configuration of a class; see `TrackedConfig.from_cli`."""
    parser = _parser_of(cls)
    try:
        return _configuration(cls, parser, arguments)
    except (RunloreError, OSError) as error:
        if arguments is not None:
            raise
        said = error.message if isinstance(error, RunloreError) else _of_file(error)
        hint = f"hint: {error.hint}\n" if isinstance(error, RunloreError) and error.hint else ""
        parser.exit(2, f"{parser.prog}: error: {said}\n{hint}")


def _of_file(error: OSError) -> str:
    return f"{error.filename} can't be read: {error.strerror}" if error.filename else str(error)


def _configuration(cls: Any, parser: _Parser, arguments: list[str] | None) -> Any:
    known, unknown = parser.parse_known_args(arguments)
    if unknown:
        raise _unknown(cls, unknown)
    given = vars(known)
    path = given.pop("config file", None)
    values = {} if path is None else load(cls, path)
    fields = fields_of(cls)
    for name, text in given.items():
        values[name] = from_text(fields[name], text) if isinstance(text, str) else text
    try:
        return cls(**values)
    except InvalidConfig as error:
        said = "; ".join(f"{_option(name)} {why}" for name, why in error.problems.items())
        raise InvalidConfig(
            said or error.message, problems=error.problems, hint=error.hint
        ) from None


def _unknown(cls: Any, arguments: list[str]) -> InvalidConfig:
    """Refuse what is no option, with the one that is meant."""
    hint = "--help lists the options; several values are one word: 1,2,3"
    if arguments[0].startswith("--"):
        given = arguments[0].partition("=")[0]
        near = get_close_matches(given, [_option(name) for name in fields_of(cls)], n=1)
        hint = f"did you mean {near[0]}?" if near else "--help lists the options"
    return InvalidConfig(f"unrecognized arguments: {' '.join(arguments)}", hint=hint)


def _parser_of(cls: Any) -> _Parser:
    about = (cls.__doc__ or "").strip().partition("\n\n")[0]
    parser = _Parser(
        description=about,
        allow_abbrev=False,
        conflict_handler="resolve",
        argument_default=argparse.SUPPRESS,
    )
    fields = fields_of(cls)
    if "config" not in fields:
        parser.add_argument(
            "--config", metavar="FILE", dest="config file", help="YAML, TOML or JSON, read first"
        )
    for name, parameter in fields.items():
        spellings = [*dict.fromkeys((_option(name), f"--{name}"))]
        is_flag = isinstance(parameter, param.Boolean) and not parameter.allow_None
        more: dict[str, Any] = (
            {"action": argparse.BooleanOptionalAction}
            if is_flag
            else {"metavar": _placeholder(parameter)}
        )
        parser.add_argument(*spellings, dest=name, help=_help(parameter), **more)
    return parser


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _placeholder(parameter: Any) -> str:
    """Show what an option takes: its choices if they are few, else its kind."""
    names = getattr(parameter, "names", None) or {}
    choices = [*names] or [str(one) for one in getattr(parameter, "objects", None) or ()]
    shown = ",".join(choices)
    if choices and len(shown) <= _MOST_CHOICES:
        return f"{{{shown}}}"
    if isinstance(parameter, param.List | param.Tuple):
        return "A,B,…"
    return "JSON" if isinstance(parameter, param.Dict) else type(parameter).__name__.upper()


def _bounds(parameter: Any) -> str:
    """Write the bounds of a field: `0.0001 to 1.0`, `at least 1`."""
    if isinstance(parameter, param.List | param.Tuple):
        return ""  # of how many items, or of each
    low, high = getattr(parameter, "bounds", None) or (None, None)
    if low is not None and high is not None:
        return f"{low} to {high}"
    if low is not None:
        return f"at least {low}"
    return "" if high is None else f"at most {high}"


def _help(parameter: Any) -> str:
    parts = [" ".join(parameter.doc.split())] if parameter.doc else []
    bounds = _bounds(parameter)
    if bounds:
        parts.append(f"({bounds})")
    condition = condition_of(parameter)
    if condition is not None:
        parts.append(f"(checked while {described(condition)})")
    parts.append(f"[default: {default_of(parameter)}]")
    return " ".join(parts).replace("%", "%%")
