"""`runlore config`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from runlore.cli.completion import complete_settings
from runlore.cli.config_edit import command as edit_command
from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from runlore.actions.configuring import Setting, Written


@click.group("config")
def command() -> None:
    """Show and change settings.

    A variable of the environment (RUNLORE_INDEX, …) is heard before the store's settings, these
    before the user's, and those before the default.
    """


command.add_command(edit_command)


@command.command("list")
@store_and_json
def list_command(*, as_json: bool) -> None:
    """List all settings, what they are and where from."""
    from runlore.actions.configuring import list_settings

    settings = list_settings(store=chosen_store())
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json({"settings": [_report(one) for one in settings]})
        return
    from runlore.cli.output import Output
    from runlore.cli.table import Column, Table

    table = Table(
        [
            Column("setting", style="command"),
            Column("value", least=12),
            Column("from", least=12),
            Column("what", style="dim", least=20, rank=1, is_wrapped=True),
        ]
    )
    for one in settings:
        table.add(one.name, one.value or "-", one.source, one.what)
    Output().table(table)


@command.command("get")
@click.argument("key", shell_complete=complete_settings)
@store_and_json
def get_command(*, key: str, as_json: bool) -> None:
    """Print one setting as it holds; passwords are left out."""
    from runlore.actions.configuring import get_setting

    setting = get_setting(key, store=chosen_store())
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json(_report(setting))
        return
    from runlore.cli.text import visible

    sys.stdout.write(visible(setting.value) + "\n")


@command.command("set")
@click.argument("key", shell_complete=complete_settings)
@click.argument("value")
@click.option("--user", "is_of_user", is_flag=True, help="For all stores of this user.")
@store_and_json
def set_command(*, key: str, value: str, is_of_user: bool, as_json: bool) -> None:
    """Set a setting, of the store unless --user is given."""
    from runlore.actions.configuring import set_setting

    _tell(set_setting(key, value, is_of_user=is_of_user, store=chosen_store()), as_json=as_json)


@command.command("unset")
@click.argument("key", shell_complete=complete_settings)
@click.option("--user", "is_of_user", is_flag=True, help="Of the user, not of the store.")
@store_and_json
def unset_command(*, key: str, is_of_user: bool, as_json: bool) -> None:
    """Take a setting back, so that the next one in line holds."""
    from runlore.actions.configuring import unset_setting

    _tell(unset_setting(key, is_of_user=is_of_user, store=chosen_store()), as_json=as_json)


def _tell(written: Written, *, as_json: bool) -> None:
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json(
            {
                "name": written.name,
                "value": written.value,
                "path": written.path,
                "overridden_by": written.overridden_by,
            }
        )
        return
    from runlore.cli.output import talk

    if written.has_password:
        talk(
            f"the password stands in {written.path}, readable by you alone; "
            "~/.pgpass is made for passwords"
        )
    if written.overridden_by is not None:
        talk(f"{written.overridden_by} says otherwise and is heard first")


def _report(setting: Setting) -> dict[str, Any]:
    return {
        "name": setting.name,
        "value": setting.value,
        "source": setting.source,
        "variable": setting.variable,
        "what": setting.what,
    }
