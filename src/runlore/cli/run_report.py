"""What `--json` says of a run (docs/reference/json.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runlore.index.summaries import SeriesSummary
    from runlore.reading.run import StoredRun


def listed_run(run: StoredRun) -> dict[str, Any]:
    """Return the facts of a run that a list gives."""
    return {
        "id": run.id,
        "short_id": run.short_id,
        "name": run.name,
        "label": run.label,
        "experiment": run.experiment,
        "project": run.project,
        "status": run.status,
        "created": run.created,
        "ended": run.ended,
        "duration_seconds": run.duration_seconds,
        "tags": list(run.tags),
        "params": dict(run.params),
        "metrics": dict(run.metrics),
    }


def whole_run(run: StoredRun) -> dict[str, Any]:
    """Return everything about a run but its points."""
    return listed_run(run) | {
        "goal": run.goal,
        "parent": run.parent,
        "reason": run.reason,
        "error": run.error,
        "last_sign_of_life": run.last_sign_of_life,
        "tag_values": dict(run.tag_values),
        "param_texts": dict(run.param_texts),
        "series": [series_report(summary) for summary in run.all_summaries],
        "metric_definitions": [
            {"name": one.name, "unit": one.unit, "direction": one.direction, "x": one.x}
            for one in run.metric_definitions.values()
        ],
        "artifacts": _files(run),
        "inputs": [
            {
                "spec": used.spec,
                "name": used.name,
                "version": used.version,
                "digest": used.digest,
                "type": used.type,
                "size_bytes": used.size_bytes,
                "run": used.run_id,
                "reference": used.reference,
                "used": used.used,
            }
            for used in run.inputs
        ],
        "notes": [{"time": note.time, "text": note.text} for note in run.notes],
        "context": run.context,
        "attempts": [
            {
                "id": attempt.attempt,
                "started": attempt.started,
                "is_resumed": attempt.is_resumed,
                "from_step": attempt.from_step,
                "world_size": attempt.world_size,
            }
            for attempt in run.attempts
        ],
        "problems": [
            {"kind": problem.kind, "message": problem.message} for problem in run.problems
        ],
    }


def _files(run: StoredRun) -> list[dict[str, Any]]:
    from runlore.reading.lineage import versions_by_file

    versions = versions_by_file(run.id, run.outputs)
    return [
        {
            "name": file.name,
            "type": file.type,
            "media_type": file.media_type,
            "size_bytes": file.size_bytes,
            "digest": file.digest,
            "version": file.version,
            "spec": versions[file.name].spec if file.name in versions else None,
            "created": file.created,
        }
        for file in run.artifacts
    ]


def series_report(summary: SeriesSummary) -> dict[str, Any]:
    """Return a series in a few numbers."""
    has_finite = summary.finite_count > 0
    return {
        "name": summary.name,
        "context": summary.context or None,
        "rank": summary.rank,
        "count": summary.points,
        "last": summary.last,
        "last_step": summary.last_step,
        "min": summary.minimum if has_finite else None,
        "min_step": summary.min_step,
        "max": summary.maximum if has_finite else None,
        "max_step": summary.max_step,
        "mean": summary.mean if has_finite else None,
        "nan": summary.nan,
        "positive_infinities": summary.positive_infinities,
        "negative_infinities": summary.negative_infinities,
        "first_step": summary.first_step,
    }
