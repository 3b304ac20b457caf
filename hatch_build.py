"""Put the page into wheels, sdists and editable installs: hatch calls this before it packs."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface[Any]):
    """Builds the page where it isn't built of these sources yet."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node only where there is something to build."""
        tool = _tool(self.root)
        is_skipped = os.environ.get(tool.SETTING) == "skip"
        return [] if is_skipped or tool.is_current() else [tool.NODE_REQUIREMENT]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's
        """Build the page."""
        _tool(self.root).build_for_package()


def _tool(root: str) -> Any:
    """Load tools/build_page.py, which is no package."""
    path = os.path.join(root, "tools", "build_page.py")
    spec = importlib.util.spec_from_file_location("build_page", path)
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018 - it is beside this file
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
