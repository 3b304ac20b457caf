"""Name what a filter can ask about: attributes, params, metrics, tags, context and more."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Field(NamedTuple):
    """What a name in a filter stands for.

    `kind` says how to read `name`, and whether a run has one value or several:

    | kind | name | values |
    |---|---|---|
    | attribute | a key of `ATTRIBUTES` | one |
    | param | the key | one |
    | metric | the label, `loss` or `loss[val]`; with a `statistic` of `STATISTICS` | one |
    | tag | the tag, whose value is asked for | one; no text where the tag has no value |
    | context | the key of a fact, dotted below its first part: `git.commit` | one |
    | tags | empty: the names of the tags | several |
    | notes | empty: the texts of the notes | several |
    | artifacts | empty: the names of the artifacts | several |
    | dataset | `name`, `digest` or `context` of the inputs | several |
    """

    kind: str
    name: str
    statistic: str = ""

    @property
    def has_many(self) -> bool:
        """Whether a run can have several values: `Columns.members` has them, not `column`."""
        return self.kind in MANY


MANY = frozenset({"tags", "notes", "artifacts", "dataset"})
DATASET_PARTS = ("name", "digest", "context")


class Attribute(NamedTuple):
    """A property of every run; `type` says what its column holds and what it compares with.

    text: texts; boolean: the texts `true` and `false`; number: numbers; duration: seconds;
    time: microseconds UTC.
    """

    type: str
    aliases: tuple[str, ...]
    meaning: str


ATTRIBUTES: Mapping[str, Attribute] = MappingProxyType(
    {
        "status": Attribute(
            "text", (), "running, finished, failed, stopped, crashed or unknown, as it reads now"
        ),
        "started": Attribute("time", ("created", "start_time"), "when it was started"),
        "ended": Attribute("time", ("end_time",), "when it ended; null while it runs"),
        "updated": Attribute("time", ("last_sign_of_life",), "its last sign of life"),
        "duration": Attribute(
            "duration", ("duration_seconds",), "from its start to its end, or to now"
        ),
        "name": Attribute("text", ("run_name",), "the name that somebody gave"),
        "id": Attribute("text", ("run_id", "run_uuid"), "the identifier, 32 hexadecimal digits"),
        "experiment": Attribute("text", (), "the question that it belongs to"),
        "project": Attribute("text", (), "the project"),
        "goal": Attribute("text", (), "what it is to show"),
        "user": Attribute("text", ("user_id",), "who ran it"),
        "host": Attribute("text", ("hostname",), "the machine it ran on"),
        "commit": Attribute("text", (), "the commit of its code, 40 hexadecimal digits"),
        "branch": Attribute("text", (), "the branch of its code"),
        "dirty": Attribute("boolean", ("is_dirty",), "whether its code had uncommitted changes"),
        "parent": Attribute("text", (), "the id of the run that it is a part of"),
        "error": Attribute("text", (), "the exception that ended it, as `Type: message`"),
        "reason": Attribute("text", (), "why it was stopped, or set to its status"),
        "points": Attribute("number", (), "how many points it has"),
        "archived": Attribute("boolean", ("is_archived",), "whether it is archived"),
        "deleted": Attribute("boolean", ("is_deleted",), "whether it lies in the trash"),
    }
)

DEFAULT_STATISTIC = "last"
STATISTICS: Mapping[str, str] = MappingProxyType(
    {
        "last": "the current value, which a metric's name alone stands for",
        "min": "the least finite value",
        "max": "the greatest finite value",
        "mean": "the mean of the finite values",
        "best": "the least or the greatest, as the metric's direction says",
        "points": "how many points there are",
        "nan": "how many points are NaN",
        "inf": "how many points are infinite",
        "first_step": "the least step",
        "last_step": "the step of the last point",
        "min_step": "the step of the minimum",
        "max_step": "the step of the maximum",
    }
)


class Catalogue(NamedTuple):
    """The names that the runs of a store have: for bare names, hints and completion.

    `metrics` are labels (`loss[val]`); `values` are known values of attributes, by attribute.
    """

    params: Sequence[str] = ()
    metrics: Sequence[str] = ()
    tags: Sequence[str] = ()
    context: Sequence[str] = ()
    values: Mapping[str, Sequence[str]] = MappingProxyType({})

    def names(self, kind: str) -> Sequence[str]:
        """List the known names of a kind of field."""
        known = {
            "param": self.params,
            "metric": self.metrics,
            "tag": self.tags,
            "tags": self.tags,
            "context": self.context,
        }
        return known.get(kind, ())
