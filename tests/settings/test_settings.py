"""What is set where, and what is heard first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import InvalidValue
from runlore.settings.durations import seconds_of
from runlore.settings.file import read_settings, write_settings
from runlore.settings.keys import KEYS, key_of
from runlore.settings.settings import load_settings, shown, store_file, user_file

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def put(path: str | None, **settings: str) -> None:
    assert path is not None
    found = {name.replace("_", "."): value for name, value in settings.items()}
    write_settings(path, found, is_private=False)


def test_the_environment_comes_before_store_user_and_default(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    store = str(tmp_path / "store")
    seen = [load_settings(store, environment).project]
    put(user_file(environment), project="of user")
    seen.append(load_settings(store, environment).project)
    put(store_file(store), project="of store")
    seen.append(load_settings(store, environment).project)
    seen.append(load_settings(store, environment | {"RUNLORE_PROJECT": "of shell"}).project)
    assert seen == [None, "of user", "of store", "of shell"]
    sources = load_settings(store, environment | {"RUNLORE_PROJECT": ""}).sources
    assert sources["project"] == store_file(store)  # an empty variable says nothing
    assert sources["index"] == "default"


def test_a_store_takes_back_what_the_user_has_set(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    store = str(tmp_path / "store")
    put(user_file(environment), project="of user")
    put(store_file(store), project="")
    assert load_settings(store, environment).project is None


def test_durations_are_read_and_settings_do_not_change(environment: dict[str, str]) -> None:
    settings = load_settings(None, environment | {"RUNLORE_TRASH_KEEP": "1.5h"})
    assert settings.trash_keep_seconds == 5400
    with pytest.raises(AttributeError):
        settings.project = "other"


@pytest.mark.parametrize(
    ("name", "value"),
    [("trash.keep", "soon"), ("gc.grace", "5min"), ("index", "mysql://host"), ("project", "a\nb")],
)
def test_a_value_that_can_not_be_is_refused_where_it_stands(
    name: str, value: str, environment: dict[str, str]
) -> None:
    variable = KEYS[name].variable
    with pytest.raises(InvalidValue, match=variable):
        load_settings(None, environment | {variable: value})


def test_an_unknown_setting_is_refused_with_the_nearest() -> None:
    with pytest.raises(InvalidValue) as raised:
        key_of("trash.kep")
    assert "'trash.keep'" in str(raised.value.hint)


def test_settings_of_a_later_release_are_passed_over(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    put(store_file(str(tmp_path)), colour_of_the_page="blue", project="x")
    assert load_settings(str(tmp_path), environment).project == "x"


@pytest.mark.parametrize("line", ['project = "a', 'project "a"', 'project = "a" b', "project ="])
def test_a_line_that_is_no_setting_is_an_error_that_names_it(tmp_path: Path, line: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f"# a comment\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidValue, match="line 2"):
        read_settings(str(path))


@given(st.dictionaries(st.sampled_from(sorted(KEYS)), st.text().filter(str.isprintable)))
def test_what_is_written_is_read_back_and_is_toml(
    tmp_path_factory: pytest.TempPathFactory, settings: dict[str, str]
) -> None:
    import tomllib

    path = tmp_path_factory.mktemp("settings") / "settings.toml"
    write_settings(str(path), settings, is_private=True)
    assert read_settings(str(path)) == settings
    flat: dict[str, object] = {}
    for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items():
        nested = value.items() if isinstance(value, dict) else [("", value)]
        flat |= {f"{name}.{rest}" if rest else name: one for rest, one in nested}
    assert flat == settings
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://ada:secret@host/db", "postgresql://ada:***@host/db"),
        ("postgresql://ada@host/db", "postgresql://ada@host/db"),
        ("postgresql://ada:p@ss@host/db", "postgresql://ada:***@host/db"),
        ("postgresql://host/db?password=secret&sslmode=require", "postgresql://host/db?sslmode=require"),
        ("postgresql://host/db?a=1&sslpassword=secret", "postgresql://host/db?a=1"),
        ("postgresql://host/db?a=1&ssl%70assword=secret", "postgresql://host/db?a=1"),
        ("postgresql://host?a=1&password=secret", "postgresql://host?a=1"),
    ],
)  # fmt: skip
def test_passwords_are_never_shown(address: str, said: str) -> None:
    assert shown("index", address) == said


@pytest.mark.parametrize(("text", "seconds"), [("90d", 7_776_000), ("0", 0), ("2 h", 7200)])
def test_a_duration_has_a_unit(text: str, seconds: float) -> None:
    assert seconds_of(text, "x") == seconds


@pytest.mark.parametrize("text", ["", "90", "d", "-1d", "1y", "1e5d", "nan d", "9999999999999w"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="no duration"):
        seconds_of(text, "x")
