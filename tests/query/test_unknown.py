from __future__ import annotations

from runlore.query.fields import Catalogue
from runlore.query.parser import parse
from runlore.query.tree import fields_of
from runlore.query.unknown import unknown_names

CATALOGUE = Catalogue(
    params=["learning_rate", "depth"], metrics=["val_acc", "loss[val]"], context=["git", "os.name"]
)


def notes(text: str) -> list[str]:
    return unknown_names(fields_of(parse(text)), CATALOGUE)


def test_a_name_that_no_run_has_is_noted_with_what_comes_near() -> None:
    assert notes("params.leaning_rate > 1 and metrics.val_ac > 1") == [
        "no run has the param 'leaning_rate'; did you mean 'learning_rate'?",
        "no run has the metric 'val_ac'; did you mean 'val_acc'?",
    ]


def test_orders_are_looked_at_and_each_name_is_noted_once() -> None:
    assert notes("metrics.loss > 1 order by metrics.loss") == [
        "no run has the metric 'loss'; did you mean 'loss[val]'?"
    ]


def test_a_name_of_another_kind_is_said() -> None:
    assert notes("metrics.depth > 1") == [
        "no run has the metric 'depth'; there is a param of that name"
    ]


def test_what_is_known_needs_no_note() -> None:
    assert notes("metrics.val_acc.min > 1 and context.git.commit = 'x' and context.os = 'y'") == []
    assert notes("name = 'x' and tags = 'y'") == []


def test_of_very_many_names_the_one_that_begins_alike_is_found() -> None:
    names = [f"layer{layer}/{part}/grad" for layer in range(100) for part in range(60)]
    (note,) = unknown_names(
        fields_of(parse("metrics.layer7/42.gard > 1")), Catalogue(metrics=names)
    )
    assert "did you mean 'layer7/42/grad'" in note
