"""A page of its own for an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import panel as pn

from runlore.config.editor.editor import ConfigEditor
from runlore.config.editor.style import ACCENT, FONT, PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.client.run import Run


class Fast(pn.theme.Fast):
    """Panel's design of that name, by which it finds its files, without a font from elsewhere."""

    _resources: ClassVar[Any] = {
        kind: found
        for kind, found in pn.theme.Fast._resources.items()  # noqa: SLF001 - there is no other way
        if kind != "font"
    }


def create_app(
    config: object,
    *,
    title: str | None = None,
    train: Callable[[Run, Any], object] | None = None,
    file: str | None = None,
    who: str | None = None,
    run_options: dict[str, Any] | None = None,
) -> Any:
    """Return a page that edits a configuration: `.servable()` under `panel serve`.

    The arguments are those of `ConfigEditor`, and the title of the page.
    """
    editor = ConfigEditor(config, train=train, file=file, who=who, run_options=run_options)
    return page_of(editor, title or type(editor.config).__name__)


def page_of(editor: ConfigEditor, title: str) -> Any:
    """Return the page of an editor."""
    return pn.template.FastListTemplate(
        design=Fast,
        font=FONT,
        title=title,
        sidebar=[editor.inputs],
        main=[editor.outputs],
        main_layout=None,
        sidebar_width=380,
        accent=ACCENT,
        theme_toggle=False,
        raw_css=[PAGE],
    )
