"""Make identifiers: 128 bits that sort by time, as 32 hexadecimal digits."""

from __future__ import annotations

from os import urandom
from time import time_ns

SIZE_BYTES = 16
_DIGITS = frozenset("0123456789abcdef")


def new_id() -> str:
    """Make an identifier: 48 bits of milliseconds since 1970, 80 random bits."""
    milliseconds = time_ns() // 1_000_000 & 0xFFFFFFFFFFFF
    return milliseconds.to_bytes(6, "big").hex() + urandom(10).hex()


def is_id(text: str) -> bool:
    """Tell whether `text` has the form of an identifier."""
    return len(text) == 2 * SIZE_BYTES and _DIGITS.issuperset(text)


def id_from_text(text: str) -> str:
    """Derive an identifier from any text, the same one everywhere (SHA-256, first 128 bits)."""
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[: 2 * SIZE_BYTES]


def short(identifier: str) -> str:
    """Shorten an identifier for people: its last 8 digits, which are random."""
    return identifier[-8:]
