"""An object as a file, chosen by the extension of its name."""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runlore.errors import InvalidType, InvalidValue, RunloreError, a_kind
from runlore.media.figures import is_figure
from runlore.media.formats import extension_of, format_of
from runlore.media.libraries import comes_from
from runlore.objects.faults import write_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.media.formats import Format, Kind

_LONGEST_PATH = 4_096


@dataclass(frozen=True, slots=True)
class WrittenObject:
    """A file that was written, what it holds, and its size."""

    path: Path
    kind: Kind
    media_type: str
    size_bytes: int


def write_object(name: str, value: object, destination: str | os.PathLike[str]) -> WrittenObject:
    """Write `value` to `destination` in the format that the extension of `name` stands for.

    `destination` appears whole or not at all, and an older file there is replaced.
    Raises `InvalidType` where the extension can't hold the value, `MissingExtra` where a
    library is missing.
    """
    path = Path(destination)
    extension = extension_of(name)
    form = format_of(name)
    _refuse_path(name, value, form)
    kind = kind_of(value, form)
    with replacing(path, extension) as temporary:
        if not _is_ready_made(value, form):
            _write(name, value, temporary, form)
        elif isinstance(value, bytes | bytearray | memoryview):
            temporary.write_bytes(value)
    return WrittenObject(path, kind, form.media_type, path.stat().st_size)


def kind_of(value: object, form: Format) -> Kind:
    """Return what the file holds: its format's kind, unless the value says more."""
    if form.kind == "data" and is_model(value):
        return "model"
    if form.kind in {"image", "text"} and is_figure(value):
        return "figure"
    return form.kind


def is_model(value: object) -> bool:
    """Say whether `value` is something that was, or can be, fitted."""
    if isinstance(value, type):
        return False
    return (
        (hasattr(value, "fit") and (hasattr(value, "predict") or hasattr(value, "transform")))
        or comes_from(value, "torch", "Module")
        or comes_from(value, "xgboost", "Booster")
        or comes_from(value, "lightgbm", "Booster")
    )


@contextlib.contextmanager
def replacing(path: Path, extension: str) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its place if all went well."""
    if path.is_dir():
        raise InvalidValue(f"{str(path)!r} is a folder", hint="name a file in it")
    temporary = path.with_name(f".{secrets.token_hex(8)}.part{extension}")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise write_fault(error, str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write(name: str, value: object, temporary: Path, form: Format) -> None:
    try:
        if any(write(value, temporary, extension_of(name)) for write in form.writers):
            return
    except (RunloreError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        # Whatever a library says about a value of the user's that it can't write.
        raise _refusal(name, value, form, reason=f": {error}") from error
    raise _refusal(name, value, form)


def _refusal(name: str, value: object, form: Format, *, reason: str = "") -> InvalidType:
    cls = type(value)
    is_builtin = cls.__module__ == "builtins"
    shown = a_kind(value) if is_builtin else f"a {cls.__module__}.{cls.__qualname__}"
    extension = extension_of(name)
    what = f"a {extension} file" if extension else "a file without an extension"
    return InvalidType(
        f"{name!r}: {shown} can't be written as {what}{reason}",
        hint=f"{what} takes {form.takes}; .pkl takes any object, log_artifact takes files",
    )


def _is_ready_made(value: object, form: Format) -> bool:
    """Say whether `value` is the content of such a file already."""
    return (
        form.magic is not None
        and isinstance(value, bytes | bytearray | memoryview)
        and bytes(value[: len(form.magic)]) == form.magic
    )


def _refuse_path(name: str, value: object, form: Format) -> None:
    """Refuse the path of a file where its content is wanted."""
    if form.takes_text and isinstance(value, str):
        return
    if isinstance(value, str):
        path = value if len(value) < _LONGEST_PATH else ""
    elif isinstance(value, os.PathLike):
        path = os.fsdecode(value)
    else:
        return
    if os.path.isfile(path):
        raise InvalidType(
            f"{name!r}: {path!r} is the path of a file, not its content",
            hint="use log_artifact(path) to keep a file",
        )
