"""Prove `make demo` and `make test` on a bare Debian with only python3, git and make.

    sudo make check-fresh [SUITE=bookworm]

A bare system is unpacked with debootstrap into a temporary folder, a fresh clone of the
last commit is put into it, and both commands run in it. Needs root, and `debootstrap`
(installed with apt-get where it is missing). Everything happens in a mount namespace of
its own, so nothing stays mounted however this ends, and the folder is removed.

The bare system resolves names and reaches package indexes as this one does: pip's
variables and configuration, certificates that they name, and folders of packages on this
machine are handed in for the time of the run.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit
from urllib.request import url2pathname

import bootstrap

PACKAGES = "python3,git,make"
CLONE = "srv/runlore"
COMMANDS = ("make demo", "make test")
PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
CERTIFICATE_VARIABLES = (
    "PIP_CERT",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
)
CERTIFICATES = "srv/certificates.pem"
HOME = "/srv/home"


def run(*command: str, **options: str) -> None:
    """Run a command; stop here if it fails."""
    subprocess.run(list(command), check=True, stdin=subprocess.DEVNULL, **options)  # type: ignore[call-overload]


def pip_settings() -> dict[str, str]:
    """Return pip's settings on this machine, from its files and variables alike, by variable."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    settings = {}
    for line in listed.stdout.splitlines():
        name, _, value = line.partition("=")
        option = name.rpartition(".")[2]
        settings["PIP_" + option.upper().replace("-", "_")] = str(ast.literal_eval(value))
    settings |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return settings


def local_folders(settings: dict[str, str]) -> list[str]:
    """List the folders of this machine in which pip is told to look for packages."""
    folders = []
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        for place in settings.get(name, "").split():
            parts = urlsplit(place)
            path = url2pathname(parts.path) if parts.scheme == "file" else place
            if parts.scheme in ("", "file") and os.path.isdir(path):
                # An index links to its files by `../../files`: its parent has both.
                folders.append(os.path.dirname(path) if parts.scheme == "file" else path)
    return sorted(set(folders))


def certificates(settings: dict[str, str]) -> str | None:
    """Return the file of certificates that this machine's settings name, if they name one."""
    named = [settings.get("PIP_CERT"), *map(os.environ.get, CERTIFICATE_VARIABLES)]
    return next((path for path in named if path and os.path.isfile(path)), None)


def unpack_system(root: str, suite: str) -> None:
    """Unpack a bare Debian with the three packages that a fresh machine has."""
    if shutil.which("debootstrap") is None:
        run("apt-get", "update", "-q")
        run("apt-get", "install", "-q", "-y", "--no-install-recommends", "debootstrap")
    print(f"check-fresh: unpacking Debian {suite} with {PACKAGES}", flush=True)
    with tempfile.TemporaryFile() as log:
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, root]
        done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            log.seek(0)
            sys.exit(log.read().decode(errors="replace") + "check-fresh: debootstrap failed")


def hand_in(root: str, settings: dict[str, str]) -> dict[str, str]:
    """Mount and copy what the bare system needs of this one; return the variables for it."""
    run("mount", "--bind", root, root)  # on a real machine the root folder is a mount, too
    for name in ("proc", "sys", "dev"):
        run("mount", "--rbind", f"/{name}", f"{root}/{name}")
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        if os.path.exists(name):
            shutil.copyfile(name, root + name)
    for folder in local_folders(settings):
        os.makedirs(root + folder, exist_ok=True)
        run("mount", "--bind", "-o", "ro", folder, root + folder)
    variables = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | settings
    trusted = certificates(settings)
    if trusted is not None:
        shutil.copyfile(trusted, f"{root}/{CERTIFICATES}")
        variables |= dict.fromkeys(CERTIFICATE_VARIABLES, f"/{CERTIFICATES}")
    return variables


def check(root: str, suite: str, commands: list[str]) -> int:
    """Run the commands in a fresh clone in a bare system; return how many of them failed."""
    unpack_system(root, suite)
    os.makedirs(root + HOME)
    variables = hand_in(root, pip_settings())
    # Without hard links, for the clone is to be another machine's.
    run("git", "clone", "--quiet", "--no-hardlinks", bootstrap.ROOT, f"{root}/{CLONE}")
    environment = [f"{name}={value}" for name, value in variables.items()]
    environment += ["HOME=" + HOME, "LANG=C.UTF-8", "TERM=dumb"]
    environment += ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    failures = 0
    for command in commands:
        print(f"check-fresh: {command}", flush=True)
        inside = ["chroot", root, "env", "-i", *environment]
        inside += ["bash", "-c", f"cd /{CLONE} && exec {command}"]
        status = subprocess.run(inside, stdin=subprocess.DEVNULL, check=False).returncode
        print(f"check-fresh: {command}: {'passed' if status == 0 else 'FAILED'}", flush=True)
        failures += status != 0
    return failures


def main() -> int:
    """Enter a mount namespace, check, and remove the folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--suite", default="bookworm", help="bookworm is Debian 12, trixie 13")
    parser.add_argument("--command", action="append", help="run this instead of the two commands")
    parser.add_argument("--inside", metavar="FOLDER", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        return check(arguments.inside, arguments.suite, arguments.command or list(COMMANDS))
    if os.geteuid() != 0:
        sys.exit("check-fresh: a bare system can only be unpacked by root: sudo make check-fresh")
    root = tempfile.mkdtemp(prefix="runlore-fresh-")
    os.chmod(root, 0o755)  # it is a root folder: tests in it run as somebody else too
    try:
        again = [sys.executable, os.path.abspath(__file__), "--inside", root, *sys.argv[1:]]
        command = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork"]
        command += ["--kill-child", "--mount-proc", *again]
        return subprocess.run(command, check=False).returncode
    finally:
        # The mounts went with the namespace: what is left is the folder's own.
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
