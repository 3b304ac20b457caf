"""`runlore console`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from runlore.actions.consoles import Printout
    from runlore.cli.output import Output
    from runlore.reading.console import ConsoleLine

_INTERRUPTED = 130


@click.command("console")
@click.argument("run")
@click.option("--lines", "-n", type=click.IntRange(min=0), metavar="N",
              help="Only the last N lines.")  # fmt: skip
@click.option("--follow", "-f", is_flag=True, help="Go on until the run is over.")
@click.option("--stream", type=click.Choice(["stdout", "stderr"]), help="Only this stream.")
@click.option("--rank", type=click.IntRange(min=0), metavar="N",
              help="Of several processes, this one; by default the lowest.")  # fmt: skip
@store_and_json
def command(
    *,
    run: str,
    lines: int | None,
    follow: bool,
    stream: str | None,
    rank: int | None,
    as_json: bool,
) -> int:
    """Show what a run has printed.

    Progress bars are shown as they ended, and secrets masked. RUN is its id, the first or last
    digits of it, or its name. --json prints JSON lines.
    """
    from runlore.actions.consoles import follow_printout, read_printout
    from runlore.cli.output import Output

    output = Output()
    printout = read_printout(run, stream=stream, rank=rank, lines=lines, store=chosen_store())
    show = _print_json if as_json else _Lines(output).show
    is_followed = follow and printout.run.status == "running"
    for line in printout.lines:
        if line.is_whole or not is_followed:
            show(line)
    if not as_json:
        _tell(printout, follow=is_followed)
    if not is_followed:
        return 0
    try:
        for line in follow_printout(printout, stream=stream, rank=rank):
            show(line)
            output.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


class _Lines:
    """Lines as they were printed; a colour that one leaves open ends with it."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def show(self, line: ConsoleLine) -> None:
        from runlore.cli.ansi import coloured, plain

        text = coloured(line.text) if self._output.is_terminal else plain(line.text)
        click.echo(text, color=True)


def _tell(printout: Printout, *, follow: bool) -> None:
    from runlore.cli.output import talk
    from runlore.cli.wording import count

    if not printout.lines and not follow:
        talk(f"nothing was printed by {printout.run.label}, or it wasn't kept")
    if printout.skipped_lines:
        skipped = count(printout.skipped_lines, "line")
        talk(f"{skipped} in the middle were not kept: 16 MiB are, and the end")


def _print_json(line: ConsoleLine) -> None:
    from runlore.cli.jsonable import print_json_line

    print_json_line(
        {
            "text": line.text,
            "stream": line.stream,
            "number": line.number,
            "rank": line.rank,
            "is_whole": line.is_whole,
        }
    )
