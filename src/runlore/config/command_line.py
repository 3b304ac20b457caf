"""Configurations from the options of a command line."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

import param

from runlore.config.conditions import condition_of, described
from runlore.config.fields import default_of, fields_of
from runlore.config.files import load
from runlore.config.plain import from_text
from runlore.errors import InvalidConfig, RunloreError


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
        said = error.message if isinstance(error, RunloreError) else str(error)
        hint = f"hint: {error.hint}\n" if isinstance(error, RunloreError) and error.hint else ""
        parser.exit(2, f"{parser.prog}: error: {said}\n{hint}")


def _configuration(cls: Any, parser: _Parser, arguments: list[str] | None) -> Any:
    given = vars(parser.parse_args(arguments))
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
            else {"metavar": type(parameter).__name__.upper()}
        )
        parser.add_argument(*spellings, dest=name, help=_help(parameter), **more)
    return parser


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _help(parameter: Any) -> str:
    parts = [" ".join(parameter.doc.split())] if parameter.doc else []
    condition = condition_of(parameter)
    if condition is not None:
        parts.append(f"(checked while {described(condition)})")
    parts.append(f"[default: {default_of(parameter)}]")
    return " ".join(parts).replace("%", "%%")
