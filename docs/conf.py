"""Configure the documentation: Markdown pages, built offline, with warnings as errors."""

import os
import re

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

DOCS = os.path.dirname(os.path.abspath(__file__))


def declared_version() -> str:
    """Read the version from the one place that declares it."""
    path = os.path.join(DOCS, "..", "src", "runlore", "__init__.py")
    with open(path, encoding="utf-8") as file:
        found = re.search(r'^__version__ = "([^"]+)"', file.read(), flags=re.MULTILINE)
    if found is None:
        message = "src/runlore/__init__.py declares no __version__"
        raise ValueError(message)
    return found.group(1)


project = "Runlore"
author = "The Runlore authors"
copyright = author  # noqa: A001  (the name that Sphinx reads)
release = declared_version()
version = release

extensions = ["myst_parser"]
exclude_patterns = ["_build", "decisions/template.md"]
source_suffix = {".md": "markdown"}
nitpicky = True
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 4

html_theme = "furo"
html_title = "Runlore"
html_show_copyright = False
html_show_sphinx = False


def setup(app: Sphinx) -> None:
    """Show byte vectors as they are: they have a language of their own, for their tests."""
    app.add_lexer("hex", TextLexer)
