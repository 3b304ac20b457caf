"""Names load what they need when they are used, and say what to install where it is missing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import runlore
import runlore.config
from runlore.errors import MissingExtra


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_package_loads_nothing_until_a_name_is_used() -> None:
    code = "import sys, runlore.config; print({'param', 'panel', 'pandas'} & set(sys.modules))"
    assert run(code) == "set()"


def test_configurations_do_without_the_editors_libraries() -> None:
    code = (
        "import sys, runlore; config = runlore.config.MLExperiment(); config.epochs = 3\n"
        "print({'panel', 'bokeh', 'pandas', 'numpy'} & set(sys.modules))"
    )
    assert run(code.replace("import sys, runlore;", "import sys, runlore.config;")) == "set()"


def test_every_public_name_is_there() -> None:
    assert [name for name in runlore.config.__all__ if not hasattr(runlore.config, name)] == []
    assert set(runlore.config.__all__) <= set(dir(runlore.config))
    assert runlore.TrackedConfig is runlore.config.TrackedConfig
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        runlore.config.nonsense  # noqa: B018 # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("library", "name", "extra"),
    [("param", "TrackedConfig", "config"), ("panel", "create_app", "panel")],
)
def test_a_missing_library_is_an_error_that_says_what_to_install(
    library: str, name: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(vars(runlore.config), name, raising=False)
    with pytest.raises(MissingExtra, match=f"pip install 'runlore\\[{extra}\\]'"):
        getattr(runlore.config, name)
