from __future__ import annotations

from runlore.reading.derived_names import derived_names, differing_keys


def test_runs_are_named_by_the_params_that_differ_in_the_order_of_their_keys() -> None:
    assert derived_names({
        "a": {"seed": "0", "lr": "1e-3", "depth": "4"},
        "b": {"seed": "1", "lr": "1e-3", "depth": "4"},
        "c": {"seed": "0", "lr": "0.01", "depth": "4"},
    }) == {"a": "lr=1e-3_seed=0", "b": "lr=1e-3_seed=1", "c": "lr=0.01_seed=0"}  # fmt: skip


def test_a_run_alone_and_runs_that_are_alike_have_no_name() -> None:
    assert derived_names({"a": {"lr": "1"}}) == {}
    assert derived_names({"a": {"lr": "1"}, "b": {"lr": "1"}}) == {}
    assert derived_names({}) == {}


def test_a_param_that_only_some_have_tells_them_apart() -> None:
    assert derived_names({"a": {"lr": "1"}, "b": {"lr": "1", "dropout": "0.1"}}) == {
        "b": "dropout=0.1"
    }


def test_a_seed_that_runs_have_in_common_is_left_out_unless_it_tells_them_apart() -> None:
    alike = {"lr": "1", "seed": "0"}
    assert derived_names({"a": alike, "b": alike, "c": {"lr": "2"}}) == {
        "a": "lr=1", "b": "lr=1", "c": "lr=2",
    }  # fmt: skip
    assert derived_names({"a": alike, "b": {"lr": "1"}}) == {"a": "seed=0"}
    assert derived_names({"a": alike, "b": alike, "c": {"lr": "2", "seed": "1"}})["c"] == (
        "lr=2_seed=1"
    )


def test_a_run_without_params_changes_no_name() -> None:
    names = {"a": {"lr": "1", "depth": "4"}, "b": {"lr": "2", "depth": "4"}}
    assert derived_names({**names, "c": {}}) == derived_names(names)


def test_dotted_keys_are_shown_by_their_last_part_where_that_is_enough() -> None:
    assert derived_names({
        "a": {"opt.lr": "1", "head.size": "1", "body.size": "3"},
        "b": {"opt.lr": "2", "head.size": "2", "body.size": "4"},
    })["a"] == "body.size=3_head.size=1_lr=1"  # fmt: skip


def test_long_values_and_many_params_are_cut_short() -> None:
    params = {run: {f"key{n}": f"{run}{'x' * 99}\n{n}" for n in range(20)} for run in "ab"}
    name = derived_names(params)["a"]
    assert len(name) == 80
    assert name.endswith("…")
    assert "\n" not in name


def test_absence_differs() -> None:
    assert differing_keys([{"a": "1", "b": "1"}, {"a": "1"}]) == ["b"]
