"""Read a notebook as what can be looked at: its texts, and its PNG images; nothing that runs."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Literal, NamedTuple

_MOST_CELLS = 500
_MOST_CHARACTERS = 20_000  # of a cell
_MOST_IMAGE_CHARACTERS = 4_000_000  # of all images, as base64
_PNG = b"\x89PNG\r\n\x1a\n"


class NotebookCell(NamedTuple):
    """A cell, or something that one put out; `image` is a PNG in base64."""

    kind: Literal["markdown", "code", "output"]
    text: str
    image: str | None


def notebook_cells(path: str) -> tuple[list[NotebookCell], bool]:
    """Return the cells of a notebook with what they put out, and whether some are left out.

    Raises:
        ValueError: if it is no notebook.
    """
    with open(path, "rb") as file:
        notebook = json.load(file)
    found = notebook.get("cells") if isinstance(notebook, dict) else None
    cells = [cell for cell in found if isinstance(cell, dict)] if isinstance(found, list) else []
    if not cells:
        raise ValueError("not a notebook")
    reading = _Reading()
    for cell in cells:
        reading.add(cell)
    return reading.cells[:_MOST_CELLS], reading.is_cut or len(reading.cells) > _MOST_CELLS


class _Reading:
    def __init__(self) -> None:
        self.cells: list[NotebookCell] = []
        self.is_cut = False
        self._room = _MOST_IMAGE_CHARACTERS

    def add(self, cell: dict[str, Any]) -> None:
        kind: Literal["markdown", "code"] = (
            "code" if cell.get("cell_type") == "code" else "markdown"
        )
        self._put(kind, _text(cell.get("source")))
        outputs = cell.get("outputs") if kind == "code" else None
        for output in outputs if isinstance(outputs, list) else ():
            if isinstance(output, dict):
                self._add_output(output)

    def _add_output(self, output: dict[str, Any]) -> None:
        if output.get("output_type") == "stream":
            self._put("output", _text(output.get("text")))
            return
        if output.get("output_type") == "error":
            self._put("output", "\n".join(_lines(output.get("traceback"))))
            return
        data = output.get("data")
        data = data if isinstance(data, dict) else {}
        image = self._image(data.get("image/png"))
        text = "" if image is not None else _text(data.get("text/plain"))
        if image is not None or text:
            self._put("output", text, image)

    def _image(self, found: object) -> str | None:
        """Return an image as it is shown; None for what is none, or leaves no room."""
        text = "".join(_text(found).split())
        if not text:
            return None
        if len(text) > self._room:
            self.is_cut = True
            return None
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
        if not data.startswith(_PNG):
            return None
        self._room -= len(text)
        return text

    def _put(
        self, kind: Literal["markdown", "code", "output"], text: str, image: str | None = None
    ) -> None:
        if len(text) > _MOST_CHARACTERS:
            text, self.is_cut = text[:_MOST_CHARACTERS], True
        self.cells.append(NotebookCell(kind, text, image))


def _text(found: object) -> str:
    return "".join(_lines(found))


def _lines(found: object) -> list[str]:
    if isinstance(found, str):
        return [found]
    return [line for line in found if isinstance(line, str)] if isinstance(found, list) else []
