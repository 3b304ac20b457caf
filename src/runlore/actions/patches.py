"""What lies between two states of code that are patches of the same commit, without its files.

A patch holds the lines around what it changes. Where patches touch the same place, the lines of
both give what either state has there; everywhere else the states agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from runlore.actions.code_changes import files_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BEGIN = "diff --git "
_MOST_LINES = 20_000  # of a file, for comparing them takes the square of it
_AROUND = 3
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,\d+)? @@")


@dataclass
class FilePatch:
    """What a patch does to a file; `known` are lines of the commit, by number from 0.

    `spans` are the stretches that it holds, `inserted` stands before a line of the commit.
    """

    path: str
    text: str
    is_text: bool = True
    is_new: bool = False
    is_gone: bool = False
    known: dict[int, str] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    inserted: dict[int, list[str]] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)

    def lines(self, known: dict[int, str], start: int, stop: int) -> list[str]:
        """Give the patched lines of a stretch; lines inserted at its end belong to it."""
        found: list[str] = []
        for place in range(start, stop + 1):
            found += self.inserted.get(place, ())
            if place < stop and place not in self.removed:
                found.append(known[place])
        return found


def read_patch(patch: str) -> dict[str, FilePatch]:
    """Take a patch as git writes it apart by files."""
    found = {}
    for section in _sections(patch):
        path = next((one.path for one in files_of(section)), None)
        if path is not None:
            found[path] = _read(path, section)
    return found


def between(first: str, second: str) -> tuple[str, list[str]]:
    """Give the patch that leads from one patched state to another.

    Also the paths of files that differ in a way that can't be shown, such as binary ones.
    """
    ours, theirs = read_patch(first), read_patch(second)
    texts, hidden = [], []
    for path in sorted({*ours, *theirs}):
        before, after = ours.get(path), theirs.get(path)
        if before is not None and after is not None and before.text == after.text:
            continue
        text = _between(path, before, after)
        if text is None:
            hidden.append(path)
        else:
            texts.append(text)
    return "".join(texts), hidden


def between_texts(path: str, first: str | None, second: str | None) -> str | None:
    """Give the patch from one text of a file to another, None for no file; None if too long."""
    before, after = (
        [] if text is None else text.removesuffix("\n").split("\n") if text else []
        for text in (first, second)
    )
    if max(len(before), len(after)) > _MOST_LINES:
        return None
    body = _hunks(before, after, 0, 0)
    return _header(path, is_before=first is not None, is_after=second is not None) + body


def _sections(patch: str) -> Iterator[str]:
    lines: list[str] = []
    for line in patch.split("\n"):
        # Within a hunk every line has a mark before it.
        if line.startswith(_BEGIN) and lines:
            yield "\n".join(lines)
            lines = []
        lines.append(line)
    if lines and lines[0].startswith(_BEGIN):
        yield "\n".join(lines).removesuffix("\n")


def _read(path: str, section: str) -> FilePatch:
    found = FilePatch(path, section)
    place = -1
    for line in section.split("\n"):
        hunk = _HUNK.match(line)
        if hunk:
            start = int(line[4:].partition(" ")[0].partition(",")[0])
            count = 1 if hunk[1] is None else int(hunk[1])
            place = start - 1 if count else start
            found.spans.append((place, place + count))
        elif place < 0:
            found.is_new |= line.startswith("new file mode")
            found.is_gone |= line.startswith("deleted file mode")
            found.is_text &= not line.startswith(("GIT binary patch", "Binary files "))
        elif line.startswith("+"):
            found.inserted.setdefault(place, []).append(line[1:])
        elif line.startswith(("-", " ")):
            found.known[place] = line[1:]
            if line.startswith("-"):
                found.removed.add(place)
            place += 1
    return found


def _between(path: str, before: FilePatch | None, after: FilePatch | None) -> str | None:
    """Give the patch of one file; an absent side is as the commit has it."""
    if not all(one is None or one.is_text for one in (before, after)):
        return after.text + "\n" if before is None and after is not None else None
    is_new = any(one is not None and one.is_new for one in (before, after))
    untouched = FilePatch(path, "", is_gone=is_new)
    ours, theirs = before or untouched, after or untouched
    known = ours.known | theirs.known
    if len(known) + sum(map(len, (*ours.inserted.values(), *theirs.inserted.values()))) > (
        _MOST_LINES
    ):
        return None
    body, shifts = [], [0, 0]
    for start, stop in _joined([*ours.spans, *theirs.spans]):
        old, new = (one.lines(known, start, stop) for one in (ours, theirs))
        body.append(_hunks(old, new, start + shifts[0], start + shifts[1]))
        for side, lines in enumerate((old, new)):
            shifts[side] += len(lines) - (stop - start)
    if not any(body) and ours.is_gone == theirs.is_gone:
        return ""
    return _header(path, is_before=not ours.is_gone, is_after=not theirs.is_gone) + "".join(body)


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join stretches that touch."""
    found: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found


def _header(path: str, *, is_before: bool, is_after: bool) -> str:
    name = path.replace("\n", "\\n")
    old = f"a/{name}" if is_before else "/dev/null"
    new = f"b/{name}" if is_after else "/dev/null"
    mode = (
        "" if is_before and is_after else f"{'deleted' if is_before else 'new'} file mode 100644\n"
    )
    return f"{_BEGIN}a/{name} b/{name}\n{mode}--- {old}\n+++ {new}\n"


def _hunks(before: list[str], after: list[str], first: int, second: int) -> str:
    """Write the differences of two stretches of lines that begin at lines `first`, `second`."""
    written: list[str] = []
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(_AROUND):
        old, new = (group[0][1], group[-1][2]), (group[0][3], group[-1][4])
        ranges = [
            f"{start + at + (stop > start)},{stop - start}"
            for (start, stop), at in ((old, first), (new, second))
        ]
        written.append(f"@@ -{ranges[0]} +{ranges[1]} @@")
        for what, old_start, old_stop, new_start, new_stop in group:
            if what == "equal":
                written += [f" {line}" for line in before[old_start:old_stop]]
            else:
                written += [f"-{line}" for line in before[old_start:old_stop]]
                written += [f"+{line}" for line in after[new_start:new_stop]]
    return "".join(f"{line}\n" for line in written)
