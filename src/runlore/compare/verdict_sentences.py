"""What groups came to, in sentences, each computed from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlore.client.increments import BASELINE
from runlore.compare.reasons import sentence
from runlore.compare.wording import figure_text, listed, percent_text, seconds_text
from runlore.reading.search_columns import STATUSES
from runlore.stats.differences import LEAST_FOR_T

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.compare.group_results import GroupResults
    from runlore.compare.verdict_tables import Judgement, VerdictGroup

UNDECIDED = "Nothing is decided by the data"
PARTLY_DECIDED = "The data don't decide which is best"
NO_SCIPY = "untested: pip install 'runlore[stats]'"
_MANY = 3


def headline_of(found: Judgement, results: GroupResults) -> str:
    """Say in a sentence which group leads, by how much, and whether that is more than chance."""
    best, title = found.best, found.metric.title
    if best is None:
        return _nothing(found, results)
    if found.standing == "alone":
        return f"{best.label} is all there is: {title} {_value(found, best)}{_behind(found, best)}"
    if found.standing == "tied":
        return f"{UNDECIDED}: {listed(_tied(found))} have the same {title}, {_value(found, best)}"
    rival = _speaking(found)
    if rival is None:
        return f"{best.label} has the best {title}, {_value(found, best)}"
    if found.standing == "clear":
        return (
            f"{best.label} leads on {title}: {_value(found, best)}{_behind(found, best)}, "
            f"{_lead(found, rival)} {_better(found)} than {rival.label} with "
            f"{_value(found, rival)} ({_tested(found, rival)})"
        )
    is_part = any(one.told_apart for one in found.groups)
    said = f"{PARTLY_DECIDED if is_part else UNDECIDED}: {best.label} has the best mean {title}, "
    said += f"{_value(found, best)}{_behind(found, best)}, "
    said += f"against {_value(found, rival)} of {rival.label}"
    if found.standing == "noise":
        lead = f"its lead of {_lead(found, rival)} is within the noise"
        return f"{said}; {lead} ({_tested(found, rival) or _differing(found, rival)})"
    return f"{said}; {_why_untested(found, rival)}"


def line_of(found: Judgement, results: GroupResults) -> str:
    """Say the same in a few words, for a list."""
    best, title = found.best, found.metric.title
    if best is None:
        return _nothing(found, results)
    if found.standing == "alone":
        return f"one group: {title} {_value(found, best)}{_behind(found, best)}"
    if found.standing == "tied":
        return f"undecided: {listed(_tied(found), 2)} have the same {title}"
    rival = _speaking(found)
    if rival is None:
        return f"{best.label} has the best {title}"
    lead = f"{best.label} {'leads' if found.standing == 'clear' else 'is ahead'} on {title} by "
    lead += _lead(found, rival)
    if found.standing in ("clear", "noise"):
        within = "" if found.standing == "clear" else ", within the noise"
        tested = f"p = {rival.p_value:.2g}, " if rival.p_value is not None else ""
        return f"{lead} over {rival.label}{within} ({tested}{_counts(found, best)})"
    return f"{lead} over {rival.label}; {_why_untested(found, rival)}"


def reasons_of(found: Judgement) -> Iterator[str]:
    """Say what speaks for the best group, or why none is."""
    best = found.best
    if best is None:
        return
    rivals = found.ranked[1:]
    behind = [one.label for one in rivals if one.told_apart]
    unclear = [one.label for one in rivals if one.told_apart is False]
    untested = [one for one in rivals if one.told_apart is None]
    if behind and len(rivals) > 1:
        every = "each" if len(behind) == len(rivals) else str(len(behind))
        yield f"{best.label} is ahead of {every} of {len(rivals)} others by more than chance does"
    if unclear and (behind or len(unclear) > 1):
        yield f"Within the noise of the best: {listed(unclear, _MANY)}"
    if untested and (behind or unclear):
        reason = untested[0].obstacle or NO_SCIPY
        yield f"Not tested against {listed([one.label for one in untested], _MANY)}: {reason}"
    verdict = found.verdict
    if verdict is not None and verdict.standing == "flattered":
        yield sentence(verdict.reason.removeprefix("no clear winner: "))
    needed = None if verdict is None or verdict.leader is None else verdict.leader.runs_needed
    if needed is not None:
        yield (
            f"About {needed.n:,} runs of each would show a lead of this size 4 times in 5, "
            "if it is as it looks"
        )
    yield from _spread(found, best)
    yield from _against_baseline(found, best)
    yield from _time(found, best)


def notes_of(found: Judgement | None, results: GroupResults) -> list[str]:
    """Say what wasn't counted, and what the grouping rests on."""
    groups = results.groups
    notes = []
    lost: dict[str, int] = {}
    for place in results.lost.tolist():
        status = STATUSES[int(results.statuses[place])]
        lost[status] = lost.get(status, 0) + 1
    if lost:
        said = listed([f"{count} {status}" for status, count in sorted(lost.items())])
        notes.append(f"{said}: such runs aren't counted")
    if len(results.running):
        runs = "1 run isn't over and isn't" if len(results.running) == 1 else (
            f"{len(results.running)} runs aren't over and aren't"
        )  # fmt: skip
        notes.append(f"{runs} counted yet")
    if results.replaced:
        notes.append(
            f"{_count(results.replaced, 'earlier run')} of the same seed gave way to a later one"
        )
    if groups.parts:
        notes.append(f"{groups.parts} runs are parts of others, and not compared")
    repeated = np.bincount(groups.groups) if len(groups.groups) else np.zeros(0, np.int64)
    if not groups.seed_texts and (repeated > 1).any():
        notes.append("no run says its seed: runs with the same params count as repeats")
    if found is not None:
        bad = [one for one in found.groups if one.not_finite]
        if bad:
            count = sum(one.not_finite for one in bad)
            names = listed([one.label for one in bad], _MANY)
            notes.append(f"{found.metric.title} isn't finite in {_count(count, 'run')} of {names}")
        if found.more:
            notes.append(f"{found.more} groups further behind weren't tested")
        if found.missing:
            groups_have = "1 group has" if found.missing == 1 else f"{found.missing} groups have"
            notes.append(f"{groups_have} no value of {found.metric.title}")
    return notes


def method_of(found: Judgement) -> str | None:
    """Name the test, how it was corrected, and its confidence; None where nothing was tested."""
    leader = None if found.verdict is None else found.verdict.leader
    if leader is None:
        return None
    for rival in leader.rivals:
        if rival.difference is not None:
            tests = len(leader.rivals)
            corrected = f", corrected for {tests} comparisons (Holm)" if tests > 1 else ""
            return f"{rival.difference.test.name}, {leader.confidence:.0%}{corrected}".replace(
                "%", " %"
            )
    return None


def _nothing(found: Judgement, results: GroupResults) -> str:
    if not len(results.counted):
        running = len(results.running)
        ending = f": {running} running" if running else ""
        return f"No run has finished yet{ending}"
    return f"No finished run has a finite value of {found.metric.title}"


def _speaking(found: Judgement) -> VerdictGroup | None:
    """Choose the rival that is spoken of: the nearest of those that keep the best from winning."""
    rivals = found.ranked[1:]
    if found.standing == "noise":
        close = () if found.verdict is None else found.verdict.close
        near = [one for one in rivals if one.told_apart is None and one.label in close]
        return next((one for one in rivals if one.told_apart is False), next(iter(near), None))
    return rivals[0] if rivals else None


def _tied(found: Judgement) -> list[str]:
    return [] if found.verdict is None else list(found.verdict.tied)


def _value(found: Judgement, group: VerdictGroup) -> str:
    return figure_text(group.mean or 0.0, group.std, found.metric.unit)


def _behind(found: Judgement, group: VerdictGroup) -> str:
    return f" ({_counts(found, group)})"


def _counts(found: Judgement, group: VerdictGroup) -> str:
    """Write over how many runs a mean is; `each` where all groups have as many."""
    leader = None if found.verdict is None else found.verdict.leader
    tested = [] if leader is None else [one.difference for one in leader.rivals if one.difference]
    if any("fold" in one.test.name for one in tested):
        return f"{group.n} folds"
    word = "seed" if found.is_seeded else "run"
    each = " each" if len({one.n for one in found.ranked}) == 1 and len(found.ranked) > 1 else ""
    return f"{group.n} {word}{'s' * (group.n != 1)}{each}"


def _better(found: Judgement) -> str:
    return "more" if found.metric.direction == "max" else "less"


def _lead(found: Judgement, rival: VerdictGroup) -> str:
    """Write by how much the best is ahead of a rival."""
    best = found.best
    gap = rival.difference
    if gap is None:
        gap = (best.mean or 0.0) - (rival.mean or 0.0) if best is not None else 0.0
    unit = f" {found.metric.unit}" if found.metric.unit else ""
    share = percent_text(gap, rival.mean or 0.0)
    return f"{abs(gap):.3g}{unit}" + (f" ({share})" if share else "")


def _tested(found: Judgement, rival: VerdictGroup) -> str:
    """Write the interval, the test and the p-value of a lead."""
    leader = None if found.verdict is None else found.verdict.leader
    tested = None
    if leader is not None:
        tested = next((one for one in leader.rivals if one.name == rival.label), None)
    if tested is None or tested.difference is None or tested.p_adjusted is None or leader is None:
        return ""
    difference = tested.difference
    low, high = difference.interval.low, difference.interval.high
    if found.metric.direction == "min":
        low, high = -high, -low
    after = f" after Holm over {len(leader.rivals)} comparisons" if len(leader.rivals) > 1 else ""
    return (
        f"{leader.confidence * 100:g} % interval {low:.3g} to {high:.3g}; "
        f"{difference.test.name}, p = {tested.p_adjusted:.2g}{after}"
    )


def _differing(found: Judgement, rival: VerdictGroup) -> str:
    """Say that runs of the same differ by as much, where they are too few for a test."""
    stds = [one.std for one in (found.best, rival) if one is not None and one.std is not None]
    spread = f"runs of one and the same differ by as much, {max(stds):.2g}; " if stds else ""
    return spread + _why_untested(found, rival)


def _why_untested(found: Judgement, rival: VerdictGroup) -> str:
    """Say why nothing tells whether chance did it."""
    if found.verdict is None:
        return NO_SCIPY
    if all(one.n == 1 for one in found.ranked):
        return "untested: with a single run of each, another seed may turn the order"
    if found.verdict.standing == "flattered":
        return found.verdict.reason.removeprefix("no clear winner: ")
    best, word = found.best, "seeds" if found.is_seeded else "runs"
    fewest = min(rival.n, best.n if best is not None else rival.n)
    are = "is" if fewest == 1 else "are"
    if fewest < LEAST_FOR_T and rival.told_apart is None:
        return f"untested: a test needs {LEAST_FOR_T} {word} of each, there {are} {fewest}"
    untested = next((one for one in found.ranked[1:] if one.obstacle), rival)
    return f"untested: {untested.obstacle or found.verdict.reason}"


def _spread(found: Judgement, best: VerdictGroup) -> Iterator[str]:
    if best.std is None:
        return
    over = _counts(found, best).removesuffix(" each")
    said = f"Over {over} the standard deviation of {best.label} is {best.std:.2g}"
    if best.low is not None and best.high is not None:
        said += f", the 95 % interval of its mean {best.low:.4g} to {best.high:.4g}"
    yield said


def _against_baseline(found: Judgement, best: VerdictGroup) -> Iterator[str]:
    """Say how the best stands against the best of those that are there to be beaten."""
    to_beat = [one for one in found.ranked if one.is_baseline]
    if not to_beat:
        return
    bar = to_beat[0]
    if bar is best:
        yield sentence(f"{_called(best)} is not beaten")
        return
    ending = {True: ", more than chance does", False: ", which chance alone may do"}
    said = ending[bar.told_apart] if bar.told_apart is not None else ", untested"
    yield (
        f"{best.label} has {found.metric.title} {_value(found, best)} against "
        f"{_value(found, bar)} of {_called(bar)}: {_lead(found, bar)} "
        f"{_better(found)}{said}"
    )


def _count(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


def _called(group: VerdictGroup) -> str:
    return "the baseline" if group.label == BASELINE else f"the baseline {group.label}"


def _time(found: Judgement, best: VerdictGroup) -> Iterator[str]:
    timed = [one for one in found.ranked if one.seconds is not None]
    if best.seconds is None or len(timed) < 2:
        return
    fastest = min(timed, key=lambda one: one.seconds or 0.0)
    said = f"A run of {best.label} takes {seconds_text(best.seconds)}"
    if fastest is best:
        yield f"{said}, the shortest of {len(timed)}"
    else:
        yield f"{said}; the fastest, {fastest.label}, takes {seconds_text(fastest.seconds)}"
