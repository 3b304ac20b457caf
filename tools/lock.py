"""Write tools/constraints.txt: the version of every package that the tests ran with.

    make lock

pip resolves pyproject.toml's extras and groups afresh for the oldest Python that is
supported, so that one file serves all of them, and only names and versions are
kept: no hashes, no addresses.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile

import bootstrap

# Of packages that have no wheel, pip can't be asked for another Python; pure ones serve all.
WITHOUT_WHEEL = {"antlr4-python3-runtime": "4.9.3"}  # of OmegaConf 2.3
HEADER = """\
# Made by `make lock`: the versions that `make demo` and `make test` install.
# Resolved for Python {python}.0, the oldest that is supported; names and versions only.
"""


def resolve(requirements: list[str], *options: str) -> dict[str, str]:
    """Return the version that pip would install now of each package, by normalised name."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"]
    command += ["--ignore-installed", "--disable-pip-version-check", "--report", "-"]
    # Some packages refuse the first patch releases of a Python, which is what Debian ships.
    command += ["--python-version", f"{bootstrap.dotted(bootstrap.OLDEST)}.0"]
    with tempfile.TemporaryDirectory() as nowhere:
        command += ["--only-binary", ":all:", "--target", nowhere]
        done = subprocess.run(
            [*command, *options, *requirements], stdout=subprocess.PIPE, check=True
        )
    packages = [item["metadata"] for item in json.loads(done.stdout)["install"]]
    return {normalised(package["name"]): public(package["version"]) for package in packages}


def normalised(name: str) -> str:
    """Spell a package's name the way indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def public(version: str) -> str:
    """Drop a local build's suffix, which other machines can't find."""
    return version.partition("+")[0]


def main() -> int:
    """Resolve and write the constraints."""
    if sys.version_info[:2] != bootstrap.OLDEST:
        oldest = bootstrap.dotted(bootstrap.OLDEST)
        print(f"lock: run this with Python {oldest}, the oldest that is supported", file=sys.stderr)
        return 1
    _, extras, groups, _ = bootstrap.PURPOSES["dev"]
    ordinary = tuple(name for name in groups if name != "test-source")
    pinned = resolve(bootstrap.requirements(extras, ordinary))
    everything = bootstrap.requirements((), ("test-source",))
    alone = set(everything) - set(bootstrap.requirements((), ()))
    with_wheel = [one for one in sorted(alone) if one.partition("=")[0] not in WITHOUT_WHEEL]
    pinned |= {**resolve(with_wheel, "--no-deps"), **WITHOUT_WHEEL}
    with open(bootstrap.CONSTRAINTS, "w", encoding="utf-8") as file:
        file.write(HEADER.format(python=bootstrap.dotted(bootstrap.OLDEST)))
        file.writelines(f"{name}=={pinned[name]}\n" for name in sorted(pinned))
    print(f"lock: {len(pinned)} packages in {os.path.relpath(bootstrap.CONSTRAINTS)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
