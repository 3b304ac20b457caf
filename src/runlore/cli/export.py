"""`runlore export`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from runlore.cli.completion import complete_runs
from runlore.cli.formats import FORMATS, table_format, tell_formulas
from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from runlore.actions.exports.exporting import Exported

PAGE = "html"
_WHATS = (
    "runs", "points", "params", "metrics", "tags", "notes", "context", "attempts", "all",
)  # fmt: skip


@click.command("export")
@click.argument("selections", nargs=-1, metavar="[SELECTION]...", shell_complete=complete_runs)
@click.option(
    "--what",
    type=click.Choice(_WHATS),
    default="runs",
    show_default=True,
    help="The table to write; `all` writes every one into a folder.",
)
@table_format(
    "By default what the name of the output ends in, else csv; html is a page in one file.", (PAGE,)
)
@click.option(
    "--output",
    "-o",
    metavar="PATH",
    type=click.Path(),
    help="The file or folder; else it is printed.",
)
@click.option("--with-files", is_flag=True, help="With `all`: also the files themselves.")
@click.option("--guard", is_flag=True, help="In CSV: keep spreadsheets from running texts.")
@click.option("--force", is_flag=True, help="Replace a file, or an earlier export.")
@store_and_json
def command(
    *,
    selections: tuple[str, ...],
    what: str,
    form: str | None,
    output: str | None,
    with_files: bool,
    guard: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write runs to tables, or to a page in one file.

    Those of SELECTION, or all. `runs` has a row a run, with a column for each param and metric;
    `points` a row a point. Numbers are written so that nothing of them is lost. What SELECTION may
    be: runlore --help. Runs in the trash are left out.

    html compares up to 200 runs, with their curves, in a file that opens without a network.
    """
    from runlore.actions.exports.exporting import export
    from runlore.cli.progress import steps

    if as_json and output is None:
        raise click.UsageError("--json says what was written, so name a file: -o PATH")
    chosen = form or _form_of(output)
    if chosen == PAGE:
        _export_page(selections, what, output, is_forced=force, as_json=as_json)
        return
    with steps() as on_step:
        done = export(
            selections,
            what=what,
            form=chosen,
            output=sys.stdout if output is None else output,
            has_files=with_files,
            is_guarded=guard,
            is_forced=force,
            store=chosen_store(),
            on_step=on_step,
        )
    _tell(done, is_guarded=guard, as_json=as_json)


def _export_page(
    selections: tuple[str, ...], what: str, output: str | None, *, is_forced: bool, as_json: bool
) -> None:
    from runlore.server.exporting import export_page

    if what != "runs":
        raise click.UsageError(f"a page shows runs: --what {what} is for tables")
    done = export_page(selections, output=output, is_forced=is_forced, store=chosen_store())
    _tell(done, is_guarded=True, as_json=as_json)


def _form_of(output: str | None) -> str:
    extension = "" if output is None else output.rpartition(".")[2].lower()
    return extension if extension in (*FORMATS, PAGE) else "csv"


def _tell(done: Exported, *, is_guarded: bool, as_json: bool) -> None:
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json(
            {
                "path": done.path,
                "runs": done.runs,
                "rows": done.rows,
                "files": done.files,
                "missing_files": done.missing_files,
            }
        )
        return
    from runlore.cli.output import talk
    from runlore.cli.wording import count

    if done.path is not None:
        files = f", {count(done.files, 'file')}" if done.files else ""
        talk(f"wrote {count(done.runs, 'run')}{files} to {done.path}")
    if done.missing_files:
        talk(f"{count(done.missing_files, 'file')} could not be read: runlore doctor")
    if not is_guarded:
        tell_formulas(done.formulas)
