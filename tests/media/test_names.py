from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import InvalidValue
from runlore.media.names import artifact_name


@pytest.mark.parametrize(
    "name",
    [
        "model.pkl",
        "plots/épée 📈.png",
        "a:b",
        "...",
        ".hidden",
        "x" * 1_024,
        "模型/權重.pt",
        "a.b/c",
    ],
)
def test_a_good_name_is_kept_as_it_is(name: str) -> None:
    assert artifact_name(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        ("../x", "one of its parts is '..'"),
        ("a/../b", "one of its parts is '..'"),
        ("./a", "one of its parts is '.'"),
        ("a//b", "one of its parts is empty"),
        ("a/", "one of its parts is empty"),
        ("/etc/passwd", "it isn't relative"),
        ("C:/x", "it isn't relative"),
        ("a\\b", "it holds a backslash"),
        ("a\nb", "it holds a control character"),
        ("a\0b", "it holds a control character"),
        ("a\x85b", "it holds a control character"),
        ("a\ud800b", "half a character"),
        ("x" * 1_025, "it has 1,025 characters"),
    ],
)
def test_a_bad_name_is_refused_with_its_reason(name: str, reason: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        artifact_name(name)
    assert reason in caught.value.message
    assert len(caught.value.message) < 300
    assert caught.value.hint


@given(st.text(max_size=30))
def test_whatever_is_accepted_stays_below_a_folder(name: str) -> None:
    try:
        accepted = artifact_name(name)
    except InvalidValue:
        return
    assert not {"", ".", ".."} & set(accepted.split("/"))
    accepted.encode()
