from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runlore.index.artifact_rows import Output
from runlore.reading.artifact_versions import count_versions, latest_of


def output(number: int, digest: str | None, *, deleted: bool = False, gone: bool = False) -> Output:
    return Output(
        id=f"{number:032x}", run=f"{number:032x}", project=None, name="m", time=number,
        digest=digest, files=(), is_folder=False, type="file", media_type=None, details={},
        description=None, is_deleted=deleted, is_gone=gone,
    )  # fmt: skip


def always(_: Output) -> bool:
    return True


def never(_: Output) -> bool:
    return False


def test_the_same_content_again_is_the_same_version() -> None:
    versions = count_versions([output(at, digest) for at, digest in enumerate("abac")], always)
    assert [(one.number, len(one.outputs)) for one in versions] == [(0, 2), (1, 1), (2, 1)]
    latest = latest_of(versions, always)
    assert latest is versions[2]


def test_what_was_logged_last_is_the_latest_even_if_its_content_is_old() -> None:
    versions = count_versions([output(at, digest) for at, digest in enumerate("aba")], always)
    assert latest_of(versions, always) is versions[0]


def test_no_number_is_given_while_one_before_may_still_be_hashed() -> None:
    outputs = [output(0, "a"), output(1, None), output(2, "b"), output(3, "a")]
    versions = count_versions(outputs, always)
    assert [one.number for one in versions] == [0, None, None]
    # Its file is lost: it will never be hashed, and stands in nobody's way.
    versions = count_versions(outputs, never)
    assert [one.number for one in versions] == [0, None, 1]


def test_what_is_in_the_trash_or_gone_counts_and_is_not_the_latest() -> None:
    outputs = [output(0, "a", gone=True), output(1, "b"), output(2, "c", deleted=True)]
    versions = count_versions(outputs, always)
    assert [one.number for one in versions] == [0, 1, 2]
    assert [one.is_gone for one in versions] == [True, False, False]
    assert [one.is_shown for one in versions] == [False, True, False]
    assert latest_of(versions, always) is versions[1]
    assert latest_of(versions[:1], always) is None


def test_the_first_output_that_can_be_had_speaks_for_a_version() -> None:
    outputs = [output(0, "a", gone=True), output(1, "a", deleted=True), output(2, "a")]
    (version,) = count_versions(outputs, always)
    assert version.output is outputs[2]
    (version,) = count_versions(outputs[:2], always)
    assert version.output is outputs[1]
    (version,) = count_versions(outputs[:1], always)
    assert version.output is outputs[0]


@given(st.lists(st.sampled_from(["a", "b", "c", "d", None]), max_size=12), st.data())
def test_hashing_what_waits_never_gives_a_number_to_another_content(
    digests: list[str | None], data: st.DataObject
) -> None:
    before = count_versions([output(at, one) for at, one in enumerate(digests)], always)
    hashed = [one or data.draw(st.sampled_from([None, "a", "e", "f"])) for one in digests]
    after = count_versions([output(at, one) for at, one in enumerate(hashed)], always)
    numbers = {one.output.digest: one.number for one in after}
    for version in before:
        if version.number is not None:
            assert numbers[version.output.digest] == version.number
