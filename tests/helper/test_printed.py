from __future__ import annotations

import json
from typing import Any

from runlore.client.console import BEGUN, ENDED, STDERR, STDOUT
from runlore.helper.printed import END_BYTES, MOST_BYTES, Printed

RUN, OTHER = f"{'a' * 32} {'b' * 32} 0", f"{'c' * 32} {'d' * 32} 1"


def frames(*pieces: tuple[int, str]) -> list[tuple[int, int, bytes]]:
    found, position = [], 5
    for kind, text in pieces:
        found.append((kind, position, text.encode()))
        position += len(text.encode()) + 5
    return found


def decoded(records: list[tuple[str, bytes]]) -> list[tuple[str, dict[str, Any]]]:
    return [(run, json.loads(body)) for run, body in records]


def printed_by(*pieces: tuple[int, str]) -> list[tuple[str, dict[str, Any]]]:
    printed = Printed(lambda text: text)
    return decoded([*printed.feed(frames(*pieces)), *printed.take(everything=True)])


def test_what_is_printed_belongs_to_the_run_that_began_last() -> None:
    found = printed_by(
        (STDOUT, "before\n"), (BEGUN, RUN), (STDOUT, "one\n"), (BEGUN, OTHER),
        (STDOUT, "other\n"), (ENDED, OTHER), (STDOUT, "two\n"), (ENDED, RUN), (STDOUT, "after\n"),
    )  # fmt: skip
    assert [(run, record["text"]) for run, record in found] == [
        (OTHER, "other\n"),
        (RUN, "one\ntwo\n"),
    ]


def test_streams_are_told_apart_and_can_be_brought_into_one_order() -> None:
    found = printed_by((BEGUN, RUN), (STDOUT, "1\n"), (STDERR, "2\n"), (STDOUT, "3\n4"))
    assert [(record["stream"], record["text"]) for _, record in found] == [
        ("stdout", "1\n3\n4"),
        ("stderr", "2\n"),
    ]
    out, err = found[0][1]["places"], found[1][1]["places"]
    assert out[0] < err[0] < out[0] + out[1]


def test_secrets_are_masked_over_several_lines() -> None:
    printed = Printed(lambda text: text.replace("BEGIN\nkey\nEND", "[masked]"))
    printed.feed(frames((BEGUN, RUN), (STDOUT, "BEGIN\nkey\nEND\nmore\n")))
    ((_, record),) = decoded(printed.take(everything=True))
    assert (record["text"], record["lines"]) == ("[masked]\nmore\n", 4)


def test_of_too_much_the_beginning_and_the_end_are_kept() -> None:
    line = "x" * 999 + "\n"
    count = (MOST_BYTES // 1000 + 2000) // 100 * 100
    printed = Printed(lambda text: text)
    records = []
    for at in range(0, count, 100):
        many = frames((BEGUN, RUN), (STDOUT, line * 100))
        records += printed.feed([(kind, place + at * 1005, body) for kind, place, body in many])
        records += printed.take()
    printed.feed([(STDOUT, 1 << 39, b"the end\n")])
    records += printed.take(everything=True)
    found = [record for _, record in decoded(records)]
    kept = sum(len(record["text"]) for record in found)
    assert MOST_BYTES < kept < MOST_BYTES + END_BYTES + 2000
    assert found[-1]["text"].endswith("the end\n")
    (hole,) = [record for record in found if "skipped_lines" in record]
    assert sum(record["lines"] for record in found) + hole["skipped_lines"] == count + 1
    assert found[-1]["line"] + found[-1]["lines"] == count + 1
    assert all(len(record["text"]) <= 256 << 10 for record in found)


def test_another_goes_on_where_the_records_end() -> None:
    pieces = frames(
        (BEGUN, RUN), (STDOUT, "one\ntwo\nthr"), (STDERR, "err\n"), (STDOUT, "ee\nfour\n"),
    )  # fmt: skip
    printed = Printed(lambda text: text)
    printed.feed(pieces[:2])
    printed.take()
    first = decoded(printed.take())
    assert [record["text"] for _, record in first] == ["one\ntwo\n"]
    record = first[0][1]
    resumed = {(RUN, "stdout"): (record["spool"], record["line"] + record["lines"])}
    other = Printed(lambda text: text, resumed)
    rest = decoded([*other.feed(pieces), *other.take(everything=True)])
    assert [(one["stream"], one["line"], one["text"]) for _, one in rest] == [
        ("stdout", 2, "three\nfour\n"),
        ("stderr", 0, "err\n"),
    ]
