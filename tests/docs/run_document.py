"""Run one document's code blocks, in order, in the current folder: a program of its own.

Started by test_documents.py with the document's path; prints what failed and where,
and ends with a non-zero status at the first block that does.
"""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.docs.blocks import blocks_of, commands_of, first_difference

if TYPE_CHECKING:
    from tests.docs.blocks import Block, Command

MOST_SECONDS = 120


def run_command(command: Command, document: Path) -> None:
    """Run one command of a console block and compare what it prints."""
    done = subprocess.run(
        ["bash", "-c", command.text],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    place = f"{document}:{command.line}: $ {command.text}"
    if done.returncode != 0:
        sys.exit(f"{place}\nended with status {done.returncode}:\n{done.stdout}")
    missing = first_difference(command.printed, done.stdout)
    if missing is not None:
        sys.exit(f"{place}\ndid not print: {missing}\nbut:\n{done.stdout}")


def run_block(block: Block, document: Path, namespace: dict[str, object]) -> None:
    """Run one block."""
    if block.file_name is not None:
        Path(block.file_name).write_text(block.text, encoding="utf-8")
    elif block.language == "python":
        # Empty lines before the code make a traceback name the document's own lines.
        source = "\n" * block.line + block.text
        exec(compile(source, str(document), "exec"), namespace)
    else:
        for command in commands_of(block):
            run_command(command, document)


def main() -> None:
    """Run the document named on the command line."""
    document = Path(sys.argv[1])
    # A busy machine may not read all that is new within the time that a reader has.
    warnings.filterwarnings("ignore", message=".* are not read yet")
    sys.path.insert(0, "")  # as at a prompt, so that blocks can import what they wrote to files
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks_of(document):
        if block.language in {"python", "console"} and block.reason_not_run is None:
            run_block(block, document, namespace)


if __name__ == "__main__":
    main()
