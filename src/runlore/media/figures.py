"""Figures of matplotlib (and what is built on it) and plotly."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, MissingExtra, a_kind
from runlore.media.encoded import EncodedMedia
from runlore.media.libraries import comes_from, is_installed, require
from runlore.media.png import png_size

if TYPE_CHECKING:
    from pathlib import Path

# Without dates and versions, so that the same figure is the same bytes and kept once.
_METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_OWNERS = ("figure", "figure_", "fig")


def matplotlib_figure(value: Any) -> Any:
    """Return the matplotlib figure that `value` is, or that holds it, else None.

    Takes figures, axes, `pyplot` itself (its current figure), and objects that keep
    one, as seaborn's grids and scikit-learn's displays do.
    """
    if getattr(value, "__name__", None) == "matplotlib.pyplot":
        return value.gcf() if value.get_fignums() else None
    if comes_from(value, "matplotlib", "FigureBase"):
        return value
    for name in _OWNERS:
        owner = getattr(value, name, None)
        if comes_from(owner, "matplotlib", "FigureBase"):
            return owner
    return None


def is_plotly(value: object) -> bool:
    """Say whether `value` is a figure of plotly."""
    return comes_from(value, "plotly", "BaseFigure")


def is_figure(value: object) -> bool:
    """Say whether `value` is a figure of any kind that is known here."""
    return is_plotly(value) or matplotlib_figure(value) is not None


def encode_figure(value: Any) -> EncodedMedia:
    """Encode a matplotlib figure as PNG, a plotly figure as plotly's JSON."""
    if is_plotly(value):
        return EncodedMedia(
            kind="figure",
            media_type="application/vnd.plotly.v1+json",
            extension=".plotly.json",
            payload=value.to_json().encode(),
            width=_as_pixels(value.layout.width),
            height=_as_pixels(value.layout.height),
        )
    figure = matplotlib_figure(value)
    if figure is None:
        raise InvalidType(
            f"{a_kind(value)} is not a figure",
            hint="pass a matplotlib figure or axes, or a plotly figure; log_image takes arrays",
        )
    payload = _render(figure, "png")
    width, height = png_size(payload) or (None, None)
    return EncodedMedia(
        kind="figure",
        media_type="image/png",
        extension=".png",
        payload=payload,
        width=width,
        height=height,
    )


def write_figure(value: Any, path: Path, extension: str) -> bool:
    """Write a figure as .png, .svg, .pdf or .html, in its own size and resolution.

    Plotly's .html holds plotly itself (about 5 MB), so that it can be looked at offline.
    """
    format_name = extension.removeprefix(".")
    if is_plotly(value):
        if extension == ".html":
            value.write_html(path, include_plotlyjs=True, div_id="figure")
        else:
            path.write_bytes(_render_plotly(value, format_name))
        return True
    figure = matplotlib_figure(value)
    if figure is None:
        return False
    if extension == ".html":
        svg = _render(figure, "svg").decode()
        body = svg[svg.index("<svg") :]
        head = '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>'
        path.write_text(f"{head}<body>\n{body}</body></html>\n", encoding="utf-8")
    else:
        path.write_bytes(_render(figure, format_name))
    return True


def _render(figure: Any, format_name: str) -> bytes:
    matplotlib = require(
        "matplotlib", package="matplotlib", extra="plots", purpose="drawing a figure"
    )
    buffer = io.BytesIO()
    root = figure.get_figure(root=True) if hasattr(figure, "get_figure") else figure
    with matplotlib.rc_context({"svg.hashsalt": "runlore"}):
        (root or figure).savefig(buffer, format=format_name, metadata=_METADATA[format_name])
    return buffer.getvalue()


def _render_plotly(figure: Any, format_name: str) -> bytes:
    if not is_installed("kaleido"):
        raise MissingExtra(
            "kaleido", extra="kaleido", purpose=f"drawing a plotly figure as .{format_name}"
        )
    try:
        rendered: bytes = figure.to_image(format=format_name)
    except Exception as error:
        raise InvalidType(
            f"plotly could not draw the figure as .{format_name}: {error}",
            hint="kaleido needs Chrome; the extension .html needs nothing",
        ) from error
    return rendered


def _as_pixels(length: float | None) -> int | None:
    return None if length is None else round(length)
