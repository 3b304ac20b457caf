"""Write a report into a file that people may write in as well.

The report stands between two marks, and nothing but what is between them is ever changed.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile

from runlore.errors import InvalidValue, StoreReadOnly

_BEGIN = "<!-- runlore:{name} begin: what stands between these marks is written anew each time -->"
_END = "<!-- runlore:{name} end -->"


def write_report(path: str, name: str, text: str) -> None:
    """Put a report in the place of the one before it; other text stays as it is.

    A file without marks belongs to people: the report goes behind what they wrote. The file is
    written beside its place and put there whole.

    Raises:
        InvalidValue: if the marks aren't one pair, or the file isn't text in UTF-8.
        StoreReadOnly: if it can't be written.
    """
    path = os.path.realpath(path)
    try:
        before = _read(path)
        _put(path, replaced(before, name, text, path))
    except OSError as error:
        raise StoreReadOnly(
            f"{path} can't be written: {error.strerror or error}",
            hint="make it writable; the comparison itself is in the store",
        ) from error


def replaced(before: str, name: str, text: str, path: str) -> str:
    """Return a file's text with the report in it.

    Raises:
        InvalidValue: if the marks aren't one pair.
    """
    line_end = "\r\n" if "\r\n" in before else "\n"
    begin, end = _BEGIN.format(name=name), _END.format(name=name)
    # A line of the report that reads like a mark would end it early the next time.
    clean = text.replace("<!-- runlore:", "<!-- runlore :").strip()
    block = f"{begin}\n\n{clean}\n\n{end}".replace("\n", line_end)
    start_sign, end_sign = f"<!-- runlore:{name} begin", end
    counts = before.count(start_sign), before.count(end_sign)
    if counts == (0, 0):
        gap = "" if not before else line_end * (1 if before.endswith("\n") else 2)
        return f"{before}{gap}{block}{line_end}"
    start, finish = before.find(start_sign), before.find(end_sign)
    if counts != (1, 1) or finish < start:
        raise InvalidValue(
            f"the marks around the report in {path} aren't one pair: "
            f"{counts[0]} begin it, {counts[1]} end it",
            hint="delete those that are left over, or the file; your own text is kept",
        )
    return before[:start] + block + before[finish + len(end_sign) :]


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise InvalidValue(
            f"{path} isn't text in UTF-8, so nothing can be put between what it says",
            hint="save it as UTF-8, or move it away",
        ) from None


def _put(path: str, text: str) -> None:
    descriptor, new = tempfile.mkstemp(prefix=".", suffix=".new", dir=os.path.dirname(path))
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        if os.path.exists(path):
            shutil.copymode(path, new)
        else:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(new, stat.S_IMODE(0o666 & ~mask))
        os.replace(new, path)
    except BaseException:
        os.unlink(new)
        raise
