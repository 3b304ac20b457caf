"""Pipelines: several stages, each a run within that of the whole."""

from __future__ import annotations

import atexit
import weakref
from typing import TYPE_CHECKING, Any, Self

from runlore.client.ending import described
from runlore.client.values import tags_of
from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.reading.suggestions import nearest
from runlore.records import limits
from runlore.tracking.experiments import track_experiment
from runlore.tracking.input_hashes import hash_inputs
from runlore.tracking.pipeline_picture import markdown_of, mermaid_of
from runlore.tracking.stages import FACT, REFUSED, Stage, StageRecord, find_same
from runlore.tracking.sweep_settings import Place

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from runlore.tracking.tracked import TrackedRun

    After = str | Sequence[str] | None

PICTURE = "pipeline.md"
_ENDINGS = {"failed": "failed", "stopped": "was stopped", "running": "isn't over",
            REFUSED: "was refused"}  # fmt: skip
_WITHIN = {"console": False, "load": False}  # the whole has them


class ExperimentPipeline:
    """Records several stages and how they depend on each other; each is a run within the whole.

    The whole begins with the first stage, and ends with `finish()`, with the block if used as a
    context manager, or with the process. It has failed if a stage has.
    """

    def __init__(
        self,
        name: str,
        *,
        stages: Mapping[str, After] | None = None,
        increment: str | int | None = None,
        experiment: str | None = None,
        project: str | None = None,
        params: object = None,
        tags: Iterable[str] | Mapping[str, str | None] | None = None,
        description: str | None = None,
        store: str | os.PathLike[str] | None = None,
        capture: bool | Mapping[str, bool] | Iterable[str] | None = None,
    ) -> None:
        """Describe the pipeline; nothing is recorded yet.

        Args:
            name: of the whole.
            stages: all stages with what each comes after, if it is to be checked beforehand;
                then no other stage is taken.
            increment, experiment, project, params, tags, description, store, capture: as
                `track_experiment`.

        Raises:
            InvalidValue: for stages that wait for each other, or for one that there isn't.
            NotFound, Ambiguous: if no increment has that number, or two have.
        """
        self.name = limits.name(name, "the name of the pipeline")
        self._place = Place(increment, experiment, project, store, capture, tags_of(tags))
        self._place.experiment_name()
        self._own: dict[str, Any] = {"params": params, "description": description}
        self._plan = None if stages is None else _checked_plan(stages)
        self._stages: dict[str, StageRecord] = {}
        self._whole: TrackedRun | None = None
        self._is_over = False

    @property
    def run(self) -> TrackedRun:
        """The run of the whole, which begins when it is first needed."""
        if self._whole is None:
            self._whole = track_experiment(
                self.name, tags={"pipeline": None, **self._place.tags},
                **self._own, **self._place.arguments(),
            )  # fmt: skip
            self._whole.before_end.append(self._keep_picture)
            # Before the runs of the process are ended, which would call this one finished.
            atexit.register(_end_failed, weakref.ref(self))
        return self._whole

    @property
    def stages(self) -> tuple[StageRecord, ...]:
        """The stages so far, in the order of their beginning; then those still planned."""
        waiting = [
            StageRecord(name, after) for name, after in (self._plan or {}).items()
            if name not in self._stages
        ]  # fmt: skip
        return (*self._stages.values(), *waiting)

    def stage(
        self,
        name: str,
        after: After = None,
        *,
        inputs: Any = None,
        skip_unchanged: bool = False,
        params: Mapping[str, Any] | None = None,
        tags: Iterable[str] | Mapping[str, str | None] | None = None,
    ) -> Stage:
        """Begin a stage: `with pipeline.stage("features") as stage: …`.

        Args:
            name: of the stage; again only if it failed before.
            after: the stages it needs; by default the one before it, `()` for none.
            inputs: what it is made from: paths of files (as `pathlib.Path`), arrays, tables,
                numbers. Their fingerprint is recorded.
            skip_unchanged: let an earlier run of the stage, with the same inputs and params,
                stand for this one: `stage.is_skipped` says so, `stage.result(name)` has what
                that one kept with `stage.keep(name=…)`.
            params, tags: of the stage's run.

        Raises:
            InvalidValue: for an unknown stage in `after`, or one that isn't finished; a name
                that is taken; inputs that are missing. Nothing is recorded then.
            InvalidType: for inputs that can't be compared.
        """
        name = limits.name(name, "the name of the stage")
        needed = self._needed(name, after)
        if skip_unchanged and inputs is None:
            raise InvalidValue(
                f"the stage {name!r} is to be skipped when its inputs are unchanged, "
                "but it has none",
                hint="say what it is made from: inputs=[Path('raw.csv'), depth]",
            )
        fact: dict[str, Any] = {"pipeline": self.name, "name": name, "after": list(needed)}
        if inputs is not None:
            fact["fingerprint"] = hash_inputs([inputs, dict(params or {})])
        whole = self.run
        earlier = None
        if skip_unchanged:
            earlier = find_same(whole.store, self._place.experiment_name(), fact)
            fact["results_from"] = None if earlier is None else earlier.id
        run = self._begin(name, params, tags, is_skipped=earlier is not None)
        run.record("context.captured", facts={FACT: fact})
        if earlier is not None:
            run.log_note(f"Skipped: its inputs are as in run {earlier.short_id}")
        record = StageRecord(
            name, needed, "running", run.id,
            results_from=None if earlier is None else earlier.id,
        )  # fmt: skip
        self._stages.pop(name, None)
        self._stages[name] = record
        return Stage(record, run, earlier, self._stage_ended)

    def finish(self) -> None:
        """End the whole: failed if a stage failed, else finished. A second call does nothing."""
        self._is_over = True
        whole = self._whole
        if whole is None or whole.is_finished:
            return
        reason = self.failure()
        whole.finish("finished" if reason is None else "failed", reason)

    def to_mermaid(self) -> str:
        """Draw the stages and what they depend on, for Mermaid."""
        return mermaid_of(self.stages)

    def to_markdown(self) -> str:
        """Write the picture and a table of the stages."""
        return markdown_of(self.name, self.stages)

    def __enter__(self) -> Self:
        """Begin the whole, and return the pipeline."""
        _ = self.run
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the whole; the exception goes on."""
        if error is None:
            self.finish()
            return
        self._is_over = True
        status, about, reason = described(error)
        self.run.end(status, about, self.failure() or reason)

    def _begin(
        self, name: str, params: Any, tags: Any, *, is_skipped: bool
    ) -> TrackedRun:  # fmt: skip
        whole, arguments = self.run, self._place.arguments()
        arguments["increment"] = False if whole.increment is None else whole.increment.name
        if arguments["capture"] is None:
            arguments["capture"] = _WITHIN
        own = {"stage": None, **({"skipped": None} if is_skipped else {}), **tags_of(tags)}
        return track_experiment(name, parent=whole, params=params or None, tags=own, **arguments)

    def _needed(self, name: str, after: After) -> tuple[str, ...]:
        """Check the name of a stage and what it comes after."""
        known = self._stages.get(name)
        if self._is_over:
            raise InvalidValue(
                f"the pipeline {self.name!r} is over", hint="begin another ExperimentPipeline"
            )
        if known is not None and known.status not in ("failed", "stopped", REFUSED):
            raise InvalidValue(
                f"the pipeline {self.name!r} has a stage {name!r} already: it is {known.status}",
                hint="give this one another name; a stage that failed can be tried again",
            )
        needed = self._planned(name, after)
        if name in needed:
            raise InvalidValue(
                f"the stage {name!r} can't come after itself", hint="name an earlier stage"
            )
        for one in needed:
            is_said = after is not None or self._plan is not None
            try:
                self._require_through(name, one, is_said=is_said)
            except InvalidValue:
                self._note_refused(name, needed, one)
                raise
        return needed

    def _note_refused(self, name: str, needed: tuple[str, ...], cause: str) -> None:
        """Keep in the picture a stage that can't begin since one before it didn't get through."""
        known = self._stages.get(cause)
        if known is None or known.status not in ("failed", "stopped", REFUSED):
            return
        reason = f"{cause} {_ENDINGS[known.status]}"
        self._stages.pop(name, None)
        self._stages[name] = record = StageRecord(name, needed, REFUSED, error=reason)
        self._stage_ended(record)

    def _planned(self, name: str, after: After) -> tuple[str, ...]:
        if self._plan is None:
            others = [
                one.name
                for one in self._stages.values()
                if one.name != name and one.status != REFUSED
            ]
            return tuple(others[-1:]) if after is None else _names(after)
        if name not in self._plan:
            raise InvalidValue(
                f"the plan of the pipeline {self.name!r} has no stage {name!r}",
                hint=nearest(name, sorted(self._plan), nothing="the plan is empty"),
            )
        if after is not None and set(_names(after)) != set(self._plan[name]):
            planned = ", ".join(self._plan[name]) or "nothing"
            raise InvalidValue(
                f"the stage {name!r} comes after {planned} by the plan",
                hint="leave after= out, or change the plan",
            )
        return self._plan[name]

    def _require_through(self, name: str, needed: str, *, is_said: bool) -> None:
        known = self._stages.get(needed)
        if known is None and needed not in (self._plan or {}):
            raise InvalidValue(
                f"the stage {name!r} is to come after {needed!r}, which there is not",
                hint=nearest(needed, sorted(self._stages), nothing="no stage has begun yet"),
            )
        if is_said and (known is None or not known.is_through()):
            status = "hasn't begun" if known is None else _ENDINGS.get(known.status, known.status)
            raise InvalidValue(
                f"the stage {name!r} can't begin: {needed!r}, which it needs, {status}",
                hint="finish that stage first",
            )

    def _stage_ended(self, record: StageRecord) -> None:
        """Say in the whole what became of a stage."""
        whole = self.run
        if whole.is_finished:
            return
        if record.seconds is not None and record.status != "skipped":
            whole.log({f"{record.name}.seconds": record.seconds})
        if record.error is not None and record.status != REFUSED:
            whole.log_note(f"The stage {record.name} {record.status}: {record.error}")
        whole.record("context.captured", facts={"pipeline": self._facts()})

    def _facts(self) -> dict[str, Any]:
        return {"name": self.name, "stages": [one.facts() for one in self.stages]}

    def failure(self) -> str | None:
        """Say which stages failed and were not tried again; None if none did."""
        failed = [one.name for one in self._stages.values() if one.status == "failed"]
        return f"failed stages: {', '.join(failed)}" if failed else None

    def _keep_picture(self) -> None:
        assert self._whole is not None  # noqa: S101 - it calls this
        self._whole.save_artifact(PICTURE, self.to_markdown())


def _end_failed(pipeline: weakref.ref[ExperimentPipeline]) -> None:
    """End a pipeline with a failed stage at the end of the process; others end as it does."""
    left = pipeline()
    if left is not None and left.failure() is not None:
        left.finish()


def _names(after: After) -> tuple[str, ...]:
    if after is None or isinstance(after, str):
        return () if after is None else (after,)
    if not isinstance(after, (list, tuple, set, frozenset)):
        raise InvalidType(
            f"after= is {a_kind(after)}", hint="give the name of a stage, or several in a list"
        )
    return tuple(dict.fromkeys(limits.name(one, "the name of a stage") for one in after))


def _checked_plan(stages: Mapping[str, After]) -> dict[str, tuple[str, ...]]:
    """Check that every stage that others wait for exists and can ever begin."""
    plan = {limits.name(name, "the name of a stage"): _names(after)
            for name, after in stages.items()}  # fmt: skip
    for name, needed in plan.items():
        for one in needed:
            if one not in plan:
                raise InvalidValue(
                    f"the stage {name!r} is to come after {one!r}, which there is not",
                    hint=nearest(one, sorted(plan), nothing="there is no stage"),
                )
    left = dict(plan)
    while left:
        free = [name for name, needed in left.items() if not set(needed) & left.keys()]
        if not free:
            raise InvalidValue(
                f"these stages wait for each other: {', '.join(left)}",
                hint="take one of their after= away",
            )
        for name in free:
            del left[name]
    return plan
