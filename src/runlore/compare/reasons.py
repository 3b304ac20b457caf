"""Why one experiment is chosen, or why none is: sentences, each computed from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.compare.judging import can_be_ranked
from runlore.compare.markdown import number
from runlore.compare.wording import listed, percent_text, seconds_text, title_of, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runlore.compare.candidates import Candidate
    from runlore.compare.findings import Findings
    from runlore.compare.judging import MetricVerdict

_MOST_NOTES = 10
_NO_WINNER = "no clear winner: "


def reasons_of(found: Findings) -> Iterator[str]:
    """Say why the best is the best, or why there is none."""
    verdict = found.verdict
    if verdict is None or verdict.best is None:
        yield _nothing_to_choose_by(found)
        return
    best = found.candidate(verdict.best)
    if found.best is None:
        yield sentence(verdict.reason.removeprefix(_NO_WINNER))
        yield from _nearly_as_good(found, verdict)
    else:
        yield _headline(verdict)
        if verdict.standing != "alone":
            yield sentence(verdict.reason.removeprefix(_NO_WINNER))
        if verdict.standing != "untested":
            yield _spread(verdict, best)
        yield from _other_metrics(found, best)
        yield from _balance(found, best)
        yield from _time(found, verdict, best)
    yield from against_baselines(found)
    if found.best is not None and best.tags:
        yield f"Tagged {listed(best.tags)}"


def headline_of(found: Findings) -> str:
    """Say in a few words which is best."""
    if found.best is not None:
        return f"Best Model: {found.best}"
    return "No clear winner"


def lead_text(verdict: MetricVerdict) -> str:
    """Write by how much the best is better than the next: `0.01 (1.2 %) more than 'b'`."""
    if verdict.lead is None or verdict.runner_up is None:
        return ""
    reference = verdict.mean(verdict.runner_up) or 0.0
    share = percent_text(verdict.lead, reference)
    word = "more" if verdict.direction == "max" else "less"
    behind = f" ({share})" if share else ""
    return f"{verdict.lead:.3g}{behind} {word} than {verdict.runner_up}"


def against_baselines(found: Findings) -> Iterator[str]:
    """Say how far the best of the others is from the best baseline, by the metric that chooses."""
    verdict = found.verdict
    if verdict is None or verdict.direction is None or not found.baselines:
        return
    sign = 1 if verdict.direction == "max" else -1
    means = {name: one.mean for name, one in verdict.descriptions.items()}
    to_beat = [one.name for one in found.baselines if one.name in means]
    others = [name for name in means if name not in to_beat]
    if not to_beat:
        return
    bar = max(to_beat, key=lambda name: sign * means[name])
    if not others:
        yield f"The {title_of(verdict.label)} to beat is {number(means[bar])}, of {bar}"
        return
    best = max(others, key=lambda name: sign * means[name])
    difference = means[best] - means[bar]
    share = percent_text(difference, means[bar])
    signed = f"{difference:+.3g}" + (f", {'+' if difference >= 0 else '-'}{share}" * bool(share))
    is_better = sign * difference > 0
    words = "over" if is_better else "against"
    ending = _tested_against(verdict, best, bar) if is_better else ": no better than a baseline"
    yield (
        f"{best} has {title_of(verdict.label)} {number(means[best])} {words} {number(means[bar])} "
        f"of the best baseline, {bar} ({signed}){ending}"
    )


def _tested_against(verdict: MetricVerdict, best: str, bar: str) -> str:
    """Say whether chance alone may put the best ahead of a baseline."""
    if verdict.leader is None or verdict.best != best:
        return ""
    for rival in verdict.leader.rivals:
        if rival.name == bar and rival.difference is not None:
            is_clear = verdict.leader.is_behind(rival)
            return ", more than chance does" if is_clear else ", which chance alone may do"
    return "; the spread is unknown"


def notes_of(found: Findings) -> list[str]:
    """Say what wasn't counted, and why."""
    notes: list[str] = []
    lacking: dict[tuple[str, ...], list[str]] = {}
    for one in found.candidates:
        absent = tuple(label for label in found.metrics if label not in one.values)
        if absent and one.runs:
            lacking.setdefault(absent, []).append(one.name)
        for run in one.others:
            error = f": {run.error['type']}: {_first_line(run.error)}" if run.error else ""
            reason = error or (f": {run.reason}" if run.reason else "")
            ending = "isn't over yet" if run.status == "running" else f"{run.status}{reason}"
            short = f" (run {run.short_id})" if len(one.runs) + len(one.others) > 1 else ""
            notes.append(f"{one.name}{short} {ending}; it isn't ranked")
        if one.replaced:
            notes.append(
                f"{one.name}: {len(one.replaced)} earlier runs of the same seed gave way to later"
            )
        notes += _value_notes(found, one)
    notes += [f"without {listed(absent)}: {listed(names)}" for absent, names in lacking.items()]
    notes += _kinds_of_values(found)
    unknown = [label for label in found.metrics if found.verdicts[label].direction is None]
    if unknown:
        notes.append(
            f"whether less or more {listed(unknown)} is better isn't known: "
            "directions={…} or run.define_metric says so"
        )
    if found.left_out:
        notes.append(f"no room for {listed(found.left_out)}: metrics=[…] chooses")
    if len({one.is_whole_duration for one in found.candidates if one.seconds is not None}) > 1:
        notes.append("the time is that of the whole run where it logged no fit_seconds")
    if len(notes) > _MOST_NOTES:
        more = len(notes) - _MOST_NOTES
        notes = [*notes[:_MOST_NOTES], f"and {more} more remarks of this kind"]
    return notes


def _first_line(error: Mapping[str, Any]) -> str:
    return str(error["message"]).strip().partition("\n")[0]


def _kinds_of_values(found: Findings) -> Iterator[str]:
    """Say where means over folds stand beside values of another kind."""
    for label in found.metrics:
        having = [one for one in found.candidates if label in one.values]
        of_folds = [one.name for one in having if label in one.folds]
        if of_folds and len(of_folds) < len(having):
            yield (
                f"{label} of {listed(of_folds)} is a mean over folds, that of the others isn't: "
                "they may have been tested on other rows"
            )


def _value_notes(found: Findings, one: Candidate) -> Iterator[str]:
    for label in found.metrics:
        values = one.values.get(label, {}).values()
        bad = [value for value in values if not can_be_ranked(value)]
        if bad and len(bad) == len(values):
            yield f"{one.name}: {label} is {number(bad[0])}; it isn't ranked by it"
        elif bad:
            share = f"{len(bad)} of {len(values)} runs"
            yield f"{one.name}: {label} isn't finite, or too large, in {share}"


def _nothing_to_choose_by(found: Findings) -> str:
    if not found.metrics:
        return "No finished run has logged a metric"
    verdict = found.verdict
    return sentence(verdict.reason if verdict else found.verdicts[found.metrics[0]].reason)


def _headline(verdict: MetricVerdict) -> str:
    assert verdict.best is not None  # noqa: S101 - for the type checker
    word = "Highest" if verdict.direction == "max" else "Lowest"
    lead = lead_text(verdict)
    mean = verdict.descriptions[verdict.best]
    text = value_text(mean.mean, mean.std)
    return f"{word} {title_of(verdict.label)} ({text})" + (f", {lead}" if lead else "")


def _spread(verdict: MetricVerdict, best: Candidate) -> str:
    described = verdict.descriptions[best.name]
    if described.std is None or described.mean_interval is None:
        return "Its spread is unknown: one run. Repeat it with other seeds to learn it"
    what = "folds" if len(best.runs) == 1 else "seeds"
    if described.std == 0:
        return f"The {described.n} {what} gave one and the same value"
    low, high = described.mean_interval.low, described.mean_interval.high
    said = f"Over {described.n} {what} the standard deviation is {described.std:.2g}"
    if what == "folds":
        return said
    return f"{said}, the 95 % interval of the mean {number(low)} to {number(high)}".replace(
        "95 %", f"{described.mean_interval.confidence * 100:g} %"
    )


def _other_metrics(found: Findings, best: Candidate) -> Iterator[str]:
    leads, behind = [], []
    for label in found.metrics:
        verdict = found.verdicts[label]
        if label == found.by or verdict.best is None or best.name not in verdict.descriptions:
            continue
        if best.name in verdict.tied:
            leads.append(title_of(label))
        else:
            described, ahead = verdict.descriptions[best.name], verdict.best
            gap = abs(described.mean - verdict.descriptions[ahead].mean)
            behind.append(f"{title_of(label)} (by {gap:.3g}, behind {ahead})")
    if leads:
        yield f"Also the best {listed(leads)}"
    if behind:
        yield f"Not the best {listed(behind)}"


def _balance(found: Findings, best: Candidate) -> Iterator[str]:
    both = [found.verdicts[label] for label in ("precision", "recall") if label in found.verdicts]
    means = [verdict.mean(best.name) for verdict in both]
    if len(means) == 2 and means[0] is not None and means[1] is not None:
        if means[0] == means[1]:
            yield f"Precision and recall are both {number(means[0])}"
            return
        yield (
            f"Precision {number(means[0])} and recall {number(means[1])} are "
            f"{abs(means[0] - means[1]):.3g} apart"
        )


def _time(found: Findings, verdict: MetricVerdict, best: Candidate) -> Iterator[str]:
    timed = [
        one for one in found.candidates
        if one.seconds is not None and one.name in verdict.descriptions
    ]  # fmt: skip
    if best.seconds is None or len(timed) < 2:
        return
    fastest = min(timed, key=lambda one: one.seconds or 0.0)
    said = f"Training time {seconds_text(best.seconds)}"
    if fastest.name == best.name:
        yield f"{said}, the shortest of {len(timed)}"
    else:
        yield f"{said}; the fastest, {fastest.name}, took {seconds_text(fastest.seconds)}"


def _nearly_as_good(found: Findings, verdict: MetricVerdict) -> Iterator[str]:
    """Say which can't be told apart, and which of them trains fastest."""
    names = verdict.close
    if len(names) < 2:
        return
    described = [
        f"{name} {value_text(one.mean, one.std)}"
        for name in names
        if (one := verdict.descriptions.get(name)) is not None
    ]
    yield f"{title_of(verdict.label)} of those that can't be told apart: {listed(described)}"
    close = [found.candidate(name) for name in names]
    timed = [one for one in close if one.seconds is not None]
    if len(timed) > 1:
        fastest = min(timed, key=lambda one: one.seconds or 0.0)
        yield f"The fastest of them is {fastest.name} ({seconds_text(fastest.seconds)})"


def sentence(text: str) -> str:
    """Begin a text with a capital, but for names in quotes."""
    return text[:1].upper() + text[1:]
