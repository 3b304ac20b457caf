"""The `runlore` command: its subcommands are imported when they are used."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from io import TextIOWrapper

import click

from runlore import __version__
from runlore.errors import QueryError, RunloreError, UsageError

FAILED, USAGE, INTERRUPTED = 1, 2, 130

COMMANDS = {
    "archive": "runlore.cli.archive",
    "artifact": "runlore.cli.artifact",
    "compare": "runlore.cli.compare",
    "completion": "runlore.cli.completion",
    "config": "runlore.cli.config",
    "console": "runlore.cli.console",
    "copy": "runlore.cli.copy",
    "demo": "runlore.cli.demo",
    "doctor": "runlore.cli.doctor",
    "du": "runlore.cli.du",
    "export": "runlore.cli.export",
    "gc": "runlore.cli.gc",
    "list": "runlore.cli.ls",
    "log": "runlore.cli.log",
    "ls": "runlore.cli.ls",
    "move": "runlore.cli.move",
    "note": "runlore.cli.note",
    "objects": "runlore.cli.objects",
    "purge": "runlore.cli.purge",
    "rename": "runlore.cli.rename",
    "restore": "runlore.cli.restore",
    "rm": "runlore.cli.rm",
    "search": "runlore.cli.search",
    "show": "runlore.cli.show",
    "tag": "runlore.cli.tag",
    "tail": "runlore.cli.tail",
    "ui": "runlore.cli.ui",
    "watch": "runlore.cli.watch",
}
_ALIASES = {"list"}
_SUMMARIES = {
    "archive": "Hide runs from lists, or show them again.",
    "artifact": "Keep files and folders in versions.",
    "compare": "Put runs side by side: what differs, and which is best.",
    "completion": "Print the script that completes words in a shell.",
    "config": "Show and change settings.",
    "console": "Show what a run has printed.",
    "copy": "Copy runs to another store.",
    "demo": "Train two dozen real models and track them.",
    "doctor": "Check the store, mend what can be mended.",
    "du": "Show what takes how much space.",
    "export": "Write runs to tables, or to a page in one file.",
    "gc": "Remove files that no run uses.",
    "log": "Log from a shell: params, metrics, notes, tags, files.",
    "ls": "List runs, the newest first (also: list).",
    "move": "Move runs to another store.",
    "note": "Write, list and remove notes.",
    "objects": "Show where segments and blobs lie, or move them to a bucket.",
    "purge": "Remove runs in the trash for good.",
    "rename": "Name a run.",
    "restore": "Take runs out of the trash.",
    "rm": "Move runs to the trash.",
    "search": "Find runs with a filter, the newest first.",
    "show": "Show all about one run.",
    "tag": "Add tags to runs and remove others.",
    "tail": "Follow a run while it is being written.",
    "ui": "Open the page of the store in the browser.",
    "watch": "Watch runs and a chart in the terminal, live.",
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as Click calls it
        """Name the commands, without aliases."""
        return [name for name in COMMANDS if name not in _ALIASES]

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - as Click calls it
        cmd_name: str,
    ) -> click.Command | None:
        """Import a command."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = import_module(module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table above, so that help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _SUMMARIES[name]) for name in self.list_commands(ctx)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, naming the nearest one where there is none of that name."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, self.list_commands(ctx), n=1)
            hint = f"did you mean {near[0]!r}?" if near else "see runlore --help"
            raise click.UsageError(f"there is no command {name!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; Click itself would answer a closed pipe with 1, a doctor's "damaged"."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderLeft from error


class ReaderLeft(Exception):
    """Whoever read standard output has seen enough: `runlore ls | head`."""


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="runlore", message="%(prog)s %(version)s")
@click.option(
    "--store",
    metavar="FOLDER",
    help="The store to use instead of the one of this repository or folder.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def command(ctx: click.Context, store: str | None, *, debug: bool) -> None:
    """Runlore keeps the experiments of machine learning: what was tried, and what happened.

    Every command takes --json for output that programs can rely on, and a run is named by its
    id, the first or last digits of it, or its name. A SELECTION may also name several: by a
    pattern ('base*'), experiment:NAME, increment:0042 (or just 0042), or a filter
    ('metrics.loss < 0.3'); exp-003 is the third run of an increment, 0042/exp-003 of that one.
    """
    ctx.obj = {"store": store, "debug": debug}


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an error of ours is one line and a hint on standard error."""
    arguments = sys.argv[1:] if arguments is None else arguments
    _open_closed_streams()
    _never_fail_to_encode()
    try:
        code = command.main(arguments or ["--help"], prog_name="runlore", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        sys.exit(INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:  # a group without its command
        sys.stdout.write(f"{error.format_message()}\n")
        sys.exit(0)
    except click.ClickException as error:
        hint = None
        if isinstance(error, click.UsageError) and error.ctx is not None:
            hint = f"{error.ctx.command_path} --help"
        _report("usage", error.format_message(), hint, arguments)
        sys.exit(USAGE)
    except RunloreError as error:
        if _is_debugged(arguments):
            raise
        _report(error.code, error.message, error.hint, arguments)
        sys.exit(USAGE if isinstance(error, UsageError) else FAILED)
    except (BrokenPipeError, ReaderLeft):
        _drop_output()
        sys.exit(0)
    except OSError as error:  # standard output on a full disk, or a file nobody thought of
        if _is_debugged(arguments):
            raise
        _drop_output()
        _report("system", f"{error.filename or 'the output'}: {error.strerror}", None, [])
        sys.exit(FAILED)
    sys.exit(code if isinstance(code, int) else 0)


def _is_debugged(arguments: list[str]) -> bool:
    return "--debug" in arguments or bool(os.environ.get("RUNLORE_DEBUG"))


def _report(code: str, message: str, hint: str | None, arguments: list[str]) -> None:
    """Say an error in one line and a hint; with `--json`, as an object on standard output too."""
    from runlore.cli.text import visible

    # Of a filter, the lines below say where: they are drawn to be safe on a terminal.
    lines = message.split("\n") if code == QueryError.code else [message]
    sys.stderr.write("".join(f"{visible(line)}\n" for line in [f"error: {lines[0]}", *lines[1:]]))
    if hint:
        sys.stderr.write(f"hint: {visible(hint)}\n")
    if "--json" in arguments:
        from runlore.cli.jsonable import print_json_line

        print_json_line({"error": {"code": code, "message": message, "hint": hint}})


def _open_closed_streams() -> None:
    """Give standard output and error a place where the caller has closed them (`>&-`)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for good


def _drop_output() -> None:
    """Let what couldn't be printed go nowhere, so that the interpreter's own flush succeeds."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _never_fail_to_encode() -> None:
    """Escape what the terminal's encoding has no bytes for, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
