"""Read and write a file of settings: lines of `key = "value"`."""

from __future__ import annotations

import os

from runlore.errors import InvalidValue

_HEAD = "# Settings of Runlore: see `runlore config list`.\n"


def read_settings(path: str) -> dict[str, str]:
    """Read a file of settings; without one, nothing is set.

    Raises:
        InvalidValue: for a line that isn't a setting.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().split("\n")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise InvalidValue(
            f"the settings {path} can't be read: {error.strerror}", hint="check its permissions"
        ) from error
    found = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, sign, value = text.partition("=")
        read = _unquoted(value.strip())
        if not sign or read is None:
            raise InvalidValue(
                f"line {number} of {path} is no setting: {text[:60]!r}",
                hint='a line is like project = "vision"; or remove the file',
            )
        found[name.strip()] = read
    return found


def write_settings(path: str, settings: dict[str, str], *, is_private: bool) -> None:
    """Replace a file of settings in one step; a private one is for this user's eyes only.

    Raises:
        OSError: if it can't be written.
    """
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.{os.getpid()}.tmp"
    lines = [f"{name} = {_quoted(value)}\n" for name, value in sorted(settings.items())]
    descriptor = os.open(
        temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if is_private else 0o644
    )
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(_HEAD + "".join(lines))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _quoted(value: str) -> str:
    if not value.isprintable():
        raise InvalidValue(f"a setting can't be {value!r}", hint="give one line of text")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unquoted(text: str) -> str | None:
    r"""Read `"text"` with `\"` and `\\`, or a bare word; None if it is neither."""
    if not text.startswith('"'):
        is_word = bool(text) and not any(sign in text for sign in "\"'#[]{} \t")
        return text if is_word else None
    value = ""
    is_escaped = False
    for place, sign in enumerate(text[1:], 1):
        if is_escaped:
            value += sign
            is_escaped = False
        elif sign == "\\":
            is_escaped = True
        elif sign == '"':
            rest = text[place + 1 :].strip()
            return value if not rest or rest.startswith("#") else None
        else:
            value += sign
    return None
