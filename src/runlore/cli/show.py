"""`runlore show`."""

from __future__ import annotations

import sys

import click

from runlore.cli.completion import complete_runs
from runlore.cli.formats import one_form, table_format, tell_formulas
from runlore.cli.options import chosen_store, store_and_json

SECTIONS = ("params", "stages", "metrics", "artifacts", "notes", "load", "context")
_CURVE_CELLS = {True: 20, False: 12}  # on a wide terminal, on a narrow one
_WIDE = 100


@click.command("show")
@click.argument("run", shell_complete=complete_runs)
@click.option("--params", is_flag=True, help="Only the params.")
@click.option("--stages", is_flag=True, help="Only the stages of a pipeline.")
@click.option("--metrics", is_flag=True, help="Only the metrics.")
@click.option("--artifacts", is_flag=True, help="Only the files.")
@click.option("--notes", is_flag=True, help="Only the notes.")
@click.option("--load", is_flag=True, help="Only how busy the machine was.")
@click.option("--context", is_flag=True, help="Only the context: code, command, machine.")
@click.option("--diff", is_flag=True, help="Only the uncommitted changes, as a patch.")
@click.option("--traceback", is_flag=True, help="Also the traceback of the error that ended it.")
@table_format("A row a fact: section, name and value; json is --json.")
@store_and_json
def command(
    *, run: str, diff: bool, traceback: bool, form: str | None, as_json: bool, **wanted: bool
) -> None:
    """Show all about one run.

    RUN is its id, the first or last digits of it, or its name. The options that name a section
    can be combined; without any, all are shown. --json always gives all. What --diff prints can
    be piped into `git apply`.
    """
    form = one_form(form, as_json=as_json)
    if diff and form is None:
        _print_diff(run)
        return
    from runlore.actions.showing import show_run
    from runlore.cli.output import Output

    output = Output()
    chosen = [section for section in SECTIONS if wanted[section]]
    points = 0
    if form is None and output.width is not None and (not chosen or "metrics" in chosen):
        points = _CURVE_CELLS[output.width >= _WIDE]
    report = show_run(run, curve_points=points, store=chosen_store())
    if form == "json":
        from runlore.cli.freshness import freshness_report
        from runlore.cli.jsonable import print_json
        from runlore.cli.run_report import whole_run

        print_json(whole_run(report.run) | {"freshness": freshness_report(report.run.freshness)})
        return
    from runlore.cli.freshness import tell_freshness

    if form is not None:
        from runlore.actions.exports.printing import facts_of, print_rows

        facts = [fact._asdict() for fact in facts_of(report.run)
                 if not chosen or fact.section in chosen]  # fmt: skip
        tell_formulas(print_rows(facts, form, sys.stdout))
        tell_freshness(report.run.freshness)
        return
    from runlore.cli.run_page import RunPage

    page = RunPage(report, output)
    if not chosen:
        page.show_head(has_traceback=traceback)
    if traceback:
        page.show_traceback()
    for section in chosen or SECTIONS:
        page.show_section(section, is_alone=bool(chosen))
    if not chosen:
        page.show_rest()
    tell_freshness(report.run.freshness)


def _print_diff(selection: str) -> None:
    from runlore.actions.showing import show_diff
    from runlore.cli.output import Output
    from runlore.cli.text import visible_lines

    text = show_diff(selection, store=chosen_store())
    output = Output()
    if output.is_terminal:  # where bytes of a file could do more than be read
        for line in visible_lines(text.removesuffix("\n")) if text else ():
            output.line(line)
    else:
        click.echo(text.encode("utf-8", "surrogateescape"), nl=False)
