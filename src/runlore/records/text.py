"""Text as records hold it: valid Unicode, written as JSON.

The standard library's `json` costs milliseconds to import, so records are written by
the few lines below; `json` reads them.
"""

from __future__ import annotations

_ESCAPES = {code: f"\\u{code:04x}" for code in range(32)} | {
    ord('"'): '\\"',
    ord("\\"): "\\\\",
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
}


def clean(text: str) -> str:
    """Replace what no store can hold: NUL by U+2400, lone surrogates by U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "\u2400")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def encode_json(value: object) -> bytes:
    """Encode plain values as JSON in UTF-8; NaN and infinities become null.

    Raises:
        TypeError: for anything that isn't None, bool, int, float, str, list, tuple or dict.
    """
    return _json(value).encode()


def _json(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value) if value - value == 0 else "null"
    if isinstance(value, dict):
        pairs = [f"{_quoted(str(key))}: {_json(item)}" for key, item in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join([_json(item) for item in value]) + "]"
    raise TypeError(f"{type(value).__name__} can't be written as JSON")


def _quoted(text: str) -> str:
    return '"' + clean(text).translate(_ESCAPES) + '"'
