from __future__ import annotations

import subprocess
import sys
from collections import OrderedDict
from pathlib import Path

import pytest

from runlore.errors import MissingExtra
from runlore.media.libraries import comes_from, is_installed, loaded, require

HEAVY = ("pandas", "polars", "pyarrow", "matplotlib", "plotly", "PIL", "yaml", "sklearn", "torch")


def test_a_value_comes_from_the_library_of_its_class_or_of_a_parent() -> None:
    class Own(OrderedDict[str, int]):
        pass

    assert comes_from(Own(), "collections")
    assert comes_from(Own(), "collections", "OrderedDict")
    assert not comes_from(Own(), "collections", "Counter")
    assert not comes_from({}, "collections")


def test_a_missing_library_names_what_to_install() -> None:
    assert not is_installed("no_such_library")
    assert loaded("no_such_library") is None
    with pytest.raises(MissingExtra, match="writing YAML needs the package 'pyyaml'") as caught:
        require("no_such_library", package="pyyaml", extra="yaml", purpose="writing YAML")
    assert caught.value.hint == "pip install 'runlore[yaml]'"


def test_plain_values_are_written_without_any_heavy_library(tmp_path: Path) -> None:
    script = f"""
import sys
from runlore.media.writing import write_object
import numpy as np
for name, value in [
    ("a.json", {{"a": np.float32(1)}}), ("a.txt", "x"), ("a.csv", [{{"a": 1}}]), ("a.pkl", [1]),
    ("a.npy", [1.0]), ("a.npz", {{"a": [1]}}), ("a.png", np.zeros((2, 2))), ("a.bin", b"x"),
]:
    write_object(name, value, {str(tmp_path)!r} + "/" + name)
from runlore.media import histograms, images, models, reading, tables
histograms.encode_histogram([1, 2])
tables.encode_table([{{"a": 1}}])
images.encode_image(np.zeros((2, 2)))
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    source_folder = Path(__file__).parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(source_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "[]\n", done.stderr
