"""A run being written: what a training loop touches."""

from __future__ import annotations

from os import getpid
from struct import Struct
from time import time_ns

from runlore.client import values
from runlore.client.captures import CAPTURES
from runlore.client.files import FileLogging
from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.journal.frames import HAS_STEP, OVERHEAD, POINTS
from runlore.records import limits, params
from runlore.records.events import DIRECTIONS, STATUSES, edit, event
from runlore.records.ids import new_id, short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType
    from typing import Any, NoReturn, Self

    from runlore.client.placement import Placement
    from runlore.client.recorder import Recorder

MOST_KEY_SETS = 1024
MOST_NAMES = 16_384  # in one key set
_ONE_MEGABYTE = 1 << 20


class Run(FileLogging):
    """One execution of an experiment, being recorded.

    Get one from `runlore.start_run`. As a context manager it ends with the block: finished, or
    failed with the exception kept, or stopped by Ctrl-C. Whatever is logged is safe from the
    death of this process when the call returns. Errors of the disk never reach the caller; wrong
    use (a string as a metric) raises one of `runlore.errors` and writes nothing.
    """

    def __init__(
        self,
        recorder: Recorder,
        placement: Placement,
        name: str | None,
        captures: frozenset[str] = frozenset(CAPTURES),
    ) -> None:
        """Open `placement`'s run in a recorder; use `runlore.start_run`."""
        self.id = placement.run
        self.attempt = placement.attempt
        self.rank = placement.rank
        self.name = name
        self.captures = captures
        self.is_finished = False
        self._error: Mapping[str, object] | None = None
        self._ended = 0
        self._pid = getpid()
        self._recorder = recorder
        self._writer = recorder.writer
        self._append: Callable[[bytes], None] = recorder.writer.append
        self._slot = self._writer.declare_run(placement.run, placement.attempt, placement.rank)
        self._key_sets: dict[object, tuple[Any, int, int, int]] = {}
        self._tag_additions: dict[str, list[str]] = {}
        self._has_seen_all_tags = not placement.is_shared
        # What followers of the run (a configuration) record last; called once, before the end.
        self.before_end: list[Callable[[], None]] = []

    @property
    def short_id(self) -> str:
        """The last 8 digits of the id, enough to name the run."""
        return short(self.id)

    @property
    def store(self) -> str:
        """The folder of the store that this run is written to."""
        return self._recorder.store.path

    def __repr__(self) -> str:
        """Show the name, the short id and whether it is over."""
        state = "finished" if self.is_finished else "running"
        return f"<Run {self.name or 'unnamed'!r} {self.short_id} {state}>"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: another process would write where this one does."""
        raise InvalidType(
            f"a run can't be pickled or copied: {self!r}",
            hint="pass its results back to the process that has it; a forked one may use it as is",
        )

    # -- metrics ---------------------------------------------------------------------------

    def log(
        self,
        metrics: Mapping[str, Any],
        step: int | None = None,
        *,
        time: Any = None,
        context: str | Mapping[str, object] | None = None,
    ) -> None:
        """Log metrics at one step: `run.log({"loss": 0.31}, step=7)`.

        Values are numbers of any library; NaN and infinities are kept. Steps are whole, in
        any order, repeated or absent. `time` is seconds since 1970 or a datetime (now, if None).
        `context` tells series of one name apart, like "train" and "val".

        Raises:
            InvalidType, InvalidValue: for what isn't a number, a step, a time or a name.
        """
        if time is None:
            try:
                now = time_ns() // 1000
                if context is None and len(metrics) == 1:  # by far the most frequent call
                    (name,) = metrics
                    pack, stepped, stepless, keys = self._key_sets[name]
                    if step is None:
                        frame = pack(stepless, now, 0, metrics[name], keys)
                    else:
                        frame = pack(stepped, now, step, metrics[name], keys)
                else:
                    pack, stepped, stepless, keys = self._key_sets[(context, *metrics)]
                    if step is None:
                        frame = pack(stepless, now, 0, *metrics.values(), keys)
                    else:
                        frame = pack(stepped, now, step, *metrics.values(), keys)
            except Exception:  # noqa: BLE001, S110 - a new key set, or something to convert or refuse
                pass  # out of here, so that a refusal doesn't show this exception as its context
            else:
                self._append(frame)
                return
        self._log_slowly(metrics, step, time, context)

    def log_metric(
        self,
        name: str,
        value: Any,
        step: int | None = None,
        *,
        time: Any = None,
        context: Any = None,
    ) -> None:
        """Log one metric, as `log({name: value})` does."""
        self.log({name: value}, step, time=time, context=context)

    def log_metrics(
        self,
        metrics: Mapping[str, Any],
        step: int | None = None,
        *,
        time: Any = None,
        context: Any = None,
    ) -> None:
        """Log several metrics, as `log` does."""
        self.log(metrics, step, time=time, context=context)

    def define_metric(
        self,
        name: str,
        *,
        unit: str | None = None,
        direction: str | None = None,
        x: str | None = None,
    ) -> None:
        """Say what a metric means.

        `direction` is "min" or "max", whichever is better; `x` names the metric to draw it over.
        """
        if direction is not None and direction not in DIRECTIONS:
            raise InvalidValue(
                f"the direction of {name!r} is {direction!r}", hint="say 'min' or 'max'"
            )
        self._edit(
            "metric.defined",
            name=limits.name(name, "a metric's name"),
            unit=None if unit is None else limits.name(unit, "a unit"),
            direction=direction,
            x=None if x is None else limits.name(x, "a metric's name"),
        )

    def _log_slowly(self, metrics: Any, step: Any, time: Any, context: Any) -> None:
        """Check and convert everything, then append; declares the key set if it is new."""
        if not hasattr(metrics, "items"):
            raise InvalidType(
                f"log takes a dict of metrics, not {a_kind(metrics)}",
                hint="run.log({'loss': 0.31}, step=7)",
            )
        numbers = {
            limits.name(name, "a metric's name"): values.number_of(name, value)
            for name, value in metrics.items()
        }
        whole_step = values.step_of(step)
        moment = time_ns() // 1000 if time is None else values.time_of(time)
        label = values.context_of(context)
        for names in self._in_key_sets(label, tuple(numbers)):
            key = _key(label, names)
            entry = self._key_sets.get(key)
            if entry is None:
                entry = self._key_sets[key] = self._declare_keys(label, names)
            pack, stepped, stepless, keys = entry
            front = stepless if whole_step is None else stepped
            chosen = [numbers[name] for name in names]
            self._append(pack(front, moment, whole_step or 0, *chosen, keys))

    def _in_key_sets(self, context: str, names: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Split the names of one call so that neither one key set nor their number gets huge."""
        if not names or _key(context, names) in self._key_sets:
            return [names] if names else []
        if len(self._key_sets) >= MOST_KEY_SETS:
            return [(name,) for name in names]
        if len(names) <= MOST_NAMES and sum(map(len, names)) < _ONE_MEGABYTE // 4:
            return [names]
        width = max(1, min(MOST_NAMES, _ONE_MEGABYTE // 4 // limits.NAME_CHARACTERS))
        return [names[start : start + width] for start in range(0, len(names), width)]

    def _declare_keys(self, context: str, names: tuple[str, ...]) -> tuple[Any, int, int, int]:
        self._reopen_tables()
        keys = self._writer.declare_keys(self._slot, context, names)
        size = OVERHEAD + 16 + 8 * len(names)
        stepless = size | POINTS << 32
        pack = Struct(f"<Qqq{len(names)}dI").pack
        return pack, stepless | HAS_STEP << 40, stepless, keys

    # -- params, tags, notes ---------------------------------------------------------------

    def log_param(self, name: str, value: object) -> None:
        """Log one param; a nested dict becomes dotted keys. A later value replaces it."""
        self.log_params({name: value})

    def log_params(self, values: object) -> None:
        """Log params from a dict, a dataclass, a namespace or an object with fields.

        Raises:
            TooLarge: if one value is over 1 MiB or all together over 16 MiB.
        """
        for chunk in params.chunks(params.flatten(values)):
            self.record("params", values=chunk)

    def add_tag(self, tag: str, value: str | None = None) -> None:
        """Add a tag, with a value if it is given one."""
        self.add_tags({tag: value})

    def add_tags(self, tags: Iterable[str] | Mapping[str, str | None]) -> None:
        """Add several tags."""
        for tag, value in values.tags_of(tags).items():
            addition = new_id()
            self._tag_additions.setdefault(tag, []).append(addition)
            self._edit("tag.added", id=addition, tag=tag, value=value)

    def remove_tag(self, tag: str) -> None:
        """Remove a tag; nothing happens if the run hasn't got it."""
        tag = limits.name(tag, "a tag")
        seen = self._tag_additions.pop(tag, [])
        # Somebody else may have added it as well: then the removal means all until now.
        self._edit("tag.removed", tag=tag, saw=seen if self._has_seen_all_tags else [])

    def log_note(self, text: str) -> None:
        """Add a note: what you saw, thought or decided. Also after the end of the run."""
        self._edit("note.added", text=limits.text(text, "a note"))

    # -- the end ---------------------------------------------------------------------------

    def set_status(self, status: str, reason: str | None = None) -> None:
        """Set the status by hand: running, finished, failed or stopped. Also after the end.

        When it ended stays, and of a failed run the exception that ended it.
        """
        if status not in STATUSES:
            raise InvalidValue(
                f"there is no status {status!r} to set", hint="one of " + ", ".join(STATUSES)
            )
        reason = None if reason is None else limits.text(reason, "a reason")
        error = self._error if status == "failed" else None
        self._set_status(status, error, reason)

    def finish(self, status: str = "finished", reason: str | None = None) -> None:
        """End the run. A second call changes nothing."""
        if self.is_finished:
            return
        if status == "running":
            raise InvalidValue(
                "a run that is over isn't running", hint="one of finished, failed, stopped"
            )
        try:
            self._call_before_end()
        finally:
            self.set_status(status, reason)
            self._close()

    def end(self, status: str, error: Mapping[str, object] | None, reason: str | None) -> None:
        """End the run with the exception that ended it; does nothing in a forked child."""
        if self.is_finished or self._pid != getpid():
            return
        try:
            self._call_before_end()
        finally:
            self._set_status(status, error, reason)
            self._close()

    def _set_status(
        self, status: str, error: Mapping[str, object] | None, reason: str | None
    ) -> None:
        """Record a status; one that is set after the end leaves the time of the end as it was."""
        ended = {"ended": self._ended} if self.is_finished and status != "running" else {}
        self._edit("status.set", status=status, error=error, reason=reason, rank=self.rank, **ended)
        if not self.is_finished:
            self._error, self._ended = error, time_ns() // 1000

    def __enter__(self) -> Self:
        """Return the run itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the run as the block ended; the exception goes on."""
        if error is None:
            self.end("finished", None, None)
        else:
            from runlore.client.ending import described

            self.end(*described(error))

    def _call_before_end(self) -> None:
        while self.before_end:
            self.before_end.pop(0)()

    def _close(self) -> None:
        self.is_finished = True
        self._key_sets.clear()
        self._writer.forget(self._slot)
        self._recorder.run_ended(self)

    # -- records ---------------------------------------------------------------------------

    def record(self, kind: str, /, **fields: object) -> None:
        """Write a record of this run (docs/formats/records.md)."""
        self._write(event(kind, None, **fields))

    def _edit(self, kind: str, /, **fields: object) -> None:
        recorder = self._recorder
        self._write(edit(kind, recorder.writer.actor, recorder.clock, **fields))

    def _edit_store(self, kind: str, /, **fields: object) -> None:
        recorder = self._recorder
        self._writer.event(0, edit(kind, recorder.writer.actor, recorder.clock, **fields))

    def _write(self, body: bytes) -> None:
        self._reopen_tables()
        self._writer.event(self._slot, body)

    def _reopen_tables(self) -> None:
        """Declare the run anew if it was over and its tables are left out of newer files."""
        if not self._writer.knows(self._slot):
            self._slot = self._writer.declare_run(self.id, self.attempt, self.rank)


def _key(context: str, names: tuple[str, ...]) -> object:
    """Return what a key set is looked up by in `Run.log`."""
    return names[0] if len(names) == 1 and not context else (context or None, *names)
