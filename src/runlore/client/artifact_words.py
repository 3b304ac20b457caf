"""What is said of an artifact beside its name."""

from __future__ import annotations

from runlore.errors import InvalidType, TooLarge, a_kind
from runlore.records import limits
from runlore.records.text import encode_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


class ArtifactWords:
    """A kind, a description, metadata and aliases, checked."""

    __slots__ = ("aliases", "description", "kind", "metadata")

    def __init__(
        self,
        kind: str | None,
        description: str | None,
        metadata: Mapping[str, object] | None,
        aliases: str | Iterable[str],
    ) -> None:
        """Check what the user said; raises UsageError for what can't be kept."""
        self.kind = None if kind is None else limits.name(kind, "a kind")
        self.description = (
            None if description is None else limits.text(description, "a description")
        )
        self.metadata = None if metadata is None else _metadata(metadata)
        self.aliases = _aliases(aliases) if aliases else []

    def details(self, **others: object) -> dict[str, object]:
        """Give the details of a record, with what else is known."""
        return others if self.metadata is None else {**others, "metadata": self.metadata}


def _metadata(metadata: Mapping[str, object]) -> dict[str, object]:
    """Turn metadata into what JSON holds."""
    from runlore.media.jsonable import to_jsonable

    if not hasattr(metadata, "keys"):
        raise InvalidType(
            f"metadata is {a_kind(metadata)}, not a dict", hint="metadata={'rows': 60_000}"
        )
    plain: dict[str, object] = _without_odd_numbers(to_jsonable(metadata))
    if len(encode_json(plain)) > limits.TEXT_BYTES:
        raise TooLarge(
            "the metadata takes more than a record holds (1 MiB)",
            hint="keep it as a file: run.save_artifact('metadata.json', {…})",
        )
    return plain


def _without_odd_numbers(value: Any) -> Any:
    """Put texts in place of NaN and infinities, for which JSON has no word."""
    if isinstance(value, dict):
        return {key: _without_odd_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_odd_numbers(item) for item in value]
    if isinstance(value, float) and value - value != 0:
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"  # noqa: PLR0124
    return value


def _aliases(aliases: str | Iterable[str]) -> list[str]:
    from runlore.media.names import alias_name

    try:
        return [alias_name(each) for each in ([aliases] if isinstance(aliases, str) else aliases)]
    except TypeError as error:
        if isinstance(error, InvalidType):
            raise
        raise InvalidType(
            f"aliases are {a_kind(aliases)}", hint="give a list of strings: aliases=['best']"
        ) from None
