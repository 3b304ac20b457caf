"""What the package answers to, and what it says where it doesn't."""

from __future__ import annotations

import pytest

import runlore


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("init", "run = runlore.start_run(…) begins a run"),
        ("log", "run.log({'loss': 0.31}, step=7)"),
        ("finish", "run.finish(), or `with runlore.start_run(…) as run:`"),
    ],
)
def test_a_name_of_other_trackers_is_answered_with_what_is_meant(name: str, hint: str) -> None:
    assert not hasattr(runlore, name)
    with pytest.raises(AttributeError) as caught:
        getattr(runlore, name)
    message, said = str(caught.value).split("\nhint: ")
    assert message == f"module 'runlore' has no attribute {name!r}"
    assert "runlore.start_run(…)" in said
    assert said.endswith(hint)


def test_another_name_has_no_hint() -> None:
    with pytest.raises(AttributeError, match=r"^module 'runlore' has no attribute 'nonsense'$"):
        getattr(runlore, "nonsense")  # noqa: B009 - mypy knows that there is none


def test_the_methods_that_hints_name_exist() -> None:
    import re

    said = " ".join(runlore._IN_OTHER_TRACKERS.values())
    for method in re.findall(r"\brun\.(\w+)\(", said):
        assert hasattr(runlore.Run, method)
    for function in re.findall(r"\brunlore\.(\w+)\(", said):
        assert function in runlore.__all__
