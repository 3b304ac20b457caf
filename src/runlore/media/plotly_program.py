"""The program that draws plotly's figures in a browser, as the installed plotly brings it."""

from __future__ import annotations

import importlib.util
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple


class PlotlyProgram(NamedTuple):
    """The JavaScript, and the version of the package that it came with."""

    script: str
    version: str


@cache
def plotly_program() -> PlotlyProgram | None:
    """Read the program (4.8 MB) without importing plotly; None where that isn't installed."""
    found = importlib.util.find_spec("plotly")
    for place in (found and found.submodule_search_locations) or ():
        file = Path(place) / "package_data" / "plotly.min.js"
        try:
            script = file.read_text(encoding="utf-8")
            return PlotlyProgram(script, version("plotly"))
        except (OSError, PackageNotFoundError):
            continue
    return None
