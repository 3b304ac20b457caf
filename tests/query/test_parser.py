from __future__ import annotations

import pytest

from runlore.errors import QueryError
from runlore.query.fields import Catalogue, Field
from runlore.query.parser import parse, parse_names, parse_order
from runlore.query.printing import format_query
from runlore.query.tree import And, Comparison, IsNull, Membership, Not, Or, OrderKey, Query
from runlore.query.values import Boolean, Moment, Number, Text, quantity_of

ACCURACY = Field("metric", "val_acc", "last")
LR = Field("param", "lr")


def test_a_whole_query_has_a_filter_an_order_and_a_limit() -> None:
    query = parse(
        'metrics.val_acc > 0.9 and params.lr <= 1e-3 and "baseline" in tags'
        ' and params.model like "res%" order by metrics.val_acc desc, started limit 10'
    )
    assert query == Query(
        And(
            (
                Comparison(ACCURACY, ">", Number(0.9)),
                Comparison(LR, "<=", Number(0.001)),
                Membership(Field("tags", ""), (Text("baseline"),)),
                Comparison(Field("param", "model"), "like", Text("res%")),
            )
        ),
        (OrderKey(ACCURACY, is_descending=True), OrderKey(Field("attribute", "started"))),
        10,
    )


def test_and_binds_closer_than_or_and_not_closest() -> None:
    found = parse("not dirty and deleted or archived").filter
    dirty, deleted, archived = (
        Comparison(Field("attribute", name), "=", Boolean(is_true=True))
        for name in ("dirty", "deleted", "archived")
    )
    assert found == Or((And((Not(dirty), deleted)), archived))
    assert parse("not dirty && (deleted || archived)").filter == And(
        (Not(dirty), Or((deleted, archived)))
    )


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("0.5 < metrics.acc <= 0.9", "metrics.acc > 0.5 and metrics.acc <= 0.9"),
        ("3 = params.n", "params.n = 3"),
        ("metrics.acc BETWEEN 1 AND 2", "metrics.acc >= 1 and metrics.acc <= 2"),
        ("metrics.acc not between 1 and 2", "metrics.acc < 1 or metrics.acc > 2"),
        ("params.lr == 1", "params.lr = 1"),
        ("params.lr <> 1", "params.lr != 1"),
        ("params.lr is None", "params.lr is null"),
        ("params.lr = null", "params.lr is null"),
        ("params.lr != None", "params.lr is not null"),
        ("metrics.a = nan", "metrics.a is nan"),
        ("metrics.a != NaN", "metrics.a is not nan"),
        ("dirty is true", "dirty"),
        ("dirty = 'False'", "dirty = false"),
        ("params.model in ['a', b,]", 'params.model in ("a", "b")'),
        ("params.lr in[1, 2]", "params.lr in (1, 2)"),
        ("status = failed", "status = 'Failed'"),
        ("status = 'FAILED'", "status in ('failed', 'crashed')"),
        ("status != KILLED", "status != stopped"),
        ("'x' not in tags", "tags not in ('x')"),
        ("run.id = abcd", "run_id = 'abcd'"),
        ("attributes.`Run name` = 'x'", "name = 'x'"),
        ("`metrics`.`a` > 1", "metrics.a > 1"),
        ("metrics.loss.COUNT > 1", "metrics.loss.points > 1"),
        ("metrics.loss.last > 1", "metrics.loss > 1"),
        ('tags."mlflow.runName" = "x"', "name = 'x'"),
        ("name = 12", "name = '12'"),
        ("commit = 12e4567", "commit = '12e4567'"),
        ("metrics.a > '0.5'", "metrics.a > 0.5"),
        ("duration > '2h'", "duration > 2h"),
        ("params.mem < '8GiB'", "params.mem < 8GiB"),
        ("created > '2026-11-01'", "started > 2026-11-01"),
        ("started > 1700000000123", "started > 2023-11-14T22:13:20.123+00:00"),
        ("metrics.a > 1 order by name ASC NULLS LAST", "metrics.a > 1 order by name"),
    ],
)
def test_several_ways_of_saying_the_same(text: str, same: str) -> None:
    assert parse(text) == parse(same)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("metrics.val/acc", Field("metric", "val/acc", "last")),
        ("metrics.eval-loss", Field("metric", "eval-loss", "last")),
        ("metrics.loss[val]", Field("metric", "loss[val]", "last")),
        ("metrics.loss[fold=1,split=val].max", Field("metric", "loss[fold=1,split=val]", "max")),
        ('metrics."my loss".min', Field("metric", "my loss", "min")),
        ("metrics.`loss.min`", Field("metric", "loss.min", "last")),
        ("metrics.`a``b`", Field("metric", "a`b", "last")),
        ("metric.acc@5", Field("metric", "acc@5", "last")),
        ("params.opt.'weight decay'", Field("param", "opt.weight decay")),
        ("tags.team", Field("tag", "team")),
        ("context.git.commit", Field("context", "git.commit")),
        ("datasets.digest", Field("dataset", "digest")),
        ("attr.start_time", Field("attribute", "started")),
        ("Last_Sign_Of_Life", Field("attribute", "updated")),
    ],
)
def test_names(text: str, field: Field) -> None:
    assert parse(f"{text} is not null").filter == IsNull(field, is_negated=True)


def test_a_metric_of_that_name_goes_before_a_statistic() -> None:
    text = "metrics.loss.min < 1"
    catalogue = Catalogue(metrics=["loss", "loss.min"])
    exact = parse(text, catalogue)
    assert parse(text).filter == Comparison(Field("metric", "loss", "min"), "<", Number(1))
    assert exact.filter == Comparison(Field("metric", "loss.min", "last"), "<", Number(1))
    assert format_query(exact) == "metrics.`loss.min` < 1"
    assert parse("metrics.`loss`.min < 1", catalogue) == parse(text)


def test_bare_names_are_what_only_one_thing_is_called() -> None:
    catalogue = Catalogue(params=["lr", "depth"], metrics=["depth", "val/acc"])
    assert parse("lr < 1 and val/acc.max > 0", catalogue) == parse(
        "params.lr < 1 and metrics.val/acc.max > 0"
    )
    with pytest.raises(QueryError, match="both a param and a metric"):
        parse("depth > 1", catalogue)
    with pytest.raises(QueryError, match="did you mean 'val/acc'") as caught:
        parse("val_acc > 1", catalogue)
    assert caught.value.reason == "'val_acc' is no attribute, param or metric"


def test_a_tag_that_runs_have_is_no_other_name_for_an_attribute() -> None:
    catalogue = Catalogue(tags=["mlflow.user"])
    expected = Comparison(Field("tag", "mlflow.user"), "=", Text("a"))
    assert parse("tags.`mlflow.user` = 'a'", catalogue).filter == expected


def test_integers_stay_exact() -> None:
    assert parse("params.seed = 9007199254740993").filter == Comparison(
        Field("param", "seed"), "=", Number(9007199254740993)
    )


def test_quantities_and_moments_are_kept_as_written() -> None:
    quantity = quantity_of("1h30m")
    assert quantity is not None
    assert parse("duration > 1h30m").filter == Comparison(
        Field("attribute", "duration"), ">", quantity
    )
    assert parse("started > -2h30m").filter == Comparison(
        Field("attribute", "started"), ">", Moment("-2h30m")
    )


def test_orders_are_read_alone_too() -> None:
    assert parse_order(["metrics.val_acc DESC", "params.lr, name"]) == (
        OrderKey(ACCURACY, is_descending=True),
        OrderKey(LR),
        OrderKey(Field("attribute", "name")),
    )
    with pytest.raises(QueryError, match="asc or desc may follow"):
        parse_order(["name limit 3"])


def shown(text: str, catalogue: Catalogue | None = None) -> str:
    with pytest.raises(QueryError) as caught:
        parse(text, catalogue)
    return str(caught.value)


def test_an_error_points_at_the_spot_and_says_what_to_do() -> None:
    assert shown("metrics.acc > 0.9 and statsu = 'failed'") == (
        "'statsu' is no attribute\n"
        "  metrics.acc > 0.9 and statsu = 'failed'\n"
        "                        ^\n"
        "hint: did you mean 'status' or 'started' or 'start_time'?"
    )
    assert shown("metrics.acc >\n and dirty") == (
        "a value is expected after >, not 'and'\n"
        "   and dirty\n"
        "   ^\n"
        'hint: texts are in quotes: "adam"'
    )


def test_a_long_filter_is_shown_around_the_spot_and_wide_letters_are_counted() -> None:
    text = " and ".join(["metrics.a > 1"] * 40)
    assert shown(f"{text} or params.'漢字' ! 3 and {text}").splitlines()[1:3] == [
        "  … metrics.a > 1 and metrics.a > 1 or params.'漢字' ! 3 and metrics.a > 1 an…",
        "  " + " " * 51 + "^",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo.bar = 1", "'foo.bar' is no attribute"),
        ("attributes.stauts = 'x'", "did you mean 'status'"),
        ("metrics. > 1", "lacks a name after the dot"),
        ("dataset.size > 1", "there are name, digest, context"),
        ("metrics.a > 'high'", "metrics.a is compared with numbers, not with 'high'"),
        ("metrics.a like 'x%'", "metrics.a isn't text"),
        ("duration > 4GiB", "duration is compared with durations"),
        ("started > 7d", "ago like -7d"),
        ("started > 1700000000", "looks like seconds since 1970"),
        ("started > 'soon'", "started is compared with times"),
        ("started > 2026-13-01", "'2026-13-01' is no date that there is"),
        ("dirty = maybe", "dirty is true or false"),
        ("dirty > true", "dirty has no order"),
        ("tags > 'a'", "tags has no order"),
        ("name > other", 'put it in quotes: "other"'),
        ("name", "write a comparison, or: name is not null"),
        ("params.lr 3", "a comparison is expected, not '3'"),
        ("params.lr btween 1 and 2", "did you mean 'between'"),
        ("params.lr > null", "use is null"),
        ("params.lr >= nan", "use is nan"),
        ("params.lr in (1, nan)", "add: or params.lr is nan"),
        ("params.lr in (null)", "add: or params.lr is null"),
        ("params.lr in ()", "the list is empty"),
        ("params.lr in (1 2)", r"'\)' is expected to close the list"),
        ("params.lr is 3", "after is comes null"),
        ("params.lr not 3", "after not comes in, like"),
        ("params.lr is nan and name is nan", "name is never NaN"),
        ("status = 'finish'", "did you mean 'finished'"),
        ("'res' in name", "what a value can be in is tags or artifacts"),
        ("'res' name", "a value here is followed by a comparison"),
        ('"metrics.a" > 1 > 2', "a name is expected, not '1'"),
        ("params.m > 1GiB2h", "mixes units"),
        ("params.m > " + "1" * 100, "is too long"),
        ("params.x ~ '(?=a)'", "no lookaround"),
        ("params.x ~ null", "null is no pattern"),
        ("metrics.a > 1 oder dirty", "did you mean 'order by'"),
        ("metrics.a > 1)", "is not expected here"),
        ("(metrics.a > 1", r"'\)' is expected to close the parenthesis, not the end"),
        ("params.a = 'x", "never closed"),
        ("metrics.loss[val > 1", "never closed"),
        ("metrics.a * 2 > 1", "there is no arithmetic"),
        ("metrics.a > 1; drop", "';' has no meaning here"),
        ("order by tags", "so there is no order"),
        ("order by name nulls first", "'last' is expected after nulls"),
        ("order name", "'by' is expected after order"),
        ("limit -1", "a limit is a whole number, not '-1'"),
        ("limit 1.5", "a limit is a whole number"),
    ],
)
def test_what_means_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert message.replace("\\", "") in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(" * 101 + "dirty" + ")" * 101, "nested more than 100 deep"),
        ("not " * 101 + "dirty", "nested more than 100 deep"),
        ("name = '" + "x" * 70_000 + "'", "more than 65,536"),
        ("params.a in (" + "1," * 10_001 + "1)", "10,000 values at most"),
        ("name ~ '" + "a" * 1001 + "'", "the pattern has 1,001 characters"),
        ("name like '" + "_" * 1001 + "'", "the pattern has 1,001 characters"),
        ("name ~ '((a{1,1000}){1,1000}){1,1000}'", "the pattern can't be used"),
        ("order by " + "name, " * 16 + "name", "16 keys at most"),
        ("limit " + "9" * 19, "a limit is a whole number"),
    ],
)
def test_bombs_are_refused(text: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parse(text)


def test_what_is_just_within_the_bounds_is_read() -> None:
    assert parse("(" * 100 + "dirty" + ")" * 100) == parse("dirty")
    found = parse(" or ".join(["dirty"] * 7000)).filter
    assert isinstance(found, Or)
    assert len(found.items) == 7000
    listed = parse("params.a in (" + ",".join(map(str, range(10_000))) + ")").filter
    assert isinstance(listed, Membership)
    assert len(listed.values) == 10_000


def test_names_have_commas_between_and_are_quoted_as_in_a_filter() -> None:
    assert parse_names('params."a,b", metrics.loss.min,tags,') == (
        Field("param", "a,b"),
        Field("metric", "loss", "min"),
        Field("tags", ""),
    )
    assert parse_names("") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("params.lr = 3", "'=' is not expected here"),
        ("params.lr desc", "'desc' is not expected here"),
        ("params.lr) or (status", "')' is not expected here"),
        ("params.lr,,status", "a name is expected, not ','"),
        ("3", "a name is expected, not '3'"),
    ],
)
def test_what_is_no_list_of_names_is_refused_with_the_text_as_typed(text: str, reason: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_names(text)
    assert (caught.value.reason, caught.value.text) == (reason, text)
