"""Write plain values as YAML that people read; any YAML reader takes it back as it was."""

from __future__ import annotations

from runlore.records.text import encode_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def yaml_of(values: dict[str, object]) -> str:
    """Write a mapping of plain values: None, booleans, numbers, texts, lists and mappings.

    Keys are words of ours. Texts of several lines stand as blocks where that keeps them whole.
    """
    return "".join(f"{line}\n" for line in _mapping(values, ""))


def _mapping(values: dict[str, object], indent: str) -> Iterator[str]:
    for key, value in values.items():
        name = _scalar(key)
        if isinstance(value, dict) and value:
            yield f"{indent}{name}:"
            yield from _mapping(value, indent + "  ")
        elif isinstance(value, list | tuple) and value:
            yield f"{indent}{name}:"
            for item in value:
                yield from _item(item, indent)
        elif isinstance(value, str) and _is_block(value):
            yield f"{indent}{name}: |{'' if value.endswith(chr(10)) else '-'}"
            yield from (f"{indent}  {line}".rstrip(" ") for line in _lines(value))
        else:
            yield f"{indent}{name}: {_scalar(value)}"


def _item(value: object, indent: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        lines = list(_mapping(value, indent + "  "))
        yield f"{indent}- {lines[0].lstrip(' ')}"
        yield from lines[1:]
    else:
        yield f"{indent}- {_scalar(value)}"


def _scalar(value: object) -> str:
    if isinstance(value, str) and _is_plain(value):
        return value
    if isinstance(value, float) and value - value != 0:
        return ".nan" if value != value else ".inf" if value > 0 else "-.inf"  # noqa: PLR0124
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text or "e" not in text else text.replace("e", ".0e")
    text = encode_json(value).decode()  # JSON is YAML
    if not text.isprintable():  # but YAML wants these as escapes
        text = "".join(one if one.isprintable() else _escape(one) for one in text)
    return text


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "none", "nan"})


def _is_plain(text: str) -> bool:
    """Tell whether a text can stand without quotes and is no other kind of value."""
    return (
        text.isascii()
        and text.replace("-", "").replace("_", "").replace("/", "").replace(".", "").isalnum()
        and text[0].isalpha()
        and text.lower() not in _WORDS
    )


def _is_block(text: str) -> bool:
    """Tell whether a text keeps every character as a block of lines."""
    return (
        "\n" in text.strip("\n")
        and not text.startswith((" ", "\n"))
        and not text.endswith("\n\n")
        and all(line == line.rstrip() for line in _lines(text))
        and all(character == "\n" or character.isprintable() for character in text)
    )


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")
