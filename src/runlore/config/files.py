"""Configurations as YAML, TOML and JSON files."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from runlore.config.checking import refusal
from runlore.config.fields import fields_of, nearest_hint
from runlore.config.plain import from_plain, to_plain
from runlore.config.yaml_text import from_yaml, to_yaml
from runlore.errors import InvalidConfig, InvalidValue
from runlore.media.libraries import require

if TYPE_CHECKING:
    from collections.abc import Callable


def save(config: Any, path: str) -> None:
    """Write a configuration's fields, whole or not at all.

    Raises:
        InvalidValue: for an ending that is no format.
        InvalidConfig: for a value that the format can't hold.
        MissingExtra: if the library of the format isn't installed.
    """
    text = written(config, _format_of(path))
    temporary = f"{path}.{os.getpid()}.new"
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def written(config: Any, format_name: str) -> str:
    """Return a configuration as text in a format: "yaml", "toml" or "json"."""
    plain = {}
    for name, field in fields_of(type(config)).items():
        try:
            plain[name] = to_plain(field, getattr(config, name))
        except ValueError as error:
            raise refusal(
                config, {name: str(error)}, "files hold numbers, texts and lists"
            ) from None
    if format_name == "json":
        return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"
    if format_name == "yaml":
        return to_yaml(plain)
    for name, value in list(plain.items()):
        if value is None:  # TOML has no word for it, and an absent field means its default
            if fields_of(type(config))[name].default is not None:
                raise refusal(config, {name: "is None, which TOML can't say"}, "save it as YAML")
            del plain[name]
    library = require("tomli_w", package="tomli-w", extra="config", purpose="a TOML file")
    return str(library.dumps(plain))


def loaded(cls: Any, path: str) -> Any:
    """Make a configuration of a class from a file; errors name the file."""
    values = load(cls, path)
    try:
        return cls(**values)
    except InvalidConfig as error:
        problems = {name: f"{why} (in {path})" for name, why in error.problems.items()}
        raise refusal(cls, problems, error.hint) from None


def load(cls: type, path: str) -> dict[str, Any]:
    """Read the values of a class's fields from a file.

    Raises:
        InvalidConfig: for a file that can't be read as its format, or has unknown fields.
        InvalidValue: for an ending that is no format.
        OSError: if there is no such file.
    """
    with open(path, encoding="utf-8-sig") as file:
        read = _READERS[_format_of(path)]
        try:
            values = read(file.read())
        except InvalidConfig as error:
            raise InvalidConfig(f"{path}: {error.message}", hint=error.hint) from error
        except (ValueError, RecursionError) as error:  # also of what isn't UTF-8
            raise InvalidConfig(f"{path} can't be read: {error}") from error
    if not isinstance(values, Mapping):
        kind = "nothing" if values is None else f"a {type(values).__name__}"
        raise InvalidConfig(f"{path} holds {kind}, not fields with values")
    fields = fields_of(cls)
    unknown = [str(name) for name in values if name not in fields]
    if unknown:
        problems = dict.fromkeys(unknown, f"is no field of it (in {path})")
        raise refusal(cls, problems, nearest_hint(unknown[0], list(fields)))
    return {str(name): from_plain(fields[name], value) for name, value in values.items()}


def _format_of(path: str) -> str:
    ending = os.path.splitext(path)[1].lower()
    if ending not in _FORMATS:
        raise InvalidValue(
            f"{path!r} has no ending that says its format", hint="one of " + ", ".join(_FORMATS)
        )
    return _FORMATS[ending]


def _from_json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_without_repetition)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise InvalidConfig(f"{repeated!r} stands there twice")
    return values


_FORMATS = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json"}
_READERS: dict[str, Callable[[str], Any]] = {
    "yaml": from_yaml,
    "toml": tomllib.loads,
    "json": _from_json,
}
