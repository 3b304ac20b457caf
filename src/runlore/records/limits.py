"""How large the things in a record may be, and the refusal of what is larger."""

from __future__ import annotations

from runlore.errors import InvalidType, InvalidValue, TooLarge, a_kind
from runlore.records.text import clean, encode_json

NAME_CHARACTERS = 1024
TEXT_BYTES = 1 << 20
_ENCODED_BYTES = 15 << 17  # of a text with its escapes: a param's is written twice in a frame
CALL_BYTES = 16 << 20


def name(value: object, what: str) -> str:
    """Return a name of a metric, param, tag or artifact as it is stored, or refuse it."""
    if not isinstance(value, str):
        raise InvalidType(
            f"{what} is {a_kind(value)}, not text: {_excerpt(value)}",
            hint="give it as a string",
        )
    if not value:
        raise InvalidValue(f"{what} is empty", hint="give it at least one character")
    if len(value) > NAME_CHARACTERS:
        raise TooLarge(
            f"{what} has {len(value):,} characters: {_excerpt(value)}",
            hint=f"use at most {NAME_CHARACTERS:,}",
        )
    return clean(value)


def text(value: object, what: str) -> str:
    """Return a longer text (note, param) as it is stored, or refuse it."""
    if not isinstance(value, str):
        raise InvalidType(
            f"{what} is {a_kind(value)}, not text: {_excerpt(value)}",
            hint="give it as a string, str(value)",
        )
    if len(value) > TEXT_BYTES // 4 and (
        len(value) > TEXT_BYTES
        or len(value.encode("utf-8", "replace")) > TEXT_BYTES
        or len(encode_json(value)) > _ENCODED_BYTES
    ):
        raise TooLarge(
            f"{what} has {len(value):,} characters, more than a record holds (1 MiB)",
            hint="keep it as a file: run.save_artifact('notes.txt', text)",
        )
    return clean(value)


def _excerpt(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
