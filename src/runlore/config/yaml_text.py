"""YAML as its version 1.2 has it: `1e-3` is a number, `no` is a text, nothing stands twice."""

from __future__ import annotations

import functools
import re
from typing import Any

from runlore.errors import InvalidConfig
from runlore.media.libraries import require

_SCALARS = {
    "tag:yaml.org,2002:bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    "tag:yaml.org,2002:null": (r"^(?:~|null|Null|NULL|)$", "~nN\0"),
    "tag:yaml.org,2002:int": (r"^[-+]?[0-9]+$", "-+0123456789"),
    "tag:yaml.org,2002:float": (
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN))$",
        "-+.0123456789",
    ),
}


def to_yaml(values: dict[str, Any]) -> str:
    """Write plain values as YAML that readers of 1.1 and of 1.2 understand alike."""
    text: str = _yaml().dump(values, Dumper=_dumper(), sort_keys=False, allow_unicode=True)
    return text


def from_yaml(text: str) -> Any:
    """Read YAML; raises InvalidConfig where it is none, with the spot."""
    yaml = _yaml()
    try:
        return yaml.load(text, _loader())
    except yaml.YAMLError as error:
        said = " ".join(str(error).replace('in "<unicode string>", ', "").split())
        raise InvalidConfig(f"can't be read as YAML: {said}") from error


@functools.cache
def _loader() -> Any:
    yaml = _yaml()

    class Loader(yaml.SafeLoader):  # type: ignore[misc, name-defined]
        """PyYAML's safe loader with the scalars of YAML 1.2."""

        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML has it

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002
            """Refuse a key that stands twice, of which PyYAML would drop the first."""
            keys = [key.value for key, _ in node.value]
            for key in keys:
                if keys.count(key) > 1:
                    raise InvalidConfig(f"{key!r} stands there twice")
            return super().construct_mapping(node, deep)

    _add_scalars(Loader)
    Loader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))
    Loader.add_constructor("tag:yaml.org,2002:float", lambda _, node: _float(node.value))
    return Loader


@functools.cache
def _dumper() -> Any:
    yaml = _yaml()

    class Dumper(yaml.SafeDumper):  # type: ignore[misc, name-defined]
        """PyYAML's safe dumper, which quotes also the texts that 1.2 takes for numbers."""

    _add_scalars(Dumper)
    return Dumper


def _add_scalars(cls: Any) -> None:
    for tag, (pattern, first) in _SCALARS.items():
        letters = ["" if letter == "\0" else letter for letter in first]
        cls.add_implicit_resolver(tag, re.compile(pattern), letters)


def _float(text: str) -> float:
    lowered = text.lower()
    is_word = lowered.endswith(("inf", "nan"))
    return float(lowered.replace(".", "") if is_word else lowered)


def _yaml() -> Any:
    return require("yaml", package="pyyaml", extra="config", purpose="a YAML file")
