from __future__ import annotations

import pytest

from runlore.query.completion import complete
from runlore.query.describing import describe
from runlore.query.fields import ATTRIBUTES, STATISTICS, Catalogue
from runlore.query.parser import parse
from runlore.query.values import UNITS

CATALOGUE = Catalogue(
    params=["lr", "my key", "opt.lr"],
    metrics=["loss", "loss[val]", "val_acc"],
    tags=["baseline", 'say "x"'],
    values={"experiment": ["digits", "words"]},
)


def texts(before: str) -> list[str]:
    return [one.text for one in complete(before, catalogue=CATALOGUE)]


def test_at_the_beginning_there_are_attributes_and_prefixes() -> None:
    found = texts("")
    assert found[: len(ATTRIBUTES)] == list(ATTRIBUTES)
    assert {"metrics.", "params.", "tags", "not"} <= set(found)


@pytest.mark.parametrize(
    ("before", "first"),
    [
        ("sta", "status"),
        ("metrics.lo", "metrics.loss"),
        ("dirty and metrics.val", "metrics.val_acc"),
        ("(params.my", "params.`my key`"),
        ("params.`my", "params.`my key`"),
        ("acc", "metrics.val_acc"),
        ("metrics.loss.mi", "metrics.loss.min"),
        ("metrics.loss ", "="),
        ("name li", "like"),
        ("name not in", "in"),
        ("status = ", '"running"'),
        ("status in ('failed', fi", '"finished"'),
        ("experiment = 'wo", '"words"'),
        ("'base' in ", "tags"),
        ("tags = ", '"baseline"'),
        ("started > -", "-7d"),
        ("started > ", "now"),
        ("dirty = ", "true"),
        ("metrics.loss > 1 ", "and"),
        ("metrics.loss > 1 o", "or"),
        ("metrics.loss between 1 ", "and"),
        ("params.lr is n", "null"),
        ("order ", "by"),
        ("order by metrics.v", "metrics.val_acc"),
        ("order by name ", "desc"),
        ("'x' ", "in"),
        ("name in", "in"),
        ("name in ", "("),
    ],
)
def test_what_fits_best_comes_first(before: str, first: str) -> None:
    assert texts(before)[0] == first


def test_a_suggestion_replaces_the_word_at_the_cursor() -> None:
    text = "dirty and metrics.lo > 1"
    found = complete(text, len("dirty and metrics.lo"), CATALOGUE)[0]
    assert text[: found.start] + found.text + text[found.end :] == "dirty and metrics.loss > 1"
    assert (found.kind, found.detail) == ("metric", "")


def test_operators_are_those_of_the_field() -> None:
    assert "like" not in texts("metrics.loss ")
    assert "<" not in texts("tags ")
    assert "is nan" not in texts("name ")


def test_every_offered_name_can_be_read() -> None:
    for word in ("", "params.", "metrics.", "tags.", "l"):
        for one in complete(word, catalogue=CATALOGUE):
            if one.kind not in ("prefix", "keyword"):
                parse(f"{one.text} is not null", CATALOGUE)


def test_the_description_names_everything() -> None:
    described = describe()
    assert set(ATTRIBUTES) <= {entry.text for entry in described.fields}
    assert [entry.text for entry in described.statistics] == list(STATISTICS)
    assert [entry.text for entry in described.units] == list(UNITS)
    assert all(entry.meaning for part in described for entry in part)


def test_every_operator_described_can_be_used() -> None:
    examples = {"between": "1 and 2", "in": "(1)", "not in": "(1)"}
    for entry in describe().operators:
        value = "" if entry.text.startswith("is ") else examples.get(entry.text, "'1'")
        parse(f"params.x {entry.text} {value}")


def test_every_unit_described_can_be_used() -> None:
    for entry in describe().units:
        parse(f"params.x > 2{entry.text} and params.x < 3 {entry.text}")
