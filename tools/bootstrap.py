"""Make the environment that a make target needs, with nothing but Python and, on Debian, apt.

    python3 tools/bootstrap.py demo|test|dev|wide-torch|wide-jax|wide-ray

Standard library only, and readable by any Python 3, so that an old one can say
what is missing. A stamp inside the environment makes a second call return at
once; a lock lets two calls at the same moment take turns. The user's pip
configuration is used as it stands and never written.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys

TYPE_CHECKING = False  # the typing module would cost a tenth of the quiet path
if TYPE_CHECKING:
    from typing import Any, Self

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PYPROJECT = os.path.join(ROOT, "pyproject.toml")
CONSTRAINTS = os.path.join(ROOT, "tools", "constraints.txt")
OLDEST = (3, 11)
OTHER_PYTHONS = ("python3.13", "python3.12", "python3.11", "python3.14")
DEBIAN_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"

# All but `torch`, `kaleido` and `ray`: gigabytes, one that wants a browser, and a quarter of one.
TESTED_EXTRAS = (
    "sklearn",
    "stats",
    "sweeps",
    "dask",
    "pandas",
    "polars",
    "plots",
    "images",
    "yaml",
    "postgres",
    "s3",
    "config",
    "panel",
    "demo",
)
TESTED_GROUPS = ("build", "test", "test-source", "lint", "docs")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# purpose: (folder, extras, dependency groups, pinned versions only)
PURPOSES = {
    "demo": (".venv", ("demo",), ("build",), True),
    "test": (".venv", TESTED_EXTRAS, TESTED_GROUPS, True),
    "dev": (".venv", TESTED_EXTRAS, (*TESTED_GROUPS, "release"), True),
    "wide-torch": (
        ".venv-torch",
        TESTED_EXTRAS,
        ("build", "test", "test-source", "wide-torch"),
        False,
    ),
    "wide-jax": (".venv-jax", TESTED_EXTRAS, ("build", "test", "test-source", "wide-jax"), False),
    "wide-ray": (".venv-ray", TESTED_EXTRAS, ("build", "test", "test-source", "wide-ray"), False),
}


class SetupError(Exception):
    """Say in one line what stops the set-up and what to do about it."""


def say(message: str) -> None:
    """Print one line on standard error, where it can't mix with output that is piped."""
    print("setup: " + message, file=sys.stderr, flush=True)


def dotted(version: tuple[int, ...]) -> str:
    """Spell a version the usual way."""
    return ".".join(map(str, version))


def read_bytes(path: str) -> bytes:
    """Return a file's bytes, or none where there is no such file."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


class Environment:
    """A virtual environment and the stamp that says what was installed into it."""

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(ROOT, folder)
        inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        self.python = os.path.join(self.path, *inside.split("/"))
        self.stamp = os.path.join(self.path, "runlore-setup.json")

    def key(self) -> str:
        """Hash everything that would make the installed packages wrong if it changed."""
        digest = hashlib.sha256()
        for part in (
            ROOT.encode(),
            os.path.realpath(self.python).encode(),
            read_bytes(os.path.join(self.path, "pyvenv.cfg")),
            read_bytes(PYPROJECT),
            read_bytes(CONSTRAINTS),
            read_bytes(os.path.abspath(__file__)),
        ):
            digest.update(hashlib.sha256(part).digest())
        return digest.hexdigest()

    def installed_purposes(self) -> list[str]:
        """Return the purposes that this environment serves as it is now."""
        try:
            stamp = json.loads(read_bytes(self.stamp))
        except ValueError:
            return []
        if not os.path.exists(self.python) or stamp.get("key") != self.key():
            return []
        return list(stamp["purposes"])

    def record(self, purposes: set[str]) -> None:
        """Write the stamp, whole or not at all."""
        temporary = self.stamp + ".new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump({"key": self.key(), "root": ROOT, "purposes": sorted(purposes)}, file)
        os.replace(temporary, self.stamp)

    def is_usable(self) -> bool:
        """Tell whether its Python runs, is new enough, and stands where it was made."""
        if not os.path.exists(self.python):
            return False
        try:
            moved = json.loads(read_bytes(self.stamp)).get("root") != ROOT
        except ValueError:
            moved = False
        check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST!r})"
        return not moved and run_quietly([self.python, "-c", check])[0] == 0


def run_quietly(command: list[str], **options: Any) -> tuple[int, str]:
    """Run a command and return its exit status and everything it printed."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options
        )
    except OSError as error:
        return 127, str(error)
    return done.returncode, done.stdout.decode(errors="replace")


def restart_under_newer_python() -> None:
    """Start again under the first Python that is new enough."""
    check = f"import sys; sys.exit(sys.version_info < {OLDEST!r})"
    for name in OTHER_PYTHONS:
        path = shutil.which(name)
        if path and run_quietly([path, "-c", check])[0] == 0:
            os.execv(path, [path, os.path.abspath(__file__), *sys.argv[1:]])
    raise SetupError(
        f"Python {dotted(OLDEST)} or newer is needed, and this is {dotted(sys.version_info[:3])}; "
        "install one (Debian 12, Ubuntu 24.04 or newer: apt-get install python3) or name it: "
        "make PYTHON=/path/to/python"
    )


def missing_debian_packages() -> list[str]:
    """List the Debian packages without which an environment can't be made or filled."""
    packages = []
    if run_quietly([sys.executable, "-c", "import ensurepip, venv"])[0] != 0:
        by_default = os.path.realpath("/usr/bin/python3") == os.path.realpath(sys.executable)
        version = "" if by_default else f".{sys.version_info[1]}"
        packages.append(f"python3{version}-venv")
    named = [os.environ.get(name) for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")]
    has_certificates = any(os.path.exists(path) for path in [DEBIAN_CERTIFICATES, *named] if path)
    if shutil.which("apt-get") and not has_certificates:
        packages.append("ca-certificates")
    return packages


def install_debian_packages(packages: list[str]) -> None:
    """Install what is missing where we are root on a Debian or Ubuntu; else name it in one line."""
    listed = " ".join(packages)
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not (shutil.which("apt-get") and is_root):
        if packages == ["ca-certificates"]:
            return  # pip may carry certificates of its own; its own error says so if not
        if shutil.which("apt-get"):
            raise SetupError(
                f"this Python can't make environments; as root: apt-get install {listed}"
            )
        raise SetupError(
            "this Python has no venv and ensurepip; install your system's package of them"
        )
    say(f"installing {listed} with apt-get")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages],
    ):
        status, output = run_quietly(command, env=environment, stdin=subprocess.DEVNULL)
        if status != 0:
            sys.stderr.write(output)
            raise SetupError(f"`{' '.join(command)}` failed; see above")


def missing_browser_packages() -> list[str]:
    """List the Debian packages without which no browser can be driven."""
    packages = [] if any(map(shutil.which, BROWSERS)) else ["chromium"]
    if sys.platform == "linux":
        try:
            ctypes.CDLL("libatomic.so.1")  # the Node.js that drives it is linked to it
        except OSError:
            packages.append("libatomic1")
    return packages


def install_browser() -> None:
    """Install a browser for the tests of pages where we may; else say that they will be skipped."""
    packages = missing_browser_packages()
    if not packages:
        return
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not (is_root and shutil.which("apt-get")):
        listed = " and ".join(packages)
        say(f"the tests of pages will be skipped: install your system's {listed}")
        return
    try:
        install_debian_packages(packages)
    except SetupError as error:
        say(f"the tests of pages will be skipped: {error}")


def make_environment(environment: Environment) -> None:
    """Make a fresh virtual environment in place of an absent or broken one."""
    packages = missing_debian_packages()
    if packages:
        install_debian_packages(packages)
    say(f"making {os.path.basename(environment.path)} with Python {dotted(sys.version_info[:3])}")
    if os.path.isdir(environment.path):
        shutil.rmtree(environment.path)
    status, output = run_quietly([sys.executable, "-m", "venv", environment.path])
    if status != 0:
        sys.stderr.write(output)
        raise SetupError("python3 -m venv failed; see above")


def requirements(extras: tuple[str, ...], groups: tuple[str, ...]) -> list[str]:
    """Read from pyproject.toml what these extras and dependency groups ask for."""
    import tomllib  # absent from the old Pythons that this file must still greet

    with open(PYPROJECT, "rb") as file:
        declared = tomllib.load(file)
    project = declared["project"]
    optional = project["optional-dependencies"]
    asked = list(project["dependencies"])
    for name in extras:
        asked += optional[name]
    for name in groups:
        asked += declared["dependency-groups"][name]
    return sorted(set(asked))


def pip_install(environment: Environment, arguments: list[str]) -> None:
    """Run pip in the environment under the user's own configuration."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    variables["PIP_USER"] = "0"  # a `user = true` in pip's configuration fails in an environment
    variables["RUNLORE_PAGE"] = "skip"  # make builds the page itself, whenever it has changed
    command = [environment.python, "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-input", "--quiet", "--progress-bar", "off", *arguments]
    done = subprocess.run(command, env=variables, cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise SetupError(
            "pip could not install what is needed; see above. It was run with your own pip "
            "configuration (`pip config list` shows it)"
        )


def set_up(purpose: str) -> None:
    """Bring the environment of one purpose up to date."""
    folder, extras, groups, is_pinned = PURPOSES[purpose]
    environment = Environment(folder)
    if purpose in environment.installed_purposes():
        return
    with Lock(os.path.join(ROOT, ".venv.lock")):
        present = environment.installed_purposes()
        if purpose in present:
            return
        if not environment.is_usable():
            make_environment(environment)
        asked = requirements(extras, groups)
        say(f"installing what `{purpose}` needs into {folder} (minutes, the first time)")
        constraints = ["--constraint", CONSTRAINTS] if is_pinned else []
        pip_install(environment, [*constraints, *asked])
        if purpose in ("test", "dev"):
            install_browser()
        if not present:  # never under the feet of a command that is running
            pip_install(environment, ["--no-deps", "--no-build-isolation", "--editable", ROOT])
        also_served = ["demo"] if purpose in ("test", "dev") else []
        also_served += ["test"] if purpose == "dev" else []
        environment.record({purpose, *present, *also_served})


class Lock:
    """Hold a file's lock, so that two set-ups of one checkout take turns."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> Self:
        self.file = open(self.path, "w")
        try:
            import fcntl  # absent on Windows
        except ImportError:
            return self
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("waiting for another set-up of this checkout to end")
            fcntl.flock(self.file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def main() -> int:
    """Set up for the purpose named on the command line; return the exit status."""
    if len(sys.argv) != 2 or sys.argv[1] not in PURPOSES:
        print("usage: python3 tools/bootstrap.py " + "|".join(PURPOSES), file=sys.stderr)
        return 2
    try:
        if sys.version_info < OLDEST:
            restart_under_newer_python()
        set_up(sys.argv[1])
    except SetupError as error:
        say(str(error))
        return 1
    except PermissionError as error:
        say(f"{error.filename} can't be written; clone into a folder of your own")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
