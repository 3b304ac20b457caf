from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runlore.cli.run_context import context_pairs, detail_pairs

CONTEXT: dict[str, Any] = {
    "argv": ["python", "train.py", "--name", "two words"],
    "cloud": {"provider": "aws", "service": None, "instance_type": "p5.48xlarge"},
    "container": {"kind": "docker", "memory_limit_bytes": 8 << 30, "cpu_limit": 2.5},
    "cpu": {"model": "Xeon", "physical": 8, "logical": 16, "usable": 4},
    "cuda": {"driver": "570.86", "driver_cuda": "12.8"},
    "cwd": "/home/ada",
    "diff": {
        "files": 2,
        "insertions": 3,
        "deletions": 1,
        "left_out": [[".env", "a file of secrets"]],
        "masked": ["0123456789ab"],
    },
    "env": {"OMP_NUM_THREADS": "8"},
    "git": {"commit": "5011d18b6f2b3c1f2f7c", "branch": "trunk", "is_dirty": True},
    "gpus": [{"name": "H200"}, {"name": "H200"}, {"name": "T4"}],
    "host": "node1",
    "launcher": {"kind": "torchrun", "world_size": "2"},
    "memory_bytes": 64 << 30,
    "notes": {"packages": "2 packages could not be read"},
    "os": {"distribution": "Debian 12", "system": "Linux", "release": "6.1"},
    "package_origins": {
        "model": {"kind": "git", "url": "https://example.org/m", "commit": "5011d18"}
    },
    "packages": {"model": "1.0", "numpy": "2.0"},
    "python": {"version": "3.12.1"},
    "rank 1": {"host": "node2"},
    "scheduler": {"kind": "slurm", "job_id": "4711", "job_name": "digits", "partition": None},
    "script": "train.py",
    "untracked": {"files": [["a.py", 4], ["b.py", 4], ["c.py", 4], ["d.py", 2000]]},
    "user": "ada",
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def test_a_context_is_told_in_some_twenty_lines() -> None:
    assert context_pairs(CONTEXT, {"seed": 3}) == [
        ("commit", "5011d18b6f2b on trunk, with uncommitted changes"),
        ("changes", "2 files, +3 −1; 1 left out; 1 secret masked"),
        ("untracked", "a.py, b.py, c.py and 1 more"),
        ("command", "python train.py --name 'two words'"),
        ("script", "train.py"),
        ("folder", "/home/ada"),
        ("python", "3.12.1, 2 packages"),
        ("host", "node1"),
        ("user", "ada"),
        ("system", "Debian 12, Linux 6.1"),
        ("processor", "Xeon, 16 threads on 8 cores, 4 usable"),
        ("memory", "64 GiB"),
        ("GPUs", "2 × H200, T4, driver 570.86, CUDA 12.8"),
        ("container", "docker, at most 8.0 GiB, at most 2.5 cores"),
        ("cloud", "aws, p5.48xlarge"),
        ("job", "slurm 4711, digits"),
        ("launcher", "torchrun, world size 2"),
        ("ranks", "2 on 2 hosts"),
        ("seeds", "seed=3"),
        ("not found out", "2 packages could not be read"),
    ]


def test_the_rest_is_told_one_by_one() -> None:
    assert detail_pairs(CONTEXT) == {
        "Untracked files": [("a.py", "4 B"), ("b.py", "4 B"), ("c.py", "4 B"), ("d.py", "2.0 KiB")],
        "Left out": [(".env", "a file of secrets")],
        "Environment": [("OMP_NUM_THREADS", "8")],
        "Packages": [("model", "1.0 (git https://example.org/m at 5011d18)"), ("numpy", "2.0")],
    }


def test_nothing_is_told_of_nothing() -> None:
    assert context_pairs({}, {}) == []
    assert context_pairs(dict.fromkeys(CONTEXT), {}) == []
    assert detail_pairs(dict.fromkeys(CONTEXT)) == {}


@given(st.dictionaries(st.sampled_from(sorted(CONTEXT)), ANYTHING))
def test_facts_of_another_shape_are_passed_over(context: dict[str, Any]) -> None:
    """Whoever writes the records decides what stands in them."""
    for pairs in (context_pairs(context, {}), *detail_pairs(context).values()):
        assert all(isinstance(text, str) for pair in pairs for text in pair)


@given(st.sampled_from(sorted(CONTEXT)), st.data())
def test_facts_within_facts_of_another_shape_are_passed_over(key: str, data: Any) -> None:
    known = CONTEXT[key] if isinstance(CONTEXT[key], dict) else {"x": 1}
    fact = data.draw(st.dictionaries(st.sampled_from(sorted(known)), ANYTHING))
    context_pairs({key: fact}, {})
    detail_pairs({key: fact})
