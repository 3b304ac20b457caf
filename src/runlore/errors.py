"""Every error that Runlore raises on purpose.

RunloreError
├── UsageError                    the call is wrong; nothing was written
│   ├── InvalidValue              a value out of range or of the wrong form (also a ValueError)
│   ├── InvalidType               a value of the wrong type (also a TypeError)
│   ├── InvalidConfig             fields or values that it doesn't take (also both of these)
│   ├── TooLarge                  more than a record may hold (also a ValueError)
│   ├── TooFew                    too few values to say anything about (also a ValueError)
│   ├── ConfirmationNeeded        many runs would change, and nobody is there to be asked
│   └── QueryError                a filter that can't be read, with the spot (also a ValueError)
├── NotFound                      nothing answers to that name (also a LookupError)
│   ├── RunNotFound
│   ├── SeriesNotFound
│   └── ArtifactNotFound
├── RunBusy                       a run is still being written
├── Ambiguous                     several things answer to that name (also a LookupError)
├── StoreError                    the store as a whole
│   ├── StoreNotFound
│   ├── StoreRefused              owned by somebody else, or not a store at all
│   ├── StoreReadOnly
│   ├── StoreFull
│   ├── DatabaseUnreachable       of the index, where it is kept in PostgreSQL
│   ├── ObjectsUnreachable        the bucket or folder of its segments and blobs doesn't answer
│   └── FormatTooNew              written by a later release than this one
├── DamageError                   bytes that are not what was written
│   ├── JournalDamaged
│   ├── JournalForked             a journal that continues in two different ways
│   ├── SegmentDamaged
│   └── BlobDamaged
└── MissingExtra                  a library that an optional part needs (also an ImportError)

An error says what happened and to which thing (`message`), and what to do next
(`hint`). `code` is stable: `--json` output and later the REST API carry it.
"""


class RunloreError(Exception):
    """Say what happened, to which thing, and what to do next."""

    code = "error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class UsageError(RunloreError):
    """The call is wrong; nothing was written."""

    code = "usage"


class InvalidValue(UsageError, ValueError):
    """A value is out of range or of the wrong form."""

    code = "invalid-value"


class InvalidType(UsageError, TypeError):
    """A value is of the wrong type."""

    code = "invalid-type"


class InvalidConfig(UsageError, ValueError, TypeError):
    """A configuration was given fields it hasn't got, or values they don't take; none was changed.

    `problems` says what is wrong, by field.
    """

    code = "invalid-config"

    def __init__(
        self, message: str, *, problems: dict[str, str] | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems or {}


class TooLarge(UsageError, ValueError):
    """A value is larger than a record may be."""

    code = "too-large"


class TooFew(UsageError, ValueError):
    """There are too few values for what is asked of them."""

    code = "too-few"


class QueryError(UsageError, ValueError):
    """A filter or an order can't be read.

    `message` shows the text with a caret under the spot, `reason` is its first line alone,
    `text` is what was read, and `position` counts its characters before the spot.
    """

    code = "query"

    def __init__(
        self,
        reason: str,
        *,
        excerpt: str = "",
        text: str = "",
        position: int = 0,
        hint: str | None = None,
    ) -> None:
        super().__init__(f"{reason}\n{excerpt}" if excerpt else reason, hint=hint)
        self.reason = reason
        self.text = text
        self.position = position


class ConfirmationNeeded(UsageError):
    """Something that can't be taken back lightly was asked for, and nobody can be asked."""

    code = "confirmation-needed"


class RunBusy(RunloreError):
    """A run is still being written, so this can't be done to it now."""

    code = "run-busy"


class NotFound(RunloreError, LookupError):
    """Nothing answers to that name."""

    code = "not-found"


class RunNotFound(NotFound):
    """No run answers to that id, prefix or name."""

    code = "run-not-found"


class SeriesNotFound(NotFound):
    """The run has no series of that name."""

    code = "series-not-found"


class ArtifactNotFound(NotFound):
    """The run has no artifact of that name."""

    code = "artifact-not-found"


class Ambiguous(RunloreError, LookupError):
    """Several things answer to that name."""

    code = "ambiguous"


class StoreError(RunloreError):
    """Something about the store as a whole."""

    code = "store"


class StoreNotFound(StoreError):
    """There is no store at that place."""

    code = "store-not-found"


class StoreRefused(StoreError):
    """The folder belongs to somebody else, or isn't a store."""

    code = "store-refused"


class StoreReadOnly(StoreError):
    """The store can't be written by this user."""

    code = "store-read-only"


class StoreFull(StoreError):
    """There is no room left where the store lies."""

    code = "store-full"


class ObjectsUnreachable(StoreError):
    """The place where a store's segments and blobs lie doesn't answer, or isn't that store's."""

    code = "objects-unreachable"


class DatabaseUnreachable(StoreError):
    """The database that holds the index gives no answer, or refuses to."""

    code = "database-unreachable"


class FormatTooNew(StoreError):
    """A file was written by a later release than this one."""

    code = "format-too-new"


class DamageError(RunloreError):
    """Bytes are not what was written."""

    code = "damage"


class JournalDamaged(DamageError):
    """A journal holds bytes that fail their checksum."""

    code = "journal-damaged"


class JournalForked(DamageError):
    """A journal continues in two different ways, as after a restored backup."""

    code = "journal-forked"


class SegmentDamaged(DamageError):
    """A segment fails its checksum."""

    code = "segment-damaged"


class BlobDamaged(DamageError):
    """A blob's content isn't what its name says."""

    code = "blob-damaged"


def a_kind(value: object) -> str:
    """Name a value's type with its article: "an int", "a DataFrame"."""
    kind = type(value).__qualname__
    return f"an {kind}" if kind.lower().startswith(("a", "e", "i", "o", "nd")) else f"a {kind}"


class MissingExtra(RunloreError, ImportError):
    """An optional part needs a library that isn't installed."""

    code = "missing-extra"

    def __init__(self, package: str, *, extra: str, purpose: str, hint: str | None = None) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed",
            hint=hint or f"pip install 'runlore[{extra}]'",
        )
